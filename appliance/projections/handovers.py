"""Hand-overs 材料交接 that nobody signed for yet, and the last ones that somebody did, by where they went."""

from dataclasses import dataclass

from appliance.domain.events import CaseMaterialsSent, CaseMaterialsTaken
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE handover (
    id       INTEGER PRIMARY KEY,
    case_no  TEXT NOT NULL,
    number   INTEGER NOT NULL,
    giver    TEXT NOT NULL,
    receiver TEXT NOT NULL,
    pieces   INTEGER NOT NULL,
    sent_at  TEXT NOT NULL,
    sent_by  TEXT NOT NULL,
    sent_index INTEGER NOT NULL,
    taken_at TEXT NOT NULL DEFAULT '',
    taken_by TEXT NOT NULL DEFAULT '',
    refused  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (case_no, number)
) STRICT;
CREATE INDEX handover_open ON handover (receiver, sent_at) WHERE taken_at = '';
CREATE INDEX handover_given ON handover (giver, sent_at) WHERE taken_at = '';
CREATE INDEX handover_waiting ON handover (sent_at, id) WHERE taken_at = '';
CREATE INDEX handover_received ON handover (receiver, taken_at, id) WHERE taken_at <> '';
CREATE INDEX handover_sent ON handover (giver, taken_at, id, receiver) WHERE taken_at <> '';
"""
COLUMNS = "case_no, number, giver, receiver, pieces, sent_at, sent_by, sent_index, taken_at, taken_by, refused"


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """One hand-over: `giver` and `receiver` are credit codes, empty for the window; open while `taken_at` is empty."""

    case_no: str
    number: int
    giver: str
    receiver: str
    pieces: int
    sent_at: str
    sent_by: str
    sent_index: int
    taken_at: str
    taken_by: str
    refused: int


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what was sent and how it was taken."""
    event, meta = applied.event, applied.meta
    if not applied.own or meta.case is None:
        return
    if isinstance(event, CaseMaterialsSent):
        pieces = len(event.lines) + event.sample_count
        connection.execute(
            "INSERT INTO handover (case_no, number, giver, receiver, pieces, sent_at, sent_by, sent_index)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (meta.case, event.handover, event.giver, event.receiver, pieces, meta.t, meta.actor.id, applied.index),
        )
    elif isinstance(event, CaseMaterialsTaken):
        connection.execute(
            "UPDATE handover SET taken_at = ?, taken_by = ?, refused = ? WHERE case_no = ? AND number = ?",
            (meta.t, meta.actor.id, len(event.refused), meta.case, event.handover),
        )


MODEL = ReadModel("handovers", SCHEMA, apply, frozenset({CaseMaterialsSent, CaseMaterialsTaken}))


def waiting(
    connection: Connection, *, receiver: str | None = None, giver: str | None = None, limit: int = 200
) -> list[HandoverRow]:
    """List open hand-overs, oldest first: to a receiver, from a giver, or all of them."""
    index = "handover_open" if receiver is not None else "handover_given" if giver is not None else "handover_waiting"
    where, values = ["taken_at = ''"], list[str]()
    for clause, value in (("receiver = ?", receiver), ("giver = ?", giver)):
        if value is not None:
            where.append(clause)
            values.append(value)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM handover INDEXED BY {index} WHERE {' AND '.join(where)}"  # noqa: S608 - literals
        " ORDER BY sent_at, id LIMIT ?",
        (*values, limit),
    )
    return [HandoverRow(*row) for row in rows]


def settled(connection: Connection, place: str, *, limit: int = 20) -> list[HandoverRow]:
    """List the last hand-overs to or from a place that were signed for, newest first."""
    pieces = (
        f"SELECT * FROM (SELECT id AS found, taken_at AS at FROM handover INDEXED BY {index}"  # noqa: S608 - literals
        f" WHERE taken_at <> '' AND {condition} ORDER BY taken_at DESC, id DESC LIMIT ?2)"
        for index, condition in (
            ("handover_received", "receiver = ?1"),
            ("handover_sent", "giver = ?1 AND receiver <> ?1"),
        )
    )
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM ({' UNION ALL '.join(pieces)}) CROSS JOIN handover ON id = found"  # noqa: S608 - literals
        " ORDER BY at DESC, found DESC LIMIT ?2",
        (place, limit),
    )
    return [HandoverRow(*row) for row in rows]


def of_case(connection: Connection, no: str) -> list[HandoverRow]:
    """List the hand-overs of a case in order."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM handover WHERE case_no = ? ORDER BY number", (no,))  # noqa: S608 - a literal
    return [HandoverRow(*row) for row in rows]
