"""Cutting a stored log into what travels: ranges that end at a signed checkpoint and fit into one message."""

from dataclasses import dataclass

from appliance.ledger.merkle import tree_root
from appliance.ledger.records import Record
from appliance.store.connection import Connection
from appliance.store.event_store import checkpoint_covering, iterate, latest_checkpoint, node_reader
from sync.messages import BODY_BYTES_MAX, CHECKPOINT_BYTES_MAX, RECORDS_COUNT_MAX
from sync.reconcile import Position, Span

RECORD_OVERHEAD_BYTES = 7
RANGE_BYTES_MAX = BODY_BYTES_MAX - CHECKPOINT_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Batch:
    """Records [start, end) and the log's own checkpoint at `end`, ready to be sent."""

    start: int
    end: int
    records: tuple[Record, ...]
    checkpoint_note: bytes


def root_at(connection: Connection, origin: str, size: int) -> bytes:
    """Give a stored log's Merkle root at a size."""
    return tree_root(size, node_reader(connection, origin))


def checkpoint_at_most(connection: Connection, origin: str, limit: int) -> tuple[int, bytes] | None:
    """Give size and note of the newest checkpoint of at most `limit` entries, or None.

    The first checkpoint that covers an index grows with the index, so the search halves.
    """
    newest = latest_checkpoint(connection, origin)
    if newest is None or newest[0] <= limit:
        return newest
    found: tuple[int, bytes] | None = None
    low, high = 0, limit
    while low < high:
        middle = (low + high) // 2
        candidate = checkpoint_covering(connection, origin, middle)
        if candidate is not None and candidate[0] <= limit:
            found, low = candidate, candidate[0]
        else:
            high = middle
    return found


def cut(
    connection: Connection,
    origin: str,
    span: Span,
    *,
    records_max: int = RECORDS_COUNT_MAX,
    bytes_max: int = RANGE_BYTES_MAX,
) -> Batch | None:
    """Take as many records from the start of a span as one message may carry, up to a checkpoint.

    Never reads more than one message's worth into memory, however long the span is. When the first group of changes
    alone is beyond the limits it is given whole: the receiver's answer then says so.

    Returns:
        The batch, or None when no checkpoint lies inside the span.
    """
    limit = min(span.end, span.start + records_max)
    records: list[Record] = []
    used = 0
    for record in iterate(connection, origin, span.start, limit):
        used += len(record.entry) + len(record.private or b"") + RECORD_OVERHEAD_BYTES
        if used > bytes_max and records:
            break
        records.append(record)
    head = checkpoint_at_most(connection, origin, span.start + len(records))
    if head is None or head[0] <= span.start:
        head = checkpoint_covering(connection, origin, span.start)
        if head is None or head[0] > span.end:
            return None
        records = list(iterate(connection, origin, span.start, head[0]))
    end, note = head
    return Batch(span.start, end, tuple(records[: end - span.start]), note)


def position_at(connection: Connection, origin: str, size: int) -> Position:
    """Give a stored log's position at a size."""
    return Position(size, root_at(connection, origin, size))
