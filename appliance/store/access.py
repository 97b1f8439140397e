"""The access log 查看记录: who saw whose personal data, when, and why (domain §7.3; 个人信息保护法 art. 51, 54).

Functions over a connection to ``access.db``. Rows are only ever added: triggers refuse the rest, each row's hash takes
in the one before, and each day is closed with count, Merkle root and head, which the sweep writes into the signed log
(``access.digested``). `appliance.store.access_book` holds the file.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from appliance.clock import format_time
from appliance.ledger.merkle import bulk_root, leaf_hash
from appliance.store.connection import Connection

ACCESS_NAME: Final = "access.db"
KEPT_YEARS: Final = 3
"""How long looks are kept (domain §7.6); what is older is appraised by people, never removed by itself."""
ZERO: Final = bytes(32)
DAYS_AT_ONCE: Final = 400
_DOMAIN: Final = b"hallmark-access-v1\x00"

_TABLES = """
CREATE TABLE IF NOT EXISTS view (
    id      INTEGER PRIMARY KEY,
    day     TEXT NOT NULL,
    at      TEXT NOT NULL,
    login   TEXT NOT NULL,
    role    TEXT NOT NULL,
    act     TEXT NOT NULL,
    cases   TEXT NOT NULL,
    fields  TEXT NOT NULL,
    purpose TEXT NOT NULL,
    window  TEXT NOT NULL,
    address TEXT NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX IF NOT EXISTS view_by_day ON view (day, id);
CREATE INDEX IF NOT EXISTS view_by_login ON view (login, id);
-- Which looks concern a case; derived from `view.cases` and compared with it by `hall access verify`.
CREATE TABLE IF NOT EXISTS viewed (
    case_no TEXT NOT NULL,
    view    INTEGER NOT NULL REFERENCES view (id),
    PRIMARY KEY (case_no, view)
) STRICT, WITHOUT ROWID;
-- A closed day: how many looks, the root over them, the chain's head at its end.
CREATE TABLE IF NOT EXISTS day (
    day   TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    root  BLOB NOT NULL CHECK (length(root) = 32),
    head  BLOB NOT NULL CHECK (length(head) = 32)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS began (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), day TEXT NOT NULL) STRICT;

CREATE TRIGGER IF NOT EXISTS view_in_order BEFORE INSERT ON view
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM view)
BEGIN SELECT raise(ABORT, 'view is append-only'); END;
CREATE TRIGGER IF NOT EXISTS view_day_open BEFORE INSERT ON view
WHEN EXISTS (SELECT 1 FROM day WHERE day >= new.day)
BEGIN SELECT raise(ABORT, 'the day is closed'); END;
CREATE TRIGGER IF NOT EXISTS viewed_new_only BEFORE INSERT ON viewed
WHEN new.view IS NOT (SELECT max(id) FROM view)
BEGIN SELECT raise(ABORT, 'viewed is append-only'); END;
CREATE TRIGGER IF NOT EXISTS day_in_order BEFORE INSERT ON day
WHEN EXISTS (SELECT 1 FROM day WHERE day >= new.day)
BEGIN SELECT raise(ABORT, 'day is append-only'); END;
CREATE TRIGGER IF NOT EXISTS began_once BEFORE INSERT ON began WHEN EXISTS (SELECT 1 FROM began)
BEGIN SELECT raise(ABORT, 'began is append-only'); END;
"""
SCHEMA: Final = _TABLES + "\n".join(
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table}"
    f" BEGIN SELECT raise(ABORT, '{table} is append-only'); END;"
    for table in ("view", "viewed", "day", "began")
    for act in ("UPDATE", "DELETE")
)


@dataclass(frozen=True, slots=True)
class View:
    """One look at personal data.

    Attributes:
        at: when.
        login: staff number 工号, or ``os:<user>`` for the command line.
        role: code of the role acted in.
        act: code of what was opened, see `appliance.domain.viewing`.
        cases: numbers of the cases whose data was shown.
        fields: codes of what was shown in full; empty when everything was masked.
        purpose: why, where a reason is asked for.
        window: window number, or empty.
        address: address of the browser.
    """

    at: datetime
    login: str
    role: str
    act: str
    cases: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    purpose: str = ""
    window: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class StoredView:
    """A look as it stands in the file: its number, the day it is counted on (ISO), itself."""

    id: int
    day: str
    view: View


@dataclass(frozen=True, slots=True)
class DayDigest:
    """A closed day (ISO): number of looks, hex Merkle root over them, hex head of the chain at its end."""

    day: str
    count: int
    root: str
    head: str


def line_of(number: int, day: str, texts: Sequence[str]) -> bytes:
    """Give the bytes of a row that are hashed: a JSON array of number, day and the row's nine texts in order."""
    return msgspec.json.encode([number, day, *texts])


def chained(previous: bytes, line: bytes) -> bytes:
    """Give a row's hash: SHA-256 over the hash before and the row's bytes, in a domain of its own."""
    return hashlib.sha256(_DOMAIN + previous + line).digest()


def digest_of(connection: Connection, day: str) -> DayDigest:
    """Count a day's rows and compute their root; the head is the hash of the last row up to that day."""
    leaves = []
    rows = connection.execute(
        "SELECT id, at, login, role, act, cases, fields, purpose, window, address FROM view WHERE day = ? ORDER BY id",
        (day,),
    )
    for number, *texts in rows:
        leaves.append(leaf_hash(line_of(number, day, texts)))
    last = connection.execute("SELECT hash FROM view WHERE day <= ? ORDER BY id DESC LIMIT 1", (day,)).fetchone()
    return DayDigest(day, len(leaves), bulk_root(leaves).hex(), (last[0] if last is not None else ZERO).hex())


def _head(connection: Connection) -> tuple[int, str, bytes]:
    """Give number, day and hash of the last row."""
    row = connection.execute("SELECT id, day, hash FROM view ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], row[1], row[2]) if row is not None else (0, "", ZERO)


def _first_open(connection: Connection, today: str) -> str:
    """Give the first day that is not closed yet, and begin the book on `today` if it is new."""
    closed = connection.execute("SELECT max(day) FROM day").get
    if closed is not None:
        return (date.fromisoformat(closed) + timedelta(days=1)).isoformat()
    began: str | None = connection.execute("SELECT day FROM began").get
    if began is None:
        began = today
        connection.execute("INSERT INTO began (only_one, day) VALUES (1, ?)", (began,))
    return began


def append(connection: Connection, views: Sequence[View]) -> None:
    """Append looks inside the caller's transaction.

    A row counts for the day of its instant; when the clock went back behind a day that is closed or has later rows,
    for the earliest day that is still open, so that no digest in the log ever becomes wrong. `at` stays as it was.
    """
    number, last_day, head = _head(connection)
    for view in views:
        today = view.at.date().isoformat()
        day = max(today, last_day, _first_open(connection, today))
        number, last_day = number + 1, day
        texts = (
            format_time(view.at), view.login, view.role, view.act, msgspec.json.encode(view.cases).decode(),
            msgspec.json.encode(view.fields).decode(), view.purpose, view.window, view.address,
        )  # fmt: skip
        head = chained(head, line_of(number, day, texts))
        connection.execute(
            "INSERT INTO view (id, day, at, login, role, act, cases, fields, purpose, window, address, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, day, *texts, head),
        )
        for case in dict.fromkeys(view.cases):
            connection.execute("INSERT INTO viewed (case_no, view) VALUES (?, ?)", (case, number))


def close_days(connection: Connection, today: str) -> None:
    """Close each day before `today` (ISO), days without looks too, at most `DAYS_AT_ONCE` in one go."""
    day = _first_open(connection, today)
    for _ in range(DAYS_AT_ONCE):
        if day >= today:
            return
        digest = digest_of(connection, day)
        connection.execute(
            "INSERT INTO day (day, count, root, head) VALUES (?, ?, ?, ?)",
            (day, digest.count, bytes.fromhex(digest.root), bytes.fromhex(digest.head)),
        )
        day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def closed_days(connection: Connection, *, after: str = "") -> list[DayDigest]:
    """Give the closed days after a day (ISO), in order."""
    rows = connection.execute("SELECT day, count, root, head FROM day WHERE day > ? ORDER BY day", (after,))
    return [DayDigest(day, count, root.hex(), head.hex()) for day, count, root, head in rows]


def _stored(row: Sequence[Any]) -> StoredView:
    number, day, at, login, role, act, cases, fields, purpose, window, address = row
    texts = (tuple(msgspec.json.decode(cases)), tuple(msgspec.json.decode(fields)), purpose, window, address)
    return StoredView(number, day, View(datetime.fromisoformat(at), login, role, act, *texts))


def looks(
    connection: Connection, *, case: str = "", login: str = "", day: str = "", limit: int = 50, offset: int = 0
) -> list[StoredView]:
    """Give looks, newest first: at a case, of a person, on a day (ISO), or all; what is empty does not filter."""
    rows = connection.execute(
        "SELECT id, day, at, login, role, act, cases, fields, purpose, window, address FROM view"
        " WHERE (?1 = '' OR id IN (SELECT view FROM viewed WHERE case_no = ?1)) AND (?2 = '' OR login = ?2)"
        " AND (?3 = '' OR day = ?3) ORDER BY id DESC LIMIT ?4 OFFSET ?5",
        (case, login, day, limit, offset),
    )
    return [_stored(row) for row in rows]
