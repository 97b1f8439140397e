"""The working-day calendar as a value: kinds, counting, versions, refusals, and the provisional rule."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.calendar import load_calendar
from appliance.domain.calendar import Calendar, DayKind, Document, SpecialDay, TableStatus, YearTable
from appliance.domain.provisional_year import LUNAR_FEASTS, provisional_year, qingming, statutory_days
from appliance.errors import Invalid

CALENDAR = load_calendar()
KNOWN_DAYS = st.dates(CALENDAR.first, CALENDAR.last)


def table(year, *days, status=TableStatus.PROVISIONAL, documents=()):
    special = tuple(SpecialDay(name="测试", date=date.fromisoformat(day), is_off_day=off) for day, off in days)
    return YearTable(year=year, status=status, papers=(), documents=documents, source="测试", days=special)


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-02-13", DayKind.WORKING, ""),
        ("2026-02-14", DayKind.MAKE_UP, "春节"),
        ("2026-02-15", DayKind.HOLIDAY, "春节"),
        ("2026-03-07", DayKind.WEEKEND, ""),
        ("2026-03-08", DayKind.WEEKEND, ""),  # half a day off for some is no rest day for the hall
        ("2026-05-04", DayKind.HOLIDAY, "劳动节"),
        ("2026-10-10", DayKind.MAKE_UP, "国庆节"),
    ],
)
def test_a_day_has_its_kind_and_its_holiday_name(day, kind, name):
    assert CALENDAR.kind(date.fromisoformat(day)) is kind
    assert CALENDAR.name(date.fromisoformat(day)) == name
    assert CALENDAR.is_working_day(date.fromisoformat(day)) == (kind in (DayKind.WORKING, DayKind.MAKE_UP))


@given(after=KNOWN_DAYS, length=st.integers(0, 400))
def test_counting_by_index_equals_counting_by_hand(after, length):
    through = min(after + timedelta(days=length), CALENDAR.last)
    by_hand = 0
    day = after
    while day < through:
        day += timedelta(days=1)
        by_hand += CALENDAR.is_working_day(day)
    assert CALENDAR.working_days(after, through) == by_hand


@given(day=st.dates(CALENDAR.first, date(2029, 12, 31)), count=st.integers(1, 200))
def test_the_nth_working_day_is_a_working_day_with_n_between(day, count):
    found = CALENDAR.working_day_after(day, count)
    assert CALENDAR.is_working_day(found)
    assert CALENDAR.working_days(day, found) == count


def test_the_version_names_the_content_and_nothing_else():
    assert load_calendar().version == CALENDAR.version
    assert CALENDAR.version.startswith("cn-2025-2030-official2026-")
    changed = Calendar.build([*CALENDAR.tables[:-1], table(2030, ("2030-03-01", True))])
    assert changed.version != CALENDAR.version
    made_official = YearTable(
        year=2030,
        status=TableStatus.OFFICIAL,
        papers=(),
        documents=(Document(number="示〔2029〕1号", title="测试", issued=date(2029, 11, 1)),),
        source="测试",
        days=CALENDAR.tables[-1].days,
    )
    assert Calendar.build([*CALENDAR.tables[:-1], made_official]).version != CALENDAR.version


def test_the_calendar_cannot_be_changed():
    with pytest.raises(AttributeError):
        CALENDAR.version = "other"


def test_a_day_outside_is_refused_and_says_what_is_known():
    with pytest.raises(Invalid) as refusal:
        CALENDAR.is_working_day(date(2031, 1, 1))
    assert refusal.value.code == "outside_calendar"
    assert "2025-01-01 至 2030-12-31" in refusal.value.text()
    with pytest.raises(Invalid):
        CALENDAR.working_day_after(date(2030, 12, 30), 40)
    with pytest.raises(Invalid):
        CALENDAR.working_day_after(date(2026, 1, 5), 0)


def test_a_december_day_is_governed_by_the_next_years_table():
    # 2018-12-31 was such a day off, arranged by the notice for 2019.
    older, newer = table(2026), table(2027, ("2026-12-31", True), ("2026-12-26", False))
    calendar = Calendar.build([newer, older])
    assert calendar.kind(date(2026, 12, 31)) is DayKind.HOLIDAY
    assert calendar.kind(date(2026, 12, 26)) is DayKind.MAKE_UP


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ([], "calendar_empty"),
        ([table(2026), table(2028)], "calendar_gap"),
        ([table(2026), table(2026)], "calendar_gap"),
        ([table(2026, ("2026-05-01", True), ("2026-05-01", False))], "calendar_day"),
        ([table(2026, ("2027-01-01", True))], "calendar_day"),
        ([table(2026, ("2025-06-01", True))], "calendar_day"),
        ([table(2026, status=TableStatus.OFFICIAL)], "calendar_no_document"),
    ],
)
def test_bad_tables_are_refused(tables, code):
    with pytest.raises(Invalid) as refusal:
        Calendar.build(tables)
    assert refusal.value.code == code


def test_the_statutory_days_of_2027_are_those_of_the_reference():
    days = {(name, day.isoformat()) for name, day in statutory_days(2027)}
    assert {("春节", "2027-02-05"), ("春节", "2027-02-06"), ("清明节", "2027-04-05")} <= days
    assert {("端午节", "2027-06-09"), ("中秋节", "2027-09-15")} <= days
    assert len(days) == 13


def test_2027_makes_up_weekend_feasts_on_the_next_free_weekdays():
    off = {day.date.isoformat() for day in provisional_year(2027).days}
    assert {"2027-02-09", "2027-02-10"} <= off  # for Saturday 02-06 and Sunday 02-07
    assert {"2027-05-03", "2027-05-04"} <= off  # 05-01 is a Saturday
    assert {"2027-10-04", "2027-10-05"} <= off  # 10-02 and 10-03
    assert "2027-10-06" not in off
    assert "2027-01-04" not in off


@pytest.mark.parametrize("year", sorted(LUNAR_FEASTS))
def test_every_provisional_year_frees_thirteen_weekdays(year):
    off_weekdays = [day for day in provisional_year(year).days if day.date.weekday() < 5]
    assert len(off_weekdays) == 13


def test_two_feasts_on_one_day_are_both_given():
    # In 2031 and 2020 中秋 fell on 国庆; in 2028 it falls on 10-03.
    off = {day.date.isoformat() for day in provisional_year(2028).days}
    assert {"2028-10-01", "2028-10-02", "2028-10-03", "2028-10-04", "2028-10-05"} <= off


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_rule_agrees_with_the_published_years_on_the_statutory_days(year):
    for name, day in statutory_days(year):
        assert CALENDAR.kind(day) is DayKind.HOLIDAY, name


@pytest.mark.parametrize(("year", "day"), [(2025, 4), (2026, 5), (2027, 5), (2028, 4), (2031, 5), (2036, 4)])
def test_qingming(year, day):
    assert qingming(year) == date(year, 4, day)


@pytest.mark.parametrize("year", [2024, 2031])
def test_a_year_without_rule_data_is_refused(year):
    with pytest.raises(Invalid) as refusal:
        provisional_year(year)
    assert refusal.value.code == "calendar_rule_year"


def test_days_lists_a_span_for_a_page():
    listed = CALENDAR.days(date(2026, 2, 13), date(2026, 2, 15))
    assert [kind for _, kind, _ in listed] == [DayKind.WORKING, DayKind.MAKE_UP, DayKind.HOLIDAY]
