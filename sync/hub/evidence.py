"""Signed heads that were refused: kept word for word, capped, each once (protocol §4). A LOCAL table of the hub."""

from dataclasses import dataclass
from typing import Final

from appliance.domain.events import EvidenceSettled
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

EVIDENCE_COUNT_MAX: Final = 64

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS hub_evidence (
    id   INTEGER PRIMARY KEY,
    hall TEXT NOT NULL,
    kind TEXT NOT NULL,
    note BLOB NOT NULL,
    time TEXT NOT NULL,
    UNIQUE (hall, kind, note)
) STRICT
"""


SETTLED_SCHEMA: Final = """
CREATE TABLE hub_settled (
    hall TEXT NOT NULL,
    kind TEXT NOT NULL,
    note BLOB NOT NULL,
    at   TEXT NOT NULL,
    PRIMARY KEY (hall, kind, note)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One refused head.

    Attributes:
        hall: the hall whose key signed it.
        kind: what was wrong: ``root``, ``proof``, ``private``, ``closed``, ``fork``,
            ``city_fork`` or ``compromise``.
        note: the signed checkpoint, verbatim.
        time: when it came first, ISO 8601.
    """

    hall: str
    kind: str
    note: bytes
    time: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what two officers settled."""
    event = applied.event
    if applied.own and isinstance(event, EvidenceSettled):
        connection.execute(
            "INSERT OR IGNORE INTO hub_settled (hall, kind, note, at) VALUES (?, ?, ?, ?)",
            (event.hall, event.kind, event.head.encode(), applied.meta.t),
        )


def create(connection: Connection) -> None:
    """Create the table when it is absent."""
    connection.execute(SCHEMA)


def keep(connection: Connection, evidence: Evidence) -> None:
    """Keep a head; beyond the cap of its hall and kind the first ones stay, since they are the ones that began it."""
    connection.execute(
        "INSERT OR IGNORE INTO hub_evidence (hall, kind, note, time) SELECT ?, ?, ?, ?"
        " WHERE (SELECT count(*) FROM hub_evidence WHERE hall = ? AND kind = ?) < ?",
        (evidence.hall, evidence.kind, evidence.note, evidence.time, evidence.hall, evidence.kind, EVIDENCE_COUNT_MAX),
    )


def of_hall(connection: Connection, hall: str) -> list[Evidence]:
    """List a hall's evidence, oldest first."""
    rows = connection.execute("SELECT hall, kind, note, time FROM hub_evidence WHERE hall = ? ORDER BY id", (hall,))
    return [Evidence(*row) for row in rows]


def counts(connection: Connection) -> dict[tuple[str, str], dict[str, int]]:
    """Count evidence by hall and log (the first line of a signed head), then by kind; what is settled is left out."""
    rows = connection.execute(
        "SELECT hall, cast(substr(note, 1, instr(note, x'0a') - 1) AS TEXT), kind, count(*) FROM hub_evidence"
        " WHERE NOT EXISTS (SELECT 1 FROM hub_settled s WHERE s.hall = hub_evidence.hall AND s.kind = hub_evidence.kind"
        " AND s.note = hub_evidence.note)"
        " GROUP BY 1, 2, 3"
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for hall, origin, kind, count in rows:
        found.setdefault((hall, origin), {})[kind] = count
    return found
