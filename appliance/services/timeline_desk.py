"""What the timeline says about agents, originals, hand-overs, the shelf and back-entry (see `timeline_words`)."""

from collections.abc import Mapping
from typing import assert_never

from appliance.domain import events as ev
from appliance.domain.subject import AGENT_SCOPES, Agent
from appliance.errors import N_, Message
from appliance.services.timeline_inquiry import Described

DeskEvent = (
    ev.CaseAgentAuthorised
    | ev.CaseAgentDismissed
    | ev.CaseOriginalReturned
    | ev.CaseMaterialsSent
    | ev.CaseMaterialsTaken
    | ev.CaseResultShelved
    | ev.CaseBackEntryConfirmed
    | ev.CaseBackEntryReturned
)
RELATION_NAMES = {"applicant": N_("申请人本人"), "representative": N_("法定代表人（负责人）"), "agent": N_("代理人")}


def scope_words(agent: Agent) -> str:
    """Name what an agent may do, in one line."""
    return "、".join(AGENT_SCOPES.get(scope, scope) for scope in agent.scopes)


def came(presenter: str) -> tuple[Message, ...]:
    """Say who came, unless it was the applicant himself."""
    if presenter == "applicant":
        return ()
    return (Message(N_("由%(who)s办理"), who=RELATION_NAMES.get(presenter, presenter)),)


def describe_desk(event: DeskEvent, names: Mapping[str, str], materials: Mapping[str, str]) -> Described:  # noqa: PLR0911 - exhaustive
    """Put an event into words; `names` are staff names by number, `materials` material names by code."""
    match event:
        case ev.CaseAgentAuthorised():
            until = (Message(N_("至 %(day)s"), day=event.agent.until),) if event.agent.until else ()
            scope = Message(N_("权限：%(scopes)s"), scopes=scope_words(event.agent))
            return (scope, *until), (Message(event.agent.name),)
        case ev.CaseAgentDismissed():
            return (), (Message(event.reason),)
        case ev.CaseOriginalReturned():
            listed = "、".join(materials.get(code, code) for code in event.materials)
            relation = Message(N_("领取人：%(relation)s"), relation=RELATION_NAMES.get(event.relation, event.relation))
            return (Message(listed), relation), (Message(event.receiver_name),)
        case ev.CaseMaterialsSent():
            number = Message(N_("第 %(no)d 张交接单，%(count)d 项"), no=event.handover, count=pieces(event))
            way = Message(N_("部门 → 窗口") if event.giver else N_("窗口 → 部门"))
            things = (Message(f"{one.name} {one.quantity}") for one in event.samples)
            return (number, way), (Message(event.purpose), *things)
        case ev.CaseMaterialsTaken():
            number = Message(N_("第 %(no)d 张交接单"), no=event.handover)
            refused = (Message(N_("不收 %(count)d 项"), count=len(event.refused)),) if event.refused else ()
            words = tuple(
                Message(N_("%(name)s：%(text)s"), name=materials.get(key, key), text=reason)
                for key, reason in event.reasons.items()
            )
            return (number, *refused), words
        case ev.CaseResultShelved():
            return (Message(N_("柜位 %(shelf)s"), shelf=event.location),), ()
        case ev.CaseBackEntryConfirmed() | ev.CaseBackEntryReturned():
            paper = Message(N_("应急收件单 %(no)s"), no=event.paper_no)
            first = Message(N_("录入人 %(name)s"), name=names.get(event.entered_by, event.entered_by))
            return (paper, first), (Message(event.reason),) if isinstance(event, ev.CaseBackEntryReturned) else ()
        case _:
            assert_never(event)


def pieces(event: ev.CaseMaterialsSent) -> int:
    """Count the lines of a hand-over."""
    return len(event.lines) + event.sample_count
