"""First prints of papers 文书出件: which file a paper was first printed as, and the digest of what it says."""

from dataclasses import dataclass

from appliance.domain.events import PaperRendered
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE print (
    paper  TEXT NOT NULL,
    copy   TEXT NOT NULL,
    file   TEXT NOT NULL,
    size   INTEGER NOT NULL,
    digest TEXT NOT NULL,
    at     TEXT NOT NULL,
    by     TEXT NOT NULL,
    PRIMARY KEY (paper, copy)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Print:
    """The first print: hex SHA-256 and size in bytes of its file, salted digest of its data, when and by whom."""

    file: str
    size: int
    digest: str
    at: str
    by: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep the first print of a copy; there is no second."""
    event = applied.event
    if applied.own and isinstance(event, PaperRendered):
        connection.execute(
            "INSERT OR IGNORE INTO print (paper, copy, file, size, digest, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (event.paper, event.copy, event.file, event.size, event.digest, applied.meta.t, applied.meta.actor.id),
        )


MODEL = ReadModel("prints", SCHEMA, apply, frozenset({PaperRendered}))


def find(connection: Connection, paper: str, copy: str) -> Print | None:
    """Give the first print of a paper's copy, or None while it was never printed."""
    row = connection.execute(
        "SELECT file, size, digest, at, by FROM print WHERE paper = ? AND copy = ?", (paper, copy)
    ).fetchone()
    return Print(*row) if row is not None else None


def digests(connection: Connection, paper: str) -> tuple[str, ...]:
    """Give the digests of what a paper said when its copies were first printed."""
    rows = connection.execute("SELECT digest FROM print WHERE paper = ? ORDER BY copy", (paper,))
    return tuple(row[0] for row in rows)
