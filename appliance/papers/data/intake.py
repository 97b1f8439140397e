"""From receipt to acceptance: what the window and the pre-review hand out (行政许可法 art. 32)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import (
    CorrectionLine,
    Count,
    Head,
    Line,
    Material,
    MissingMaterial,
    Moment,
    Phones,
    Remedies,
    Scan,
    Text,
)


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


class SubmissionSlip(msgspec.Struct, frozen=True, kw_only=True):
    """Self-service slip 自助受理凭条 (clause 4.3.3.1): proof of what was typed, and no acceptance.

    `correction_due` is there only where the submission counts as the receipt (行政许可法 arts. 29, 32(4)).
    """

    head: Head
    submitted_at: Moment
    channel: Text
    materials: tuple[Material, ...]
    query_code: Text
    query_way: Text
    phones: Phones
    missing: tuple[MissingMaterial, ...] = ()
    correction_due: dt.date | None = None
    correction_due_provisional: bool = False


class QueueTicket(msgspec.Struct, frozen=True, kw_only=True):
    """Queue ticket 排队票 (clause 5.2.2.1.1; domain §6.6): no name and no number of any person stands on it.

    `priority` is empty for an ordinary one; `wait` is a sentence, empty while there is nothing to estimate it from.
    """

    head: Head
    code: Text
    drawn_at: Moment
    ahead: Count
    notice: Text
    phones: Phones
    priority: Line = ""
    wait: Line = ""


class IntakeReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Intake receipt 收件回执单 (clause 5.2.2.1.2)."""

    head: Head
    receipt: Receipt


class ArchiveReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Archive receipt 存档回执单 (clause 5.2.2.1.2): the receipt's content, signed, with the scans' digests."""

    head: Head
    receipt: Receipt
    shelf_code: Text
    scans: tuple[Scan, ...] = ()


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
