"""The gap ledger: who voids numbers and returns blocks, how many, and why."""

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import numbers
from appliance.domain.number_blocks import (
    Block,
    check_scope,
    document_scope,
    family_of,
    licence_scope,
    scope_of_document,
    with_year,
)
from appliance.errors import Forbidden, Invalid, WrongState

MANAGER = Actor("M4001", Role.HALL_MANAGER)
BLOCK = Block("b", "document:示区市监:2026", 1, 10, 4)
SPENT = Block("b", "document:示区市监:2026", 1, 10, 11)
WHY = "打印时纸张损坏，号码不能再用"


def test_the_next_numbers_are_voided_and_the_rest_returned():
    voided = numbers.void(BLOCK, count=7, reason=f" {WHY} ", actor=MANAGER)
    assert (voided.block, voided.number, voided.count, voided.reason) == ("b", 4, 7, WHY)
    back = numbers.give_back(BLOCK, reason=WHY, actor=MANAGER)
    assert (back.block, back.number, back.reason) == ("b", 4, WHY)


@pytest.mark.parametrize("count", [-1, 0, 8])
def test_no_more_is_voided_than_is_left(count):
    with pytest.raises(Invalid) as caught:
        numbers.void(BLOCK, count=count, reason=WHY, actor=MANAGER)
    assert list(caught.value.fields) == ["count"]


@pytest.mark.parametrize("reason", ["", "短", "长" * 2001])
def test_a_reason_is_wanted(reason):
    for act in (lambda: numbers.void(BLOCK, count=1, reason=reason, actor=MANAGER),
                lambda: numbers.give_back(BLOCK, reason=reason, actor=MANAGER)):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            act()
        assert list(caught.value.fields) == ["reason"]


def test_the_halls_manager_alone_keeps_them_and_a_spent_block_is_over():
    for role in set(Role) - {Role.HALL_MANAGER}:
        with pytest.raises(Forbidden):
            numbers.void(BLOCK, count=1, reason=WHY, actor=Actor("x", role))
        with pytest.raises(Forbidden):
            numbers.give_back(BLOCK, reason=WHY, actor=Actor("x", role))
    with pytest.raises(WrongState):
        numbers.void(SPENT, count=1, reason=WHY, actor=MANAGER)
    with pytest.raises(WrongState):
        numbers.give_back(SPENT, reason=WHY, actor=MANAGER)


def test_sequences_have_names():
    assert document_scope("示区市监", 2026) == "document:示区市监:2026"
    assert licence_scope("W011", None) == "licence:W011:all"
    assert (family_of("document:a:2026"), with_year("document:a:2026", 2027)) == ("document:a", "document:a:2027")
    assert with_year("licence:W011:all", 2027) == "licence:W011:all"
    assert [scope_of_document(f"示区市监{kind}〔2026〕12号") for kind in ("许准", "许不", "许不受", "")] == [
        ("document:示区市监:2026", 12)
    ] * 4
    assert scope_of_document("没有") is None
    assert check_scope(" document:a:2026 ") == "document:a:2026"
    for wrong in ("", "a:b:2026", "document::2026", "document:a:", "licence:a:2026x"):
        with pytest.raises(Invalid):
            check_scope(wrong)
