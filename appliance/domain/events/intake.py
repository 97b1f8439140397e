"""Events from the receipt to the acceptance (T03–T12)."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import CorrectionLine, CorrectionText, Deadline, Fallback
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.errors import N_


class CaseSubmitted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T02 自助提交: an applicant filled in an application without a window (clauses 4.3.3.1, 4.3.3.2; 许可法 art.29).

    It is no acceptance. `deadlines` holds C1 only where the item counts from the earliest complete submission and
    everything required came along electronically; else the clock begins at the window. `notice` is the version of the
    notice on personal information that was agreed to (个人信息保护法 art.17).
    """

    TYPE: ClassVar = "case.submitted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("自助提交")
    PERSONAL: ClassVar = frozenset({"applicant", "agent", "form", "query_code"})

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
    notice: int
    deadlines: tuple[Deadline, ...] = ()
    variants: tuple[str, ...] = ()
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    query_code: str


class CaseReceived(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03 收件: the window took the application; the five-day clock C1 runs (许可法 art.32, clause 5.2.2.1.2).

    `joint` is the number of the joint whole that the case is part of 并联, empty for a case of its own.
    `submitted` says that the case was handed in without a window before (T02), so that this is not its first event.
    `fallback` is set for a receipt that was written on paper first and entered later 补录.
    """

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
    joint: str = ""
    variants: tuple[str, ...] = ()
    fallback: Fallback | None = None
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    query_code: str
    note: str = ""
    submitted: bool = False


class CaseAssigned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T04 领办: a handler took the case for pre-review."""

    TYPE: ClassVar = "case.assigned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("承办人领办")
    PERSONAL: ClassVar = frozenset[str]()

    handler: str
    department: str


class CaseReassigned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T04r 改派: the case passed to another handler, or with an empty `handler` back to those that anyone may take."""

    TYPE: ClassVar = "case.reassigned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("改派")
    PERSONAL: ClassVar = frozenset({"reason"})

    before: str
    handler: str
    department: str
    reason: str


class CaseNoticeWidened(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T10o 准许新增补正内容: the reviewer lets a second notice ask for what the first did not (art.32(4), art.72(4)).

    `targets` are material codes or ``form:<field>``.
    """

    TYPE: ClassVar = "case.notice_widened"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("准许新增补正内容")
    PERSONAL: ClassVar = frozenset({"reason"})

    targets: tuple[str, ...]
    reason: str


class CaseDefectsReported(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T08j 报送补正内容: a member of a joint whole tells the lead department what has to be corrected (许可法 art.26).

    The applicant hears of it in the collective notice, which takes these lines over as they are.
    """

    TYPE: ClassVar = "case.defects_reported"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("报送补正内容")
    PERSONAL: ClassVar = frozenset({"texts"})

    lines: tuple[CorrectionLine, ...]
    texts: tuple[CorrectionText, ...] = ()


class CasePreReviewed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """预审结论 on each material (clause 5.2.2.2.1): ``pass`` or ``problem``, a problem never without its reason."""

    TYPE: ClassVar = "case.pre_reviewed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("预审意见")
    PERSONAL: ClassVar = frozenset({"reasons"})

    verdicts: dict[str, str]
    reasons: dict[str, str] = {}


class CaseCorrectionRequired(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T08/T10 补正告知: all that must be corrected, told once (许可法 art.32(4)); a repeat only names unmet lines.

    `joint` is the whole whose collective notice tells it; empty when the case has a notice of its own.
    """

    TYPE: ClassVar = "case.correction_required"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("一次性告知补正")
    PERSONAL: ClassVar = frozenset({"texts"})

    notice: int
    lines: tuple[CorrectionLine, ...]
    deadlines: tuple[Deadline, ...] = ()
    joint: str = ""
    texts: tuple[CorrectionText, ...] = ()


class CaseSupplemented(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T09 补交: the applicant handed in corrected materials; the handler has five working days to check them.

    `presenter` is who came: ``applicant``, ``representative`` or ``agent``.
    `fields` names answers that were corrected, ``form.<name>``; `old` and `new` hold what they were and are.
    With them come the situations and what is missing, which an answer may change.
    `joint` is the whole for which it came in and whose slip says so; empty when it came in for this case alone.
    """

    TYPE: ClassVar = "case.supplemented"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补正材料收件")
    PERSONAL: ClassVar = frozenset({"note", "old", "new"})

    lines: tuple[int, ...]
    materials: tuple[MaterialIn, ...]
    deadlines: tuple[Deadline, ...]
    fields: tuple[str, ...] = ()
    variants: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None
    presenter: str = "applicant"
    joint: str = ""
    note: str = ""
    old: dict[str, str | list[str]] = {}
    new: dict[str, str | list[str]] = {}


class CaseAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T11 受理: acceptance number, the date it counts from, the legal and the promised limit (clause 5.2.2.3).

    `tolerated` names materials that may follow 容缺, `tolerance` until when (`TolerancePolicy.deadline`).
    """

    TYPE: ClassVar = "case.accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("受理")
    PERSONAL: ClassVar = frozenset[str]()

    acceptance_no: str
    accepted_on: str
    deadlines: tuple[Deadline, ...]
    tolerated: tuple[str, ...] = ()
    tolerance: str = ""


class CaseDeemedAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T12 视为受理: C1 lapsed without notice or decision; accepted as of the day of receipt (许可法 art.32(4))."""

    TYPE: ClassVar = "case.deemed_accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("逾期未告知，视为受理")
    PERSONAL: ClassVar = frozenset[str]()

    acceptance_no: str
    accepted_on: str
    deadlines: tuple[Deadline, ...]
