"""Password verifiers and the count of failed attempts: local tables, functions over a connection.

The passwords are hashed by argon2id (``nacl.pwhash``) outside the writer: hashing costs tens of milliseconds and
64 MiB, so callers do it on a thread of their own and hand only the result in here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import apsw

from appliance.clock import format_time, parse_time

FAILURES_MAX = 5
LOCK_MINUTES = 15


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """The stored verifier of one person: an argon2id string, whether it must be changed, and since when it holds."""

    login: str
    verifier: str
    must_change: bool
    changed: datetime


@dataclass(frozen=True, slots=True)
class FailureRow:
    """Failed attempts in a row for one name typed at the sign-in page, known or not."""

    failures: int
    last: datetime
    locked_until: datetime | None


def find(connection: apsw.Connection, login: str) -> CredentialRow | None:
    """Read the verifier of `login`, or None."""
    found = connection.execute(
        "SELECT login, verifier, must_change, changed FROM credential WHERE login = ?",
        (login,),
    ).fetchone()
    if found is None:
        return None
    name, verifier, must_change, changed = found
    return CredentialRow(name, verifier, bool(must_change), parse_time(changed))


def put(connection: apsw.Connection, row: CredentialRow) -> None:
    """Store a verifier and forget earlier failures."""
    connection.execute(
        "INSERT INTO credential (login, verifier, must_change, changed) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (login) DO UPDATE SET verifier = excluded.verifier,"
        " must_change = excluded.must_change, changed = excluded.changed",
        (row.login, row.verifier, int(row.must_change), format_time(row.changed)),
    )
    clear_failures(connection, row.login)


def remove(connection: apsw.Connection, login: str) -> None:
    """Take a person's password away: the account cannot sign in any more."""
    connection.execute("DELETE FROM credential WHERE login = ?", (login,))


def failure(connection: apsw.Connection, login: str) -> FailureRow | None:
    """Read the failed attempts counted for a name, or None."""
    found = connection.execute(
        "SELECT failures, last, locked_until FROM login_failure WHERE login = ?",
        (login,),
    ).fetchone()
    if found is None:
        return None
    failures, last, locked_until = found
    return FailureRow(failures, parse_time(last), parse_time(locked_until) if locked_until else None)


def note_failure(connection: apsw.Connection, login: str, now: datetime) -> FailureRow:
    """Count one failed attempt at `now`; the fifth in a row locks the name for 15 minutes (等保 身份鉴别).

    A count older than the lock time starts again at one. Rows that old are removed on the way, so that guessing
    names cannot fill the disk.
    """
    window = timedelta(minutes=LOCK_MINUTES)
    connection.execute(
        "DELETE FROM login_failure WHERE last < ?1 AND (locked_until IS NULL OR locked_until < ?2)",
        (format_time(now - window), format_time(now)),
    )
    before = failure(connection, login)
    served = before is not None and before.locked_until is not None and before.locked_until <= now
    count = 1 if before is None or served else before.failures + 1
    locked_until = now + window if count >= FAILURES_MAX else None
    connection.execute(
        "INSERT INTO login_failure (login, failures, last, locked_until) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (login) DO UPDATE SET failures = excluded.failures, last = excluded.last,"
        " locked_until = excluded.locked_until",
        (login, count, format_time(now), format_time(locked_until) if locked_until else None),
    )
    return FailureRow(count, now, locked_until)


def settle(connection: apsw.Connection, login: str, *, fits: bool, now: datetime) -> FailureRow | None:
    """Count an attempt whose password was checked: twenty at once are counted one after the other.

    Args:
        connection: the writer's.
        login: the name that was typed.
        fits: whether the password was the right one.
        now: time of the attempt.

    Returns:
        None when the attempt is good; else the count, whose `locked_until` is set while the name is locked.
    """
    counted = failure(connection, login)
    if counted is not None and counted.locked_until is not None and counted.locked_until > now:
        return counted
    if not fits:
        return note_failure(connection, login, now)
    if counted is not None:
        clear_failures(connection, login)
    return None


def clear_failures(connection: apsw.Connection, login: str) -> None:
    """Forget the failed attempts of a name after a success or a reset."""
    connection.execute("DELETE FROM login_failure WHERE login = ?", (login,))
