"""What a signed entry about personal data does to the store (protocol §2): parts emptied, held back, or given free.

`enact` runs in the transaction that stores the entry, own or mirrored; `drop` at every way in. What SQLite and the
journal still hold of the bytes afterwards is `appliance.store.scrubbing`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from appliance.domain.entry import SALT_BYTES, read_event
from appliance.domain.events import PiiErased, PiiLifted, PiiRestricted
from appliance.domain.withheld import places_of
from appliance.errors import HallmarkError
from appliance.ledger.records import Record, RecordState
from appliance.store import drafts
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCRUB_DUE: Final = "scrub_due"
"""LOCAL setting: bytes of erased parts may still stand in the journal or in free pages."""
STATES: Final[dict[type[Any], RecordState]] = {
    PiiErased: RecordState.ERASED,
    PiiRestricted: RecordState.RESTRICTED,
    PiiLifted: RecordState.PRESENT,
}
TYPES: Final = frozenset(kind.TYPE for kind in STATES)

_KEEP = (
    "INSERT INTO withheld (origin, idx, state) VALUES (?, ?, ?)"
    " ON CONFLICT (origin, idx) DO UPDATE SET state = excluded.state WHERE state = 3"
)
_GONE = "SELECT 1 FROM withheld WHERE origin = ? AND idx = ? AND state = 2"
_FREE = "DELETE FROM withheld WHERE origin = ? AND idx = ? AND state = 3"
_PART = (
    "UPDATE private SET state = ?1, part = CASE ?1 WHEN 2 THEN x'' ELSE part END"
    " WHERE log = (SELECT id FROM log WHERE origin = ?2) AND idx = ?3 AND state <> 2 AND state <> ?1"
)
_HELD = "SELECT part FROM private WHERE log = (SELECT id FROM log WHERE origin = ?) AND idx = ? AND state <> 2"
# What stands in LOCAL tables about the same entries: the digest of the form that was sent, and an error's words.
_FORGET_FORM = (
    "UPDATE request SET digest = NULL, result = CAST(json_remove(CAST(result AS TEXT), '$.query_code') AS BLOB)"
    " WHERE key ="
    " (SELECT e.cmd FROM entry e JOIN log l ON l.id = e.log WHERE l.origin = ? AND e.idx = ?)"
)
_FORGET_ERROR = (
    "UPDATE outbox SET payload = json_set(payload, '$.reason', '') WHERE kind = 'alarm.entry_not_projected'"
    " AND payload ->> 'origin' = ? AND payload ->> 'index' = ?"
)


@dataclass(frozen=True, slots=True)
class Enacted:
    """What one entry did: the state it gave, the places that are here, and how many parts and files changed."""

    state: RecordState
    places: tuple[tuple[str, int], ...]
    parts: int
    blobs: int


def is_about(applied: AppliedEntry) -> bool:
    """Tell whether an entry withholds personal data or gives it free."""
    return type(applied.event) in STATES


def enact(connection: Connection, applied: AppliedEntry, at: str) -> Enacted | None:
    """Do what an entry says to the private parts that it names; once done, doing it again changes nothing.

    Args:
        connection: the writer's, in the transaction that holds the entry.
        applied: the entry, from either log.
        at: time to note.

    Returns:
        What was done; None when it is another kind of entry, or names places in no readable form.
    """
    event = applied.event
    if not isinstance(event, PiiErased | PiiRestricted | PiiLifted):
        return None
    state = STATES[type(event)]
    try:
        named = list(places_of(event.places, applied.origin))
    except HallmarkError:
        return None  # a signed fact is never refused for its content; it says nothing that could be done
    places = []
    parts = 0
    for origin, runs in named:
        for index in (index for run in runs for index in run):
            parts += _one(connection, origin, index, state)
            places.append((origin, index))
    blobs = event.blobs if isinstance(event, PiiErased) else ()
    connection.executemany("INSERT OR IGNORE INTO withheld_blob (sha256) VALUES (?)", [(blob,) for blob in blobs])
    if state is RecordState.ERASED:
        connection.execute(
            "INSERT INTO setting (name, value, changed) VALUES (?, 'erased', ?)"
            " ON CONFLICT (name) DO UPDATE SET changed = excluded.changed",
            (SCRUB_DUE, at),
        )
    return Enacted(state, tuple(places), parts, len(blobs))


def _one(connection: Connection, origin: str, index: int, state: RecordState) -> int:
    if state is RecordState.PRESENT:
        if connection.execute(_GONE, (origin, index)).fetchone() is not None:
            return 0
        connection.execute(_FREE, (origin, index))
    else:
        connection.execute(_KEEP, (origin, index, int(state)))
    if state is RecordState.ERASED:
        _forget_drafts(connection, origin, index)
    connection.execute(_PART, (int(state), origin, index))
    changed = connection.changes()
    if state is RecordState.ERASED:
        connection.execute(_FORGET_FORM, (origin, index))
        connection.execute(_FORGET_ERROR, (origin, index))
    return changed


class _Numbered(msgspec.Struct):
    id_number: str = ""


class _Personal(_Numbered):
    applicant: _Numbered | None = None


_personal = msgspec.json.Decoder(_Personal).decode


def _forget_drafts(connection: Connection, origin: str, index: int) -> None:
    """Remove drafts that hold the number of the person whose part goes: also those that a put-back backup had."""
    part = connection.execute(_HELD, (origin, index)).get
    if not isinstance(part, bytes) or not part:
        return
    try:
        person = _personal(part[SALT_BYTES:])
    except msgspec.MsgspecError:
        return
    for number in {person.id_number, person.applicant.id_number if person.applicant else ""} - {""}:
        drafts.forget(connection, number)


def states_in(connection: Connection, origin: str, start: int, end: int) -> dict[int, RecordState]:
    """Give the withheld entries of [start, end) of a log."""
    rows = connection.execute(
        "SELECT idx, state FROM withheld WHERE origin = ? AND idx >= ? AND idx < ?", (origin, start, end)
    )
    return {index: RecordState(state) for index, state in rows}


def drop(connection: Connection, origin: str, first: int, records: Sequence[Record]) -> tuple[Record, ...]:
    """Take out of records on their way in what was erased before, and hold back what is restricted.

    Args:
        connection: the writer's.
        origin: their log.
        first: index of the first.
        records: as they came, by append, bundle, restore or journal.
    """
    known = states_in(connection, origin, first, first + len(records))
    if not known:
        return tuple(records)
    return tuple(_as(record, known.get(index)) for index, record in enumerate(records, first))


def _as(record: Record, state: RecordState | None) -> Record:
    if state is None or record.private is None:
        return record
    return Record(record.entry, state, None if state is RecordState.ERASED else record.private)


def erased_places(connection: Connection) -> dict[str, frozenset[int]]:
    """Give every erased place, by origin."""
    found: dict[str, set[int]] = {}
    for origin, index in connection.execute("SELECT origin, idx FROM withheld WHERE state = 2"):
        found.setdefault(origin, set()).add(index)
    return {origin: frozenset(indexes) for origin, indexes in found.items()}


def erased_blobs(connection: Connection) -> frozenset[str]:
    """Give the digests of files that were erased: they are sent nowhere, and nothing waits for them."""
    return frozenset(str(row[0]) for row in connection.execute("SELECT sha256 FROM withheld_blob"))


class _Pii(msgspec.Struct):
    pii: str = ""


_pii = msgspec.json.Decoder(_Pii).decode


def erased_digests(connection: Connection, origin: str) -> frozenset[str]:
    """Give the base64 digests of a log's erased parts: by these a copy of one is known wherever it stands."""
    rows = connection.execute(
        "SELECT e.body FROM withheld w JOIN log l ON l.origin = w.origin JOIN entry e ON e.log = l.id AND e.idx = w.idx"
        " WHERE w.origin = ? AND w.state = 2",
        (origin,),
    )
    return frozenset(digest_in_leaf(body) for (body,) in rows) - {""}


