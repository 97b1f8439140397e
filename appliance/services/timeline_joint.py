"""What the timeline of a joint whole says about its events (see `timeline_words`)."""

from collections.abc import Mapping
from typing import assert_never

from appliance.domain import events as ev
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, Message
from appliance.services.paper_refs import parse_id
from appliance.services.timeline_desk import RELATION_NAMES
from appliance.services.timeline_procedure import Described
from appliance.services.timeline_words import line_words

OUTCOME_NAMES = {
    "granted": N_("准予"),
    "refused": N_("不予"),
    **{state.value: name for state, name in STATE_NAMES.items()},
}


def _due(deadlines: tuple[ev.Deadline, ...]) -> str:
    return next((deadline.due for deadline in deadlines if deadline.clock == "C2"), "–")


def outcome_name(outcome: str) -> str:
    """Name how a member ended."""
    return OUTCOME_NAMES.get(outcome, STATE_NAMES[State.CLOSED])


def describe_joint(event: ev.JointEvent, items: Mapping[str, str]) -> Described:  # noqa: C901, PLR0911 - exhaustive
    """Put an event of a whole into words: facts, and beside them what names persons or is free text.

    Args:
        event: the event.
        items: name of each member's item by its case number.
    """
    match event:
        case ev.JointReceived():
            details = (
                Message(N_("%(count)d 个事项：%(items)s"), count=len(event.members), items="、".join(items.values())),
                Message(N_("%(count)d 份材料，各收一次"), count=len(event.materials)),
            )
            return details, (Message(event.note),) if event.note else ()
        case ev.JointCorrectionRequired():
            names = {line.no: line.line.name for line in event.lines}
            cases = {line.case for line in event.lines}
            told = Message(
                N_("第 %(notice)d 次告知，%(cases)d 个事项共 %(count)d 条"),
                notice=event.notice,
                cases=len(cases),
                count=len(event.lines),
            )
            return (told,), tuple(line_words(text, names.get(text.no, "")) for text in event.texts)
        case ev.JointSupplemented():
            numbers = "、".join(str(no) for no in sorted(no for one in event.supplies for no in one.lines))
            return (
                Message(N_("补交 %(count)d 份，对应第 %(lines)s 条"), count=len(event.supplies), lines=numbers),
                Message(N_("用于 %(items)s"), items="、".join(items.get(no, no) for no in event.cases)),
            ), (Message(event.note),) if event.note else ()
        case ev.JointAccepted():
            return (
                Message(N_("受理编号 %(no)s"), no=event.acceptance_no),
                Message(N_("受理日 %(day)s"), day=event.accepted_on),
                Message(N_("整体 %(due)s 前办结"), due=_due(event.deadlines)),
            ), ()
        case ev.JointExtended():
            return (
                Message(N_("延长 %(days)d 个工作日"), days=event.days),
                Message(N_("%(before)s → %(due)s"), before=event.due_before, due=_due(event.deadlines)),
            ), (
                Message(N_("%(who)s批准，%(letter)s"), who=event.approver, letter=event.letter),
                Message(event.reason),
            )
        case ev.JointDueRecomputed():
            return (Message(N_("整体 %(due)s 前办结"), due=_due(event.deadlines)),), ()
        case ev.JointConcluded():
            return tuple(
                Message(
                    N_("%(item)s：%(outcome)s"), item=items.get(one.case, one.case), outcome=outcome_name(one.outcome)
                )
                for one in event.outcomes
            ), ()
        case ev.JointHandedOver():
            relation = RELATION_NAMES.get(event.relation, event.relation)
            return (
                Message(N_("领取人：%(relation)s"), relation=relation),
                Message(N_("%(count)d 项结果"), count=len(event.cases)),
            ), (Message(event.collector_name),)
        case ev.JointWithdrawn():
            return (Message(N_("%(count)d 个事项随之撤回"), count=len(event.cases)),), (Message(event.reason),)
        case ev.JointPaperReprinted():
            title = parse_id(event.paper)[1].title
            return (Message(N_("%(paper)s，第 %(copy)d 次补打"), paper=title, copy=event.copy),), (
                Message(event.reason),
            )
        case _:
            assert_never(event)
