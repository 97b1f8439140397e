"""What a side remembers of the other: cosignatures and last contact. LOCAL tables of the base schema.

Writes run inside the writer's transaction (``writer.local`` or a change's `local`); reads on a reader's connection.
None of it is derived from a log, and none of it is trusted for reconciliation: positions are asked for anew each time.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Contact:
    """The last contact with a peer.

    Attributes:
        peer: ``city`` at a hall; the hall's code at the city.
        state: short code of how it ended.
        at: instant of the last attempt or message, ISO 8601; None before the first.
        success: instant when both sides last were equal, by size and root; None before.
        detail: counters and texts for display.
    """

    peer: str
    state: str
    at: str | None
    success: str | None
    detail: dict[str, Any]


def store_cosignature(connection: Connection, origin: str, size: int, line: str, time: int, received: float) -> None:
    """Keep a verified cosignature line; a newer one over the same size replaces the older.

    Args:
        connection: the writer's.
        origin: the log that was cosigned.
        size: size of the cosigned checkpoint.
        line: the signature line with its line feed.
        time: seconds since 1970 as the cosigner stated.
        received: CLOCK_BOOTTIME seconds when it arrived.
    """
    connection.execute(
        "INSERT INTO cosignature (log, size, line, time, received) SELECT id, ?, ?, ?, ? FROM log WHERE origin = ?"
        " ON CONFLICT (log, size) DO UPDATE SET line = excluded.line, time = excluded.time,"
        " received = excluded.received WHERE excluded.time >= cosignature.time",
        (size, line, time, received, origin),
    )


def latest_cosignature(connection: Connection, origin: str) -> tuple[int, str, int] | None:
    """Give size, line and time of the cosignature over the largest size, or None."""
    row: tuple[int, str, int] | None = connection.execute(
        "SELECT c.size, c.line, c.time FROM cosignature c JOIN log l ON l.id = c.log WHERE l.origin = ?"
        " ORDER BY c.size DESC LIMIT 1",
        (origin,),
    ).fetchone()
    return row


def latest_cosignature_time(connection: Connection, origin: str) -> int | None:
    """Give the latest time that a cosignature of a log states, in seconds since 1970, or None."""
    row: tuple[int | None] | None = connection.execute(
        "SELECT max(c.time) FROM cosignature c JOIN log l ON l.id = c.log WHERE l.origin = ?", (origin,)
    ).fetchone()
    return row[0] if row is not None else None


def store_contact(connection: Connection, contact: Contact) -> None:
    """Keep what is known of a peer; `success` None leaves the one that is there."""
    connection.execute(
        "INSERT INTO contact (peer, state, at, success, detail) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (peer) DO UPDATE SET state = excluded.state, at = excluded.at,"
        " success = coalesce(excluded.success, contact.success), detail = excluded.detail",
        (contact.peer, contact.state, contact.at, contact.success, msgspec.json.encode(contact.detail).decode()),
    )


def touch_contact(connection: Connection, peer: str, at: str, *, equal: bool = False) -> None:
    """Move the instant of the last contact forward, with `equal` also that of the last time when both were equal."""
    connection.execute(
        "INSERT INTO contact (peer, state, at) VALUES (?1, 'contact', ?2)"
        " ON CONFLICT (peer) DO UPDATE SET at = excluded.at,"
        " success = CASE WHEN ?3 THEN excluded.at ELSE success END, state = CASE WHEN ?3 THEN 'equal' ELSE state END",
        (peer, at, equal),
    )


def read_contact(connection: Connection, peer: str) -> Contact | None:
    """Give what is known of a peer, or None before the first contact."""
    row = connection.execute("SELECT peer, state, at, success, detail FROM contact WHERE peer = ?", (peer,)).fetchone()
    if row is None:
        return None
    name, state, at, success, detail = row
    return Contact(name, state, at, success, msgspec.json.decode(detail))


def read_contacts(connection: Connection) -> dict[str, Contact]:
    """Give what is known of every peer, by its name, in one statement."""
    rows = connection.execute("SELECT peer, state, at, success, detail FROM contact")
    return {
        peer: Contact(peer, state, at, success, msgspec.json.decode(detail))
        for peer, state, at, success, detail in rows
    }
