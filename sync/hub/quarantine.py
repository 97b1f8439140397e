"""Signed entries that a hall's log cannot take: kept apart, never projected, each once. A LOCAL table of the hub."""

from dataclasses import dataclass
from typing import Final

from appliance.store.connection import Connection

KEPT_COUNT_MAX: Final = 64

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS hub_quarantine (
    id      INTEGER PRIMARY KEY,
    hall    TEXT NOT NULL,
    origin  TEXT NOT NULL,
    first   INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    root    BLOB NOT NULL,
    reason  TEXT NOT NULL,
    salvage TEXT NOT NULL,
    note    BLOB NOT NULL,
    records BLOB NOT NULL,
    time    TEXT NOT NULL,
    UNIQUE (origin, first, size, root)
) STRICT
"""

_COLUMNS: Final = "hall, origin, first, size, root, reason, salvage, note, records, time"


@dataclass(frozen=True, slots=True)
class Kept:
    """Entries in quarantine.

    Attributes:
        hall: whose log it is.
        origin: the log.
        first: index of the first entry.
        size: entries of the signed head over them.
        root: that head's root.
        reason: ``fork``, ``closed`` or ``compromise``.
        order: the two officers' order, verbatim.
        note: the hall's signed checkpoint, verbatim.
        records: the records, encoded as they travel.
        time: when they came, ISO 8601.
    """

    hall: str
    origin: str
    first: int
    size: int
    root: bytes
    reason: str
    order: str
    note: bytes
    records: bytes
    time: str


def create(connection: Connection) -> None:
    """Create the table when it is absent."""
    connection.execute(SCHEMA)


def keep(connection: Connection, kept: Kept) -> bool:
    """Keep entries, once; False when the hall has as many in quarantine as one hall may have."""
    values = (kept.origin, kept.first, kept.size, kept.root)
    known = "SELECT 1 FROM hub_quarantine WHERE origin = ? AND first = ? AND size = ? AND root = ?"
    if connection.execute(known, values).get is not None:
        return True
    count = connection.execute("SELECT count(*) FROM hub_quarantine WHERE hall = ?", (kept.hall,)).get
    if count >= KEPT_COUNT_MAX:
        return False
    connection.execute(
        "INSERT INTO hub_quarantine (hall, origin, first, size, root, reason, salvage, note, records, time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (kept.hall, *values, kept.reason, kept.order, kept.note, kept.records, kept.time),
    )
    return True


def listing(connection: Connection) -> list[tuple[int, Kept]]:
    """List all that is kept with its number, oldest first; nothing in a city where nothing was ever kept."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'hub_quarantine'").get is None:
        return []
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM hub_quarantine ORDER BY id")  # noqa: S608 - literals
    return [(row[0], Kept(*row[1:])) for row in rows]


def of_hall(connection: Connection, hall: str) -> list[Kept]:
    """List what is kept of a hall, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM hub_quarantine WHERE hall = ? ORDER BY id",  # noqa: S608 - literals
        (hall,),
    )
    return [Kept(*row) for row in rows]
