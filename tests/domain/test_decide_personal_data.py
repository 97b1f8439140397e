"""Requests about personal data: who writes one down, what the law allows, two persons. One row, one rule."""

from datetime import date

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import personal_data as rules
from appliance.domain.events import PiiProposed, PiiRequested
from appliance.domain.personal_data import Matter, assess, is_record, kept_until
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

CLERK, MANAGER, APPROVER = (
    Actor("W0312", Role.WINDOW_CLERK, "03"),
    Actor("M4001", Role.HALL_MANAGER),
    Actor("A3001", Role.APPROVER),
)
TODAY = date(2026, 11, 23)
NO = "420199012026112310007X"
FREE = Matter(no=NO, title="食品经营许可，申请人撤回", ended="2026-11-20", record=False, retention="30_years")
KEPT = msgspec.structs.replace(FREE, record=True)
RUNNING = msgspec.structs.replace(FREE, ended="")
LICENSED = msgspec.structs.replace(KEPT, licence="JY1")
FOREVER = msgspec.structs.replace(KEPT, retention="permanent")
OVER = msgspec.structs.replace(KEPT, retention="10_years", ended="2015-03-01")
GONE = msgspec.structs.replace(FREE, standing="erased")
HELD = msgspec.structs.replace(KEPT, standing="restricted")
HELD_OVER = msgspec.structs.replace(OVER, standing="restricted")


def asked(**more):
    given = {
        "subject": "GX2026112310001", "right": "erase", "ground": "purpose", "channel": "window", "matters": (NO,),
        "name": "张示例", "id_type": "citizen_id", "id_number": "420102190001010013",
    }  # fmt: skip
    return PiiRequested(**(given | more))


def opinion(**outcome):
    return PiiProposed(**({"subject": "GX2026112310001", "reason": "没有受理，不归档"} | outcome))


@pytest.mark.parametrize(
    ("matter", "outcomes"),
    [
        (FREE, ("erase", "restrict", "refuse")),
        (KEPT, ("restrict", "refuse")),
        (FOREVER, ("restrict", "refuse")),
        (OVER, ("erase", "restrict", "refuse")),
        (RUNNING, ("refuse",)),
        (LICENSED, ("refuse",)),
        (GONE, ("refuse",)),
        (HELD, ("lift", "refuse")),
        (HELD_OVER, ("erase", "lift", "refuse")),
        (msgspec.structs.replace(RUNNING, standing="restricted"), ("lift", "refuse")),
        (msgspec.structs.replace(LICENSED, standing="restricted"), ("lift", "refuse")),
        (msgspec.structs.replace(FREE, standing="restricted"), ("erase", "lift", "refuse")),
    ],
)
def test_what_may_become_of_a_matter(matter, outcomes):
    found = assess(matter, TODAY)
    assert (found.outcomes, found.fitting) == (outcomes, outcomes[0])
    assert str(found.reason.msgid)


def test_the_term_ends_with_a_year_and_its_last_day_still_bars():
    assert kept_until("2016-01-04", "10_years") == date(2026, 12, 31)
    assert kept_until("2016-01-04", "permanent") is None
    last = msgspec.structs.replace(OVER, ended="2016-01-04")
    assert assess(last, date(2026, 12, 31)).outcomes == ("restrict", "refuse")
    assert assess(last, date(2027, 1, 1)).fitting == "erase"


@pytest.mark.parametrize(
    ("state", "acceptance_no", "kept"),
    [
        (State.WITHDRAWN, "", False),
        (State.TERMINATED, "", False),
        (State.WITHDRAWN, "S1", True),
        (State.NOT_ACCEPTED, "", True),
        (State.NOT_REQUIRED, "", True),
        (State.CLOSED, "S1", True),
    ],
)
def test_what_was_accepted_or_answered_in_writing_is_a_record(state, acceptance_no, kept):
    assert is_record(state, acceptance_no) is kept


