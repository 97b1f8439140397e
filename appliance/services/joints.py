"""并联办理 after the intake: the lead department's acts for the whole, its delivery, and what time does (J08–J30)."""

import msgspec

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide import joint as rules
from appliance.domain.decide import joint_results as results
from appliance.domain.decide.joint import Member
from appliance.domain.identifiers.case_numbers import NumberKind
from appliance.domain.joint.states import UNACCEPTED
from appliance.errors import N_, WrongState
from appliance.projections import joints
from appliance.services import joint_papers
from appliance.services.facts import Facts, free_numbers, today
from appliance.services.joint_facts import (
    check_lead_department,
    check_member,
    find_whole,
    load_whole,
    written,
)
from appliance.services.paper_refs import no_paper
from appliance.services.supervision import joint_overdue, joint_warning, untold
from appliance.store.change import Decision, NewEntry, WriteContext

Tolerated = dict[str, tuple[str, ...]]


class RequireJointCorrection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="joint.correct"):
    """J08: tell all defects at once; members without one are accepted, where `tolerate` lets materials follow."""

    joint: str
    version: int | None
    tolerate: Tolerated = {}
    commitment: bool = False


class AcceptJoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="joint.accept"):
    """J11: accept the whole; `tolerate` names, by case, materials that may follow later."""

    joint: str
    version: int | None
    tolerate: Tolerated = {}
    commitment: bool = False


class ExtendJoint(msgspec.Struct, frozen=True, kw_only=True, tag="joint.extend"):
    """J18: record the approval of the head of the people's government; `days` are working days."""

    joint: str
    version: int | None
    days: int
    letter: str
    approver: str
    reason: str


class ConcludeJoint(msgspec.Struct, frozen=True, kw_only=True, tag="joint.conclude"):
    """J23: tell all outcomes in one notice."""

    joint: str
    version: int | None


class HandOverJoint(msgspec.Struct, frozen=True, kw_only=True, tag="joint.hand_over"):
    """J27: hand over every result that lies ready, after checking who collects."""

    joint: str
    version: int | None
    relation: str
    collector_name: str
    collector_id: str
    identity_checked: bool


class WithdrawJoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="joint.withdraw"):
    """J30: record the applicant's written withdrawal of the whole; `letter_files` are digests of its scans.

    `presenter` says who came.
    """

    joint: str
    version: int | None
    reason: str
    letter_files: tuple[str, ...] = ()
    presenter: str = "applicant"


class ReprintJointPaper(msgspec.Struct, frozen=True, kw_only=True, tag="joint.reprint"):
    """J31: print another copy of a paper of the whole that has left already."""

    joint: str
    paper: str
    reason: str


class RecomputeJointDue(msgspec.Struct, frozen=True, kw_only=True, tag="joint.recompute"):
    """The sweep found the limit of a whole provisional under an older calendar."""

    joint: str


class RaiseJointOverdue(msgspec.Struct, frozen=True, kw_only=True, tag="joint.overdue"):
    """The sweep found the limit of a whole over; supervision is told once."""

    joint: str


def require_correction(context: WriteContext, facts: Facts, actor: Actor, command: RequireJointCorrection) -> Decision:
    """J08."""
    whole = load_whole(context, facts, command.joint, command.version)
    check_lead_department(context.connection, actor, whole.joint)
    day = today(context)
    event, members = rules.require_correction(
        whole.joint,
        whole.members,
        numbers=free_numbers(context, facts, NumberKind.ACCEPTANCE, len(whole.members)),
        tolerate=command.tolerate,
        commitment=command.commitment,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection),
    )
    return written(whole.joint, event, members)


def accept(context: WriteContext, facts: Facts, actor: Actor, command: AcceptJoint) -> Decision:
    """J11."""
    whole = load_whole(context, facts, command.joint, command.version)
    check_lead_department(context.connection, actor, whole.joint)
    day = today(context)
    number, *others = free_numbers(context, facts, NumberKind.ACCEPTANCE, len(whole.members) + 1)
    event, members = rules.accept(
        whole.joint,
        whole.members,
        joint_number=number,
        numbers=others,
        tolerate=command.tolerate,
        commitment=command.commitment,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection),
    )
    return written(whole.joint, event, members)


