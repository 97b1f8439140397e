"""Legal clocks (时限): when a limit ends, how much of it is used, and which lamp shows it (domain §2.5, §6.1).

Counting: the first day is not counted (民法典 art. 201); working days after 行政许可法 art. 82; a month ends on the
day of the same number or the month's last day (art. 202); natural days and months that end on a rest day move to the
next working day (art. 203); a day ends at 24:00 in Asia/Shanghai. Special procedures (行政许可法 art. 45) are not
counted; an on-site check is.
"""

import calendar as gregorian
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias

import msgspec

from appliance.clock import SHANGHAI
from appliance.domain.calendar import Calendar, DayKind
from appliance.errors import N_, Invalid

NOTICE_WORKING_DAYS = 3
WARNING_WORKING_DAYS = 1
WARNING_SHARE_PERCENT = 80
CORRECTION_NOTICE_WORKING_DAYS = 5

Day: TypeAlias = date  # the type, where a field is called date


class Unit(StrEnum):
    """The unit of a limit; what another statute's “日” means is stated per item, never inferred."""

    WORKING_DAY = "working_day"
    NATURAL_DAY = "natural_day"
    MONTH = "month"
    MINUTE_ON_SPOT = "minute_on_spot"


class Lamp(StrEnum):
    """灯: green (正常), notice (提示, three working days), yellow (黄灯), red (超期)."""

    GREEN = "green"
    NOTICE = "notice"
    YELLOW = "yellow"
    RED = "red"


class Limit(msgspec.Struct, frozen=True):
    """A limit (时限): `count` of `unit`, at least 1; for 当场 (`MINUTE_ON_SPOT`) the minutes, 0 for none stated."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse a limit that could never run."""
        if self.count < (0 if self.unit is Unit.MINUTE_ON_SPOT else 1):
            raise Invalid(
                N_("时限必须是正整数，填的是 %(count)s"),
                code="limit_count",
                subject="limit",
                params={"count": self.count},
            )


class Pause(msgspec.Struct, frozen=True):
    """A period that is not counted: the days d with start < d <= end; `end` is None while it lasts."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        """Refuse a pause that ends before it starts."""
        if self.end is not None and self.end < self.start:
            raise Invalid(
                N_("暂停的结束日 %(end)s 早于开始日 %(start)s"),
                code="pause_order",
                subject="pause",
                params={"start": self.start.isoformat(), "end": self.end.isoformat()},
            )


class RowKind(StrEnum):
    """What a row of the working says about its days."""

    START = "start"
    COUNTED = "counted"
    REST = "rest"
    PAUSED = "paused"
    MOVED = "moved"
    DUE = "due"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the working: consecutive days treated alike, and the count reached at their end.

    `note` holds holiday names, or empty; `make_up` says that a make-up weekend (调休上班) is among counted days.
    """

    kind: RowKind
    first: date
    last: date
    used: int
    note: str = ""
    make_up: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends, and everything needed to show and recompute it (domain §2.5 rule 9).

    `date` is None while an open pause stops the clock before the limit is reached. `moved_from` is the rest day on
    which a natural-day or month limit ended before it moved. `provisional` (暂定) is set when a counted day, or the
    due day, lies in a year whose official arrangement is not known.
    """

    date: Day | None
    provisional: bool
    moved_from: Day | None
    start: Day
    limit: Limit
    pauses: tuple[Pause, ...]
    calendar_version: str
    calendar: Calendar = field(repr=False, compare=False)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Give the working, computed when asked, so that a sweep does not pay for it."""
        return tuple(_rows(self))

    @property
    def deadline(self) -> datetime | None:
        """Give the instant at which the duty is overdue: 24:00 of the due day, Asia/Shanghai."""
        return None if self.date is None else end_of_day(self.date)


