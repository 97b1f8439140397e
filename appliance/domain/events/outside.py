"""Events that reach beyond the hall: a higher authority, the post, papers put right later (T21, T22, T28–T34)."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import Deadline
from appliance.errors import N_


class CaseForwarded(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T21 上报: opinion and all materials go straight to the higher authority, which decides (许可法 arts.35, 43)."""

    TYPE: ClassVar = "case.forwarded"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("上报上级机关")
    PERSONAL: ClassVar = frozenset({"authority"})

    forwarded_on: str
    materials: tuple[str, ...]
    authority: str


class CaseGrantedAbove(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T22 上级准予: the higher authority's paper came back; the delivery clock C4 starts."""

    TYPE: ClassVar = "case.granted_above"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("上级决定：准予")
    PERSONAL: ClassVar = frozenset({"authority", "document_no", "content"})

    decided_on: str
    files: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...]
    authority: str
    document_no: str
    content: str


class CaseRefusedAbove(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T22 上级不予: the higher authority refused; its own paper names reasons and remedies."""

    TYPE: ClassVar = "case.refused_above"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("上级决定：不予")
    PERSONAL: ClassVar = frozenset({"authority", "document_no", "reasons"})

    decided_on: str
    files: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...]
    authority: str
    document_no: str
    reasons: str


class CaseShipped(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T28 寄件: the result left by post; C4 runs until it is delivered."""

    TYPE: ClassVar = "case.shipped"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("寄送结果")
    PERSONAL: ClassVar = frozenset({"recipient", "phone", "address", "carrier", "waybill"})

    recipient: str
    phone: str
    address: str
    carrier: str
    waybill: str


class CaseDelivered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T29 签收: signed slip (``signed_slip``) or tracking (``tracking``) shows the delivery; the case is closed."""

    TYPE: ClassVar = "case.delivered"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("确认签收，办结")
    PERSONAL: ClassVar = frozenset({"recipient"})

    delivered_on: str
    proof: str
    recipient: str


class CasePaperCorrected(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T34 更正文书: a slip of the pen in an issued paper; the old paper stays in the log."""

    TYPE: ClassVar = "case.paper_corrected"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("更正文书")
    PERSONAL: ClassVar = frozenset({"old", "new", "reason"})

    paper: str
    number: int
    old: str
    new: str
    reason: str
