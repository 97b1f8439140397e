"""Events of a joint whole 并联办理: several items, one applicant, one intake, one notice, one delivery (许可法 art.26).

They belong to the whole, whose number stands where a case's does; what happens to a member is an event of its own case.
"""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import CorrectionLine, CorrectionText, Deadline
from appliance.domain.subject import Agent, Applicant
from appliance.errors import N_


class JointMember(msgspec.Struct, frozen=True, kw_only=True):
    """One member of the whole: its case, its item, and the department that handles it."""

    case: str
    item_code: str
    item_name: str
    department: str
    department_name: str


class JointMaterial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A material taken once for the whole, and the cases that it went to."""

    name: str
    form: str
    copies: int
    pages: int = 0
    cases: tuple[str, ...]


class JointLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the collective notice: its number there, and the line of the member's own list."""

    no: int
    case: str
    line: CorrectionLine


class JointSupply(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A thing that came in once after the notice, and the numbers of the lines there that it answers.

    `form` is empty for a corrected answer.
    """

    name: str
    form: str
    copies: int = 0
    pages: int = 0
    lines: tuple[int, ...]


class JointOutcome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one member ended: ``granted``, ``refused``, or the state in which it ended without a decision."""

    case: str
    outcome: str
    document_no: str = ""
    decided_on: str = ""


class JointReceived(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J03 统一收件: one intake for all members (许可法 art.26; clause 4.2.5.2); each has its own receipt beside it."""

    TYPE: ClassVar = "joint.received"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("统一收件")
    PERSONAL: ClassVar = frozenset({"applicant", "agent", "query_code", "note"})

    set_code: str
    set_version: int
    set_name: str
    lead: str
    limit_days: int
    members: tuple[JointMember, ...]
    materials: tuple[JointMaterial, ...]
    channel: str
    ticket: str = ""
    applicant: Applicant
    agent: Agent | None = None
    query_code: str
    note: str = ""


class JointCorrectionRequired(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J08 统一补正告知: one notice gathers what every department found (许可法 art.26, art.32(4))."""

    TYPE: ClassVar = "joint.correction_required"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("统一告知补正")
    PERSONAL: ClassVar = frozenset({"texts"})

    notice: int
    lines: tuple[JointLine, ...]
    texts: tuple[CorrectionText, ...] = ()


class JointSupplemented(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J09 统一补交: what the notice asked for came in once, and went to each member in `cases` that asked for it."""

    TYPE: ClassVar = "joint.supplemented"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补正材料收件")
    PERSONAL: ClassVar = frozenset({"note"})

    cases: tuple[str, ...]
    supplies: tuple[JointSupply, ...]
    note: str = ""


class JointAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J11 统一受理: every member that goes on is accepted; the 45 days of the whole begin (许可法 art.42(2)).

    `cases` are the members that this act accepted; what was accepted by law before is not among them.
    """

    TYPE: ClassVar = "joint.accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("统一受理")
    PERSONAL: ClassVar = frozenset[str]()

    acceptance_no: str
    accepted_on: str
    cases: tuple[str, ...]
    deadlines: tuple[Deadline, ...]


class JointExtended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J18 整体延期: the head of the people's government let the whole take longer, once (许可法 art.42(2)).

    `letter` is the approval as the lead department received it, `approver` who signed it.
    """

    TYPE: ClassVar = "joint.extended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("整体延期")
    PERSONAL: ClassVar = frozenset({"letter", "approver", "reason"})

    extended_on: str
    days: int
    due_before: str
    deadlines: tuple[Deadline, ...]
    letter: str
    approver: str
    reason: str


class JointDueRecomputed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J9 期限重算: the calendar of a year arrived that the limit of the whole reaches into (domain §5.3)."""

    TYPE: ClassVar = "joint.due_recomputed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("整体期限重算")
    PERSONAL: ClassVar = frozenset[str]()

    deadlines: tuple[Deadline, ...]


class JointConcluded(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J23 统一告知结果: every member is decided or ended; one notice tells all outcomes (domain §2.4)."""

    TYPE: ClassVar = "joint.concluded"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("统一告知办理结果")
    PERSONAL: ClassVar = frozenset[str]()

    concluded_on: str
    outcomes: tuple[JointOutcome, ...]


class JointHandedOver(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J27 统一发件: the results that lay ready were handed over together (clauses 4.2.5.2, 5.2.2.5)."""

    TYPE: ClassVar = "joint.handed_over"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("统一发件")
    PERSONAL: ClassVar = frozenset({"collector_name", "collector_id"})

    cases: tuple[str, ...]
    relation: str
    collector_name: str
    collector_id: str


class JointPaperReprinted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J31 补打: another copy of a paper of the whole left the printer; it carries the mark 补打 with its number."""

    TYPE: ClassVar = "joint.paper_reprinted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("补打文书")
    PERSONAL: ClassVar = frozenset({"reason"})

    paper: str
    copy: int
    reason: str


class JointWithdrawn(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """J30 整体撤回: the applicant withdraws the whole; its members that are not decided end with it (domain §2.4)."""

    TYPE: ClassVar = "joint.withdrawn"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("整体撤回")
    PERSONAL: ClassVar = frozenset({"reason"})

    cases: tuple[str, ...]
    reason: str
    letter_files: tuple[str, ...] = ()
