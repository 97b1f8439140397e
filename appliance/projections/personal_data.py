"""Requests about personal data 个人信息请求: how each stands and what was done; nobody's name is in these tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.domain.entry import read_event
from appliance.domain.events import (
    PiiErased,
    PiiForgotten,
    PiiLifted,
    PiiProposed,
    PiiRefused,
    PiiRequested,
    PiiRestricted,
)
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import read_entry, read_restricted

SCHEMA = """
CREATE TABLE pii_request (
    subject     TEXT    NOT NULL PRIMARY KEY,
    origin      TEXT    NOT NULL,
    idx         INTEGER NOT NULL,
    at          TEXT    NOT NULL,
    by          TEXT    NOT NULL,
    right       TEXT    NOT NULL,
    ground      TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    matters     TEXT    NOT NULL,
    standing    TEXT    NOT NULL,
    proposed    INTEGER,
    proposed_at TEXT    NOT NULL DEFAULT '',
    proposed_by TEXT    NOT NULL DEFAULT '',
    decided_at  TEXT    NOT NULL DEFAULT '',
    decided_by  TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX pii_request_newest ON pii_request (at DESC, subject);
CREATE INDEX pii_request_open ON pii_request (at, subject) WHERE standing <> 'decided';
CREATE TABLE pii_act (
    subject TEXT    NOT NULL,
    matter  TEXT    NOT NULL,
    act     TEXT    NOT NULL,
    origin  TEXT    NOT NULL,
    idx     INTEGER NOT NULL,
    at      TEXT    NOT NULL,
    by      TEXT    NOT NULL,
    city_at TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (origin, idx, matter)
) STRICT;
CREATE INDEX pii_act_of_request ON pii_act (subject, at);
CREATE INDEX pii_act_of_matter ON pii_act (matter, at, idx);
"""
REQUESTED, PROPOSED, DECIDED = "requested", "proposed", "decided"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: number, entry, when and by whom written down, what for, its matters, and how far it is.

    `standing` is ``requested``, ``proposed`` or ``decided``; `proposed` is the index of the newest opinion.
    """

    subject: str
    origin: str
    index: int
    at: str
    by: str
    right: str
    ground: str
    channel: str
    matters: tuple[str, ...]
    standing: str
    proposed: int | None
    proposed_at: str
    proposed_by: str
    decided_at: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a matter (wire name), by which entry, when, by whom; when the city did it too."""

    subject: str
    matter: str
    act: str
    origin: str
    index: int
    at: str
    by: str
    city_at: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep how a request stands, what was done, and the city's answers."""
    event, meta = applied.event, applied.meta
    if isinstance(event, PiiForgotten):
        _answered(connection, applied, event)
        return
    if not applied.own:
        return
    if isinstance(event, PiiRequested):
        connection.execute(
            "INSERT OR IGNORE INTO pii_request"
            " (subject, origin, idx, at, by, right, ground, channel, matters, standing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'requested')",
            (
                event.subject, applied.origin, applied.index, meta.t, meta.actor.id, event.right, event.ground,
                event.channel, msgspec.json.encode(event.matters).decode(),
            ),
        )  # fmt: skip
    elif isinstance(event, PiiProposed):
        connection.execute(
            "UPDATE pii_request SET standing = 'proposed', proposed = ?, proposed_at = ?, proposed_by = ?"
            " WHERE subject = ?",
            (applied.index, meta.t, meta.actor.id, event.subject),
        )
    elif isinstance(event, PiiErased | PiiRestricted | PiiLifted | PiiRefused):
        matters = event.matters if isinstance(event, PiiRefused) else (event.matter,)
        connection.executemany(
            "INSERT INTO pii_act (subject, matter, act, origin, idx, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(event.subject, no, event.TYPE, applied.origin, applied.index, meta.t, meta.actor.id) for no in matters],
        )
        connection.execute(
            "UPDATE pii_request SET standing = 'decided', decided_at = ?, decided_by = ? WHERE subject = ?",
            (meta.t, meta.actor.id, event.subject),
        )


def _answered(connection: Connection, applied: AppliedEntry, event: PiiForgotten) -> None:
    log, _, index = event.place.partition(":")
    connection.execute(
        "UPDATE pii_act SET city_at = ? WHERE origin = ? AND idx = ? AND city_at = ''",
        (applied.meta.t, f"{applied.origin.rsplit('/', 2)[0]}/{log}", int(index) if index.isdecimal() else -1),
    )


_EVENTS = frozenset({PiiRequested, PiiProposed, PiiErased, PiiRestricted, PiiLifted, PiiRefused, PiiForgotten})
MODEL = ReadModel("personal_data", SCHEMA, apply, _EVENTS)
_COLUMNS = (
    "subject, origin, idx, at, by, right, ground, channel, matters, standing, proposed, proposed_at, proposed_by,"
    " decided_at, decided_by"
)
_ACT_COLUMNS = "subject, matter, act, origin, idx, at, by, city_at"


def _request(row: Sequence[Any]) -> Request:
    values = list(row)
    values[8] = tuple(msgspec.json.decode(values[8]))
    return Request(*values)


def find(connection: Connection, subject: str) -> Request | None:
    """Give a request by its number, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM pii_request WHERE subject = ?", (subject,)).fetchone()  # noqa: S608
    return _request(row) if row is not None else None


def newest(connection: Connection, *, limit: int = 50) -> list[Request]:
    """List requests, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM pii_request ORDER BY at DESC, subject LIMIT ?",  # noqa: S608 - literal columns
        (limit,),
    )
    return [_request(row) for row in rows]


def waiting(connection: Connection) -> list[Request]:
    """List the requests that are not decided, the oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM pii_request WHERE standing <> 'decided' ORDER BY at, subject"  # noqa: S608 - the same
    )
    return [_request(row) for row in rows]


def count(connection: Connection) -> int:
    """Count all requests ever written down."""
    number: int = connection.execute("SELECT count(*) FROM pii_request").get
    return number


def acts(connection: Connection, subject: str) -> list[Act]:
    """List what was done on a request, in order."""
    rows = connection.execute(
        f"SELECT {_ACT_COLUMNS} FROM pii_act WHERE subject = ? ORDER BY at, idx, matter",  # noqa: S608 - literal columns
        (subject,),
    )
    return [Act(*row) for row in rows]


def standing_of(connection: Connection, matter: str) -> str:
    """Give how the personal data of a matter stands: ``erased``, ``restricted``, or empty when nothing bars it."""
    rows = connection.execute("SELECT act FROM pii_act WHERE matter = ? ORDER BY at, idx", (matter,))
    standing = ""
    for (act,) in rows:
        standing = {PiiErased.TYPE: "erased", PiiRestricted.TYPE: "restricted", PiiLifted.TYPE: ""}.get(act, standing)
    return standing


def person(connection: Connection, found: Request, *, restricted: bool = False) -> PiiRequested | None:
    """Read whom a request is about; None once that was erased, and while it is restricted unless that is asked for."""
    read = read_restricted if restricted else read_entry
    record = read(connection, found.origin, found.index)
    _, event = read_event(record.entry, record.private)
    return event if isinstance(event, PiiRequested) else None


def opinion(connection: Connection, found: Request) -> PiiProposed | None:
    """Read the newest opinion; its reason is empty once that was erased or is restricted. None before the first."""
    if found.proposed is None:
        return None
    record = read_entry(connection, found.origin, found.proposed)
    private = record.private if record.private is not None else bytes(16) + b'{"reason":""}'
    _, event = read_event(record.entry, private)
    return event if isinstance(event, PiiProposed) else None
