"""Days counted as on paper, one after the other: slow, and written without anything of the product.

The calendar of 2026 is the State Council's (domain §5.1), typed here a second time; that of 2027 is what the law alone
gives before the arrangement comes out (domain §5.3 (2)).
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

ONE = timedelta(days=1)
SATURDAY = 5
FAR = 2000  # days after which a count that has not ended never will: an open pause

OFF_2026 = """
    01-01 01-02 01-03
    02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23
    04-04 04-05 04-06
    05-01 05-02 05-03 05-04 05-05
    06-19 06-20 06-21
    09-25 09-26 09-27
    10-01 10-02 10-03 10-04 10-05 10-06 10-07
"""
MAKE_UP_2026 = "01-04 02-14 02-28 05-09 09-20 10-10"
# New Year's Day; the eve and the first three days of spring with two made up; Qingming; two days of May made up; the
# Dragon Boat; Mid-Autumn; three days of October with two made up.
OFF_2027 = """
    01-01
    02-05 02-06 02-07 02-08 02-09 02-10
    04-05
    05-01 05-02 05-03 05-04
    06-09
    09-15
    10-01 10-02 10-03 10-04 10-05
"""


def days_of(year, text):
    """Read a list of days of a year."""
    return frozenset(date.fromisoformat(f"{year}-{day}") for day in text.split())


@dataclass(frozen=True)
class Days:
    """Rest days beside the weekends, weekends that are worked, and the last year that is official."""

    off: frozenset
    make_up: frozenset
    official: int

    def works(self, day):
        return day in self.make_up or (day.weekday() < SATURDAY and day not in self.off)

    def provisional(self, day):
        return day.year > self.official

    def counted(self, day, pauses):
        """A day of a pause is not counted; the day on which it begins is, the day on which it ends is not."""
        return not any(begin < day and (end is None or day <= end) for begin, end in pauses)

    def _walk(self, start, count, pauses, *, working):
        day, used = start, 0
        while used < count:
            day += ONE
            if (day - start).days > FAR:
                return None
            used += self.counted(day, pauses) and (not working or self.works(day))
        return day

    def due(self, start, count, unit, pauses=(), extended=0):
        """Give the last day of a limit, and the rest day that it was moved from, if it was.

        `extended` working days are counted on from the day on which the limit would have ended.
        """
        end, moved = self._end(start, count, unit, pauses)
        if extended and end is not None:
            end = self._walk(end, extended, pauses, working=True)
        return end, moved

    def _end(self, start, count, unit, pauses):
        if unit == "hour":
            count, unit = count // 24, "natural_day"
        if unit in ("on_the_spot", "minute_on_spot") or (unit == "natural_day" and not count):
            return start, None
        if unit == "working_day":
            return self._walk(start, count, pauses, working=True), None
        if unit == "month":
            count = (same_number(start, count) - start).days
        end = self._walk(start, count, pauses, working=False)
        if end is None or self.works(end):
            return end, None
        moved = end
        while not self.works(end):
            end += ONE
        return end, moved

    def working_days(self, after, through):
        """Count the working days after one day up to another."""
        return sum(self.works(after + ONE * step) for step in range(1, (through - after).days + 1))


def same_number(day, months):
    """Give the day of the same number so many months later, or that month's last."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


BEFORE_THE_NOTICE = Days(
    off=days_of(2026, OFF_2026) | days_of(2027, OFF_2027), make_up=days_of(2026, MAKE_UP_2026), official=2026
)
"""What is known in 2026."""
