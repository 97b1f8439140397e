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
from appliance.projections import city_commands, conflicts, number_blocks
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from sync.hub import cases, certificates, evidence, facts, personal_data, silences
from sync.hub.marks import flag

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
            ("hub_case", cases.SCHEMA),
            ("hub_transfer", cases.TRANSFER_SCHEMA),
            ("hub_joint", JOINT_SCHEMA),
            ("hub_sent", SENT_SCHEMA),
            ("hub_flag", FLAG_SCHEMA),
            ("hub_certificate", certificates.SCHEMA),
            ("hub_facts", facts.SCHEMA),
            ("hub_silence", silences.SCHEMA),
            ("hub_pii", personal_data.SCHEMA),
            ("hub_settled", evidence.SETTLED_SCHEMA),
            (city_commands.MODEL.name, city_commands.SCHEMA),
            (conflicts.MODEL.name, conflicts.SCHEMA),
            (number_blocks.MODEL.name, number_blocks.SCHEMA),
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
        number_blocks.apply(connection, applied)
        personal_data.apply(connection, applied)
        evidence.apply(connection, applied)
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
                flag(connection, applied, "unknown_type", f"{applied.meta.type} v{applied.meta.tv}")
            case _ if applied.own:
                cases.word(connection, applied)
            case JointReceived():
                _receive_joint(connection, applied, event)
            case _ if isinstance(event, JOINT_EVENTS):
                _advance_joint(connection, applied)
            case CaseSubmitted():
                cases.receive(connection, applied, event)
            case CaseReceived() if not event.submitted:
                cases.receive(connection, applied, event)
            case _:
                cases.advance(connection, applied)


def _receive_joint(connection: Connection, applied: AppliedEntry, event: JointReceived) -> None:
    number, at = applied.meta.case or "", applied.meta.t
    if cases.taken(connection, applied, number):
        return
    connection.execute(
        "INSERT INTO hub_joint (joint_no, origin, set_code, set_name, received, changed, last_index, entries)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        (number, applied.origin, event.set_code, event.set_name, at, at, applied.index),
    )


def _advance_joint(connection: Connection, applied: AppliedEntry) -> None:
    number = applied.meta.case or ""
    connection.execute(
        "UPDATE hub_joint SET changed = ?, last_index = ?, entries = entries + 1"
        " WHERE joint_no = ? AND instr(origin, ?) = 1",
        (applied.meta.t, applied.index, number, side_of(applied.origin)),
    )
    if connection.changes() == 0:
        flag(connection, applied, "case_unknown", number)


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
