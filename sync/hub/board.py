"""What the city operator's board shows: one row a hall, worst first, from a closed list of states (desk, "board")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from appliance.clock import format_time, parse_time
from appliance.domain.gate import GateState
from appliance.store.contacts import Contact
from sync.hub import flags
from sync.hub.figures import Figures, read_figures
from sync.hub.hall_states import RULES, SILENT_STATES, STATE_OF_EVIDENCE, HallState, Turn
from sync.hub.hub import Hub, View
from sync.hub.projections import side_of
from sync.hub.silences import Acknowledged
from sync.trust import Trust

ROOT_HEX_DIGITS: Final = 12
STOPPED_GATES: Final = frozenset({GateState.ROLLED_BACK, GateState.FENCED})


@dataclass(frozen=True, slots=True)
class HallRow:
    """One line of the board; instants and counters, never ages: the reader computes those.

    Attributes:
        hall: hall code.
        name: hall name.
        state: the worst of `found`, from the closed list.
        found: every state that holds, worst first.
        last_contact: instant of the last message of any kind, or None.
        last_equal: instant when both logs last were equal on both sides, or None.
        size: entries of the hall's log stored here.
        root: verified head, hex.
        own_size: size that the hall last reported.
        behind_up: entries that the hall has and the city not, as last reported.
        behind_down: entries of the city that the hall has not applied, as last reported.
        down_size: entries of the city's log for it.
        cases: cases of this hall.
        open_cases: those not at an end.
        flags: entries flagged for a person.
        evidence: refused signed heads.
        lease_until: instant.
        oldest_unacknowledged: instant reported by the hall, or empty.
        blobs_pending: scans reported as not yet here.
        gate: gate state reported by the hall, or empty.
        version: software reported by the hall, or empty.
    """

    hall: str
    name: str
    state: HallState
    found: tuple[HallState, ...]
    last_contact: str | None
    last_equal: str | None
    size: int
    root: str
    own_size: int
    behind_up: int
    behind_down: int
    down_size: int
    cases: int
    open_cases: int
    flags: int
    evidence: int
    lease_until: str
    oldest_unacknowledged: str
    blobs_pending: int
    gate: str
    version: str

    @property
    def state_name(self) -> str:
        """Message id of the state."""
        return RULES[self.state].name

    @property
    def turn(self) -> Turn:
        """Whose turn it is: that of the worst state."""
        return RULES[self.state].turn

    @property
    def silent(self) -> bool:
        """Not heard of for too long, whether the operator knows why or not."""
        return not SILENT_STATES.isdisjoint(self.found)

    @property
    def next_step(self) -> str:
        """Message id of what to do, empty when nothing is."""
        return RULES[self.state].step

    @property
    def short_root(self) -> str:
        """The head's first digits, for the eye."""
        return self.root[:ROOT_HEX_DIGITS]

    def as_json(self) -> dict[str, Any]:
        """Give the row as plain values (``city halls --json``)."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "state": self.state.value,
            "found": [state.value for state in self.found],
            "turn": self.turn.value,
        }


@dataclass(frozen=True, slots=True)
class HubCase:
    """A case as the city knows it."""

    case_no: str
    hall: str
    hall_name: str
    item_code: str
    item_name: str
    state: str
    received: str
    changed: str
    last_index: int


def board(hub: Hub | View) -> list[HallRow]:
    """Give all rows, worst first, then by hall code; the statements are as many for 500 halls as for one.

    Args:
        hub: the city, or a view of it.
    """
    view = hub.view if isinstance(hub, Hub) else hub
    now = hub.clock.now()
    figures = read_figures(view)
    order = list(HallState)
    rows = [_row(figures, trust, now) for trust in view.halls]
    return sorted(rows, key=lambda row: (order.index(row.state), row.hall))


def cases(hub: Hub, *, hall: str | None = None, limit: int = 100, offset: int = 0) -> list[HubCase]:
    """Give cases, the last changed first; of one hall or of all. Raises NotFound: no such hall."""
    names = {trust.ticket.hall: trust.ticket.hall_name for trust in hub.halls}
    where, given = ("WHERE hall = ?", (hub.hall(hall).ticket.hall,)) if hall else ("", ())
    rows = hub.store.reader().execute(
        "SELECT case_no, hall, item_code, item_name, state, received, changed, last_index FROM hub_case"  # noqa: S608
        f" {where} ORDER BY changed DESC, case_no LIMIT ? OFFSET ?",
        (*given, limit, offset),
    )
    return [
        HubCase(number, code, names[code], item, name, state, received, changed, index)
        for number, code, item, name, state, received, changed, index in rows
        if code in names
    ]


def flags_of(hub: Hub, hall: str) -> list[dict[str, Any]]:
    """List what was flagged in a hall's logs, oldest first. Raises NotFound: no such hall."""
    reader, side = hub.store.reader(), side_of(hub.hall(hall).ticket.h2c_origin)
    # The digits of the epoch follow: the next character after the nine ends the range.
    known = reader.execute("SELECT origin FROM log WHERE origin >= ?1 AND origin < ?1 || ':' ORDER BY id", (side,))
    return flags.of_logs(reader, [str(origin) for (origin,) in known])


