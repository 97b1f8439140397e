"""监察卡和督办单: who may order, who answers, and how a card or order ends (domain §6.1, §6.2)."""

from datetime import date
from typing import Protocol

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide.words import in_words
from appliance.domain.events import SupervisionReceived, SupervisionReplied, SupervisionSettled, SupervisionUrged
from appliance.domain.states import TERMINAL
from appliance.domain.supervision import SETTLED, UNANSWERED, Level, Standing
from appliance.errors import N_, Forbidden, Invalid, WrongState

HEADS = frozenset({Role.REVIEWER, Role.DEPT_HEAD})


class Card(Protocol):
    """A card or order as far as the rules look at it: its number, how grave, where it stands, whose it is."""

    @property
    def index(self) -> int:
        """Its number."""

    @property
    def level(self) -> Level:
        """How grave it is."""

    @property
    def standing(self) -> Standing:
        """Where it stands."""

    @property
    def staff(self) -> str:
        """Whose watch it was."""

    @property
    def department(self) -> str:
        """Whose it is."""


def may_answer(card: Card, *, actor: Actor, department: str) -> bool:
    """Tell whether a card or order is this person's to answer: on his watch, or as a head of the department.

    Args:
        card: the card or order.
        actor: the person.
        department: the person's department; empty for none.
    """
    if actor.role is Role.CASE_HANDLER:
        return actor.id == card.staff
    return actor.role in HEADS and bool(department) and department == card.department


def outcomes(card: Card) -> tuple[Standing, ...]:
    """Give the ways in which a supervisor may end it now, or send it back.

    What was not answered can only be revoked; an order that was answered is upheld when its answer will do, and not
    revoked any more.
    """
    if card.standing in SETTLED:
        return ()
    if card.standing is not Standing.REPLIED:
        return (Standing.REVOKED,)
    if card.level is Level.ORDER:
        return (Standing.UPHELD, Standing.RETURNED)
    return (Standing.UPHELD, Standing.REVOKED, Standing.RETURNED)


def urge(case: Case, *, cause: str, demand: str, due: str, actor: Actor, today: date) -> SupervisionUrged:
    """Order something about a case; `due` is the day (ISO) by which the answer is wanted.

    Guard: a supervisor; the case is open; a day from today on; cause and demand in words.
    """
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden(N_("督办单由监察员下达"), code="role")
    if case.state in TERMINAL:
        raise WrongState(N_("这件已经办结，不能督办"), code="over", subject=case.no)
    cause = in_words(cause, "cause", N_("请写明为什么督办，至少十个字"))
    demand = in_words(demand, "demand", N_("请写明要求做什么，至少十个字"))
    try:
        wanted = date.fromisoformat(due)
    except ValueError:
        wanted = date.min
    if wanted < today:
        raise Invalid(N_("答复期限不对"), fields={"due": N_("请填写今天或者以后的日期，如 2026-11-30")})
    return SupervisionUrged(
        subject=case.no, department=case.department, staff=case.handler, due=due, cause=cause, demand=demand
    )


def _to_answer(card: Card, actor: Actor, department: str) -> None:
    if not may_answer(card, actor=actor, department=department):
        raise Forbidden(
            N_("由责任人或者本部门审核人、负责人答复"), code="not_responsible", next_step=N_("请交给责任人办理")
        )
    if card.standing not in UNANSWERED:
        raise WrongState(N_("现在不需要答复"), code="answered", subject=str(card.index))


def receive(card: Card, *, actor: Actor, department: str) -> SupervisionReceived:
    """签收, once. Guard: it is this person's to answer, and waits for an answer."""
    _to_answer(card, actor, department)
    if card.standing is not Standing.OPEN:
        raise WrongState(N_("已经签收过了"), code="received", subject=str(card.index))
    return SupervisionReceived(card=card.index)


def reply(card: Card, *, text: str, actor: Actor, department: str) -> SupervisionReplied:
    """回复; an answer that was sent back is given anew. Guard: as for `receive`; the answer in words."""
    _to_answer(card, actor, department)
    return SupervisionReplied(card=card.index, reply=in_words(text, "reply", N_("请写明情况和整改措施，至少十个字")))


def settle(card: Card, *, outcome: str, reason: str, actor: Actor) -> SupervisionSettled:
    """认定: end a card or order, or send its answer back. Guard: a supervisor; one of `outcomes`; a reason in words."""
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden(N_("监察卡和督办单由监察员认定"), code="role")
    if card.standing in SETTLED:
        raise WrongState(N_("已经办结，不能再认定"), code="settled", subject=str(card.index))
    if outcome not in outcomes(card):
        if card.standing is not Standing.REPLIED and outcome in (Standing.UPHELD, Standing.RETURNED):
            raise WrongState(N_("责任人还没有回复，只能撤销"), code="not_answered", subject=str(card.index))
        raise Invalid(N_("请选认定结果"), fields={"outcome": N_("请选一项")})
    words = in_words(reason, "reason", N_("请写明理由，至少十个字"))
    return SupervisionSettled(card=card.index, outcome=outcome, reason=words)
