"""J23, J27, J30 并联办理: telling all outcomes at once, one delivery, and the withdrawal of the whole (domain §2.4)."""

from datetime import date, datetime

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.clocks import working_days_left
from appliance.domain.decide import issuance
from appliance.domain.decide.joint import Members, Written, joint_state, names_of, only_lead
from appliance.domain.events import JointConcluded, JointHandedOver, JointOutcome, JointPaperReprinted, JointWithdrawn
from appliance.domain.joint import Joint, require
from appliance.domain.states import BEFORE_DECISION, State
from appliance.errors import N_, WrongState

PRESSING_DAYS = 2
"""Working days left of C4 from which a member's result may leave alone: art.44 does not wait for the others."""


def _outcome(case: Case) -> JointOutcome:
    if case.decision is not None:
        decision = case.decision
        return JointOutcome(
            case=case.no,
            outcome=decision.kind,
            document_no=decision.document_no,
            decided_on=decision.decided_on,
        )
    return JointOutcome(case=case.no, outcome=case.state.value)


def conclude(joint: Joint, members: Members, *, actor: Actor, today: date) -> JointConcluded:
    """J23: one notice of all outcomes; the refusal of one member refuses none of the others (domain §2.4).

    Guard: the lead's handler; once; every member is decided, or ended without a decision.
    """
    require("J23", joint_state(members), actor)
    only_lead(joint, members, actor)
    if joint.concluded_on:
        raise WrongState(N_("已经统一告知过办理结果"), code="concluded", subject=joint.no)
    return JointConcluded(concluded_on=today.isoformat(), outcomes=tuple(_outcome(member.case) for member in members))


def hand_over(
    joint: Joint,
    members: Members,
    *,
    relation: str,
    collector_name: str,
    collector_id: str,
    identity_checked: bool,
    actor: Actor,
    today: date,
) -> tuple[JointHandedOver, tuple[Written, ...]]:
    """J27: one delivery of all results that lie ready (clauses 4.2.5.2, 5.2.2.5).

    Guard: the outcomes were told (J23); every decided member has its result made; the collector fits each of them as
    T27 asks.
    """
    require("J27", joint_state(members), actor)
    if not joint.concluded_on:
        raise WrongState(
            N_("牵头部门还没有统一告知办理结果"),
            code="not_concluded",
            subject=joint.no,
            next_step=N_("请牵头部门的承办人先统一告知办理结果"),
        )
    unmade = [one for one in members if one.case.state in (State.DECIDED_GRANTED, State.DECIDED_REFUSED)]
    if unmade:
        raise WrongState(
            N_("还有结果没有制作：%(who)s"),
            code="not_produced",
            params={"who": names_of(unmade)},
            next_step=N_("请先制证或打印决定书"),
        )
    ready = [one for one in members if one.case.state is State.RESULT_READY]
    written = tuple(
        (
            one.case.no,
            issuance.hand_over(
                one.case,
                relation=relation,
                collector_name=collector_name,
                collector_id=collector_id,
                identity_checked=identity_checked,
                actor=actor,
                today=today,
            ),
        )
        for one in ready
    )
    if not written:
        raise WrongState(N_("没有待领取的结果"), code="nothing_ready", subject=joint.no)
    first = written[0][1]
    event = JointHandedOver(
        cases=tuple(no for no, _ in written),
        relation=relation,
        collector_name=first.collector_name,
        collector_id=first.collector_id,
    )
    return event, written


def withdraw(
    members: Members,
    *,
    reason: str,
    letter_files: tuple[str, ...],
    actor: Actor,
    today: date,
    presenter: str = "applicant",
) -> tuple[JointWithdrawn, tuple[Written, ...]]:
    """J30: the applicant withdraws the whole in writing; what is decided already stays decided (domain §2.4).

    Guard: some member is not decided; the reason, as T30 asks of each of them.
    """
    require("J30", joint_state(members), actor)
    written = tuple(
        (
            one.case.no,
            issuance.withdraw(
                one.case, reason=reason, letter_files=letter_files, actor=actor, today=today, presenter=presenter
            ),
        )
        for one in members
        if one.case.state in BEFORE_DECISION
    )
    event = JointWithdrawn(cases=tuple(no for no, _ in written), reason=reason.strip(), letter_files=letter_files)
    return event, written


def may_leave_alone(joint: Joint, case: Case, *, now: datetime, calendar: Calendar) -> None:
    """Let the result of one member leave before the others' (T27, T28): once all is told, or when art.44 presses.

    Raises:
        WrongState: the results are delivered together and there is time to.
    """
    clock = case.clock("C4")
    pressing = clock is not None and (
        working_days_left(calendar, now, date.fromisoformat(clock.deadline.due)) <= PRESSING_DAYS
    )
    if not joint.concluded_on and not pressing:
        raise WrongState(
            N_("这是并联件的一部分，结果由窗口统一发放"),
            code="delivered_together",
            subject=joint.no,
            next_step=N_("请等各部门都作出决定、牵头部门统一告知后，在并联件页面发件；送达期限将到时可以单独发"),
        )


def reprint(joint: Joint, members: Members, *, paper: str, reason: str, actor: Actor) -> JointPaperReprinted:
    """J31: another copy of a paper of the whole, with its reason; it carries the mark 补打 (domain §2.6).

    Raises:
        Forbidden: not a case worker.
        Invalid: no reason.
    """
    require("J31", joint_state(members), actor)
    words = issuance.reprint_reason(reason)
    return JointPaperReprinted(paper=paper, copy=joint.reprints.get(paper, 0) + 1, reason=words)
