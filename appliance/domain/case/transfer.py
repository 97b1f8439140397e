"""Folding transfers between halls: who has the case (decision 0030)."""

import msgspec

from appliance.domain.actor import Role
from appliance.domain.case.values import Case
from appliance.domain.entry import EntryMeta
from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseReported,
    CaseTakenOver,
    CaseTransferred,
    FoldedTransfer,
)
from appliance.domain.states import State
from appliance.domain.transfer import Hand, Phase, Purpose

_replace = msgspec.structs.replace


def fold(case: Case, meta: EntryMeta, event: FoldedTransfer) -> Case:
    """Fold one event of a transfer."""
    match event:
        case CaseTransferred():
            hand = Hand(
                leg=event.leg,
                phase=Phase.SENT,
                other=event.to,
                other_name=event.to_name,
                purpose=event.purpose,
                given_at=meta.t,
                by=meta.actor.id,
            )
            return _replace(case, legs=event.leg, hand=hand)
        case CaseEntrusted():
            return _entrust(case, event)
        case CaseTakenOver():
            unclaimed = meta.actor.role is Role.CASE_HANDLER and not case.handler and case.state is not State.RECEIVED
            return _replace(case, hand=None, handler=meta.actor.id if unclaimed else case.handler)
        case CaseReported():
            return _report(case, event)


def _report(case: Case, event: CaseReported) -> Case:
    """Keep what the city says of a case that is elsewhere.

    A hall that lost the entry by which it gave the case up, with its disk, would have it a second time: of a later
    hand-over than it knows of the city's word counts, and the case is where that says.
    """
    hand = case.hand
    if hand is None or hand.phase is not Phase.SENT:
        if event.leg <= case.legs:
            return case
        hand = Hand(
            leg=event.leg,
            phase=Phase.SENT,
            other=event.hall,
            other_name=event.hall_name,
            purpose=Purpose.HANDLE,
            given_at=event.at,
        )
    if event.leg < hand.leg:
        return case
    told = _replace(
        hand,
        taken=hand.taken or event.taken,
        hall_name=event.hall_name,
        state=event.state,
        state_at=event.at,
    )
    return _replace(case, hand=told, legs=max(case.legs, event.leg))


def _entrust(case: Case, event: CaseEntrusted) -> Case:
    """The case is here. Its handler stays at the hall that gave it up; the place of its result is none of ours."""
    hand = Hand(
        leg=event.leg,
        phase=Phase.ARRIVED,
        other=event.source,
        other_name=event.source_name,
        purpose=event.purpose,
        given_at=event.given_at,
    )
    handler = "" if event.purpose == Purpose.HANDLE else case.handler
    return _replace(case, legs=event.leg, hand=hand, handler=handler, shelf="")
