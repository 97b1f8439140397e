"""叫号 at a window (clause 5.2.2.1.1): call, recall, pass, transfer, start, finish; who waits; its state."""

from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import format_time, parse_time
from appliance.domain.queue import (
    OUTCOME_NAMES,
    PRIORITY_NAMES,
    RECALLS_MAX,
    STATE_NAMES,
    WINDOW_STATES,
    Act,
    Outcome,
    Priority,
    TicketState,
    WindowState,
)
from appliance.errors import N_, NotFound, Refusal
from appliance.projections import cases
from appliance.services import queue
from appliance.services.desk import Desk
from appliance.store import queue_rows
from appliance.store.queue_rows import Hand, Ticket
from web.visit import Visit

SHOWN_IN_LINE = 8
RECENT_CASES = 100
MOVES = {"recall": Act.RECALL, "miss": Act.MISS, "start": Act.START, "rejoin": Act.REJOIN, "cancel": Act.CANCEL}


class TicketLine(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as lists show it: its business, why it has priority (message id or empty), how many minutes it waits."""

    id: int
    code: str
    business: str
    priority: str
    state: str
    waited: int
    drawn: str
    passed_on: bool
    rejoined: bool


class BusinessLine(msgspec.Struct, frozen=True):
    """One kind of business: who waits, how many of them with priority, the longest wait in minutes, open windows."""

    code: str
    name: str
    prefix: str
    waiting: int
    priority: int
    longest: int
    windows: int


class LinePart(msgspec.Struct, frozen=True):
    """Who waits, as part of the page and as the fragment that the page asks for every few seconds."""

    TEMPLATE: ClassVar[str] = "queue/_line.html"
    businesses: tuple[BusinessLine, ...]
    line: tuple[TicketLine, ...]
    more: int
    missed: tuple[TicketLine, ...]


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The window: who is here, what can be done, who waits."""

    TEMPLATE: ClassVar[str] = "queue/queue.html"
    part: LinePart
    window: str
    here: TicketLine | None
    serving: bool
    recalls: int
    recalls_max: int
    received: tuple[str, ...]
    outcome: str
    outcomes: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    state: str
    state_name: str
    reason: str
    calls: tuple[str, ...]
    problems: dict[str, str]
    notice: str


class TransferForm(msgspec.Struct, frozen=True):
    """Where to: a window, or another kind of business."""

    to_window: str = ""
    business: str = ""


class FinishForm(msgspec.Struct, frozen=True):
    """What came of it, and whether the next one is called at once."""

    outcome: str = ""
    next: bool = False


class WindowForm(msgspec.Struct, frozen=True):
    """The window's state, why it pauses, what it calls."""

    state: str = ""
    reason: str = ""
    business: tuple[str, ...] = ()


class NoteQuery(msgspec.Struct, frozen=True):
    """What the page says after an act: ``nobody`` when nobody waited."""

    told: str = ""


TOLD = {"nobody": N_("现在没有人等候本窗口的业务")}


def ticket_line(ticket: Ticket, now: datetime) -> TicketLine:
    """Show a ticket; it waits from when it was drawn."""
    drawn = parse_time(ticket.drawn)
    return TicketLine(
        id=ticket.id,
        code=ticket.code,
        business=queue.business_name(ticket.business),
        priority="" if ticket.priority is Priority.NONE else PRIORITY_NAMES[ticket.priority],
        state=STATE_NAMES[ticket.state],
        waited=max(0, int((now - drawn).total_seconds() // 60)),
        drawn=f"{drawn:%H:%M}",
        passed_on=bool(ticket.to_window) or ticket.state is TicketState.TRANSFERRED,
        rejoined=ticket.rejoined,
    )


def business_lines(tickets: list[Ticket], rows: list[queue_rows.WindowRow], now: datetime) -> tuple[BusinessLine, ...]:
    """Count who waits by kind of business."""
    lines = []
    for group in queue.businesses():
        mine = queue_rows.waiting_for(tickets, group.code)
        waits = [int((now - parse_time(one.drawn)).total_seconds() // 60) for one in mine]
        lines.append(
            BusinessLine(
                code=group.code,
                name=group.name,
                prefix=group.prefix,
                waiting=len(mine),
                priority=sum(one.priority is not Priority.NONE for one in mine),
                longest=max(waits, default=0),
                windows=sum(row.state is WindowState.OPEN and group.code in row.business for row in rows),
            )
        )
    return tuple(lines)


def _part(visit: Visit, desk: Desk) -> LinePart:
    now = visit.front.clock.now()
    day, window = format_time(now)[:10], visit.session.window or ""
    reader = desk.reader()
    tickets, rows = queue_rows.open_tickets(reader, day), queue_rows.windows(reader, day)
    mine = next((row.business for row in rows if row.window == window), tuple(one.code for one in queue.businesses()))
    line = queue_rows.in_line(reader, day, mine, window)
    return LinePart(
        businesses=business_lines(tickets, rows, now),
        line=tuple(ticket_line(one, now) for one in line[:SHOWN_IN_LINE]),
        more=max(0, len(line) - SHOWN_IN_LINE),
        missed=tuple(ticket_line(one, now) for one in tickets if one.state is TicketState.MISSED),
    )


def received_for(visit: Visit, desk: Desk, ticket: Ticket) -> tuple[str, ...]:
    """Give the numbers of the cases that this window received today for a ticket."""
    lately = cases.recent(desk.reader(), window=visit.session.window or "", limit=RECENT_CASES)
    found = (cases.find(desk.reader(), row.no) for row in lately if (row.received_at or "")[:10] == ticket.day)
    return tuple(case.no for case in found if case is not None and case.ticket == ticket.code)


def _page(visit: Visit, desk: Desk, problems: dict[str, str], form: WindowForm | None = None) -> QueuePage:
    now = visit.front.clock.now()
    day, window = format_time(now)[:10], visit.session.window or ""
    reader = desk.reader()
    here = queue_rows.at_window(reader, day, window) if window else None
    row = queue_rows.window_row(reader, day, window)
    state = row.state if row is not None else WindowState.CLOSED
    every = tuple(one.code for one in queue.businesses())
    received = received_for(visit, desk, here) if here is not None and here.state is TicketState.SERVING else ()
    return QueuePage(
        part=_part(visit, desk),
        window=window,
        here=ticket_line(here, now) if here is not None else None,
        serving=here is not None and here.state is TicketState.SERVING,
        recalls=here.recalls if here is not None else 0,
        recalls_max=RECALLS_MAX,
        received=received,
        outcome=(Outcome.CASE if received else Outcome.ENQUIRY).value,
        outcomes=tuple((one.value, OUTCOME_NAMES[one]) for one in Outcome),
        others=tuple(one for one in desk.facts.hall.windows if one != window),
        state=state.value,
        state_name=WINDOW_STATES[state],
        reason=form.reason if form else (row.reason if row else ""),
        calls=form.business if form else (row.business if row else every),
        problems=problems,
        notice=TOLD.get(visit.query(NoteQuery).told, ""),
    )


def _refused(visit: Visit, desk: Desk, refusal: Refusal, form: WindowForm | None = None) -> Response[str]:
    told = visit.text(refusal.message, **refusal.params), visit.text(refusal.next_step, **refusal.params)
    problems = visit.messages(refusal) or {"": "。".join(filter(None, told))}
    return visit.show(_page(visit, desk, problems, form), status=refusal.status)


def _hand(visit: Visit) -> Hand:
    return queue.hand(visit.session.window, visit.session.login, visit.front.clock.now())


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the window's queue."""
    return visit.show(_page(visit, desk, {}))


def line(visit: Visit, desk: Desk) -> Response[str]:
    """Give who waits, as a fragment."""
    return visit.show(_part(visit, desk))


async def _next(visit: Visit, desk: Desk) -> Response[str]:
    called = await queue.call_next(desk, _hand(visit))
    return visit.go("/queue" if called is not None else "/queue?told=nobody")


async def call(visit: Visit, desk: Desk) -> Response[str]:
    """Call the next one; a second press finds the window taken and calls nobody else."""
    try:
        return await _next(visit, desk)
    except Refusal as refusal:
        return _refused(visit, desk, refusal)


async def move(visit: Visit, desk: Desk, ticket: int, act: str) -> Response[str]:
    """Call again, pass, start (which opens the intake with the ticket), let rejoin, take back."""
    if act not in MOVES:
        raise NotFound(N_("没有这个操作"), next_step=N_("请从叫号页上操作"))
    try:
        moved = await queue.move(desk, ticket, MOVES[act], _hand(visit))
    except Refusal as refusal:
        return _refused(visit, desk, refusal)
    return visit.go(f"/intake?ticket={moved.code}" if MOVES[act] is Act.START else "/queue")


async def finish(visit: Visit, desk: Desk, ticket: int) -> Response[str]:
    """End serving somebody; with ``next`` the next one is called in the same breath."""
    form = visit.form(FinishForm)
    try:
        await queue.finish(desk, ticket, _hand(visit), outcome=form.outcome)
        return await _next(visit, desk) if form.next else visit.go("/queue")
    except Refusal as refusal:
        return _refused(visit, desk, refusal)


async def transfer(visit: Visit, desk: Desk, ticket: int) -> Response[str]:
    """Pass somebody on to another window or business."""
    form = visit.form(TransferForm)
    try:
        await queue.transfer(desk, ticket, _hand(visit), business=form.business, to_window=form.to_window)
    except Refusal as refusal:
        return _refused(visit, desk, refusal)
    return visit.go("/queue")


async def set_window(visit: Visit, desk: Desk) -> Response[str]:
    """Open, pause or close the window."""
    form = visit.form(WindowForm)
    try:
        await queue.set_window(desk, _hand(visit), state=form.state, reason=form.reason, business=form.business)
    except Refusal as refusal:
        return _refused(visit, desk, refusal, form)
    return visit.go("/queue")
