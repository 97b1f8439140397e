import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile import EXPLANATIONS, Finding, Plan, Position, Span, equal, plan_pull, plan_push


def root(size: int, fork: str = "a") -> bytes:
    return f"{fork}{size}".encode().ljust(32, b".")


def at(size: int, fork: str = "a") -> Position:
    return Position(size, root(size, fork))


@pytest.mark.parametrize(
    ("theirs", "signed", "expected"),
    [
        (None, False, Plan(Finding.RESUME, Span(0, 10))),
        (at(0), True, Plan(Finding.RESUME, Span(0, 10))),
        (at(4), True, Plan(Finding.RESUME, Span(4, 10))),
        (at(10), True, Plan(Finding.RESUME, Span(10, 10))),
        (at(11), True, Plan(Finding.ROLLED_BACK)),
        (at(11, "b"), True, Plan(Finding.ROLLED_BACK)),
        (at(4, "b"), True, Plan(Finding.FENCED)),
        (at(10, "b"), True, Plan(Finding.FENCED)),
        (at(4), False, Plan(Finding.BLOCKED)),
        (at(11), False, Plan(Finding.BLOCKED)),
    ],
)
def test_our_own_log_against_the_citys_copy(theirs, signed, expected):
    assert plan_push(at(10), theirs, root, signed=signed) == expected


@pytest.mark.parametrize(
    ("theirs", "signed", "expected"),
    [
        (at(10), True, Plan(Finding.RESUME, Span(10, 10))),
        (at(14), True, Plan(Finding.RESUME, Span(10, 14))),
        (at(9), True, Plan(Finding.CITY_BEHIND)),
        (None, True, Plan(Finding.CITY_BEHIND)),
        (at(10, "b"), True, Plan(Finding.CITY_FORKED)),
        (at(14), False, Plan(Finding.BLOCKED)),
    ],
)
def test_our_mirror_against_the_citys_own_log(theirs, signed, expected):
    assert plan_pull(at(10), theirs, signed=signed) == expected


def test_nothing_on_either_side_is_a_plan_without_work():
    plan = plan_pull(at(0), None, signed=True)
    assert plan.span is not None
    assert len(plan.span) == 0


def test_every_finding_has_words_for_a_person():
    assert set(EXPLANATIONS) == set(Finding)
    assert Plan(Finding.FENCED).explanation == EXPLANATIONS[Finding.FENCED]


@given(st.integers(0, 50), st.integers(0, 50), st.booleans(), st.booleans())
def test_a_plan_moves_only_what_is_missing_and_only_along_one_history(ours, theirs, forked, signed):
    plan = plan_push(at(ours), at(theirs, "b" if forked else "a"), root, signed=signed)
    if plan.finding is Finding.RESUME:
        assert plan.span == Span(theirs, ours)
        assert signed
        assert not forked
        assert theirs <= ours
    else:
        assert plan.span is None


def test_equality_needs_size_and_root():
    assert equal(at(3), at(3))
    assert not equal(at(3), at(3, "b"))
    assert not equal(at(3), at(4))
    assert not equal(at(3), None)
