"""The renewal reminder 续期提醒 (C10): by when the renewal 延续 of a licence must be filed (行政许可法 art. 50)."""

import calendar as gregorian
from datetime import date, timedelta

from appliance.domain.calendar import Calendar
from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import Renewal

DEFAULT = Renewal(file_before_days=30)
"""Art. 50: thirty days before the licence ends, where the item's own rule says nothing else."""


def file_by(valid_to: date, renewal: Renewal, calendar: Calendar) -> date:
    """Give the last day on which a renewal is filed in time.

    Natural days and months are counted back from the last day of validity and are not moved to a working day: the rest
    day would only shorten the authority's time, and an application that comes late loses art. 50's protection. Working
    days are counted on the calendar.

    Args:
        valid_to: last day of validity.
        renewal: how long before, as the item says.
        calendar: for working days.

    Raises:
        Invalid: working days that reach outside the calendar.
    """
    count = renewal.file_before_days
    match renewal.file_before_type:
        case LimitUnit.WORKING_DAY:
            day = valid_to
            while calendar.working_days(day, valid_to) < count:
                day -= timedelta(days=1)
            return day
        case LimitUnit.MONTH:
            months = valid_to.year * 12 + valid_to.month - 1 - count
            year, month = divmod(months, 12)
            return date(year, month + 1, min(valid_to.day, gregorian.monthrange(year, month + 1)[1]))
        case _:
            return valid_to - timedelta(days=count)
