"""监察预警: what the hall tells supervision by itself, in the change that gave cause or by the sweep (domain §6.2)."""

from collections.abc import Iterable

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.events import SupervisionRaised
from appliance.domain.item_terms import HandlingType
from appliance.domain.joint import Joint, JointState
from appliance.domain.states import TERMINAL
from appliance.domain.supervision import CLOCK_RULES, RULES, URGED
from appliance.errors import N_, WrongState
from appliance.projections import supervision
from appliance.services.facts import Facts, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class RaiseOverdue(msgspec.Struct, frozen=True, kw_only=True, tag="supervision.overdue"):
    """The sweep found limits of a case that are over; each is told once."""

    case: str


def warning(case: Case, rule: str, *, staff: str = "", reason: str = "", clock: str = "", due: str = "") -> NewEntry:
    """Make a warning about a case; `staff` is whose watch it was, its handler unless said otherwise."""
    event = SupervisionRaised(
        rule=RULES[rule].code,
        subject=case.no,
        department=case.department,
        staff=staff or case.handler,
        clock=clock,
        due=due,
        reason=reason,
    )
    return NewEntry(event)


def joint_warning(joint: Joint, rule: str, *, clock: str = "", due: str = "") -> NewEntry:
    """Make a warning about a joint whole; it goes to the department that leads."""
    event = SupervisionRaised(
        rule=RULES[rule].code, subject=joint.no, department=joint.leader.department, staff="", clock=clock, due=due
    )
    return NewEntry(event)


def overdue(case: Case, day: str) -> list[tuple[str, str, str]]:
    """Give rule, clock and due day of each running limit of a case that is over on a day (ISO date)."""
    if case.state in TERMINAL:
        return []
    found = [
        (CLOCK_RULES[running.deadline.clock], running.deadline.clock, running.deadline.due)
        for running in case.clocks
        if running.deadline.clock in CLOCK_RULES
        and running.stopped is None
        and not running.paused
        and running.deadline.due < day
    ]
    spot = case.clock("C3")
    if case.handling == HandlingType.INSTANT and spot is not None and ("R04", "C3", spot.deadline.due) in found:
        found.append(("R10", "C3", spot.deadline.due))
    return found


def joint_overdue(joint: Joint, state: JointState, day: str) -> list[tuple[str, str, str]]:
    """Give the same of a whole: its limit runs while a member is undecided.

    Args:
        joint: the whole.
        state: how far its members are.
        day: ISO date.
    """
    clock = joint.clock("C2")
    if state is not JointState.IN_REVIEW or clock is None or clock.stopped is not None or clock.deadline.due >= day:
        return []
    return [("R03", "C2", clock.deadline.due)]


def untold(connection: Connection, subject: str, found: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Give what of it supervision has not been told yet: rule, clock and due day each.

    Args:
        connection: a reader, or the writer's.
        subject: number of the case or whole.
        found: what is over.
    """
    return [
        (rule, clock, due)
        for rule, clock, due in found
        if not supervision.raised(connection, rule, subject, clock, due)
    ]


def unanswered(connection: Connection, case: Case, day: str) -> list[tuple[str, str, str]]:
    """Give rule, clock and due day of each order about a case whose answer was due before a day (ISO date)."""
    return [
        ("U01", f"{URGED}{order.index}", order.due)
        for order in supervision.unanswered_orders(connection, day, case=case.no)
    ]


def raise_overdue(context: WriteContext, _facts: Facts, actor: Actor, command: RaiseOverdue) -> Decision:
    """Tell what is over and was not told before; raises WrongState when there is nothing new."""
    case, day = load_case(context, command.case, None, unconfirmed=True), today(context).isoformat()
    found = (*overdue(case, day), *unanswered(context.connection, case, day))
    new = [warning(case, rule, clock=clock, due=due) for rule, clock, due in untold(context.connection, case.no, found)]
    if actor.role is not Role.SYSTEM or not new:
        raise WrongState(N_("没有新的超期"), code="nothing_new", subject=case.no)
    return Decision(tuple(new), {"case": case.no})
