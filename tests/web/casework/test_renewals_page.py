"""The reminder list as people see it: whose licence, until when, by when to renew it, each department its own."""

import asyncio
from datetime import date, timedelta

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.domain.calendar import YearTable
from appliance.projections import calendar_view, licences

BEFORE_WORKING_DAYS = 15  # the food licence's own rule


@pytest.fixture
def issued(desk_hall):
    """A food licence and a calendar that reaches to its end, five years on, with plain weeks."""
    known = list(load_calendar().tables)
    years = [
        YearTable(year=year, status="provisional", papers=(), documents=(), source="test", days=())
        for year in range(2027, 2033)
    ]
    tables = [*(table for table in known if table.year < 2027), *years]
    bodies = [(table.year, msgspec.json.encode(table).decode()) for table in tables]
    desk_hall.store.writer.local(lambda connection: calendar_view.put(connection, bodies)).result()
    no = desk_hall.bring("ready")
    (licence,) = licences.ending(desk_hall.desk.reader(), "2026-01-01", "2099-01-01")
    assert licence.case_no == no
    return licence


def look(hall, login, day):
    """Open the list on a day."""
    hall.clock.advance(timedelta(days=(day - hall.clock.now().date()).days))

    async def run():
        async with hall.as_(login) as person:
            return await person.open("/renewals")

    return asyncio.run(run())


def test_a_licence_that_ends_soon_is_listed_with_the_day_to_file_by(desk_hall, issued):
    end = date.fromisoformat(issued.valid_to)
    assert issued.number not in look(desk_hall, "C1001", end - timedelta(days=200)).text
    file_by = next(
        day
        for back in range(40)
        if (day := end - timedelta(days=back))
        and sum((day + timedelta(days=on)).weekday() < 5 for on in range(1, back + 1)) == BEFORE_WORKING_DAYS
    )
    for day, words in (
        (file_by - timedelta(days=30), "还剩 30 天申请"),
        (file_by, "今天到期"),
        (file_by + timedelta(days=3), "应申请日已过 3 天"),
    ):
        page = look(desk_hall, "C1001", day)
        assert issued.number in page.text
        assert words in page.text
        assert file_by.isoformat() in page.text


def test_another_departments_licences_are_not_on_its_list_and_the_hall_manager_sees_all(desk_hall, issued):
    day = date.fromisoformat(issued.valid_to) - timedelta(days=60)
    assert issued.number not in look(desk_hall, "C1003", day).text
    assert issued.number in look(desk_hall, "M4001", day).text
