"""What the timeline says about transfers between halls (see `timeline_words`)."""

from typing import assert_never

from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseReported,
    CaseTakenOver,
    CaseTransferred,
    FoldedTransfer,
)
from appliance.domain.states import STATE_NAMES, State
from appliance.domain.transfer import PURPOSE_NAMES, Purpose
from appliance.errors import N_, Message
from appliance.services.timeline_procedure import Described


def purpose_name(code: str) -> str:
    """Name a purpose (message id); a code of a newer release names itself."""
    return PURPOSE_NAMES[Purpose(code)] if code in set(Purpose) else code


def state_name(code: str) -> str:
    """Name a state that another hall's case is in (message id)."""
    return STATE_NAMES[State(code)] if code in set(State) else code


def describe_transfer(event: FoldedTransfer) -> Described:
    """Put an event into words."""
    match event:
        case CaseTransferred():
            to = Message(N_("移交 %(hall)s"), hall=event.to_name)
            return (to, Message(purpose_name(event.purpose))), (Message(event.reason),)
        case CaseTakenOver():
            return (Message(N_("第 %(leg)d 次移交"), leg=event.leg),), ()
        case CaseEntrusted():
            source = Message(N_("来自 %(hall)s"), hall=event.source_name)
            came = Message(N_("随件转来 %(count)d 条记录"), count=event.entries)
            scans = (Message(N_("扫描件 %(count)d 份随后转来"), count=event.scans),) if event.scans else ()
            return (source, came, *scans), ()
        case CaseReported():
            where = Message(N_("在 %(hall)s"), hall=event.hall_name)
            signed = (Message(N_("对方已签收") if event.taken else N_("对方还没有签收")),)
            return (where, Message(state_name(event.state)), *signed), ()
        case _:
            assert_never(event)
