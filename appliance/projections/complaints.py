"""Complaints 投诉: where each stands, whose turn it is and until when. What was said is read from its entries."""

from dataclasses import dataclass
from typing import Any, TypeVar

from appliance.domain.complaints import Standing
from appliance.domain.entry import SALT_BYTES, EntryMeta, read_event
from appliance.domain.events import (
    ComplaintAdmitted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintExtended,
    ComplaintReassigned,
    ComplaintRegistered,
    ComplaintRejected,
    Event,
)
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry

E = TypeVar("E", bound=Event)

SCHEMA = """
CREATE TABLE complaint (
    no           TEXT    NOT NULL PRIMARY KEY,
    origin       TEXT    NOT NULL,
    idx          INTEGER NOT NULL,
    standing     TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    about        TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    category     TEXT    NOT NULL,
    department   TEXT    NOT NULL,
    at           TEXT    NOT NULL,
    by           TEXT    NOT NULL,
    due          TEXT    NOT NULL,
    answer_due   TEXT    NOT NULL DEFAULT '',
    investigator TEXT    NOT NULL DEFAULT '',
    complex      INTEGER NOT NULL DEFAULT 0,
    extended     INTEGER NOT NULL DEFAULT 0,
    decided_at   TEXT    NOT NULL DEFAULT '',
    decided_by   TEXT    NOT NULL DEFAULT '',
    ground       TEXT    NOT NULL DEFAULT '',
    replied      INTEGER NOT NULL DEFAULT -1,
    replied_at   TEXT    NOT NULL DEFAULT '',
    replied_by   TEXT    NOT NULL DEFAULT '',
    result       TEXT    NOT NULL DEFAULT '',
    closed       INTEGER NOT NULL DEFAULT -1,
    closed_at    TEXT    NOT NULL DEFAULT '',
    satisfaction TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX complaint_newest ON complaint (idx DESC);
CREATE INDEX complaint_waiting ON complaint (due) WHERE standing IN ('registered', 'admitted', 'answered');
CREATE TABLE complaint_reader (
    person TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    no     TEXT    NOT NULL,
    PRIMARY KEY (person, idx DESC)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint.

    Attributes:
        no: its number.
        origin: the log that holds its entries.
        index: the entry of its registration.
        standing: how far it is.
        channel, about, category: codes (`appliance.domain.complaints`).
        subject: the case, person, window or item.
        department: whose it is, empty for the hall's own.
        at, by: when it was written down, and who wrote.
        due: last day of the step that it waits for (ISO date); the last one's when it is over.
        answer_due: last day for the answer, empty before it was taken up.
        investigator: who inquires.
        complex, extended: whether it has the longer time, whether that was put off.
        decided_at, decided_by: when it was admitted or refused, and who decided.
        ground: why it was refused.
        replied: the entry of answer or refusal, -1 before.
        replied_at, replied_by: when, and who.
        result: what was found.
        closed: the entry of its end, -1 before.
        closed_at: when.
        satisfaction: what the complainant said.
    """

    no: str
    origin: str
    index: int
    standing: Standing
    channel: str
    about: str
    subject: str
    category: str
    department: str
    at: str
    by: str
    due: str
    answer_due: str
    investigator: str
    complex: bool
    extended: bool
    decided_at: str
    decided_by: str
    ground: str
    replied: int
    replied_at: str
    replied_by: str
    result: str
    closed: int
    closed_at: str
    satisfaction: str


_COLUMNS = (
    "no, origin, idx, standing, channel, about, subject, category, department, at, by, due, answer_due, investigator,"
    " complex, extended, decided_at, decided_by, ground, replied, replied_at, replied_by, result, closed, closed_at,"
    " satisfaction"
)

