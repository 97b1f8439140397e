"""离岗登记, 销假, 改派 (T04r). While an absence lasts, `facts.load_case` lets the substitute act as the handler."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import absences as rules
from appliance.domain.decide.absences import Member, Span
from appliance.domain.events import StaffAbsent
from appliance.errors import N_, Invalid, NotFound
from appliance.projections import absences, cases, staff
from appliance.services.facts import Facts, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection

CASES_MAX = 200


class RegisterAbsence(msgspec.Struct, frozen=True, kw_only=True, tag="absence.register"):
    """A handler is away from `starts` to `until`, both included (ISO dates); `substitute` acts for him."""

    staff: str
    substitute: str
    starts: str
    until: str
    reason: str


class EndAbsence(msgspec.Struct, frozen=True, kw_only=True, tag="absence.end"):
    """He is back, or did not go."""

    absence: str


class CaseSeen(msgspec.Struct, frozen=True):
    """A case and the version that the person saw."""

    case: str
    version: int


class ReassignCases(msgspec.Struct, frozen=True, kw_only=True, tag="cases.reassign"):
    """Pass cases to another handler, or back to those that anyone may take; all of them or none."""

    cases: tuple[CaseSeen, ...]
    to: str = ""
    pool: bool = False
    reason: str


def member(connection: Connection, staff_id: str) -> Member | None:
    """Give a person of the roster as the rules ask for him, or None."""
    row = staff.find(connection, staff_id) if staff_id else None
    return Member(row.id, row.department, row.roles, row.disabled) if row is not None else None


def _department(context: WriteContext, actor: Actor) -> str:
    own = member(context.connection, actor.id)
    return own.department if own is not None else ""


def register(context: WriteContext, _facts: Facts, actor: Actor, command: RegisterAbsence) -> Decision:
    """Register an absence (`rules.register`)."""
    connection, day = context.connection, today(context)
    number = f"{command.staff}-{absences.count(connection) + 1}"
    asked = StaffAbsent(
        absence=number,
        staff=command.staff,
        substitute=command.substitute,
        department="",
        starts=command.starts,
        until=command.until,
        reason=command.reason,
    )
    held = absences.open_from(connection, day.isoformat())
    event = rules.register(
        asked,
        person=member(connection, command.staff),
        substitute=member(connection, command.substitute),
        away=[(one.registered.staff, Span(one.registered.starts, one.registered.until)) for one in held],
        actor=actor,
        actor_department=_department(context, actor),
        today=day,
    )
    return Decision((NewEntry(event),), {"absence": number})


def end(context: WriteContext, _facts: Facts, actor: Actor, command: EndAbsence) -> Decision:
    """End an absence early (`rules.come_back`)."""
    held = absences.find(context.connection, command.absence)
    if held is None:
        raise NotFound(N_("没有这次离岗登记"), subject=command.absence)
    event = rules.come_back(
        held.registered,
        over=held.over(today(context).isoformat()),
        actor=actor,
        actor_department=_department(context, actor),
    )
    return Decision((NewEntry(event),), {"absence": command.absence})


def reassign(context: WriteContext, _facts: Facts, actor: Actor, command: ReassignCases) -> Decision:
    """T04r for one case or many, in one change (`rules.reassign`)."""
    if not 1 <= len(command.cases) <= CASES_MAX or len({one.case for one in command.cases}) != len(command.cases):
        raise Invalid(N_("请选要改派的件"), fields={"cases": N_("请至少选一件")})
    to, own = member(context.connection, command.to), _department(context, actor)
    entries = []
    for seen in command.cases:
        case = load_case(context, seen.case, seen.version)
        held = cases.find(context.connection, seen.case)
        # A substitute works in the absent handler's place, but the case is not his to give away.
        case = held if held is not None else case
        event = rules.reassign(case, to=to, pool=command.pool, reason=command.reason, actor=actor, actor_department=own)
        entries.append(NewEntry(event, case=case.no))
    return Decision(tuple(entries), {"cases": [one.case for one in command.cases], "to": command.to})
