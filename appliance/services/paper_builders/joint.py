"""The papers of a joint whole 并联: receipt, notice, acceptance, extension, outcomes, delivery (许可法 art. 26, 42)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from appliance.catalogue.guide import fee_lines, limit_text
from appliance.config import HallConfig
from appliance.domain import events as ev
from appliance.domain.case import Case
from appliance.domain.item_terms import LimitUnit
from appliance.domain.joint import Joint
from appliance.domain.masking import Audience, phone
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.domain.subject import AGENT_SCOPES, Agent, Applicant
from appliance.papers import data
from appliance.papers.kinds import Kind
from appliance.projections.departments import DepartmentRow
from appliance.projections.staff import StaffRow
from appliance.services.paper_builders.intake import TICKETLESS
from appliance.services.paper_builders.issuance import RELATION_WORDS, handed_items
from appliance.services.paper_builders.moment import (
    FORM_WORDS,
    ID_LABELS,
    OTHER_ID_LABEL,
    SYSTEM_ID,
    SYSTEM_NAME,
    masked_id,
)
from appliance.services.paper_refs import paper_id_of

OUTCOME_WORDS: Mapping[str, str] = {"granted": "准予", "refused": "不予许可"}
EXTENSION_BASIS = "《中华人民共和国行政许可法》第四十二条第二款"
PROMISES_KEPT = "各事项的承诺办结日期不变；整体办结日期按本告知书延长"
NO_FEE = "不收费"


@dataclass(frozen=True, slots=True)
class JointMoment:
    """The whole right after one of its entries, its members as they were then, and what a paper takes in.

    Attributes:
        joint: the whole, folded up to and including the entry.
        cases: its members by case number, folded up to the end of the same change.
        items: their item versions by case number.
        index: log index of the entry.
        at: when it was written.
        actor: who acted, with the window.
        hall: the hall's settings.
        department: the lead department as the catalogue knows it.
        person: finds a member of staff.
        paper_id: id of the paper being made.
        kind: its kind.
    """

    joint: Joint
    cases: Mapping[str, Case]
    items: Mapping[str, ServiceItem]
    index: int
    at: datetime
    actor: tuple[str, str]
    hall: HallConfig
    department: DepartmentRow
    person: Callable[[str], StaffRow | None]
    paper_id: str
    kind: Kind

    def name_of(self, staff_no: str) -> str:
        """Give the name of a 工号; the number itself when the roster has dropped the person."""
        if staff_no == SYSTEM_ID:
            return SYSTEM_NAME
        person = self.person(staff_no)
        return person.name if person is not None else staff_no

    def head(self) -> data.Head:
        """Fill the common header: the whole's numbers, the lead department as the authority."""
        joint, (staff, window) = self.joint, self.actor
        return data.Head(
            paper_id=self.paper_id,
            hall=self.hall.name,
            authority=joint.leader.department_name,
            item_name=joint.set_name,
            item_code=joint.set_code,
            issued_at=self.at,
            intake_no=joint.no,
            acceptance_no=joint.acceptance_no,
            applicant=_party(joint.applicant),
            agent=_agent(joint.agent) if joint.agent is not None else None,
            operator=data.Operator(
                name=self.name_of(staff), staff_no=staff, window=f"{window}号窗口" if window else ""
            ),
        )

    def phones(self) -> data.Phones:
        """Give the hall's numbers and the lead department's."""
        return data.Phones(
            consult=f"大厅 {self.hall.consult_phone}、{self.department.short_name} {self.department.phone}",
            supervision=self.hall.supervision_phone,
            address=self.hall.address,
            hours=self.hall.hours,
        )

    def due(self) -> tuple[date, bool]:
        """Give the last day of the whole's limit, and whether it is provisional."""
        clock = self.joint.clock("C2")
        if clock is None:
            raise LookupError(self.joint.no)
        return date.fromisoformat(clock.deadline.due), clock.deadline.provisional


QUERY_WAY = "凭收件编号和查询码，在大厅自助终端、服务台查询，或者拨打咨询电话查询全部事项的办理进度和结果"


def _party(applicant: Applicant) -> data.Party:
    return data.Party(
        name=applicant.name,
        id_label=ID_LABELS.get(applicant.id_type, OTHER_ID_LABEL),
        id_masked=masked_id(applicant.id_type, applicant.id_number),
        phone_masked=phone(applicant.phone, Audience.RECEIPT) if applicant.phone else "",
    )


def _agent(agent: Agent) -> data.Agent:
    scopes = "、".join(AGENT_SCOPES.get(scope, scope) for scope in agent.scopes)
    return data.Agent(
        name=agent.name,
        id_label=ID_LABELS["citizen_id"],
        id_masked=masked_id("citizen_id", agent.id_number),
        authority=f"授权委托书（权限：{scopes}）" if scopes else "授权委托书",
        phone_masked=phone(agent.phone, Audience.RECEIPT) if agent.phone else "",
    )


