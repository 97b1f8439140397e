"""The fold: one event after the other makes the case. Exhaustive, and checks nothing."""

from typing import assert_never

import msgspec

from appliance.domain import events as ev
from appliance.domain.actor import Role
from appliance.domain.case import clocks, desk, inquiry, intake, outside, procedure, review, timing, transfer
from appliance.domain.case.values import Case, LicenceRecord
from appliance.domain.entry import EntryMeta
from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseReported,
    CaseTakenOver,
    CaseTransferred,
    FoldedTransfer,
)
from appliance.domain.states import State
from appliance.domain.transitions import ACTS, TRANSITIONS

Beside = (
    ev.CaseProposed
    | ev.CaseProposalDropped
    | ev.CaseNotRequired
    | ev.CaseNotAccepted
    | ev.CaseTerminated
    | ev.CaseReceiptVoided
    | ev.CaseOnsiteFixed
    | ev.CaseRegistrationAmended
    | ev.CaseMaterialRequested
    | ev.CaseMaterialReceived
    | ev.CaseSpecialStarted
    | ev.CaseSuspended
    | ev.CaseSpecialEnded
    | ev.CaseResumed
    | ev.CaseExtended
    | ev.CaseDueRecomputed
    | ev.CaseForwarded
    | ev.CaseGrantedAbove
    | ev.CaseRefusedAbove
    | ev.CaseShipped
    | ev.CaseDelivered
    | ev.CasePaperCorrected
    | ev.CaseToleranceSupplied
    | ev.CasePromiseMade
    | ev.CasePromiseWithdrawn
    | ev.CasePromiseVerified
    | ev.CaseFeeNoticed
    | ev.CaseFeePaid
    | ev.CaseHearingCalled
    | ev.CaseHearingHeld
    | ev.CaseHearingOffered
    | ev.CaseHearingRequested
    | ev.CaseSiteChecked
    | desk.Desk
    | FoldedTransfer
)


def _apply(case: Case, meta: EntryMeta, index: int, event: ev.CaseEvent) -> Case:  # noqa: C901, PLR0911, PLR0912 - exhaustive
    replace = msgspec.structs.replace
    match event:
        case ev.CaseReceived():
            return intake.receive_submitted(case, meta, event)
        case ev.CaseSubmitted():
            return intake.submit(meta, index, event)
        case ev.CaseAssigned():
            return replace(case, state=State.PRE_REVIEW, handler=event.handler)
        case ev.CaseReassigned():
            return replace(case, handler=event.handler)
        case ev.CaseNoticeWidened():
            return replace(case, widened=tuple(dict.fromkeys((*case.widened, *event.targets))))
        case ev.CasePreReviewed():
            return intake.pre_review(case, event)
        case ev.CaseDefectsReported():
            return intake.report_defects(case, event)
        case ev.CaseCorrectionRequired():
            return intake.require_correction(case, meta, event)
        case ev.CaseSupplemented():
            return intake.supplement(case, meta, event)
        case ev.CaseAccepted() | ev.CaseDeemedAccepted():
            return intake.accept(case, meta, event)
        case ev.CaseStepStarted():
            return review.start_step(case, meta, event)
        case ev.CaseOpinionGiven():
            return replace(case, steps=review.end_step(case, meta, event.result, event.opinion))
        case ev.CaseStepReturned():
            return replace(case, steps=review.end_step(case, meta, "returned", event.reason))
        case ev.CaseGranted() | ev.CaseRefused():
            return review.decide(case, meta, event)
        case ev.LicenceIssued():
            return replace(case, licence=LicenceRecord(issued=event, index=index))
        case ev.CaseResultProduced():
            return replace(case, state=State.RESULT_READY, shelf=event.shelf)
        case ev.CaseHandedOver():
            return review.hand_over(case, meta, event)
        case ev.CaseWithdrawn():
            return replace(
                case,
                state=State.WITHDRAWN,
                withdrawn_reason=event.reason,
                letters=(*case.letters, *event.letter_files),
                clocks=clocks.stop(case.clocks, meta.t[:10], *clocks.BEFORE_DECISION),
            )
        case ev.PaperReprinted():
            return replace(case, reprints={**case.reprints, event.paper: event.copy})
        case _:
            return _beside(case, meta, event)


