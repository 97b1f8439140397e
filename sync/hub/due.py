"""The last day for an answer or a resolution, in working days as the law counts (许可法 art. 82)."""

from datetime import date
from functools import cache

from appliance.catalogue.calendar import load_calendar
from appliance.domain.calendar import Calendar


@cache
def _calendar() -> Calendar:
    return load_calendar()


def last_day(today: date, days: int) -> str:
    """Give the last day (ISO date) of a number of working days after a day, by the calendar that the program brings.

    Args:
        today: the day of the event, not counted.
        days: working days.
    """
    return _calendar().working_day_after(today, days).isoformat()
