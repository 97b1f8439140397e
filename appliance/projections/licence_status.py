"""States of licences as the city published them, for every licence of the city whether this hall holds it or not."""

from appliance.domain.events import LicenceStatusPublished
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE licence_status (
    identifier TEXT    NOT NULL PRIMARY KEY,
    status     TEXT    NOT NULL,
    since      TEXT    NOT NULL,
    idx        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE city_word (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    t   TEXT    NOT NULL
) STRICT;
"""


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep the newest word of the city on each licence; a licence that is held here takes it over."""
    if applied.own:
        return
    # Whatever the city wrote, up to here its log is whole: what it said of licences before is known.
    connection.execute("INSERT OR REPLACE INTO city_word (one, t) VALUES (1, ?)", (applied.meta.t,))
    event = applied.event
    if not isinstance(event, LicenceStatusPublished):
        return
    for change in event.changes:
        connection.execute(
            "INSERT OR REPLACE INTO licence_status (identifier, status, since, idx) VALUES (?, ?, ?, ?)",
            (change.identifier, change.status, change.on, applied.index),
        )
        connection.execute("UPDATE licence SET status = ? WHERE identifier = ?", (change.status, change.identifier))


MODEL = ReadModel("licence_status", SCHEMA, apply)


def find(connection: Connection, identifier: str) -> tuple[str, str] | None:
    """Give state and day of a licence that the city spoke of, else what this hall itself knows of it, or None."""
    row = connection.execute(
        "SELECT status, since FROM licence_status WHERE identifier = ?1"
        " UNION ALL SELECT status, substr(as_of, 1, 10) FROM licence WHERE identifier = ?1 LIMIT 1",
        (identifier,),
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def heard(connection: Connection) -> str:
    """Give the instant of the city's newest entry that is applied here; empty before the first."""
    row = connection.execute("SELECT t FROM city_word").fetchone()
    return str(row[0]) if row else ""


def count(connection: Connection) -> int:
    """Give how many licences the city has spoken of."""
    number: int = connection.execute("SELECT count(*) FROM licence_status").get
    return number
