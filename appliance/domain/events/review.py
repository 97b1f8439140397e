"""Events of the approval form and the decision (T13–T15, T23, T24)."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import Deadline
from appliance.errors import N_


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
    """T23 准予: the decision; C2 and C3 stop, the delivery clock C4 starts (许可法 arts.38, 44).

    `recorded` says that it is a record filing 备案 rather than a licence; `delegation` names the approver's delegation
    under which a handler decided an instant item (T33).
    """

    TYPE: ClassVar = "case.granted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("准予许可")
    PERSONAL: ClassVar = frozenset({"content"})

    document_no: str
    decided_on: str
    deadlines: tuple[Deadline, ...]
    recorded: bool = False
    delegation: str = ""
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
