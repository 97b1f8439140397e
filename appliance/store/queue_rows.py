"""Tickets, windows and the book of movements of the queue 排队叫号, read: functions over a connection, LOCAL tables."""

from dataclasses import dataclass
from typing import Final

import msgspec

from appliance.domain.queue import AT_WINDOW, IN_LINE, OPEN_STATES, Act, Priority, TicketState, WindowState
from appliance.errors import N_, NotFound
from appliance.store.connection import Connection

_NAMES: Final = (
    "id", "day", "code", "business", "priority", "place", "state", "window", "to_window", "recalls", "rejoined",
    "drawn", "called", "started", "ended", "outcome",
)  # fmt: skip
_FIELDS: Final = ", ".join(_NAMES)
OPEN: Final = ", ".join(f"'{one}'" for one in sorted({*OPEN_STATES, TicketState.MISSED}))


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket; times are ISO and empty until they come, `to_window` is set when it was transferred to one window."""

    id: int
    day: str
    code: str
    business: str
    priority: Priority
    place: int
    state: TicketState
    window: str
    to_window: str
    recalls: int
    rejoined: bool
    drawn: str
    called: str
    started: str
    ended: str
    outcome: str


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to draw: `series` is the letter of its business; the same `key` gives the same ticket again."""

    key: str
    series: str
    business: str
    priority: Priority
    at: str
    window: str
    login: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts: at which window (empty at a service desk), who, when (ISO)."""

    window: str
    login: str
    at: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A window: its state, the reason of a pause, who, since when (ISO), the kinds of business that it calls."""

    window: str
    state: WindowState
    reason: str
    login: str
    since: str
    business: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call or recall: its number in the book, ticket, window, time (ISO), and where the ticket stands now."""

    seq: int
    code: str
    window: str
    at: str
    state: TicketState


def get(connection: Connection, ticket: int) -> Ticket:
    """Give a ticket by its row; raises NotFound."""
    found = rows(connection, "WHERE id = ?", ticket)
    if not found:
        raise NotFound(N_("没有这个号"), code="ticket_unknown", next_step=N_("请核对排队票，或者重新取号"))
    return found[0]


def of_key(connection: Connection, key: str) -> Ticket | None:
    """Give the ticket that a form drew, by the form's key, or None."""
    found = rows(connection, "WHERE key = ?", key)
    return found[0] if found else None


def of_code(connection: Connection, day: str, code: str) -> Ticket | None:
    """Give a ticket of a day by what stands on the slip, or None."""
    found = rows(connection, "WHERE day = ? AND code = ?", day, code)
    return found[0] if found else None


def open_tickets(connection: Connection, day: str) -> list[Ticket]:
    """List who waits, is called, is served or was missed on a day, in the order of the line."""
    return rows(connection, f"WHERE day = ? AND state IN ({OPEN}) ORDER BY place, id", day)


def of_day(connection: Connection, day: str) -> list[Ticket]:
    """List all tickets of a day as they were drawn."""
    return rows(connection, "WHERE day = ? ORDER BY id", day)


def in_line(connection: Connection, day: str, business: tuple[str, ...], window: str) -> list[Ticket]:
    """List who waits for kinds of business, or was passed on to this very window."""
    waiting = [one for one in open_tickets(connection, day) if one.state in IN_LINE]
    return [one for one in waiting if (one.to_window == window if one.to_window else one.business in business)]


def waiting_for(tickets: list[Ticket], business: str) -> list[Ticket]:
    """Give of some tickets those that wait for a kind of business, in their order."""
    return [one for one in tickets if one.business == business and one.state in IN_LINE]


def at_window(connection: Connection, day: str, window: str) -> Ticket | None:
    """Give who is called to or served at a window, or None."""
    found = [one for one in open_tickets(connection, day) if one.window == window and one.state in AT_WINDOW]
    return found[0] if found else None


def window_row(connection: Connection, day: str, window: str) -> WindowRow | None:
    """Give a window as it was set today, or None."""
    return next((one for one in windows(connection, day) if one.window == window), None)


def windows(connection: Connection, day: str) -> list[WindowRow]:
    """List the windows that were opened today; what was left open the day before is closed."""
    found = connection.execute(
        "SELECT window, state, reason, login, since, business FROM queue_window WHERE since LIKE ? ORDER BY window",
        (f"{day}%",),
    )
    return [WindowRow(*row[:5], tuple(filter(None, row[5].split(",")))) for row in map(_window_values, found)]


def calls(connection: Connection, day: str, limit: int) -> list[CallRow]:
    """List the latest calls and recalls of a day, the newest first."""
    found = connection.execute(
        "SELECT m.id, t.code, m.window, m.at, t.state FROM queue_movement m JOIN queue_ticket t ON t.id = m.ticket"
        " WHERE m.day = ? AND m.act IN ('call', 'recall') ORDER BY m.id DESC LIMIT ?",
        (day, limit),
    )
    return [CallRow(seq, code, window, at, TicketState(state)) for seq, code, window, at, state in found]


def lately_served(connection: Connection, day: str, business: str, limit: int) -> list[tuple[str, str]]:
    """List begin and end of the latest tickets of a business that were finished on a day, the newest first."""
    found = connection.execute(
        "SELECT t.started, t.ended FROM queue_movement m JOIN queue_ticket t ON t.id = m.ticket WHERE m.day = ?"
        " AND m.act = 'finish' AND m.business = ? AND t.started <> '' ORDER BY m.id DESC LIMIT ?",
        (day, business, limit),
    )
    return [(str(started), str(ended)) for started, ended in found]


def of_days(connection: Connection, first: str, last: str) -> list[tuple[int, Act, str, str, str, str]]:
    """List the movements of a span of days, the oldest first: ticket, act, time, window, who, business."""
    found = connection.execute(
        "SELECT ticket, act, at, window, login, business FROM queue_movement WHERE day BETWEEN ? AND ? ORDER BY id",
        (first, last),
    )
    return [(ticket, Act(act), at, window, login, business) for ticket, act, at, window, login, business in found]


def movements(connection: Connection, ticket: int) -> list[tuple[Act, str, str, str]]:
    """List what happened to a ticket: act, time, window, who; the oldest first."""
    found = connection.execute(
        "SELECT act, at, window, login FROM queue_movement WHERE ticket = ? ORDER BY id", (ticket,)
    )
    return [(Act(act), at, window, login) for act, at, window, login in found]


def _window_values(row: tuple[str, ...]) -> tuple[str, WindowState, str, str, str, str]:
    return row[0], WindowState(row[1]), row[2], row[3], row[4], row[5]


def rows(connection: Connection, where: str, *values: object) -> list[Ticket]:
    """List tickets by a condition of this package's own."""
    found = connection.execute(f"SELECT {_FIELDS} FROM queue_ticket {where}", values)  # noqa: S608 - literal texts
    # Not strict: the table holds 0 and 1 where the ticket says yes or no.
    return [msgspec.convert(dict(zip(_NAMES, row, strict=True)), Ticket, strict=False) for row in found]
