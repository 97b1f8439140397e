"""The page of a joint whole 并联件: its members with their states and lights, its limit, papers and timeline."""

from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain import masking
from appliance.domain.actor import Role
from appliance.domain.decide.joint import Member, joint_state
from appliance.domain.events import JointHandedOver
from appliance.domain.joint import JOINT_STATE_NAMES, JOINT_TRANSITIONS, Joint, JointState
from appliance.domain.joint.states import UNACCEPTED
from appliance.domain.masking import Audience
from appliance.domain.states import BEFORE_DECISION, STATE_NAMES, TERMINAL, State
from appliance.domain.subject import SUBJECT_NAMES, SubjectKind
from appliance.errors import N_, NotFound
from appliance.projections import staff
from appliance.services import joint_facts
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.joint_facts import Whole
from appliance.services.timeline import joint_timeline
from web.pages import sites
from web.pages.case_page import INTERNAL, PaperLine, paper_lines
from web.pages.casework import (
    TONES,
    ClockLine,
    Light,
    TimelineRow,
    audience_of,
    clock_line,
    light,
    timeline_row,
)
from web.visit import Visit

JOINT_TONES = {
    JointState.CORRECTION_PENDING: "warn",
    JointState.DECIDED: "ok",
    JointState.CLOSED: "ok",
    JointState.WITHDRAWN: "",
    JointState.ENDED: "",
}
DONE = Light("none", "")
PRESSING = ("C1", "C5", "C3", "C4", "C2")


class MemberLine(msgspec.Struct, frozen=True):
    """One member: where it leads, who handles it, how far it is, its light, and what its department has said."""

    no: str
    item: str
    department: str
    lead: bool
    handler: str
    state: str
    tone: str
    light: Light
    due: str
    says: str
    acceptance_no: str
    document_no: str


class Action(msgspec.Struct, frozen=True):
    """What this person may do to the whole now."""

    code: str
    label: str
    key: str
    go: bool


class ReportedLine(msgspec.Struct, frozen=True):
    """One line that a department reported, before the applicant hears of it."""

    item: str
    name: str
    problem: str
    requirement: str


class JointPage(msgspec.Struct, frozen=True):
    """Everything about one whole."""

    TEMPLATE: ClassVar[str] = "joint/joint.html"
    no: str
    version: int
    name: str
    state: str
    tone: str
    lead: str
    applicant: str
    kind: str
    id_number: str
    phone: str
    representative: str
    agent: str
    acceptance_no: str
    received_at: datetime
    origin: str
    note: str
    limit: tuple[ClockLine, ...]
    limit_days: int
    members: tuple[MemberLine, ...]
    materials: tuple[tuple[str, str, int, str], ...]
    reported: tuple[ReportedLine, ...]
    told: tuple[ReportedLine, ...]
    acts: tuple[Action, ...]
    papers: tuple[PaperLine, ...]
    rows: tuple[TimelineRow, ...]
    masked: bool
    site: sites.SiteView | None = None


ACT_LABELS: dict[str, tuple[str, str]] = {
    "correct": ("J08", N_("统一告知补正")),
    "accept": ("J11", N_("统一受理")),
    "extend": ("J18", N_("整体延期")),
    "conclude": ("J23", N_("统一告知办理结果")),
    "hand-over": ("J27", N_("统一发件")),
    "withdraw": ("J30", N_("整体撤回")),
}


