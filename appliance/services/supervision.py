"""监察预警: what the hall tells supervision by itself, in the change that gave cause or by the sweep (domain §6.2)."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.events import SupervisionRaised
from appliance.domain.item_terms import HandlingType
from appliance.domain.joint import Joint
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


def unanswered(connection: Connection, case: Case, day: str) -> list[tuple[str, str, str]]:
    """Give rule, clock and due day of each order about a case whose answer was due before a day (ISO date)."""
    return [
        ("U01", f"{URGED}{order.index}", order.due)
        for order in supervision.unanswered_orders(connection, day, case=case.no)
    ]


def raise_overdue(context: WriteContext, _facts: Facts, actor: Actor, command: RaiseOverdue) -> Decision:
    """Tell what is over and was not told before; raises WrongState when there is nothing new."""
    case, day = load_case(context, command.case, None, unconfirmed=True), today(context).isoformat()
    new = [
        warning(case, rule, clock=clock, due=due)
        for rule, clock, due in (*overdue(case, day), *unanswered(context.connection, case, day))
        if not supervision.raised(context.connection, rule, case.no, clock, due)
    ]
    if actor.role is not Role.SYSTEM or not new:
        raise WrongState(N_("没有新的超期"), code="nothing_new", subject=case.no)
    return Decision(tuple(new), {"case": case.no})