def _row(figures: Figures, trust: Trust, now: datetime) -> HallRow:
    ticket = trust.ticket
    h2c, c2h = figures.stored(trust.h2c), figures.stored(trust.c2h)
    contact = figures.contacts.get(ticket.hall)
    status: dict[str, Any] = contact.detail.get("status", {}) if contact else {}
    total, still_open = figures.cases.get(ticket.hall, (0, 0))
    own_size = max(int(status.get("own_size", 0)), h2c.size)
    heads = evidence_of(figures, trust)
    lease = figures.leases.get(ticket.c2h_origin) or ticket.lease_until
    behind_up, behind_down = own_size - h2c.size, max(0, c2h.size - int(status.get("applied", 0)))
    found = {STATE_OF_EVIDENCE.get(kind, HallState.REFUSED) for kind in heads}
    checks = (
        (HallState.STOPPED, status.get("gate") in STOPPED_GATES),
        (HallState.LEASE_OVER, parse_time(lease) < now),
        (HallState.FLAGGED, ticket.hall in figures.flags),
        (HallState.HANDOVER_LATE, ticket.hall in figures.late),
        (HallState.UNCHECKED, ticket.c2h_origin in figures.unchecked),
        (HallState.BEHIND, behind_up > 0 or behind_down > 0),
        *_contact_checks(contact, now, figures.view.silent_after, figures.silences.get(ticket.hall)),
    )
    found |= {state for state, holds in checks if holds}
    states = tuple(state for state in HallState if state in found) or (HallState.EQUAL,)
    return HallRow(
        hall=ticket.hall,
        name=ticket.hall_name,
        state=states[0],
        found=states,
        last_contact=contact.at if contact else None,
        last_equal=contact.success if contact else None,
        size=h2c.size,
        root=h2c.root.hex(),
        own_size=own_size,
        behind_up=behind_up,
        behind_down=behind_down,
        down_size=c2h.size,
        cases=total,
        open_cases=still_open,
        flags=figures.flags.get(ticket.hall, 0),
        evidence=sum(heads.values()),
        lease_until=lease,
        oldest_unacknowledged=str(status.get("oldest_unacknowledged", "")),
        blobs_pending=int(status.get("blobs_pending", 0)),
        gate=str(status.get("gate", "")),
        version=str(status.get("version", "")),
    )


def _contact_checks(
    contact: Contact | None, now: datetime, after: timedelta, known: Acknowledged | None
) -> tuple[tuple[HallState, bool], ...]:
    """Tell whether a hall was never heard of, or not for too long, and whether the operator knows why."""
    if contact is None or contact.at is None:
        return ((HallState.NEVER, True),)
    if parse_time(contact.at) >= now - after:
        return ()
    rests = known is not None and known.rests(contact.at, now)
    return ((HallState.SILENCE_KNOWN if rests else HallState.SILENT, True),)


def evidence_of(figures: Figures, trust: Trust) -> dict[str, int]:
    """Count by kind the refused heads that say something of today.

    Those of epochs before the current one are settled, but for a box that reports into a closed one: that lasts until
    officers have had its entries salvaged. A note that names no log of this hall stays where a person sees it.
    """
    older = {
        f"{side_of(origin)}{epoch}"
        for origin in (trust.ticket.h2c_origin, trust.ticket.c2h_origin)
        for epoch in range(1, trust.ticket.epoch)
    }
    found: dict[str, int] = {}
    for (hall, origin), kinds in figures.evidence.items():
        if hall != trust.ticket.hall:
            continue
        for kind, count in kinds.items():
            late = kind == "closed" and (hall, origin) not in figures.salvaged
            if origin not in older or late:
                found[kind] = found.get(kind, 0) + count
    return found


@dataclass(frozen=True, slots=True)
class Sums:
    """The board in figures. `fine`, `waiting` and `need_someone` together are all halls.

    Attributes:
        halls: all halls.
        fine: equal on both sides and nothing to do.
        waiting: something is under way that passes by itself.
        need_someone: a person has to act; `turns` says how many each.
        silent: not heard of; somebody's turn until the operator has said that he knows why.
        turns: halls by whose turn it is.
        reported: entries that the halls said they have.
        stored: of these, stored and verified here.
        in_flight: of these, not here yet.
        flags: entries that wait for a person.
        cases: cases of all halls.
        open_cases: of these, not at an end.
    """

    halls: int
    fine: int
    waiting: int
    need_someone: int
    silent: int
    turns: dict[Turn, int]
    reported: int
    stored: int
    in_flight: int
    flags: int
    cases: int
    open_cases: int


def sums_of(rows: Sequence[HallRow]) -> Sums:
    """Add up the rows: the one count behind the page, ``city halls`` and the metrics."""
    turns = {turn: sum(row.turn is turn for row in rows) for turn in Turn}
    fine = sum(row.state is HallState.EQUAL for row in rows)
    return Sums(
        halls=len(rows),
        fine=fine,
        waiting=turns[Turn.NOBODY] - fine,
        need_someone=len(rows) - turns[Turn.NOBODY],
        silent=sum(row.silent for row in rows),
        turns=turns,
        reported=sum(row.own_size for row in rows),
        stored=sum(row.size for row in rows),
        in_flight=sum(row.behind_up for row in rows),
        flags=sum(row.flags for row in rows),
        cases=sum(row.cases for row in rows),
        open_cases=sum(row.open_cases for row in rows),
    )


def summary(rows: Sequence[HallRow], now: datetime) -> dict[str, Any]:
    """Give the sentence in the heading as numbers, with the instant they hold for (``city halls --json``)."""
    sums = sums_of(rows)
    return {
        "halls": sums.halls,
        "fine": sums.fine,
        "waiting": sums.waiting,
        "need_someone": sums.need_someone,
        "turns": {turn.value: count for turn, count in sums.turns.items()},
        "behind": sums.in_flight,
        "time": format_time(now),
    }
