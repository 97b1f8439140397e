"""What the calling screens 叫号屏 show at a moment: read once a second however many screens listen."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from appliance.clock import Clock, format_time
from appliance.domain.queue import TicketState, WindowState, led_line, voice_line, window_words
from appliance.services import queue
from appliance.services.desk import Desk
from appliance.store import queue_rows

REFRESH_SECONDS: Final = 1.0
CALLS_SHOWN: Final = 6
CALLS_READ: Final = 40
MISSED_SHOWN: Final = 8
_THERE: Final = frozenset({TicketState.CALLED, TicketState.SERVING})


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """A call: its number in the book of movements, the ticket, the window, when, what LED and voice say."""

    seq: int
    ticket: str
    window: str
    at: str
    led: str
    voice: str
    state: TicketState


class Waiting(msgspec.Struct, frozen=True):
    """A kind of business, how many wait for it and at how many open windows."""

    name: str
    prefix: str
    waiting: int
    windows: int


class Board(msgspec.Struct, frozen=True):
    """Who stands at which window, the newest call first; who waits; who was missed; the latest calls as they were said.

    Tickets and windows only, never a person (domain §6.6).
    """

    calls: tuple[Called, ...]
    waiting: tuple[Waiting, ...]
    missed: tuple[str, ...]
    paused: tuple[str, ...]
    said: tuple[Called, ...]

    @property
    def id(self) -> str:
        """Name of exactly this content."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


def board(desk: Desk, day: str) -> Board:
    """Read what the screens show on a day."""
    reader = desk.reader()
    tickets, windows = queue_rows.open_tickets(reader, day), queue_rows.windows(reader, day)
    calls: dict[str, Called] = {}
    for call in queue_rows.calls(reader, day, CALLS_READ):
        calls.setdefault(
            call.code,
            Called(
                seq=call.seq,
                ticket=call.code,
                window=window_words(call.window),
                at=call.at,
                led=led_line(call.code, call.window),
                voice=voice_line(call.code, call.window),
                state=call.state,
            ),
        )
    waiting = tuple(
        Waiting(
            group.name,
            group.prefix,
            len(queue_rows.waiting_for(tickets, group.code)),
            sum(one.state is WindowState.OPEN and group.code in one.business for one in windows),
        )
        for group in queue.businesses()
    )
    paused = tuple(window_words(one.window) for one in windows if one.state is WindowState.PAUSED)
    there = tuple(one for one in calls.values() if one.state in _THERE)[:CALLS_SHOWN]
    missed = tuple(one.code for one in tickets if one.state is TicketState.MISSED)[:MISSED_SHOWN]
    return Board(there, waiting, missed, paused, tuple(calls.values())[:CALLS_SHOWN])


@dataclass(slots=True)
class QueueFeed:
    """Reads the board at most once a second.

    Args:
        desk: the hall's desk.
        clock: wall clock for the day, boot clock for how old the board is.
        pause: waits for so many seconds (``asyncio.sleep``).

    Attributes:
        closed: the server is about to end, so streams end too instead of holding it up.
    """

    desk: Desk
    clock: Clock
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    closed: bool = field(default=False, init=False)
    _held: tuple[float, Board] | None = field(default=None, init=False)

    def close(self) -> None:
        """Let all streams end at their next look."""
        self.closed = True

    def current(self) -> Board:
        """Give the board as it is, at most a second old."""
        moment = self.clock.boottime()
        if self._held is None or moment - self._held[0] >= REFRESH_SECONDS:
            self._held = (moment, board(self.desk, format_time(self.clock.now())[:10]))
        return self._held[1]
