"""What the city derives from all logs: cases of every hall, what was sent down, leases, and flags for people.

No personal data is kept here: the board needs numbers, items and states. Everything is rebuilt by replaying the logs.
"""

from collections.abc import Sequence
from typing import Final

from appliance.domain.events import (
    JOINT_EVENTS,
    CaseReceived,
    CaseSubmitted,
    CertificateIssued,
    JointReceived,
    LeaseGranted,
    PackPublished,
    UnknownEvent,
)
from appliance.domain.states import TERMINAL
from appliance.domain.transitions import TRANSITIONS
from appliance.projections import city_commands, conflicts
from appliance.projections.city_commands import hall_of
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from sync.hub import certificates, facts, personal_data, silences

# An event leads to one state whatever row of domain §2.3 it belongs to; a test holds this against the table.
STATE_AFTER: Final[dict[str, str]] = {
    row.event: row.target.value for row in TRANSITIONS.values() if row.target is not None
}

# Counted as the entries come: the board asks for every hall every two seconds, and cases grow without end.
CASE_SCHEMA: Final = """
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
    entries    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_case_by_change ON hub_case (changed DESC, case_no);
CREATE INDEX hub_case_of_hall ON hub_case (hall, changed DESC, case_no);
CREATE TABLE hub_tally (
    hall  TEXT    NOT NULL PRIMARY KEY,
    cases INTEGER NOT NULL,
    open  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

# A joint whole 并联 has a number of its own; what happens to its members stands at their cases.
JOINT_SCHEMA: Final = """
CREATE TABLE hub_joint (
    joint_no   TEXT    NOT NULL PRIMARY KEY,
    origin     TEXT    NOT NULL,
    set_code   TEXT    NOT NULL,
    set_name   TEXT    NOT NULL,
    received   TEXT    NOT NULL,
    changed    TEXT    NOT NULL,
    last_index INTEGER NOT NULL,
    entries    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

SENT_SCHEMA: Final = """
CREATE TABLE hub_pack (
    origin  TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    sha256  TEXT    NOT NULL,
    idx     INTEGER NOT NULL,
    PRIMARY KEY (origin, name, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_lease (
    origin  TEXT NOT NULL PRIMARY KEY,
    expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

FLAG_SCHEMA: Final = """
CREATE TABLE hub_flag (
    origin TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    t      TEXT    NOT NULL,
    PRIMARY KEY (origin, idx, kind)
) STRICT, WITHOUT ROWID;
"""


class HubProjector:
    """The hub's read models together (`appliance.store.change.Projector`).

    Args:
        secret: key of the digests under which an applicant's receipts are found (`sync.hub.facts`).
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes = b"") -> None:
        self._secret = secret

    def schemas(self) -> Sequence[tuple[str, str]]:
        """Give name and DDL of each."""
        return (
            ("hub_case", CASE_SCHEMA),
            ("hub_joint", JOINT_SCHEMA),
            ("hub_sent", SENT_SCHEMA),
            ("hub_flag", FLAG_SCHEMA),
            ("hub_certificate", certificates.SCHEMA),
            ("hub_facts", facts.SCHEMA),
            ("hub_silence", silences.SCHEMA),
            ("hub_pii", personal_data.SCHEMA),
            (city_commands.MODEL.name, city_commands.SCHEMA),
            (conflicts.MODEL.name, conflicts.SCHEMA),
        )

    def ready(self, applied: AppliedEntry) -> bool:  # noqa: ARG002 - the port
        """Every entry can be applied at once: scans travel apart and nothing here needs them."""
        return True

    def forget(self, connection: Connection, places: Sequence[tuple[str, int]]) -> bool:
        """Take out the digests of receipts; nothing else here was made from a private part."""
        personal_data.forget(connection, places, self._secret)
        return True

    def apply(self, connection: Connection, applied: AppliedEntry) -> None:
        """Write what an entry means for the city."""
        event = applied.event
        facts.apply(connection, applied, self._secret)
        city_commands.apply(connection, applied)
        conflicts.apply(connection, applied)
        silences.apply(connection, applied)
        personal_data.apply(connection, applied)
        match event:
            case PackPublished():
                connection.execute(
                    "INSERT OR REPLACE INTO hub_pack (origin, name, version, sha256, idx) VALUES (?, ?, ?, ?, ?)",
                    (applied.origin, event.name, event.version, event.sha256, applied.index),
                )
            case LeaseGranted():
                connection.execute(
                    "INSERT INTO hub_lease (origin, expires) VALUES (?, ?)"
                    " ON CONFLICT (origin) DO UPDATE SET expires = max(expires, excluded.expires)",
                    (applied.origin, event.until),
                )
            case CertificateIssued():
                certificates.apply(connection, applied, event)
            case UnknownEvent():
                _flag(connection, applied, "unknown_type", f"{applied.meta.type} v{applied.meta.tv}")
            case _ if applied.own:
                pass
            case JointReceived():
                _receive_joint(connection, applied, event)
            case _ if isinstance(event, JOINT_EVENTS):
                _advance_joint(connection, applied)
            case CaseSubmitted():
                _receive(connection, applied, event)
            case CaseReceived() if not event.submitted:
                _receive(connection, applied, event)
            case _:
                _advance(connection, applied)


