"""What a joint whole 并联 hands out: receipt, notice, acceptance, notice of outcomes (行政许可法 art. 26)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import CorrectionLine, Count, Head, Line, Moment, Phones, Remedies, Text


class JointItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the whole, its authority, and the number of its case."""

    name: Text
    authority: Text
    intake_no: Text


class SharedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A material taken once; `items` names what it serves."""

    name: Text
    form: Text
    copies: Count
    items: Text
    pages: Count | None = None


class JointReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt of the whole 并联收件回执单: what was received once, for which items (clauses 4.2.5.2, 5.2.2.1.2).

    `correction_due` is the last day of the one-time notice (行政许可法 art. 32(4)).
    """

    head: Head
    received_at: Moment
    channel: Text
    items: Annotated[tuple[JointItem, ...], msgspec.Meta(min_length=2)]
    materials: tuple[SharedMaterial, ...]
    correction_due: dt.date
    query_code: Text
    query_way: Text
    phones: Phones
    correction_due_provisional: bool = False


class JointCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """The defects of one item in the collective notice."""

    item: Text
    authority: Text
    lines: Annotated[tuple[CorrectionLine, ...], msgspec.Meta(min_length=1)]
    numbers: Annotated[tuple[int, ...], msgspec.Meta(min_length=1)]
    due: dt.date | None = None


class JointCorrectionNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Collective notice 并联补正告知书: every department's defects, told once (行政许可法 art. 26, 32(4)).

    `accepted` names the items in which nothing has to be corrected; they are accepted with this notice.
    """

    head: Head
    items: Annotated[tuple[JointCorrection, ...], msgspec.Meta(min_length=1)]
    resubmit: Text
    phones: Phones
    accepted: tuple[Text, ...] = ()
    repeats: bool = False


class JointAcceptedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted item: its acceptance number, its day, its own limits; `due` is its promised last day."""

    name: Text
    authority: Text
    acceptance_no: Text
    accepted_on: dt.date
    due: dt.date
    legal_due: dt.date
    due_provisional: bool = False


class JointAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Acceptance slip of the whole 并联受理通知书 (行政许可法 art. 26, 32, 42(2)).

    Attributes:
        accepted_on: day from which the whole counts.
        limit: its limit with unit, in words; `due` its last day.
        items: what is accepted; `left_out` what ended before, in words.
    """

    head: Head
    accepted_on: dt.date
    limit: Text
    due: dt.date
    items: Annotated[tuple[JointAcceptedItem, ...], msgspec.Meta(min_length=1)]
    fee: Text
    delivery: Text
    query_way: Text
    handler_name: Text
    handler_phone: Text
    phones: Phones
    left_out: tuple[Text, ...] = ()
    due_provisional: bool = False


class JointOutcomeLine(msgspec.Struct, frozen=True, kw_only=True):
    """How one item ended: outcome in words, official number and day where it was decided, reasons of a refusal."""

    name: Text
    authority: Text
    outcome: Text
    document_no: Line = ""
    decided_on: dt.date | None = None
    reasons: Line = ""


class JointResult(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of all outcomes 并联办理结果告知书: each department's decision stands for itself (domain §2.4).

    `remedies` are told when something was refused.
    """

    head: Head
    accepted_on: dt.date | None
    items: Annotated[tuple[JointOutcomeLine, ...], msgspec.Meta(min_length=1)]
    collect: Text
    phones: Phones
    remedies: Remedies | None = None
