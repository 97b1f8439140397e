"""Accounts changed by two administrators: who may ask, who may confirm, what is refused. One row, one rule."""

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import staffing as rules
from appliance.domain.decide.staffing import Account, Roster
from appliance.domain.events import StaffChangeProposed
from appliance.errors import Forbidden, Invalid, WrongState

SYS, SYS2 = Actor("X9001", Role.SYSADMIN), Actor("X9011", Role.SYSADMIN)
SEC, SEC2 = Actor("X9002", Role.SECADMIN), Actor("X9012", Role.SECADMIN)
AUDIT = Actor("X9003", Role.AUDITOR)
CLERK = Account("W0312", (Role.WINDOW_CLERK,))
DEPARTMENT = "11420199MBDEM004XU"
PLACES = {"departments": frozenset({DEPARTMENT}), "windows": frozenset({"01", "03"})}
TWO = dict.fromkeys((Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR), 2)
NEW = {"staff": "W0314", "name": "钱示例", "roles": ("window_clerk",)}


def asked(act, staff="W0312", reason="本人忘记密码", **more):
    return StaffChangeProposed(change="1", act=act, staff=staff, reason=reason, **more)


def roster(account=CLERK, **more):
    return Roster(account=account, **({"active": TWO} | PLACES | more))


@pytest.mark.parametrize("act", ["unlock", "reset", "disable"])
def test_the_system_administrator_asks_and_the_security_administrator_confirms(act):
    event = rules.propose(asked(act), roster(), SYS)
    changed = rules.confirm(event, SYS, roster(), SEC)
    assert (changed.act, changed.staff, changed.proposed_by) == (act, "W0312", "X9001")


@pytest.mark.parametrize("actor", [SEC, AUDIT, Actor("M4001", Role.HALL_MANAGER), Actor("W0313", Role.WINDOW_CLERK)])
def test_nobody_else_asks_for_a_change_of_an_ordinary_account(actor):
    with pytest.raises(Forbidden) as refused:
        rules.propose(asked("reset"), roster(), actor)
    assert refused.value.code == "role"


@pytest.mark.parametrize(
    ("confirmer", "code"),
    [(SYS, "two_persons"), (SYS2, "role"), (AUDIT, "role"), (Actor("X9001", Role.SECADMIN), "two_persons")],
)
def test_the_second_is_another_person_in_the_other_role(confirmer, code):
    with pytest.raises(Forbidden) as refused:
        rules.confirm(asked("reset"), SYS, roster(), confirmer)
    assert refused.value.code == code


def test_nobody_asks_for_or_confirms_a_change_of_his_own_account():
    own = roster(Account("X9002", (Role.SECADMIN,)))
    for refuse in (
        lambda: rules.propose(asked("reset", "X9002"), own, SEC),
        lambda: rules.confirm(asked("reset", "X9002"), SYS, own, SEC),
    ):
        with pytest.raises(Forbidden) as refused:
            refuse()
        assert refused.value.code == "own_account"


@pytest.mark.parametrize(
    ("subject", "first", "second"),
    [
        (Account("X9001", (Role.SYSADMIN,)), SEC, AUDIT),
        (Account("X9002", (Role.SECADMIN,)), SYS, AUDIT),
        (Account("X9003", (Role.AUDITOR,)), SEC, SYS),
    ],
)
def test_an_administrators_account_is_changed_by_the_two_others(subject, first, second):
    event = rules.propose(asked("reset", subject.id), roster(subject), first)
    assert rules.confirm(event, first, roster(subject), second).staff == subject.id
    same_kind = Actor("X9099", first.role)
    with pytest.raises(Forbidden):
        rules.confirm(event, first, roster(subject), same_kind)


@pytest.mark.parametrize(
    ("act", "account", "code"),
    [
        ("reset", None, "unknown"),
        ("reset", Account("W0312", (Role.WINDOW_CLERK,), disabled=True), "disabled"),
        ("disable", Account("W0312", (Role.WINDOW_CLERK,), disabled=True), "disabled"),
        ("enable", CLERK, "not_disabled"),
    ],
)
def test_an_act_fits_how_the_account_stands_when_asked_and_when_confirmed(act, account, code):
    for refuse in (
        lambda: rules.propose(asked(act), roster(account), SYS),
        lambda: rules.confirm(asked(act), SYS, roster(account), SEC),
    ):
        with pytest.raises(WrongState) as refused:
            refuse()
        assert refused.value.code == code


def test_the_last_administrator_of_a_kind_stays():
    subject = Account("X9012", (Role.SECADMIN,))
    last = roster(subject, active=TWO | {Role.SECADMIN: 1})
    with pytest.raises(WrongState) as refused:
        rules.propose(asked("disable", subject.id), last, SYS)
    assert refused.value.code == "last_administrator"
    assert rules.propose(asked("disable", subject.id), roster(subject), SYS).act == "disable"


def test_one_change_of_an_account_at_a_time():
    with pytest.raises(WrongState) as refused:
        rules.propose(asked("reset"), roster(waiting="W0312-1"), SYS)
    assert refused.value.code == "waiting"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"staff": "314"}, "staff"),
        ({"name": " "}, "name"),
        ({"roles": ()}, "roles"),
        ({"roles": ("king",)}, "roles"),
        ({"roles": ("sysadmin",)}, "roles"),
        ({"roles": ("city_officer",)}, "roles"),
        ({"roles": ("window_clerk", "approver"), "department": DEPARTMENT}, "roles"),
        ({"roles": ("case_handler",)}, "department"),
        ({"department": "nowhere"}, "department"),
        ({"windows": ("99",)}, "windows"),
        ({"reason": "新"}, "reason"),
    ],
)
def test_a_new_account_names_what_it_lacks(changes, field):
    with pytest.raises(Invalid) as refused:
        rules.propose(asked("create", **({"reason": "新到岗人员"} | NEW | changes)), roster(None), SYS)
    assert set(refused.value.fields) == {field}


def test_a_number_in_use_is_not_given_again_even_if_it_was_free_when_asked():
    event = rules.propose(asked("create", **NEW), roster(None), SYS)
    with pytest.raises(Invalid) as refused:
        rules.confirm(event, SYS, roster(Account("W0314", (Role.GUIDE,))), SEC)
    assert "staff" in refused.value.fields


def test_a_change_is_taken_back_by_the_first_or_returned_by_the_second_and_by_nobody_else():
    event = asked("reset")
    for actor in (SYS, SEC):
        assert rules.drop(event, SYS, roster(), actor, "写错了工号").reason == "写错了工号"
    with pytest.raises(Forbidden):
        rules.drop(event, SYS, roster(), AUDIT, "写错了工号")
    for reason in (" ", "错" * 501):
        with pytest.raises(Invalid):
            rules.drop(event, SYS, roster(), SEC, reason)


def test_a_change_that_nobody_knows_is_not_asked_for():
    with pytest.raises(Invalid) as refused:
        rules.propose(asked("promote"), roster(), SYS)
    assert "act" in refused.value.fields
