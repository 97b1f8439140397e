"""What each paper says, as plain data: one frozen struct per kind of paper.

The caller has decided every word: identity numbers are already masked (domain §7.3), limits are already sentences,
names are the ones the case holds. A struct holds no presentation: which copy is printed, a reprint mark and a
watermark belong to `appliance.papers.document.Presentation`, so that all copies of a paper share one digest.

`Text` is a field that the paper must carry (domain §2.8): it may not be empty. `Line` may be. Limits are checked
by `appliance.papers.document.check` before anything is rendered, not by the constructors.
"""

import datetime as dt
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Line = Annotated[str, msgspec.Meta(max_length=4000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Applicant 申请人: the name in full, the identity number masked as domain §7.3 says for the receipt."""

    name: Text
    id_label: Text
    id_masked: Text
    phone_masked: Line = ""


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """Agent 代理人 who acts for the applicant, and the authority shown (行政许可法 art. 29)."""

    name: Text
    id_label: Text
    id_masked: Text
    authority: Text
    phone_masked: Line = ""


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """Operator 经办人: who produced the paper, with staff number 工号 and window."""

    name: Text
    staff_no: Text
    window: Line = ""


class Phones(msgspec.Struct, frozen=True, kw_only=True):
    """Consultation 咨询 and supervision 监督投诉 telephone numbers, and where the hall is."""

    consult: Text
    supervision: Text
    address: Line = ""
    hours: Line = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The common header of all papers (domain §2.8).

    `document_no` is the official number 文号 (GB/T 9704, ``机关代字〔2026〕12号``). `issued_at` is the paper's date;
    a rendered file carries it as its creation time, so equal data gives equal bytes. A paper of a case has
    applicant, operator and intake number; a service guide has none of them.
    """

    paper_id: Text
    hall: Text
    authority: Text
    item_name: Text
    item_code: Text
    issued_at: Moment
    document_no: Line = ""
    intake_no: Line = ""
    acceptance_no: Line = ""
    applicant: Party | None = None
    agent: Agent | None = None
    operator: Operator | None = None


class Remedies(msgspec.Struct, frozen=True, kw_only=True):
    """Remedies 救济途径 (domain §2.7): review within 60 days, court within 6 months (行政复议法 art. 20, 24).

    `online_channel` is where a review may be applied for; it must be given when the decision is delivered through
    the internet (行政复议法 art. 22).
    """

    review_body: Text
    court: Text
    online_channel: Line = ""


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One material 材料 received: `form` is 原件, 复印件 or 电子; `pages` is None when nobody counted."""

    name: Text
    form: Text
    copies: Count
    pages: Count | None = None
    note: Line = ""


class MissingMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A material not seen at intake; listing it is no notice of correction."""

    name: Text
    note: Line = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What both copies of the intake receipt say (clause 5.2.2.1.2).

    `correction_due` is the last day of the one-time notice (行政许可法 art. 32(4)); `correction_due_provisional` is
    true when it reaches past the known calendar. `query_way` tells where the query code is used.
    """

    received_at: Moment
    channel: Text
    materials: tuple[Material, ...]
    correction_due: dt.date
    query_code: Text
    query_way: Text
    phones: Phones
    missing: tuple[MissingMaterial, ...] = ()
    correction_due_provisional: bool = False


class IntakeReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Intake receipt 收件回执单 (clause 5.2.2.1.2)."""

    head: Head
    receipt: Receipt


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scanned file: the material it shows, its SHA-256 (64 hex digits) and its pages."""

    name: Text
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    pages: Count | None = None


class ArchiveReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Archive receipt 存档回执单 (clause 5.2.2.1.2): the receipt's content, signed, with the scans' digests."""

    head: Head
    receipt: Receipt
    shelf_code: Text
    scans: tuple[Scan, ...] = ()


class CorrectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to correct: which material or field, what is wrong, what is required, on which basis."""

    subject: Text
    problem: Text
    requirement: Text
    basis: Text


class CorrectionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """One-time correction notice 补正回执单（补正告知书） (clause 5.2.2.2.2; 行政许可法 art. 32(4)).

    `repeats` marks a second notice, which may only repeat what the first already asked. `due` is the C5 date, if any.
    """

    head: Head
    lines: Annotated[tuple[CorrectionLine, ...], msgspec.Meta(min_length=1)]
    resubmit: Text
    phones: Phones
    due: dt.date | None = None
    repeats: bool = False


class Supplement(msgspec.Struct, frozen=True, kw_only=True):
    """One corrected material handed in; `answers` is the line of the notice it answers."""

    name: Text
    form: Text
    copies: Count
    answers: Line = ""
    pages: Count | None = None


class SupplementReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt for corrected materials 补正材料收件回执; `notice` names the correction notice it answers."""

    head: Head
    notice: Text
    received_at: Moment
    lines: Annotated[tuple[Supplement, ...], msgspec.Meta(min_length=1)]
    query_code: Text
    query_way: Text
    phones: Phones
    outstanding: tuple[MissingMaterial, ...] = ()


class SpecialProcedure(msgspec.Struct, frozen=True, kw_only=True):
    """A special procedure 特别程序 foreseen; its time is not counted (行政许可法 art. 45)."""

    name: Text
    needed: Text


class AcceptanceReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Acceptance receipt 受理回执单 (clause 5.2.2.3; 行政许可法 art. 32).

    `accepted_on` is the legal date of acceptance; `deemed` is true when the law sets it because no notice came in
    time. The materials list equals the later intake list.
    """

    head: Head
    accepted_on: dt.date
    legal_limit: Text
    promised_limit: Text
    promised_finish: dt.date
    fee: Text
    delivery: Text
    query_way: Text
    handler_name: Text
    handler_phone: Text
    phones: Phones
    materials: tuple[Material, ...] = ()
    special_procedures: tuple[SpecialProcedure, ...] = ()
    promised_finish_provisional: bool = False
    deemed: bool = False


class NotRequiredNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice that no licence is required 不受理告知书 (行政许可法 art. 32(1))."""

    head: Head
    reason: Text
    basis: Text
    phones: Phones


class NotAcceptedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of non-acceptance 不予受理通知书 (行政许可法 art. 32(2)): another authority is competent."""

    head: Head
    reason: Text
    basis: Text
    competent_authority: Text
    remedies: Remedies
    phones: Phones


class ApprovalStep(msgspec.Struct, frozen=True, kw_only=True):
    """One signed step of the approval form: an opinion in words (a bare name is a defect), result, signer, time."""

    stage: Text
    opinion: Text
    result: Text
    signer: Text
    signer_no: Text
    signed_at: Moment


class ApprovalForm(msgspec.Struct, frozen=True, kw_only=True):
    """Approval form 签批表 (clause 5.2.2.4); internal, file copy only."""

    head: Head
    accepted_on: dt.date
    promised_finish: dt.date
    basis: Text
    draft_decision: Text
    materials: tuple[Material, ...]
    steps: Annotated[tuple[ApprovalStep, ...], msgspec.Meta(min_length=1)]
    summary: Line = ""


class DecisionGranted(msgspec.Struct, frozen=True, kw_only=True):
    """Decision to grant 准予行政许可决定书 (行政许可法 art. 38, 40)."""

    head: Head
    accepted_on: dt.date
    content: Text
    basis: Text
    scope: Text
    validity: Text
    licence_name: Line = ""
    licence_no: Line = ""
    conditions: tuple[Text, ...] = ()
    delivery: Line = ""


class DecisionRefused(msgspec.Struct, frozen=True, kw_only=True):
    """Decision to refuse 不予行政许可决定书 (行政许可法 art. 38, 55): facts, reasons, basis, remedies."""

    head: Head
    accepted_on: dt.date
    facts: Text
    reasons: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    basis: Text
    remedies: Remedies
    technical_standard: Line = ""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value of a licence or a guide."""

    label: Text
    value: Text


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """Licence 证照 (行政许可法 art. 39; GB/T 36903): `identifier` is the e-licence identifier of GB/T 36904.

    `title` is the licence's printed name; `original` is true for 正本, false for a duplicate 副本 numbered
    `duplicate_no`. `valid_to` None means 长期. `signed` is false until an electronic signature covers the file; the
    paper then says 未签章.
    """

    head: Head
    title: Text
    number: Text
    identifier: Text
    fields: Annotated[tuple[Field, ...], msgspec.Meta(min_length=1)]
    valid_from: dt.date
    issued_on: dt.date
    valid_to: dt.date | None = None
    original: bool = True
    duplicate_no: Line = ""
    signed: bool = False


class HandedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing handed over at collection: name, number, how many."""

    name: Text
    number: Text
    copies: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class Collector(msgspec.Struct, frozen=True, kw_only=True):
    """Collector 领取人 and the relation to the applicant."""

    name: Text
    id_label: Text
    id_masked: Text
    relation: Text


class CollectionReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Collection receipt 领证回执单 (clause 5.2.2.5)."""

    head: Head
    items: Annotated[tuple[HandedItem, ...], msgspec.Meta(min_length=1)]
    collector: Collector
    collected_at: Moment
    way: Text


class TerminationNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Termination notice 终止办理通知书, for a withdrawal or another end without decision."""

    head: Head
    reason: Text
    basis: Text
    effect: Text
    terminated_on: dt.date
    remedies: Remedies
    phones: Phones
    returned: tuple[Material, ...] = ()


class GuideSection(msgspec.Struct, frozen=True, kw_only=True):
    """One section of a service guide: its title and its rows; an empty section says so on the paper."""

    title: Text
    rows: tuple[Field, ...] = ()


class ServiceGuide(msgspec.Struct, frozen=True, kw_only=True):
    """Service guide 服务指南 (clause 5.1.1.2; DB42/T 1282) of one version of an item."""

    head: Head
    version: Text
    effective_on: dt.date
    sections: Annotated[tuple[GuideSection, ...], msgspec.Meta(min_length=1)]
    phones: Phones


PaperData = (
    IntakeReceipt
    | ArchiveReceipt
    | CorrectionNotice
    | SupplementReceipt
    | AcceptanceReceipt
    | NotRequiredNotice
    | NotAcceptedNotice
    | ApprovalForm
    | DecisionGranted
    | DecisionRefused
    | Licence
    | CollectionReceipt
    | TerminationNotice
    | ServiceGuide
)
"""Any paper's data."""
