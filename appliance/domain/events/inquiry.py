"""What the authority finds out before it decides, and what it charges: art. 34(3), 46–48, 58–59."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import Deadline
from appliance.errors import N_


class CaseSiteChecked(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """现场核查 by two officers or more (art. 34(3)): what they found, whether it conforms; no clock stops for it."""

    TYPE: ClassVar = "case.site_checked"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("现场核查")
    PERSONAL: ClassVar = frozenset({"place", "present", "findings", "conclusion", "statement"})

    started_at: str
    ended_at: str
    officers: tuple[str, ...]
    certificates: tuple[str, ...]
    conforms: bool
    place: str
    present: str
    findings: str
    conclusion: str
    statement: str = ""


class CaseHearingOffered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """听证告知: applicant or interested party is told of the right to a hearing; C7a starts (art. 47)."""

    TYPE: ClassVar = "case.hearing_offered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("告知听证权利")
    PERSONAL: ClassVar = frozenset({"addressee", "interest", "intended"})

    offered_on: str
    party: str
    deadlines: tuple[Deadline, ...]
    addressee: str
    interest: str
    intended: str


class CaseHearingRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """申请听证 within five days of being told; the authority organises it within twenty (C7b, art. 47)."""

    TYPE: ClassVar = "case.hearing_requested"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("申请听证")
    PERSONAL: ClassVar = frozenset({"by"})

    requested_on: str
    party: str
    deadlines: tuple[Deadline, ...]
    by: str


class CaseHearingCalled(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """听证通知, seven days ahead or more; who presides has not reviewed the application (art. 48)."""

    TYPE: ClassVar = "case.hearing_called"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("通知听证")
    PERSONAL: ClassVar = frozenset({"place", "closed"})

    held_at: str
    presider: str
    recorder: str
    reviewer: str
    place: str
    closed: str = ""


class CaseHearingHeld(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """举行听证: the record, signed; the decision follows it (art. 48)."""

    TYPE: ClassVar = "case.hearing_held"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("举行听证")
    PERSONAL: ClassVar = frozenset({"attendants", "record", "evidence"})

    ended_at: str
    attendants: str
    record: str
    evidence: str = ""


class CaseFeeNoticed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """缴费通知: a fee of the item's own list with its statutory basis (art. 58, 59); `amount` in yuan."""

    TYPE: ClassVar = "case.fee_noticed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("通知缴费")
    PERSONAL: ClassVar = frozenset({"quantity"})

    fee: str
    amount: str
    noticed_on: str
    quantity: str


class CaseFeePaid(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """已缴费, by the number of the receipt 财政票据."""

    TYPE: ClassVar = "case.fee_paid"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("登记缴费")
    PERSONAL: ClassVar = frozenset[str]()

    receipt_no: str
    amount: str
    paid_on: str