def test_a_request_is_written_down():
    for actor in (CLERK, MANAGER, APPROVER):
        assert rules.request(asked(), {NO: FREE}, actor) == asked()
    assert rules.request(asked(right="restrict", ground="objection"), {NO: FREE}, CLERK)


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.AUDITOR, Role.SUPERVISOR, Role.APPLICANT, Role.SYSTEM])
def test_nobody_else_writes_a_request_down(role):
    with pytest.raises(Forbidden) as refused:
        rules.request(asked(), {NO: FREE}, Actor("X1", role))
    assert refused.value.code == "role"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"right": "copy"}, "right"),
        ({"ground": "objection"}, "ground"),
        ({"right": "restrict"}, "ground"),
        ({"channel": "rumour"}, "channel"),
        ({"name": " "}, "name"),
        ({"id_number": ""}, "id_number"),
        ({"matters": ()}, "matters"),
        ({"matters": (NO, "S2")}, "matters"),
        ({"matters": (NO, NO)}, "matters"),
        ({"matters": tuple(f"S{number}" for number in range(21))}, "matters"),
    ],
)
def test_a_request_that_is_not_whole_names_the_field(more, field):
    strange = more.get("matters") == (NO, "S2")
    known = {NO: FREE} if strange else dict.fromkeys((NO, *(f"S{number}" for number in range(21))), FREE)
    with pytest.raises(Invalid) as refused:
        rules.request(asked(**more), known, CLERK)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize(
    ("matter", "outcome"), [(FREE, "erase"), (KEPT, "restrict"), (HELD, "lift"), (RUNNING, "refuse")]
)
def test_two_persons_decide_what_the_law_allows(matter, outcome):
    given = rules.propose(opinion(**{outcome: (NO,)}), {NO: matter}, MANAGER, TODAY)
    rules.confirm(given, MANAGER.id, {NO: matter}, APPROVER, TODAY)


@pytest.mark.parametrize(
    ("matter", "outcome"), [(KEPT, "erase"), (RUNNING, "restrict"), (GONE, "erase"), (FREE, "lift"), (HELD, "restrict")]
)
def test_what_the_law_bars_is_refused_to_both(matter, outcome):
    given = opinion(**{outcome: (NO,)})
    with pytest.raises(WrongState) as refused:
        rules.propose(given, {NO: matter}, MANAGER, TODAY)
    assert refused.value.code == "unlawful_outcome"
    with pytest.raises(WrongState) as refused:
        rules.confirm(given, MANAGER.id, {NO: matter}, APPROVER, TODAY)
    assert refused.value.code == "unlawful_outcome"


def test_the_second_is_another_person():
    with pytest.raises(Forbidden) as refused:
        rules.confirm(opinion(erase=(NO,)), MANAGER.id, {NO: FREE}, MANAGER, TODAY)
    assert refused.value.code == "two_persons"


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.SYSADMIN, Role.SUPERVISOR])
def test_nobody_else_decides(role):
    for act in (
        lambda actor: rules.propose(opinion(erase=(NO,)), {NO: FREE}, actor, TODAY),
        lambda actor: rules.confirm(opinion(erase=(NO,)), MANAGER.id, {NO: FREE}, actor, TODAY),
    ):
        with pytest.raises(Forbidden) as refused:
            act(Actor("X1", role))
        assert refused.value.code == "role"


@pytest.mark.parametrize("outcome", [{}, {"erase": (NO,), "refuse": (NO,)}, {"erase": ("S2",)}])
def test_every_matter_has_one_outcome(outcome):
    with pytest.raises(Invalid) as refused:
        rules.propose(opinion(**outcome), {NO: FREE}, MANAGER, TODAY)
    assert list(refused.value.fields) == ["outcome"]


def test_an_opinion_has_its_reason():
    with pytest.raises(Invalid) as refused:
        rules.propose(opinion(erase=(NO,), reason=" ok "), {NO: FREE}, MANAGER, TODAY)
    assert list(refused.value.fields) == ["reason"]
