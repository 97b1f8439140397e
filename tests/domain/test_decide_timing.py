"""Special procedures, suspension, extension, recomputation: which limits pause, until when, who may (T16–T20)."""

from datetime import date

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.domain.calendar import Calendar, SpecialDay, TableStatus
from appliance.domain.decide import timing
from appliance.domain.decide.limits import deadline, recomputed
from appliance.domain.events import PauseSpan
from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import SpecialProcedure
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

WORKING = LimitUnit.WORKING_DAY


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


@pytest.fixture
def in_review(told_of):
    """A case in review whose item knows expert review, twenty working days and one extension."""
    told = told_of(
        special_procedure=(SpecialProcedure(kind="expert_review", planned_days=15, explain="专家评审"),),
        anticipate_day=20,
        extension_max_days=10,
    )
    return told.to("accept")


def dues(case):
    return {name: case.clock(name).deadline.due for name in ("C2", "C3")}


# The vectors of domain §2.5: start, limit, pause, due.
PAUSED = [
    ("2026-11-02", 20, ("2026-11-09", "2026-11-20"), "2026-12-11"),
    ("2026-09-14", 20, ("2026-09-21", "2026-10-12"), "2026-10-30"),
]


@pytest.mark.parametrize(("start", "limit", "pause", "due"), PAUSED)
def test_a_pause_is_left_out_of_the_limit(working_days, start, limit, pause, due):
    known = deadline("C2", date.fromisoformat(start), limit, WORKING, working_days)
    fresh = recomputed(known, (PauseSpan(start=pause[0], end=pause[1]),), working_days)
    assert (fresh.due, fresh.limit, fresh.start) == (due, limit, start)
    assert known.due < fresh.due


# Hours, and the day on which they end (民法典 art. 201): a rest day moves to the next working day as with days.
HOURS = [("2026-11-23", 4, "2026-11-23"), ("2026-11-23", 24, "2026-11-24"), ("2026-11-23", 48, "2026-11-25"),
         ("2026-11-27", 24, "2026-11-30"), ("2026-10-09", 24, "2026-10-10")]  # fmt: skip


@pytest.mark.parametrize(("start", "hours", "due"), HOURS)
def test_hours_end_on_the_day_that_they_reach(working_days, start, hours, due):
    known = deadline("C8", date.fromisoformat(start), hours, LimitUnit.HOUR, working_days)
    assert (known.due, known.limit, known.unit) == (due, hours, "hour")
    assert recomputed(known, (), working_days).due == due


def test_an_extension_and_a_pause_after_it_both_count(working_days):
    """Ten days from 2026-11-23 end on 12-07; five more on 12-14; a pause of 12-08…12-10 adds its three days."""
    known = deadline("C2", date(2026, 11, 23), 10, WORKING, working_days)
    pause = (PauseSpan(start="2026-12-07", end="2026-12-10"),)
    assert known.due == "2026-12-07"
    assert recomputed(known, (), working_days, extended=5).due == "2026-12-14"
    assert recomputed(known, pause, working_days, extended=5).due == "2026-12-17"


# ---- T16, T17


def test_a_special_procedure_stops_the_limits_and_they_run_on_by_what_it_took(in_review):
    before = dues(in_review.case)
    in_review.propose_special()
    case = in_review.start_special()
    assert (case.state, [clock.paused for clock in case.clocks if clock.deadline.clock in ("C2", "C3", "C8")]) == (
        State.SPECIAL_PROCEDURE,
        [True] * 3,
    )
    assert case.clock("C9").deadline.due == "2026-12-14"
    in_review.wait(7)
    case = in_review.end_special()
    assert before == {"C2": "2026-12-21", "C3": "2026-11-30"}
    assert dues(case) == {"C2": "2026-12-28", "C3": "2026-12-07"}  # five working days later
    assert (case.pauses[0].end, case.pauses[0].overrun, case.clock("C2").paused) == ("2026-11-30", False, False)
    assert case.clock("C2").deadline.pauses == (PauseSpan(start="2026-11-23", end="2026-11-30"),)