def end_of_day(day: date) -> datetime:
    """Give 24:00 of `day` in Asia/Shanghai, that is 00:00 of the next day."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def close_of_business(day: date, closes: time) -> datetime:
    """Give the end of a period for an act that a person must do at the hall (民法典 art. 203)."""
    return datetime.combine(day, closes.replace(tzinfo=None), SHANGHAI)


def on_the_spot_deadline(started: datetime, limit: Limit) -> datetime:
    """Give the instant at which a 当场 promise in minutes ends; periods in hours run from the stated moment."""
    return started.astimezone(SHANGHAI) + timedelta(minutes=limit.count)


def due_date(calendar: Calendar, start: date, limit: Limit, pauses: Iterable[Pause] = ()) -> Due:
    """Compute when `limit` ends.

    Args:
        calendar: the working-day calendar; its version is kept in the result.
        start: the day of the event that starts the clock; it is not counted.
        limit: count and unit. A 当场 limit is due on `start` itself.
        pauses: periods not counted, in any order, overlapping or not; at most the last may be open.

    Raises:
        Invalid: ``outside_calendar`` when the calendar does not reach far enough.
    """
    given = tuple(pauses)
    spans = _merged(start, given) if given else []
    moved_from = None
    end: date | None
    if limit.unit is Unit.MINUTE_ON_SPOT:
        calendar.kind(start)
        end = start
    elif limit.unit is Unit.WORKING_DAY:
        end = _working_end(calendar, start, limit.count, spans)
    else:
        end = _natural_end(start, _natural_days(start, limit), spans)
        if end is not None and not calendar.is_working_day(end):
            moved_from, end = end, calendar.working_day_from(end)
    return Due(
        date=end,
        provisional=end is not None and calendar.is_provisional(end),
        moved_from=moved_from,
        start=start,
        limit=limit,
        pauses=given,
        calendar_version=calendar.version,
        calendar=calendar,
    )


def _merged(start: date, pauses: tuple[Pause, ...]) -> list[tuple[date, date | None]]:
    """Give the pauses after `start`, in order and without overlap; the last may be open."""
    spans: list[tuple[date, date | None]] = []
    for pause in sorted(pauses, key=lambda item: item.start):
        if pause.end is not None and pause.end <= start:
            continue
        begin, end = max(pause.start, start), pause.end
        if spans and (spans[-1][1] is None or begin <= spans[-1][1]):
            before = spans[-1]
            if before[1] is not None and (end is None or end > before[1]):
                spans[-1] = (before[0], end)
            continue
        spans.append((begin, end))
    return spans


def _working_end(calendar: Calendar, start: date, count: int, spans: list[tuple[date, date | None]]) -> date | None:
    """Walk the pauses, not the days: each one that begins before the end so far adds its own working days."""
    extra = 0
    end = calendar.working_day_after(start, count)
    for begin, finish in spans:
        if end <= begin:
            break
        if finish is None:
            return None
        extra += calendar.working_days(begin, finish)
        end = calendar.working_day_after(start, count + extra)
    return end


def _natural_end(start: date, days: int, spans: list[tuple[date, date | None]]) -> date | None:
    end = start + timedelta(days=days)
    for begin, finish in spans:
        if end <= begin:
            break
        if finish is None:
            return None
        end += finish - begin
    return end


def _natural_days(start: date, limit: Limit) -> int:
    """Give the length in days; a month limit is first laid out on the calendar (民法典 art. 202)."""
    if limit.unit is Unit.NATURAL_DAY:
        return limit.count
    return (add_months(start, limit.count) - start).days


def _length(due: Due) -> int:
    """Give the limit in the days that `used_days` counts; 0 for 当场."""
    if due.limit.unit is Unit.MINUTE_ON_SPOT:
        return 0
    return due.limit.count if due.limit.unit is Unit.WORKING_DAY else _natural_days(due.start, due.limit)


def add_months(day: date, count: int) -> date:
    """Give the day of the same number `count` months later, or that month's last day (民法典 art. 202)."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def used_days(now: datetime, due: Due) -> int:
    """Give how many days of the limit have been used by `now` (today included): working days, or days that count.

    Zero before the start and for 当场 limits; it keeps growing after the due day.
    """
    today = now.astimezone(SHANGHAI).date()
    if today <= due.start or due.limit.unit is Unit.MINUTE_ON_SPOT:
        return 0
    spans = [
        (begin, min(finish, today) if finish is not None else today)
        for begin, finish in _merged(due.start, due.pauses)
        if begin < today
    ]
    if due.limit.unit is Unit.WORKING_DAY:
        paused = sum(due.calendar.working_days(begin, finish) for begin, finish in spans)
        return due.calendar.working_days(due.start, today) - paused
    return (today - due.start).days - sum((finish - begin).days for begin, finish in spans)