def digest_in_leaf(entry: bytes) -> str:
    """Give the base64 digest of a private part that an entry carries; empty when it carries none or is no entry."""
    try:
        return _pii(entry).pii
    except msgspec.MsgspecError:
        return ""


def named_by_log(connection: Connection, state: RecordState, *, enacted: bool = False) -> dict[str, set[int]]:
    """Read out of the stored logs which places entries say are in a state now, in the order of their logs.

    For a check of what `enact` did (`hall log verify`): the table is not asked.

    Args:
        connection: any.
        state: the state.
        enacted: leave out entries of the other side that were stored and not yet applied.
    """
    found: dict[str, set[int]] = {}
    for origin, event in _events(connection, enacted=enacted):
        for place, runs in places_of(event.places, origin):
            held = found.setdefault(place, set())
            for run in runs:
                held.update(run) if STATES[type(event)] is state else held.difference_update(run)
    return found


def _events(connection: Connection, *, enacted: bool) -> Iterator[tuple[str, PiiErased | PiiRestricted | PiiLifted]]:
    marks = ", ".join("?" * len(TYPES))
    rows = connection.execute(
        f"SELECT l.origin, e.body FROM entry e JOIN log l ON l.id = e.log WHERE e.type IN ({marks})"  # noqa: S608
        " AND (l.own = 1 OR e.idx < l.applied OR NOT ?) ORDER BY e.log, e.idx",
        (*sorted(TYPES), enacted),
    )
    for origin, body in rows:
        _, event = read_event(body, None)
        if isinstance(event, PiiErased | PiiRestricted | PiiLifted):
            yield origin, event
