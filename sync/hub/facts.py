"""What the city keeps of signed entries to find conflicts by: receipts, licences relied on, decisions, who worked.

No personal data: who applied for what is a keyed digest, of no use without the city's secret. Between halls the logs
have no order, so no row depends on what came before it from another hall.
"""

import hashlib
import hmac
from typing import Final

from appliance.domain.events import (
    CaseGranted,
    CaseReceived,
    CaseRefused,
    CaseSubmitted,
    CaseSupplemented,
    LicenceStatusPublished,
)
from appliance.domain.subject import Applicant, MaterialIn
from appliance.domain.withheld import is_withheld
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA: Final = """
CREATE TABLE hub_intake (
    origin       TEXT    NOT NULL,
    idx          INTEGER NOT NULL,
    seen         INTEGER NOT NULL,
    t            TEXT    NOT NULL,
    case_no      TEXT    NOT NULL,
    item_code    TEXT    NOT NULL,
    item_version INTEGER NOT NULL,
    who          BLOB    NOT NULL,
    PRIMARY KEY (origin, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_intake_by_who ON hub_intake (who);
CREATE TABLE hub_relied (
    origin     TEXT    NOT NULL,
    idx        INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    t          TEXT    NOT NULL,
    case_no    TEXT    NOT NULL,
    identifier TEXT    NOT NULL,
    PRIMARY KEY (origin, idx, identifier)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_decided (
    origin  TEXT    NOT NULL,
    idx     INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    t       TEXT    NOT NULL,
    case_no TEXT    NOT NULL,
    PRIMARY KEY (origin, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_worked (
    origin TEXT    NOT NULL,
    staff  TEXT    NOT NULL,
    seen   INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    t      TEXT    NOT NULL,
    PRIMARY KEY (origin, staff, seen)
) STRICT, WITHOUT ROWID;
CREATE TABLE hub_word (
    origin     TEXT    NOT NULL,
    idx        INTEGER NOT NULL,
    t          TEXT    NOT NULL,
    identifier TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    PRIMARY KEY (origin, identifier, idx)
) STRICT, WITHOUT ROWID;
"""


def who(secret: bytes, applicant: Applicant, item: str) -> bytes:
    """Give the keyed digest under which an applicant's receipts of one item are found."""
    text = f"{item}|{applicant.id_type}|{applicant.id_number}"
    return hmac.digest(secret, text.encode(), hashlib.sha256)[:16]


def apply(connection: Connection, applied: AppliedEntry, secret: bytes) -> None:
    """Keep what an entry says."""
    event, meta = applied.event, applied.meta
    place = (applied.origin, applied.index, meta.seen, meta.t)
    if applied.own:
        if isinstance(event, LicenceStatusPublished):
            connection.executemany(
                "INSERT OR IGNORE INTO hub_word (origin, idx, t, identifier, status) VALUES (?, ?, ?, ?, ?)",
                [(applied.origin, applied.index, meta.t, one.identifier, one.status) for one in event.changes],
            )
        return
    # The last of what somebody wrote while one and the same size of the city's log was applied.
    connection.execute(
        "INSERT INTO hub_worked (origin, staff, seen, idx, t) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (origin, staff, seen) DO UPDATE SET idx = excluded.idx, t = excluded.t WHERE excluded.idx > idx",
        (applied.origin, meta.actor.id, meta.seen, applied.index, meta.t),
    )
    number = meta.case or ""
    intake(connection, applied, secret)
    if isinstance(event, CaseSubmitted | CaseReceived | CaseSupplemented):
        _rely(connection, place, number, event.materials)
    elif isinstance(event, CaseGranted | CaseRefused):
        connection.execute(
            "INSERT OR IGNORE INTO hub_decided (origin, idx, seen, t, case_no) VALUES (?, ?, ?, ?, ?)", (*place, number)
        )


def intake(connection: Connection, applied: AppliedEntry, secret: bytes) -> None:
    """Keep by whom something was applied for; nothing once that was erased, and while it is restricted."""
    event, meta = applied.event, applied.meta
    if not (isinstance(event, CaseSubmitted) or (isinstance(event, CaseReceived) and not event.submitted)):
        return
    if is_withheld(event.applicant.name):
        return
    digest = who(secret, event.applicant, event.item_code)
    connection.execute(
        "INSERT OR IGNORE INTO hub_intake (origin, idx, seen, t, case_no, item_code, item_version, who)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            applied.origin,
            applied.index,
            meta.seen,
            meta.t,
            meta.case or "",
            event.item_code,
            event.item_version,
            digest,
        ),
    )


def _rely(
    connection: Connection, place: tuple[str, int, int, str], number: str, materials: tuple[MaterialIn, ...]
) -> None:
    for material in materials:
        if material.licence is not None:
            connection.execute(
                "INSERT OR IGNORE INTO hub_relied (origin, idx, seen, t, case_no, identifier)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*place, number, material.licence),
            )
