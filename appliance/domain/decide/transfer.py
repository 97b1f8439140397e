"""T38 移交, T39 签收移交: a case passes to another hall, and somebody there signs for it (decision 0030)."""

from collections.abc import Mapping
from typing import Final

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide.words import in_words
from appliance.domain.events.transfer import CaseTakenOver, CaseTransferred
from appliance.domain.states import STATE_NAMES, State
from appliance.domain.transfer import PURPOSE_NAMES, SOURCES, Purpose
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, WrongState

_BY_A_HANDLER: Final = frozenset({State.PRE_REVIEW, State.ACCEPTED, State.IN_REVIEW})
"""States in which a case has somebody who handles it: he alone gives it away, or the hall's manager."""


def give(
    case: Case, *, to: str, halls: Mapping[str, str], here: str, purpose: str, reason: str, asked: bool, actor: Actor
) -> CaseTransferred:
    """T38: give the case up to another hall.

    Guards: the other hall is one of the city's and not this one; the state suits the purpose; a case that is being
    handled is given away by its handler or the manager; no member of a joint whole, no act waiting for its second
    person, no paper under way between two desks, no request of the city unanswered; a reason.

    Args:
        case: the case.
        to: code of the other hall.
        halls: names of the city's halls by code, as the city has published them.
        here: this hall's code.
        purpose: a `Purpose`.
        reason: why.
        asked: a request of the city about this case waits for its answer.
        actor: who gives it up.

    Raises:
        Forbidden: the role may not, or the case is somebody else's.
        WrongState: what has to be done first.
        Invalid: a field.
    """
    require("T38", case, actor)
    if case.state in _BY_A_HANDLER and actor.role is not Role.HALL_MANAGER and actor.id != case.handler:
        raise Forbidden(
            N_("这件由 %(handler)s 承办，由承办人或者大厅负责人移交"),
            code="not_handler",
            params={"handler": case.handler or "—"},
            next_step=N_("请由承办人或者大厅负责人移交"),
        )
    _nothing_open(case, asked=asked)
    if to == here or to not in halls:
        why = N_("请选接收的大厅；没有列出的，请市级运维下发大厅名录")
        raise Invalid(why, fields={"to": why})
    if purpose not in set(Purpose):
        raise Invalid(N_("请选移交的目的"), fields={"purpose": N_("请选移交的目的")})
    kind = Purpose(purpose)
    if case.state not in SOURCES[kind]:
        why = N_("“%(state)s”的件不能“%(purpose)s”")
        raise Invalid(
            why,
            code="purpose",
            params={"state": STATE_NAMES[case.state], "purpose": PURPOSE_NAMES[kind]},
            fields={"purpose": N_("这个目的不合现在的状态，请改选")},
        )
    words = in_words(reason, "reason", N_("请写明移交的原因，至少 10 个字"))
    return CaseTransferred(leg=case.legs + 1, to=to, to_name=halls[to], purpose=kind.value, reason=words)


def _nothing_open(case: Case, *, asked: bool) -> None:
    """Refuse what another hall could not finish; raises WrongState."""
    if case.joint:
        raise WrongState(
            N_("并联件的成员不能单独移交"), code="joint_member", subject=case.no, next_step=N_("请在本厅办理整件")
        )
    if case.proposal is not None:
        raise WrongState(
            N_("有一项提请还没有确认，不能移交"),
            code="proposal_open",
            subject=case.no,
            next_step=N_("请先确认或者撤回提请"),
        )
    if case.moving:
        raise WrongState(
            N_("有材料在交接途中，不能移交"), code="moving", subject=case.no, next_step=N_("请先签收或者退回材料")
        )
    if asked:
        raise WrongState(
            N_("市平台对这件的请求还没有答复，不能移交"),
            code="asked",
            subject=case.no,
            next_step=N_("请先在“市平台请求”里答复"),
        )


def take_over(case: Case, *, actor: Actor) -> CaseTakenOver:
    """T39: sign for a case that came from another hall.

    Guard: it was entrusted to this hall and nobody has signed yet. A case that was being handled is taken by a handler,
    who has it from then on.

    Raises:
        Forbidden, WrongState: see the guard.
    """
    require("T39", case, actor)
    if case.hand is None:  # one that was given up is refused with the row
        raise WrongState(N_("这件不在等待签收"), code="not_arrived", subject=case.no, next_step=N_("请刷新办件页面"))
    handled = case.state in _BY_A_HANDLER - {State.PRE_REVIEW}
    if handled and not case.handler and actor.role is not Role.CASE_HANDLER:
        raise Forbidden(
            N_("这件正在审核，由承办人签收"), code="handler_takes", next_step=N_("请交给本部门的承办人签收")
        )
    return CaseTakenOver(leg=case.hand.leg)
