"""The fold of a joint whole: one of its events after the other. Exhaustive, and checks nothing."""

from typing import assert_never

import msgspec

from appliance.domain import events as ev
from appliance.domain.case import Handover
from appliance.domain.case.clocks import recompute as recompute_clocks
from appliance.domain.case.clocks import replace as replace_clocks
from appliance.domain.case.clocks import start, stop
from appliance.domain.entry import EntryMeta
from appliance.domain.joint.values import Joint

_replace = msgspec.structs.replace


def _receive(meta: EntryMeta, index: int, event: ev.JointReceived) -> Joint:
    if meta.case is None:
        message = "a joint event names no whole"
        raise ValueError(message)
    return Joint(
        no=meta.case,
        version=1,
        first_index=index,
        last_index=index,
        set_code=event.set_code,
        set_version=event.set_version,
        set_name=event.set_name,
        lead=event.lead,
        limit_days=event.limit_days,
        members=event.members,
        materials=event.materials,
        channel=event.channel,
        ticket=event.ticket,
        window=meta.actor.window or "",
        clerk=meta.actor.id,
        received_at=meta.t,
        applicant=event.applicant,
        agent=event.agent,
        query_code=event.query_code,
        note=event.note,
    )


def _require_correction(joint: Joint, index: int, event: ev.JointCorrectionRequired) -> Joint:
    """Keep the lines of the first notice; a repeat puts its words in the place of the earlier ones."""
    told = {(line.case, line.line.target): line for line in (*joint.lines, *event.lines)}
    words = {text.no: text for text in (*joint.texts, *event.texts)}
    return _replace(
        joint, notices=event.notice, last_notice=index, lines=tuple(told.values()), texts=tuple(words.values())
    )


def _apply(  # noqa: C901, PLR0911 - exhaustive
    joint: Joint, meta: EntryMeta, index: int, event: ev.JointEvent
) -> Joint:
    day = meta.t[:10]
    match event:
        case ev.JointReceived():
            return _receive(meta, index, event)
        case ev.JointCorrectionRequired():
            return _require_correction(joint, index, event)
        case ev.JointSupplemented():
            return joint  # what came in, and what is still open, stands in the members
        case ev.JointAccepted():
            return _replace(
                joint,
                acceptance_no=event.acceptance_no,
                accepted_on=event.accepted_on,
                clocks=start(joint.clocks, event.deadlines),
            )
        case ev.JointExtended():
            return _replace(
                joint,
                extended=event.days,
                extension_reason=event.reason,
                clocks=replace_clocks(joint.clocks, event.deadlines),
            )
        case ev.JointDueRecomputed():
            return _replace(joint, clocks=recompute_clocks(joint.clocks, event.deadlines))
        case ev.JointConcluded():
            return _replace(
                joint,
                concluded_on=event.concluded_on,
                outcomes=event.outcomes,
                clocks=stop(joint.clocks, _last_decision(event), "C2"),
            )
        case ev.JointHandedOver():
            handover = Handover(
                collector_name=event.collector_name,
                collector_id=event.collector_id,
                relation=event.relation,
                at=meta.t,
                by=meta.actor.id,
            )
            return _replace(joint, handover=handover)
        case ev.JointWithdrawn():
            return _replace(joint, withdrawn_reason=event.reason, clocks=stop(joint.clocks, day, "C2"))
        case ev.JointPaperReprinted():
            return _replace(joint, reprints={**joint.reprints, event.paper: event.copy})
        case _:
            assert_never(event)


def _last_decision(event: ev.JointConcluded) -> str:
    """Give the day on which the whole was done: that of its last decision, not of the notice about it."""
    return max((one.decided_on for one in event.outcomes if one.decided_on), default=event.concluded_on)


def evolve(joint: Joint | None, meta: EntryMeta, index: int, event: ev.JointEvent) -> Joint:
    """Fold one event into the whole.

    Args:
        joint: the whole before, None for its first event.
        meta: the entry's envelope; its case number is the number of the whole.
        index: the entry's index in its log.
        event: what happened.

    Raises:
        ValueError: the first event is not a receipt.
    """
    if joint is None:
        if not isinstance(event, ev.JointReceived):
            message = f"the first event of a joint whole is its receipt, not {event.TYPE}"
            raise ValueError(message)
        return _receive(meta, index, event)
    return _replace(_apply(joint, meta, index, event), version=joint.version + 1, last_index=index)
