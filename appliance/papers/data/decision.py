"""The approval form, the decisions, the licence, and what stands in their place (行政许可法 art. 37–40)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import Field, Head, Line, Material, Moment, Remedies, Text


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


class Licence(msgspec.Struct, frozen=True, kw_only=True):
    """Licence 证照 (行政许可法 art. 39; GB/T 36903): `identifier` is the e-licence identifier of GB/T 36904.

    `title` is the licence's printed name; `original` is true for 正本, false for a duplicate 副本 numbered
    `duplicate_no`. `valid_to` None means 长期. `holder` and the masked `holder_code` go into the signed code, to be
    compared by eye. Whether the paper says 未签章 is not its own: see `appliance.papers.document.Presentation`.
    """

    head: Head
    title: Text
    number: Text
    identifier: Text
    holder: Text
    holder_code: Text
    fields: Annotated[tuple[Field, ...], msgspec.Meta(min_length=1)]
    valid_from: dt.date
    issued_on: dt.date
    valid_to: dt.date | None = None
    original: bool = True
    duplicate_no: Line = ""


class RecordReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt of a record filing 备案回执: no licence and no decision letter; it says what was put on record."""

    head: Head
    record_no: Text
    recorded_on: dt.date
    basis: Text
    fields: Annotated[tuple[Field, ...], msgspec.Meta(min_length=1)]
    duties: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    validity: Line = ""


class OpinionForward(msgspec.Struct, frozen=True, kw_only=True):
    """Initial opinion 初审意见 sent up with all materials (T21; 行政许可法 art. 35, 43: within 20 days of acceptance).

    `opinion` is the conclusion the higher authority is asked to follow; `steps` are the signatures behind it.
    """

    head: Head
    addressee: Text
    accepted_on: dt.date
    due: dt.date
    facts: Text
    opinion: Text
    basis: Text
    steps: Annotated[tuple[ApprovalStep, ...], msgspec.Meta(min_length=1)]
    materials: tuple[Material, ...]
    contact: Text
    due_provisional: bool = False
