"""What the timeline says about checks on the spot, hearings and fees (see `timeline_procedure`)."""

from collections.abc import Mapping

from appliance.domain import events as ev
from appliance.errors import N_, Message

Described = tuple[tuple[Message, ...], tuple[Message, ...]]
Inquiry = (
    ev.CaseSiteChecked
    | ev.CaseHearingOffered
    | ev.CaseHearingRequested
    | ev.CaseHearingCalled
    | ev.CaseHearingHeld
    | ev.CaseFeeNoticed
    | ev.CaseFeePaid
)

PARTY_NAMES = {"applicant": N_("申请人"), "third_party": N_("利害关系人")}


def describe_inquiry(event: Inquiry, names: Mapping[str, str]) -> Described:  # noqa: PLR0911 - exhaustive
    """Put an event into words; `names` are staff names by number."""
    match event:
        case ev.CaseSiteChecked():
            officers = "、".join(names.get(one, one) for one in event.officers)
            outcome = Message(N_("结论：符合") if event.conforms else N_("结论：不符合"))
            return (Message(N_("核查人 %(who)s"), who=officers), outcome), (Message(event.findings),)
        case ev.CaseHearingOffered():
            due = next((one.due for one in event.deadlines), "")
            told = Message(N_("%(due)s 前可以申请听证"), due=due)
            return (Message(PARTY_NAMES[event.party]), told), (Message(event.intended),)
        case ev.CaseHearingRequested():
            due = next((one.due for one in event.deadlines), "")
            return (Message(PARTY_NAMES[event.party]), Message(N_("%(due)s 前举行"), due=due)), ()
        case ev.CaseHearingCalled():
            when = Message(N_("%(at)s 举行"), at=event.held_at.replace("T", " "))
            return (when, Message(N_("主持人 %(who)s"), who=names.get(event.presider, event.presider))), (
                Message(event.place),
            )
        case ev.CaseHearingHeld():
            return (), (Message(event.record),)
        case ev.CaseFeeNoticed():
            return (Message(N_("%(fee)s %(amount)s 元"), fee=event.fee, amount=event.amount),), ()
        case ev.CaseFeePaid():
            return (Message(N_("%(amount)s 元，票据 %(no)s"), amount=event.amount, no=event.receipt_no),), ()
