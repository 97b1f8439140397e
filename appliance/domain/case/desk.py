"""Folding what the desks do beside the procedure: agents, originals, hand-overs, places on the shelf, back-entry."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import clocks
from appliance.domain.case.values import BackEntry, Case, CaseMaterial, Ending, Movement
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State

Desk = (
    ev.CaseAgentAuthorised
    | ev.CaseAgentDismissed
    | ev.CaseOriginalReturned
    | ev.CaseMaterialsSent
    | ev.CaseMaterialsTaken
    | ev.CaseResultShelved
    | ev.CaseBackEntryConfirmed
    | ev.CaseBackEntryReturned
)
_replace = msgspec.structs.replace


def fold(case: Case, meta: EntryMeta, event: Desk) -> Case:  # noqa: PLR0911 - exhaustive
    """Fold one event of the desks."""
    match event:
        case ev.CaseAgentAuthorised():
            return _replace(case, agent=event.agent, letters=(*case.letters, *event.letter_files))
        case ev.CaseAgentDismissed():
            return _replace(case, agent=None)
        case ev.CaseOriginalReturned():
            return _with(case, event.materials, original="returned")
        case ev.CaseMaterialsSent():
            return _replace(case, movements=(*case.movements, Movement(sent=event, at=meta.t, by=meta.actor.id)))
        case ev.CaseMaterialsTaken():
            return _taken(case, meta, event)
        case ev.CaseResultShelved():
            return _replace(case, shelf=event.location)
        case ev.CaseBackEntryConfirmed() | ev.CaseBackEntryReturned():
            return _settled(case, meta, event)


def _with(case: Case, codes: tuple[str, ...], **changes: str) -> Case:
    def changed(material: CaseMaterial) -> CaseMaterial:
        return _replace(material, **changes) if material.code in codes else material

    return _replace(case, materials=tuple(changed(material) for material in case.materials))


def _taken(case: Case, meta: EntryMeta, event: ev.CaseMaterialsTaken) -> Case:
    """What was taken lies with the receiver; what was refused stays where it was."""
    movement = case.movement(event.handover)
    if movement is None:
        return case
    done = _replace(movement, taken=event, taken_at=meta.t, taken_by=meta.actor.id)
    moved = tuple(line.code for line in movement.sent.lines if line.code not in event.refused)
    after = _with(case, moved, place=movement.sent.receiver)
    return _replace(after, movements=tuple(done if one is movement else one for one in case.movements))


def _settled(case: Case, meta: EntryMeta, event: ev.CaseBackEntryConfirmed | ev.CaseBackEntryReturned) -> Case:
    entry = case.back_entry or BackEntry(paper_no=event.paper_no, entered_by=event.entered_by, entered_at="")
    if isinstance(event, ev.CaseBackEntryConfirmed):
        return _replace(case, back_entry=_replace(entry, settled="confirmed", settled_by=meta.actor.id))
    ending = Ending(
        kind="voided", on=event.ended_on, by=meta.actor.id, proposed_by=event.entered_by, reason=event.reason
    )
    return _replace(
        case,
        state=State.TERMINATED,
        ending=ending,
        back_entry=_replace(entry, settled="returned", settled_by=meta.actor.id),
        clocks=clocks.stop(case.clocks, event.ended_on, *clocks.BEFORE_DECISION),
    )