def test_two_pauses_are_both_left_out(in_review):
    for _ in range(2):
        in_review.propose_special()
        in_review.start_special()
        in_review.wait(7)
        in_review.end_special()
    assert len(in_review.case.clock("C2").deadline.pauses) == 2
    assert dues(in_review.case)["C2"] == "2027-01-05"


def test_who_takes_longer_than_planned_has_it_written(in_review):
    in_review.propose_special(days=3)
    in_review.start_special()
    in_review.wait(4)
    assert in_review.end_special().pauses[0].overrun


@pytest.mark.parametrize("kind", ["site_check", "hearing", ""])
def test_only_what_article_45_and_the_item_name_is_left_out(in_review, kind):
    """现场核查 does not stop the clock."""
    assert code_of(timing.check_special, in_review.item, kind, 3)[0] == "special_not_allowed"
    with pytest.raises(Invalid):
        in_review.propose("start_special", ground="site_check", days=3, unit="working_day")


@pytest.mark.parametrize("days", [0, 16, -1])
def test_the_planned_time_is_told_and_bounded(in_review, days):
    assert code_of(in_review.propose_special, days=days) == ("planned_days", ["days"])


def test_a_special_procedure_takes_two_persons(in_review):
    assert code_of(in_review.propose_special, who="reviewer")[0] == "role"
    in_review.propose_special()
    assert code_of(in_review.start_special, "handler")[0] == "role"
    assert code_of(in_review.start_special, "head")[0] == "role"


def test_nothing_is_signed_meanwhile(in_review):
    in_review.propose_special()
    in_review.start_special()
    assert code_of(in_review.handle)[0] == "wrong_state"
    assert code_of(in_review.extend)[0] == "wrong_state"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"document": ""}, ("invalid", ["document"])),
        ({"result": " "}, ("invalid", ["result"])),
        ({"who": "other_handler"}, ("not_handler", [])),
        ({"who": "reviewer"}, ("role", [])),
    ],
)
def test_the_result_is_on_the_file(in_review, changes, refused):
    in_review.propose_special()
    in_review.start_special()
    assert code_of(in_review.end_special, **changes) == refused


# ---- T19, T20


def test_a_statutory_suspension_stops_the_limits(in_review):
    before = dues(in_review.case)
    case = in_review.suspend()
    assert (case.state, case.clock("C2").paused) == (State.SUSPENDED, True)
    in_review.wait(7)
    case = in_review.resume()
    assert {name: (before[name], due) for name, due in dues(case).items()} == {
        "C2": ("2026-12-21", "2026-12-28"),
        "C3": ("2026-11-30", "2026-12-07"),
    }


def test_another_suspension_stops_nothing(in_review):
    before = dues(in_review.case)
    assert in_review.suspend(basis_kind="other").clock("C2").paused is False
    in_review.wait(7)
    case = in_review.resume()
    assert (dues(case), case.clock("C2").deadline.pauses) == (before, ())
    # and it is left out of a later recomputation too
    in_review.propose_special()
    in_review.start_special()
    in_review.wait(1)
    assert len(in_review.end_special().clock("C2").deadline.pauses) == 1


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"reason": "诉讼"}, ("invalid", ["reason"])),
        ({"basis": ""}, ("invalid", ["basis"])),
        ({"basis_kind": "habit"}, ("invalid", ["basis_kind"])),
        ({"who": "approver"}, ("role", [])),
        ({"who": "handler"}, ("role", [])),
    ],
)
def test_a_suspension_is_the_heads_with_its_legal_basis(in_review, changes, refused):
    assert code_of(in_review.suspend, **changes) == refused


@pytest.mark.parametrize(
    ("who", "reason", "code"),
    [("head", "判决已经生效", "role"), ("other_handler", "判决已经生效", "not_handler"), ("handler", "好", "invalid")],
)
def test_who_resumes_and_why(in_review, who, reason, code):
    in_review.suspend()
    assert code_of(in_review.resume, who, reason)[0] == code


# ---- T18


