"""The city's TLS listener: started and ended with the pages, its certificate renewed while it runs."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

import structlog

from appliance.config import CityConfig
from appliance.errors import N_, Conflict, HallmarkError
from sync.hub.endpoints import http_app
from sync.hub.hub import Hub
from sync.hub.links import ensure_server
from sync.hub.listener import link_server, peer_by_certificate
from sync.transports.tls import city_context

RENEWAL_LOOK_SECONDS: Final = 3600.0
START_LOOK_SECONDS: Final = 0.02


def listen_for_halls(hub: Hub, config: CityConfig) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Prepare the listener: the city's certificate is made or renewed now, so that what is wrong with it is told now.

    Args:
        hub: the open hub.
        config: `link_port`, `link_address`, `link_hosts`.

    Returns:
        What listens while its context is open, inside the running loop.

    Raises:
        Invalid: no `link_hosts`, or the city has no authority.
    """
    ensure = partial(
        ensure_server,
        hub.directory,
        hub.keyring,
        name=config.name,
        hosts=config.link_hosts,
        clock=hub.clock,
        random=os.urandom,
    )
    pem, _, _ = ensure()
    context = city_context(hub.keyring.authority_certificate, pem)

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEWAL_LOOK_SECONDS)
            try:
                _, _, fresh = await asyncio.to_thread(ensure)
                if fresh:
                    context.load_cert_chain(pem)
            except (HallmarkError, OSError) as error:
                structlog.get_logger("city").error("link_certificate", reason=str(error))

    @asynccontextmanager
    async def listening() -> AsyncIterator[None]:
        app = http_app(hub, peer=peer_by_certificate(hub))
        server = link_server(app, context, host=config.link_address, port=config.link_port)
        running = asyncio.create_task(_run(server.serve(), config))
        while not server.started and not running.done():  # noqa: ASYNC110 - the server tells it by no event
            await asyncio.sleep(START_LOOK_SECONDS)
        if running.done():
            await running
        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            server.should_exit = True
            await running

    return listening


async def _run(serving: Coroutine[Any, Any, None], config: CityConfig) -> None:
    """Serve; the server ends the process with a plain exit when it cannot listen, and a clear word is owed instead."""
    try:
        await serving
    except SystemExit as error:
        raise Conflict(
            N_("不能在 %(address)s 的端口 %(port)s 上监听各厅的连接"),
            code="link_port_taken",
            subject="link_port",
            params={"address": config.link_address, "port": config.link_port},
            next_step=N_("请核对 city.toml 的 link_address 与 link_port，或停掉占用端口的程序"),
        ) from error
