"""Legal clocks against the table of the reference (domain §2.5), the Civil Code's rules, and properties."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.calendar import load_calendar
from appliance.clock import SHANGHAI
from appliance.domain.clocks import (
    Lamp,
    Limit,
    Pause,
    RowKind,
    Unit,
    add_months,
    close_of_business,
    deemed_acceptance,
    due_date,
    end_of_day,
    lamp,
    lamp_for,
    on_the_spot_deadline,
    remaining_working_days,
    used_days,
    working_days_left,
)
from appliance.errors import Invalid

CALENDAR = load_calendar()
WD, ND, MONTH, SPOT = Unit.WORKING_DAY, Unit.NATURAL_DAY, Unit.MONTH, Unit.MINUTE_ON_SPOT


def day(text):
    return date.fromisoformat(text)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(start, count, unit=WD, *pauses):
    spans = [Pause(day(begin), day(end) if end else None) for begin, end in pauses]
    return due_date(CALENDAR, day(start), Limit(count, unit), spans)


REFERENCE = [  # start, limit, pause, due, moved from: the table of domain §2.5
    ("2026-02-13", 5, WD, None, "2026-02-27", None),
    ("2026-02-13", 20, WD, None, "2026-03-19", None),
    ("2026-09-18", 20, WD, None, "2026-10-22", None),
    ("2026-09-24", 1, WD, None, "2026-09-28", None),
    ("2026-09-30", 10, WD, None, "2026-10-20", None),
    ("2026-04-30", 5, WD, None, "2026-05-11", None),
    ("2026-05-09", 5, WD, None, "2026-05-15", None),
    ("2026-05-16", 5, WD, None, "2026-05-22", None),
    ("2026-11-02", 20, WD, ("2026-11-09", "2026-11-20"), "2026-12-11", None),
    ("2026-09-14", 20, WD, ("2026-09-21", "2026-10-12"), "2026-10-30", None),
    ("2026-03-02", 45, WD, None, "2026-05-08", None),
    ("2026-03-02", 60, ND, None, "2026-05-06", "2026-05-01"),
    ("2026-09-25", 7, ND, None, "2026-10-08", "2026-10-02"),
]
MORE = [
    ("2025-12-31", 1, WD, None, "2026-01-04", None),  # New Year, then the make-up Sunday
    ("2026-01-04", 1, WD, None, "2026-01-05", None),
    ("2026-02-27", 1, WD, None, "2026-02-28", None),  # a make-up Saturday at a month's end
    ("2026-06-18", 1, WD, None, "2026-06-22", None),
    ("2026-09-19", 1, WD, None, "2026-09-20", None),  # a make-up Sunday is a due day like any other
    ("2026-10-09", 1, WD, None, "2026-10-10", None),
    ("2026-10-01", 1, WD, None, "2026-10-08", None),  # received on a holiday
    ("2026-07-01", 1, ND, None, "2026-07-02", None),
    ("2026-07-03", 1, ND, None, "2026-07-06", "2026-07-04"),
    ("2026-02-13", 1, ND, None, "2026-02-14", None),  # a make-up Saturday is no rest day: nothing moves
    ("2026-02-14", 1, ND, None, "2026-02-24", "2026-02-15"),
    ("2026-01-31", 1, MONTH, None, "2026-02-28", None),  # no 31st; the 28th is a make-up Saturday
    ("2026-03-31", 1, MONTH, None, "2026-04-30", None),
    ("2026-04-03", 1, MONTH, None, "2026-05-06", "2026-05-03"),
    ("2025-11-30", 3, MONTH, None, "2026-02-28", None),
    ("2026-08-17", 3, MONTH, None, "2026-11-17", None),
    ("2026-11-16", 1, ND, ("2026-11-16", "2026-11-20"), "2026-11-23", "2026-11-21"),
    ("2026-11-02", 1, MONTH, ("2026-11-09", "2026-11-20"), "2026-12-14", "2026-12-13"),
    ("2026-11-23", 30, SPOT, None, "2026-11-23", None),
]


@pytest.mark.parametrize(("start", "count", "unit", "pause", "expected", "moved_from"), REFERENCE + MORE)
def test_due_dates(start, count, unit, pause, expected, moved_from):
    found = due(start, count, unit, *([pause] if pause else []))
    assert found.date == day(expected)
    assert found.moved_from == (day(moved_from) if moved_from else None)
    assert not found.provisional
    assert found.calendar_version == CALENDAR.version


def test_silence_for_five_working_days_accepts_from_the_day_of_receipt():
    received = day("2026-02-13")
    assert deemed_acceptance(CALENDAR, received, at("2026-02-27T23:59:59")) is None
    accepted = deemed_acceptance(CALENDAR, received, at("2026-02-28T00:00:00"))
    assert accepted == received
    assert due_date(CALENDAR, accepted, Limit(20, WD)).date == day("2026-03-19")


@pytest.mark.parametrize(
    ("start", "count", "unit", "expected"),
    [
        ("2026-12-28", 5, WD, "2027-01-05"),
        ("2026-12-28", 1, MONTH, "2027-01-28"),
        ("2026-12-28", 30, ND, "2027-01-27"),
        ("2027-02-04", 1, WD, "2027-02-11"),
        ("2027-12-31", 2, WD, "2028-01-05"),  # 2028-01-01 is a Saturday, made up on Monday
        ("2027-12-15", 45, WD, "2028-02-23"),  # 12 in December, 16 in January, 17 in February
    ],
)
def test_a_due_day_in_an_unpublished_year_is_provisional(start, count, unit, expected):
    found = due(start, count, unit)
    assert (found.date, found.provisional) == (day(expected), True)


def test_the_last_day_of_a_published_year_is_firm():
    assert not due("2026-12-28", 3).provisional
    assert due("2026-12-28", 3).date == day("2026-12-31")


def test_the_leap_day():
    assert due("2028-01-31", 1, MONTH).date == day("2028-02-29")
    assert due("2028-02-28", 1, ND).date == day("2028-02-29")
    assert add_months(day("2028-02-29"), 12) == day("2029-02-28")
    assert add_months(day("2026-12-31"), 2) == day("2027-02-28")
    assert add_months(day("2026-11-30"), 1) == day("2026-12-30")


def test_a_day_ends_at_midnight_in_shanghai():
    assert end_of_day(day("2026-02-27")) == at("2026-02-28T00:00:00")
    assert due("2026-02-13", 5).deadline == at("2026-02-28T00:00:00")
    assert close_of_business(day("2026-02-27"), time(17, 30)) == at("2026-02-27T17:30:00")


def test_minutes_on_the_spot_run_from_the_moment():
    assert on_the_spot_deadline(at("2026-11-23T16:50:00"), Limit(30, SPOT)) == at("2026-11-23T17:20:00")


def test_an_open_pause_stops_the_clock():
    standing = due("2026-11-02", 20, WD, ("2026-11-09", None))
    assert standing.date is None
    assert standing.deadline is None
    assert standing.rows[-1].kind is RowKind.SUSPENDED
    assert standing.rows[-1].used == 5
    now = at("2026-12-30T09:00:00")
    assert used_days(now, standing) == 5
    assert remaining_working_days(now, standing) is None
    assert lamp(now, standing) is Lamp.GREEN
    assert due("2026-11-02", 30, ND, ("2026-11-09", None)).date is None


def test_an_open_pause_after_the_end_changes_nothing():
    assert due("2026-11-02", 5, WD, ("2026-11-09", None)).date == day("2026-11-09")
    assert due("2026-11-02", 5, WD, ("2026-11-08", None)).date is None


def test_a_pause_before_the_start_counts_only_after_it():
    assert due("2026-11-09", 5, WD, ("2026-11-02", "2026-11-09")).date == due("2026-11-09", 5).date
    assert due("2026-11-09", 5, WD, ("2026-11-02", "2026-11-10")).date == day("2026-11-17")


def test_overlapping_pauses_count_once():
    together = due("2026-11-02", 20, WD, ("2026-11-09", "2026-11-20"))
    apart = due("2026-11-02", 20, WD, ("2026-11-11", "2026-11-20"), ("2026-11-09", "2026-11-13"))
    inside = due("2026-11-02", 20, WD, ("2026-11-09", "2026-11-20"), ("2026-11-10", "2026-11-12"))
    assert together.date == apart.date == inside.date


@pytest.mark.parametrize(("count", "unit"), [(0, WD), (-1, ND), (0, MONTH), (-1, SPOT)])
def test_a_limit_that_cannot_run_is_refused(count, unit):
    with pytest.raises(Invalid) as refusal:
        Limit(count, unit)
    assert refusal.value.code == "limit_count"


def test_a_pause_that_ends_before_it_starts_is_refused():
    with pytest.raises(Invalid) as refusal:
        Pause(day("2026-11-20"), day("2026-11-09"))
    assert refusal.value.code == "pause_order"


def test_a_limit_beyond_the_calendar_is_refused():
    with pytest.raises(Invalid) as refusal:
        due("2030-12-20", 40)
    assert refusal.value.code == "outside_calendar"


def test_the_working_shows_each_stretch():
    rows = due("2026-02-13", 5).rows
    assert [(row.kind, row.first.isoformat(), row.last.isoformat(), row.used) for row in rows] == [
        (RowKind.START, "2026-02-13", "2026-02-13", 0),
        (RowKind.COUNTED, "2026-02-14", "2026-02-14", 1),
        (RowKind.REST, "2026-02-15", "2026-02-23", 1),
        (RowKind.COUNTED, "2026-02-24", "2026-02-27", 5),
        (RowKind.DUE, "2026-02-27", "2026-02-27", 5),
    ]
    assert rows[1].make_up
    assert rows[2].note == "春节"


def test_the_working_shows_a_move_and_a_pause():
    moved = due("2026-03-02", 60, ND).rows
    assert (moved[-2].kind, moved[-2].first, moved[-2].note) == (RowKind.MOVED, day("2026-05-01"), "劳动节")
    paused = due("2026-11-02", 20, WD, ("2026-11-09", "2026-11-20")).rows
    assert (RowKind.PAUSED, day("2026-11-10"), day("2026-11-20")) in [(row.kind, row.first, row.last) for row in paused]
    assert paused[-1].used == 20


@pytest.mark.parametrize(
    ("now", "left", "expected"),
    [
        ("2026-10-22T23:59:59", 0, Lamp.YELLOW),
        ("2026-10-23T00:00:00", -1, Lamp.RED),
        ("2026-10-24T12:00:00", -1, Lamp.RED),  # a Saturday later it is overdue by one working day
        ("2026-10-21T09:00:00", 1, Lamp.YELLOW),
        ("2026-10-19T09:00:00", 3, Lamp.YELLOW),  # 17 of 20 used
        ("2026-10-16T09:00:00", 4, Lamp.YELLOW),  # 16 of 20 used: four fifths
        ("2026-10-15T09:00:00", 5, Lamp.GREEN),
        ("2026-09-18T09:00:00", 20, Lamp.GREEN),
    ],
)
def test_lamps_of_twenty_working_days(now, left, expected):
    found = due("2026-09-18", 20)
    assert remaining_working_days(at(now), found) == left
    assert lamp(at(now), found) is expected


def test_the_notice_lamp_comes_three_working_days_before():
    found = due("2026-03-02", 60, ND)  # due 05-06, 60 days: four fifths are used on 04-19
    assert lamp(at("2026-04-18T12:00:00"), found) is Lamp.GREEN
    assert lamp(at("2026-04-19T12:00:00"), found) is Lamp.YELLOW
    assert lamp_for(CALENDAR, at("2026-10-19T09:00:00"), day("2026-10-22")) is Lamp.NOTICE
    assert lamp_for(CALENDAR, at("2026-10-16T09:00:00"), day("2026-10-22")) is Lamp.GREEN


def test_overdue_on_a_rest_day_is_already_overdue():
    assert working_days_left(CALENDAR, at("2026-10-24T00:00:00"), day("2026-10-23")) == -1
    assert working_days_left(CALENDAR, at("2026-10-28T00:00:00"), day("2026-10-23")) == -3


def test_used_days_leave_pauses_and_rest_days_out():
    found = due("2026-11-02", 20, WD, ("2026-11-09", "2026-11-20"))
    assert used_days(at("2026-11-02T10:00:00"), found) == 0
    assert used_days(at("2026-11-15T10:00:00"), found) == 5
    assert used_days(at("2026-11-23T10:00:00"), found) == 6
    assert used_days(at("2026-12-11T10:00:00"), found) == 20
    assert used_days(at("2026-11-23T10:00:00"), due("2026-11-23", 30, SPOT)) == 0


STARTS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
LIMITS = st.builds(Limit, st.integers(1, 120), st.sampled_from([WD, ND])) | st.builds(
    Limit, st.integers(1, 6), st.just(MONTH)
)


@st.composite
def starts_and_pauses(draw):
    start = draw(STARTS)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        begin = start + timedelta(days=draw(st.integers(-20, 200)))
        pauses.append(Pause(begin, begin + timedelta(days=draw(st.integers(0, 40)))))
    return start, tuple(pauses)


@given(case=starts_and_pauses(), limit=LIMITS)
def test_a_due_day_is_a_working_day_after_the_start(case, limit):
    start, pauses = case
    found = due_date(CALENDAR, start, limit, pauses)
    assert found.date > start
    assert CALENDAR.is_working_day(found.date)


@given(case=starts_and_pauses(), limit=LIMITS)
def test_a_longer_limit_never_ends_earlier(case, limit):
    start, pauses = case
    longer = Limit(limit.count + 1, limit.unit)
    assert due_date(CALENDAR, start, longer, pauses).date >= due_date(CALENDAR, start, limit, pauses).date


@given(case=starts_and_pauses(), limit=LIMITS)
def test_a_pause_never_shortens(case, limit):
    start, pauses = case
    whole = due_date(CALENDAR, start, limit, pauses).date
    for number in range(len(pauses)):
        assert due_date(CALENDAR, start, limit, pauses[:number] + pauses[number + 1 :]).date <= whole


@given(case=starts_and_pauses(), count=st.integers(1, 120))
def test_the_end_is_the_first_day_on_which_the_limit_is_used(case, count):
    """The definition of domain §2.5 rule 2, walked day by day."""
    start, pauses = case
    used, walked = 0, start
    while used < count:
        walked += timedelta(days=1)
        paused = any(pause.start < walked <= pause.end for pause in pauses)
        used += CALENDAR.is_working_day(walked) and not paused
    found = due_date(CALENDAR, start, Limit(count, WD), pauses)
    assert found.date == walked
    assert used_days(end_of_day(walked) - timedelta(seconds=1), found) == count
    assert found.rows[-2].used == count


@given(case=starts_and_pauses(), limit=LIMITS, hours=st.integers(0, 24 * 300))
def test_a_lamp_only_grows_more_urgent(case, limit, hours):
    start, pauses = case
    found = due_date(CALENDAR, start, limit, pauses)
    order = [Lamp.GREEN, Lamp.NOTICE, Lamp.YELLOW, Lamp.RED]
    earlier = datetime.combine(start, time(9), SHANGHAI) + timedelta(hours=hours)
    later = earlier + timedelta(hours=13)
    assert order.index(lamp(earlier, found)) <= order.index(lamp(later, found))
    assert (lamp(later, found) is Lamp.RED) == (later >= found.deadline)
