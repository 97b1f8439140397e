"""Silences that the operator acknowledged 失联已知悉: derived from the city's logs, reasons read from the entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from appliance.clock import parse_time
from appliance.domain.entry import read_event
from appliance.domain.events import SilenceAcknowledged
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry

SCHEMA: Final = """
CREATE TABLE hub_silence (
    hall   TEXT    NOT NULL,
    at     TEXT    NOT NULL,
    since  TEXT    NOT NULL,
    until  TEXT    NOT NULL,
    by     TEXT    NOT NULL,
    origin TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (hall, at, origin, idx)
) STRICT, WITHOUT ROWID;
"""
_COLUMNS: Final = "hall, at, since, until, by, origin, idx"
LATEST_SQL: Final = "SELECT hall, max(at), since, until, by, origin, idx FROM hub_silence GROUP BY hall"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One acknowledgement.

    Attributes:
        hall: the hall that is silent.
        at: when it was acknowledged, ISO 8601.
        since: the last contact before this silence.
        until: from when the alert comes back.
        by: the operator.
        origin: the log and the index of the entry.
    """

    hall: str
    at: str
    since: str
    until: str
    by: str
    origin: str
    index: int

    def rests(self, contact: str, now: datetime) -> bool:
        """Tell whether the alert rests: it is this silence still, and its time is not over."""
        return self.since == contact and now < parse_time(self.until)


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep an acknowledgement."""
    event = applied.event
    if not isinstance(event, SilenceAcknowledged):
        return
    connection.execute(
        f"INSERT OR IGNORE INTO hub_silence ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our columns
        (event.hall, applied.meta.t, event.since, event.until, applied.meta.actor.id, applied.origin, applied.index),
    )


def latest(connection: Connection) -> dict[str, Acknowledged]:
    """Give the last acknowledgement of each hall."""
    return {row[0]: Acknowledged(*row) for row in connection.execute(LATEST_SQL)}


def of_hall(connection: Connection, hall: str, limit: int) -> list[Acknowledged]:
    """List a hall's acknowledgements, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM hub_silence WHERE hall = ? ORDER BY at DESC LIMIT ?",  # noqa: S608 - our columns
        (hall, limit),
    )
    return [Acknowledged(*row) for row in rows]


def reason_of(connection: Connection, one: Acknowledged) -> str:
    """Read the reason from the entry; empty when it was erased."""
    record = read_entry(connection, one.origin, one.index)
    _, event = read_event(record.entry, record.private)
    return event.reason if isinstance(event, SilenceAcknowledged) else ""
