"""监察卡和督办单 as a table: who orders, who answers, and how each may end from where it stands (domain §6.1, §6.2)."""

from dataclasses import dataclass
from datetime import date

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import supervision as rules
from appliance.domain.states import State
from appliance.domain.supervision import Level, Standing
from appliance.errors import Forbidden, Invalid, WrongState

HERE, THERE = "11420199MBDEM004XU", "11420199MBDEM0058U"
TODAY = date(2026, 11, 23)
SUPERVISOR, HANDLER = Actor("S5001", Role.SUPERVISOR), Actor("C1001", Role.CASE_HANDLER)
REVIEWER, HEAD, CLERK = (
    Actor("R2001", Role.REVIEWER), Actor("H3001", Role.DEPT_HEAD), Actor("W0312", Role.WINDOW_CLERK),
)  # fmt: skip
TEN = "写满十个字的理由没有少"
ORDER = {"cause": TEN, "demand": TEN, "due": "2026-11-23", "actor": SUPERVISOR, "today": TODAY}


@dataclass(frozen=True)
class Card:
    index: int = 7
    level: Level = Level.YELLOW
    standing: Standing = Standing.OPEN
    staff: str = "C1001"
    department: str = HERE


@pytest.fixture
def case(told):
    told.receive()
    return told.case


def test_an_order_names_case_and_handler(case):
    event = rules.urge(case, **ORDER)
    assert (event.subject, event.department, event.staff, event.due) == (case.no, case.department, "", "2026-11-23")


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"actor": HEAD}, Forbidden, ""),
        ({"cause": "  " + "慢" * 9 + "  "}, Invalid, "cause"),
        ({"cause": "慢" * 2001}, Invalid, "cause"),
        ({"demand": "快" * 9}, Invalid, "demand"),
        ({"due": "2026-11-22"}, Invalid, "due"),
        ({"due": "明天"}, Invalid, "due"),
    ],
)
def test_what_is_no_order(case, changes, error, named):
    with pytest.raises(error) as caught:
        rules.urge(case, **(ORDER | changes))
    assert set(caught.value.fields) == ({named} - {""})


def test_nothing_is_ordered_about_a_case_that_is_over(case):
    with pytest.raises(WrongState) as caught:
        rules.urge(msgspec.structs.replace(case, state=State.CLOSED), **ORDER)
    assert caught.value.code == "over"


@pytest.mark.parametrize(
    ("actor", "department", "may"),
    [
        (HANDLER, HERE, True),
        (Actor("C1002", Role.CASE_HANDLER), HERE, False),
        (REVIEWER, HERE, True),
        (HEAD, HERE, True),
        (HEAD, THERE, False),
        (HEAD, "", False),
        (CLERK, HERE, False),
        (SUPERVISOR, HERE, False),
    ],
)
def test_who_answers(actor, department, may):
    assert rules.may_answer(Card(), actor=actor, department=department) is may
    if may:
        assert rules.receive(Card(), actor=actor, department=department).card == 7
        assert rules.reply(Card(), text=f" {TEN} ", actor=actor, department=department).reply == TEN
        return
    for act in (rules.receive, lambda card, **who: rules.reply(card, text=TEN, **who)):
        with pytest.raises(Forbidden) as caught:
            act(Card(), actor=actor, department=department)
        assert caught.value.code == "not_responsible"


def test_it_is_received_once_and_answered_until_an_answer_stands():
    who = {"actor": HANDLER, "department": HERE}
    with pytest.raises(WrongState) as caught:
        rules.receive(Card(standing=Standing.RECEIVED), **who)
    assert caught.value.code == "received"
    assert rules.reply(Card(standing=Standing.RETURNED), text=TEN, **who).card == 7
    for standing in (Standing.REPLIED, Standing.UPHELD, Standing.REVOKED, Standing.NOTED):
        with pytest.raises(WrongState) as over:
            rules.reply(Card(standing=standing), text=TEN, **who)
        assert over.value.code == "answered"
    with pytest.raises(Invalid) as short:
        rules.reply(Card(), text="忙", **who)
    assert "reply" in short.value.fields


ENDS = {
    (Level.YELLOW, Standing.REPLIED): {"upheld", "revoked", "returned"},
    (Level.ORDER, Standing.REPLIED): {"upheld", "returned"},
    **{
        (level, standing): {"revoked"}
        for level in (Level.RED, Level.ORDER)
        for standing in (Standing.OPEN, Standing.RECEIVED, Standing.RETURNED)
    },
    **{(Level.RED, standing): set() for standing in (Standing.UPHELD, Standing.REVOKED, Standing.NOTED)},
}


@pytest.mark.parametrize(("level", "standing"), ENDS)
def test_how_it_may_end(level, standing):
    """What is refused is refused with the true next step: 只能撤销 only where it may be revoked."""
    card, may = Card(level=level, standing=standing), ENDS[level, standing]
    assert set(rules.outcomes(card)) == may
    for outcome in ("upheld", "revoked", "returned", "forgotten"):
        if outcome in may:
            assert rules.settle(card, outcome=outcome, reason=TEN, actor=SUPERVISOR).outcome == outcome
            continue
        with pytest.raises((Invalid, WrongState)) as caught:
            rules.settle(card, outcome=outcome, reason=TEN, actor=SUPERVISOR)
        if not may:
            assert caught.value.code == "settled"
        elif may == {"revoked"} and outcome != "forgotten":
            assert caught.value.code == "not_answered"
        else:
            assert "outcome" in caught.value.fields


def test_only_a_supervisor_ends_it_and_says_why():
    with pytest.raises(Forbidden):
        rules.settle(Card(), outcome="revoked", reason=TEN, actor=HEAD)
    with pytest.raises(Invalid) as caught:
        rules.settle(Card(), outcome="revoked", reason="误判", actor=SUPERVISOR)
    assert "reason" in caught.value.fields
