"""排队叫号: drawing a ticket, calling, passing on, finishing, and what the slip says (clause 5.2.2.1.1; domain §6.6).

Nothing here needs the city, and nothing is an entry of the log: a closed gate stops no queue (decision 0032).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from statistics import fmean
from typing import Final

from appliance.catalogue.departments import WindowGroup, load_departments
from appliance.clock import format_time
from appliance.domain.queue import (
    AT_THE_TERMINAL,
    PRIORITY_NAMES,
    Act,
    Outcome,
    Priority,
    WindowState,
    code_of,
    waiting_minutes,
)
from appliance.errors import N_, Forbidden, Invalid
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id
from appliance.services.desk import Desk
from appliance.services.facts import Facts
from appliance.store import queue, queue_rows
from appliance.store.connection import Connection
from appliance.store.queue_rows import Hand, NewTicket, Ticket, WindowRow

LATELY: Final = 20
"""So many finished tickets of the day make the estimate of the wait."""
REASON_LENGTH_MAX: Final = 40
KEY_LENGTH_MAX: Final = 64
NOTICE: Final = "请留意叫号屏和语音；叫号三次未到的按过号处理，过号当天可以重排一次。"


@cache
def businesses() -> tuple[WindowGroup, ...]:
    """Give the kinds of business that tickets are drawn for, with their letters."""
    return load_departments().window_groups


def business_named(code: str) -> WindowGroup:
    """Find a kind of business by its code; raises Invalid for the field ``business``."""
    found = next((one for one in businesses() if one.code == code), None)
    if found is None:
        raise Invalid(N_("没有选业务"), fields={"business": N_("请选一种业务")}, next_step=N_("请选一种业务，再取号"))
    return found


def business_name(code: str) -> str:
    """Give the name of a kind of business; its code where it is known no more."""
    return next((one.name for one in businesses() if one.code == code), code)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands in its line: how many are before it, the wait in minutes; None: not known."""

    ahead: int
    minutes: int | None


def _priority(text: str, *, staff: bool) -> Priority:
    allowed = tuple(Priority) if staff else AT_THE_TERMINAL
    found = next((one for one in allowed if one.value == (text or Priority.NONE)), None)
    if found is None:
        raise Invalid(
            N_("优先情形不对"),
            fields={"priority": N_("请从列出的情形里选；预约的请到服务台取号")},
            next_step=N_("请重新选择优先情形，没有的选“普通”"),
        )
    return found


async def draw(desk: Desk, *, business: str, priority: str, key: str, at: datetime, window: str, login: str) -> Ticket:
    """Draw a ticket; whoever gets the answer has a number that nobody else has, also after a power cut.

    Args:
        desk: the desk.
        business: code of the kind of business.
        priority: code of the reason to be called before others; empty for none.
        key: the form's key: a second click gives the same ticket.
        at: now.
        window: where staff drew it; empty at a terminal.
        login: who; empty at a terminal.

    Raises:
        Invalid: no such business or priority, or the form came without its key.
    """
    group = business_named(business)
    if not key or len(key) > KEY_LENGTH_MAX:
        raise Invalid(N_("这一页打开得太久了，没有取号"), next_step=N_("请重新打开取号页再取一次"))
    new = NewTicket(
        key=key,
        series=group.prefix,
        business=group.code,
        priority=_priority(priority, staff=bool(login)),
        at=format_time(at),
        window=window,
        login=login,
    )
    return await desk.local(queue.draw, new)


