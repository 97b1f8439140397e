"""离岗与代办人: who of the handlers is away, who acts for him, registered and ended (domain §2.6)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.errors import N_, Refusal
from appliance.projections import absences, staff
from appliance.projections.absences import Absence
from appliance.projections.staff import StaffRow
from appliance.services.absences import EndAbsence, RegisterAbsence
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

LABELS = {
    "staff": N_("离岗的承办人"),
    "substitute": N_("代办人"),
    "starts": N_("第一天"),
    "until": N_("最后一天"),
    "reason": N_("原因"),
}


class AbsenceForm(msgspec.Struct, frozen=True):
    """What is typed; `absence` for an early end."""

    staff: str = ""
    substitute: str = ""
    starts: str = ""
    until: str = ""
    reason: str = ""
    absence: str = ""


class AbsenceRow(msgspec.Struct, frozen=True):
    """One absence: who, who acts for him, when, whether it can be ended by this person."""

    number: str
    who: str
    substitute: str
    starts: str
    until: str
    state: str
    tone: str
    reason: str
    mine: bool


class AbsencesPage(msgspec.Struct, frozen=True):
    """The list, and the form for a new one."""

    TEMPLATE: ClassVar[str] = "staffing/absences.html"
    rows: tuple[AbsenceRow, ...]
    people: tuple[tuple[str, str], ...]
    form: AbsenceForm
    labels: dict[str, str]
    problems: dict[str, str]


def handlers_for(visit: Visit, desk: Desk) -> tuple[StaffRow, ...]:
    """Give the handlers whose absences and cases this person arranges: the department's, or for the manager all."""
    department = department_of(desk.reader(), visit.actor)
    everyone = staff.everyone(desk.reader())
    return tuple(
        one
        for one in everyone
        if Role.CASE_HANDLER in one.roles and not one.disabled and department in ("", one.department)
    )


def _row(visit: Visit, one: Absence, names: dict[str, str], today: str) -> AbsenceRow:
    held = one.registered
    if one.ended is not None:
        state, tone = visit.text(N_("%(day)s 已销假"), day=one.ended), ""
    elif held.until < today:
        state, tone = visit.text(N_("已结束")), ""
    elif held.starts > today:
        state, tone = visit.text(N_("还没开始")), "b"
    else:
        state, tone = visit.text(N_("离岗中")), "warn"
    return AbsenceRow(
        number=held.absence,
        who=f"{names.get(held.staff, '')} {held.staff}".strip(),
        substitute=f"{names.get(held.substitute, '')} {held.substitute}".strip(),
        starts=held.starts,
        until=held.until,
        state=state,
        tone=tone,
        reason=held.reason,
        mine=not one.over(today) and (visit.actor.role is not Role.CASE_HANDLER or held.staff == visit.actor.id),
    )


def _page(visit: Visit, desk: Desk, form: AbsenceForm, why: Refused = NOTHING) -> Response[str]:
    connection, today = desk.reader(), visit.front.clock.now().date().isoformat()
    names = staff.names(connection)
    page = AbsencesPage(
        rows=tuple(
            _row(visit, one, names, today)
            for one in absences.listing(connection, department_of(connection, visit.actor))
        ),
        people=tuple((one.id, f"{one.name} {one.id}") for one in handlers_for(visit, desk)),
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show who is away; a handler's form is filled with himself."""
    own = visit.actor.id if visit.actor.role is Role.CASE_HANDLER else ""
    return _page(visit, desk, AbsenceForm(staff=own, starts=visit.front.clock.now().date().isoformat()))


async def _send(visit: Visit, desk: Desk, form: AbsenceForm, command: Command) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, form, refused(visit, refusal))
    return visit.go("/absences")


async def register(visit: Visit, desk: Desk) -> Response[str]:
    """Register an absence with its substitute."""
    form = visit.form(AbsenceForm)
    command = RegisterAbsence(
        staff=form.staff, substitute=form.substitute, starts=form.starts, until=form.until, reason=form.reason
    )
    return await _send(visit, desk, form, command)


async def end(visit: Visit, desk: Desk) -> Response[str]:
    """End one early: he is back, or did not go."""
    form = visit.form(AbsenceForm)
    return await _send(visit, desk, AbsenceForm(), EndAbsence(absence=form.absence))
