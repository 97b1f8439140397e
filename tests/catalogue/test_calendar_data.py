"""The shipped calendar files against the package they were made from and the notices they name."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from appliance.catalogue.calendar import load_calendar, seed_directory
from appliance.domain.calendar import DayKind, TableStatus, read_year
from appliance.domain.provisional_year import with_provisional_years
from appliance.errors import Invalid

CALENDAR = load_calendar()
NOTICES = {  # days off as spans, then the make-up days, as the notices state them
    2025: (
        ["01-01", "01-28…02-04", "04-04…04-06", "05-01…05-05", "05-31…06-02", "10-01…10-08"],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        ["01-01…01-03", "02-15…02-23", "04-04…04-06", "05-01…05-05", "06-19…06-21", "09-25…09-27", "10-01…10-07"],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}


def days_of(year):
    return [date(year, 1, 1) + timedelta(days=number) for number in range(365)]


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_agrees_with_chinesecalendar(year):
    for day in days_of(year):
        assert CALENDAR.is_working_day(day) == chinese_calendar.is_workday(day), day


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_agrees_with_the_notice(year):
    spans, make_up = NOTICES[year]
    off = set()
    for span in spans:
        first, _, last = span.partition("…")
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last or first}"):
            off.add(day)
            day += timedelta(days=1)
    assert {day for day in days_of(year) if CALENDAR.kind(day) is DayKind.HOLIDAY} == off
    assert {f"{day:%m-%d}" for day in days_of(year) if CALENDAR.kind(day) is DayKind.MAKE_UP} == set(make_up)


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_published_years_have_248_working_days(year):
    assert sum(CALENDAR.is_working_day(day) for day in days_of(year)) == 248


@pytest.mark.parametrize(("year", "number"), [(2025, "国办发明电〔2024〕12号"), (2026, "国办发明电〔2025〕7号")])
def test_the_published_years_name_their_notice(year, number):
    table = next(table for table in CALENDAR.tables if table.year == year)
    assert table.status is TableStatus.OFFICIAL
    assert [document.number for document in table.documents] == [number]
    assert table.source


def test_only_the_published_years_are_official():
    assert CALENDAR.official_years == {2025, 2026}
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
    assert {table.year for table in CALENDAR.tables} == {2025, 2026, 2027, 2028, 2029, 2030}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"year": 2027}', b'{"year": "x"}'])
def test_a_file_of_another_shape_is_refused(content):
    with pytest.raises(Invalid) as refusal:
        read_year(content, subject="2027.json")
    assert refusal.value.code == "calendar_file"
    assert refusal.value.subject == "2027.json"


def test_unknown_fields_are_refused():
    content = seed_directory().joinpath("2026.json").read_bytes()
    assert read_year(content).year == 2026
    with pytest.raises(Invalid):
        read_year(content.replace(b'"isOffDay"', b'"isOff"', 1))


def test_a_published_file_replaces_the_rule(tmp_path: Path):
    for entry in seed_directory().iterdir():
        if entry.name.endswith(".json"):
            (tmp_path / entry.name).write_bytes(entry.read_bytes())
    text = (tmp_path / "2026.json").read_text(encoding="utf-8")
    (tmp_path / "2027.json").write_text(text.replace("2026", "2027"), encoding="utf-8")
    calendar = load_calendar(tmp_path)
    assert calendar.official_years == {2025, 2026, 2027}
    assert calendar.version != CALENDAR.version


def test_no_file_at_all_is_refused(tmp_path: Path):
    assert with_provisional_years([]) == ()
    with pytest.raises(Invalid) as refusal:
        load_calendar(tmp_path)
    assert refusal.value.code == "calendar_empty"
