"""Cases over all halls as the city's copies of the logs tell them: number, hall, item, state; no personal data."""

from typing import Annotated, ClassVar, Final

import msgspec
from litestar import Response

from appliance.domain.states import STATE_NAMES, TERMINAL, State
from sync.hub.board import HubCase, cases
from sync.hub.hub import Hub
from web.visit import Visit

PAGE_ROWS: Final = 50
_TONES: Final[dict[State, str]] = {
    State.CLOSED: "ok",
    State.CORRECTION_PENDING: "warn",
    State.SUSPENDED: "warn",
    State.DECIDED_REFUSED: "warn",
}


class CaseLine(msgspec.Struct, frozen=True):
    """One case: its facts, the message id of its state, and how that looks."""

    case: HubCase
    state_name: str
    tone: str


class Wish(msgspec.Struct, frozen=True):
    """Which cases: of one hall or of all, and which page."""

    hall: str = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1


class CasesPage(msgspec.Struct, frozen=True):
    """A page of cases, the last changed first."""

    TEMPLATE: ClassVar[str] = "city/cases.html"
    lines: tuple[CaseLine, ...]
    halls: tuple[tuple[str, str], ...]
    hall: str
    hall_name: str
    page: int
    more: bool


def case_line(case: HubCase) -> CaseLine:
    """Give a case its words; a state of a newer version than this one shows its code."""
    state = State(case.state) if case.state in set(State) else None
    if state is None:
        return CaseLine(case, case.state, "")
    return CaseLine(case, STATE_NAMES[state], _TONES.get(state, "" if state in TERMINAL else "b"))


def show(visit: Visit, hub: Hub) -> Response[str]:
    """Show cases; an unknown hall is refused rather than shown as empty."""
    wish = visit.query(Wish)
    name = hub.hall(wish.hall).ticket.hall_name if wish.hall else ""
    found = cases(hub, hall=wish.hall or None, limit=PAGE_ROWS + 1, offset=(wish.page - 1) * PAGE_ROWS)
    return visit.show(
        CasesPage(
            lines=tuple(case_line(case) for case in found[:PAGE_ROWS]),
            halls=tuple((trust.ticket.hall, trust.ticket.hall_name) for trust in hub.halls),
            hall=wish.hall,
            hall_name=name,
            page=wish.page,
            more=len(found) > PAGE_ROWS,
        )
    )