def _receive(connection: Connection, applied: AppliedEntry, event: CaseReceived | CaseSubmitted) -> None:
    number = applied.meta.case or ""
    if _taken(connection, applied, number):
        return
    connection.execute(
        "INSERT INTO hub_case"
        " (case_no, origin, hall, item_code, item_name, state, received, changed, last_index, entries)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        (
            number,
            applied.origin,
            hall_of(applied.origin),
            event.item_code,
            event.item_name,
            STATE_AFTER[event.TYPE],
            applied.meta.t,
            applied.meta.t,
            applied.index,
        ),
    )
    _count(connection, applied.origin, 1, int(STATE_AFTER[event.TYPE] not in TERMINAL))


def _count(connection: Connection, origin: str, cases: int, still_open: int) -> None:
    connection.execute(
        "INSERT INTO hub_tally (hall, cases, open) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (hall) DO UPDATE SET cases = cases + ?2, open = open + ?3",
        (hall_of(origin), cases, still_open),
    )


def _receive_joint(connection: Connection, applied: AppliedEntry, event: JointReceived) -> None:
    number, at = applied.meta.case or "", applied.meta.t
    if _taken(connection, applied, number):
        return
    connection.execute(
        "INSERT INTO hub_joint (joint_no, origin, set_code, set_name, received, changed, last_index, entries)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        (number, applied.origin, event.set_code, event.set_name, at, at, applied.index),
    )


def _taken(connection: Connection, applied: AppliedEntry, number: str) -> bool:
    """Flag a number that stands already: a fact of two signed logs; a person decides which paper stands."""
    found = connection.execute(
        "SELECT 1 FROM hub_case WHERE case_no = ?1 UNION ALL SELECT 1 FROM hub_joint WHERE joint_no = ?1", (number,)
    ).fetchone()
    if found is not None:
        _flag(connection, applied, "number_taken", number)
    return found is not None


def _advance_joint(connection: Connection, applied: AppliedEntry) -> None:
    number = applied.meta.case or ""
    connection.execute(
        "UPDATE hub_joint SET changed = ?, last_index = ?, entries = entries + 1"
        " WHERE joint_no = ? AND instr(origin, ?) = 1",
        (applied.meta.t, applied.index, number, side_of(applied.origin)),
    )
    if connection.changes() == 0:
        _flag(connection, applied, "case_unknown", number)


def _advance(connection: Connection, applied: AppliedEntry) -> None:
    number = applied.meta.case
    if number is None:
        return
    row = connection.execute(
        "SELECT state FROM hub_case WHERE case_no = ? AND hall = ?", (number, hall_of(applied.origin))
    ).fetchone()
    if row is None:
        _flag(connection, applied, "case_unknown", number)
        return
    before = str(row[0])
    state = STATE_AFTER.get(applied.meta.type, before)
    connection.execute(
        "UPDATE hub_case SET state = ?, changed = ?, last_index = ?, entries = entries + 1 WHERE case_no = ?",
        (state, applied.meta.t, applied.index, number),
    )
    if change := (before in TERMINAL) - (state in TERMINAL):
        _count(connection, applied.origin, 0, change)


def _flag(connection: Connection, applied: AppliedEntry, kind: str, detail: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO hub_flag (origin, idx, kind, detail, t) VALUES (?, ?, ?, ?, ?)",
        (applied.origin, applied.index, kind, detail, applied.meta.t),
    )


def side_of(origin: str) -> str:
    """Give what all epochs of a log have in common: ``<city>/<hall>/h2c/e``."""
    return origin.rpartition("/e")[0] + "/e"


def lease_of(connection: Connection, origin: str) -> str | None:
    """Give the instant until which the city's log for a hall grants the lease, or None."""
    row = connection.execute("SELECT expires FROM hub_lease WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else str(row[0])


def pack_version(connection: Connection, origin: str, name: str) -> tuple[int, str]:
    """Give version and digest of the newest pack of a name that was sent down a log; (0, "") before the first."""
    row = connection.execute(
        "SELECT version, sha256 FROM hub_pack WHERE origin = ? AND name = ? ORDER BY version DESC LIMIT 1",
        (origin, name),
    ).fetchone()
    return (0, "") if row is None else (row[0], row[1])
