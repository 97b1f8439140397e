"""The deadline sweep, nightly and on opening: what the passing of time does by itself (domain §2.3, §5.3, §6.2)."""

from collections.abc import Callable, Iterator

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import BEFORE_DECISION
from appliance.errors import Refusal
from appliance.projections import case_deadlines, cases, complaints, joints, supervision
from appliance.services.commands import Command
from appliance.services.complaints import OVERDUE, RaiseComplaintOverdue
from appliance.services.conditions import ProposeToleranceLapse
from appliance.services.desk import OwnDesk
from appliance.services.joints import RaiseJointOverdue, RecomputeJointDue
from appliance.services.prereview import DeemAccepted
from appliance.services.procedure import ProposeLapse
from appliance.services.supervision import RaiseOverdue, joint_overdue, overdue, unanswered, untold
from appliance.services.timing import RecomputeDue
from appliance.store.connection import Connection

Page = Callable[[Connection, tuple[str, int]], list[tuple[str, str, int]]]

_WARNINGS = (RaiseOverdue, RaiseJointOverdue, RaiseComplaintOverdue)


def _due(desk: OwnDesk, next_page: Page, wanted: Callable[[Case], bool]) -> Iterator[str]:
    """Give the cases whose clock has run out and which concern the sweep; page by page, so that none hides another."""
    after = ("", 0)
    while page := next_page(desk.reader(), after):
        for no, due, row in page:
            after = (due, row)
            case = cases.find(desk.reader(), no)
            if case is not None and wanted(case):
                yield no


def _provisional(desk: OwnDesk) -> Iterator[str]:
    """Give the cases with provisional limits that the calendar in force would change."""
    after, calendar = ("", 0), desk.facts.calendar(desk.reader()).version
    while page := cases.provisional(desk.reader(), calendar, after=after):
        for no, calendars, row in page:
            after = (calendars, row)
            yield no


def _lapsed(clock: str, today: str) -> Page:
    return lambda connection, after: case_deadlines.lapsed(connection, clock, today, after=after)


def _overdue(desk: OwnDesk, today: str) -> Iterator[tuple[str, Command]]:
    """Give what is over and was not told to supervision yet."""

    def news(case: Case) -> bool:
        return bool(untold(desk.reader(), case.no, (*overdue(case, today), *unanswered(desk.reader(), case, today))))

    def steps(connection: Connection, after: tuple[str, int]) -> list[tuple[str, str, int]]:
        return case_deadlines.step_lapsed(connection, today, after=after)

    for page in (*(_lapsed(clock, today) for clock in ("C3", "C2", "C4", "C9")), steps):
        for no in _due(desk, page, news):
            yield f"overdue:{no}", RaiseOverdue(case=no)
    for complaint in complaints.overdue(desk.reader(), today):
        step = complaint.standing.value
        if not supervision.raised(desk.reader(), OVERDUE, complaint.no, step, complaint.due):
            yield f"complaint:{complaint.no}:{step}:{complaint.due}", RaiseComplaintOverdue(no=complaint.no)
    for order in supervision.unanswered_orders(desk.reader(), today):
        case = cases.find(desk.reader(), order.case)
        if case is not None and news(case):
            yield f"unanswered:{order.case}:{order.index}", RaiseOverdue(case=order.case)


def _joint_news(desk: OwnDesk, no: str, today: str) -> bool:
    joint = joints.find(desk.reader(), no)
    found = joint_overdue(joint, joints.state(desk.reader(), no), today) if joint is not None else []
    return bool(untold(desk.reader(), no, found))


def _joint_changes(desk: OwnDesk, no: str) -> bool:
    joint = joints.find(desk.reader(), no)
    clock = joint.clock("C2") if joint is not None else None
    return clock is not None and clock.deadline.calendar != desk.facts.calendar(desk.reader()).version


def _wholes(desk: OwnDesk, today: str) -> Iterator[tuple[str, Command]]:
    """Give the joint wholes whose limit is over and untold, or was computed with an older calendar."""
    for no in joints.overdue(desk.reader(), today):
        if _joint_news(desk, no, today):
            yield f"overdue:{no}", RaiseJointOverdue(joint=no)
    for no in joints.provisional(desk.reader()):
        if _joint_changes(desk, no):
            yield f"recompute:{no}", RecomputeJointDue(joint=no)


def _work(desk: OwnDesk, today: str) -> Iterator[tuple[str, Command]]:
    def item_of(case: Case) -> ServiceItem:
        return desk.facts.item_of(desk.reader(), case)

    def tolerance(connection: Connection, after: tuple[str, int]) -> list[tuple[str, str, int]]:
        return case_deadlines.tolerance_lapsed(connection, today, after=after)

    for no in _due(desk, _lapsed("C1", today), lambda case: item_of(case).correction.deemed_acceptance):
        yield no, DeemAccepted(case=no)
    for no in _due(
        desk, _lapsed("C5", today), lambda case: not case.proposal and bool(item_of(case).correction.valid_basis)
    ):
        yield f"lapse:{no}", ProposeLapse(case=no)
    for no in _due(desk, tolerance, lambda case: case.proposal is None and case.state in BEFORE_DECISION):
        yield f"tolerance:{no}", ProposeToleranceLapse(case=no)
    yield from _overdue(desk, today)
    yield from _wholes(desk, today)
    for no in _provisional(desk):
        yield f"recompute:{no}", RecomputeDue(case=no)


def sweep(desk: OwnDesk, *, actor: Actor, today: str, make_key: Callable[[str, str], str]) -> list[str]:
    """Run the deadline sweep: what the passing of time does by itself.

    Cases whose C1 lapsed are deemed accepted (T12); where C5 lapsed and a rule sets it, the end of the case is proposed
    (T31), and where C6 lapsed (T32); provisional limits are recomputed with the calendar in force (domain §5.3). What
    is over is told to supervision, each limit once (domain §6.2).

    Idempotent: a case that someone moved meanwhile refuses and is skipped; the next run finds nothing left.

    Args:
        desk: the desk.
        actor: the system.
        today: ISO date.
        make_key: makes an idempotency key from what is done to which case, and the day.

    Returns:
        The numbers of the cases that were changed.
    """
    done = []
    for name, command in _work(desk, today):
        try:
            outcome = desk.submit_now(command, actor=actor, key=make_key(name, today))
        except Refusal:
            continue
        if not isinstance(command, _WARNINGS):  # a warning changes nothing of its case
            done.append(str(outcome.result["case"]))
    return done
