"""The last day for an answer or a resolution, in working days as the law counts (许可法 art. 82)."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec

from appliance.catalogue.calendar import load_calendar
from appliance.domain.calendar import Calendar, YearTable
from appliance.projections.packs import calendar_years
from sync.hub.hub import Hub
from sync.hub.projections import pack_version

CALENDARS_KEPT = 8


@lru_cache(maxsize=CALENDARS_KEPT)
def _calendar(pack: Path | None) -> Calendar:
    if pack is None:
        return load_calendar()
    return Calendar.build(msgspec.json.decode(body, type=YearTable) for _year, body in calendar_years(pack))


def shipped_calendar() -> Calendar:
    """Give the calendar that the program brings, for what is told without a hall."""
    return _calendar(None)


def calendar_of(hub: Hub, hall: str) -> Calendar:
    """Give the calendar that a hall was sent last; the one that the program brings before the first.

    A pack's file is named by its digest, so what was read of it once stays true.
    """
    _version, digest = pack_version(hub.store.reader(), hub.hall(hall).ticket.c2h_origin, "calendar")
    known = bool(digest) and hub.store.blobs.has(digest)
    return _calendar(hub.store.blobs.path(digest) if known else None)


def last_day(hub: Hub, hall: str, today: date, days: int) -> str:
    """Give the last day (ISO date) of a number of working days after a day, as a hall counts them.

    Args:
        hub: the city.
        hall: code of the hall.
        today: the day of the event, not counted.
        days: working days.
    """
    return calendar_of(hub, hall).working_day_after(today, days).isoformat()
