"""Putting records into a log's tables and its read models; shared by the writer, the mirror and the journal replay."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import apsw

from appliance.domain.entry import EntryMeta, read_event, read_withheld
from appliance.domain.events import EVENTS, UnknownEvent
from appliance.domain.withheld import ERASED_WORD, RESTRICTED_WORD
from appliance.errors import IntegrityFailure
from appliance.ledger.merkle import Frontier
from appliance.ledger.records import Record, RecordState
from appliance.store.change import AppliedEntry, Projector
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow
from appliance.store.examining import Examined, examine
from appliance.store.withholding import Enacted, enact

INSERT_ENTRY = "INSERT INTO entry (log, idx, leaf, body, case_no, type, cmd) VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_PRIVATE = "INSERT INTO private (log, idx, state, part) VALUES (?, ?, ?, ?)"
INSERT_NODE = "INSERT INTO node (log, level, idx, hash) VALUES (?, ?, ?, ?)"
INSERT_CHECKPOINT = "INSERT INTO checkpoint (log, size, note) VALUES (?, ?, ?)"
CRITICAL_UNKNOWN = "critical_unknown"
UNKNOWN_TYPES = "unknown_types"
UNKNOWN_TYPES_MAX = 100
_WORDS = {RecordState.ERASED: ERASED_WORD, RecordState.RESTRICTED: RESTRICTED_WORD}
APPLY_CHUNK = 1024


def alarm(connection: Connection, kind: str, payload: dict[str, Any], at: str) -> None:
    """Put an alarm into the outbox, in the caller's transaction."""
    connection.execute(
        "INSERT INTO outbox (kind, payload, created, due) VALUES (?, ?, ?, ?)",
        (f"alarm.{kind}", json.dumps(payload, ensure_ascii=False, sort_keys=True), at, at),
    )


def insert_records(
    connection: Connection, log: int, first: int, records: Sequence[Record], examined: Examined | None = None
) -> list[bytes]:
    """Insert records at `first` and give their leaf hashes.

    Args:
        connection: the writer's, in a transaction.
        log: number of the log.
        first: index of the first record.
        records: the records.
        examined: what `examine` found of them, when they were looked at before.

    Raises:
        IntegrityFailure: a private part does not match the digest in its leaf.
    """
    found = examined or examine(records)
    entries = []
    private = []
    for index, (record, leaf, about) in enumerate(zip(records, found.leaves, found.about, strict=True), start=first):
        entries.append((log, index, leaf, record.entry, *about))
        if record.state is not RecordState.NONE:
            private.append((log, index, int(record.state), record.private or b""))
    connection.executemany(INSERT_ENTRY, entries)
    connection.executemany(INSERT_PRIVATE, private)
    return found.leaves


def grow(connection: Connection, log: int, frontier: Frontier, leaves: Sequence[bytes]) -> Frontier:
    """Insert the interior nodes that these leaves complete, and give the new frontier."""
    grown, nodes = frontier.extend(leaves)
    connection.executemany(INSERT_NODE, [(log, node.level, node.index, node.hash) for node in nodes])
    return grown


def apply_tolerantly(connection: Connection, projector: Projector, applied: AppliedEntry) -> str:
    """Apply an entry of the other side; give the reason when it could not be, empty when it could.

    A signed entry is a fact and is never refused for its content (protocol §4): what a read model cannot take is left
    out of it, the same way at every replay.
    """
    connection.execute("SAVEPOINT apply")
    try:
        projector.apply(connection, applied)
    except (apsw.FullError, apsw.IOError, apsw.NoMemError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever the content provokes
        connection.execute("ROLLBACK TO apply")
        connection.execute("RELEASE apply")
        return f"{type(error).__name__}: {error}"
    connection.execute("RELEASE apply")
    return ""


def apply_mirrored(
    connection: Connection,
    projector: Projector,
    log: LogRow,
    applied: int,
    size: int,
    *,
    at: str,
    enacted: list[Enacted],
) -> int:
    """Apply stored entries of the other log in order, as far as the projector is ready.

    Args:
        connection: the writer's, in a transaction.
        projector: the read models.
        log: the log; its own `applied` and `size` are not looked at.
        applied: where to begin.
        size: where the log ends.
        at: time for alarms.
        enacted: takes what entries did to personal data.

    Returns:
        The applied size reached; it is written to the log's row.
    """
    start = applied
    while applied < size:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT e.body, p.state, p.part FROM entry e LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx"
            " WHERE e.log = ? AND e.idx >= ? AND e.idx < ? ORDER BY e.idx",
            (log.id, applied, min(size, applied + APPLY_CHUNK)),
        ).fetchall()
        for body, state, part in rows:
            entry = decode_stored(log, applied, body, state, part)
            if not _apply_one(connection, projector, (log.origin, applied), entry, at):
                break
            if entry is not None and (done := enact(connection, entry, at)) is not None:
                enacted.append(done)
            applied += 1
        else:
            continue
        break
    if applied != start:
        connection.execute("UPDATE log SET applied = ? WHERE id = ?", (applied, log.id))
    return applied


