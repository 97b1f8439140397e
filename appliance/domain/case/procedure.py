"""Folding what happens beside the main road: proposals, endings without a decision, mending, requests in review."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import clocks
from appliance.domain.case.intake import with_answers, with_materials
from appliance.domain.case.values import Case, Ending, NoticeLine, Proposal
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State

_replace = msgspec.structs.replace


def propose(case: Case, meta: EntryMeta, event: ev.CaseProposed) -> Case:
    """Keep what was proposed until it is confirmed or dropped."""
    proposal = Proposal(proposed=event, by=meta.actor.id, at=meta.t)
    return _replace(case, proposals=event.proposal, proposal=proposal)


def _ended(case: Case, meta: EntryMeta, state: State, ending: Ending) -> Case:
    return _replace(
        case,
        state=state,
        ending=ending,
        proposal=None,
        clocks=clocks.stop(case.clocks, meta.t[:10], *clocks.BEFORE_DECISION),
    )


def end(
    case: Case,
    meta: EntryMeta,
    event: ev.CaseNotRequired | ev.CaseNotAccepted | ev.CaseTerminated | ev.CaseReceiptVoided,
) -> Case:
    """T06, T07, T31, T32, T37: the case ends and every clock stops."""
    by = meta.actor.id
    match event:
        case ev.CaseNotRequired():
            ending = Ending(kind="not_required", on=event.decided_on, by=by, reason=event.reason)
            return _ended(case, meta, State.NOT_REQUIRED, ending)
        case ev.CaseNotAccepted():
            ending = Ending(
                kind="not_accepted",
                on=event.decided_on,
                by=by,
                proposed_by=event.proposed_by,
                document_no=event.document_no,
                reason=event.reason,
                basis=event.basis,
                authority=event.authority,
            )
            return _ended(case, meta, State.NOT_ACCEPTED, ending)
        case ev.CaseTerminated():
            ending = Ending(
                kind="terminated",
                on=event.ended_on,
                by=by,
                proposed_by=event.proposed_by,
                ground=event.ground,
                reason=event.reason,
                basis=event.basis,
            )
            return _ended(case, meta, State.TERMINATED, ending)
        case ev.CaseReceiptVoided():
            ending = Ending(kind="voided", on=event.ended_on, by=by, proposed_by=event.proposed_by, reason=event.reason)
            return _ended(case, meta, State.TERMINATED, ending)


def mend(case: Case, event: ev.CaseOnsiteFixed | ev.CaseRegistrationAmended) -> Case:
    """T05, T36: answers, the situations that follow from them, and for T05 the materials."""
    after = _replace(with_answers(case, event.new), variants=event.variants, missing=event.missing)
    if isinstance(event, ev.CaseRegistrationAmended):
        return _replace(after, amendments=case.amendments + 1)
    return _replace(after, materials=with_materials(case, event.materials))


def request(case: Case, event: ev.CaseMaterialRequested) -> Case:
    """T35: lines beside those of any correction notice; no clock is touched."""
    words = {text.no: text for text in event.texts}
    lines = tuple(
        NoticeLine(
            line=line,
            problem=words[line.no].problem if line.no in words else "",
            requirement=words[line.no].requirement if line.no in words else "",
        )
        for line in event.lines
    )
    return _replace(case, requests=case.requests + lines)


def receive_requested(case: Case, event: ev.CaseMaterialReceived) -> Case:
    """What was asked for in review came in."""
    codes = {material.code for material in event.materials}
    return _replace(
        case,
        materials=with_materials(case, event.materials),
        missing=tuple(code for code in case.missing if code not in codes),
        requests=tuple(_replace(line, met=True) if line.line.no in event.lines else line for line in case.requests),
    )
