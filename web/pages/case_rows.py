"""Lines of case lists: masked for whoever reads, with the deadline light in working days."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.masking import Audience
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_
from appliance.projections import absences, case_deadlines, cases, staff
from appliance.projections.cases import CaseRow
from appliance.services.desk import Desk
from web.pages.case_marks import state_name, waits_above
from web.pages.casework import CLOCK_NAMES, TONES, Light, audience_of, department_of, light, shown_name
from web.pages.procedure_acts import may_settle
from web.visit import Visit

RESTING = Light("none", "")


class ListRow(msgspec.Struct, frozen=True):
    """One line of a list of cases; `waits` says since when it waits where no clock of the hall runs."""

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
    calendar = desk.facts.calendar(connection)
    department = department_of(desk, visit.actor)
    who = staff.names(connection)
    away = replaced(visit, desk)
    return tuple(
        msgspec.structs.replace(
            _line(visit, desk, row, calendar, department, who, href(row) if href else f"/cases/{row.no}"),
            acting_for=who.get(row.handler, row.handler) if row.handler and row.handler in away else "",
        )
        for row in found
    )


def replaced(visit: Visit, desk: Desk) -> tuple[str, ...]:
    """Give the handlers whom this person stands in for today."""
    if visit.actor.role is not Role.CASE_HANDLER:
        return ()
    return absences.replaced_by(desk.reader(), visit.actor.id, visit.front.clock.now().date().isoformat())


def _line(
    visit: Visit, desk: Desk, row: CaseRow, calendar: Calendar, department: str, who: dict[str, str], href: str
) -> ListRow:
    case = cases.find(desk.reader(), row.no)  # None only when the projection changed between two reads
    state = visit.text(state_name(case) if case is not None else STATE_NAMES[row.state])
    if row.step:
        state = f"{state} · {row.step}"
    audience = audience_of(visit.actor, department, case) if case is not None else Audience.LIST
    if audience is Audience.TASK:
        visit.saw("list", row.no, "name")
    return ListRow(
        no=row.no,
        item=row.item_name,
        applicant=shown_name(case, audience) if case is not None else "",
        state=state,
        tone=TONES.get(row.state, ""),
        handler=who.get(row.handler or "", row.handler or ""),
        acting_for="",
        light=light(visit, calendar, row.due) if row.due else RESTING,
        clock=visit.text(CLOCK_NAMES.get(row.due_clock or "", row.due_clock or "")),
        due=row.due or "",
        received_at=datetime.fromisoformat(row.received_at),
        href=href,
        waits=waits_above(visit, calendar, case) if case is not None else "",
    )


class Tab(msgspec.Struct, frozen=True):
    """One list of the work desk.

    Attributes:
        code: name in the address.
        label: message id.
        rows: reads the cases: limit and offset in, rows out.
        href: where a line leads.
        empty: message id for an empty list.
        mine: it waits for this person, and counts in the sentence on top; others only wait for someone else.
    """

    code: str
    label: str
    rows: Callable[[int, int], list[CaseRow]]
    href: Callable[[CaseRow], str]
    empty: str
    mine: bool = True


def _at(prefix: str) -> Callable[[CaseRow], str]:
    return lambda row: f"{prefix}/{row.no}"


def _above(row: CaseRow) -> str:
    return f"/cases/{row.no}/above"


def _waiting_above(desk: Desk, department: str | None, href: Callable[[CaseRow], str]) -> Tab:
    """List the cases that wait for a higher authority, the longest first."""

    def rows(limit: int, offset: int) -> list[CaseRow]:
        states = (State.FORWARDED,)
        return cases.listing(desk.reader(), states=states, department=department, limit=limit, offset=offset)

    return Tab("above", N_("等上级决定"), rows, href, N_("没有等上级决定的件"), mine=False)


def _tolerating(desk: Desk) -> Tab:
    def rows(limit: int, offset: int) -> list[CaseRow]:
        return case_deadlines.tolerating(desk.reader(), limit=limit, offset=offset)

    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/tolerated"

    return Tab("tolerated", N_("等容缺材料"), rows, href, N_("没有等着补容缺材料的件"), mine=False)


def _promised(desk: Desk, actor: Actor, department: str) -> Tab:
    def rows(limit: int, offset: int) -> list[CaseRow]:
        return case_deadlines.promised(desk.reader(), department, actor.id, limit=limit, offset=offset)

    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/acts/verify-promise"

    return Tab("promised", N_("待核查承诺"), rows, href, N_("没有等您核查的承诺"))


def _delivery(row: CaseRow) -> str:
    return f"/cases/{row.no}/acts/deliver"


def _second_person(
    desk: Desk,
    actor: Actor,
    *acts: str,
    department: str | None = None,
    handler: tuple[str, ...] | None = None,
    away: tuple[str, ...] = (),
) -> Tab:
    """List the proposals that wait for this person as the second of two, none of them their own."""

    def rows(limit: int, offset: int) -> list[CaseRow]:
        found = cases.listing(desk.reader(), proposals=acts, department=department, handler=handler, limit=500)
        mine = [row for row in found if (case := cases.find(desk.reader(), row.no)) and settles(case)]
        return mine[offset : offset + limit]

    def settles(case: Case) -> bool:
        handled = msgspec.structs.replace(case, handler=actor.id) if case.handler in away else case
        return may_settle(handled, actor)

    def href(row: CaseRow) -> str:
        return f"/cases/{row.no}/proposal"

    return Tab("proposals", N_("等我确认"), rows, href, N_("没有等您确认的提请"))


def _clerk_tabs(desk: Desk, actor: Actor) -> tuple[Tab, ...]:
    def of(*states: State) -> Callable[[int, int], list[CaseRow]]:
        return lambda limit, offset: cases.listing(desk.reader(), states=states, limit=limit, offset=offset)

    decided = of(State.DECIDED_GRANTED, State.DECIDED_REFUSED)
    return (
        Tab("ready", N_("待领取"), of(State.RESULT_READY), _at("/issuance"), N_("架上没有等着领取的结果")),
        Tab("produce", N_("待制证"), decided, _at("/issuance"), N_("没有等着制证的件")),
        Tab(
            "correction",
            N_("等申请人补正"),
            of(State.CORRECTION_PENDING),
            _at("/supplement"),
            N_("没有等着补正的件"),
            mine=False,
        ),
        Tab("mailed", N_("等签收"), of(State.MAILED), _delivery, N_("没有在途的件"), mine=False),
        _tolerating(desk),
        _waiting_above(desk, None, _above),
        _second_person(desk, actor, "void_receipt"),
    )


def _handler_tabs(desk: Desk, actor: Actor, department: str, away: tuple[str, ...]) -> tuple[Tab, ...]:
    mine = (actor.id, *away)

    def own(state: State) -> Callable[[int, int], list[CaseRow]]:
        return lambda limit, offset: cases.listing(
            desk.reader(), states=(state,), handler=mine, limit=limit, offset=offset
        )

    def received(limit: int, offset: int) -> list[CaseRow]:
        states = (State.RECEIVED, State.PRE_REVIEW)
        return cases.listing(
            desk.reader(), states=states, department=department, handler="", limit=limit, offset=offset
        )

    def signing(limit: int, offset: int) -> list[CaseRow]:
        found = cases.listing(
            desk.reader(), states=(State.IN_REVIEW,), department=department, step_role=Role.CASE_HANDLER, limit=500
        )
        # A case that was deemed accepted before anyone took it waits for any handler of the department.
        return [row for row in found if not row.handler or row.handler in mine][offset : offset + limit]

    return (
        Tab("prereview", N_("我的预审"), own(State.PRE_REVIEW), _at("/prereview"), N_("您手上没有预审中的件")),
        Tab("sign", N_("轮到我签"), signing, _at("/review"), N_("没有等您签署意见的件")),
        Tab("received", N_("待领办"), received, _at("/prereview"), N_("本部门没有等着领办的件")),
        Tab(
            "correction",
            N_("等申请人补正"),
            own(State.CORRECTION_PENDING),
            _at("/cases"),
            N_("没有等着补正的件"),
            mine=False,
        ),
        _promised(desk, actor, department),
        _waiting_above(desk, department, _at("/cases")),
        _second_person(desk, actor, "lapse_correction", handler=mine, away=away),
    )


def _signer_tabs(desk: Desk, actor: Actor, department: str) -> tuple[Tab, ...]:
    def signing(limit: int, offset: int) -> list[CaseRow]:
        return cases.listing(
            desk.reader(),
            states=(State.IN_REVIEW,),
            department=department,
            step_role=actor.role,
            limit=limit,
            offset=offset,
        )

    def others(limit: int, offset: int) -> list[CaseRow]:
        found = cases.listing(desk.reader(), states=(State.IN_REVIEW,), department=department, limit=500)
        return [row for row in found if row.step_role != actor.role][offset : offset + limit]

    second = _second_person(desk, actor, "not_accepted", "terminate", "start_special", department=department)
    return (
        Tab("sign", N_("轮到我签"), signing, _at("/review"), N_("没有等您签署意见的件")),
        *((second,) if actor.role is Role.REVIEWER else ()),
        Tab("others", N_("在其他环节"), others, _at("/cases"), N_("本部门没有在其他环节的件"), mine=False),
        *((_waiting_above(desk, department, _at("/cases")),) if actor.role is not Role.REVIEWER else ()),
    )


def _overview_tabs(desk: Desk) -> tuple[Tab, ...]:
    def every(limit: int, offset: int) -> list[CaseRow]:
        return cases.listing(desk.reader(), limit=limit, offset=offset)

    return (Tab("open", N_("在办的件"), every, _at("/cases"), N_("没有在办的件"), mine=False),)


OVERVIEW = frozenset({Role.SUPERVISOR, Role.HALL_MANAGER})


def tabs_for(visit: Visit, desk: Desk) -> tuple[Tab, ...]:
    """Give the work lists of a role; none for administrators and whoever handles no case."""
    actor = visit.actor
    department = department_of(desk, actor)
    match actor.role:
        case Role.WINDOW_CLERK:
            return _clerk_tabs(desk, actor)
        case Role.CASE_HANDLER:
            return _handler_tabs(desk, actor, department, replaced(visit, desk))
        case Role.REVIEWER | Role.APPROVER | Role.DEPT_HEAD:
            return _signer_tabs(desk, actor, department)
        case Role.HALL_MANAGER:
            return (_second_person(desk, actor, "void_receipt"), *_overview_tabs(desk))
        case role if role in OVERVIEW:
            return _overview_tabs(desk)
        case _:
            return ()
