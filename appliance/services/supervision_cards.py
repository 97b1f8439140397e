"""监察卡和督办单: orders by a supervisor, what the responsible person answers, and how it ends (domain §6.1, §6.2)."""

from datetime import date, datetime

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import supervision as rules
from appliance.domain.supervision import REPLY_WORKING_DAYS, Level
from appliance.errors import N_, NotFound
from appliance.projections import supervision
from appliance.projections.supervision import Warned
from appliance.services.facts import Facts, department_of, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


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


def may_answer(connection: Connection, actor: Actor, card: Warned) -> bool:
    """Tell whether a card or order is this person's to answer (see the rule of this name)."""
    return rules.may_answer(card, actor=actor, department=department_of(connection, actor))


def reply_due(connection: Connection, facts: Facts, card: Warned) -> date | None:
    """Give the last day for the answer, None where none is wanted: what an order says, else working days (§6.1)."""
    if card.level is Level.ORDER:
        return date.fromisoformat(card.due)
    days = REPLY_WORKING_DAYS.get(card.level)
    if days is None:
        return None
    return facts.calendar(connection).working_day_after(datetime.fromisoformat(card.at).date(), days)


def _card(connection: Connection, number: int) -> Warned:
    found = supervision.find(connection, number)
    if found is None:
        raise NotFound(N_("没有这张监察卡或督办单"), code="card_unknown", subject=str(number))
    return found


def urge(context: WriteContext, _facts: Facts, actor: Actor, command: Urge) -> Decision:
    """Order something about an open case."""
    case = load_case(context, command.case, None, unconfirmed=True)
    event = rules.urge(
        case, cause=command.cause, demand=command.demand, due=command.due, actor=actor, today=today(context)
    )
    return Decision((NewEntry(event),), {"case": case.no})


def receive(context: WriteContext, _facts: Facts, actor: Actor, command: ReceiveCard) -> Decision:
    """Take note of a card or order, once."""
    card = _card(context.connection, command.card)
    event = rules.receive(card, actor=actor, department=department_of(context.connection, actor))
    return Decision((NewEntry(event),), {"card": card.index})


def reply(context: WriteContext, _facts: Facts, actor: Actor, command: ReplyCard) -> Decision:
    """Answer a card or order."""
    card = _card(context.connection, command.card)
    event = rules.reply(card, text=command.reply, actor=actor, department=department_of(context.connection, actor))
    return Decision((NewEntry(event),), {"card": card.index})


def settle(context: WriteContext, _facts: Facts, actor: Actor, command: SettleCard) -> Decision:
    """End a card or order, or send the answer back."""
    card = _card(context.connection, command.card)
    event = rules.settle(card, outcome=command.outcome, reason=command.reason, actor=actor)
    return Decision((NewEntry(event),), {"card": card.index})
