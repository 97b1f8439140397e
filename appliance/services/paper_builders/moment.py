"""What every builder works from: the case as it stood at one entry, and the words that all papers share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from appliance.config import HallConfig
from appliance.domain.actor import KIOSK
from appliance.domain.case import Case, CaseMaterial
from appliance.domain.entry import EntryMeta
from appliance.domain.events import CaseEvent
from appliance.domain.masking import Audience, id_number, phone
from appliance.domain.service_item import LegalBasis, ServiceItem
from appliance.domain.subject import AGENT_SCOPES, ORIGINALS, MaterialIn
from appliance.papers import data
from appliance.papers.kinds import Kind
from appliance.projections.departments import DepartmentRow
from appliance.projections.staff import StaffRow

ID_LABELS: Mapping[str, str] = {
    "citizen_id": "居民身份证",
    "uscc": "统一社会信用代码",
    "passport": "护照",
}
OTHER_ID_LABEL = "身份证件"
FORM_WORDS: Mapping[str, str] = {"original": "原件", "copy": "复印件", "electronic": "电子", "licence": "电子"}
RETURNED_LATER = "原件已退还"
REUSED_NOTE = "免提交，电子证照核验"
SYSTEM_NAME = "系统（期限届满自动办理）"
SYSTEM_ID = "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the case, read; `salt` is the random one of its private part, `here` that this hall wrote it."""

    origin: str
    index: int
    meta: EntryMeta
    event: CaseEvent
    salt: bytes = b""
    here: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """The case right after one of its entries, and the facts that a paper of that entry takes in.

    Attributes:
        case: the case folded up to and including the entry.
        steps: its entries up to and including that one.
        change: all entries of the same change, later ones included; they became durable together.
        item: the item version that the case is pinned to.
        hall: the hall's settings.
        department: the 实施机关 as the catalogue knows it.
        person: finds a member of staff; None for whom the roster no longer has.
        department_name: gives the name of another department by its code.
        paper_id: names the paper of an earlier entry, by kind name and index.
        kind: the kind of paper being made.
    """

    case: Case
    steps: tuple[Step, ...]
    change: tuple[Step, ...]
    item: ServiceItem
    hall: HallConfig
    department: DepartmentRow
    person: Callable[[str], StaffRow | None]
    department_name: Callable[[str], str]
    paper_id: Callable[[str, int], str]
    kind: Kind

    @property
    def step(self) -> Step:
        """The entry itself."""
        return self.steps[-1]

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.step.meta.t)

    def name_of(self, staff_no: str) -> str:
        """Give the name of a 工号; the number itself when the roster has dropped the person."""
        if staff_no == SYSTEM_ID:
            return SYSTEM_NAME
        person = self.person(staff_no)
        return person.name if person is not None else staff_no

    def head(self, *, document_no: str = "") -> data.Head:
        """Fill the common header (domain §2.8): numbers, item, masked applicant, agent, operator."""
        case = self.case
        return data.Head(
            paper_id=self.paper_id(self.kind.name, self.step.index),
            hall=self.hall.name,
            authority=case.department_name,
            item_name=case.item_name,
            item_code=self.item.task_handle_item or case.task_code,
            issued_at=self.at,
            document_no=document_no,
            intake_no=case.no,
            acceptance_no=case.acceptance_no,
            applicant=self.party(),
            agent=self._agent(),
            operator=self._operator(),
        )

    def _operator(self) -> data.Operator:
        """Name who did it; where an applicant handed something in at a terminal, that nobody of the hall did."""
        actor = self.step.meta.actor
        if actor == KIOSK:
            return data.Operator(name="自助终端", staff_no="无")
        return data.Operator(
            name=self.name_of(actor.id),
            staff_no=actor.id,
            window=f"{actor.window}号窗口" if actor.window else "",
        )

    def party(self) -> data.Party:
        """Name the applicant as the applicant's copy may (domain §7.3)."""
        applicant = self.case.applicant
        return data.Party(
            name=applicant.name,
            id_label=ID_LABELS.get(applicant.id_type, OTHER_ID_LABEL),
            id_masked=masked_id(applicant.id_type, applicant.id_number),
            phone_masked=phone(applicant.phone, Audience.RECEIPT) if applicant.phone else "",
        )

    def _agent(self) -> data.Agent | None:
        agent = self.case.agent
        if agent is None:
            return None
        scopes = "、".join(AGENT_SCOPES.get(scope, scope) for scope in agent.scopes)
        until = f"，至{agent.until}" if agent.until else ""
        return data.Agent(
            name=agent.name,
            id_label=ID_LABELS["citizen_id"],
            id_masked=masked_id("citizen_id", agent.id_number),
            authority=f"授权委托书（权限：{scopes}{until}）" if scopes else "授权委托书",
            phone_masked=phone(agent.phone, Audience.RECEIPT) if agent.phone else "",
        )

    def phones(self) -> data.Phones:
        """Give where to ask and where to complain: the hall's own numbers and the department's."""
        return data.Phones(
            consult=f"大厅 {self.hall.consult_phone}、{self.department.short_name} {self.department.phone}",
            supervision=self.hall.supervision_phone,
            address=self.hall.address,
            hours=self.hall.hours,
        )

    def query_way(self) -> str:
        """Tell where the query code is used; the same words on every paper of the case."""
        return "凭收件编号（或者受理编号）和查询码，在大厅自助终端、服务台查询，或者拨打咨询电话查询办理进度和结果"

    def due(self, clock: str) -> tuple[date, bool]:
        """Give the last day of a clock of the case and whether it is provisional.

        Raises:
            LookupError: the clock never ran.
        """
        running = self.case.clock(clock)
        if running is None:
            raise LookupError(clock)
        return date.fromisoformat(running.deadline.due), running.deadline.provisional

    def remedies(self) -> data.Remedies:
        """Name review body and court from the hall's settings (domain §2.7)."""
        return data.Remedies(review_body=self.hall.remedy.review_body, court=self.hall.remedy.court)


def masked_id(id_type: str, number: str) -> str:
    """Mask a document's number for the applicant's copy; a credit code is public register data and stays whole."""
    return number if id_type == "uscc" else id_number(number, Audience.RECEIPT)


def material(received: MaterialIn | CaseMaterial, note: str = "") -> data.Material:
    """Write one material as papers list it."""
    return data.Material(
        name=received.name,
        form=FORM_WORDS.get(received.form, received.form or "—"),
        copies=received.copies,
        pages=received.pages or None,
        note=REUSED_NOTE
        if received.form == "licence"
        else "；".join(part for part in (taken_over(received), original(received), note) if part),
    )


def taken_over(received: MaterialIn | CaseMaterial) -> str:
    """Say which case the scans were taken over from 材料复用; empty for what came with this one."""
    return f"沿用 {received.reused} 的材料" if received.reused else ""


def original(received: MaterialIn | CaseMaterial) -> str:
    """Say what became of the original beside a copy; of one handed in as such only that it went back later."""
    if received.form == "original" and received.original == "returned":
        return RETURNED_LATER
    return ORIGINALS.get(received.original, "")


def citations(laws: Iterable[LegalBasis]) -> str:
    """Cite laws by name, issue number and article, without their text."""
    return "、".join(f"《{law.law}》{f'（{law.document_no}）' if law.document_no else ''}{law.article}" for law in laws)
