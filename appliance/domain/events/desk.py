"""Events of the desks: agents, originals, papers handed on, places on the shelf, cases kept on paper meanwhile."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import MovedLine, SampleLine
from appliance.domain.subject import Agent
from appliance.errors import N_


class CaseAgentAuthorised(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03a 登记委托: the applicant authorised an agent, in writing, with scope and end (行政许可法 art.29)."""

    TYPE: ClassVar = "case.agent_authorised"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("登记委托代理")
    PERSONAL: ClassVar = frozenset({"agent"})

    letter_files: tuple[str, ...] = ()
    agent: Agent


class CaseAgentDismissed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03x 解除委托: from now on nobody acts for the applicant."""

    TYPE: ClassVar = "case.agent_dismissed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("解除委托代理")
    PERSONAL: ClassVar = frozenset({"reason"})

    reason: str


class CaseOriginalReturned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03o 退还原件: originals that were kept went back to the applicant or an agent with authority to collect."""

    TYPE: ClassVar = "case.original_returned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("退还原件")
    PERSONAL: ClassVar = frozenset({"receiver_name", "receiver_id"})

    materials: tuple[str, ...]
    relation: str
    receiver_name: str
    receiver_id: str


class CaseMaterialsSent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03m 材料交接: paper or samples leave the window for a department, or a department for the window.

    `handover` counts the hand-overs of the case; `giver` and `receiver` are credit codes, empty for the window.
    """

    TYPE: ClassVar = "case.materials_sent"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("材料交接发出")
    PERSONAL: ClassVar = frozenset({"samples", "purpose"})

    handover: int
    giver: str = ""
    receiver: str = ""
    lines: tuple[MovedLine, ...] = ()
    sample_count: int = 0
    samples: tuple[SampleLine, ...] = ()
    purpose: str


class CaseMaterialsTaken(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03n 材料签收: the receiver signs for the hand-over; lines that he does not take stay with the giver.

    `refused` names lines by material code or ``sample:<no>``, `reasons` says why for each.
    """

    TYPE: ClassVar = "case.materials_taken"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("材料交接签收")
    PERSONAL: ClassVar = frozenset({"reasons"})

    handover: int
    refused: tuple[str, ...] = ()
    reasons: dict[str, str] = {}


class CaseResultShelved(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T25s 结果上架: the result lies in a place of the shelf, or was moved to another one."""

    TYPE: ClassVar = "case.result_shelved"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("结果上架")
    PERSONAL: ClassVar = frozenset[str]()

    location: str


class CaseBackEntryConfirmed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03b 补录复核: a second person compared what was entered with the paper of the fallback, and it agrees."""

    TYPE: ClassVar = "case.back_entry_confirmed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补录复核一致")
    PERSONAL: ClassVar = frozenset[str]()

    paper_no: str
    entered_by: str


class CaseBackEntryReturned(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T03v 补录退回: it does not agree; the entry ends and the paper is entered again."""

    TYPE: ClassVar = "case.back_entry_returned"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补录复核不一致，退回重录")
    PERSONAL: ClassVar = frozenset({"reason"})

    paper_no: str
    entered_by: str
    ended_on: str
    reason: str


class FallbackBegun(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """启用纸质应急: from `began_at` on the hall works on pre-printed paper; `cause` is a code of `FALLBACK_CAUSES`."""

    TYPE: ClassVar = "fallback.begun"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("启用纸质应急")
    PERSONAL: ClassVar = frozenset({"note"})

    fallback: str
    began_at: str
    cause: str
    note: str = ""


class FallbackEnded(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """结束纸质应急: the last paper of this fallback was written before `ended_at`."""

    TYPE: ClassVar = "fallback.ended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("结束纸质应急")
    PERSONAL: ClassVar = frozenset[str]()

    fallback: str
    ended_at: str


class FallbackPadPrinted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """印制应急收件单: a pad of pre-printed forms, numbered `first` to `last`; only these numbers can be entered."""

    TYPE: ClassVar = "fallback.pad_printed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("印制应急收件单")
    PERSONAL: ClassVar = frozenset[str]()

    first: str
    last: str
    count: int
