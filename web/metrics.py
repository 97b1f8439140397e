"""``/metrics`` of city and hall, for a Prometheus on this machine and nobody else: no session, so no other address."""

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from appliance.errors import N_, Forbidden
from sync.exposition import MEDIA_TYPE
from sync.transports.http import is_loopback
from web import guards


def metrics_handler(expose: Callable[[], str]) -> HTTPRouteHandler:
    """Make the handler.

    Args:
        expose: gives all metrics as text; called in a thread.
    """

    @get("/metrics", opt={guards.OPT: guards.PUBLIC}, media_type=MEDIA_TYPE)
    async def metrics(request: Request[Any, Any, Any]) -> Response[str]:
        # Who comes through a proxy on this machine has its address, and says so.
        forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
        if forwarded or request.client is None or not is_loopback(request.client.host):
            raise Forbidden(N_("运行指标只在本机读取"), next_step=N_("请在这台服务器上配置采集"))
        text = await asyncio.to_thread(expose)
        return Response(text, media_type=MEDIA_TYPE, headers={"cache-control": "no-store"})

    return metrics
