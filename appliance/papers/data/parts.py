"""What papers share: kinds of text, people, the header, materials, remedies."""

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


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """One scanned file: the material it shows, its SHA-256 (64 hex digits) and its pages."""

    name: Text
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    pages: Count | None = None


class CorrectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to correct: which material or field, what is wrong, what is required, on which basis."""

    subject: Text
    problem: Text
    requirement: Text
    basis: Text


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled value of a licence or a guide."""

    label: Text
    value: Text


class HandedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing handed over at collection: name, number, how many."""

    name: Text
    number: Text
    copies: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
