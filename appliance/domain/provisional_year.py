"""A year's rest days by rule, for the months before the State Council office has published them (domain §5.3(2)).

《全国年节及纪念日放假办法》 as amended by 国务院令第795号 (in force 2025-01-01): art. 2 lists the thirteen days, art. 6
makes up a day that falls on a weekend. What the notice adds by exchanging weekends (调休) nobody can compute; so every
date of such a year is provisional (暂定).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from appliance.domain.calendar import SATURDAY, SpecialDay, TableStatus, YearTable
from appliance.errors import N_, Invalid

# First day of the first, fifth day of the fifth and fifteenth day of the eighth lunar month (GB/T 33661-2017), in
# Beijing time. In 2027 and 2030 the new moon stands within minutes of midnight and approximations miss by a day.
LUNAR_FEASTS = {
    2025: (date(2025, 1, 29), date(2025, 5, 31), date(2025, 10, 6)),
    2026: (date(2026, 2, 17), date(2026, 6, 19), date(2026, 9, 25)),
    2027: (date(2027, 2, 6), date(2027, 6, 9), date(2027, 9, 15)),
    2028: (date(2028, 1, 26), date(2028, 5, 28), date(2028, 10, 3)),
    2029: (date(2029, 2, 13), date(2029, 6, 16), date(2029, 9, 22)),
    2030: (date(2030, 2, 3), date(2030, 6, 5), date(2030, 9, 12)),
}
LAST_YEAR = max(LUNAR_FEASTS)
RULE = "《全国年节及纪念日放假办法》（国务院令第795号）第二条、第六条"


def qingming(year: int) -> date:
    """Give the day of 清明 for a year from 2000 to 2099 (the sun at 15 degrees; the usual day formula)."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def statutory_days(year: int) -> tuple[tuple[str, date], ...]:
    """List the thirteen statutory days of `year`: name and date, in order; on a shared date both are listed.

    Raises:
        Invalid: ``calendar_rule_year`` for a year before 2025 (other rules) or after the lunar table.
    """
    if year not in LUNAR_FEASTS:
        raise Invalid(
            N_("没有 %(year)s 年的农历数据，不能推算暂定节假日"),
            code="calendar_rule_year",
            subject="calendar",
            params={"year": year},
        )
    spring, dragon_boat, mid_autumn = LUNAR_FEASTS[year]
    days = [
        ("元旦", date(year, 1, 1)),
        *(("春节", spring + timedelta(days=offset)) for offset in (-1, 0, 1, 2)),
        ("清明节", qingming(year)),
        *(("劳动节", date(year, 5, number)) for number in (1, 2)),
        ("端午节", dragon_boat),
        ("中秋节", mid_autumn),
        *(("国庆节", date(year, 10, number)) for number in (1, 2, 3)),
    ]
    return tuple(sorted(days, key=lambda item: item[1]))


def provisional_year(year: int) -> YearTable:
    """Compute the provisional table of `year`: the statutory days and their compensation on the next free weekdays.

    A day on a weekend, and a second feast on a date already taken, is made up on the next weekday that is no rest
    day itself (art. 6); no make-up weekends are assumed.
    """
    off: dict[date, str] = {}
    owed: list[tuple[str, date]] = []
    for name, day in statutory_days(year):
        if day in off or day.weekday() >= SATURDAY:
            owed.append((name, day))
        off.setdefault(day, name)
    for name, day in owed:
        compensation = day
        while compensation in off or compensation.weekday() >= SATURDAY:
            compensation += timedelta(days=1)
        off[compensation] = name
    days = tuple(SpecialDay(name=name, date=day, is_off_day=True) for day, name in sorted(off.items()))
    return YearTable(
        year=year, status=TableStatus.PROVISIONAL, papers=(), documents=(), source=f"按{RULE}推算，暂定", days=days
    )


def with_provisional_years(tables: Iterable[YearTable], *, through: int = LAST_YEAR) -> tuple[YearTable, ...]:
    """Add a provisional table for each year after the last given one up to `through`."""
    known = sorted(tables, key=lambda table: table.year)
    next_year = known[-1].year + 1 if known else through + 1
    return (*known, *(provisional_year(year) for year in range(next_year, through + 1)))
