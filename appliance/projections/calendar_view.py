"""The working-day calendar 工作日历 as the city published it, one table a year."""

import msgspec

from appliance.domain.calendar import Calendar, YearTable
from appliance.errors import N_, NotFound
from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE calendar_year (
    year INTEGER NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
"""


def put(connection: Connection, years: list[tuple[int, str]]) -> None:
    """Replace the calendar."""
    connection.execute("DELETE FROM calendar_year")
    connection.executemany("INSERT INTO calendar_year (year, body) VALUES (?, ?)", years)


MODEL = ReadModel("calendar", SCHEMA)


class Calendars:
    """Reads the calendar and keeps the built one while the pack's version stays."""

    def __init__(self) -> None:
        self._built: tuple[int, Calendar] | None = None
        self._seen = 0

    @property
    def held(self) -> Calendar | None:
        """The calendar that `current` gave last, without a look at the tables."""
        return self._built[1] if self._built is not None else None

    def current(self, connection: Connection, *, seen: int = 0) -> Calendar:
        """Give the calendar in force; raises NotFound while the city has sent none.

        Args:
            connection: a reader, or the writer's.
            seen: applied size of the city's log, when the caller knows it: the calendar changes with nothing else.
        """
        if seen and seen == self._seen and self._built is not None:
            return self._built[1]
        self._seen = seen
        row = connection.execute("SELECT version FROM pack WHERE name = 'calendar'").fetchone()
        version = row[0] if row else -1
        if self._built is not None and self._built[0] == version:
            return self._built[1]
        bodies = [row[0] for row in connection.execute("SELECT body FROM calendar_year ORDER BY year")]
        if not bodies:
            raise NotFound(N_("本机还没有工作日历"), next_step=N_("请先与市级同步一次，再办理业务"))
        calendar = Calendar.build(msgspec.json.decode(body, type=YearTable) for body in bodies)
        self._built = (version, calendar)
        return calendar
