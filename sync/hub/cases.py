"""What the city derives of cases 办件: where each stands, which hall has it, and what is under way between halls.

Between halls the logs have no order, so no row may depend on what came before it from another hall. A case that never
moved is one row. Of one that moved, each hall's time with it is a stint of its own, told by that hall's two logs alone;
what the case is now is read from the stint with the highest leg.
"""

from dataclasses import dataclass
from typing import Any, Final

from appliance.domain.events import CaseReceived, CaseSubmitted
from appliance.domain.events.transfer import (
    CaseEntrusted,
    CaseReported,
    CaseScansFollowed,
    CaseTakenOver,
    CaseTransferred,
)
from appliance.domain.states import TERMINAL
from appliance.domain.transitions import TRANSITIONS
from appliance.projections.city_commands import hall_of
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from sync.hub.marks import flag

# An event leads to one state whatever row of domain §2.3 it belongs to; a test holds this against the table.
STATE_AFTER: Final[dict[str, str]] = {
    row.event: row.target.value for row in TRANSITIONS.values() if row.target is not None
}

# Counted as the entries come: the board asks for every hall every two seconds, and cases grow without end.
SCHEMA: Final = """
CREATE TABLE hub_case (
    case_no    TEXT    NOT NULL PRIMARY KEY,
    origin     TEXT    NOT NULL,
    hall       TEXT    NOT NULL,
    item_code  TEXT    NOT NULL,
    item_name  TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    received   TEXT    NOT NULL,
    changed    TEXT    NOT NULL,
    last_index INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    moved      INTEGER NOT NULL DEFAULT 0,
    leg        INTEGER NOT NULL DEFAULT 0,
    gone       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_case_by_change ON hub_case (changed DESC, case_no);
CREATE INDEX hub_case_of_hall ON hub_case (hall, changed DESC, case_no);
CREATE TABLE hub_tally (
    hall  TEXT    NOT NULL PRIMARY KEY,
    cases INTEGER NOT NULL,
    open  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

TRANSFER_SCHEMA: Final = """
CREATE TABLE hub_stint (
    case_no    TEXT    NOT NULL,
    leg        INTEGER NOT NULL,
    hall       TEXT    NOT NULL,
    origin     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    changed    TEXT    NOT NULL,
    last_index INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    gone       INTEGER NOT NULL,
    PRIMARY KEY (case_no, leg)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_transfer (
    case_no     TEXT    NOT NULL,
    leg         INTEGER NOT NULL,
    from_hall   TEXT    NOT NULL DEFAULT '',
    to_hall     TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    given_at    TEXT    NOT NULL,
    origin      TEXT    NOT NULL DEFAULT '',
    idx         INTEGER NOT NULL DEFAULT -1,
    sent_at     TEXT    NOT NULL DEFAULT '',
    taken_at    TEXT    NOT NULL DEFAULT '',
    scans       INTEGER NOT NULL DEFAULT 0,
    scans_sent  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (case_no, leg)
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_transfer_open ON hub_transfer (taken_at, given_at, case_no) WHERE taken_at = '';
CREATE INDEX hub_transfer_unsent ON hub_transfer (sent_at, given_at, case_no) WHERE sent_at = '';
CREATE INDEX hub_transfer_scans ON hub_transfer (given_at, case_no) WHERE scans_sent < scans;
CREATE TABLE hub_reported (
    case_no TEXT    NOT NULL,
    hall    TEXT    NOT NULL,
    leg     INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    taken   INTEGER NOT NULL,
    PRIMARY KEY (case_no, hall)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_report_due (
    case_no TEXT NOT NULL,
    hall    TEXT NOT NULL,
    PRIMARY KEY (case_no, hall)
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer as the city knows it.

    Attributes:
        case_no: the case.
        leg: which of its transfers.
        from_hall: hall that gave it up; empty while its entry is not here.
        to_hall: hall that gets it.
        purpose: what for.
        given_at: instant at which it was given up.
        origin: log with the entry that gave it up, and its index there (-1 while it is not here).
        sent_at: when the city entrusted the other hall with it; empty before that.
        taken_at: when somebody there signed for it; empty before that.
        scans: files that its entries name.
        scans_sent: of these, how many were passed on.
    """

    case_no: str
    leg: int
    from_hall: str
    to_hall: str
    purpose: str
    given_at: str
    origin: str
    index: int
    sent_at: str
    taken_at: str
    scans: int
    scans_sent: int


_TRANSFER: Final = (
    "case_no, leg, from_hall, to_hall, purpose, given_at, origin, idx, sent_at, taken_at, scans, scans_sent"
)


def receive(connection: Connection, applied: AppliedEntry, event: CaseReceived | CaseSubmitted) -> None:
    """Begin a case; a number that stands already is flagged."""
    number = applied.meta.case or ""
    if taken(connection, applied, number):
        return
    hall, state = hall_of(applied.origin), STATE_AFTER[event.TYPE]
    connection.execute(
        "INSERT INTO hub_case"
        " (case_no, origin, hall, item_code, item_name, state, received, changed, last_index, entries)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            number, applied.origin, hall, event.item_code, event.item_name, state, applied.meta.t, applied.meta.t,
            applied.index,
        ),
    )  # fmt: skip
    _count(connection, hall, 1, int(state not in TERMINAL))
    if connection.execute("SELECT 1 FROM hub_stint WHERE case_no = ? LIMIT 1", (number,)).fetchone() is not None:
        _spread(connection, number)  # another hall's time with it was read before its beginning
        _refresh(connection, number)


def taken(connection: Connection, applied: AppliedEntry, number: str) -> bool:
    """Flag a number that stands already: a fact of two signed logs; a person decides which paper stands."""
    found = connection.execute(
        "SELECT 1 FROM hub_case WHERE case_no = ?1 UNION ALL SELECT 1 FROM hub_joint WHERE joint_no = ?1", (number,)
    ).fetchone()
    if found is not None:
        flag(connection, applied, "number_taken", number)
    return found is not None


def advance(connection: Connection, applied: AppliedEntry) -> None:
    """Take in what a hall wrote about a case that it has; what it wrote about another hall's is flagged."""
    number = applied.meta.case
    if number is None:
        return
    hall = hall_of(applied.origin)
    row = connection.execute("SELECT state, hall, moved FROM hub_case WHERE case_no = ?", (number,)).fetchone()
    event = applied.event
    if row is not None and not row[2] and row[1] == hall and not isinstance(event, CaseTransferred):
        _advance_unmoved(connection, applied, str(row[0]))
        return
    if row is not None and not row[2] and row[1] == hall:
        _spread(connection, number)
    open_stint = connection.execute(
        "SELECT max(leg), state FROM hub_stint WHERE case_no = ? AND hall = ? AND gone = 0", (number, hall)
    ).fetchone()
    if open_stint is None or open_stint[0] is None:
        flag(connection, applied, "case_unknown", number)
        return
    leg, before = int(open_stint[0]), str(open_stint[1])
    connection.execute(
        "UPDATE hub_stint SET state = ?, changed = ?, last_index = ?, entries = entries + 1, gone = ?"
        " WHERE case_no = ? AND leg = ?",
        (
            STATE_AFTER.get(applied.meta.type, before), applied.meta.t, applied.index,
            int(isinstance(event, CaseTransferred)), number, leg,
        ),
    )  # fmt: skip
    if isinstance(event, CaseTransferred):
        _give(connection, applied, event, hall)
    elif isinstance(event, CaseTakenOver):
        connection.execute(
            "UPDATE hub_transfer SET taken_at = ? WHERE case_no = ? AND leg = ?", (applied.meta.t, number, leg)
        )
    _refresh(connection, number)


def _advance_unmoved(connection: Connection, applied: AppliedEntry, before: str) -> None:
    state = STATE_AFTER.get(applied.meta.type, before)
    connection.execute(
        "UPDATE hub_case SET state = ?, changed = ?, last_index = ?, entries = entries + 1 WHERE case_no = ?",
        (state, applied.meta.t, applied.index, applied.meta.case),
    )
    if change := (before in TERMINAL) - (state in TERMINAL):
        _count(connection, hall_of(applied.origin), 0, change)


def _give(connection: Connection, applied: AppliedEntry, event: CaseTransferred, hall: str) -> None:
    """Keep who gave it up; the entry that entrusts the other hall may have been read before."""
    connection.execute(
        "INSERT INTO hub_transfer (case_no, leg, from_hall, to_hall, purpose, given_at, origin, idx)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (case_no, leg) DO UPDATE SET"
        " from_hall = excluded.from_hall, origin = excluded.origin, idx = excluded.idx",
        (
            applied.meta.case, event.leg, hall, event.to, event.purpose, applied.meta.t, applied.origin,
            applied.index,
        ),
    )  # fmt: skip


def word(connection: Connection, applied: AppliedEntry) -> None:
    """Take in what the city itself wrote to a hall about a case."""
    event, number, hall = applied.event, applied.meta.case or "", hall_of(applied.origin)
    match event:
        case CaseEntrusted():
            _entrust(connection, applied, event, hall)
        case CaseScansFollowed():
            connection.execute(
                "UPDATE hub_transfer SET scans_sent = scans_sent + ? WHERE case_no = ? AND leg = ?",
                (event.count, number, event.leg),
            )
        case CaseReported():
            connection.execute(
                "INSERT OR REPLACE INTO hub_reported (case_no, hall, leg, state, taken) VALUES (?, ?, ?, ?, ?)",
                (number, hall, event.leg, event.state, int(event.taken)),
            )
            _mark_reports(connection, number)
        case _:
            pass


def _entrust(connection: Connection, applied: AppliedEntry, event: CaseEntrusted, hall: str) -> None:
    number = applied.meta.case or ""
    _spread(connection, number)
    connection.execute(
        "INSERT INTO hub_transfer (case_no, leg, to_hall, purpose, given_at, sent_at, scans)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (case_no, leg) DO UPDATE SET sent_at = excluded.sent_at, scans = excluded.scans",
        (number, event.leg, hall, event.purpose, event.given_at, applied.meta.t, event.scans),
    )
    connection.execute(
        "INSERT OR IGNORE INTO hub_stint (case_no, leg, hall, origin, state, changed, last_index, entries, gone)"
        " VALUES (?, ?, ?, ?, ?, ?, -1, 0, 0)",
        (number, event.leg, hall, applied.origin, event.state, applied.meta.t),
    )
    _refresh(connection, number)


def _spread(connection: Connection, number: str) -> None:
    """Make the first hall's time with a case a stint of its own; from here on the case is read from its stints."""
    connection.execute(
        "INSERT INTO hub_stint (case_no, leg, hall, origin, state, changed, last_index, entries, gone)"
        " SELECT case_no, 0, hall, origin, state, changed, last_index, entries, 0 FROM hub_case"
        " WHERE case_no = ? AND moved = 0",
        (number,),
    )
    connection.execute("UPDATE hub_case SET moved = 1 WHERE case_no = ?", (number,))


def _refresh(connection: Connection, number: str) -> None:
    """Say of a case that moved what its newest stint says."""
    before = connection.execute("SELECT hall, state FROM hub_case WHERE case_no = ?", (number,)).fetchone()
    if before is None:
        return  # its beginning is not here yet
    connection.execute(
        "UPDATE hub_case SET (hall, origin, state, changed, last_index, leg, gone) = (SELECT hall, origin, state,"
        " changed, last_index, leg, gone FROM hub_stint s WHERE s.case_no = ?1 ORDER BY s.leg DESC LIMIT 1),"
        " entries = (SELECT sum(s.entries) FROM hub_stint s WHERE s.case_no = ?1) WHERE case_no = ?1",
        (number,),
    )
    hall, state = connection.execute("SELECT hall, state FROM hub_case WHERE case_no = ?", (number,)).fetchone() or (
        before
    )
    _count(connection, before[0], -1, -int(before[1] not in TERMINAL))
    _count(connection, hall, 1, int(state not in TERMINAL))
    connection.execute("DELETE FROM hub_tally WHERE cases = 0")
    _mark_reports(connection, number)


def _mark_reports(connection: Connection, number: str) -> None:
    """Mark the halls that had the case and were not told yet where it is and how it stands."""
    connection.execute("DELETE FROM hub_report_due WHERE case_no = ?", (number,))
    connection.execute(
        "INSERT OR IGNORE INTO hub_report_due (case_no, hall)"
        " SELECT c.case_no, s.hall FROM hub_case c JOIN hub_stint s ON s.case_no = c.case_no AND s.leg < c.leg"
        " LEFT JOIN hub_transfer t ON t.case_no = c.case_no AND t.leg = c.leg"
        " LEFT JOIN hub_reported r ON r.case_no = c.case_no AND r.hall = s.hall"
        " WHERE c.case_no = ? AND c.gone = 0 AND s.hall <> c.hall AND (r.case_no IS NULL OR r.leg <> c.leg"
        " OR r.state <> c.state OR r.taken <> (coalesce(t.taken_at, '') <> ''))",
        (number,),
    )


def _count(connection: Connection, hall: str, cases: int, still_open: int) -> None:
    connection.execute(
        "INSERT INTO hub_tally (hall, cases, open) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (hall) DO UPDATE SET cases = cases + ?2, open = open + ?3",
        (hall, cases, still_open),
    )


# ---- questions -------------------------------------------------------------------------------------------------


def _transfers(connection: Connection, rest: str, values: tuple[Any, ...] = ()) -> list[Transfer]:
    rows = connection.execute(f"SELECT {_TRANSFER} FROM hub_transfer {rest}", values)  # noqa: S608 - our own words
    return [Transfer(*row) for row in rows]


def legs(connection: Connection, number: str) -> list[Transfer]:
    """List the transfers of a case in order."""
    return _transfers(connection, "WHERE case_no = ? ORDER BY leg", (number,))


def unsent(connection: Connection, *, limit: int) -> list[Transfer]:
    """List transfers that the city has not passed on, the oldest first."""
    return _transfers(
        connection, "INDEXED BY hub_transfer_unsent WHERE sent_at = '' ORDER BY given_at, case_no LIMIT ?", (limit,)
    )


def without_scans(connection: Connection, *, limit: int) -> list[Transfer]:
    """List transfers whose scans were not all passed on, the oldest first."""
    return _transfers(
        connection,
        "INDEXED BY hub_transfer_scans WHERE scans_sent < scans AND sent_at <> '' ORDER BY given_at, case_no LIMIT ?",
        (limit,),
    )


def undelivered(connection: Connection, *, limit: int = 500) -> list[Transfer]:
    """List transfers that nobody has signed for, the longest under way first."""
    return _transfers(
        connection, "INDEXED BY hub_transfer_open WHERE taken_at = '' ORDER BY given_at, case_no LIMIT ?", (limit,)
    )


def item_name(connection: Connection, number: str) -> str:
    """Give the name of a case's item; empty while its beginning is not here."""
    row = connection.execute("SELECT item_name FROM hub_case WHERE case_no = ?", (number,)).fetchone()
    return "" if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Due:
    """A report that a hall is owed: the case, that hall, and what is to be told."""

    case_no: str
    hall: str
    leg: int
    now_at: str
    state: str
    changed: str
    last_index: int
    taken: int


def reports_due(connection: Connection, *, limit: int) -> list[Due]:
    """List what halls that had a case before are still to be told."""
    rows = connection.execute(
        "SELECT d.case_no, d.hall, c.leg, c.hall, c.state, c.changed, c.last_index, coalesce(t.taken_at, '') <> ''"
        " FROM hub_report_due d JOIN hub_case c ON c.case_no = d.case_no"
        " LEFT JOIN hub_transfer t ON t.case_no = c.case_no AND t.leg = c.leg ORDER BY d.case_no, d.hall LIMIT ?",
        (limit,),
    )
    return [Due(*row) for row in rows]
