"""``/metrics`` of the city, for a Prometheus on this machine and nobody else: no session, so no other address."""

import asyncio
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from appliance.errors import N_, Forbidden
from sync.hub.hub import Hub
from sync.hub.metrics import MEDIA_TYPE, expose
from sync.transports.http import is_loopback
from web import guards


def metrics_handler(hub: Hub) -> HTTPRouteHandler:
    """Make the handler.

    Args:
        hub: the city.
    """

    @get("/metrics", opt={guards.OPT: guards.PUBLIC}, media_type=MEDIA_TYPE)
    async def metrics(request: Request[Any, Any, Any]) -> Response[str]:
        if request.client is None or not is_loopback(request.client.host):
            raise Forbidden(N_("运行指标只在本机读取"), next_step=N_("请在市级服务器上配置采集"))
        text = await asyncio.to_thread(expose, hub)
        return Response(text, media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    return metrics
