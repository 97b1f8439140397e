"""Reading the log: functions over a connection, for pages, proofs, export and replay."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from appliance.errors import N_, IntegrityFailure, NotFound
from appliance.ledger.checkpoint import Checkpoint
from appliance.ledger.merkle import NodeReader, inclusion_proof
from appliance.ledger.note import Note
from appliance.ledger.records import Record, RecordState
from appliance.store.change import Outcome
from appliance.store.connection import Connection

_LOG = "SELECT id, origin, own, epoch, size, applied, closed FROM log"
_ROWS = (
    "SELECT e.idx, e.body, p.state, p.part FROM entry e LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx"
    " WHERE e.log = ? AND e.idx >= ? AND e.idx < ? ORDER BY e.idx"
)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One log as stored.

    Attributes:
        id: number inside this database.
        origin: its name.
        own: this side writes it.
        epoch: N of ``…/e<N>``.
        size: entries stored.
        applied: entries that the read models have seen.
        closed: its epoch is over.
    """

    id: int
    origin: str
    own: bool
    epoch: int
    size: int
    applied: int
    closed: bool


def _log(row: tuple[int, str, int, int, int, int, int]) -> LogRow:
    identifier, origin, own, epoch, size, applied, closed = row
    return LogRow(identifier, origin, bool(own), epoch, size, applied, bool(closed))


def find_log(connection: Connection, origin: str) -> LogRow | None:
    """Give a log by its origin, or None."""
    row = connection.execute(f"{_LOG} WHERE origin = ?", (origin,)).fetchone()
    return _log(row) if row is not None else None


def log_row(connection: Connection, origin: str) -> LogRow:
    """Give a log by its origin; raises NotFound."""
    found = find_log(connection, origin)
    if found is None:
        raise NotFound(N_("没有这本日志"), code="log_unknown", subject=origin)
    return found


def logs(connection: Connection) -> list[LogRow]:
    """List all logs in the order they were added."""
    return [_log(row) for row in connection.execute(f"{_LOG} ORDER BY id")]


def counterpart(origin: str) -> str:
    """Give the origin of the other direction: h2c of c2h and back; empty when it is neither (protocol §1)."""
    head, _, epoch = origin.rpartition("/")
    base, _, direction = head.rpartition("/")
    other = {"h2c": "c2h", "c2h": "h2c"}.get(direction)
    return f"{base}/{other}/{epoch}" if other else ""


def read_entry(connection: Connection, origin: str, index: int) -> Record:
    """Give one entry with the state of its private part and that part, which is left out while it is restricted.

    Raises:
        NotFound: there is no such entry.
    """
    log = log_row(connection, origin)
    for _, record in _records(connection, log.id, index, index + 1):
        return shown(record)
    raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{origin}:{index}")


def shown(record: Record) -> Record:
    """Leave out a private part that is restricted: it is kept, and used for nothing (个人信息保护法 art.47)."""
    return Record(record.entry, record.state) if record.state is RecordState.RESTRICTED else record


def read_restricted(connection: Connection, origin: str, index: int) -> Record:
    """Give one entry with its private part even while that is restricted: for the few who may see it, on record."""
    for _, record in _records(connection, log_row(connection, origin).id, index, index + 1):
        return record
    raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{origin}:{index}")


def iterate(connection: Connection, origin: str, start: int = 0, end: int | None = None) -> Iterator[Record]:
    """Give the records [start, end) of a log in order; end None is its size.

    Raises:
        IntegrityFailure: an entry inside the log's size is missing.
    """
    log = log_row(connection, origin)
    stop = log.size if end is None else min(end, log.size)
    expected = start
    for index, record in _records(connection, log.id, start, stop):
        if index != expected:
            break
        expected += 1
        yield record
    if expected < stop:
        raise IntegrityFailure(
            N_("日志缺少第 %(index)s 条"), code="entry_missing", subject=origin, params={"index": expected}
        )


def naming_files(connection: Connection, origin: str, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Give index and entry of those own entries among [start, end) that may name files; most name none.

    An own entry's bytes are canonical, so its list of files, where there is one, is spelled in one way only.
    """
    log = log_row(connection, origin)
    yield from connection.execute(
        "SELECT idx, body FROM entry WHERE log = ? AND idx >= ? AND idx < ? AND instr(body, ?) ORDER BY idx",
        (log.id, start, end, b'"blobs":['),
    )


def _records(connection: Connection, log: int, start: int, end: int) -> Iterator[tuple[int, Record]]:
    for index, body, state, part in connection.execute(_ROWS, (log, start, end)):
        kind = RecordState.NONE if state is None else RecordState(state)
        kept = part if kind in (RecordState.PRESENT, RecordState.RESTRICTED) else None
        yield index, Record(body, kind, kept)


def node_reader(connection: Connection, origin: str) -> NodeReader:
    """Give the reader of complete subtree hashes of a log, for proofs and the frontier."""
    return node_reader_of(connection, log_row(connection, origin).id)


def node_reader_of(connection: Connection, log: int) -> NodeReader:
    """Give the reader for a log's number."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            found = connection.execute("SELECT leaf FROM entry WHERE log = ? AND idx = ?", (log, index)).fetchone()
        else:
            found = connection.execute(
                "SELECT hash FROM node WHERE log = ? AND level = ? AND idx = ?", (log, level, index)
            ).fetchone()
        if found is None:
            raise IntegrityFailure(N_("日志树缺少节点"), code="node_missing", subject=f"{log}/{level}/{index}")
        digest: bytes = found[0]
        return digest

    return read


def latest_checkpoint(connection: Connection, origin: str) -> tuple[int, bytes] | None:
    """Give size and signed note of the last checkpoint, or None for an empty log."""
    row: tuple[int, bytes] | None = connection.execute(
        "SELECT c.size, c.note FROM checkpoint c JOIN log l ON l.id = c.log WHERE l.origin = ?"
        " ORDER BY c.size DESC LIMIT 1",
        (origin,),
    ).fetchone()
    return row


def checkpoint_covering(connection: Connection, origin: str, index: int) -> tuple[int, bytes] | None:
    """Give the first checkpoint that covers entry `index`, or None when there is none yet."""
    row: tuple[int, bytes] | None = connection.execute(
        "SELECT c.size, c.note FROM checkpoint c JOIN log l ON l.id = c.log WHERE l.origin = ? AND c.size > ?"
        " ORDER BY c.size LIMIT 1",
        (origin, index),
    ).fetchone()
    return row


def checkpoint_of(note: bytes) -> Checkpoint:
    """Read the text of a stored note; its signature was verified, or made, before it was stored."""
    return Checkpoint.parse(Note.parse(note).text)


def prove(connection: Connection, origin: str, index: int, size: int) -> tuple[bytes, ...]:
    """Prove that entry `index` is in the tree of the first `size` entries; raises ProofError when it is not."""
    return inclusion_proof(index, size, node_reader(connection, origin))


def request(connection: Connection, key: str) -> Outcome | None:
    """Give the stored answer to an idempotency key, or None. Mind `durable_size` before showing it."""
    row = connection.execute(
        "SELECT r.result, coalesce(l.origin, ''), r.first, r.count, r.size FROM request r"
        " LEFT JOIN log l ON l.id = r.log WHERE r.key = ?",
        (key,),
    ).fetchone()
    if row is None:
        return None
    result, origin, first, count, size = row
    return Outcome(msgspec.json.decode(result), origin, first, count, size, replayed=True)