def whole_of(desk: Desk, no: str) -> Whole:
    """Find the whole of an address; raises NotFound."""
    found = joint_facts.find_whole(desk.reader(), desk.facts.items, no)
    if found is None:
        raise NotFound(N_("没有编号为 %(no)s 的并联件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    return found


def saw_whole(visit: Visit, joint: Joint, act: str, *fields: str) -> None:
    """Note that this page shows data of a whole: its applicant is each member's, so the look stands at them too.

    Args:
        visit: the request.
        joint: the whole.
        act: code of `appliance.domain.viewing.ACT_NAMES`.
        fields: codes of `FIELD_NAMES`, of what is shown in full.
    """
    for no in (joint.no, *joint.cases):
        visit.saw(act, no, *fields)


def audience(visit: Visit, desk: Desk, whole: Whole) -> Audience:
    """Tell whether the whole is this person's task: one of its members is."""
    department = department_of(desk.reader(), visit.actor)
    seen = {audience_of(visit.actor, department, one.case) for one in whole.members}
    return Audience.TASK if Audience.TASK in seen else Audience.LIST


def _says(visit: Visit, member: Member) -> str:
    """Say what the department has found so far, for the lead who waits for it."""
    if member.case.state is State.CORRECTION_PENDING:
        left = sum(not line.met for line in member.case.notice_lines)
        return visit.text(N_("还差 %(n)s 条"), n=left)
    if not member.waiting:
        return ""
    if member.case.reported:
        return visit.text(N_("报送补正 %(n)s 条"), n=len(member.case.reported))
    if member.passed:
        if member.tolerable:
            return visit.text(N_("材料符合，%(n)s 份可以容缺"), n=len(member.tolerable))
        return visit.text(N_("材料符合"))
    return visit.text(N_("还没有预审") if member.case.handler else N_("等领办"))


def _member(visit: Visit, desk: Desk, whole: Whole, member: Member, who: dict[str, str]) -> MemberLine:
    case, calendar = member.case, desk.facts.calendar(desk.reader())
    running = next(
        (
            clock
            for name in PRESSING
            if (clock := case.clock(name)) is not None and clock.stopped is None and not clock.paused
        ),
        None,
    )
    decision = case.decision
    return MemberLine(
        no=case.no,
        item=case.item_name,
        department=case.department_name,
        lead=case.no == whole.joint.lead,
        handler=f"{who.get(case.handler, '')} {case.handler}".strip() or "–",
        state=visit.text(STATE_NAMES[case.state]),
        tone=TONES.get(case.state, ""),
        light=light(visit, calendar, running.deadline.due) if running and case.state not in TERMINAL else DONE,
        due=running.deadline.due if running and case.state not in TERMINAL else "",
        says=_says(visit, member),
        acceptance_no=case.acceptance_no,
        document_no=decision.document_no if decision is not None else "",
    )


def acts_of(visit: Visit, desk: Desk, whole: Whole) -> tuple[str, ...]:
    """Name what this person may do to the whole now, as far as role, department and state say; guards say the rest."""
    joint, state, role = whole.joint, joint_state(whole.members), visit.actor.role
    leads = department_of(desk.reader(), visit.actor) == joint.leader.department
    reported = any(one.waiting and one.case.reported for one in whole.members)
    waiting = any(one.case.state in UNACCEPTED for one in whole.members)
    ready = any(one.case.state is State.RESULT_READY for one in whole.members)
    fits = {
        "correct": reported and not joint.acceptance_no,
        "accept": not reported
        and not joint.acceptance_no
        and (waiting or any(one.case.accepted_on for one in whole.members)),
        "extend": bool(joint.acceptance_no) and not joint.extended,
        "conclude": not joint.concluded_on and any(one.case.decision for one in whole.members),
        "hand-over": bool(joint.concluded_on) and ready,
        "withdraw": any(one.case.state in BEFORE_DECISION for one in whole.members),
    }
    return tuple(
        code
        for code, (number, _) in ACT_LABELS.items()
        if fits[code]
        and role in JOINT_TRANSITIONS[number].roles
        and state in JOINT_TRANSITIONS[number].sources
        and (leads or role is Role.WINDOW_CLERK)
    )


def _acts(visit: Visit, desk: Desk, whole: Whole) -> tuple[Action, ...]:
    found = acts_of(visit, desk, whole)
    quiet = {"extend", "withdraw"}
    first = next((code for code in found if code not in quiet), "")
    return tuple(
        Action(code, visit.text(ACT_LABELS[code][1]), "ctrl+enter" if code == first else "", code == first)
        for code in found
    )


def _reported(whole: Whole) -> tuple[ReportedLine, ...]:
    return tuple(
        ReportedLine(one.case.item_name, line.line.name, line.problem, line.requirement)
        for one in whole.members
        for line in one.case.reported
    )


def _told(whole: Whole) -> tuple[ReportedLine, ...]:
    names = {member.case: member.item_name for member in whole.joint.members}
    words = {text.no: text for text in whole.joint.texts}
    return tuple(
        ReportedLine(names[line.case], line.line.name, words[line.no].problem, words[line.no].requirement)
        for line in whole.joint.lines
        if line.no in words
    )


def _materials(visit: Visit, whole: Whole) -> tuple[tuple[str, str, int, str], ...]:
    names = {member.case: member.item_name for member in whole.joint.members}
    every = visit.text(N_("全部事项"))
    return tuple(
        (
            one.name,
            one.form,
            one.copies,
            every if len(one.cases) == len(names) else visit.text(N_("、")).join(names[case] for case in one.cases),
        )
        for one in whole.joint.materials
    )


def joint_rows(visit: Visit, desk: Desk, whole: Whole, *, task: bool) -> tuple[TimelineRow, ...]:
    """Give the whole's own timeline, oldest first; a supervisor reads its words, but not who collected the results."""
    no, supervising = whole.joint.no, visit.actor.role is Role.SUPERVISOR
    return tuple(
        timeline_row(visit, line, no, words=task or (supervising and line.type != JointHandedOver.TYPE))
        for line in joint_timeline(desk.store, whole.joint)
    )


def shown_name(whole: Whole, seen: Audience) -> str:
    """Give the applicant's name as this audience may read it."""
    applicant = whole.joint.applicant
    if applicant.kind is SubjectKind.PERSON:
        return masking.person_name(applicant.name, seen)
    return masking.enterprise_name(applicant.name, seen)


def limit_lines(visit: Visit, desk: Desk, whole: Whole) -> tuple[ClockLine, ...]:
    """Give the clock of the whole; none before it is accepted."""
    calendar = desk.facts.calendar(desk.reader())
    return tuple(
        msgspec.structs.replace(clock_line(visit, calendar, clock), name=visit.text(N_("整体办结")))
        for clock in whole.joint.clocks[-1:]
    )


def page(visit: Visit, desk: Desk, whole: Whole) -> JointPage:
    """Draw the page."""
    joint, seen = whole.joint, audience(visit, desk, whole)
    task, state = seen is Audience.TASK, joint_state(whole.members)
    saw_whole(visit, joint, "case", *(("name",) if task else ()))
    who = staff.names(desk.reader())
    applicant, agent = joint.applicant, joint.agent
    window = visit.text(N_("%(window)s 号窗口"), window=joint.window) if joint.window else "–"
    return JointPage(
        no=joint.no,
        version=whole.version,
        name=joint.set_name,
        state=visit.text(JOINT_STATE_NAMES[state]),
        tone=JOINT_TONES.get(state, "b"),
        lead=joint.leader.department_name,
        applicant=shown_name(whole, seen),
        kind=visit.text(SUBJECT_NAMES[applicant.kind]),
        id_number=masking.document_number(applicant.id_type, applicant.id_number, Audience.LIST),
        phone=masking.phone(applicant.phone, Audience.LIST),
        representative=masking.person_name(applicant.representative, seen),
        agent=masking.person_name(agent.name, seen) if agent else "",
        acceptance_no=joint.acceptance_no,
        received_at=datetime.fromisoformat(joint.received_at),
        origin=" · ".join(part for part in (window, joint.ticket, f"{who.get(joint.clerk, '')} {joint.clerk}") if part),
        note=joint.note if task else "",
        limit=limit_lines(visit, desk, whole),
        limit_days=joint.limit_days,
        members=tuple(_member(visit, desk, whole, one, who) for one in whole.members),
        materials=_materials(visit, whole),
        reported=_reported(whole) if task else (),
        told=_told(whole) if task else (),
        acts=_acts(visit, desk, whole),
        papers=paper_lines(visit, desk, joint.no) if task or visit.actor.role in INTERNAL else (),
        rows=tuple(reversed(joint_rows(visit, desk, whole, task=task))),
        masked=not task,
        site=sites.of_cases(desk, (one.case for one in whole.members)),
    )


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the whole, numbers masked."""
    whole = whole_of(desk, no)
    if whole.joint.no != no:
        return visit.go(f"/joints/{whole.joint.no}")
    return visit.show(page(visit, desk, whole))
