"""Folding checks on the spot, hearings and fees (domain §0.4, §2.5 C7)."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import clocks
from appliance.domain.case.values import Case, FeeRecord, HearingRecord
from appliance.domain.entry import EntryMeta

_replace = msgspec.structs.replace


def hearing(
    case: Case,
    event: ev.CaseHearingOffered | ev.CaseHearingRequested | ev.CaseHearingCalled | ev.CaseHearingHeld,
) -> Case:
    """Take the hearing one step on: told, asked for, called, held."""
    now = case.hearing or HearingRecord()
    match event:
        case ev.CaseHearingOffered():
            now = _replace(now, offered=tuple(dict.fromkeys((*now.offered, event.party))))
            return _replace(case, hearing=now, clocks=clocks.start(case.clocks, event.deadlines))
        case ev.CaseHearingRequested():
            now = _replace(now, requested=event.requested_on, party=event.party)
            stopped = clocks.stop(case.clocks, event.requested_on, "C7a")
            return _replace(case, hearing=now, clocks=clocks.start(stopped, event.deadlines))
        case ev.CaseHearingCalled():
            now = _replace(now, held_at=event.held_at, presider=event.presider, recorder=event.recorder)
            return _replace(case, hearing=now)
        case ev.CaseHearingHeld():
            day = now.held_at[:10]
            return _replace(case, hearing=_replace(now, held=day), clocks=clocks.stop(case.clocks, day, "C7a", "C7b"))


def check(case: Case, meta: EntryMeta, event: ev.CaseSiteChecked) -> Case:
    """Keep that a check took place, and whether what was found conforms."""
    return _replace(case, site_checks=(*case.site_checks, (meta.t[:10], event.conforms)))


def fee(case: Case, event: ev.CaseFeeNoticed | ev.CaseFeePaid) -> Case:
    """Open a fee, or pay the oldest that is open: one receipt is for one fee."""
    if isinstance(event, ev.CaseFeeNoticed):
        return _replace(case, fees=(*case.fees, FeeRecord(fee=event.fee, amount=event.amount)))
    oldest = case.open_fee
    paid = tuple(_replace(one, receipt_no=event.receipt_no) if one is oldest else one for one in case.fees)
    return _replace(case, fees=paid)
