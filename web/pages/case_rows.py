"""Lines of case lists: masked for whoever reads, with the deadline light in working days."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.clocks import lamp_for
from appliance.domain.masking import Audience
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_
from appliance.projections import absences, case_deadlines, case_lists, hearings, staff
from appliance.projections.case_brief import CaseBrief, briefs
from appliance.projections.case_lists import Wanted
from appliance.projections.cases import CaseRow
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from web.pages import lead_work
from web.pages.case_marks import back_entry_name, state_name, waits_above
from web.pages.casework import CLOCK_NAMES, TONES, Light, audience_of, light, shown_name
from web.visit import Visit

RESTING = Light("none", "")


class ListRow(msgspec.Struct, frozen=True):
    """One line of a list of cases; `waits` says since when it waits where no clock of the hall runs.

    `joint` is the number of the joint whole that it is part of, empty for a case of its own.
    """

    no: str
    item: str
    applicant: str
    state: str
    tone: str
    handler: str
    acting_for: str
    light: Light
    clock: str
    due: str
    received_at: datetime
    href: str
    waits: str = ""
    joint: str = ""
    entered_later: str = ""


def list_rows(
    visit: Visit, desk: Desk, found: list[CaseRow], href: Callable[[CaseRow], str] | None = None
) -> tuple[ListRow, ...]:
    """Make the lines of a list.

    Args:
        visit: the request.
        desk: the desk.
        found: rows of the projection.
        href: where a line leads; the case page when not given.
    """
    if not found:
        return ()
    connection = desk.reader()
    line = _Lines(visit, desk.facts.calendar(connection), department_of(connection, visit.actor))
    known = briefs(connection, [row.no for row in found])
    who = staff.names(connection)
    away = replaced(visit, desk)

    def one(row: CaseRow) -> ListRow:
        handler = who.get(row.handler, row.handler) if row.handler else ""
        acting_for = handler if row.handler in away else ""
        return line.of(row, known.get(row.no), handler, acting_for, href(row) if href else f"/cases/{row.no}")

    return tuple(map(one, found))


def replaced(visit: Visit, desk: Desk) -> tuple[str, ...]:
    """Give the handlers whom this person stands in for today."""
    if visit.actor.role is not Role.CASE_HANDLER:
        return ()
    return absences.replaced_by(desk.reader(), visit.actor.id, visit.front.clock.now().date().isoformat())


@dataclass(slots=True)
class _Lines:
    """Makes the lines of one list: what they have in common is looked up once."""

    visit: Visit
    calendar: Calendar
    department: str
    lights: dict[str, Light] = field(default_factory=dict)

    def _light(self, due: str | None) -> Light:
        if not due:
            return RESTING
        if due not in self.lights:
            self.lights[due] = light(self.visit, self.calendar, due)
        return self.lights[due]

    def of(self, row: CaseRow, case: CaseBrief | None, handler: str, acting_for: str, href: str) -> ListRow:
        """Make one line; `case` is None only when the projection changed between two reads."""
        visit = self.visit
        state = visit.text(state_name(case) if case is not None else STATE_NAMES[row.state])
        if row.step:
            state = f"{state} · {visit.text(row.step)}"
        audience = audience_of(visit.actor, self.department, case) if case is not None else Audience.LIST
        if audience is Audience.TASK:
            visit.saw("list", row.no, "name")
        return ListRow(
            no=row.no,
            item=row.item_name,
            applicant=shown_name(case, audience) if case is not None else "",
            state=state,
            tone=TONES.get(row.state, ""),
            handler=handler,
            acting_for=acting_for,
            light=self._light(row.due),
            clock=visit.text(CLOCK_NAMES.get(row.due_clock or "", row.due_clock or "")),
            due=row.due or "",
            received_at=datetime.fromisoformat(row.received_at),
            href=href,
            waits=waits_above(visit, self.calendar, case) if case is not None else "",
            joint=row.joint or "",
            entered_later=visit.text(back_entry_name(case)) if case is not None else "",
        )


class Tab(msgspec.Struct, frozen=True):
    """One list of the work desk.

    Attributes:
        code: name in the address.
        label: message id.
        rows: reads the cases: limit and offset in, rows out.
        dues: reads only the due days of the first so many, for figures.
        href: where a line leads.
        empty: message id for an empty list.
        mine: it waits for this person, and counts in the sentence on top; others only wait for someone else.
    """

    code: str
    label: str
    rows: Callable[[int, int], list[CaseRow]]
    dues: Callable[[int], list[str | None]]
    href: Callable[[CaseRow], str]
    empty: str
    mine: bool = True


def lamps_of(visit: Visit, desk: Desk, dues: list[str | None]) -> list[str]:
    """Give the colour of the deadline light for each due day; `none` where no clock runs."""
    calendar, now = desk.facts.calendar(desk.reader()), visit.front.clock.now()
    lamps = {due: lamp_for(calendar, now, date.fromisoformat(due), used=0, count=0).value for due in {*dues} if due}
    return [lamps[due] if due else RESTING.lamp for due in dues]


def _tab(
    desk: Desk,
    code: str,
    label: str,
    wanted: Wanted,
    href: Callable[[CaseRow], str],
    empty: str,
    *,
    mine: bool = True,
) -> Tab:
    """Make a list of open cases."""
    return Tab(
        code,
        label,
        lambda limit, offset: case_lists.listing(desk.reader(), wanted, limit=limit, offset=offset),
        lambda limit: case_lists.dues(desk.reader(), wanted, limit=limit),
        href,
        empty,
        mine,
    )


def _at(prefix: str) -> Callable[[CaseRow], str]:
    return lambda row: f"{prefix}/{row.no}"


def _above(row: CaseRow) -> str:
    return f"/cases/{row.no}/above"


def _waiting_above(desk: Desk, department: str | None, href: Callable[[CaseRow], str]) -> Tab:
    """List the cases that wait for a higher authority, the longest first."""
    wanted = Wanted(states=(State.FORWARDED,), department=department)
    return _tab(desk, "above", N_("等上级决定"), wanted, href, N_("没有等上级决定的件"), mine=False)


def _tolerating(desk: Desk) -> Tab:
    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/tolerated"

    return Tab(
        "tolerated",
        N_("等容缺材料"),
        lambda limit, offset: case_deadlines.tolerating(desk.reader(), limit=limit, offset=offset),
        lambda limit: case_deadlines.tolerating_dues(desk.reader(), limit=limit),
        href,
        N_("没有等着补容缺材料的件"),
        mine=False,
    )


def _promised(desk: Desk, actor: Actor, department: str) -> Tab:
    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/acts/verify-promise"

    return Tab(
        "promised",
        N_("待核查承诺"),
        lambda limit, offset: case_deadlines.promised(desk.reader(), department, actor.id, limit=limit, offset=offset),
        lambda limit: case_deadlines.promised_dues(desk.reader(), department, actor.id, limit=limit),
        href,
        N_("没有等您核查的承诺"),
    )


def _hearing_record(row: CaseRow) -> str:
    return f"/cases/{row.no}/acts/hearing-record"


def _presiding(desk: Desk, actor: Actor) -> tuple[Tab, ...]:
    """List the hearings that this person presides over or writes down, where there are any."""

    def dues(limit: int) -> list[str | None]:
        return hearings.dues(desk.reader(), actor.id, limit=limit)

    if not dues(1):
        return ()
    rows = partial(_hearing_rows, desk, actor.id)
    return (Tab("hearings", N_("我的听证"), rows, dues, _hearing_record, N_("没有等您主持或者记录的听证")),)


def _hearing_rows(desk: Desk, person: str, limit: int, offset: int) -> list[CaseRow]:
    return hearings.waiting(desk.reader(), person, limit=limit, offset=offset)


def _delivery(row: CaseRow) -> str:
    return f"/cases/{row.no}/acts/deliver"


def _second_person(
    desk: Desk,
    actor: Actor,
    *acts: str,
    department: str | None = None,
    handlers: tuple[str, ...] | None = None,
) -> Tab:
    """List the proposals that wait for this person as the second of two, as `procedure_acts.may_settle` allows it.

    A handler settles in his own cases and in those of whom he stands in for; anyone else where he neither proposed nor
    handled.
    """

    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/proposal"

    second = actor.id if handlers is None else None
    wanted = Wanted(proposals=acts, department=department, handlers=handlers, second=second)
    return _tab(desk, "proposals", N_("等我确认"), wanted, href, N_("没有等您确认的提请"))


def _clerk_tabs(desk: Desk, actor: Actor) -> tuple[Tab, ...]:
    decided = Wanted(states=(State.DECIDED_GRANTED, State.DECIDED_REFUSED))
    correcting = Wanted(states=(State.CORRECTION_PENDING,))
    ready, mailed = Wanted(states=(State.RESULT_READY,)), Wanted(states=(State.MAILED,))
    waits, settled = N_("等申请人补正"), N_("没有等着补正的件")
    return (
        _tab(desk, "ready", N_("待领取"), ready, _at("/issuance"), N_("架上没有等着领取的结果")),
        _tab(desk, "produce", N_("待制证"), decided, _at("/issuance"), N_("没有等着制证的件")),
        _tab(desk, "correction", waits, correcting, _at("/supplement"), settled, mine=False),
        _tab(desk, "mailed", N_("等签收"), mailed, _delivery, N_("没有在途的件"), mine=False),
        _tolerating(desk),
        _waiting_above(desk, None, _above),
        _second_person(desk, actor, "void_receipt"),
    )


def _handler_tabs(desk: Desk, actor: Actor, department: str, away: tuple[str, ...]) -> tuple[Tab, ...]:
    mine = (actor.id, *away)

    def own(state: State) -> Wanted:
        return Wanted(states=(state,), handlers=mine)

    fresh = Wanted(states=(State.RECEIVED, State.PRE_REVIEW), department=department, handlers=("",))
    # A case that was deemed accepted before anyone took it waits for any handler of the department.
    signing = Wanted(
        states=(State.IN_REVIEW,), department=department, step_role=Role.CASE_HANDLER, handlers=("", *mine)
    )
    corrected, settled = own(State.CORRECTION_PENDING), N_("没有等着补正的件")
    return (
        _tab(desk, "prereview", N_("我的预审"), own(State.PRE_REVIEW), _at("/prereview"), N_("您手上没有预审中的件")),
        _tab(desk, "sign", N_("轮到我签"), signing, _at("/review"), N_("没有等您签署意见的件")),
        _tab(desk, "received", N_("待领办"), fresh, _at("/prereview"), N_("本部门没有等着领办的件")),
        _tab(desk, "correction", N_("等申请人补正"), corrected, _at("/cases"), settled, mine=False),
        _promised(desk, actor, department),
        _waiting_above(desk, department, _at("/cases")),
        _second_person(desk, actor, "lapse_correction", handlers=mine),
    )


def _leading(visit: Visit, desk: Desk, department: str, away: tuple[str, ...]) -> tuple[Tab, ...]:
    """List what waits for the lead, where the department leads joint wholes."""
    work = lead_work.LeadWork(visit, desk, department, (visit.actor.id, *away))
    if not work.offered and not work.dues(1):
        return ()
    return (Tab("lead", lead_work.LABEL, work.rows, work.dues, work.href, lead_work.EMPTY),)


def _signer_tabs(desk: Desk, actor: Actor, department: str) -> tuple[Tab, ...]:
    signing = Wanted(states=(State.IN_REVIEW,), department=department, step_role=actor.role)
    others = Wanted(states=(State.IN_REVIEW,), department=department, other_than=actor.role)
    second = _second_person(desk, actor, "not_accepted", "terminate", "start_special", department=department)
    elsewhere = N_("本部门没有在其他环节的件")
    return (
        _tab(desk, "sign", N_("轮到我签"), signing, _at("/review"), N_("没有等您签署意见的件")),
        *((second,) if actor.role is Role.REVIEWER else ()),
        _tab(desk, "others", N_("在其他环节"), others, _at("/cases"), elsewhere, mine=False),
        *((_waiting_above(desk, department, _at("/cases")),) if actor.role is not Role.REVIEWER else ()),
    )


def _overview_tabs(desk: Desk) -> tuple[Tab, ...]:
    return (_tab(desk, "open", N_("在办的件"), Wanted(), _at("/cases"), N_("没有在办的件"), mine=False),)


OVERVIEW = frozenset({Role.SUPERVISOR, Role.HALL_MANAGER})


def tabs_for(visit: Visit, desk: Desk) -> tuple[Tab, ...]:
    """Give the work lists of a role; none for administrators and whoever handles no case."""
    actor = visit.actor
    department = department_of(desk.reader(), actor)
    match actor.role:
        case Role.WINDOW_CLERK:
            return _clerk_tabs(desk, actor)
        case Role.CASE_HANDLER:
            away = replaced(visit, desk)
            leading = _leading(visit, desk, department, away)
            return (*_handler_tabs(desk, actor, department, away), *leading, *_presiding(desk, actor))
        case Role.REVIEWER | Role.APPROVER | Role.DEPT_HEAD:
            return (*_signer_tabs(desk, actor, department), *_presiding(desk, actor))
        case Role.HALL_MANAGER:
            return (_second_person(desk, actor, "void_receipt"), *_overview_tabs(desk))
        case role if role in OVERVIEW:
            return _overview_tabs(desk)
        case _:
            return ()
