"""The city operator's board: every hall's state at a glance, worst first, and live by server-sent events.

The page works without script as it is. With script it listens to `stream`: the whole board with an id whenever it
changed and at each new connection, and a heartbeat with the server's time in between. A page that hears nothing for
30 seconds says so itself.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from appliance.clock import format_time, parse_time
from appliance.domain.gate import GATE_NAMES, GateState
from sync.hub.board import HallRow, Sums, sums_of
from sync.hub.hall_states import RULES, SILENT_STATES, TURN_NAMES, HallState, Turn
from web.city_feed import REFRESH_SECONDS, BoardFeed, Drawn, Snapshot
from web.pages.runbook_entries import of_gate, of_state
from web.session import Standing
from web.visit import Visit

BEAT_SECONDS: Final = 10.0
RETRY_MILLISECONDS: Final = 2000
LEASE_SOON: Final = timedelta(days=7)

# What a state looks like; the words say the same.
TONES: Final[dict[HallState, str]] = {
    HallState.FORKED: "bad",
    HallState.COMPROMISED: "bad",
    HallState.CITY_FORKED: "bad",
    HallState.STOPPED: "bad",
    HallState.REFUSED: "bad",
    HallState.LEASE_OVER: "bad",
    HallState.NEVER: "warn",
    HallState.FLAGGED: "warn",
    HallState.HANDOVER_LATE: "bad",
    HallState.SILENT: "bad",
    HallState.SILENCE_KNOWN: "warn",
    HallState.UNCHECKED: "b",
    HallState.BEHIND: "b",
    HallState.EQUAL: "ok",
}
# Where on the hall's page the thing to do is found.
PLACES: Final[dict[HallState, str]] = {
    HallState.FORKED: "evidence",
    HallState.COMPROMISED: "evidence",
    HallState.CITY_FORKED: "evidence",
    HallState.STOPPED: "evidence",
    HallState.REFUSED: "evidence",
    HallState.FLAGGED: "flags",
}
_HEADS_DIFFER = frozenset({GateState.ROLLED_BACK, GateState.FENCED})


class Line(msgspec.Struct, frozen=True):
    """A hall's row as the page shows it.

    Attributes:
        row: the facts.
        tone: look of the state.
        help: the runbook's entry of the state.
        also: runbook's entry and message id of the other states that hold and are somebody's turn.
        turn: message id of whose turn it is; empty when it is nobody's.
        differs: city and hall disagree about the head.
        gate: message id of the hall's own state when it is not the ordinary one.
        gate_help: its entry in the runbook.
        lease_soon: the lease ends within a week or is over.
        href: where the thing to do is.
    """

    row: HallRow
    tone: str
    help: str
    also: tuple[tuple[str, str], ...]
    turn: str
    differs: bool
    gate: str
    gate_help: str
    lease_soon: bool
    href: str

    @property
    def silence_shows(self) -> bool:
        """Silence alone would make this row worse, so the page's own clock may turn it."""
        return self.row.turn is Turn.NOBODY and not self.row.silent


class BoardPart(msgspec.Struct, frozen=True):
    """The part that is sent again whenever something changed."""

    TEMPLATE: ClassVar[str] = "city/_board.html"
    lines: tuple[Line, ...]
    sums: Sums
    turns: tuple[tuple[str, int], ...]
    silence: str
    silent_after: int


class BoardPage(msgspec.Struct, frozen=True):
    """The whole page; `part_id` names what it shows, `time` is the instant that it holds for."""

    TEMPLATE: ClassVar[str] = "city/board.html"
    lines: tuple[Line, ...]
    sums: Sums
    turns: tuple[tuple[str, int], ...]
    silence: str
    silent_after: int
    part_id: str
    time: str


def line_of(row: HallRow, time: str) -> Line:
    """Give a row its looks, as of an instant (ISO 8601)."""
    gate = GateState(row.gate) if row.gate in GateState.__members__ else None
    place = PLACES.get(row.state, "")
    href = (
        f"/alerts/{row.hall}" if row.state in SILENT_STATES else f"/halls/{row.hall}" + (f"#{place}" if place else "")
    )
    return Line(
        row=row,
        tone=TONES[row.state],
        help=of_state(row.state),
        also=tuple(
            (of_state(state), RULES[state].name) for state in row.found[1:] if RULES[state].turn is not Turn.NOBODY
        ),
        turn="" if row.turn is Turn.NOBODY else TURN_NAMES[row.turn],
        differs=row.evidence > 0 or gate in _HEADS_DIFFER,
        gate="" if gate is None or gate is GateState.OPEN else GATE_NAMES[gate],
        gate_help="" if gate is None else of_gate(gate),
        lease_soon=parse_time(row.lease_until) - parse_time(time) < LEASE_SOON,
        href=href,
    )


def part_of(snapshot: Snapshot) -> BoardPart:
    """Make the live part from the facts."""
    sums = sums_of(snapshot.rows)
    return BoardPart(
        lines=tuple(line_of(row, snapshot.time) for row in snapshot.rows),
        sums=sums,
        turns=tuple((TURN_NAMES[turn], sums.turns[turn]) for turn in Turn if turn is not Turn.NOBODY),
        silence=RULES[HallState.SILENT].name,
        silent_after=int(snapshot.silent_after.total_seconds()),
    )


async def _drawn(visit: Visit, board: BoardFeed) -> Drawn:
    """Give the live part in the visitor's language; it shows nothing of the visitor."""
    renderer, language = visit.front.renderer, visit.language
    return await board.drawn(language, lambda snapshot: renderer.render(part_of(snapshot), language, None))


async def show(visit: Visit, board: BoardFeed) -> Response[str]:
    """Show the board."""
    drawn = await _drawn(visit, board)
    part = part_of(drawn.snapshot)
    return visit.show(
        BoardPage(
            part.lines,
            part.sums,
            part.turns,
            part.silence,
            part.silent_after,
            part_id=drawn.id,
            time=drawn.snapshot.time,
        )
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
        drawn = await _drawn(visit, board)
        now = format_time(clock.now())
        if drawn.id != shown:
            shown, told = drawn.id, clock.boottime()
            yield ServerSentEventMessage(event="board", id=drawn.id, data=drawn.text, retry=RETRY_MILLISECONDS)
            yield ServerSentEventMessage(event="beat", id=drawn.id, data=now)
        elif clock.boottime() - told >= BEAT_SECONDS:
            told = clock.boottime()
            yield ServerSentEventMessage(event="beat", id=drawn.id, data=now)
        await board.pause(REFRESH_SECONDS)


def _may_listen(visit: Visit) -> bool:
    """Ask again whether the session is open: a stream must not outlive the lock of its screen."""
    found = visit.front.sessions.find(visit.request.cookies.get(visit.front.site.cookie))
    return found is not None and found.standing is Standing.OPEN
