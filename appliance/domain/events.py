"""Every event of the signed log: wire name, version, display text and which of its fields are personal.

The vocabulary is closed (protocol §2). A change of meaning is a new version with an upcaster in
`appliance.domain.entry`, never an edit; retired names stay in `RESERVED`. Free text and everything that names a person
stand in `PERSONAL` fields: they travel in the entry's private part and the leaf carries only a salted digest of them.

To add an event: write its class, name it in `Event`, give it a branch in the fold (`appliance.domain.case.evolve`
refuses to type-check without it) and store one golden entry in ``tests/domain/golden_entries.json``.
"""

from typing import ClassVar

import msgspec

from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.errors import N_


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clock as it was computed when the event was written (domain §2.5, rule 9).

    Attributes:
        clock: ``C1`` … ``C10``, the step clock being ``C8``.
        start: first day, not counted (ISO date).
        limit: how many units.
        unit: ``on_the_spot``, ``hour``, ``working_day``, ``natural_day`` or ``month``.
        due: last day; the duty ends at 24:00 of it (ISO date).
        calendar: version of the working-day calendar used.
        provisional: the due date reaches into a year without an official calendar.
    """

    clock: str
    start: str
    limit: int
    unit: str
    due: str
    calendar: str
    provisional: bool = False


class CorrectionLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of a correction notice: what it concerns and the legal basis; its words are personal, beside it.

    Attributes:
        no: line number from 1, stable over repeated notices.
        target: code of the material, or ``form:<field>``.
        name: name of the material or field.
        basis: legal basis of the requirement.
    """

    no: int
    target: str
    name: str
    basis: str


class CorrectionText(msgspec.Struct, frozen=True):
    """The words of one correction line: the problem found and the concrete requirement."""

    no: int
    problem: str
    requirement: str