def _beside(case: Case, meta: EntryMeta, event: Beside) -> Case:  # noqa: C901, PLR0911, PLR0912 - exhaustive
    """Fold what happens beside the main road."""
    replace = msgspec.structs.replace
    match event:
        case ev.CaseProposed():
            return procedure.propose(case, meta, event)
        case ev.CaseProposalDropped():
            return replace(case, proposal=None)
        case ev.CaseNotRequired() | ev.CaseNotAccepted() | ev.CaseTerminated() | ev.CaseReceiptVoided():
            return procedure.end(case, meta, event)
        case ev.CaseOnsiteFixed() | ev.CaseRegistrationAmended():
            return procedure.mend(case, event)
        case ev.CaseMaterialRequested():
            return procedure.request(case, event)
        case ev.CaseMaterialReceived():
            return procedure.receive_requested(case, event)
        case ev.CaseSpecialStarted() | ev.CaseSuspended():
            return timing.begin_pause(case, event)
        case ev.CaseSpecialEnded() | ev.CaseResumed():
            return timing.end_pause(case, event)
        case ev.CaseExtended():
            return timing.extend(case, event)
        case ev.CaseDueRecomputed():
            return timing.recompute(case, event)
        case ev.CaseForwarded():
            return outside.forward(case, event)
        case ev.CaseGrantedAbove() | ev.CaseRefusedAbove():
            return outside.decide_above(case, meta, event)
        case ev.CaseShipped():
            return outside.ship(case, meta, event)
        case ev.CaseDelivered():
            return outside.deliver(case, event)
        case ev.CasePaperCorrected():
            return outside.correct_paper(case, meta, event)
        case ev.CaseToleranceSupplied():
            return outside.supply(case, meta, event)
        case ev.CasePromiseMade() | ev.CasePromiseWithdrawn() | ev.CasePromiseVerified():
            return outside.promise(case, meta, event)
        case ev.CaseHearingOffered() | ev.CaseHearingRequested() | ev.CaseHearingCalled() | ev.CaseHearingHeld():
            return inquiry.hearing(case, event)
        case ev.CaseSiteChecked():
            return inquiry.check(case, meta, event)
        case ev.CaseFeeNoticed() | ev.CaseFeePaid():
            return inquiry.fee(case, event)
        case (
            ev.CaseAgentAuthorised()
            | ev.CaseAgentDismissed()
            | ev.CaseOriginalReturned()
            | ev.CaseMaterialsSent()
            | ev.CaseMaterialsTaken()
            | ev.CaseResultShelved()
            | ev.CaseBackEntryConfirmed()
            | ev.CaseBackEntryReturned()
        ):
            return desk.fold(case, meta, event)
        case CaseTransferred() | CaseEntrusted() | CaseTakenOver() | CaseReported():
            return transfer.fold(case, meta, event)
        case _:
            assert_never(event)


def _without_stale_proposal(case: Case) -> Case:
    """Drop a proposal whose act can no longer be done where the case stands now: it lapses with the state."""
    if case.proposal is None:
        return case
    act = ACTS.get(case.proposal.proposed.act)
    if act is not None and case.state in TRANSITIONS[act.number].sources:
        return case
    return msgspec.structs.replace(case, proposal=None)


def _with_handler(case: Case, meta: EntryMeta) -> Case:
    """Remember everyone who ever acted as handler, substitutes too: none of them may sign another step (§2.6)."""
    if meta.actor.role is not Role.CASE_HANDLER or meta.actor.id in case.handlers:
        return case
    return msgspec.structs.replace(case, handlers=(*case.handlers, meta.actor.id))


def evolve(case: Case | None, meta: EntryMeta, index: int, event: ev.CaseEvent) -> Case:
    """Fold one event into the case.

    Args:
        case: the case before, None for its first event.
        meta: the entry's envelope (case number, actor, time).
        index: the entry's index in its log.
        event: what happened.

    Returns:
        The case after it, with `version` one higher.

    Raises:
        ValueError: the first event is neither a receipt nor a submission.
    """
    if case is None:
        if isinstance(event, ev.CaseSubmitted):
            return intake.submit(meta, index, event)
        if not isinstance(event, ev.CaseReceived):
            message = f"the first event of a case is its receipt or its submission, not {event.TYPE}"
            raise ValueError(message)
        return intake.receive(meta, index, event)
    after = _with_handler(_without_stale_proposal(_apply(case, meta, index, event)), meta)
    return msgspec.structs.replace(after, version=case.version + 1, last_index=index)
