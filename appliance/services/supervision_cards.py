"""监察卡和督办单: orders by a supervisor, what the responsible person answers, and how it ends (domain §6.1, §6.2)."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.events import SupervisionReceived, SupervisionReplied, SupervisionSettled, SupervisionUrged
from appliance.domain.states import TERMINAL
from appliance.domain.supervision import SETTLED, UNANSWERED, Level, Standing
from appliance.errors import N_, Forbidden, Invalid, NotFound, WrongState
from appliance.projections import staff, supervision
from appliance.projections.supervision import Warned
from appliance.services.facts import Facts, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection

WORDS_MIN, WORDS_MAX = 10, 2000
HEADS = frozenset({Role.REVIEWER, Role.DEPT_HEAD})
OUTCOMES = {"upheld": Standing.UPHELD, "revoked": Standing.REVOKED, "returned": Standing.RETURNED}


class Urge(msgspec.Struct, frozen=True, kw_only=True, tag="supervision.urge"):
    """督办: what shall be done about a case, why, and by when the answer is wanted (ISO date)."""

    case: str
    cause: str
    demand: str
    due: str


class ReceiveCard(msgspec.Struct, frozen=True, kw_only=True, tag="supervision.receive"):
    """签收 of a card or order."""

    card: int


class ReplyCard(msgspec.Struct, frozen=True, kw_only=True, tag="supervision.reply"):
    """回复 to a card or order."""

    card: int
    reply: str


class SettleCard(msgspec.Struct, frozen=True, kw_only=True, tag="supervision.settle"):
    """认定: ``upheld``, ``revoked`` or ``returned``, and why."""

    card: int
    outcome: str
    reason: str


def _words(text: str, field: str, message: str) -> str:
    kept = text.strip()
    if not WORDS_MIN <= len(kept) <= WORDS_MAX:
        raise Invalid(N_("有一项没有写清楚"), fields={field: message})
    return kept


def may_answer(connection: Connection, actor: Actor, card: Warned) -> bool:
    """Tell whether a card or order is this person's to answer: on his watch, or as a head of the department."""
    if actor.role is Role.CASE_HANDLER:
        return actor.id == card.staff
    person = staff.find(connection, actor.id)
    return actor.role in HEADS and person is not None and person.department == card.department


def _card(connection: Connection, number: int) -> Warned:
    found = supervision.find(connection, number)
    if found is None:
        raise NotFound(N_("没有这张监察卡或督办单"), code="card_unknown", subject=str(number))
    return found


def _to_answer(context: WriteContext, actor: Actor, number: int) -> Warned:
    card = _card(context.connection, number)
    if not may_answer(context.connection, actor, card):
        raise Forbidden(
            N_("由责任人或者本部门审核人、负责人答复"), code="not_responsible", next_step=N_("请交给责任人办理")
        )
    if card.standing not in UNANSWERED:
        raise WrongState(N_("现在不需要答复"), code="answered", subject=str(number))
    return card


def urge(context: WriteContext, _facts: Facts, actor: Actor, command: Urge) -> Decision:
    """Order something about an open case. Guard: a supervisor; a day from today on; cause and demand in words."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden(N_("督办单由监察员下达"), code="role")
    case = load_case(context, command.case, None)
    if case.state in TERMINAL:
        raise WrongState(N_("这件已经办结，不能督办"), code="over", subject=case.no)
    cause = _words(command.cause, "cause", N_("请写明为什么督办，至少十个字"))
    demand = _words(command.demand, "demand", N_("请写明要求做什么，至少十个字"))
    try:
        due = date.fromisoformat(command.due)
    except ValueError:
        due = date.min
    if due < today(context):
        raise Invalid(N_("答复期限不对"), fields={"due": N_("请填写今天或者以后的日期，如 2026-11-30")})
    event = SupervisionUrged(
        subject=case.no, department=case.department, staff=case.handler, due=command.due, cause=cause, demand=demand
    )
    return Decision((NewEntry(event),), {"case": case.no})


def receive(context: WriteContext, _facts: Facts, actor: Actor, command: ReceiveCard) -> Decision:
    """Take note of a card or order, once."""
    card = _to_answer(context, actor, command.card)
    if card.standing is not Standing.OPEN:
        raise WrongState(N_("已经签收过了"), code="received", subject=str(card.index))
    return Decision((NewEntry(SupervisionReceived(card=card.index)),), {"card": card.index})


def reply(context: WriteContext, _facts: Facts, actor: Actor, command: ReplyCard) -> Decision:
    """Answer a card or order; an answer that was sent back is given anew."""
    card = _to_answer(context, actor, command.card)
    text = _words(command.reply, "reply", N_("请写明情况和整改措施，至少十个字"))
    return Decision((NewEntry(SupervisionReplied(card=card.index, reply=text)),), {"card": card.index})


def settle(context: WriteContext, _facts: Facts, actor: Actor, command: SettleCard) -> Decision:
    """End a card or order, or send the answer back.

    Guard: a supervisor, with a reason; what is upheld or sent back has been answered; an order is not revoked as a card
    is but upheld when its answer will do; a notice wants nothing.
    """
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden(N_("监察卡和督办单由监察员认定"), code="role")
    card = _card(context.connection, command.card)
    if card.standing in SETTLED:
        raise WrongState(N_("已经办结，不能再认定"), code="settled", subject=str(card.index))
    outcome = OUTCOMES.get(command.outcome)
    if outcome is None or (outcome is Standing.REVOKED and card.level is Level.ORDER):
        raise Invalid(N_("请选认定结果"), fields={"outcome": N_("请选一项")})
    if outcome is not Standing.REVOKED and card.standing is not Standing.REPLIED:
        raise WrongState(N_("责任人还没有回复，只能撤销"), code="not_answered", subject=str(card.index))
    reason = _words(command.reason, "reason", N_("请写明理由，至少十个字"))
    event = SupervisionSettled(card=card.index, outcome=outcome.value, reason=reason)
    return Decision((NewEntry(event),), {"card": card.index})
