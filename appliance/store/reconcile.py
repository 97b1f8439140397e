"""Start-up: database and journal are held against each other (protocol §3), and the one heals the other."""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from appliance.domain.gate import GateState
from appliance.errors import N_, HallmarkError, IntegrityFailure
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint
from appliance.ledger.merkle import Frontier, tree_root
from appliance.ledger.note import VerifierKey
from appliance.ledger.records import decode_records, encode_records
from appliance.store.appending import INSERT_CHECKPOINT, grow, insert_records, set_setting
from appliance.store.change import Projector
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow, checkpoint_of, find_log, iterate, log_row, logs, node_reader_of
from appliance.store.journal import KIND_BATCH, Frame, Journal, Part
from appliance.store.replay import project_tail
from appliance.store.withholding import drop

ANCHOR_SUSPECT = "anchor_suspect"
FRAME_CHECKPOINTS = 64
FRAME_BYTES = 8 * 1024 * 1024

_INSERT_REQUEST = (
    "INSERT INTO request (key, actor, digest, log, first, count, size, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (key) DO NOTHING"
)


def epoch_of(origin: str) -> int:
    """Give N of ``…/e<N>``; 0 when the origin has no epoch."""
    _, mark, number = origin.rpartition("/e")
    return int(number) if mark and number.isdecimal() else 0


def ensure_log(connection: Connection, origin: str, *, own: bool) -> LogRow:
    """Give a log's row, adding it when it is not there; in the caller's transaction."""
    found = find_log(connection, origin)
    if found is None:
        connection.execute("INSERT INTO log (origin, own, epoch) VALUES (?, ?, ?)", (origin, own, epoch_of(origin)))
        found = log_row(connection, origin)
    return found


def trust_anchor(at: str) -> Callable[[Connection], None]:
    """Make the write that ends the doubt after a missing journal: the city's head or two persons agree (protocol §3).

    Args:
        at: time to note.
    """
    return lambda connection: set_setting(connection, ANCHOR_SUSPECT, None, at)


def reconcile(
    connection: Connection,
    journal: Journal,
    projector: Projector,
    verifiers: Mapping[str, VerifierKey],
    *,
    at: str,
) -> GateState | None:
    """Hold the database against the journal and heal what can be healed.

    Args:
        connection: the writer's, outside a transaction.
        journal: open.
        projector: the read models.
        verifiers: keys of the logs, by origin, as far as they are known.
        at: time to note.

    Returns:
        The state that bars writing (ROLLED_BACK or FENCED), or None when database and journal agree.
    """
    if journal.was_absent and any(row.size for row in logs(connection)):
        # Nothing outside the database says how long the log was. The marker is committed before the new journal gets
        # its first byte: if the power fails in between, the next start still knows.
        connection.execute("BEGIN IMMEDIATE")
        set_setting(connection, ANCHOR_SUSPECT, "journal_absent", at)
        connection.execute("COMMIT")
    ahead = False
    for origin, head in journal.heads.items():
        row = find_log(connection, origin)
        if row is None or head.end > row.size:
            ahead = True
        elif head.end and tree_root(head.end, node_reader_of(connection, row.id)) != checkpoint_of(head.note).root:
            return GateState.FENCED
    if ahead:
        try:
            _replay(connection, journal, projector, verifiers, at=at)
        except HallmarkError:
            return GateState.ROLLED_BACK
    append_tail(connection, journal)
    return None


def _replay(
    connection: Connection,
    journal: Journal,
    projector: Projector,
    verifiers: Mapping[str, VerifierKey],
    *,
    at: str,
) -> None:
    """Put back what the journal holds beyond the database: all of it in one transaction, or none.

    Raises:
        IntegrityFailure: the journal does not begin where the database ends, or is not one chain with it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        frontiers: dict[str, Frontier] = {}
        for frame in journal.frames():
            if frame.kind == KIND_BATCH:
                _put_back(connection, frame, frontiers, verifiers)
        project_tail(connection, projector, at=at)
        connection.execute("UPDATE batch SET number = number + 1")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    # Power fails before this line: the journal is still ahead, and the next start replays it again.
    connection.execute("COMMIT")


def _put_back(
    connection: Connection,
    frame: Frame,
    frontiers: dict[str, Frontier],
    verifiers: Mapping[str, VerifierKey],
) -> None:
    for part in frame.parts:
        row = ensure_log(connection, part.origin, own=part.own)
        if part.end <= row.size:
            continue
        if part.first > row.size:
            raise IntegrityFailure(N_("日志副本不是从数据库的末尾接续"), code="journal_gap", subject=part.origin)
        frontier = frontiers.get(part.origin)
        if frontier is None:
            frontier = Frontier.load(row.size, node_reader_of(connection, row.id))
        records = drop(connection, part.origin, row.size, decode_records(part.records)[row.size - part.first :])
        grown = grow(connection, row.id, frontier, insert_records(connection, row.id, row.size, records))
        verifier = verifiers.get(part.origin)
        signed = open_checkpoint(part.note, verifier) if verifier is not None else checkpoint_of(part.note)
        if signed != Checkpoint(part.origin, grown.size, grown.root()):
            raise IntegrityFailure(N_("日志副本与数据库不是同一条链"), code="journal_fork", subject=part.origin)
        connection.execute(INSERT_CHECKPOINT, (row.id, grown.size, part.note))
        connection.execute("UPDATE log SET size = ? WHERE id = ?", (grown.size, row.id))
        frontiers[part.origin] = grown
    for key, actor, digest, origin, first, count, size, result in msgspec.json.decode(frame.requests or b"[]"):
        log = find_log(connection, origin) if origin else None
        stored = (key, actor, base64.b64decode(digest or ""), log.id if log else None)
        connection.execute(_INSERT_REQUEST, (*stored, first, count, size, msgspec.json.encode(result)))


def append_tail(connection: Connection, journal: Journal) -> None:
    """Append to the journal what the database holds beyond it, one part for each signed checkpoint.

    Raises:
        OSError: the journal's device failed.
    """
    for row in logs(connection):
        waiting: list[Part] = []
        for part in _tail(connection, row, journal.size(row.origin)):
            waiting.append(part)
            if len(waiting) >= FRAME_CHECKPOINTS or sum(len(item.records) for item in waiting) >= FRAME_BYTES:
                journal.append(waiting, _requests(connection, row, waiting))
                waiting = []
        if waiting:
            journal.append(waiting, _requests(connection, row, waiting))


def _tail(connection: Connection, row: LogRow, start: int) -> Iterator[Part]:
    checkpoints: list[tuple[Any, ...]] = connection.execute(
        "SELECT size, note FROM checkpoint WHERE log = ? AND size > ? ORDER BY size", (row.id, start)
    ).fetchall()
    for size, note in checkpoints:
        records = encode_records(iterate(connection, row.origin, start, size))
        yield Part(row.origin, row.own, start, size - start, records, note)
        start = size


def _requests(connection: Connection, row: LogRow, parts: list[Part]) -> bytes:
    if not row.own:
        return b"[]"
    found = connection.execute(
        "SELECT key, actor, digest, first, count, size, result FROM request WHERE log = ? AND size > ? AND size <= ?",
        (row.id, parts[0].first, parts[-1].end),
    )
    return msgspec.json.encode(
        [
            (key, actor, digest or b"", row.origin, first, count, size, msgspec.Raw(result))
            for key, actor, digest, first, count, size, result in found
        ]
    )
