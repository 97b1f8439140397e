"""Folding the approval form, the decision and the hand-over."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case.clocks import start, stop
from appliance.domain.case.values import Case, DecisionRecord, Handover, StepRecord
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State


def start_step(case: Case, meta: EntryMeta, event: ev.CaseStepStarted) -> Case:
    """T13: a row of the approval form opens, and C8 with it."""
    step = StepRecord(step=event.step, name=event.step_name, role=event.role, started=meta.t)
    return msgspec.structs.replace(
        case,
        state=State.IN_REVIEW,
        steps=(*case.steps, step),
        clocks=start(stop(case.clocks, meta.t[:10], "C8"), event.deadlines),
    )


def end_step(case: Case, meta: EntryMeta, result: str, opinion: str) -> tuple[StepRecord, ...]:
    """Close the latest open step with who ended it and how."""
    open_step = case.current_step
    return tuple(
        msgspec.structs.replace(step, by=meta.actor.id, result=result, opinion=opinion, ended=meta.t)
        if step is open_step
        else step
        for step in case.steps
    )


def decide(case: Case, meta: EntryMeta, event: ev.CaseGranted | ev.CaseRefused) -> Case:
    """T23/T24: the decision; C2, C3 and C8 stop, C4 starts."""
    if isinstance(event, ev.CaseGranted):
        state = State.DECIDED_GRANTED
        record = DecisionRecord(
            kind="granted",
            document_no=event.document_no,
            decided_on=event.decided_on,
            by=meta.actor.id,
            content=event.content,
            recorded=event.recorded,
            delegation=event.delegation,
        )
    else:
        state = State.DECIDED_REFUSED
        record = DecisionRecord(
            kind="refused",
            document_no=event.document_no,
            decided_on=event.decided_on,
            by=meta.actor.id,
            facts=event.facts,
            reasons=event.reasons,
            basis=event.basis,
            review_body=event.review_body,
            court=event.court,
        )
    return msgspec.structs.replace(
        case,
        state=state,
        decision=record,
        clocks=start(stop(case.clocks, event.decided_on, "C2", "C3", "C8"), event.deadlines),
    )


def hand_over(case: Case, meta: EntryMeta, event: ev.CaseHandedOver) -> Case:
    """T27: closed, with who collected."""
    return msgspec.structs.replace(
        case,
        state=State.CLOSED,
        handover=Handover(
            collector_name=event.collector_name,
            collector_id=event.collector_id,
            relation=event.relation,
            at=meta.t,
            by=meta.actor.id,
        ),
        clocks=stop(case.clocks, meta.t[:10], "C4"),
    )
