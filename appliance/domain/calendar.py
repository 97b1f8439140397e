"""The working-day calendar (工作日日历): immutable, versioned, and quick enough for a sweep over a million clocks.

A working day (工作日) is Monday to Friday without the published rest days, plus the make-up weekends (调休上班);
行政许可法 art. 82 and the yearly notice of the State Council office. Opening hours are another matter: a Saturday on
which the hall takes papers is not a working day because of that.

The days come as `YearTable` values in the shape of the holiday-cn files; `appliance.catalogue.calendar` reads them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

import msgspec

from appliance.errors import N_, Invalid

SATURDAY = 5
OUTSIDE = "outside_calendar"


class DayKind(StrEnum):
    """What a day is for counting."""

    WORKING = "working"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class TableStatus(StrEnum):
    """Whether a year's table is the published arrangement (official) or computed by rule (暂定, provisional)."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


class SpecialDay(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One day that differs from its weekday: holiday-cn's ``{name, date, isOffDay}``."""

    name: str
    date: date
    is_off_day: bool


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The notice that a table rests on: number (文号), title, day of issue."""

    number: str
    title: str
    issued: date


class YearTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One year's arrangement in holiday-cn shape, with where it comes from.

    `days` may lie in the last December days before `year`: a New Year holiday is arranged by the new year's notice.
    """

    year: int
    status: TableStatus
    papers: tuple[str, ...]
    documents: tuple[Document, ...]
    source: str
    days: tuple[SpecialDay, ...]


def read_year(content: bytes, *, subject: str = "calendar") -> YearTable:
    """Read one year's table from JSON.

    Args:
        content: UTF-8 JSON of the shape of `YearTable`; unknown fields are refused.
        subject: what the error should name, usually the file.

    Raises:
        Invalid: ``calendar_file`` when it is not such a file.
    """
    try:
        return msgspec.json.decode(content, type=YearTable)
    except msgspec.DecodeError as error:
        raise Invalid(
            N_("节假日文件无法读取：%(reason)s"), code="calendar_file", subject=subject, params={"reason": str(error)}
        ) from error


def _outside(day: date, first: date, last: date) -> Invalid:
    return Invalid(
        N_("工作日日历只到 %(first)s 至 %(last)s，查不到 %(day)s"),
        code=OUTSIDE,
        subject="calendar",
        next_step=N_("请先导入该年度的节假日安排"),
        params={"first": first.isoformat(), "last": last.isoformat(), "day": day.isoformat()},
    )


def _checked(tables: Iterable[YearTable]) -> list[YearTable]:
    ordered = sorted(tables, key=lambda table: table.year)
    if not ordered:
        raise Invalid(N_("工作日日历没有任何年度的数据"), code="calendar_empty", subject="calendar")
    for index, table in enumerate(ordered):
        if table.year != ordered[0].year + index:
            raise Invalid(
                N_("工作日日历缺少或重复 %(year)s 年前后的年度"),
                code="calendar_gap",
                subject="calendar",
                params={"year": table.year},
            )
        if table.status is TableStatus.OFFICIAL and not table.documents:
            raise Invalid(
                N_("%(year)s 年的正式安排没有写明文号"),
                code="calendar_no_document",
                subject="calendar",
                params={"year": table.year},
            )
        seen: set[date] = set()
        for special in table.days:
            belongs = special.date.year == table.year or special.date >= date(table.year - 1, 12, 25)
            if not belongs or special.date.year > table.year or special.date in seen:
                raise Invalid(
                    N_("%(year)s 年的安排中 %(day)s 重复或不属于该年"),
                    code="calendar_day",
                    subject="calendar",
                    params={"year": table.year, "day": special.date.isoformat()},
                )
            seen.add(special.date)
    return ordered


@dataclass(frozen=True, slots=True)
class Calendar:
    """All known days from 1 January of the first table's year to 31 December of the last's; made by `Calendar.build`.

    `version` names the content: years and the first 12 hexadecimal digits of a SHA-256 over every day; two calendars
    with the same version count alike.
    """

    version: str
    first: date
    last: date
    tables: tuple[YearTable, ...]
    official_years: frozenset[int]
    _origin: int = field(repr=False)
    _kinds: tuple[DayKind, ...] = field(repr=False, compare=False)
    _names: dict[date, str] = field(repr=False, compare=False, hash=False)
    _counts: tuple[int, ...] = field(repr=False, compare=False)
    _working: tuple[int, ...] = field(repr=False, compare=False)

    @classmethod
    def build(cls, tables: Iterable[YearTable]) -> Self:
        """Make a calendar of consecutive years.

        Args:
            tables: one table a year, in any order; a later year's table decides about the December before it.

        Raises:
            Invalid: no table, a missing or doubled year, a doubled or foreign day, an official year without document.
        """
        ordered = _checked(tables)
        first, last = date(ordered[0].year, 1, 1), date(ordered[-1].year, 12, 31)
        special: dict[date, SpecialDay] = {}
        for table in ordered:
            special.update((day.date, day) for day in table.days if day.date >= first)
        kinds: list[DayKind] = []
        counts: list[int] = []
        working: list[int] = []
        digest = hashlib.sha256()
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            kind = _kind(day, special.get(day))
            kinds.append(kind)
            if kind in (DayKind.WORKING, DayKind.MAKE_UP):
                working.append(ordinal)
            counts.append(len(working))
            digest.update(f"{day.isoformat()} {kind.value}\n".encode())
        official = frozenset(table.year for table in ordered if table.status is TableStatus.OFFICIAL)
        digest.update(",".join(str(year) for year in sorted(official)).encode())
        newest = max(official, default=0)
        return cls(
            version=f"cn-{first.year}-{last.year}-official{newest}-{digest.hexdigest()[:12]}",
            first=first,
            last=last,
            tables=tuple(ordered),
            official_years=official,
            _origin=first.toordinal(),
            _kinds=tuple(kinds),
            _names={day.date: day.name for day in special.values()},
            _counts=tuple(counts),
            _working=tuple(working),
        )

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._origin
        if not 0 <= index < len(self._kinds):
            raise _outside(day, self.first, self.last)
        return index

    def covers(self, day: date) -> bool:
        """Tell whether the calendar knows `day` at all."""
        return self.first <= day <= self.last

    def kind(self, day: date) -> DayKind:
        """Give the kind of `day`; Invalid (``outside_calendar``) when it is not covered."""
        return self._kinds[self._index(day)]

    def name(self, day: date) -> str:
        """Give the holiday's Chinese name for a rest or make-up day of a table, otherwise an empty string."""
        return self._names.get(day, "")

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` counts as a working day (工作日)."""
        return self.kind(day) in (DayKind.WORKING, DayKind.MAKE_UP)

    def is_provisional(self, day: date) -> bool:
        """Tell whether `day` lies in a year whose official arrangement is not here yet (domain §5.3)."""
        return day.year not in self.official_years

    def working_days(self, after: date, through: date) -> int:
        """Count the working days d with after < d <= through; zero when `through` is not later than `after`."""
        if through <= after:
            return 0
        return self._counts[self._index(through)] - self._counts[self._index(after)]

    def working_day_after(self, day: date, count: int) -> date:
        """Give the `count`-th working day after `day` (count of at least 1), in constant time.

        Raises:
            Invalid: ``outside_calendar`` when it lies beyond the last year.
        """
        position = self._counts[self._index(day)] + count - 1
        if count < 1 or position >= len(self._working):
            raise _outside(self.last + timedelta(days=1), self.first, self.last)
        return date.fromordinal(self._working[position])

    def working_day_from(self, day: date) -> date:
        """Give `day` itself when it is a working day, otherwise the next one (民法典 art. 203)."""
        return day if self.is_working_day(day) else self.working_day_after(day, 1)

    def days(self, first: date, last: date) -> Sequence[tuple[date, DayKind, str]]:
        """List day, kind and holiday name from `first` to `last`, both included, for a page or an export."""
        start, end = self._index(first), self._index(last)
        found = []
        for index in range(start, end + 1):
            day = date.fromordinal(self._origin + index)
            found.append((day, self._kinds[index], self.name(day)))
        return found


def _kind(day: date, special: SpecialDay | None) -> DayKind:
    if special is not None:
        if special.is_off_day:
            return DayKind.HOLIDAY
        return DayKind.MAKE_UP if day.weekday() >= SATURDAY else DayKind.WORKING
    return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKING
