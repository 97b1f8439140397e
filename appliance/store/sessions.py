"""Sessions on the server and the access log: local tables, functions over a connection.

Writes run inside the writer's transaction (``writer.local``); reads on a reader's connection. The table holds the
SHA-256 of the cookie's token, never the token.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import apsw

from appliance.clock import format_time, parse_time


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in person at one browser.

    Attributes:
        id: SHA-256 (hex) of the cookie's token.
        login: staff number 工号.
        role: code of the role acted in.
        window: window number chosen at sign-in, or None.
        created: instant of sign-in.
        seen: instant of the last act by a person (not of a page's own polling).
        expires: instant after which the session is over whatever happens.
        csrf: token that every form of this session carries.
        locked: the screen is locked; the password opens it again.
        must_change: the password has to be changed before anything else.
    """

    id: str
    login: str
    role: str
    window: str | None
    created: datetime
    seen: datetime
    expires: datetime
    csrf: str
    locked: bool = False
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One line of the access log: who did what with an account or saw personal data in full (PIPL art. 51, 55)."""

    at: datetime
    login: str
    act: str
    result: str
    subject: str = ""
    purpose: str = ""
    window: str | None = None
    address: str = ""


SESSION_KEPT = timedelta(days=30)
ACCESS_KEPT = timedelta(days=365)

_COLUMNS = "id, login, role, window, created, seen, expires, csrf, locked, must_change"


def create(connection: apsw.Connection, row: SessionRow) -> None:
    """Insert a new session; an id that exists already is an error, never an overwrite."""
    connection.execute(
        f"INSERT INTO session ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant list
        (
            row.id,
            row.login,
            row.role,
            row.window,
            format_time(row.created),
            format_time(row.seen),
            format_time(row.expires),
            row.csrf,
            int(row.locked),
            int(row.must_change),
        ),
    )


def begin(connection: apsw.Connection, row: SessionRow, *, replacing: str | None) -> None:
    """Insert a new session and end the one that it replaces."""
    if replacing:
        delete(connection, replacing)
    create(connection, row)


def load(connection: apsw.Connection, session_id: str) -> SessionRow | None:
    """Read one session by the hash of its token, expired ones included; None when there is none."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM session WHERE id = ?",  # noqa: S608 - a constant list
        (session_id,),
    ).fetchone()
    if found is None:
        return None
    key, login, role, window, created, seen, expires, csrf, locked, must_change = found
    return SessionRow(
        id=key,
        login=login,
        role=role,
        window=window,
        created=parse_time(created),
        seen=parse_time(seen),
        expires=parse_time(expires),
        csrf=csrf,
        locked=bool(locked),
        must_change=bool(must_change),
    )


def touch(connection: apsw.Connection, session_id: str, seen: datetime) -> None:
    """Note that a person acted in this session at `seen`."""
    connection.execute("UPDATE session SET seen = ? WHERE id = ?", (format_time(seen), session_id))


def set_locked(connection: apsw.Connection, session_id: str, *, locked: bool, seen: datetime) -> None:
    """Lock or unlock the screen of a session at `seen`."""
    connection.execute(
        "UPDATE session SET locked = ?, seen = ? WHERE id = ?",
        (int(locked), format_time(seen), session_id),
    )


def delete(connection: apsw.Connection, session_id: str) -> None:
    """End one session."""
    connection.execute("DELETE FROM session WHERE id = ?", (session_id,))


def delete_of_login(connection: apsw.Connection, login: str, *, keep: str = "") -> None:
    """End every session of a person but `keep`: after a change of password, or when the account is closed."""
    connection.execute("DELETE FROM session WHERE login = ? AND id <> ?", (login, keep))


def purge(connection: apsw.Connection, before: datetime) -> int:
    """Remove sessions that expired before `before`; gives their number.

    An expired row is kept for a while on purpose: it says whose form it was that arrived too late.
    """
    connection.execute("DELETE FROM session WHERE expires < ?", (format_time(before),))
    return connection.changes()


def record_access(connection: apsw.Connection, row: AccessRow) -> None:
    """Append one line to the access log."""
    connection.execute(
        "INSERT INTO access_log (at, login, act, result, subject, purpose, window, address)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (format_time(row.at), row.login, row.act, row.result, row.subject, row.purpose, row.window, row.address),
    )


def count_access(connection: apsw.Connection, act: str, result: str, subject: str, since: datetime) -> int:
    """Count the lines of an act with a result about a subject since an instant."""
    number: int = connection.execute(
        "SELECT count(*) FROM access_log WHERE at >= ? AND act = ? AND result = ? AND subject = ?",
        (format_time(since), act, result, subject),
    ).get
    return number


def recent_access(connection: apsw.Connection, *, login: str = "", limit: int = 100) -> tuple[AccessRow, ...]:
    """Read the newest lines of the access log, newest first, of one person or of all."""
    rows = connection.execute(
        "SELECT at, login, act, result, subject, purpose, window, address FROM access_log"
        " WHERE ?1 = '' OR login = ?1 ORDER BY id DESC LIMIT ?2",
        (login, limit),
    )
    return tuple(
        AccessRow(parse_time(at), who, act, result, subject, purpose, window, address)
        for at, who, act, result, subject, purpose, window, address in rows
    )


def purge_access(connection: apsw.Connection, before: datetime) -> int:
    """Remove access-log lines older than `before`; keep at least six months (网络安全法 art. 23)."""
    connection.execute("DELETE FROM access_log WHERE at < ?", (format_time(before),))
    return connection.changes()


def forget_old(connection: apsw.Connection, now: datetime) -> None:
    """Remove what nobody may need any more: sessions long expired, access-log lines beyond their keeping."""
    purge(connection, now - SESSION_KEPT)
    purge_access(connection, now - ACCESS_KEPT)
