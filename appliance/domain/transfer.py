"""Transfer of cases between halls 移交: whose a case is, what it is handed over for, and when a hand-over is late.

The owner is folded from signed entries alone (protocol §5, decision 0030). In a hall's own logs three things can be
true of a case: it is here; it was given up (`Phase.SENT`); or it was entrusted to this hall and nobody here has signed
for it yet (`Phase.ARRIVED`). `transitions.require` asks before every act.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from appliance.domain.calendar import Calendar
from appliance.domain.states import State
from appliance.errors import N_, Invalid

_SATURDAY: Final = 5
LATE_AFTER_DAYS: Final = 2
"""Working days after which an undelivered hand-over is red at both ends (protocol §5)."""


class Purpose(StrEnum):
    """What a case goes to another hall for."""

    HANDLE = "handle"
    WINDOW = "window"


PURPOSE_NAMES: Final[dict[Purpose, str]] = {
    Purpose.HANDLE: N_("送审办理"),
    Purpose.WINDOW: N_("送回窗口（补正、发件）"),
}

SOURCES: Final[dict[Purpose, frozenset[State]]] = {
    Purpose.HANDLE: frozenset(
        {State.RECEIVED, State.PRE_REVIEW, State.CORRECTION_PENDING, State.ACCEPTED, State.IN_REVIEW}
    ),
    Purpose.WINDOW: frozenset({State.CORRECTION_PENDING, State.RESULT_READY}),
}
"""The states in which a case may be handed over for each purpose."""


class Phase(StrEnum):
    """Where a hand-over stands in the logs of one hall."""

    SENT = "sent"
    ARRIVED = "arrived"


class Hand(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The hand-over that a case is in.

    Attributes:
        leg: which of the case's transfers.
        phase: given up by this hall, or entrusted to it and not signed for.
        other: code of the other hall: to which it went, or from which it came.
        other_name: its name.
        purpose: what for.
        given_at: instant at which the hall that had it gave it up.
        by: who gave it up; empty for one that came.
        taken: somebody at the other hall has signed for it, as the city reports.
        hall_name: hall that has it now, as the city reports; empty before the first report.
        state: its state there, empty before the first report.
        state_at: since when.
    """

    leg: int
    phase: Phase
    other: str
    other_name: str
    purpose: str
    given_at: str
    by: str = ""
    taken: bool = False
    hall_name: str = ""
    state: str = ""
    state_at: str = ""


def last_day(given_at: str, calendar: Calendar) -> date:
    """Give the last day on which a hand-over is in time; beyond the calendar, weekdays are counted as working days.

    Args:
        given_at: instant of the entry that gave the case up.
        calendar: the calendar in force.
    """
    day = datetime.fromisoformat(given_at).date()
    try:
        return calendar.working_day_after(day, LATE_AFTER_DAYS)
    except Invalid:
        weekdays = (one for one in (day + timedelta(days=n) for n in range(1, 7)) if one.weekday() < _SATURDAY)
        return [next(weekdays) for _ in range(LATE_AFTER_DAYS)][-1]


def is_late(given_at: str, today: date, calendar: Calendar) -> bool:
    """Tell whether a hand-over that nobody has signed for is late on a day, wherever it hangs."""
    given = datetime.fromisoformat(given_at).date()
    # Two working days are never over before two days are: most of what is under way is told without the calendar.
    return today > given + timedelta(days=LATE_AFTER_DAYS) and today > last_day(given_at, calendar)