def working_days_left(calendar: Calendar, now: datetime, day: date) -> int:
    """Give the working days from tomorrow to `day`; 0 on its last day, negative from the first moment after it.

    Past the day it is minus the working days since, and at least -1, so that the sign alone says overdue.
    """
    today = now.astimezone(SHANGHAI).date()
    if today <= day:
        return calendar.working_days(today, day)
    return -max(1, calendar.working_days(day, today))


def remaining_working_days(now: datetime, due: Due) -> int | None:
    """Give `working_days_left` of a computed due, or None while it stands still."""
    return None if due.date is None else working_days_left(due.calendar, now, due.date)


def lamp_for(calendar: Calendar, now: datetime, day: date, *, used: int = 0, count: int = 0) -> Lamp:
    """Choose the lamp for a due day known by date alone, for instance a printed promise.

    Args:
        calendar: the working-day calendar.
        now: the present instant.
        day: the due day.
        used: days of the limit used up.
        count: length of the limit in the same unit; 0 leaves the share out of account.
    """
    left = working_days_left(calendar, now, day)
    if left < 0:
        return Lamp.RED
    if left <= WARNING_WORKING_DAYS or (count and used * 100 >= WARNING_SHARE_PERCENT * count):
        return Lamp.YELLOW
    return Lamp.NOTICE if left <= NOTICE_WORKING_DAYS else Lamp.GREEN


def lamp(now: datetime, due: Due) -> Lamp:
    """Choose the lamp (domain §6.1); green while the clock stands still.

    A month limit's share is taken of the days it spans.
    """
    if due.date is None:
        return Lamp.GREEN
    return lamp_for(due.calendar, now, due.date, used=used_days(now, due), count=_length(due))


def deemed_acceptance(calendar: Calendar, received: date, now: datetime) -> date | None:
    """Give the acceptance day by default of law: `received`, once five working days went by without a notice.

    行政许可法 art. 32(4): whoever does not tell in time what must be corrected has accepted from the day of receipt;
    the caller has checked that neither notice nor decision on acceptance exists. None while there is still time.
    """
    last = calendar.working_day_after(received, CORRECTION_NOTICE_WORKING_DAYS)
    return received if now >= end_of_day(last) else None


def _rows(due: Due) -> Iterator[Row]:
    yield Row(RowKind.START, due.start, due.start, 0)
    if due.limit.unit is not Unit.MINUTE_ON_SPOT:
        yield from _counted_rows(due)
    if due.moved_from is not None and due.date is not None:
        yield Row(RowKind.MOVED, due.moved_from, due.date, _length(due), _names(due.calendar, [due.moved_from]))
    if due.date is not None:
        yield Row(RowKind.DUE, due.date, due.date, _length(due))


def _counted_rows(due: Due) -> Iterator[Row]:
    spans = _merged(due.start, due.pauses)
    open_since = spans[-1][0] if spans and spans[-1][1] is None else None
    last = due.moved_from or due.date or open_since or due.start
    used, day = 0, due.start
    group: list[date] = []
    kind = RowKind.COUNTED
    while day < last:
        day += timedelta(days=1)
        here = _row_kind(due, spans, day)
        if group and here is not kind:
            yield _row(due, kind, group, used)
            group = []
        kind = here
        group.append(day)
        used += kind is RowKind.COUNTED
    if group:
        yield _row(due, kind, group, used)
    if due.date is None and open_since is not None:
        yield Row(RowKind.SUSPENDED, open_since, open_since, used)


def _row_kind(due: Due, spans: list[tuple[date, date | None]], day: date) -> RowKind:
    if any(begin < day and (finish is None or day <= finish) for begin, finish in spans):
        return RowKind.PAUSED
    counts = due.limit.unit is not Unit.WORKING_DAY or due.calendar.is_working_day(day)
    return RowKind.COUNTED if counts else RowKind.REST


def _row(due: Due, kind: RowKind, days: list[date], used: int) -> Row:
    make_up = kind is RowKind.COUNTED and any(due.calendar.kind(day) is DayKind.MAKE_UP for day in days)
    note = _names(due.calendar, days) if kind is RowKind.REST else ""
    return Row(kind, days[0], days[-1], used, note, make_up)


def _names(calendar: Calendar, days: list[date]) -> str:
    return "、".join(dict.fromkeys(calendar.name(day) for day in days if calendar.name(day)))
