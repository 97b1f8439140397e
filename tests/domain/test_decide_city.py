"""Answers to the city and ends of conflicts: whose they are, once, on lawful grounds, in words (protocol §5, §7.7)."""

from dataclasses import dataclass, replace

import pytest

from appliance.domain import city_commands as asking
from appliance.domain import conflicts as disagreeing
from appliance.domain.actor import Actor, Role
from appliance.domain.city_commands import Standing
from appliance.domain.conflicts import Fact, later_of, relied_in_vain, unaware
from appliance.domain.decide import city_commands, conflicts
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import Forbidden, Invalid, WrongState

WORDS = "已经与申请人核实并留有记录"
NOW = "2026-11-23T10:00:00.000+08:00"


@dataclass(frozen=True)
class Asked:
    command: str = "wx-1"
    kind: str = "withdraw"
    standing: Standing = Standing.OPEN


@dataclass(frozen=True)
class Found:
    conflict: str = "c-1"
    kind: str = "taken_twice"
    owner: str = "42019901"
    open: bool = True


def person(role):
    return Actor("P1", role)


def code(call, *given, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as told:
        call(*given, **named)
    return told.value.code, tuple(told.value.fields)


# ---- requests


@pytest.mark.parametrize("kind", list(asking.Kind))
@pytest.mark.parametrize("role", list(Role))
def test_only_the_roles_of_a_kind_answer_it(kind, role):
    asked = Asked(kind=kind.value)
    allowed = role in asking.RULES[kind].roles
    assert city_commands.may_answer(asked, actor=person(role)) == allowed
    ground = next(iter(asking.RULES[kind].grounds))
    if allowed:
        answer = city_commands.carry_out(asked, words=WORDS, actor=person(role), made="S1", files=("00",))
        assert (answer.command, answer.outcome, answer.made, answer.files) == ("wx-1", "carried_out", "S1", ("00",))
        assert answer.words == WORDS
        refused = city_commands.refuse(asked, ground=ground, words=f" {WORDS} ", actor=person(role))
        assert (refused.outcome, refused.ground, refused.words) == ("refused", ground, WORDS)
    else:
        assert code(city_commands.carry_out, asked, words=WORDS, actor=person(role))[0] == "not_responsible"
        assert code(city_commands.refuse, asked, ground=ground, words=WORDS, actor=person(role))[0] == "not_responsible"


def test_a_kind_of_a_newer_version_is_nobodys_here():
    asked = Asked(kind="of_tomorrow")
    assert asking.rule_of("of_tomorrow") is None
    assert not city_commands.may_answer(asked, actor=person(Role.HALL_MANAGER))


def test_an_order_about_a_case_is_for_its_department_and_a_window_takes_in_for_all():
    order, head = Asked(kind="supervise"), person(Role.DEPT_HEAD)
    assert city_commands.may_answer(order, actor=head, department="A", of_case="A")
    assert not city_commands.may_answer(order, actor=head, department="B", of_case="A")
    assert city_commands.may_answer(order, actor=head, department="B")  # a case that is not known here
    assert code(city_commands.carry_out, order, words=WORDS, actor=head, department="B", of_case="A")[0] == (
        "not_responsible"
    )
    assert (
        code(city_commands.refuse, order, ground="over", words=WORDS, actor=head, department="B", of_case="A")[0]
        == "not_responsible"
    )
    clerk = person(Role.WINDOW_CLERK)
    assert city_commands.may_answer(Asked(), actor=clerk, department="", of_case="A")
    assert city_commands.may_answer(Asked(kind="revoke"), actor=head, department="B", of_case="A")


@pytest.mark.parametrize("standing", [Standing.CARRIED_OUT, Standing.REFUSED])
def test_an_answer_is_given_once(standing):
    asked, clerk = Asked(standing=standing), person(Role.WINDOW_CLERK)
    assert code(city_commands.carry_out, asked, words="", actor=clerk)[0] == "answered"
    assert code(city_commands.refuse, asked, ground="not_entitled", words=WORDS, actor=clerk)[0] == "answered"


def test_words_are_wanted_where_no_event_of_the_case_tells_what_was_done():
    assert city_commands.carry_out(Asked(), words=" ", actor=person(Role.WINDOW_CLERK)).words == ""
    order, head = Asked(kind="supervise"), person(Role.DEPT_HEAD)
    for words in ("", "好的", "字" * 2001):
        assert code(city_commands.carry_out, order, words=words, actor=head)[1] == ("words",)
        assert code(city_commands.refuse, order, ground="over", words=words, actor=head)[1] == ("words",)
    for words in ("字" * 10, "字" * 2000):
        assert city_commands.carry_out(order, words=words, actor=head).words == words


def test_a_refusal_has_a_ground_of_its_kind_and_one_that_is_true():
    clerk = person(Role.WINDOW_CLERK)
    assert code(city_commands.refuse, Asked(), ground="not_asked", words=WORDS, actor=clerk)[1] == ("ground",)
    assert code(city_commands.refuse, Asked(), ground="", words=WORDS, actor=clerk)[1] == ("ground",)
    early = code(city_commands.refuse, Asked(), ground="decided", words=WORDS, actor=clerk, state=State.IN_REVIEW)
    assert early[1] == ("ground",)
    late = city_commands.refuse(Asked(), ground="decided", words=WORDS, actor=clerk, state=State.CLOSED)
    assert late.ground == "decided"
    other = city_commands.refuse(Asked(), ground="not_entitled", words=WORDS, actor=clerk, state=State.IN_REVIEW)
    assert other.ground == "not_entitled"


# ---- conflicts


def end(found, role=Role.DEPT_HEAD, choice="both_stand", here="42019901", words=WORDS, **more):
    return conflicts.resolve(found, choice=choice, words=words, actor=person(role), here=here, at=NOW, **more)


@pytest.mark.parametrize("kind", list(disagreeing.Kind))
@pytest.mark.parametrize("role", list(Role))
def test_only_the_owner_and_his_roles_resolve(kind, role):
    rule = disagreeing.RULES[kind]
    here = "42019901" if rule.roles else ""
    found = Found(kind=kind.value, owner=here)
    choice = next(iter(rule.choices))
    allowed = role in (rule.roles or disagreeing.CITY_ROLES)
    assert conflicts.may_resolve(found, actor=person(role), here=here) == allowed
    if allowed:
        made = end(found, role, choice, here)
        assert (made.conflict, made.choice, made.by, made.at, made.words) == ("c-1", choice, "P1", NOW, WORDS)
    else:
        assert code(end, found, role, choice, here)[0] == "not_responsible"
    assert not conflicts.may_resolve(replace(found, owner="42019902"), actor=person(role), here=here)


def test_a_conflict_about_a_case_is_for_its_department_and_the_manager_looks_at_all():
    found, head = Found(), person(Role.DEPT_HEAD)
    assert conflicts.may_resolve(found, actor=head, here="42019901", department="A", of_case="A")
    assert not conflicts.may_resolve(found, actor=head, here="42019901", department="B", of_case="A")
    assert code(end, found, department="B", of_case="A")[0] == "not_responsible"
    staff = Found(kind="staff_disabled")
    assert conflicts.may_resolve(staff, actor=person(Role.HALL_MANAGER), here="42019901", department="", of_case="A")
    assert not conflicts.may_resolve(Found(kind="of_tomorrow"), actor=head, here="42019901")
    assert conflicts.choices(Found(kind="of_tomorrow"), None) == {}


def test_a_conflict_is_resolved_once_with_a_choice_of_its_kind_and_words():
    assert code(end, Found(open=False))[0] == "resolved"
    assert conflicts.choices(Found(open=False), None) == {}
    with pytest.raises(Invalid) as told:
        end(Found(), choice="pinned")
    assert told.value.fields == {"choice": "请选一项"}
    # The city may resolve what this version has no rule for only by upgrading first.
    assert code(end, Found(kind="of_tomorrow", owner=""), Role.CITY_OPERATOR, here="")[1] == ("choice",)
    for words in ("", "好的", "字" * 2001):
        assert code(end, Found(), words=words)[1] == ("words",)
    for words in ("字" * 10, "字" * 2000):
        assert end(Found(), words=words).words == words


@pytest.mark.parametrize("state", list(State))
def test_a_choice_that_says_something_of_the_case_waits_until_it_is_so(state):
    for kind, rule in disagreeing.RULES.items():
        owner = "42019901" if rule.roles else ""
        role = next(iter(rule.roles or disagreeing.CITY_ROLES))
        found = Found(kind=kind.value, owner=owner)
        for name, choice in rule.choices.items():
            true_now = not choice.states or state in choice.states
            assert (name in conflicts.choices(found, state)) == true_now
            if true_now:
                assert end(found, role, name, owner, state=state).choice == name
            else:
                with pytest.raises(Invalid) as told:
                    end(found, role, name, owner, state=state)
                assert STATE_NAMES[state] in str(told.value.fields["choice"] % {"state": STATE_NAMES[state]})
            assert end(found, role, name, owner).choice == name  # a case that is not known here


# ---- the rules that find


def test_what_a_hall_did_after_the_citys_word_without_knowing_it():
    city = Fact(index=7, seen=0, at="2026-11-23T10:00:00.000+08:00")
    for seen, minute, unknown, in_vain in ((7, 1, True, True), (8, 1, False, False), (7, 0, True, False)):
        here = Fact(index=40, seen=seen, at=f"2026-11-23T10:0{minute}:00.000+08:00")
        assert unaware(here, city) == unknown
        assert relied_in_vain(here, city) == in_vain


def test_the_later_receipt_asks_and_the_same_instant_is_the_same_for_everybody():
    one, two = "2026-11-23T10:00:00.000+08:00", "2026-11-23T10:00:00.001+08:00"
    assert later_of(one, two, my_hall="A", their_hall="B") == "B"
    assert later_of(two, one, my_hall="A", their_hall="B") == "A"
    assert later_of(one, one, my_hall="A", their_hall="B") == later_of(one, one, my_hall="B", their_hall="A") == "B"
