"""The queue 排队叫号: tickets, windows and the book of movements; functions over a connection, in LOCAL tables.

Each write runs in the writer's transaction and the writer is one thread, so two windows that call in the same moment
get two persons; and the tables' own keys refuse a number given twice or a second person at a window.
"""

from dataclasses import replace
from typing import Final

from appliance.domain.queue import (
    ALLOWED,
    BOOKED_SERIES,
    PRIORITY_EVERY,
    RECALLS_MAX,
    STATE_NAMES,
    STEP,
    Act,
    InLine,
    Outcome,
    Priority,
    TicketState,
    WindowState,
    choose,
    code_of,
    ordinary_since,
    place_behind,
)
from appliance.errors import N_, Conflict, NotFound
from appliance.store.connection import Connection
from appliance.store.queue_rows import (
    OPEN,
    Hand,
    NewTicket,
    Ticket,
    WindowRow,
    at_window,
    get,
    in_line,
    rows,
    window_row,
)


def draw(connection: Connection, new: NewTicket) -> Ticket:
    """Draw a ticket: the next number of its letter on this day.

    Power fails before the commit: no number was given, and the slip was not printed either. After it the ticket waits.
    """
    known = connection.execute("SELECT id FROM queue_ticket WHERE key = ?", (new.key,)).get
    if known is not None:
        return get(connection, known)
    _begin_day(connection, new.at)
    day, series = new.at[:10], BOOKED_SERIES if new.priority is Priority.BOOKED else new.series
    sql = "SELECT coalesce(max(number), 0) + 1 FROM queue_ticket WHERE day = ? AND series = ?"
    number = int(connection.execute(sql, (day, series)).get)
    connection.execute(
        "INSERT INTO queue_ticket (day, series, number, code, business, priority, place, state, drawn, key)"
        " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        (
            day,
            series,
            number,
            code_of(series, number),
            new.business,
            new.priority,
            TicketState.WAITING,
            new.at,
            new.key,
        ),
    )
    row = connection.last_insert_rowid()
    connection.execute("UPDATE queue_ticket SET place = ? WHERE id = ?", (row * STEP, row))
    ticket = get(connection, row)
    _note(connection, ticket, Act.DRAW, Hand(new.window, new.login, new.at))
    return ticket


def call_next(connection: Connection, hand: Hand, every: tuple[str, ...]) -> Ticket | None:
    """Call the next person to a window; opens the window when it was closed.

    Args:
        connection: the writer's.
        hand: the window and who calls.
        every: codes of all kinds of business, for a window that has not chosen.

    Returns:
        The ticket, or None when nobody waits for this window.

    Raises:
        Conflict: somebody is at the window already, or the window pauses.
    """
    _begin_day(connection, hand.at)
    here = at_window(connection, hand.at[:10], hand.window)
    if here is not None:
        raise Conflict(
            N_("%(code)s 还在本窗口（%(state)s）"),
            code="window_taken",
            subject=here.code,
            params={"code": here.code, "state": STATE_NAMES[here.state]},
            next_step=N_("先办完、过号或者转窗，再叫下一位"),
        )
    window = window_row(connection, hand.at[:10], hand.window)
    if window is not None and window.state is WindowState.PAUSED:
        raise Conflict(
            N_("%(window)s 号窗口暂停着：%(reason)s"),
            code="window_paused",
            params={"window": hand.window, "reason": window.reason},
            next_step=N_("先恢复叫号，再叫下一位"),
        )
    if window is None or window.state is WindowState.CLOSED:
        window = set_window(connection, WindowRow(hand.window, WindowState.OPEN, "", hand.login, hand.at, every))
    waiting = in_line(connection, hand.at[:10], window.business, hand.window)
    line = [InLine(one.id, one.place, one.priority is not Priority.NONE and not one.rejoined) for one in waiting]
    chosen = choose(line, ordinary_since(_lately(connection, hand.at[:10], window.business)))
    if chosen is None:
        return None
    connection.execute(
        "UPDATE queue_ticket SET window = ?, to_window = '', recalls = 0 WHERE id = ?", (hand.window, chosen.id)
    )
    return _step(connection, get(connection, chosen.id), Act.CALL, hand)


def move(connection: Connection, ticket: int, act: Act, hand: Hand) -> Ticket:
    """Recall, miss, start, rejoin or cancel.

    Raises:
        NotFound: no such ticket today.
        Conflict: its state does not allow it, it stands at another window, it was called often enough or it has
            rejoined before.
    """
    _begin_day(connection, hand.at)
    found = _of_today(connection, ticket, hand)
    if act in {Act.RECALL, Act.MISS, Act.START}:
        _require_here(found, hand)
    _require_state(found, act)
    if act is Act.RECALL:
        if found.recalls >= RECALLS_MAX:
            raise Conflict(
                N_("%(code)s 已经重呼 %(n)d 次"), code="recalled", subject=found.code,
                params={"code": found.code, "n": found.recalls}, next_step=N_("没有人来的，按过号处理"),
            )  # fmt: skip
        connection.execute("UPDATE queue_ticket SET recalls = recalls + 1 WHERE id = ?", (ticket,))
    if act is Act.REJOIN:
        if found.rejoined:
            raise Conflict(
                N_("%(code)s 已经重排过一次"), code="rejoined", subject=found.code, params={"code": found.code},
                next_step=N_("请重新取号"),
            )  # fmt: skip
        others = in_line(connection, found.day, (found.business,), "")
        place = place_behind(one.place for one in others)
        connection.execute("UPDATE queue_ticket SET rejoined = 1, window = '', place = ? WHERE id = ?", (place, ticket))
    return _step(connection, found, act, hand)


