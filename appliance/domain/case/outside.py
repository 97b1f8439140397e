"""Folding what happens beyond the hall (T21, T22, T28, T29, T34) and what acceptance was conditional on."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import clocks
from appliance.domain.case.intake import with_materials
from appliance.domain.case.values import Case, DecisionRecord, PaperCorrection, PromiseRecord, Shipment
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State

_replace = msgspec.structs.replace


def forward(case: Case, event: ev.CaseForwarded) -> Case:
    """T21: the legal and the promised limit stop; the higher authority has its own."""
    return _replace(
        case,
        state=State.FORWARDED,
        forwarded_to=event.authority,
        forwarded_on=event.forwarded_on,
        clocks=clocks.stop(case.clocks, event.forwarded_on, "C2", "C3", "C8"),
    )


def decide_above(case: Case, meta: EntryMeta, event: ev.CaseGrantedAbove | ev.CaseRefusedAbove) -> Case:
    """T22: what the higher authority decided."""
    granted = isinstance(event, ev.CaseGrantedAbove)
    record = DecisionRecord(
        kind="granted" if granted else "refused",
        document_no=event.document_no,
        decided_on=event.decided_on,
        by=meta.actor.id,
        content=event.content if isinstance(event, ev.CaseGrantedAbove) else "",
        reasons=event.reasons if isinstance(event, ev.CaseRefusedAbove) else "",
        above=event.authority,
        files=event.files,
    )
    return _replace(
        case,
        state=State.DECIDED_GRANTED if granted else State.DECIDED_REFUSED,
        decision=record,
        clocks=clocks.start(case.clocks, event.deadlines),
    )


def ship(case: Case, meta: EntryMeta, event: ev.CaseShipped) -> Case:
    """T28: on its way."""
    return _replace(case, state=State.MAILED, shipment=Shipment(shipped=event, at=meta.t, by=meta.actor.id))


def deliver(case: Case, event: ev.CaseDelivered) -> Case:
    """T29: C4 stops on the day of delivery."""
    shipment = case.shipment
    return _replace(
        case,
        state=State.CLOSED,
        shipment=_replace(shipment, delivered=event) if shipment is not None else None,
        clocks=clocks.stop(case.clocks, event.delivered_on, "C4"),
    )


def correct_paper(case: Case, meta: EntryMeta, event: ev.CasePaperCorrected) -> Case:
    """T34: beside the paper, which stays."""
    correction = PaperCorrection(corrected=event, on=meta.t[:10], by=meta.actor.id)
    return _replace(case, paper_corrections=(*case.paper_corrections, correction))


def supply(case: Case, meta: EntryMeta, event: ev.CaseToleranceSupplied) -> Case:
    """Tolerated materials came in; with the last of them C6 stops."""
    codes = {material.code for material in event.materials}
    lines = tuple(_replace(line, met=True) if line.code in codes else line for line in case.tolerated)
    done = all(line.met for line in lines)
    return _replace(
        case,
        materials=with_materials(case, event.materials),
        missing=tuple(code for code in case.missing if code not in codes),
        tolerated=lines,
        clocks=clocks.stop(case.clocks, meta.t[:10], "C6") if done else case.clocks,
    )


def promise(
    case: Case,
    meta: EntryMeta,
    event: ev.CasePromiseMade | ev.CasePromiseWithdrawn | ev.CasePromiseVerified,
) -> Case:
    """A promise is made, withdrawn or verified."""
    if isinstance(event, ev.CasePromiseMade):
        made = PromiseRecord(signer=event.signer, signed_on=event.signed_on, materials=event.materials)
        missing = tuple(code for code in case.missing if code not in event.materials)
        return _replace(case, promise=made, missing=missing)
    if case.promise is None:
        return case
    if isinstance(event, ev.CasePromiseWithdrawn):
        absent = tuple(code for code in case.promise.materials if case.material(code) is None)
        return _replace(case, promise=_replace(case.promise, withdrawn=True), missing=case.missing + absent)
    return _replace(
        case,
        promise=_replace(case.promise, result=event.result, findings=event.findings),
        clocks=clocks.stop(case.clocks, meta.t[:10], "C11"),
    )
