"""J03–J30 并联办理: what happens to a joint whole, and to its members with it (许可法 art.26, art.42(2); domain §2.4).

Each department examines its own member; the lead department speaks to the applicant for all. Whoever acts here for a
member is remembered as one of its handlers, so that he signs nothing else of it (domain §2.6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide import prereview
from appliance.domain.decide.application import Faults
from appliance.domain.decide.limits import deadline, recomputed
from appliance.domain.decide.proposals import REASON_LENGTH_MIN, text_of
from appliance.domain.events import (
    CaseAccepted,
    CaseCorrectionRequired,
    CaseEvent,
    CorrectionText,
    Deadline,
    JointAccepted,
    JointCorrectionRequired,
    JointDueRecomputed,
    JointExtended,
    JointLine,
)
from appliance.domain.item_terms import LimitUnit
from appliance.domain.joint import Joint, JointState, require, state_of
from appliance.domain.joint_set import JOINT_EXTENSION_DAYS, JOINT_LIMIT_DAYS
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import TERMINAL, State
from appliance.errors import N_, Forbidden, Message, WrongState

LETTER_LENGTH_MIN = 4
NAME_LENGTH_MIN = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the whole: its case as it stands, and the item version that it is pinned to."""

    case: Case
    item: ServiceItem

    @property
    def waiting(self) -> bool:
        """Whether it is with its department and not accepted."""
        return self.case.state in (State.RECEIVED, State.PRE_REVIEW)

    @property
    def tolerable(self) -> tuple[str, ...]:
        """Codes of what is missing and may follow later 容缺."""
        listed = (self.item.material(code) for code in self.case.missing)
        return tuple(material.code for material in listed if material is not None and material.tolerable)

    @property
    def passed(self) -> bool:
        """Whether its department found everything in order, but for what may follow later."""
        in_hand = self.case.state is State.PRE_REVIEW and bool(self.case.handler) and not self.case.reported
        return in_hand and not prereview.unready_materials(self.case, self.item, self.tolerable)

    @property
    def examined(self) -> bool:
        """Whether its department has said what it thinks: in order, or what has to be corrected."""
        return self.passed or (self.case.state is State.PRE_REVIEW and bool(self.case.reported))


Members = Sequence[Member]
Written = tuple[str, CaseEvent]
"""An event of a member, behind the number of its case."""
Tolerated = Mapping[str, tuple[str, ...]]
"""Codes of the materials that may follow later, by case number."""


def joint_state(members: Members) -> JointState:
    """Derive the state of the whole from its members."""
    return state_of(member.case.state for member in members)


def only_lead(joint: Joint, members: Members, actor: Actor) -> None:
    """Refuse a handler other than the one who has the lead department's member, while it is open and taken."""
    lead = next(member.case for member in members if member.case.no == joint.lead)
    if lead.state not in TERMINAL and lead.handler and lead.handler != actor.id:
        raise Forbidden(
            N_("并联件由牵头部门的承办人 %(handler)s 统一办理"),
            code="not_lead",
            params={"handler": lead.handler},
            next_step=N_("请由牵头部门的承办人办理"),
        )


def lead_turn(joint: Joint, members: Members) -> str:
    """Say what waits for the lead department: J08, J11 or J23; empty while it is somebody else's turn."""
    state = joint_state(members)
    if state is JointState.DECIDED and not joint.concluded_on:
        return "J23"
    if joint.acceptance_no or any(one.waiting and not one.examined for one in members):
        return ""
    if any(one.waiting and one.case.reported for one in members):
        return "J08"
    return "J11" if state in (JointState.PRE_REVIEW, JointState.IN_REVIEW) else ""


def _as_lead(case: Case, actor: Actor) -> Case:
    """Give the case with who acts for the whole in its handler's place: he speaks for its department here."""
    return msgspec.structs.replace(case, handler=actor.id)


def names_of(members: Members) -> str:
    """Name departments and items, for a message."""
    return "、".join(f"{one.case.department_name}（{one.case.item_name}）" for one in members)


def _all_examined(members: Members) -> None:
    unheard = [one for one in members if one.waiting and not one.examined]
    if unheard:
        raise WrongState(
            N_("还有部门没有完成预审：%(who)s"),
            code="not_examined",
            params={"who": names_of(unheard)},
            next_step=N_("请等各部门都给出预审意见后再统一办理"),
        )


