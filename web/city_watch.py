"""Runs the city's look at its halls beside the server, once a minute until the server ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from appliance.errors import HallmarkError
from sync.hub.hub import Hub
from sync.hub.watch import LOOK_SECONDS, look


@asynccontextmanager
async def halls_watched(hub: Hub, every_seconds: float = LOOK_SECONDS) -> AsyncIterator[None]:
    """Look at once and then again and again; a look that fails is logged and the next one comes.

    Args:
        hub: the city.
        every_seconds: between two looks.
    """
    task = asyncio.create_task(_watch(hub, every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(hub: Hub, every_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(look, hub)
        except HallmarkError as error:
            structlog.get_logger("city").warning("halls_not_looked_at", code=error.code)
        await asyncio.sleep(every_seconds)
