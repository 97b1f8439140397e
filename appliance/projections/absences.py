"""Absences 离岗 of handlers: who is away from when until when, and who acts for them."""

from dataclasses import dataclass

import msgspec

from appliance.domain.events import StaffAbsent, StaffReturned
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE absence (
    id         TEXT NOT NULL PRIMARY KEY,
    staff      TEXT NOT NULL,
    substitute TEXT NOT NULL,
    department TEXT NOT NULL,
    starts     TEXT NOT NULL,
    until      TEXT NOT NULL,
    ended      TEXT,
    by         TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX absence_by_substitute ON absence (substitute, until) WHERE ended IS NULL;
"""

_decode = msgspec.json.Decoder(StaffAbsent).decode


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as registered, by whom, and the day on which it was ended early, if it was."""

    registered: StaffAbsent
    ended: str | None
    by: str

    def over(self, day: str) -> bool:
        """Tell whether it has ended before or on a day (ISO date)."""
        return self.ended is not None or self.registered.until < day


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep an absence, or its early end."""
    event = applied.event
    if not applied.own:
        return
    if isinstance(event, StaffAbsent):
        connection.execute(
            "INSERT INTO absence (id, staff, substitute, department, starts, until, ended, by, body)"
            " VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?)",
            (
                event.absence, event.staff, event.substitute, event.department, event.starts, event.until,
                applied.meta.actor.id, msgspec.json.encode(event).decode(),
            ),
        )  # fmt: skip
    elif isinstance(event, StaffReturned):
        connection.execute("UPDATE absence SET ended = ? WHERE id = ?", (applied.meta.t[:10], event.absence))


MODEL = ReadModel("absences", SCHEMA, apply, frozenset({StaffAbsent, StaffReturned}))


def find(connection: Connection, number: str) -> Absence | None:
    """Give an absence by its number, or None."""
    row = connection.execute("SELECT body, ended, by FROM absence WHERE id = ?", (number,)).fetchone()
    return Absence(_decode(row[0]), row[1], row[2]) if row is not None else None


def replaced_by(connection: Connection, substitute: str, day: str) -> tuple[str, ...]:
    """Give the handlers whom a person stands in for on a day (ISO date)."""
    rows = connection.execute(
        "SELECT staff FROM absence WHERE substitute = ?1 AND until >= ?2 AND starts <= ?2 AND ended IS NULL"
        " ORDER BY staff",
        (substitute, day),
    )
    return tuple(str(staff_id) for (staff_id,) in rows)


def open_from(connection: Connection, day: str) -> list[Absence]:
    """List absences that are in force on a day or begin later, soonest first."""
    rows = connection.execute(
        "SELECT body, ended, by FROM absence WHERE until >= ? AND ended IS NULL ORDER BY starts, id", (day,)
    )
    return [Absence(_decode(str(body)), None, str(by)) for body, _, by in rows]


def listing(connection: Connection, department: str = "", limit: int = 50) -> list[Absence]:
    """List the latest absences, of a department or of all."""
    rows = connection.execute(
        "SELECT body, ended, by FROM absence WHERE (?1 = '' OR department = ?1) ORDER BY until DESC, id LIMIT ?2",
        (department, limit),
    )
    return [Absence(_decode(str(body)), str(ended) if ended else None, str(by)) for body, ended, by in rows]


def count(connection: Connection) -> int:
    """Count all absences ever registered."""
    number: int = connection.execute("SELECT count(*) FROM absence").get
    return number
