"""Events that pause, extend or recompute the clocks of a case (T16–T20, domain §2.5 rule 9)."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import Deadline
from appliance.errors import N_


class CaseSpecialStarted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T16 特别程序: what 许可法 art.45 leaves out of the limit begins; C2, C3 and C8 stand still, C9 runs.

    Proposed by the handler, confirmed by a reviewer, who writes this entry; `days` in `unit` is the time told to the
    applicant.
    """

    TYPE: ClassVar = "case.special_started"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("进入特别程序")
    PERSONAL: ClassVar = frozenset({"reason"})

    kind: str
    started_on: str
    days: int
    unit: str
    proposal: int
    proposed_by: str
    deadlines: tuple[Deadline, ...]
    reason: str


class CaseSpecialEnded(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T17 特别程序结束: its result is on the file; the clocks run on, recomputed with the pause.

    `overrun` says that the planned time (C9) was exceeded.
    """

    TYPE: ClassVar = "case.special_ended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("特别程序结束")
    PERSONAL: ClassVar = frozenset({"document", "result"})

    kind: str
    ended_on: str
    overrun: bool = False
    files: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    document: str
    result: str


class CaseSuspended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T19 中止: the head of the authority suspends; the clocks stand still only where a statute says so.

    `basis_kind` is ``statute`` or ``other``.
    """

    TYPE: ClassVar = "case.suspended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("中止办理")
    PERSONAL: ClassVar = frozenset({"reason", "basis"})

    suspended_on: str
    basis_kind: str
    reason: str
    basis: str


class CaseResumed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T20 恢复办理: the reason for the suspension is gone; what stood still runs on, recomputed."""

    TYPE: ClassVar = "case.resumed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("恢复办理")
    PERSONAL: ClassVar = frozenset({"reason"})

    resumed_on: str
    deadlines: tuple[Deadline, ...] = ()
    reason: str


class CaseExtended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T18 延期: once, before C2 is due, by the head of the authority; the reasons are told (许可法 art.42).

    The promise C3 stays as printed and counts as broken with a reason (domain §2.5 rule 5).
    """

    TYPE: ClassVar = "case.extended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("延长办理期限")
    PERSONAL: ClassVar = frozenset({"reason"})

    extended_on: str
    days: int
    due_before: str
    deadlines: tuple[Deadline, ...]
    reason: str


class CaseDueRecomputed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """期限重算: a new calendar changed what was provisional (domain §5.3); printed papers are not printed again.

    `kept` names the clocks whose printed day stays although the calendar would now give another.
    """

    TYPE: ClassVar = "case.due_recomputed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("期限重算")
    PERSONAL: ClassVar = frozenset[str]()

    cause: str
    deadlines: tuple[Deadline, ...]
    kept: tuple[str, ...] = ()
