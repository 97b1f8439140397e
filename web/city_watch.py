"""Runs the city's look at its halls beside the server, once a minute until the server ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from appliance.errors import HallmarkError
from sync.hub.hub import Hub
from sync.hub.watch import LOOK_SECONDS, keep_up, look
from web.city_feed import BoardFeed


@asynccontextmanager
async def halls_watched(hub: Hub, board: BoardFeed, every_seconds: float = LOOK_SECONDS) -> AsyncIterator[None]:
    """Look at once and then again and again; a look that fails is logged and the next one comes.

    Args:
        hub: the city.
        board: reads the board anew at each look, so that the menu's figures are not older than that.
        every_seconds: between two looks.
    """
    task = asyncio.create_task(_watch(hub, board, every_seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(hub: Hub, board: BoardFeed, every_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(look, hub)
            await asyncio.to_thread(keep_up, hub)
            await board.current()
        except HallmarkError as error:
            structlog.get_logger("city").warning("halls_not_looked_at", code=error.code)
        await asyncio.sleep(every_seconds)
