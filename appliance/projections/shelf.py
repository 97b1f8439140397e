"""The shelf of results 取件柜: which place holds whose result, since when; one place, one result."""

from dataclasses import dataclass

from appliance.domain.events import CaseHandedOver, CaseResultProduced, CaseResultShelved, CaseShipped
from appliance.domain.events.transfer import CaseEntrusted, CaseTransferred
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE result_place (
    case_no  TEXT NOT NULL PRIMARY KEY,
    location TEXT NOT NULL,
    since    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX result_by_location ON result_place (location) WHERE location <> '';
CREATE INDEX result_by_since ON result_place (since);
CREATE INDEX result_unplaced ON result_place (since, case_no) WHERE location = '';
"""


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One result that waits: case, place (empty for none), since when it waits."""

    case_no: str
    location: str
    since: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Put a result into its place, move it, and free the place when it leaves the hall."""
    event, meta = applied.event, applied.meta
    if not applied.own or meta.case is None:
        return
    match event:
        case CaseResultProduced():
            connection.execute(
                "INSERT OR REPLACE INTO result_place (case_no, location, since) VALUES (?, ?, ?)",
                (meta.case, event.shelf, meta.t),
            )
        case CaseResultShelved():
            connection.execute("UPDATE result_place SET location = ? WHERE case_no = ?", (event.location, meta.case))
        case CaseEntrusted():
            connection.execute("UPDATE result_place SET location = '' WHERE case_no = ?", (meta.case,))
        case CaseHandedOver() | CaseShipped() | CaseTransferred():
            connection.execute("DELETE FROM result_place WHERE case_no = ?", (meta.case,))
        case _:
            pass


_EVENTS = (CaseResultProduced, CaseResultShelved, CaseHandedOver, CaseShipped, CaseTransferred, CaseEntrusted)
MODEL = ReadModel("shelf", SCHEMA, apply, frozenset(_EVENTS))


def at(connection: Connection, location: str) -> PlaceRow | None:
    """Give what lies in a place, or None when it is free."""
    row = connection.execute(
        "SELECT case_no, location, since FROM result_place WHERE location = ? AND location <> ''"
        " ORDER BY since, case_no LIMIT 1",
        (location,),
    ).fetchone()
    return PlaceRow(*row) if row is not None else None


def taken(connection: Connection) -> set[str]:
    """Give every place that holds a result."""
    return {str(code) for (code,) in connection.execute("SELECT location FROM result_place WHERE location <> ''")}


def before(connection: Connection, at_time: str, *, limit: int = 200) -> list[PlaceRow]:
    """List what has waited since before a time (as entries write times), longest first."""
    rows = connection.execute(
        "SELECT case_no, location, since FROM result_place WHERE since < ? ORDER BY since, case_no LIMIT ?",
        (at_time, limit),
    )
    return [PlaceRow(*row) for row in rows]


def unplaced(connection: Connection, *, limit: int = 200) -> list[PlaceRow]:
    """List results that wait without a place, longest first."""
    rows = connection.execute(
        "SELECT case_no, location, since FROM result_place INDEXED BY result_unplaced WHERE location = ''"
        " ORDER BY since, case_no LIMIT ?",
        (limit,),
    )
    return [PlaceRow(*row) for row in rows]
