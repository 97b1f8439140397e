"""The city operator's board: every hall's state at a glance, worst first, and live by server-sent events.

The page works without script as it is. With script it listens to `stream`: the whole board with an id whenever it
changed and at each new connection, and a heartbeat with the server's time in between. A page that hears nothing for
30 seconds says so itself.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from appliance.clock import format_time, parse_time
from appliance.domain.gate import GATE_NAMES, GateState
from sync.hub.board import STATE_NAMES, HallRow, HallState
from web.city_feed import REFRESH_SECONDS, BoardFeed, Snapshot
from web.session import Standing
from web.visit import Visit

BEAT_SECONDS: Final = 10.0
RETRY_MILLISECONDS: Final = 2000
LEASE_SOON: Final = timedelta(days=7)

# What a state looks like; the words say the same.
TONES: Final[dict[HallState, str]] = {
    HallState.FORKED: "bad",
    HallState.STOPPED: "bad",
    HallState.REFUSED: "bad",
    HallState.LEASE_OVER: "bad",
    HallState.NEVER: "warn",
    HallState.FLAGGED: "warn",
    HallState.SILENT: "bad",
    HallState.BEHIND: "b",
    HallState.EQUAL: "ok",
}
# Where on the hall's page the thing to do is found.
PLACES: Final[dict[HallState, str]] = {
    HallState.FORKED: "evidence",
    HallState.STOPPED: "evidence",
    HallState.REFUSED: "evidence",
    HallState.FLAGGED: "flags",
}
_NEED_SOMEONE = frozenset(
    {HallState.FORKED, HallState.STOPPED, HallState.REFUSED, HallState.LEASE_OVER, HallState.NEVER, HallState.FLAGGED}
)
_HEADS_DIFFER = frozenset({GateState.ROLLED_BACK, GateState.FENCED})


class Line(msgspec.Struct, frozen=True):
    """A hall's row as the page shows it.

    Attributes:
        row: the facts.
        tone: look of the state.
        differs: city and hall disagree about the head.
        gate: message id of the hall's own state when it is not the ordinary one.
        lease_soon: the lease ends within a week or is over.
        href: where the thing to do is.
    """

    row: HallRow
    tone: str
    differs: bool
    gate: str
    lease_soon: bool
    href: str

    @property
    def silence_shows(self) -> bool:
        """Silence alone would make this row worse, so the page's own clock may turn it."""
        return self.row.state in {HallState.EQUAL, HallState.BEHIND}


class Sums(msgspec.Struct, frozen=True):
    """The figures above the table.

    Attributes:
        halls: all halls.
        fine: equal on both sides.
        catching_up: behind, and in contact.
        silent: not heard of.
        someone: a person is needed.
        reported: entries that the halls said they have.
        stored: of these, stored and verified here.
        in_flight: of these, not here yet.
        flags: entries that wait for a person.
        cases: cases of all halls.
        open_cases: of these, not at an end.
    """

    halls: int
    fine: int
    catching_up: int
    silent: int
    someone: int
    reported: int
    stored: int
    in_flight: int
    flags: int
    cases: int
    open_cases: int


class BoardPart(msgspec.Struct, frozen=True):
    """The part that is sent again whenever something changed."""

    TEMPLATE: ClassVar[str] = "city/_board.html"
    lines: tuple[Line, ...]
    sums: Sums
    silence: str
    silent_after: int


class BoardPage(msgspec.Struct, frozen=True):
    """The whole page; `part_id` names what it shows, `time` is the instant that it holds for."""

    TEMPLATE: ClassVar[str] = "city/board.html"
    lines: tuple[Line, ...]
    sums: Sums
    silence: str
    silent_after: int
    part_id: str
    time: str


def line_of(row: HallRow, time: str) -> Line:
    """Give a row its looks, as of an instant (ISO 8601)."""
    gate = GateState(row.gate) if row.gate in GateState.__members__ else None
    place = PLACES.get(row.state, "")
    return Line(
        row=row,
        tone=TONES[row.state],
        differs=row.evidence > 0 or gate in _HEADS_DIFFER,
        gate="" if gate is None or gate is GateState.OPEN else GATE_NAMES[gate],
        lease_soon=parse_time(row.lease_until) - parse_time(time) < LEASE_SOON,
        href=f"/halls/{row.hall}" + (f"#{place}" if place else ""),
    )


def sums_of(rows: tuple[HallRow, ...]) -> Sums:
    """Add up the rows."""
    return Sums(
        halls=len(rows),
        fine=sum(row.state is HallState.EQUAL for row in rows),
        catching_up=sum(row.state is HallState.BEHIND for row in rows),
        silent=sum(row.state is HallState.SILENT for row in rows),
        someone=sum(row.state in _NEED_SOMEONE for row in rows),
        reported=sum(row.own_size for row in rows),
        stored=sum(row.size for row in rows),
        in_flight=sum(row.behind_up for row in rows),
        flags=sum(row.flags for row in rows),
        cases=sum(row.cases for row in rows),
        open_cases=sum(row.open_cases for row in rows),
    )


def part_of(snapshot: Snapshot) -> BoardPart:
    """Make the live part from the facts."""
    return BoardPart(
        lines=tuple(line_of(row, snapshot.time) for row in snapshot.rows),
        sums=sums_of(snapshot.rows),
        silence=STATE_NAMES[HallState.SILENT],
        silent_after=int(snapshot.silent_after.total_seconds()),
    )


def _rendered(visit: Visit, snapshot: Snapshot) -> tuple[str, str]:
    """Give the live part in the visitor's language and the id that names exactly this content."""
    text = visit.front.renderer.render(part_of(snapshot), visit.language, visit.frame())
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


async def show(visit: Visit, board: BoardFeed) -> Response[str]:
    """Show the board."""
    snapshot = await board.current()
    part = part_of(snapshot)
    _, part_id = _rendered(visit, snapshot)
    return visit.show(
        BoardPage(part.lines, part.sums, part.silence, part.silent_after, part_id=part_id, time=snapshot.time)
    )


async def stream(visit: Visit, board: BoardFeed) -> ServerSentEvent:
    """Send the board as it changes, until the session is closed or locked or the browser leaves."""
    # Named as a header, because a handler's media type (HTML for all pages) wins over a stream's own.
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    return ServerSentEvent(_events(visit, board), headers=headers)


async def _events(visit: Visit, board: BoardFeed) -> AsyncIterator[ServerSentEventMessage]:
    clock = visit.front.clock
    shown, told = "", clock.boottime()
    while not board.closed and _may_listen(visit):
        text, part_id = _rendered(visit, await board.current())
        now = format_time(clock.now())
        if part_id != shown:
            shown, told = part_id, clock.boottime()
            yield ServerSentEventMessage(event="board", id=part_id, data=text, retry=RETRY_MILLISECONDS)
            yield ServerSentEventMessage(event="beat", id=part_id, data=now)
        elif clock.boottime() - told >= BEAT_SECONDS:
            told = clock.boottime()
            yield ServerSentEventMessage(event="beat", id=part_id, data=now)
        await board.pause(REFRESH_SECONDS)


def _may_listen(visit: Visit) -> bool:
    """Ask again whether the session is open: a stream must not outlive the lock of its screen."""
    found = visit.front.sessions.find(visit.request.cookies.get(visit.front.site.cookie))
    return found is not None and found.standing is Standing.OPEN
