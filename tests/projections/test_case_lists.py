"""Lists of cases: order, filters, what lapsed, and what an unknown entry does."""

import uuid
from datetime import timedelta

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.entry import EntryMeta
from appliance.domain.events import UnknownEvent
from appliance.domain.states import TERMINAL, State
from appliance.projections import case_deadlines, case_lists, cases
from appliance.projections.case_lists import Wanted
from appliance.store.change import AppliedEntry
from provisioning.walk import STORIES

FOOD, HEALTH = "420100001000", "420100003000"
MARKET = "11420199MBDEM004XU"
TOLD = {story.name: story for story in STORIES}


def walk(hall, name, code=FOOD):
    return hall.walk(TOLD[name], hall.items[code], seed=str(uuid.uuid4()))[0].case


def numbers(rows):
    return [row.no for row in rows]


def test_the_most_pressing_comes_first_and_what_has_no_clock_last(hall):
    waiting = walk(hall, "correction_open")  # its clock C1 stopped, and the item gives the applicant no limit
    hall.clock.advance(timedelta(days=1))
    later = walk(hall, "received")
    sooner = walk(hall, "received", "420700002000")
    rows = case_lists.listing(hall.desk.reader(), Wanted())
    assert numbers(rows)[-1] == waiting
    assert {later, sooner} == set(numbers(rows)[:2])
    dues = [row.due for row in rows if row.due]
    assert dues == sorted(dues)


def test_equal_dues_stand_in_order_of_receipt_and_pages_do_not_overlap(hall):
    given = [walk(hall, "received") for _ in range(5)]
    reader = hall.desk.reader()
    assert numbers(case_lists.listing(reader, Wanted())) == given
    assert (
        numbers(case_lists.listing(reader, Wanted(), limit=2) + case_lists.listing(reader, Wanted(), limit=3, offset=2))
        == given
    )


FILTERS = {
    "by department": ({"department": MARKET}, {"received", "handling", "reviewing"}),
    "by state": ({"states": (State.IN_REVIEW,)}, {"handling", "reviewing", "health"}),
    "by role of the step": ({"step_role": "reviewer"}, {"reviewing"}),
    "by handler": ({"handlers": ("C1001",)}, {"handling", "reviewing"}),
    "by several": (
        {"department": MARKET, "states": (State.IN_REVIEW, State.RECEIVED)},
        {"received", "handling", "reviewing"},
    ),
    "nobody's": ({"handlers": ("C1009",)}, set()),
}


@pytest.fixture(scope="module")
def desk_of_four(shared_hall):
    made = {name: walk(shared_hall, name) for name in ("received", "handling", "reviewing", "ordinary")}
    return made | {"health": walk(shared_hall, "handling", HEALTH)}


@pytest.mark.parametrize(("asked", "found"), FILTERS.values(), ids=list(FILTERS))
def test_a_desk_sees_its_own_open_cases(shared_hall, desk_of_four, asked, found):
    rows = case_lists.listing(shared_hall.desk.reader(), Wanted(**asked))
    assert set(numbers(rows)) == {desk_of_four[name] for name in found}


def test_closed_cases_leave_the_desk_and_stay_in_the_register(shared_hall, desk_of_four):
    reader = shared_hall.desk.reader()
    assert desk_of_four["ordinary"] not in numbers(case_lists.listing(reader, Wanted()))
    assert numbers(cases.by_state(reader, State.CLOSED)) == [desk_of_four["ordinary"]]
    assert len(cases.by_state(reader, None)) == cases.total(reader) == 5
    assert cases.counts(reader) == {"received": 1, "in_review": 3}


def test_a_case_is_found_by_intake_and_acceptance_number(shared_hall, desk_of_four):
    reader = shared_hall.desk.reader()
    case = cases.find(reader, desk_of_four["ordinary"])
    assert cases.find(reader, case.acceptance_no) == case
    assert cases.find(reader, "") is None


def test_the_newest_come_first_in_the_windows_own_list(shared_hall, desk_of_four):
    reader = shared_hall.desk.reader()
    rows = cases.recent(reader)
    assert numbers(rows) == list(desk_of_four.values())[::-1]
    window = rows[0].window
    assert {row.window for row in cases.recent(reader, window=window)} == {window}
    assert len(cases.recent(reader, before=3)) == 2


def test_a_row_says_which_clock_presses(shared_hall, desk_of_four):
    rows = {row.no: row for row in case_lists.listing(shared_hall.desk.reader(), Wanted())}
    received, review = rows[desk_of_four["received"]], rows[desk_of_four["reviewing"]]
    assert (received.due_clock, review.due_clock, review.step_role) == ("C1", "C3", "reviewer")
    assert (received.due, review.due) == ("2026-11-30", "2026-11-30")


def test_what_lapsed_is_what_waits_after_its_c1(hall):
    received, taken = walk(hall, "received"), walk(hall, "pre_review")
    walk(hall, "correction_open"), walk(hall, "handling")
    reader = hall.desk.reader()
    assert case_deadlines.lapsed(reader, "C1", "2026-11-30") == []
    found = case_deadlines.lapsed(reader, "C1", "2026-12-01")
    assert [no for no, _, _ in found] == [received, taken]
    first = found[0]
    assert case_deadlines.lapsed(reader, "C1", "2026-12-01", after=(first[1], first[2])) == found[1:]
    assert case_deadlines.lapsed(reader, "C1", "2026-12-01", limit=1) == found[:1]
    assert case_deadlines.lapsed(reader, "C5", "2026-12-01") == []


def test_an_unknown_entry_stops_its_case_and_no_other(hall):
    no, other = walk(hall, "received"), walk(hall, "received")
    meta = EntryMeta(
        v=1, type="case.celebrated", tv=1, cmd="x", n=0, t="2026-11-23T12:00:00.000+08:00", clk="ok", seen=0,
        actor=SYSTEM, case=no,
    )  # fmt: skip
    applied = AppliedEntry(hall.origin, 999, own=True, meta=meta, event=UnknownEvent("case.celebrated", 1))
    hall.store.writer.local(lambda connection: cases.apply(connection, applied)).result()
    reader = hall.desk.reader()
    assert cases.stuck(reader) == [no]
    assert (cases.is_stuck(reader, no), cases.is_stuck(reader, other)) == (True, False)
    assert cases.find(reader, no).version == 1


def test_an_entry_of_the_citys_log_is_no_case(hall):
    meta = EntryMeta(
        v=1, type="case.celebrated", tv=1, cmd="x", n=0, t="2026-11-23T12:00:00.000+08:00", clk="ok", seen=0,
        actor=SYSTEM, case="S1",
    )  # fmt: skip
    applied = AppliedEntry("c2h", 1, own=False, meta=meta, event=UnknownEvent("case.celebrated", 1))
    hall.store.writer.local(lambda connection: cases.apply(connection, applied)).result()
    assert cases.total(hall.desk.reader()) == 0


def test_terminal_states_are_not_open(hall):
    walk(hall, "withdrawn_early")
    assert State.WITHDRAWN in TERMINAL
    assert case_lists.listing(hall.desk.reader(), Wanted()) == []