def paper(moment: JointMoment, event: ev.JointEvent) -> data.PaperData:  # noqa: PLR0911 - exhaustive
    """Make the paper of an entry; raises LookupError for one that produces none."""
    match event:
        case ev.JointReceived():
            return receipt(moment)
        case ev.JointCorrectionRequired():
            return correction_notice(moment, event)
        case ev.JointSupplemented():
            return supplement_receipt(moment, event)
        case ev.JointAccepted():
            return acceptance(moment, event)
        case ev.JointExtended():
            return extension_notice(moment, event)
        case ev.JointConcluded():
            return result(moment, event)
        case ev.JointHandedOver():
            return collection_receipt(moment, event)
        case ev.JointWithdrawn() | ev.JointDueRecomputed() | ev.JointPaperReprinted():
            raise LookupError(moment.paper_id)
        case _:
            assert_never(event)


def receipt(moment: JointMoment) -> data.JointReceipt:
    """Make the receipt of the whole: its items, and each material once with what it serves."""
    joint = moment.joint
    names = {member.case: member.item_name for member in joint.members}
    clocks = [clock for case in moment.cases.values() if (clock := case.clock("C1")) is not None]
    first = min(clocks, key=lambda clock: clock.deadline.due).deadline
    return data.JointReceipt(
        head=moment.head(),
        received_at=datetime.fromisoformat(joint.received_at),
        channel=f"窗口申请（排队票 {joint.ticket}）" if joint.ticket else TICKETLESS,
        items=tuple(
            data.JointItem(name=member.item_name, authority=member.department_name, intake_no=member.case)
            for member in joint.members
        ),
        materials=tuple(
            data.SharedMaterial(
                name=one.name,
                form=FORM_WORDS.get(one.form, one.form),
                copies=one.copies,
                pages=one.pages or None,
                items="全部事项" if len(one.cases) == len(names) else "、".join(names[case] for case in one.cases),
            )
            for one in joint.materials
        ),
        correction_due=date.fromisoformat(first.due),
        correction_due_provisional=first.provisional,
        query_code=joint.query_code,
        query_way=QUERY_WAY,
        phones=moment.phones(),
    )


def correction_notice(moment: JointMoment, event: ev.JointCorrectionRequired) -> data.JointCorrectionNotice:
    """Make the collective notice: the lines of every item under its authority, numbered through."""
    words = {text.no: text for text in event.texts}
    items = []
    for member in moment.joint.members:
        lines = [line for line in event.lines if line.case == member.case]
        if not lines:
            continue
        clock = moment.cases[member.case].clock("C5")
        running = clock is not None and clock.stopped is None
        items.append(
            data.JointCorrection(
                item=member.item_name,
                authority=member.department_name,
                numbers=tuple(line.no for line in lines),
                lines=tuple(
                    data.CorrectionLine(
                        subject=line.line.name,
                        problem=words[line.no].problem,
                        requirement=words[line.no].requirement,
                        basis=line.line.basis,
                    )
                    for line in lines
                ),
                due=date.fromisoformat(clock.deadline.due) if clock is not None and running else None,
            )
        )
    named = {line.case for line in event.lines}
    return data.JointCorrectionNotice(
        head=moment.head(),
        items=tuple(items),
        resubmit=f"持收件编号到{moment.hall.name}综合窗口一次交齐；几个事项共用的材料交一份即可",
        phones=moment.phones(),
        accepted=tuple(
            f"{member.item_name}（受理编号 {moment.cases[member.case].acceptance_no}）"
            for member in moment.joint.members
            if member.case not in named and moment.cases[member.case].acceptance_no
        ),
        repeats=event.notice > 1,
    )


def supplement_receipt(moment: JointMoment, event: ev.JointSupplemented) -> data.SupplementReceipt:
    """Make the one slip of what came in for the whole, numbered as the collective notice is."""
    joint = moment.joint
    met = {(no, line.line.target) for no, case in moment.cases.items() for line in case.notice_lines if line.met}
    names = {member.case: member.item_name for member in joint.members}
    return data.SupplementReceipt(
        head=moment.head(),
        notice=paper_id_of(joint.no, "joint_correction_notice", joint.last_notice),
        received_at=moment.at,
        lines=tuple(
            data.Supplement(
                name=one.name,
                form=FORM_WORDS.get(one.form, one.form) if one.form else "更正填写内容",
                copies=one.copies,
                pages=one.pages or None,
                answers=f"第{'、'.join(str(no) for no in one.lines)}项",
            )
            for one in event.supplies
        ),
        query_code=joint.query_code,
        query_way=QUERY_WAY,
        phones=moment.phones(),
        outstanding=tuple(
            data.MissingMaterial(name=line.line.name, note=f"第{line.no}项（{names[line.case]}）")
            for line in joint.lines
            if (line.case, line.line.target) not in met
        ),
    )


