"""Folding pauses, extension and recomputation of the clocks (T16–T20, domain §2.5 rule 9)."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import clocks
from appliance.domain.case.values import Case, PauseRecord
from appliance.domain.states import State

_replace = msgspec.structs.replace


def begin_pause(case: Case, event: ev.CaseSpecialStarted | ev.CaseSuspended) -> Case:
    """T16, T19: the case waits; the clocks stand still unless a suspension has no statute behind it."""
    if isinstance(event, ev.CaseSpecialStarted):
        return _replace(
            case,
            state=State.SPECIAL_PROCEDURE,
            proposal=None,
            pauses=(*case.pauses, PauseRecord(kind=event.kind, start=event.started_on)),
            clocks=clocks.start(clocks.pause(case.clocks), event.deadlines),
        )
    counted = event.basis_kind != "statute"
    return _replace(
        case,
        state=State.SUSPENDED,
        pauses=(*case.pauses, PauseRecord(kind="suspension", start=event.suspended_on, counted=counted)),
        clocks=case.clocks if counted else clocks.pause(case.clocks),
    )


def end_pause(case: Case, event: ev.CaseSpecialEnded | ev.CaseResumed) -> Case:
    """T17, T20: back to review with the recomputed clocks."""
    if isinstance(event, ev.CaseSpecialEnded):
        day, overrun = event.ended_on, event.overrun
    else:
        day, overrun = event.resumed_on, False
    pauses = tuple(_replace(pause, end=day, overrun=overrun) if pause.end is None else pause for pause in case.pauses)
    return _replace(
        case,
        state=State.IN_REVIEW,
        pauses=pauses,
        clocks=clocks.replace(clocks.stop(case.clocks, day, "C9"), event.deadlines),
    )


def extend(case: Case, event: ev.CaseExtended) -> Case:
    """T18: C2 moves; C3 stays as it was printed."""
    return _replace(
        case,
        extended=event.days,
        extension_reason=event.reason,
        clocks=clocks.replace(case.clocks, event.deadlines),
    )


def recompute(case: Case, event: ev.CaseDueRecomputed) -> Case:
    """A new calendar: the same clocks with the days that it gives."""
    return _replace(case, clocks=clocks.recompute(case.clocks, event.deadlines))
