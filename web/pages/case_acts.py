"""What a person may do with a case now: the main road, what waits for them, and the acts beside the road."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.states import BEFORE_DECISION, State
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_
from appliance.services.procedure import HALL_ROLES
from web.pages.casework import Sight
from web.pages.procedure_acts import concerns, offered, own_pages


class Act(msgspec.Struct, frozen=True):
    """Something that this person may do with the case now: button text, address, key, kind (``go`` or empty)."""

    label: str
    href: str
    key: str = ""
    kind: str = ""


def _handler_acts(case: Case, actor: Actor) -> tuple[Act, ...]:
    if case.state is State.RECEIVED or (case.state is State.PRE_REVIEW and not case.handler):
        return (Act(N_("领办并预审"), f"/prereview/{case.no}", "alt+p", "go"),)
    if case.state is State.PRE_REVIEW and case.handler == actor.id:
        return (Act(N_("继续预审"), f"/prereview/{case.no}", "alt+p", "go"),)
    if case.state is State.DECIDED_GRANTED:
        return (Act(N_("制证"), f"/issuance/{case.no}", "alt+p", "go"),)
    return ()


def _clerk_acts(case: Case) -> tuple[Act, ...]:
    acts: list[Act] = []
    if case.state is State.CORRECTION_PENDING:
        acts.append(Act(N_("补正收件"), f"/supplement/{case.no}", "alt+p", "go"))
    elif case.state is State.DECIDED_GRANTED:
        acts.append(Act(N_("制证"), f"/issuance/{case.no}", "alt+p", "go"))
    elif case.state is State.DECIDED_REFUSED:
        acts.append(Act(N_("制发决定书"), f"/issuance/{case.no}", "alt+p", "go"))
    elif case.state is State.RESULT_READY:
        acts.append(Act(N_("发件"), f"/issuance/{case.no}", "alt+p", "go"))
    if case.state in BEFORE_DECISION:
        acts.append(Act(N_("登记撤回"), f"/cases/{case.no}/withdraw"))
    return tuple(acts)


def may_sign(case: Case, actor: Actor) -> bool:
    """Tell whether the open step waits for this person: role, and not the same person twice (domain §2.6)."""
    step = case.current_step
    if case.state is not State.IN_REVIEW or step is None or step.role != actor.role:
        return False
    if step.role == Role.CASE_HANDLER:
        return case.handler in ("", actor.id)
    return actor.id not in (case.handler, *case.handlers) and not any(
        other.by == actor.id and other.step != step.step for other in case.steps if other.ended
    )


def _main_acts(seen: Sight, actor: Actor) -> tuple[Act, ...]:
    if actor.role is Role.WINDOW_CLERK:
        return _clerk_acts(seen.case)
    if may_sign(seen.case, actor):
        return (Act(N_("签署意见"), f"/review/{seen.case.no}", "alt+p", "go"),)
    return _handler_acts(seen.case, actor) if actor.role is Role.CASE_HANDLER else ()


def _may_transfer(case: Case, actor: Actor) -> bool:
    """Tell whether this person may give the case up to another hall now."""
    row = TRANSITIONS["T38"]
    if actor.role not in row.roles or case.state not in row.sources or case.joint:
        return False
    handled = case.state in (State.PRE_REVIEW, State.ACCEPTED, State.IN_REVIEW)
    return not handled or actor.role is Role.HALL_MANAGER or actor.id == case.handler


def acts(seen: Sight, actor: Actor) -> tuple[Act, ...]:
    """Give what this person may do with the case now, the main road first; the services check again."""
    case = seen.case
    if actor.role not in HALL_ROLES and not seen.own:
        return ()
    if case.away:
        return ()
    if case.hand is not None:
        signs = actor.role in TRANSITIONS["T39"].roles
        return (Act(N_("清点签收"), f"/transfers/{case.no}", "alt+p", "go"),) if signs else ()
    if case.unconfirmed:
        second = actor.role in TRANSITIONS["T03b"].roles and actor.id != case.clerk
        return (Act(N_("复核补录"), f"/fallback/{case.no}", "alt+p", "go"),) if second else ()
    found = list(_main_acts(seen, actor))
    if concerns(case, actor):
        own = case.proposal is not None and case.proposal.by == actor.id
        label = N_("收回提请") if own else N_("处理提请")
        found.insert(0, Act(label, f"/cases/{case.no}/proposal", "alt+o", "" if own else "go"))
    beside = offered(case, actor, today=seen.today, item=seen.item)
    found += [Act(label, href) for href, label in own_pages(case, actor)]
    if seen.others and _may_transfer(case, actor):
        found.append(Act(N_("移交大厅"), f"/cases/{case.no}/transfer"))
    return (*found, *(Act(form.title, f"/cases/{case.no}/acts/{form.code}") for form in beside))
