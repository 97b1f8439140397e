"""Certificates of this hall's document key, as the city's log brought them, and the authorities that they name."""

import base64
from collections.abc import Sequence

from appliance.domain.events import CertificateIssued
from appliance.projections.read_model import ReadModel
from appliance.signing.values import Credential
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE certificate (
    idx         INTEGER NOT NULL PRIMARY KEY,
    hall        TEXT    NOT NULL,
    public      TEXT    NOT NULL,
    certificate BLOB    NOT NULL,
    authority   BLOB    NOT NULL,
    code        BLOB    NOT NULL,
    starts      TEXT    NOT NULL,
    ends        TEXT    NOT NULL
) STRICT;
"""


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what the city issued; an entry of the hall's own log could not speak for it."""
    event = applied.event
    if not isinstance(event, CertificateIssued) or applied.own:
        return
    parts = (base64.b64decode(part) for part in (event.certificate, event.authority, event.code))
    connection.execute(
        "INSERT OR REPLACE INTO certificate (idx, hall, public, certificate, authority, code, starts, ends)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (applied.index, event.hall, event.public, *parts, event.starts, event.ends),
    )


MODEL = ReadModel("certificates", SCHEMA, apply, frozenset({CertificateIssued}))


def in_force(connection: Connection, moment: str) -> Credential | None:
    """Give the newest certificate that is valid at an instant, or None."""
    row = connection.execute(
        "SELECT certificate, authority, code FROM certificate"
        " WHERE starts <= ?1 AND ends > ?1 ORDER BY idx DESC LIMIT 1",
        (moment,),
    ).fetchone()
    return Credential(certificate=row[0], authority=row[1], code=row[2]) if row else None


def authorities(connection: Connection) -> Sequence[bytes]:
    """Give the certificates of the city's document authority, the newest first; DER."""
    rows = connection.execute("SELECT authority FROM certificate GROUP BY authority ORDER BY max(idx) DESC")
    return [bytes(row[0]) for row in rows]


def document_keys(connection: Connection) -> Sequence[bytes]:
    """Give every document key that the city certified for this hall, the newest first; compressed points."""
    rows = connection.execute("SELECT public FROM certificate GROUP BY public ORDER BY max(idx) DESC")
    return [bytes.fromhex(row[0]) for row in rows if row[0]]
