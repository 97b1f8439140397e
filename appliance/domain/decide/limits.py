"""Limits of the item as deadlines on the calendar (domain §2.5)."""

from datetime import date

from appliance.domain.calendar import Calendar
from appliance.domain.clocks import Limit, Pause, Unit, due_date
from appliance.domain.events import Deadline, PauseSpan
from appliance.domain.item_terms import LimitUnit

_UNITS = {
    LimitUnit.ON_THE_SPOT: Unit.MINUTE_ON_SPOT,
    LimitUnit.WORKING_DAY: Unit.WORKING_DAY,
    LimitUnit.NATURAL_DAY: Unit.NATURAL_DAY,
    LimitUnit.MONTH: Unit.MONTH,
}


HOURS_A_DAY = 24


def _limit(count: int, unit: LimitUnit) -> Limit:
    """Give a limit in days. Hours run from their moment (民法典 art. 201): less than a day ends on the day itself."""
    if unit is not LimitUnit.HOUR:
        return Limit(count, _UNITS[unit])
    days = count // HOURS_A_DAY
    return Limit(days, Unit.NATURAL_DAY) if days else Limit(count, Unit.MINUTE_ON_SPOT)


def deadline(clock: str, start: date, count: int, unit: LimitUnit, calendar: Calendar) -> Deadline:
    """Compute one clock.

    Args:
        clock: ``C1`` … ``C10``.
        start: first day, not counted.
        count: how many units.
        unit: the unit that the item's statute names; never inferred (§2.5 rule 4).
        calendar: working-day calendar.

    Returns:
        The deadline with its due day, the calendar's version, and whether it is provisional.
    """
    due = due_date(calendar, start, _limit(count, unit))
    if due.date is None:  # only an open pause leaves a limit without its end, and none is given here
        raise ValueError(clock)
    return Deadline(
        clock=clock,
        start=start.isoformat(),
        limit=count,
        unit=unit.value,
        due=due.date.isoformat(),
        calendar=calendar.version,
        provisional=due.provisional,
    )


def recomputed(known: Deadline, pauses: tuple[PauseSpan, ...], calendar: Calendar, *, extended: int = 0) -> Deadline:
    """Compute a clock again, from the same start and limit, with these pauses, extension and calendar.

    Args:
        known: the clock as it was computed.
        pauses: every period left out since its start; all are over.
        calendar: the calendar in force.
        extended: working days added to the limit (许可法 art.42); they are counted from the day it would end.

    Returns:
        The deadline with its new day.
    """
    spans = tuple(Pause(date.fromisoformat(span.start), date.fromisoformat(span.end)) for span in pauses)
    start, limit = date.fromisoformat(known.start), _limit(known.limit, LimitUnit(known.unit))
    due = due_date(calendar, start, limit, spans)
    if extended and due.date is not None:
        due = due_date(calendar, due.date, Limit(extended, Unit.WORKING_DAY), spans)
    if due.date is None:  # only an open pause leaves a limit without its end
        raise ValueError(known.clock)
    return Deadline(
        clock=known.clock,
        start=known.start,
        limit=known.limit,
        unit=known.unit,
        due=due.date.isoformat(),
        calendar=calendar.version,
        provisional=due.provisional,
        pauses=pauses,
        extended=extended,
    )
