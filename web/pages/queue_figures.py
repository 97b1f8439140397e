"""排队统计 for the hall's manager: waiting and handling times of some days, and the windows as they are now (4.3.2)."""

from datetime import date, timedelta
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import format_time, parse_time
from appliance.domain.queue import PAUSE_MINUTES_MAX, WINDOW_STATES, TicketState, WindowState
from appliance.errors import N_, Invalid
from appliance.projections import staff
from appliance.services import queue, queue_figures
from appliance.services.desk import Desk
from appliance.services.queue_figures import Report
from appliance.store import queue_rows
from web.pages.queue import BusinessLine, business_lines
from web.visit import Visit

DAYS_MAX = 366
SERVING = N_("办理中")
CALLING = N_("已叫号")


class WindowLine(msgspec.Struct, frozen=True, kw_only=True):
    """A window now: state (message id), reason, who, since when and for how long, who is there, what it calls."""

    window: str
    state: str
    tone: str
    reason: str
    person: str
    since: str
    minutes: int
    late: bool
    ticket: str
    calls: tuple[str, ...]


class FiguresPage(msgspec.Struct, frozen=True, kw_only=True):
    """Windows and lines now, and the figures of the days asked for."""

    TEMPLATE: ClassVar[str] = "queue/figures.html"
    windows: tuple[WindowLine, ...]
    businesses: tuple[BusinessLine, ...]
    pause_minutes_max: int
    first: str
    last: str
    report: Report | None
    problems: dict[str, str]


class FiguresQuery(msgspec.Struct, frozen=True):
    """From which day to which; today when nothing is said."""

    first: str = ""
    last: str = ""


def _windows(visit: Visit, desk: Desk) -> tuple[WindowLine, ...]:
    now, reader = visit.front.clock.now(), desk.reader()
    day, names = format_time(now)[:10], staff.names(reader)
    rows = {row.window: row for row in queue_rows.windows(reader, day)}
    here = {one.window: one for one in queue_rows.open_tickets(reader, day) if one.state is not TicketState.MISSED}
    lines = []
    for number in desk.facts.hall.windows:
        row, ticket = rows.get(number), here.get(number)
        state = row.state if row is not None else WindowState.CLOSED
        minutes = int((now - parse_time(row.since)).total_seconds() // 60) if row is not None else 0
        late = state is WindowState.PAUSED and minutes >= PAUSE_MINUTES_MAX
        told = WINDOW_STATES[state]
        if ticket is not None:
            told = SERVING if ticket.state is TicketState.SERVING else CALLING
        lines.append(
            WindowLine(
                window=number,
                state=told,
                tone="bad" if late else {WindowState.OPEN: "ok", WindowState.PAUSED: "warn"}.get(state, ""),
                reason=row.reason if row is not None and state is WindowState.PAUSED else "",
                person=names.get(row.login, row.login) if row is not None else "",
                since=row.since[11:16] if row is not None else "",
                minutes=minutes,
                late=late,
                ticket=ticket.code if ticket is not None else "",
                calls=tuple(one.prefix for one in queue.businesses() if row is not None and one.code in row.business),
            )
        )
    return tuple(lines)


def _days(visit: Visit, query: FiguresQuery) -> tuple[str, str, dict[str, str]]:
    """Read the days asked for; a problem names its field."""
    today = visit.front.clock.now().date()
    days, problems = {}, {}
    for name in ("first", "last"):
        text = getattr(query, name)
        try:
            days[name] = date.fromisoformat(text) if text else today
        except ValueError:
            problems[name] = visit.text(N_("日期写成 2026-11-28 这样"))
    if not problems and days["first"] > days["last"]:
        problems["first"] = visit.text(N_("开始日期不能晚于结束日期"))
    if not problems and days["last"] - days["first"] >= timedelta(days=DAYS_MAX):
        problems["first"] = visit.text(N_("一次最多统计 366 天"))
    return query.first or today.isoformat(), query.last or today.isoformat(), problems


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the hall's windows and lines now, and the figures of the days asked for."""
    first, last, problems = _days(visit, visit.query(FiguresQuery))
    now, reader = visit.front.clock.now(), desk.reader()
    day, names = format_time(now)[:10], staff.names(reader)
    counted = None if problems else queue_figures.report(reader, first, last, lambda one: f"{names.get(one, '')} {one}")
    page = FiguresPage(
        windows=_windows(visit, desk),
        businesses=business_lines(queue_rows.open_tickets(reader, day), queue_rows.windows(reader, day), now),
        pause_minutes_max=PAUSE_MINUTES_MAX,
        first=first,
        last=last,
        report=counted,
        problems=problems,
    )
    return visit.show(page, status=Invalid.status if problems else 200)
