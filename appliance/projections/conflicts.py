"""Conflicts 冲突 that were found, and how they were resolved; the same tables at a hall and at the city.

Between halls the logs have no order: every row is the same whichever log is applied first. The owner's words are
personal as all free text is, and read from the entry.
"""

from dataclasses import dataclass

import msgspec

from appliance.domain.conflicts import rule_of
from appliance.domain.entry import read_event
from appliance.domain.events import ConflictFound, ConflictResolved, Evidence
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry

SCHEMA = """
CREATE TABLE conflict (
    conflict TEXT NOT NULL PRIMARY KEY,
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    owner    TEXT NOT NULL,
    found    TEXT NOT NULL,
    due      TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_by_subject ON conflict (kind, subject);
CREATE TABLE conflict_end (
    conflict TEXT NOT NULL PRIMARY KEY,
    choice   TEXT NOT NULL,
    by       TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_end_by_time ON conflict_end (at DESC, conflict);
CREATE TABLE conflict_open (
    due      TEXT NOT NULL,
    conflict TEXT NOT NULL,
    PRIMARY KEY (due, conflict)
) STRICT, WITHOUT ROWID;
CREATE TABLE conflict_told (
    conflict TEXT    NOT NULL,
    origin   TEXT    NOT NULL,
    ended    INTEGER NOT NULL,
    idx      INTEGER NOT NULL,
    PRIMARY KEY (conflict, origin, ended)
) STRICT, WITHOUT ROWID;
CREATE INDEX conflict_told_by_entry ON conflict_told (origin, idx) WHERE ended = 1;
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One conflict.

    Attributes:
        conflict: its id.
        kind: `appliance.domain.conflicts.Kind`, or that of a newer version.
        subject: the case or thing it is about.
        owner: code of the hall whose it is; empty for the city.
        found: the day it was found, and the last day for it (ISO dates).
        evidence: both sides' entries.
        choice: empty while it is open; by whom and when it was resolved.
    """

    conflict: str
    kind: str
    subject: str
    owner: str
    found: str
    due: str
    evidence: tuple[Evidence, ...]
    choice: str
    by: str
    at: str

    @property
    def open(self) -> bool:
        """Nobody has resolved it yet."""
        return not self.choice

    @property
    def name(self) -> str:
        """Message id of its kind; the kind itself when this version does not know it."""
        rule = rule_of(self.kind)
        return rule.name if rule is not None else self.kind


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a conflict or its end. The first end by instant counts, so that no order of logs matters."""
    event = applied.event
    if isinstance(event, ConflictFound):
        connection.execute(
            "INSERT OR IGNORE INTO conflict (conflict, kind, subject, owner, found, due, evidence)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                event.conflict, event.kind, event.subject, event.owner, event.found, event.due,
                msgspec.json.encode(event.evidence).decode(),
            ),
        )  # fmt: skip
    elif isinstance(event, ConflictResolved):
        connection.execute(
            "INSERT INTO conflict_end (conflict, choice, by, at) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (conflict) DO UPDATE SET choice = ?2, by = ?3, at = ?4 WHERE ?4 < at",
            (event.conflict, event.choice, event.by, event.at),
        )
    else:
        return
    # Open is what was found and not ended, whichever of the two is applied first.
    connection.execute("DELETE FROM conflict_open WHERE conflict = ?", (event.conflict,))
    connection.execute(
        "INSERT INTO conflict_open (due, conflict) SELECT due, conflict FROM conflict"
        " WHERE conflict = ?1 AND NOT EXISTS (SELECT 1 FROM conflict_end e WHERE e.conflict = ?1)",
        (event.conflict,),
    )
    connection.execute(
        "INSERT OR IGNORE INTO conflict_told (conflict, origin, ended, idx) VALUES (?, ?, ?, ?)",
        (event.conflict, applied.origin, int(isinstance(event, ConflictResolved)), applied.index),
    )


MODEL = ReadModel("conflicts", SCHEMA, apply, frozenset({ConflictFound, ConflictResolved}))

_COLUMNS = (
    "c.conflict, c.kind, c.subject, c.owner, c.found, c.due, c.evidence, coalesce(e.choice, ''),"
    " coalesce(e.by, ''), coalesce(e.at, '')"
)
_SELECT = f"SELECT {_COLUMNS} FROM conflict c LEFT JOIN conflict_end e ON e.conflict = c.conflict"  # noqa: S608 - literals
_OPEN = (
    f"SELECT {_COLUMNS} FROM conflict_open CROSS JOIN conflict c"  # noqa: S608 - literals
    " ON c.conflict = conflict_open.conflict LEFT JOIN conflict_end e ON e.conflict = c.conflict"
    " ORDER BY conflict_open.due, conflict_open.conflict LIMIT ? OFFSET ?"
)
_ENDED = (
    f"SELECT {_COLUMNS} FROM conflict_end e CROSS JOIN conflict c ON c.conflict = e.conflict"  # noqa: S608 - literals
    " ORDER BY e.at DESC, e.conflict LIMIT ? OFFSET ?"
)


def _found(row: tuple[str, ...]) -> Found:
    return Found(*row[:6], msgspec.json.decode(row[6], type=tuple[Evidence, ...]), *row[7:])  # type: ignore[call-arg,arg-type]


def listing(connection: Connection, *, only_open: bool = False, limit: int = 200, offset: int = 0) -> list[Found]:
    """List conflicts: open ones by their last day, then those that were resolved, the last first."""
    rows = list(connection.execute(_OPEN, (limit, offset)))
    rest = limit - len(rows)
    if rest and not only_open:
        rows += connection.execute(_ENDED, (rest, max(0, offset - waiting(connection))))
    return [_found(row) for row in rows]


def find(connection: Connection, conflict: str) -> Found | None:
    """Give one conflict by its id, or None."""
    row = connection.execute(f"{_SELECT} WHERE c.conflict = ?", (conflict,)).fetchone()
    return None if row is None else _found(row)


def words_of(connection: Connection, conflict: str) -> str:
    """Read the words with which a conflict was resolved; empty while it is open, or when they were erased."""
    row = connection.execute(
        "SELECT origin, idx FROM conflict_told WHERE conflict = ? AND ended = 1 ORDER BY origin LIMIT 1", (conflict,)
    ).fetchone()
    if row is None:
        return ""
    record = read_entry(connection, row[0], row[1])
    _, event = read_event(record.entry, record.private)
    return event.words if isinstance(event, ConflictResolved) else ""


def told(connection: Connection, conflict: str, *, ended: bool) -> frozenset[str]:
    """Give the logs that hold a conflict, or its end."""
    rows = connection.execute(
        "SELECT origin FROM conflict_told WHERE conflict = ? AND ended = ?", (conflict, int(ended))
    )
    return frozenset(str(origin) for (origin,) in rows)


def waiting(connection: Connection) -> int:
    """Count the conflicts that nobody has resolved."""
    number: int = connection.execute("SELECT count(*) FROM conflict_open").get
    return number
