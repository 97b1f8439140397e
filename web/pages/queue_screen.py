"""叫号屏: the screen on the wall, and the feed for LED strips and the voice; tickets and windows only (domain §6.6).

The page works without script as it is. With script it listens to `stream`: the whole board with an id whenever it
changed and at each new connection, a heartbeat in between; after 30 seconds of silence it says 数据已过期 itself.
"""

from collections.abc import AsyncIterator
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from appliance.clock import format_time
from web.queue_feed import REFRESH_SECONDS, Board, QueueFeed
from web.visit import Visit

BEAT_SECONDS: Final = 10.0
RETRY_MILLISECONDS: Final = 2000
JSON: Final = "application/json; charset=utf-8"


class ScreenPart(msgspec.Struct, frozen=True):
    """The part that is sent again whenever something changed."""

    TEMPLATE: ClassVar[str] = "queue/_screen.html"
    board: Board


class ScreenPage(msgspec.Struct, frozen=True):
    """The whole screen; `part_id` names what it shows."""

    TEMPLATE: ClassVar[str] = "queue/screen.html"
    board: Board
    part_id: str
    time: str


class FeedQuery(msgspec.Struct, frozen=True):
    """The number of the last call that the asker knows."""

    after: int = 0


def show(visit: Visit, calls: QueueFeed) -> Response[str]:
    """Show the screen."""
    board = calls.current()
    return visit.show(ScreenPage(board, board.id, format_time(visit.front.clock.now())))


def feed(visit: Visit, calls: QueueFeed) -> Response[bytes]:
    """Give the calls after one, the oldest first, as JSON for LED strips and voice boxes."""
    after = visit.query(FeedQuery).after
    shown = [call for call in reversed(calls.current().said) if call.seq > after]
    body = msgspec.json.encode({"time": format_time(visit.front.clock.now()), "calls": shown})
    return Response(body, media_type=JSON, headers={"Content-Type": JSON, "Cache-Control": "no-store"})


async def stream(visit: Visit, calls: QueueFeed) -> ServerSentEvent:
    """Send the board as it changes, until the server ends or the screen goes away."""
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    return ServerSentEvent(_events(visit, calls), headers=headers)


async def _events(visit: Visit, calls: QueueFeed) -> AsyncIterator[ServerSentEventMessage]:
    clock, renderer = visit.front.clock, visit.front.renderer
    shown, told = "", clock.boottime()
    while not calls.closed:
        board = calls.current()
        now = format_time(clock.now())
        if board.id != shown:
            shown, told = board.id, clock.boottime()
            text = renderer.render(ScreenPart(board), visit.language, None)
            yield ServerSentEventMessage(event="board", id=shown, data=text, retry=RETRY_MILLISECONDS)
            yield ServerSentEventMessage(event="beat", id=shown, data=now)
        elif clock.boottime() - told >= BEAT_SECONDS:
            told = clock.boottime()
            yield ServerSentEventMessage(event="beat", id=shown, data=now)
        await calls.pause(REFRESH_SECONDS)
