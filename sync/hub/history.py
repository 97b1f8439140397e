"""What the city remembers of each hall over time: an hour's figures, and each change of state. LOCAL tables of the hub.

They are the city's own observations, made once a minute whether a hall calls or not, so they stand in no log; lost,
they begin anew. Figures are kept for 35 days, as long as a lease; changes of state for 400 days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from appliance.clock import format_time
from appliance.store.connection import Connection

HOURS_KEPT: Final = timedelta(days=35)
CHANGES_KEPT: Final = timedelta(days=400)
HOUR_DIGITS: Final = len("2026-11-23T09")
DAY_DIGITS: Final = len("2026-11-23")

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS hub_hour (
    hall        TEXT    NOT NULL,
    hour        TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    down_size   INTEGER NOT NULL,
    behind_up   INTEGER NOT NULL,
    behind_down INTEGER NOT NULL,
    contact     TEXT    NOT NULL,
    looks       INTEGER NOT NULL,
    silent      INTEGER NOT NULL,
    PRIMARY KEY (hall, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hub_hour_by_age ON hub_hour (hour);
CREATE TABLE IF NOT EXISTS hub_state (
    hall  TEXT NOT NULL,
    at    TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (hall, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hub_state_by_age ON hub_state (at);
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One hall at one look; the fields are those of the board's row.

    Attributes:
        contact: last contact, ISO 8601, or empty.
        silent: it was not heard of for too long.
    """

    hall: str
    state: str
    size: int
    down_size: int
    behind_up: int
    behind_down: int
    contact: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Span:
    """What was seen of a hall in an hour or a day.

    Attributes:
        start: the hour (``2026-11-23T09``) or the day.
        size: entries of the hall's log stored here at its end.
        down_size: entries of the city's log for it.
        behind_up: the most entries that the hall had and the city not.
        behind_down: the most entries of the city that the hall had not applied.
        contact: last contact, ISO 8601, or empty.
        looks: how often the city looked, once a minute; 0 is an hour in which the city did not run.
        silent: at how many of these looks the hall was silent.
    """

    start: str
    size: int
    down_size: int
    behind_up: int
    behind_down: int
    contact: str
    looks: int
    silent: int


@dataclass(frozen=True, slots=True)
class Change:
    """From when on a hall was in a state, ISO 8601."""

    at: str
    state: str


def create(connection: Connection) -> None:
    """Create the tables when they are absent."""
    connection.execute(SCHEMA)


def record(connection: Connection, rows: Sequence[Seen], now: datetime) -> None:
    """Add a look at all halls, and drop what is past its time; inside the writer's transaction.

    Args:
        connection: the writer's.
        rows: all halls.
        now: the instant of the look.
    """
    moment = format_time(now)
    connection.executemany(
        "INSERT INTO hub_hour (hall, hour, size, down_size, behind_up, behind_down, contact, looks, silent)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8) ON CONFLICT (hall, hour) DO UPDATE SET size = ?3, down_size = ?4,"
        " behind_up = max(behind_up, ?5), behind_down = max(behind_down, ?6), contact = ?7, looks = looks + 1,"
        " silent = silent + ?8",
        [
            (
                row.hall, moment[:HOUR_DIGITS], row.size, row.down_size, row.behind_up, row.behind_down,
                row.contact, int(row.silent),
            )
            for row in rows
        ],
    )  # fmt: skip
    connection.executemany(
        "INSERT OR REPLACE INTO hub_state (hall, at, state) SELECT ?1, ?2, ?3 WHERE ?3 IS NOT"
        " (SELECT state FROM hub_state WHERE hall = ?1 ORDER BY at DESC LIMIT 1)",
        [(row.hall, moment, row.state) for row in rows],
    )
    connection.execute("DELETE FROM hub_hour WHERE hour < ?", (format_time(now - HOURS_KEPT)[:HOUR_DIGITS],))
    # The last change of each hall stays however old it is: it says what the hall is in.
    connection.execute(
        "DELETE FROM hub_state WHERE at < ?1 AND EXISTS (SELECT 1 FROM hub_state s WHERE s.hall = hub_state.hall"
        " AND s.at > hub_state.at AND s.at < ?1)",
        (format_time(now - CHANGES_KEPT),),
    )


def hours(connection: Connection, hall: str, since: datetime) -> list[Span]:
    """List the hours of a hall from an instant on, oldest first; one in which the city did not run is absent."""
    rows = connection.execute(
        "SELECT hour, size, down_size, behind_up, behind_down, contact, looks, silent FROM hub_hour"
        " WHERE hall = ? AND hour >= ? ORDER BY hour",
        (hall, format_time(since)[:HOUR_DIGITS]),
    )
    return [Span(*row) for row in rows]


def days(found: Sequence[Span]) -> list[Span]:
    """Put hours together to days: sizes of the last, the most behind, looks added up."""
    made: dict[str, Span] = {}
    for hour in found:
        day = hour.start[:DAY_DIGITS]
        before = made.get(day)
        made[day] = Span(
            start=day,
            size=hour.size,
            down_size=hour.down_size,
            behind_up=max(hour.behind_up, before.behind_up if before else 0),
            behind_down=max(hour.behind_down, before.behind_down if before else 0),
            contact=hour.contact,
            looks=hour.looks + (before.looks if before else 0),
            silent=hour.silent + (before.silent if before else 0),
        )
    return list(made.values())


def changes(connection: Connection, hall: str, limit: int) -> list[Change]:
    """List the last changes of a hall's state, newest first."""
    rows = connection.execute("SELECT at, state FROM hub_state WHERE hall = ? ORDER BY at DESC LIMIT ?", (hall, limit))
    return [Change(*row) for row in rows]