_QUALIFIED = ", ".join(f"c.{name.strip()}" for name in _COLUMNS.split(","))


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Write a complaint down, or move it on."""
    event, meta = applied.event, applied.meta
    if not applied.own:
        return
    if isinstance(event, ComplaintRegistered):
        connection.execute(
            "INSERT INTO complaint (no, origin, idx, standing, channel, about, subject, category, department, at, by,"
            " due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.no, applied.origin, applied.index, Standing.REGISTERED, event.channel, event.about,
                event.subject, event.category, event.department, meta.t, meta.actor.id, event.due,
            ),
        )  # fmt: skip
        _let_read(connection, meta.actor.id, event.no)
    elif isinstance(
        event,
        ComplaintAdmitted
        | ComplaintReassigned
        | ComplaintRejected
        | ComplaintExtended
        | ComplaintAnswered
        | ComplaintClosed,
    ):
        _advance(connection, applied.index, meta, event)


def _let_read(connection: Connection, person: str, no: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO complaint_reader (person, idx, no) SELECT ?, idx, no FROM complaint WHERE no = ?",
        (person, no),
    )


def _advance(connection: Connection, index: int, meta: EntryMeta, event: Event) -> None:
    who = (meta.t, meta.actor.id)
    match event:
        case ComplaintAdmitted():
            connection.execute(
                "UPDATE complaint SET standing = ?, investigator = ?, complex = ?, due = ?, answer_due = ?,"
                " decided_at = ?, decided_by = ? WHERE no = ?",
                (Standing.ADMITTED, event.investigator, int(event.complex), event.due, event.due, *who, event.no),
            )
            _let_read(connection, event.investigator, event.no)
        case ComplaintReassigned():
            connection.execute("UPDATE complaint SET investigator = ? WHERE no = ?", (event.investigator, event.no))
            _let_read(connection, event.investigator, event.no)
        case ComplaintRejected():
            connection.execute(
                "UPDATE complaint SET standing = ?, ground = ?, decided_at = ?, decided_by = ?, replied = ?,"
                " replied_at = ?, replied_by = ? WHERE no = ?",
                (Standing.REJECTED, event.ground, *who, index, *who, event.no),
            )
        case ComplaintExtended():
            connection.execute(
                "UPDATE complaint SET extended = 1, due = ?1, answer_due = ?1 WHERE no = ?2", (event.due, event.no)
            )
        case ComplaintAnswered():
            connection.execute(
                "UPDATE complaint SET standing = ?, result = ?, due = ?, replied = ?, replied_at = ?, replied_by = ?"
                " WHERE no = ?",
                (Standing.ANSWERED, event.result, event.due, index, *who, event.no),
            )
        case ComplaintClosed():
            connection.execute(
                "UPDATE complaint SET standing = ?, closed = ?, closed_at = ?, satisfaction = ? WHERE no = ?",
                (Standing.CLOSED, index, meta.t, event.satisfaction, event.no),
            )


_EVENTS = (
    ComplaintRegistered, ComplaintAdmitted, ComplaintReassigned, ComplaintRejected, ComplaintExtended,
    ComplaintAnswered, ComplaintClosed,
)  # fmt: skip
MODEL = ReadModel("complaints", SCHEMA, apply, frozenset(_EVENTS))


def _complaint(row: tuple[Any, ...]) -> Complaint:
    typed = (*row[:3], Standing(row[3]), *row[4:14], bool(row[14]), bool(row[15]), *row[16:])
    return Complaint(*typed)


def find(connection: Connection, no: str) -> Complaint | None:
    """Give one complaint by its number, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM complaint WHERE no = ?", (no,)).fetchone()  # noqa: S608 - literals
    return _complaint(row) if row is not None else None


def listing(connection: Connection, *, person: str = "", limit: int = 50, offset: int = 0) -> list[Complaint]:
    """List the newest complaints: all, or those that a person wrote down or inquires into.

    Args:
        connection: a reader.
        person: staff number, empty for all.
        limit: rows at most.
        offset: rows to leave out.
    """
    if not person:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM complaint ORDER BY idx DESC LIMIT ? OFFSET ?",  # noqa: S608 - literals
            (limit, offset),
        )
        return [_complaint(row) for row in rows]
    rows = connection.execute(
        f"SELECT {_QUALIFIED} FROM complaint_reader r CROSS JOIN complaint c ON c.no = r.no"  # noqa: S608 - literals
        " WHERE r.person = ? ORDER BY r.idx DESC LIMIT ? OFFSET ?",
        (person, limit, offset),
    )
    return [_complaint(row) for row in rows]


def waiting(connection: Connection) -> int:
    """Count those that wait for supervision: to be taken up or refused, or to be called back about."""
    return int(
        connection.execute(
            "SELECT count(*) FROM complaint"
            " WHERE standing IN ('registered', 'admitted', 'answered') AND standing <> 'admitted'"
        ).get
    )


def overdue(connection: Connection, today: str) -> list[Complaint]:
    """Give those whose step was due before a day (ISO)."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM complaint"  # noqa: S608 - literals
        " WHERE standing IN ('registered', 'admitted', 'answered') AND due < ? ORDER BY due",
        (today,),
    )
    return [_complaint(row) for row in rows]


def _event(connection: Connection, complaint: Complaint, index: int, kind: type[E]) -> E | None:
    if index < 0:
        return None
    record = read_entry(connection, complaint.origin, index)
    _, event = read_event(record.entry, record.private)
    return event if isinstance(event, kind) else None


def salt(connection: Connection, complaint: Complaint) -> bytes:
    """Give the random bytes of the registration's private part: salt of the papers' digests; none once it is erased."""
    return (read_entry(connection, complaint.origin, complaint.index).private or b"")[:SALT_BYTES]


def registration(connection: Connection, complaint: Complaint) -> ComplaintRegistered | None:
    """Read what was written down, the complainant with it; None when that was erased."""
    return _event(connection, complaint, complaint.index, ComplaintRegistered)


def refusal(connection: Connection, complaint: Complaint) -> ComplaintRejected | None:
    """Read why it was not taken up; None when it was, or when that was erased."""
    return _event(connection, complaint, complaint.replied, ComplaintRejected)


def reply(connection: Connection, complaint: Complaint) -> ComplaintAnswered | None:
    """Read the answer; None while there is none, or when it was erased."""
    return _event(connection, complaint, complaint.replied, ComplaintAnswered)


def ending(connection: Connection, complaint: Complaint) -> ComplaintClosed | None:
    """Read how it ended; None before that, or when that was erased."""
    return _event(connection, complaint, complaint.closed, ComplaintClosed)
