"""监察卡和督办单: one card or order, its answer by the responsible person, its end by a supervisor (§6.1, §6.2)."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import to_the_minute
from appliance.domain.actor import Role
from appliance.domain.decide import supervision as rules
from appliance.domain.supervision import LEVEL_NAMES, STANDING_NAMES, UNANSWERED, Level, Standing
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.projections import cases, departments, staff, supervision
from appliance.projections.supervision import Warned
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.paper_builders.supervision import order_paper
from appliance.services.supervision_cards import ReceiveCard, ReplyCard, SettleCard, Urge, may_answer, reply_due
from web.pages.stale import NOTHING, Refused, refused
from web.pages.supervision import WarningRow, row_of
from web.printing import send_pdf
from web.visit import Visit

OUTCOMES = (("upheld", N_("成立，办结")), ("revoked", N_("撤销")), ("returned", N_("退回，重新回复")))
LABELS = {
    "case": N_("办件编号"),
    "cause": N_("督办原因"),
    "demand": N_("督办要求"),
    "due": N_("答复期限"),
    "reply": N_("回复"),
    "outcome": N_("认定结果"),
    "reason": N_("认定理由"),
}


class CardPage(msgspec.Struct, frozen=True):
    """One card or order: facts, and the form that is this person's now."""

    TEMPLATE: ClassVar[str] = "supervision/card.html"
    number: int
    row: WarningRow
    facts: tuple[tuple[str, str], ...]
    receives: bool
    replies: bool
    settles: bool
    outcomes: tuple[tuple[str, str], ...]
    labels: dict[str, str]
    problems: dict[str, str]
    problem: str
    form: "CardForm"


class UrgePage(msgspec.Struct, frozen=True):
    """A new order."""

    TEMPLATE: ClassVar[str] = "supervision/urge.html"
    labels: dict[str, str]
    problems: dict[str, str]
    problem: str
    form: "UrgeForm"


class CardForm(msgspec.Struct, frozen=True):
    """What was typed on a card's page."""

    reply: str = ""
    outcome: str = ""
    reason: str = ""


class UrgeForm(msgspec.Struct, frozen=True):
    """What was typed of an order."""

    case: str = ""
    cause: str = ""
    demand: str = ""
    due: str = ""


def _labels(visit: Visit) -> dict[str, str]:
    return {name: visit.text(label) for name, label in LABELS.items()}


def _found(visit: Visit, desk: Desk, number: int) -> Warned:
    """Find a card that this person may see: supervisors and the hall all, a department its own, a handler his own."""
    card = supervision.find(desk.reader(), number)
    if card is None:
        raise NotFound(N_("没有这张监察卡或督办单"), next_step=N_("请从监察预警进入"))
    actor = visit.actor
    mine = department_of(desk.reader(), actor)
    if actor.role is Role.CASE_HANDLER and actor.id != card.staff:
        raise Forbidden(N_("这张监察卡不是给您的"), next_step=N_("请从监察预警进入"))
    if mine and mine != card.department:
        raise Forbidden(N_("这张监察卡属于别的部门"), next_step=N_("请从监察预警进入"))
    return card


def _facts(visit: Visit, desk: Desk, card: Warned) -> tuple[tuple[str, str], ...]:
    names, due = staff.names(desk.reader()), reply_due(desk.reader(), desk.facts, card)

    def who(number: str) -> str:
        return visit.text(N_("系统")) if number == "system" else f"{names.get(number, '')} {number}".strip()

    rows = (
        (N_("督办原因") if card.level is Level.ORDER else N_("说明"), card.reason),
        (N_("督办要求"), card.demand),
        (N_("下达"), f"{who(card.by)} · {to_the_minute(card.at)}"),
        (N_("回复期限"), due.isoformat() if due is not None else ""),
        (N_("现在"), visit.text(STANDING_NAMES[card.standing])),
        (N_("回复"), card.reply),
        (N_("回复人"), f"{who(card.replied_by)} · {to_the_minute(card.replied_at)}" if card.replied_at else ""),
        (N_("认定理由"), card.verdict),
        (N_("认定人"), f"{who(card.settled_by)} · {to_the_minute(card.settled_at)}" if card.settled_at else ""),
    )
    return tuple((visit.text(label), text) for label, text in rows if text)


def _page(visit: Visit, desk: Desk, number: int, why: Refused = NOTHING, problem: str = "") -> Response[str]:
    card = _found(visit, desk, number)
    mine = may_answer(desk.reader(), visit.actor, card)
    supervisor = visit.actor.role is Role.SUPERVISOR
    outcomes = [(code, name) for code, name in OUTCOMES if code in rules.outcomes(card)]
    page = CardPage(
        number=number,
        row=row_of(visit, desk, card, staff.names(desk.reader())),
        facts=_facts(visit, desk, card),
        receives=mine and card.standing is Standing.OPEN,
        replies=mine and card.standing in UNANSWERED,
        settles=supervisor and bool(outcomes),
        outcomes=tuple((code, visit.text(name)) for code, name in outcomes),
        labels=_labels(visit),
        problems=why.problems,
        problem=problem,
        form=visit.form(CardForm),
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, number: int) -> Response[str]:
    """Show a card or order."""
    return _page(visit, desk, number)


async def _act(visit: Visit, desk: Desk, number: int, command: Command) -> Response[str]:
    _found(visit, desk, number)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, number, refused(visit, refusal), visit.text(refusal.message, **refusal.params))
    return visit.go(f"/supervision/{number}")


async def receive(visit: Visit, desk: Desk, number: int) -> Response[str]:
    """Take note of it."""
    return await _act(visit, desk, number, ReceiveCard(card=number))


async def answer(visit: Visit, desk: Desk, number: int) -> Response[str]:
    """Answer it."""
    return await _act(visit, desk, number, ReplyCard(card=number, reply=visit.form(CardForm).reply))


async def settle(visit: Visit, desk: Desk, number: int) -> Response[str]:
    """End it, or send the answer back."""
    form = visit.form(CardForm)
    return await _act(visit, desk, number, SettleCard(card=number, outcome=form.outcome, reason=form.reason))


def show_urge(visit: Visit) -> Response[str]:
    """Offer the form of an order; a case may come along in the address."""
    return visit.show(UrgePage(_labels(visit), {}, "", visit.query(UrgeForm)))


async def urge(visit: Visit, desk: Desk) -> Response[str]:
    """Give an order."""
    form = visit.form(UrgeForm)
    case = cases.find(desk.reader(), form.case.upper())
    if case is None:
        problems = {"case": visit.text(N_("没有这个编号的办件，请核对编号"))}
        return visit.show(UrgePage(_labels(visit), problems, "", form), status=422)
    command = Urge(case=case.no, cause=form.cause, demand=form.demand, due=form.due)
    try:
        outcome = await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        why = refused(visit, refusal)
        problems = why.problems or {"case": visit.text(refusal.message, **refusal.params)}
        return visit.show(UrgePage(_labels(visit), problems, "", form), status=why.status)
    return visit.go(f"/supervision/{outcome.first}")


async def paper(visit: Visit, desk: Desk, render: RenderClient, number: int) -> Response[bytes]:
    """Send 督办单 or 预警通知 as a PDF, with the answer when there is one."""
    card = _found(visit, desk, number)
    made = order_paper(desk.reader(), desk.facts, card)
    body = await render.render_async(made)
    whose = departments.name_of(desk.reader(), card.department, desk.facts.hall.name, short=True)
    name = f"{visit.text(LEVEL_NAMES[card.level])}-{whose}"
    return send_pdf(body, f"{name}-{number}.pdf", attach=False)
