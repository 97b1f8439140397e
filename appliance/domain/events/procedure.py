"""Events beside the main road: two-person proposals, endings without a decision, what is mended or asked for later."""

from typing import ClassVar

import msgspec

from appliance.domain.events.values import CorrectionLine, CorrectionText
from appliance.domain.subject import MaterialIn
from appliance.errors import N_

Answers = dict[str, str | list[str]]


class CaseOnsiteFixed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T05 当场更正: the applicant put something right on the spot and signed for it (许可法 art.32(3)).

    `fields` names the answers that changed, ``form.<name>``; `old` and `new` hold what they were and are.
    """

    TYPE: ClassVar = "case.onsite_fixed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("当场更正")
    PERSONAL: ClassVar = frozenset({"old", "new", "note"})

    materials: tuple[MaterialIn, ...] = ()
    fields: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    presenter: str = "applicant"
    old: Answers = {}
    new: Answers = {}
    note: str = ""


class CaseProposed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """提请: one of two persons proposes an act that a second one confirms or drops; alone it changes nothing.

    Attributes:
        proposal: number within the case, from 1.
        act: which act (`appliance.domain.transitions.ACTS`).
        ground: code of the ground or of the kind of procedure, from the act's closed list.
        days: planned length, for a special procedure.
        unit: its unit.
        reason: why.
        basis: legal basis, where the act needs one.
        authority: competent authority, for a non-acceptance.
    """

    TYPE: ClassVar = "case.proposed"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("提请第二人确认")
    PERSONAL: ClassVar = frozenset({"reason", "basis", "authority"})

    proposal: int
    act: str
    ground: str = ""
    days: int = 0
    unit: str = ""
    reason: str
    basis: str = ""
    authority: str = ""


class CaseProposalDropped(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """不予确认: the proposal is not confirmed, or its author takes it back; the case goes on as before."""

    TYPE: ClassVar = "case.proposal_dropped"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("提请未获确认")
    PERSONAL: ClassVar = frozenset({"reason"})

    proposal: int
    reason: str


class CaseNotRequired(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T06 不受理: by law no licence is needed for this; told at once (许可法 art.32(1))."""

    TYPE: ClassVar = "case.not_required"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不受理（依法无需许可）")
    PERSONAL: ClassVar = frozenset({"reason"})

    decided_on: str
    reason: str


class CaseNotAccepted(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T07 不予受理: not this authority's matter, in writing and sealed, with remedies (许可法 art.32).

    Proposed by the handler, confirmed by a reviewer, who writes this entry.
    """

    TYPE: ClassVar = "case.not_accepted"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("不予受理")
    PERSONAL: ClassVar = frozenset({"reason", "basis", "authority"})

    document_no: str
    decided_on: str
    proposal: int
    proposed_by: str
    review_body: str
    court: str
    reason: str
    basis: str
    authority: str = ""


class CaseTerminated(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T31/T32 终止: the case ends without a decision on a stated ground; all clocks stop (domain §2.3)."""

    TYPE: ClassVar = "case.terminated"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("终止办理")
    PERSONAL: ClassVar = frozenset({"reason", "basis"})

    ended_on: str
    ground: str
    proposal: int
    proposed_by: str
    review_body: str
    court: str
    reason: str
    basis: str = ""


class CaseReceiptVoided(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T37 收件作废: taken in by mistake; the same day, by two persons, and the slip was taken back."""

    TYPE: ClassVar = "case.receipt_voided"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("收件作废")
    PERSONAL: ClassVar = frozenset({"reason"})

    ended_on: str
    proposal: int
    proposed_by: str
    reason: str


class CaseMaterialRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T35 补充材料通知: asked for in review, after a deemed acceptance or for a fact found; the clocks run on.

    It is no correction notice: `cause` is ``deemed_acceptance`` or ``found_in_review``. Line numbers go on from the
    earlier requests of the case.
    """

    TYPE: ClassVar = "case.material_requested"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("审查中要求补充材料")
    PERSONAL: ClassVar = frozenset({"reason", "texts"})

    cause: str
    lines: tuple[CorrectionLine, ...]
    reason: str
    texts: tuple[CorrectionText, ...] = ()


class CaseMaterialReceived(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """补充材料收件: what a request in review (T35) asked for came in."""

    TYPE: ClassVar = "case.material_received"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("收到补充材料")
    PERSONAL: ClassVar = frozenset({"note"})

    lines: tuple[int, ...]
    materials: tuple[MaterialIn, ...] = ()
    presenter: str = "applicant"
    note: str = ""


class CaseRegistrationAmended(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """T36 更正登记: what was registered wrongly at the window, old and new, before the decision; the slip is reprinted.

    `fields` names what changed: ``applicant.<name>``, ``agent.<name>`` or ``form.<name>``.
    """

    TYPE: ClassVar = "case.registration_amended"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = N_("更正登记信息")
    PERSONAL: ClassVar = frozenset({"old", "new", "reason"})

    fields: tuple[str, ...]
    variants: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    old: Answers
    new: Answers
    reason: str