class CaseReceived(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03 收件: the window took the application; the five-day clock C1 runs (许可法 art.32, clause 5.2.2.1.2)."""

    TYPE: ClassVar = "case.received"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("窗口收件")
    PERSONAL: ClassVar = frozenset({"applicant", "agent", "form", "query_code", "note"})

    item_code: str
    item_version: int
    item_name: str
    task_code: str
    handling: str
    department: str
    department_name: str
    channel: str
    materials: tuple[MaterialIn, ...]
    missing: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    ticket: str = ""
    variants: tuple[str, ...] = ()
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    query_code: str
    note: str = ""


class CaseAssigned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T04 领办: a handler took the case for pre-review."""

    TYPE: ClassVar = "case.assigned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("承办人领办")
    PERSONAL: ClassVar = frozenset[str]()

    handler: str
    department: str


class CasePreReviewed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """预审结论 on each material (clause 5.2.2.2.1): ``pass`` or ``problem``, a problem never without its reason."""

    TYPE: ClassVar = "case.pre_reviewed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("预审意见")
    PERSONAL: ClassVar = frozenset({"reasons"})

    verdicts: dict[str, str]
    reasons: dict[str, str] = {}


class CaseCorrectionRequired(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T08/T10 补正告知: all that must be corrected, told once (许可法 art.32(4)); a repeat only names unmet lines."""

    TYPE: ClassVar = "case.correction_required"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("一次性告知补正")
    PERSONAL: ClassVar = frozenset({"texts"})

    notice: int
    lines: tuple[CorrectionLine, ...]
    deadlines: tuple[Deadline, ...] = ()
    texts: tuple[CorrectionText, ...] = ()


class CaseSupplemented(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T09 补交: the applicant handed in corrected materials; the handler has five working days to check them."""

    TYPE: ClassVar = "case.supplemented"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补正材料收件")
    PERSONAL: ClassVar = frozenset({"note"})

    lines: tuple[int, ...]
    materials: tuple[MaterialIn, ...]
    deadlines: tuple[Deadline, ...]
    note: str = ""


class CaseAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T11 受理: acceptance number, the date it counts from, the legal and the promised limit (clause 5.2.2.3)."""

    TYPE: ClassVar = "case.accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("受理")
    PERSONAL: ClassVar = frozenset[str]()

    acceptance_no: str
    accepted_on: str
    deadlines: tuple[Deadline, ...]


class CaseDeemedAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T12 视为受理: C1 lapsed without notice or decision; accepted as of the day of receipt (许可法 art.32(4))."""

    TYPE: ClassVar = "case.deemed_accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("逾期未告知，视为受理")
    PERSONAL: ClassVar = frozenset[str]()

    acceptance_no: str
    accepted_on: str
    deadlines: tuple[Deadline, ...]


class CaseStepStarted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T13 环节开始: a step of the item's flow waits for its role; step clock C8."""

    TYPE: ClassVar = "case.step_started"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("进入环节")
    PERSONAL: ClassVar = frozenset[str]()

    step: str
    step_name: str
    role: str
    deadlines: tuple[Deadline, ...] = ()


class CaseOpinionGiven(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T14 审批意见: one row of the approval form 签批表 (clause 5.2.2.4); result ``agree`` or ``disagree``."""

    TYPE: ClassVar = "case.opinion_given"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("签署意见")
    PERSONAL: ClassVar = frozenset({"opinion"})

    step: str
    step_name: str
    result: str
    opinion: str


class CaseStepReturned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T15 退回: a reviewer or approver sends the case back to the step before; the legal clock runs on."""

    TYPE: ClassVar = "case.step_returned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("退回上一环节")
    PERSONAL: ClassVar = frozenset({"reason"})

    step: str
    to_step: str
    to_step_name: str
    reason: str


class CaseGranted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T23 准予: the decision; C2 and C3 stop, the delivery clock C4 starts (许可法 arts.38, 44)."""

    TYPE: ClassVar = "case.granted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("准予许可")
    PERSONAL: ClassVar = frozenset({"content"})

    document_no: str
    decided_on: str
    deadlines: tuple[Deadline, ...]
    content: str


class CaseRefused(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T24 不予: reasons, basis, and where review and suit may be sought, are all in it (许可法 art.38)."""

    TYPE: ClassVar = "case.refused"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不予许可")
    PERSONAL: ClassVar = frozenset({"facts", "reasons", "basis"})

    document_no: str
    decided_on: str
    basis: str
    review_body: str
    court: str
    deadlines: tuple[Deadline, ...]
    facts: str
    reasons: str


class LicenceIssued(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """证照签发: the licence record in its final form (GB/T 36903, 36904); signed files come with their own event."""

    TYPE: ClassVar = "licence.issued"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("签发证照")
    PERSONAL: ClassVar = frozenset({"holder_name", "holder_code", "fields"})

    identifier: str
    type_code: str
    type_name: str
    number: str
    issuer_code: str
    issuer_name: str
    issued_on: str
    valid_from: str
    valid_to: str | None
    holder_code_type: str
    copies: int = 1
    supersedes: str | None = None
    holder_name: str
    holder_code: str
    fields: dict[str, str] = {}


class CaseResultProduced(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T25/T26 制证完成: the licence or the refusal letter lies ready for collection (clause 5.2.2.5)."""

    TYPE: ClassVar = "case.result_produced"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("结果就绪，待领取")
    PERSONAL: ClassVar = frozenset({"shelf"})

    licence: str | None = None
    shelf: str = ""


class CaseHandedOver(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T27 发件: the result was handed to the applicant or an agent with authority to collect."""

    TYPE: ClassVar = "case.handed_over"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("发件，办结")
    PERSONAL: ClassVar = frozenset({"collector_name", "collector_id"})

    relation: str
    collector_name: str
    collector_id: str


class CaseWithdrawn(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T30 撤回: the applicant withdrew in writing before the decision; all clocks stop."""

    TYPE: ClassVar = "case.withdrawn"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("申请人撤回")
    PERSONAL: ClassVar = frozenset({"reason"})

    letter_files: tuple[str, ...] = ()
    reason: str


class PaperReprinted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """补打: another copy of a paper left the printer, with its reason; the copy carries the reprint mark."""

    TYPE: ClassVar = "paper.reprinted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补打文书")
    PERSONAL: ClassVar = frozenset({"reason"})

    paper: str
    copy: int
    reason: str


class EpochOpened(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Entry 0 of every log (protocol §1): where the log before it ended; size 0 and no origin for the first."""

    TYPE: ClassVar = "epoch.opened"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("日志纪元开启")
    PERSONAL: ClassVar = frozenset[str]()

    previous_origin: str = ""
    previous_size: int = 0
    previous_root: str = ""


class ClockSuspected(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The wall clock stands more than five minutes below the floor (protocol §5); the gate becomes SUSPECT."""

    TYPE: ClassVar = "clock.suspected"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("时钟存疑")
    PERSONAL: ClassVar = frozenset[str]()

    wall: str
    floor: str


class ClockConfirmed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Two persons confirmed the date; the gate leaves SUSPECT."""

    TYPE: ClassVar = "clock.confirmed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("两人确认时钟")
    PERSONAL: ClassVar = frozenset[str]()

    first: str
    second: str


class JournalMoved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The journal went on at another place because its device failed (protocol §3)."""

    TYPE: ClassVar = "journal.moved"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("日志副本换位")
    PERSONAL: ClassVar = frozenset[str]()

    reason: str


class PackPublished(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: a pack (catalogue, calendar, staff, licences) at a version, by digest (protocol §2)."""

    TYPE: ClassVar = "pack.published"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("市级下发数据包")
    PERSONAL: ClassVar = frozenset[str]()

    name: str
    version: int
    sha256: str
    base: int = 0


class LeaseGranted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """City to hall: what needs the city's leave may be done until this instant (protocol §5)."""

    TYPE: ClassVar = "lease.granted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("租约续期")
    PERSONAL: ClassVar = frozenset[str]()

    until: str


class UnknownEvent(msgspec.Struct, frozen=True):
    """An entry of a type or version this release does not know: stored, carried, not projected."""

    TYPE: ClassVar = ""
    VERSION: ClassVar = 0
    DISPLAY: ClassVar = N_("本版本不认识的记录")
    PERSONAL: ClassVar = frozenset[str]()

    type: str
    version: int


CaseEvent = (
    CaseReceived
    | CaseAssigned
    | CasePreReviewed
    | CaseCorrectionRequired
    | CaseSupplemented
    | CaseAccepted
    | CaseDeemedAccepted
    | CaseStepStarted
    | CaseOpinionGiven
    | CaseStepReturned
    | CaseGranted
    | CaseRefused
    | LicenceIssued
    | CaseResultProduced
    | CaseHandedOver
    | CaseWithdrawn
    | PaperReprinted
)
SystemEvent = EpochOpened | ClockSuspected | ClockConfirmed | JournalMoved | PackPublished | LeaseGranted
Event = CaseEvent | SystemEvent | UnknownEvent

CASE_EVENTS: tuple[type[CaseEvent], ...] = CaseEvent.__args__
EVENTS: dict[str, type[CaseEvent | SystemEvent]] = {
    event.TYPE: event for event in (*CaseEvent.__args__, *SystemEvent.__args__)
}

# Names once used, or kept for an agreed purpose; they are never given another meaning.
RESERVED = frozenset({"pii.erased", "epoch.closed", "case.instant", "gate.changed"})