def _not_accepted_yet(joint: Joint) -> None:
    if joint.acceptance_no:
        raise WrongState(N_("这件并联件已经统一受理"), code="joint_accepted", subject=joint.no)


def require_correction(
    joint: Joint,
    members: Members,
    *,
    numbers: Sequence[str],
    tolerate: Tolerated,
    commitment: bool,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[JointCorrectionRequired, tuple[Written, ...]]:
    """J08: one notice for all that the departments reported (许可法 art.32(4): all at once).

    Members in which nothing has to be corrected are accepted in the same change: their five days do not wait for the
    others' corrections (art.32(5)).

    Guard: the lead's handler; not accepted yet; every department has examined its member; at least one reported; after
    the first notice nobody adds a member that it did not name; each member's own guards of T08, T10 and T11.

    Args:
        joint: the whole.
        members: its members as they stand.
        numbers: free 受理编号, at least as many as there are members that are accepted.
        tolerate: what may follow later in members that are accepted.
        commitment: the applicant has signed for that.
        actor: the lead's handler.
        today: day of the notice.
        calendar: working-day calendar.
    """
    require("J08", joint_state(members), actor)
    only_lead(joint, members, actor)
    _not_accepted_yet(joint)
    _all_examined(members)
    told = [one for one in members if one.waiting and one.case.reported]
    if not told:
        raise WrongState(
            N_("没有部门报送补正内容"), code="nothing_reported", subject=joint.no, next_step=N_("可以统一受理")
        )
    named = {line.case for line in joint.lines}
    added = [one for one in told if joint.notices and one.case.no not in named]
    if added:
        raise WrongState(
            N_("一次性告知之后不得新增要求：%(who)s"),
            code="told_once",
            params={"who": names_of(added)},
            next_step=N_("请该部门重新给出预审意见；审查中需要的材料受理后另行通知"),
        )
    notices = [(one, _notice_of(joint, one, actor, today, calendar)) for one in told]
    lines, texts = _numbered(joint, notices)
    passed = [one for one in members if one.passed]
    accepted = _accept_each(joint, passed, numbers, tolerate, commitment, actor, today, calendar)
    event = JointCorrectionRequired(notice=joint.notices + 1, lines=lines, texts=texts)
    return event, (*((one.case.no, notice) for one, notice in notices), *accepted)


def _notice_of(joint: Joint, member: Member, actor: Actor, today: date, calendar: Calendar) -> CaseCorrectionRequired:
    return prereview.require_correction(
        _as_lead(member.case, actor),
        member.item,
        texts={line.line.target: (line.problem, line.requirement) for line in member.case.reported},
        actor=actor,
        today=today,
        calendar=calendar,
        joint=joint.no,
    )


def _numbered(
    joint: Joint, notices: Sequence[tuple[Member, CaseCorrectionRequired]]
) -> tuple[tuple[JointLine, ...], tuple[CorrectionText, ...]]:
    """Number the members' lines through; a line keeps its number over repeated notices."""
    known = {(line.case, line.line.target): line.no for line in joint.lines}
    lines, texts = [], []
    for member, notice in notices:
        words = {text.no: text for text in notice.texts}
        for line in notice.lines:
            no = known.setdefault((member.case.no, line.target), len(known) + 1)
            lines.append(JointLine(no=no, case=member.case.no, line=line))
            texts.append(CorrectionText(no, words[line.no].problem, words[line.no].requirement))
    return tuple(lines), tuple(texts)


def _accept_each(
    joint: Joint,
    members: Members,
    numbers: Sequence[str],
    tolerate: Tolerated,
    commitment: bool,  # noqa: FBT001 - passed on by position within this module
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[Written, ...]:
    written: list[Written] = []
    for member, number in zip(members, numbers, strict=False):
        events = prereview.accept(
            _as_lead(member.case, actor),
            member.item,
            acceptance_no=number,
            actor=actor,
            today=today,
            calendar=calendar,
            tolerate=tolerate.get(member.case.no, ()),
            commitment=commitment,
            joint=joint.no,
        )
        written += [(member.case.no, event) for event in events]
    return tuple(written)


def accept(
    joint: Joint,
    members: Members,
    *,
    joint_number: str,
    numbers: Sequence[str],
    tolerate: Tolerated,
    commitment: bool,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[JointAccepted, tuple[Written, ...]]:
    """J11: accept what is not accepted yet, and start the limit of the whole (许可法 art.26, art.42(2)).

    Guard: the lead's handler, or the system when the law has accepted the last member (T12); once; no member waits for
    a correction; every department found its member in order; at least one member is accepted. The whole counts from
    the day of its latest acceptance: before it there was nothing to handle together.

    Args:
        joint: the whole.
        members: its members as they stand.
        joint_number: 受理编号 of the whole.
        numbers: 受理编号 for the members that this act accepts.
        tolerate: what may follow later.
        commitment: the applicant has signed for that.
        actor: the lead's handler.
        today: day of the acceptance.
        calendar: working-day calendar.
    """
    require("J11", joint_state(members), actor)
    if actor.role is not Role.SYSTEM:
        only_lead(joint, members, actor)
    _not_accepted_yet(joint)
    _all_examined(members)
    reported = [one for one in members if one.waiting and one.case.reported]
    if reported:
        raise WrongState(
            N_("有部门报送了补正内容：%(who)s"),
            code="reported",
            params={"who": names_of(reported)},
            next_step=N_("请先统一告知补正"),
        )
    waiting = [one for one in members if one.waiting]
    written = _accept_each(joint, waiting, numbers, tolerate, commitment, actor, today, calendar)
    fresh = [event.accepted_on for _, event in written if isinstance(event, CaseAccepted)]
    days = fresh + [one.case.accepted_on for one in members if one.case.accepted_on]
    if not days:
        raise WrongState(N_("没有可以受理的事项"), code="nothing_to_accept", subject=joint.no)
    accepted = max(days)
    event = JointAccepted(
        acceptance_no=joint_number,
        accepted_on=accepted,
        cases=tuple(one.case.no for one in waiting),
        deadlines=(_limit(joint, date.fromisoformat(accepted), calendar),),
    )
    return event, written


def _limit(joint: Joint, start: date, calendar: Calendar) -> Deadline:
    """C2 of the whole: 45 working days, or what was agreed if that is shorter (domain §2.4)."""
    return deadline("C2", start, min(joint.limit_days, JOINT_LIMIT_DAYS), LimitUnit.WORKING_DAY, calendar)


def extend(
    joint: Joint,
    members: Members,
    *,
    days: int,
    letter: str,
    approver: str,
    reason: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> JointExtended:
    """J18: the head of the people's government lets the whole take longer (许可法 art.42(2)).

    Guard: recorded by the head of the lead department from the letter of approval; once; before the limit is over; at
    most fifteen working days; with the letter, who signed it, and the reasons. Members keep their own limits.
    """
    require("J18", joint_state(members), actor)
    if joint.extended:
        raise WrongState(N_("整体期限已经延长过一次，不能再延长"), code="extended_once", subject=joint.no)
    clock = joint.clock("C2")
    if clock is None or clock.stopped is not None or today.isoformat() > clock.deadline.due:
        raise WrongState(N_("整体期限还没有开始，或者已过，不能延长"), code="too_late_to_extend", subject=joint.no)
    faults = Faults({})
    if not 1 <= days <= JOINT_EXTENSION_DAYS:
        faults.add("days", Message(N_("延长 1 到 %(max)d 个工作日"), max=JOINT_EXTENSION_DAYS))
    paper = text_of("letter", letter, LETTER_LENGTH_MIN, faults)
    who = text_of("approver", approver, NAME_LENGTH_MIN, faults)
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    faults.raise_if_any()
    known = clock.deadline
    return JointExtended(
        extended_on=today.isoformat(),
        days=days,
        due_before=known.due,
        deadlines=(recomputed(known, known.pauses, calendar, extended=days),),
        letter=paper,
        approver=who,
        reason=words,
    )


def recompute(joint: Joint, members: Members, *, actor: Actor, calendar: Calendar) -> JointDueRecomputed:
    """J9: recompute the limit of the whole when it was provisional (domain §5.3); raises WrongState."""
    require("J9", joint_state(members), actor)
    clock = joint.clock("C2")
    if clock is not None and clock.stopped is None and clock.deadline.provisional:
        known = clock.deadline
        fresh = recomputed(known, known.pauses, calendar, extended=known.extended)
        if (fresh.due, fresh.provisional) != (known.due, known.provisional):
            return JointDueRecomputed(deadlines=(fresh,))
    raise WrongState(N_("期限没有变化"), code="nothing_changed", subject=joint.no)
