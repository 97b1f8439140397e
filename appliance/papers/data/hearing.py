"""Hearing 听证 and check on the spot 现场核查 (行政许可法 art. 34(3), 46–48)."""

import datetime as dt
from typing import Annotated

import msgspec

from appliance.papers.data.parts import Head, Line, Moment, Phones, Scan, Text


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a hearing's paper addresses: the applicant 申请人 or an interested party 利害关系人, in `role`.

    The head of a paper for an interested party carries neither the applicant's telephone nor the agent.
    """

    name: Text
    role: Text


class HearingRightsNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of the right to a hearing 听证告知书 (行政许可法 art. 47): five days to ask for one.

    `interest` is the major interest at stake between applicant and others; `intended` what the authority means to
    decide. `request_until` (C7a) is known only once the notice is served.
    """

    head: Head
    addressee: Addressee
    interest: Text
    intended: Text
    basis: Text
    request_way: Text
    phones: Phones
    request_until: dt.date | None = None


class Official(msgspec.Struct, frozen=True, kw_only=True):
    """An official by name, office and staff number 工号."""

    name: Text
    staff_no: Text
    office: Text


class HearingNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Notice of a hearing 听证通知书 (行政许可法 art. 48): at least seven days before; the reviewer does not preside.

    `not_public` gives the reason of a hearing behind closed doors; empty for a public one. `ground` says who asked
    for it or which statute orders it.
    """

    head: Head
    addressee: Addressee
    ground: Text
    subject: Text
    held_at: Moment
    place: Text
    presider: Official
    recorder: Official
    reviewer: Official
    bring: Text
    absence: Text
    phones: Phones
    not_public: Line = ""


class Attendant(msgspec.Struct, frozen=True, kw_only=True):
    """Someone present at a hearing or a check: name, in which role, with which proof of identity or authority."""

    name: Text
    role: Text
    proof: Line = ""


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """What one person said at a hearing."""

    speaker: Text
    role: Text
    text: Text


class HearingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Record of a hearing 听证笔录 (行政许可法 art. 48): confirmed and signed; the decision follows it."""

    head: Head
    subject: Text
    held_at: Moment
    ended_at: Moment
    place: Text
    presider: Official
    recorder: Official
    reviewer: Official
    attendants: Annotated[tuple[Attendant, ...], msgspec.Meta(min_length=1)]
    speeches: Annotated[tuple[Speech, ...], msgspec.Meta(min_length=1)]
    evidence: tuple[Text, ...] = ()
    absent: Line = ""
    not_public: Line = ""


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """An officer at a check, with the number of the enforcement certificate 执法证."""

    name: Text
    staff_no: Text
    certificate_no: Text


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One point checked: what is required, what was found, and whether it conforms (符合, 不符合, …)."""

    point: Text
    requirement: Text
    found: Text
    result: Text


class SiteCheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Record of a check on the spot 现场核查记录 (行政许可法 art. 34(3)): two officers or more.

    `statement` is what the person checked said about it. When they did not sign, `refusal` says why and `witness`
    who saw it.
    """

    head: Head
    started_at: Moment
    ended_at: Moment
    place: Text
    officers: Annotated[tuple[Officer, ...], msgspec.Meta(min_length=2)]
    present: Attendant
    findings: Annotated[tuple[Finding, ...], msgspec.Meta(min_length=1)]
    conclusion: Text
    statement: Line = ""
    refusal: Line = ""
    witness: Line = ""
    photos: tuple[Scan, ...] = ()