def acceptance(moment: JointMoment, event: ev.JointAccepted) -> data.JointAcceptance:
    """Make the acceptance slip: the whole's own limit beside that of every item."""
    joint, (due, provisional) = moment.joint, moment.due()
    lead = moment.cases[joint.lead]
    handler = moment.person(lead.handler) if lead.handler else None
    accepted, left_out = [], []
    for member in joint.members:
        case = moment.cases[member.case]
        promised, legal = case.clock("C3"), case.clock("C2")
        if promised is None or legal is None:
            left_out.append(f"{member.item_name}（{STATE_NAMES[case.state]}）")
            continue
        accepted.append(
            data.JointAcceptedItem(
                name=member.item_name,
                authority=member.department_name,
                acceptance_no=case.acceptance_no,
                accepted_on=date.fromisoformat(case.accepted_on),
                due=date.fromisoformat(promised.deadline.due),
                legal_due=date.fromisoformat(legal.deadline.due),
                due_provisional=promised.deadline.provisional,
            )
        )
    fees = [line for item in moment.items.values() if item.is_fee for line in fee_lines(item)]
    return data.JointAcceptance(
        head=moment.head(),
        accepted_on=date.fromisoformat(event.accepted_on),
        limit=f"自统一受理之日起{limit_text(event.deadlines[0].limit, LimitUnit.WORKING_DAY)}",
        due=due,
        due_provisional=provisional,
        items=tuple(accepted),
        left_out=tuple(left_out),
        fee="；".join(fees) or NO_FEE,
        delivery=moment.items[joint.lead].guide.result_delivery,
        query_way=QUERY_WAY,
        handler_name=f"{handler.name}（工号{handler.id}）" if handler else joint.leader.department_name,
        handler_phone=(handler.phone if handler else "") or moment.department.phone,
        phones=moment.phones(),
    )


def extension_notice(moment: JointMoment, event: ev.JointExtended) -> data.ExtensionNotice:
    """Make the notice of the one extension; the head of the people's government approves it (art. 42(2))."""
    due, provisional = moment.due()
    return data.ExtensionNotice(
        head=moment.head(),
        accepted_on=date.fromisoformat(moment.joint.accepted_on),
        original_due=date.fromisoformat(event.due_before),
        new_due=due,
        new_due_provisional=provisional,
        extended_by=limit_text(event.days, LimitUnit.WORKING_DAY),
        reason=event.reason,
        basis=EXTENSION_BASIS,
        approver=f"本级人民政府负责人{event.approver}（{event.letter}）",
        approved_on=date.fromisoformat(event.extended_on),
        promise_effect=PROMISES_KEPT,
        phones=moment.phones(),
    )


def result(moment: JointMoment, event: ev.JointConcluded) -> data.JointResult:
    """Make the notice of all outcomes; reasons and remedies where something was refused."""
    joint, lines = moment.joint, []
    members = {member.case: member for member in joint.members}
    for one in event.outcomes:
        case, member = moment.cases[one.case], members[one.case]
        decision = case.decision
        words = OUTCOME_WORDS.get(one.outcome)
        lines.append(
            data.JointOutcomeLine(
                name=member.item_name,
                authority=member.department_name,
                outcome=words or STATE_NAMES[State(one.outcome)],
                document_no=one.document_no,
                decided_on=date.fromisoformat(one.decided_on) if one.decided_on else None,
                reasons=decision.reasons if decision is not None and decision.kind == "refused" else "",
            )
        )
    refused = any(one.outcome == "refused" for one in event.outcomes)
    remedy = moment.hall.remedy
    return data.JointResult(
        head=moment.head(),
        accepted_on=date.fromisoformat(joint.accepted_on) if joint.accepted_on else None,
        items=tuple(lines),
        collect=f"凭本告知书和有效身份证件到{moment.hall.name}发件窗口一次领取全部结果",
        phones=moment.phones(),
        remedies=data.Remedies(review_body=remedy.review_body, court=remedy.court) if refused else None,
    )


def collection_receipt(moment: JointMoment, event: ev.JointHandedOver) -> data.CollectionReceipt:
    """Make the one receipt of everything that was handed over."""
    return data.CollectionReceipt(
        head=moment.head(),
        items=tuple(item for no in event.cases for item in handed_items(moment.cases[no])),
        collector=data.Collector(
            name=event.collector_name,
            id_label=ID_LABELS["citizen_id"],
            id_masked=masked_id("citizen_id", event.collector_id),
            relation=RELATION_WORDS.get(event.relation, event.relation),
        ),
        collected_at=moment.at,
        way="窗口当面领取（已核验身份证件）",
    )