def _apply_one(
    connection: Connection,
    projector: Projector,
    place: tuple[str, int],
    entry: AppliedEntry | None,
    at: str,
) -> bool:
    """Apply one entry of the other log; False when the projector is not ready for it."""
    where = {"origin": place[0], "index": place[1]}
    if entry is None:
        alarm(connection, "entry_malformed", where, at)
        return True
    if not projector.ready(entry):
        return False
    if isinstance(entry.event, UnknownEvent):
        _note_unknown(connection, entry.meta, at)
        alarm(connection, "entry_unknown", {**where, "type": entry.meta.type}, at)
        if entry.meta.crit:
            set_setting(connection, CRITICAL_UNKNOWN, f"{place[0]}:{place[1]}", at)
    reason = apply_tolerantly(connection, projector, entry)
    if reason:
        alarm(connection, "entry_not_projected", {**where, "reason": reason}, at)
    return True


def knows(name: str, version: int) -> bool:
    """Tell whether this release reads a type in a version."""
    kind = EVENTS.get(name)
    return kind is not None and version <= kind.VERSION


def unknown_types(connection: Connection) -> frozenset[tuple[str, int]]:
    """Give the types and versions that the other side wrote and this release, or one before it, did not read."""
    return frozenset((name, version) for name, version in json.loads(get_setting(connection, UNKNOWN_TYPES) or "[]"))


def set_unknown_types(connection: Connection, types: Iterable[tuple[str, int]], at: str) -> None:
    """Remember which types are waited for; in the caller's transaction."""
    waited = sorted(types)
    set_setting(connection, UNKNOWN_TYPES, json.dumps(waited, ensure_ascii=False) if waited else None, at)


def _note_unknown(connection: Connection, meta: EntryMeta, at: str) -> None:
    """Remember a type that a later release will know: it then makes the read models again (protocol §2)."""
    noted, new = unknown_types(connection), (meta.type, meta.tv)
    # What was erased reads as unknown too, and no release will know it again.
    if not knows(*new) and new not in noted and len(noted) < UNKNOWN_TYPES_MAX:
        set_unknown_types(connection, noted | {new}, at)


def decode_stored(log: LogRow, index: int, body: bytes, state: int | None, part: bytes | None) -> AppliedEntry | None:
    """Read a stored entry as what read models take; None when it is no entry at all.

    What was erased or is restricted has stand-ins for its personal fields: no list, search or form offers it.
    """
    word = _WORDS.get(RecordState(state)) if state else None
    try:
        meta, event = read_withheld(body, word) if word is not None else read_event(body, part)
    except IntegrityFailure:
        return None
    return AppliedEntry(log.origin, index, log.own, meta, event)


def set_setting(connection: Connection, name: str, value: str | None, at: str) -> None:
    """Write a LOCAL setting, or remove it with None; in the caller's transaction."""
    if value is None:
        connection.execute("DELETE FROM setting WHERE name = ?", (name,))
    else:
        connection.execute(
            "INSERT INTO setting (name, value, changed) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
            (name, value, at),
        )


def get_setting(connection: Connection, name: str) -> str | None:
    """Read a LOCAL setting, or None."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row is not None else None
