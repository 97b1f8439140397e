"""Cases on their way between halls 移交: what this hall gave up, what came to it, and what happened to both since.

History of a case that is being entrusted to this hall is kept here only until the entry that entrusts it is applied.
"""

from dataclasses import dataclass
from typing import Any, Final

from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseHistory,
    CaseReported,
    CaseTakenOver,
    CaseTransferred,
)
from appliance.errors import N_, IntegrityFailure
from appliance.projections.read_model import ReadModel
from appliance.store import case_history
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE transfer (
    case_no    TEXT    NOT NULL,
    leg        INTEGER NOT NULL,
    came       INTEGER NOT NULL,
    other      TEXT    NOT NULL,
    other_name TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    given_at   TEXT    NOT NULL,
    taken_at   TEXT    NOT NULL DEFAULT '',
    taken_by   TEXT    NOT NULL DEFAULT '',
    hall_name  TEXT    NOT NULL DEFAULT '',
    state      TEXT    NOT NULL DEFAULT '',
    state_at   TEXT    NOT NULL DEFAULT '',
    over       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (case_no, leg)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_waiting ON transfer (came, given_at, case_no) WHERE taken_at = '' AND over = 0;
CREATE INDEX transfer_away ON transfer (came, over, given_at, case_no) WHERE taken_at <> '';
CREATE INDEX transfer_settled ON transfer (came, taken_at, case_no) WHERE taken_at <> '';
CREATE TABLE transfer_history (
    case_no TEXT    NOT NULL,
    leg     INTEGER NOT NULL,
    origin  TEXT    NOT NULL,
    idx     INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    place   INTEGER NOT NULL,
    parts   INTEGER NOT NULL,
    entry   TEXT    NOT NULL,
    state   INTEGER NOT NULL,
    private TEXT    NOT NULL,
    PRIMARY KEY (case_no, leg, place)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One hand-over between halls.

    Attributes:
        case_no: the case.
        leg: which of its transfers.
        came: 1, it came to this hall; 0, this hall gave it up.
        other: code of the other hall, and its name.
        purpose: what for.
        given_at: instant at which it was given up.
        taken_at: when somebody signed for it, empty while nobody did; and who, when that was here.
        hall_name: hall that has it now, as the city reported last; empty before that.
        state: its state there, and since when.
        over: 1, it came back, or went on.
    """

    case_no: str
    leg: int
    came: int
    other: str
    other_name: str
    purpose: str
    given_at: str
    taken_at: str
    taken_by: str
    hall_name: str
    state: str
    state_at: str
    over: int


_COLUMNS: Final = (
    "case_no, leg, came, other, other_name, purpose, given_at, taken_at, taken_by, hall_name, state, state_at, over"
)


def _row(values: tuple[Any, ...]) -> TransferRow:
    return TransferRow(*values)


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what was given up, what came, who signed for it and what the city reports."""
    event, meta = applied.event, applied.meta
    no = meta.case
    if no is None:
        return
    match event:
        case CaseHistory():
            _keep(connection, applied, event)
        case CaseTransferred():
            _end_before(connection, no, event.leg)
            connection.execute(
                "INSERT OR IGNORE INTO transfer (case_no, leg, came, other, other_name, purpose, given_at)"
                " VALUES (?, ?, 0, ?, ?, ?, ?)",
                (no, event.leg, event.to, event.to_name, event.purpose, meta.t),
            )
        case CaseEntrusted():
            _end_before(connection, no, event.leg)
            connection.execute(
                "INSERT OR IGNORE INTO transfer (case_no, leg, came, other, other_name, purpose, given_at)"
                " VALUES (?, ?, 1, ?, ?, ?, ?)",
                (no, event.leg, event.source, event.source_name, event.purpose, event.given_at),
            )
            connection.execute("DELETE FROM transfer_history WHERE case_no = ? AND leg = ?", (no, event.leg))
        case CaseTakenOver():
            connection.execute(
                "UPDATE transfer SET taken_at = ?, taken_by = ? WHERE case_no = ? AND leg = ?",
                (meta.t, meta.actor.id, no, event.leg),
            )
        case CaseReported():
            # Of a hand-over whose own entry was lost with this hall's disk the city's word is all there is.
            connection.execute(
                "INSERT INTO transfer (case_no, leg, came, other, other_name, purpose, given_at)"
                " SELECT ?1, ?2, 0, ?3, ?4, 'handle', ?5"
                " WHERE NOT EXISTS (SELECT 1 FROM transfer"
                " WHERE case_no = ?1 AND (leg >= ?2 OR (came = 0 AND over = 0)))",
                (no, event.leg, event.hall, event.hall_name, event.at),
            )
            connection.execute(
                "UPDATE transfer SET hall_name = ?3, state = ?4, state_at = ?5,"
                " taken_at = CASE WHEN taken_at = '' AND ?6 THEN ?5 ELSE taken_at END"
                " WHERE case_no = ?1 AND came = 0 AND over = 0 AND leg <= ?2",
                (no, event.leg, event.hall_name, event.state, event.at, int(event.taken)),
            )
        case _:
            pass


def _end_before(connection: Connection, no: str, leg: int) -> None:
    connection.execute("UPDATE transfer SET over = 1 WHERE case_no = ? AND leg < ?", (no, leg))


def _keep(connection: Connection, applied: AppliedEntry, event: CaseHistory) -> None:
    connection.execute(
        "INSERT INTO transfer_history (case_no, leg, place, origin, idx, part, parts, entry, state, private)"
        " VALUES (?1, ?2, (SELECT coalesce(max(place) + 1, 0) FROM transfer_history WHERE case_no = ?1 AND leg = ?2),"
        " ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            applied.meta.case,
            event.leg,
            event.origin,
            event.index,
            event.part,
            event.parts,
            event.entry,
            event.state,
            event.private,
        ),
    )


_EVENTS = frozenset({CaseHistory, CaseTransferred, CaseEntrusted, CaseTakenOver, CaseReported})
MODEL = ReadModel("transfers", SCHEMA, apply, _EVENTS)


def history(connection: Connection, no: str, event: CaseEntrusted) -> list[AppliedEntry]:
    """Give the entries that came before the one that entrusts a case, as this hall's read models take their own.

    Args:
        connection: the writer's.
        no: the case.
        event: what entrusts it.

    Raises:
        IntegrityFailure: entries are missing, or cannot be read.
    """
    rows = connection.execute(
        "SELECT origin, idx, part, parts, entry, state, private FROM transfer_history"
        " WHERE case_no = ? AND leg = ? ORDER BY place",
        (no, event.leg),
    )
    found, parts = [], list[CaseHistory]()
    for origin, index, part, whole, entry, state, private in rows:
        one = CaseHistory(
            leg=event.leg, origin=origin, index=index, part=part, parts=whole, entry=entry, state=state, private=private
        )
        parts = [*parts, one] if part else [one]
        if part + 1 == whole and len(parts) == whole:
            meta, inner = case_history.read(case_history.put_together(parts))
            found.append(AppliedEntry(origin, index, own=True, meta=meta, event=inner))
    if len(found) != event.entries:
        raise IntegrityFailure(N_("随件转来的记录不齐"), code="history_incomplete", subject=no)
    return found


def waiting(connection: Connection, *, came: bool, limit: int = 200) -> list[TransferRow]:
    """List hand-overs that nobody has signed for, the longest under way first: those that came, or those given up."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM transfer INDEXED BY transfer_waiting"  # noqa: S608 - literals
        " WHERE came = ? AND taken_at = '' AND over = 0 ORDER BY given_at, case_no LIMIT ?",
        (int(came), limit),
    )
    return [_row(row) for row in rows]


def to_sign(connection: Connection) -> int:
    """Count the cases that came and that nobody has signed for."""
    count: int = connection.execute(
        "SELECT count(*) FROM transfer INDEXED BY transfer_waiting WHERE came = 1 AND taken_at = '' AND over = 0"
    ).get
    return count


def away(connection: Connection, *, limit: int = 200) -> list[TransferRow]:
    """List cases that are at another hall, which has signed for them; the oldest hand-over first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM transfer INDEXED BY transfer_away"  # noqa: S608 - literals
        " WHERE came = 0 AND taken_at <> '' AND over = 0 ORDER BY given_at, case_no LIMIT ?",
        (limit,),
    )
    return [_row(row) for row in rows]


def settled(connection: Connection, *, limit: int = 20) -> list[TransferRow]:
    """List the last cases that came here and were signed for, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM transfer INDEXED BY transfer_settled"  # noqa: S608 - literals
        " WHERE came = 1 AND taken_at <> '' ORDER BY taken_at DESC, case_no DESC LIMIT ?",
        (limit,),
    )
    return [_row(row) for row in rows]


def of_case(connection: Connection, no: str) -> list[TransferRow]:
    """List the hand-overs of a case in order."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM transfer WHERE case_no = ? ORDER BY leg", (no,))  # noqa: S608
    return [_row(row) for row in rows]
