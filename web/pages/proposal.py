"""提请与确认: the second of two persons reads what was proposed, and confirms it or not (domain §2.6)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.guide import limit_text
from appliance.domain.case import Proposal
from appliance.domain.item_terms import LimitUnit
from appliance.domain.states import STATE_NAMES
from appliance.domain.transitions import GROUND_NAMES
from appliance.errors import N_, Refusal
from appliance.projections import staff
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.procedure import HALL_ROLES, ConfirmProposal, DropProposal
from appliance.services.timeline_procedure import SPECIAL_NAMES
from web.pages.act_form import LABELS
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.procedure_acts import ACT_NAMES, concerns, may_settle
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

TELLS = {
    "not_accepted": N_("确认之后这件终止，出具不予受理通知书，写明理由、依据和救济途径。"),
    "terminate": N_("确认之后这件终止，各时限停止，出具终止办理通知书。"),
    "lapse_correction": N_("确认之后这件终止，各时限停止，出具终止办理通知书。"),
    "void_receipt": N_("确认之后收件作废，这件终止；申请人可以重新取号。"),
    "start_special": N_("确认之后办理时限停止计算，出具特别程序告知书。"),
}


class SettleForm(msgspec.Struct, frozen=True):
    """Which proposal; the tick for a slip taken back; why not."""

    version: int = 0
    proposal: int = 0
    slip_returned: bool = False
    reason: str = ""


class ProposalPage(msgspec.Struct, frozen=True):
    """The proposal that waits. `own` may only take it back; the second person confirms or does not."""

    TEMPLATE: ClassVar[str] = "procedures/proposal.html"
    head: Head
    title: str
    tells: str
    rows: tuple[tuple[str, str], ...]
    number: int
    slip: bool
    own: bool
    may_confirm: bool
    form: SettleForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


def _rows(visit: Visit, desk: Desk, proposal: Proposal) -> tuple[tuple[str, str], ...]:
    words = proposal.proposed
    name = staff.names(desk.reader()).get(proposal.by, "")
    who = visit.text(N_("系统")) if proposal.by == "system" else f"{name} {proposal.by}".strip()
    rows = [(N_("提请人"), f"{who} · {proposal.at[:16].replace('T', ' ')}")]
    if words.ground:
        text = GROUND_NAMES.get(words.ground, SPECIAL_NAMES.get(words.ground, words.ground))
        rows.append((LABELS["ground"], visit.text(text)))
    if words.days:
        rows.append((N_("计划时间"), limit_text(words.days, LimitUnit(words.unit), visit.text)))
    rows += [(LABELS["reason"], words.reason), (LABELS["basis"], words.basis), (LABELS["authority"], words.authority)]
    return tuple((visit.text(label), value) for label, value in rows if value)


def _page(visit: Visit, desk: Desk, seen: Sight, form: SettleForm, why: Refused = NOTHING) -> Response[str]:
    waiting, actor = seen.case.proposal, visit.actor
    open_ = waiting is not None and concerns(seen.case, actor)
    act = waiting.proposed.act if waiting is not None else ""
    page = ProposalPage(
        head=head(visit, desk, seen),
        title=visit.text(N_("提请：%(act)s"), act=visit.text(ACT_NAMES.get(act, act))),
        tells=visit.text(TELLS.get(act, "")),
        rows=_rows(visit, desk, waiting) if waiting is not None else (),
        number=waiting.proposed.proposal if waiting is not None else 0,
        slip=act == "void_receipt",
        own=waiting is not None and waiting.by == actor.id,
        may_confirm=may_settle(seen.case, actor),
        form=form,
        problems=why.problems,
        labels={
            "slip_returned": visit.text(LABELS["slip_returned"]),
            "reason": visit.text(N_("为什么不确认")),
        },
        stale=why.stale,
        open=open_,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the proposal that waits to whom it concerns."""
    seen = sight(visit, desk, no)
    case = seen.case
    if case.proposal is None:
        return not_now(visit, desk, seen, visit.text(N_("这件没有等着确认的提请")))
    if not concerns(case, visit.actor) or (visit.actor.role not in HALL_ROLES and not seen.own):
        return not_now(visit, desk, seen, visit.text(N_("这项提请由另一位有权限的人员确认")))
    return _page(visit, desk, seen, SettleForm(version=case.version))


async def confirm(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Second person of two: what was proposed happens."""
    form = visit.form(SettleForm)
    command = ConfirmProposal(case=no, version=form.version, proposal=form.proposal, slip_returned=form.slip_returned)
    return await _settle(visit, desk, no, form, command)


async def drop(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Do not confirm, or take one's own proposal back."""
    form = visit.form(SettleForm)
    command = DropProposal(case=no, version=form.version, proposal=form.proposal, reason=form.reason)
    return await _settle(visit, desk, no, form, command)


async def _settle(visit: Visit, desk: Desk, no: str, form: SettleForm, command: Command) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            state = visit.text(STATE_NAMES[seen.case.state])
            still = visit.text(N_("还在等确认") if seen.case.proposal is not None else N_("已经处理"))
            sides = {
                visit.text(N_("提请")): (visit.text(N_("还在等确认")), still),
                visit.text(N_("状态")): ("", state),
                visit.text(N_("为什么不确认")): (form.reason, ""),
            }
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        else:
            why = refused(visit, refusal)
        return _page(visit, desk, seen, form, why)
    return visit.go(f"/cases/{no}")