def test_an_extension_moves_the_legal_limit_and_not_the_promise(in_review):
    before = dues(in_review.case)
    case = in_review.extend(10)
    assert dues(case) == {"C2": "2027-01-05", "C3": before["C3"]}
    assert (case.extended, case.clock("C2").deadline.extended, case.clock("C2").deadline.provisional) == (10, 10, True)


def test_an_extension_is_given_once(in_review):
    in_review.extend(1)
    assert code_of(in_review.extend, 1)[0] == "extended_once"


@pytest.mark.parametrize("days", [0, 11, -5])
def test_an_extension_has_its_maximum(in_review, days):
    assert code_of(in_review.extend, days) == ("invalid", ["days"])


def test_an_item_without_extension_has_none(in_review):
    in_review.item = msgspec.structs.replace(in_review.item, extension_max_days=0)
    assert code_of(in_review.extend, 1) == ("invalid", ["days"])


def test_an_extension_comes_before_the_limit_is_over(in_review):
    in_review.wait(28)  # Monday 2026-12-21, the last day
    assert in_review.extend(1)


def test_after_the_limit_nothing_is_extended(in_review):
    in_review.wait(29)
    assert code_of(in_review.extend, 1)[0] == "too_late_to_extend"


@pytest.mark.parametrize(("who", "reason", "code"), [("approver", "x" * 20, "role"), ("head", "忙", "invalid")])
def test_an_extension_is_the_heads_with_its_reasons(in_review, who, reason, code):
    assert code_of(in_review.extend, 1, who, reason)[0] == code


def test_a_pause_after_the_extension_keeps_it(in_review):
    in_review.extend(1)
    in_review.suspend()
    in_review.wait(1)
    case = in_review.resume()
    assert (case.clock("C2").deadline.extended, case.clock("C2").deadline.due) == (1, "2026-12-23")


# ---- recomputation


def official(year, *off):
    """The shipped calendar with a year made official, with these further days off."""
    calendar = load_calendar()
    known = {table.year: table for table in calendar.tables}
    days = tuple(day for day in known[year].days if day.date not in off)
    days += tuple(SpecialDay(name="示例放假", date=day, is_off_day=True) for day in off)
    documents = calendar.tables[0].documents
    known[year] = msgspec.structs.replace(known[year], status=TableStatus.OFFICIAL, days=days, documents=documents)
    return Calendar.build(known.values())


@pytest.fixture
def across(in_review):
    """A case whose legal limit and promise both reach into 2027."""
    in_review.item = msgspec.structs.replace(in_review.item, anticipate_day=30, promise_day=30, promise_type=WORKING)
    in_review.case, in_review.events = None, []
    return in_review.to("accept")


def test_without_the_years_calendar_the_limit_is_provisional(across):
    assert [across.case.clock(name).deadline.provisional for name in ("C2", "C3")] == [True, True]


def test_with_the_calendar_it_is_not(across):
    case = across.recompute(official(2027))
    assert [case.clock(name).deadline.provisional for name in ("C2", "C3")] == [False, False]
    assert {case.clock(name).deadline.calendar for name in ("C2", "C3")} == {official(2027).version}


def test_a_printed_promise_is_kept_when_the_calendar_would_give_a_later_day(across):
    before = dues(across.case)
    case = across.recompute(official(2027, date(2027, 1, 4), date(2027, 1, 5)))
    assert dues(case)["C2"] > before["C2"]
    assert dues(case)["C3"] == before["C3"]
    assert across.events[-1][1].kept == ("C3",)


def test_what_is_not_provisional_is_not_touched(in_review):
    assert code_of(in_review.recompute, official(2027))[0] == "nothing_changed"


def test_the_same_calendar_changes_nothing_twice(across):
    across.recompute(official(2027))
    assert code_of(across.recompute, official(2027))[0] == "nothing_changed"


def test_only_the_system_recomputes(across):
    assert code_of(across.recompute, official(2027), "handler")[0] == "role"


def test_what_stands_still_goes_on_standing_still(across):
    across.suspend()
    case = across.recompute(official(2027))
    assert case.clock("C2").paused
    assert not case.clock("C2").deadline.provisional
