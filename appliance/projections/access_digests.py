"""Which days of the access log 查看记录 are held by an entry of the signed log."""

from appliance.domain.events import AccessDigested
from appliance.projections.read_model import ReadModel
from appliance.store.access import DayDigest
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE access_digest (
    day   TEXT NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    root  TEXT NOT NULL,
    head  TEXT NOT NULL,
    idx   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a day's digest; there is no second."""
    event = applied.event
    if applied.own and isinstance(event, AccessDigested):
        connection.execute(
            "INSERT OR IGNORE INTO access_digest (day, count, root, head, idx) VALUES (?, ?, ?, ?, ?)",
            (event.day, event.count, event.root, event.head, applied.index),
        )


MODEL = ReadModel("access_digests", SCHEMA, apply, frozenset({AccessDigested}))


def last_day(connection: Connection) -> str:
    """Give the last day (ISO) with a digest; empty when there is none."""
    return connection.execute("SELECT max(day) FROM access_digest").get or ""


def find(connection: Connection, day: str) -> tuple[DayDigest, int] | None:
    """Give a day's digest and the index of its entry, or None."""
    row = connection.execute("SELECT day, count, root, head, idx FROM access_digest WHERE day = ?", (day,)).fetchone()
    return (DayDigest(*row[:4]), row[4]) if row is not None else None


def listing(connection: Connection, *, limit: int = 31) -> list[tuple[DayDigest, int]]:
    """Give the newest digests, each with the index of its entry."""
    rows = connection.execute(
        "SELECT day, count, root, head, idx FROM access_digest ORDER BY day DESC LIMIT ?", (limit,)
    )
    return [(DayDigest(*row[:4]), row[4]) for row in rows]