def accepted_by_law(context: WriteContext, facts: Facts, case: Case, number: str) -> tuple[NewEntry, ...]:
    """Accept the whole when the law has just accepted its last member (T12): its limit must not wait for anybody.

    Args:
        context: the write context.
        facts: the hall's facts.
        case: the member as T12 left it.
        number: a free 受理编号.
    """
    whole = find_whole(context.connection, facts.items, case.joint)
    if whole is None or whole.joint.acceptance_no:
        return ()
    members = tuple(Member(case, one.item) if one.case.no == case.no else one for one in whole.members)
    if any(one.case.state in UNACCEPTED for one in members):
        return ()
    event, _ = rules.accept(
        whole.joint,
        members,
        joint_number=number,
        numbers=(),
        tolerate={},
        commitment=False,
        actor=SYSTEM,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return (NewEntry(event, case=whole.joint.no),)


def extend(context: WriteContext, facts: Facts, actor: Actor, command: ExtendJoint) -> Decision:
    """J18."""
    whole = load_whole(context, facts, command.joint, command.version)
    check_lead_department(context.connection, actor, whole.joint)
    event = rules.extend(
        whole.joint,
        whole.members,
        days=command.days,
        letter=command.letter,
        approver=command.approver,
        reason=command.reason,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return written(whole.joint, event, ())


def conclude(context: WriteContext, facts: Facts, actor: Actor, command: ConcludeJoint) -> Decision:
    """J23."""
    whole = load_whole(context, facts, command.joint, command.version)
    check_lead_department(context.connection, actor, whole.joint)
    return written(whole.joint, results.conclude(whole.joint, whole.members, actor=actor, today=today(context)), ())


def hand_over(context: WriteContext, facts: Facts, actor: Actor, command: HandOverJoint) -> Decision:
    """J27."""
    whole = load_whole(context, facts, command.joint, command.version)
    event, members = results.hand_over(
        whole.joint,
        whole.members,
        relation=command.relation,
        collector_name=command.collector_name,
        collector_id=command.collector_id,
        identity_checked=command.identity_checked,
        actor=actor,
        today=today(context),
    )
    return written(whole.joint, event, members)


def withdraw(context: WriteContext, facts: Facts, actor: Actor, command: WithdrawJoint) -> Decision:
    """J30."""
    whole = load_whole(context, facts, command.joint, command.version)
    files = command.letter_files
    event, members = results.withdraw(
        whole.members,
        reason=command.reason,
        letter_files=files,
        actor=actor,
        today=today(context),
        presenter=command.presenter,
    )
    return written(whole.joint, event, members, files)


def reprint(context: WriteContext, facts: Facts, actor: Actor, command: ReprintJointPaper) -> Decision:
    """J31; raises NotFound for a paper that the whole did not produce."""
    whole = load_whole(context, facts, command.joint, None)
    check_member(context.connection, actor, whole.joint)
    made = joint_papers.steps_of(context.connection, whole.joint.no, None)
    if command.paper not in {ref.id for ref in joint_papers.refs_of(whole.joint.no, made)}:
        raise no_paper(command.paper)
    event = results.reprint(whole.joint, whole.members, paper=command.paper, reason=command.reason, actor=actor)
    return written(whole.joint, event, ())


def recompute(context: WriteContext, facts: Facts, actor: Actor, command: RecomputeJointDue) -> Decision:
    """J9, by the sweep; a limit that stays as it is refuses and is skipped by the caller."""
    whole = load_whole(context, facts, command.joint, None)
    event = rules.recompute(whole.joint, whole.members, actor=actor, calendar=facts.calendar(context.connection))
    return written(whole.joint, event, ())


def raise_overdue(context: WriteContext, _facts: Facts, actor: Actor, command: RaiseJointOverdue) -> Decision:
    """Tell that the limit of the whole is over (R03); raises WrongState when there is nothing new."""
    joint = joints.find(context.connection, command.joint)
    state, day = joints.state(context.connection, command.joint), today(context).isoformat()
    found = joint_overdue(joint, state, day) if joint is not None else []
    new = untold(context.connection, command.joint, found)
    if actor.role is not Role.SYSTEM or joint is None or not new:
        raise WrongState(N_("没有新的超期"), code="nothing_new", subject=command.joint)
    warnings = tuple(joint_warning(joint, rule, clock=clock, due=due) for rule, clock, due in new)
    return Decision(warnings, {"joint": joint.no, "case": joint.no})


def single_delivery(context: WriteContext, facts: Facts, case: Case) -> None:
    """Refuse to let the result of a member leave alone before its time (see `results.may_leave_alone`)."""
    joint = joints.find(context.connection, case.joint) if case.joint else None
    if joint is not None:
        results.may_leave_alone(joint, case, now=context.now, calendar=facts.calendar(context.connection))