def transfer(connection: Connection, ticket: int, hand: Hand, business: str, to_window: str) -> Ticket:
    """Pass somebody on to another kind of business or to one window; the time of drawing and the place stay.

    Raises:
        NotFound, Conflict: as `move`.
    """
    _begin_day(connection, hand.at)
    found = _of_today(connection, ticket, hand)
    _require_here(found, hand)
    _require_state(found, Act.TRANSFER)
    connection.execute(
        "UPDATE queue_ticket SET business = ?, to_window = ?, window = '' WHERE id = ?", (business, to_window, ticket)
    )
    return _step(connection, found, Act.TRANSFER, hand)


def finish(connection: Connection, ticket: int, hand: Hand, outcome: Outcome) -> Ticket:
    """End serving somebody, and keep what came of it; raises as `move`."""
    _begin_day(connection, hand.at)
    found = _of_today(connection, ticket, hand)
    _require_here(found, hand)
    _require_state(found, Act.FINISH)
    connection.execute("UPDATE queue_ticket SET outcome = ? WHERE id = ?", (outcome, ticket))
    return _step(connection, found, Act.FINISH, hand)


def set_window(connection: Connection, row: WindowRow) -> WindowRow:
    """Open, pause or close a window, or choose what it calls.

    Raises:
        Conflict: somebody is at the window, so it cannot pause or close.
    """
    _begin_day(connection, row.since)
    here = at_window(connection, row.since[:10], row.window)
    if here is not None and row.state is not WindowState.OPEN:
        raise Conflict(
            N_("%(code)s 还在本窗口（%(state)s）"),
            code="window_taken",
            subject=here.code,
            params={"code": here.code, "state": STATE_NAMES[here.state]},
            next_step=N_("先办完、过号或者转窗，再暂停或关闭窗口"),
        )
    connection.execute(
        "INSERT INTO queue_window (window, state, reason, login, since, business) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (window) DO UPDATE SET state = excluded.state, reason = excluded.reason, login = excluded.login,"
        " since = excluded.since, business = excluded.business",
        (row.window, row.state, row.reason, row.login, row.since, ",".join(row.business)),
    )
    return row


# ---- inside


def _of_today(connection: Connection, ticket: int, hand: Hand) -> Ticket:
    found = get(connection, ticket)
    if found.day != hand.at[:10]:
        raise NotFound(N_("没有这个号"), code="ticket_unknown", next_step=N_("请核对排队票，或者重新取号"))
    return found


def _require_here(ticket: Ticket, hand: Hand) -> None:
    if ticket.window != hand.window:
        raise Conflict(
            N_("%(code)s 不在 %(window)s 号窗口"),
            code="other_window",
            subject=ticket.code,
            params={"code": ticket.code, "window": hand.window},
            next_step=N_("请看叫号页上现在的情况"),
        )


def _require_state(ticket: Ticket, act: Act) -> None:
    if ticket.state not in ALLOWED[act][0]:
        raise Conflict(
            N_("%(code)s 现在是“%(state)s”，不能这样处理"),
            code="ticket_state",
            subject=ticket.code,
            params={"code": ticket.code, "state": STATE_NAMES[ticket.state]},
            next_step=N_("请看叫号页上现在的情况"),
        )


_TIMES: Final = {
    Act.CALL: "called",
    Act.START: "started",
    Act.MISS: "ended",
    Act.FINISH: "ended",
    Act.CANCEL: "ended",
    Act.ABANDON: "ended",
}


def _step(connection: Connection, ticket: Ticket, act: Act, hand: Hand) -> Ticket:
    """Set the state that an act leads to and its time, and note the movement; the first call and start count."""
    _require_state(ticket, act)
    connection.execute("UPDATE queue_ticket SET state = ? WHERE id = ?", (ALLOWED[act][1], ticket.id))
    column = _TIMES.get(act)
    if column is not None:
        first = f"CASE {column} WHEN '' THEN ? ELSE {column} END" if column != "ended" else "?"
        connection.execute(f"UPDATE queue_ticket SET {column} = {first} WHERE id = ?", (hand.at, ticket.id))  # noqa: S608 - literal
    now = get(connection, ticket.id)
    _note(connection, replace(now, business=ticket.business) if act is Act.TRANSFER else now, act, hand)
    return now


def _note(connection: Connection, ticket: Ticket, act: Act, hand: Hand) -> None:
    ranked = ticket.priority is not Priority.NONE and not ticket.rejoined
    connection.execute(
        "INSERT INTO queue_movement (ticket, day, act, at, window, login, business, priority)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (ticket.id, ticket.day, act, hand.at, hand.window, hand.login, ticket.business, ranked),
    )


def _lately(connection: Connection, day: str, business: tuple[str, ...]) -> list[bool]:
    """Tell of the latest calls for these kinds of business whether each had priority, the newest first."""
    marks = ", ".join("?" * len(business))
    found = connection.execute(
        "SELECT priority FROM queue_movement WHERE day = ? AND act = 'call'"  # noqa: S608 - question marks
        f" AND business IN ({marks}) ORDER BY id DESC LIMIT ?",
        (day, *business, PRIORITY_EVERY),
    )
    return [bool(priority) for (priority,) in found]


def _begin_day(connection: Connection, at: str) -> None:
    """End what another day left open: numbers begin anew, and nobody of yesterday is called."""
    left = rows(connection, f"WHERE state IN ({OPEN}) AND day <> ?", at[:10])
    for ticket in left:
        _step(connection, ticket, Act.ABANDON, Hand(ticket.window, "", at))
