"""What a case consists of: frozen values, no behaviour beyond looking things up."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.states import State
from appliance.domain.subject import Agent, Applicant, FileRef
from appliance.domain.transfer import Hand, Phase


class CaseMaterial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A material of the case: as last handed in, with the verdict of pre-review (``""``, ``pass`` or ``problem``).

    `original` and `reused` are as `MaterialIn` has them; `place` is the department that holds the paper, empty for the
    window.
    """

    code: str
    name: str
    form: str = ""
    copies: int = 0
    pages: int = 0
    files: tuple[FileRef, ...] = ()
    licence: str | None = None
    verdict: str = ""
    reason: str = ""
    corrected: bool = False
    original: str = ""
    place: str = ""
    reused: str = ""

    @property
    def holds_original(self) -> bool:
        """Whether an original of the applicant's is kept with the case."""
        return self.original == "kept" or (self.form == "original" and not self.original)

    @property
    def on_paper(self) -> bool:
        """Whether there is paper that somebody can carry: not for scans, licences and what went back whole."""
        return self.form == "copy" or self.holds_original


class Movement(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A hand-over 材料交接: what was sent when and by whom, and how it was taken; open while `taken` is None."""

    sent: ev.CaseMaterialsSent
    at: str
    by: str
    taken: ev.CaseMaterialsTaken | None = None
    taken_at: str = ""
    taken_by: str = ""


class BackEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A case entered later from the paper of a fallback 补录; `settled` is empty, ``confirmed`` or ``returned``."""

    paper_no: str
    entered_by: str
    entered_at: str
    taken_by: str = ""
    instead_of: str = ""
    settled: str = ""
    settled_by: str = ""


class Running(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clock of the case: as computed, the day it stopped, and whether it stands still meanwhile."""

    deadline: ev.Deadline
    stopped: str | None = None
    paused: bool = False


class PauseRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A special procedure or a suspension of the case: `end` is None while it lasts.

    Attributes:
        kind: kind of special procedure, or ``suspension``.
        start: its first day, which still counts (ISO date).
        end: its last day, which does not.
        counted: the clocks ran on all the while: a suspension without a statute that stops them.
        overrun: it took longer than was planned.
    """

    kind: str
    start: str
    end: str | None = None
    counted: bool = False
    overrun: bool = False


class NoticeLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of the one-time notice and whether the applicant has supplied it."""

    line: ev.CorrectionLine
    problem: str
    requirement: str
    met: bool = False


class StepRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of the approval form 签批表."""

    step: str
    name: str
    role: str
    started: str
    by: str = ""
    result: str = ""
    opinion: str = ""
    ended: str = ""


class HearingRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A hearing 听证: who was told, who asked on which day, when it is held and by whom; `held` once it was."""

    offered: tuple[str, ...] = ()
    requested: str = ""
    party: str = ""
    held_at: str = ""
    presider: str = ""
    recorder: str = ""
    held: str = ""


class FeeRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A fee that was asked for, in yuan; paid once it has the number of its receipt."""

    fee: str
    amount: str
    receipt_no: str = ""


class DecisionRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The decision: ``granted`` or ``refused``, its number, day, words, and who decided.

    `recorded` is set for a record filing 备案, `delegation` for an instant item decided by its handler, `above` names
    the higher authority that decided, `files` are digests of the scans of its paper.
    """

    kind: str
    document_no: str
    decided_on: str
    by: str
    content: str = ""
    facts: str = ""
    reasons: str = ""
    basis: str = ""
    review_body: str = ""
    court: str = ""
    recorded: bool = False
    delegation: str = ""
    above: str = ""
    files: tuple[str, ...] = ()


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The result on its way by post, and how it arrived."""

    shipped: ev.CaseShipped
    at: str
    by: str
    delivered: ev.CaseDelivered | None = None


class ToleratedLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A material that was missing at a tolerant acceptance 容缺, and whether it came in."""

    code: str
    met: bool = False


class PromiseRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A promise 告知承诺: who signed it when, for which proofs; `result` is ``kept`` or ``broken`` once verified."""

    signer: str
    signed_on: str
    materials: tuple[str, ...]
    withdrawn: bool = False
    result: str = ""
    findings: str = ""


class PaperCorrection(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An issued paper put right: which words stood there, which stand there now."""

    corrected: ev.CasePaperCorrected
    on: str
    by: str


class LicenceRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The licence issued in this case, and the log index of its entry."""

    issued: ev.LicenceIssued
    index: int


class Handover(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who collected the result, and when."""

    collector_name: str
    collector_id: str
    relation: str
    at: str
    by: str


class Proposal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An act that one person proposed and a second has not yet confirmed or dropped, and who proposed it when."""

    proposed: ev.CaseProposed
    by: str
    at: str


class Ending(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a case ended without a decision.

    Attributes:
        kind: ``not_required``, ``not_accepted``, ``terminated`` or ``voided``.
        on: day, ISO date.
        by: who ended it; for two persons the second.
        proposed_by: the first of two persons, or ``system``.
        ground: code of the ground, for a termination.
        document_no: official number, for a non-acceptance.
        reason: why.
        basis: legal basis.
        authority: competent authority, for a non-acceptance.
    """

    kind: str
    on: str
    by: str
    proposed_by: str = ""
    ground: str = ""
    document_no: str = ""
    reason: str
    basis: str = ""
    authority: str = ""


class Case(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A case as it stands after `version` events, the last of them at log index `last_index`."""

    no: str
    state: State
    version: int
    first_index: int
    last_index: int
    item_code: str
    item_version: int
    item_name: str
    task_code: str
    handling: str
    department: str
    department_name: str
    channel: str
    ticket: str
    window: str
    clerk: str
    received_at: str
    applicant: Applicant
    submitted_at: str = ""
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    query_code: str = ""
    note: str = ""
    variants: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    materials: tuple[CaseMaterial, ...] = ()
    completed_on: str = ""
    clocks: tuple[Running, ...] = ()
    handler: str = ""
    handlers: tuple[str, ...] = ()
    joint: str = ""
    reported: tuple[NoticeLine, ...] = ()
    notices: int = 0
    notice_lines: tuple[NoticeLine, ...] = ()
    widened: tuple[str, ...] = ()
    acceptance_no: str = ""
    accepted_on: str = ""
    deemed_accepted: bool = False
    steps: tuple[StepRecord, ...] = ()
    site_checks: tuple[tuple[str, bool], ...] = ()
    hearing: HearingRecord | None = None
    fees: tuple[FeeRecord, ...] = ()
    decision: DecisionRecord | None = None
    licence: LicenceRecord | None = None
    shelf: str = ""
    handover: Handover | None = None
    withdrawn_reason: str = ""
    letters: tuple[str, ...] = ()
    reprints: dict[str, int] = {}
    proposals: int = 0
    proposal: Proposal | None = None
    ending: Ending | None = None
    requests: tuple[NoticeLine, ...] = ()
    amendments: int = 0
    pauses: tuple[PauseRecord, ...] = ()
    extended: int = 0
    extension_reason: str = ""
    forwarded_to: str = ""
    forwarded_on: str = ""
    shipment: Shipment | None = None
    tolerated: tuple[ToleratedLine, ...] = ()
    tolerance: str = ""
    promise: PromiseRecord | None = None
    paper_corrections: tuple[PaperCorrection, ...] = ()
    movements: tuple[Movement, ...] = ()
    back_entry: BackEntry | None = None
    unknown_entries: int = 0
    legs: int = 0
    hand: Hand | None = None

    def hearing_right(self, party: str) -> Running | None:
        """Give the five days of a party that was told of its right to a hearing: each has its own (art. 47)."""
        if self.hearing is None or party not in self.hearing.offered:
            return None
        rights = [clock for clock in self.clocks if clock.deadline.clock == "C7a"]
        at = self.hearing.offered.index(party)
        return rights[at] if at < len(rights) else None

    def clock(self, name: str) -> Running | None:
        """Give the latest clock of a name (``C1`` …), running or stopped."""
        for item in reversed(self.clocks):
            if item.deadline.clock == name:
                return item
        return None

    @property
    def away(self) -> bool:
        """Whether another hall, or the city on its way there, has the case: here it is only read."""
        return self.hand is not None and self.hand.phase is Phase.SENT

    @property
    def refused(self) -> bool:
        """Whether the decision, here or above, is a refusal."""
        return self.decision is not None and self.decision.kind == "refused"

    @property
    def promise_based(self) -> bool:
        """Whether the case rests on a promise that was not withdrawn."""
        return self.promise is not None and not self.promise.withdrawn

    @property
    def unconfirmed(self) -> bool:
        """Whether it was entered later and still waits for the second person."""
        return self.back_entry is not None and not self.back_entry.settled

    def movement(self, number: int) -> Movement | None:
        """Find a hand-over by its number."""
        return next((one for one in self.movements if one.sent.handover == number), None)

    @property
    def moving(self) -> frozenset[str]:
        """Codes of the materials that are on their way between two desks."""
        return frozenset(line.code for one in self.movements if one.taken is None for line in one.sent.lines)

    @property
    def open_tolerance(self) -> tuple[str, ...]:
        """Codes of the tolerated materials that have not come in."""
        return tuple(line.code for line in self.tolerated if not line.met)

    @property
    def open_fee(self) -> FeeRecord | None:
        """The oldest fee that was asked for and is not paid, or None."""
        return next((one for one in self.fees if not one.receipt_no), None)

    @property
    def current_step(self) -> StepRecord | None:
        """The step that waits for someone, or None."""
        for step in reversed(self.steps):
            if not step.ended:
                return step
        return None

    def material(self, code: str) -> CaseMaterial | None:
        """Find a material by its code."""
        return next((item for item in self.materials if item.code == code), None)