def standing(connection: Connection, ticket: Ticket) -> Standing:
    """Tell how many are before a ticket and how long that takes at today's pace."""
    mine = queue_rows.waiting_for(queue_rows.open_tickets(connection, ticket.day), ticket.business)
    ahead = sum((one.place, one.id) < (ticket.place, ticket.id) for one in mine)
    lately = queue_rows.lately_served(connection, ticket.day, ticket.business, LATELY)
    spent = [(datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() for start, end in lately]
    windows = [
        one
        for one in queue_rows.windows(connection, ticket.day)
        if one.state is WindowState.OPEN and ticket.business in one.business
    ]
    return Standing(ahead, waiting_minutes(ahead, fmean(spent), len(windows)) if spent else None)


def slip(connection: Connection, facts: Facts, ticket: Ticket) -> data.QueueTicket:
    """Make the slip 排队票 as it stands now; no person is named on it."""
    hall, stands = facts.hall, standing(connection, ticket)
    drawn = datetime.fromisoformat(ticket.drawn)
    return data.QueueTicket(
        head=data.Head(
            paper_id=paper_id(f"Q{ticket.day.replace('-', '')}{ticket.code}", kind_named("queue_ticket"), 1),
            hall=hall.name,
            authority=hall.name,
            item_name=business_name(ticket.business),
            item_code=ticket.business,
            issued_at=drawn,
        ),
        code=ticket.code,
        drawn_at=drawn,
        ahead=stands.ahead,
        priority="" if ticket.priority is Priority.NONE else PRIORITY_NAMES[ticket.priority],
        wait="" if stands.minutes is None or not stands.ahead else f"约 {stands.minutes} 分钟",
        notice=NOTICE,
        phones=data.Phones(
            consult=hall.consult_phone, supervision=hall.supervision_phone, address=hall.address, hours=hall.hours
        ),
    )


def hand(window: str | None, login: str, at: datetime) -> Hand:
    """Name who acts at which window; raises Forbidden for a person without a window."""
    if not window:
        raise Forbidden(N_("您登录时没有选窗口，不能叫号"), next_step=N_("请退出后重新登录，并选择您的窗口"))
    return Hand(window, login, format_time(at))


async def call_next(desk: Desk, who: Hand) -> Ticket | None:
    """Call the next person to the window; None when nobody waits; raises as the store does."""
    return await desk.local(queue.call_next, who, tuple(one.code for one in businesses()))


async def transfer(desk: Desk, ticket: int, who: Hand, *, business: str, to_window: str) -> Ticket:
    """Pass a person on to another business or window.

    Raises:
        Invalid: neither was named, the window is this one or none of the hall's; `fields` names it.
        NotFound, Conflict: see `appliance.store.queue.transfer`.
    """
    found = queue_rows.get(desk.reader(), ticket)
    if to_window and (to_window not in desk.facts.hall.windows or to_window == who.window):
        raise Invalid(
            N_("转去的窗口不对"),
            fields={"to_window": N_("请选本厅的另一个窗口")},
            next_step=N_("请选另一个窗口或者业务，再转"),
        )
    group = business_named(business) if business else business_named(found.business)
    if not to_window and group.code == found.business:
        raise Invalid(
            N_("没有选转去哪里"),
            fields={"to_window": N_("请选转去的窗口，或者另一种业务")},
            next_step=N_("请选另一个窗口或者业务，再转"),
        )
    return await desk.local(queue.transfer, ticket, who, group.code, to_window)


async def set_window(desk: Desk, who: Hand, *, state: str, reason: str, business: tuple[str, ...]) -> WindowRow:
    """Open, pause or close the window, and choose what it calls.

    Raises:
        Invalid: no state, a pause without a reason, or no business chosen; `fields` names it.
        Conflict: somebody is at the window.
    """
    chosen = tuple(one.code for one in businesses() if one.code in business)
    problems = {}
    if state not in set(WindowState):
        problems["state"] = N_("请选窗口状态")
    if state == WindowState.PAUSED and not reason.strip():
        problems["reason"] = N_("请写暂停的原因，大厅负责人看得到")
    if len(reason.strip()) > REASON_LENGTH_MAX:
        problems["reason"] = N_("原因最多 40 个字")
    if not chosen:
        problems["business"] = N_("至少选一种业务")
    if problems:
        raise Invalid(N_("窗口设置没有保存"), fields=problems, next_step=N_("请改正标出的项目"))
    row = WindowRow(who.window, WindowState(state), reason.strip(), who.login, who.at, chosen)
    return await desk.local(queue.set_window, row)


async def finish(desk: Desk, ticket: int, who: Hand, *, outcome: str) -> Ticket:
    """End serving a person; raises Invalid for an unknown outcome, and what `appliance.store.queue.finish` does."""
    if outcome not in set(Outcome):
        raise Invalid(N_("没有选办理结果"), fields={"outcome": N_("请选办理结果")}, next_step=N_("请选结果，再办完"))
    return await desk.local(queue.finish, ticket, who, Outcome(outcome))


async def move(desk: Desk, ticket: int, act: Act, who: Hand) -> Ticket:
    """Recall, miss, start, rejoin or cancel; raises what `appliance.store.queue.move` does."""
    return await desk.local(queue.move, ticket, act, who)


def typed_code(text: str) -> str:
    """Read a number as people type it: ``a1`` is ``A001``; what is no number stays as it is, in capitals."""
    plain = text.strip().upper().replace(" ", "")[:12]
    letter, digits = plain[:1], plain[1:]
    return code_of(letter, int(digits)) if letter.isascii() and letter.isalpha() and digits.isdecimal() else plain
