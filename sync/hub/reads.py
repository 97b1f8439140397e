"""Serving logs: checkpoint, records, tiles. Only what is durable is served; nothing here writes."""

from typing import Final

from appliance.errors import N_, NotFound, TooLarge
from appliance.ledger.failure import Malformed
from appliance.ledger.note import VerifierKey
from appliance.ledger.records import encode_records
from appliance.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, encode_bundle, read_hash_tile
from appliance.store.connection import Connection
from appliance.store.event_store import checkpoint_covering, iterate, node_reader
from sync.hall import blobs_of
from sync.hub.hub import Hub
from sync.logs import RECORD_OVERHEAD_BYTES, checkpoint_at_most
from sync.messages import BODY_BYTES_MAX, MEDIA_BYTES, MEDIA_NOTE, RECORDS_COUNT_MAX, Status
from sync.transports.port import Answer

IMMUTABLE: Final = {"cache-control": "private, max-age=31536000, immutable"}


def checkpoint(hub: Hub, log: VerifierKey, *, at_most: int | None) -> Answer:
    """Give the newest signed checkpoint, or the newest of at most a size (for pulling in batches)."""
    reader = hub.store.reader()
    found = checkpoint_note(reader, log, hub.stored(log).size, at_most=at_most)
    if found is None:
        raise NotFound(N_("这本日志还没有日志头"), code="no_checkpoint", subject=log.name)
    return Answer(Status.OK, {"content-type": MEDIA_NOTE}, found)


def checkpoint_note(connection: Connection, log: VerifierKey, durable: int, *, at_most: int | None) -> bytes | None:
    """Give the newest durable checkpoint's note of at most a size, or None."""
    limit = durable if at_most is None else min(at_most, durable)
    found = checkpoint_at_most(connection, log.name, limit)
    if found is not None:
        return found[1]
    if at_most is None:
        return None
    # The first group of changes alone is longer than asked for: its end is the least that can be had.
    first = checkpoint_covering(connection, log.name, at_most)
    return first[1] if first is not None and first[0] <= durable else None


def scans_upto(hub: Hub, log: VerifierKey) -> int:
    """Give the first entry of a hall's log that names a scan which is not here; the log's size when all are here."""
    size = hub.stored(log).size
    for index, record in enumerate(iterate(hub.store.reader(), log.name, 0, size)):
        if not all(hub.store.blobs.has(digest) for digest in blobs_of(record)):
            return index
    return size


def records(hub: Hub, log: VerifierKey, start: int, end: int) -> Answer:
    """Give records [start, end) with their private parts."""
    durable = hub.stored(log).size
    if not 0 <= start <= end <= durable:
        raise NotFound(N_("日志没有这一段"), code="no_range", subject=log.name)
    if end - start > RECORDS_COUNT_MAX:
        raise TooLarge(N_("一次最多 %(limit)s 条记录"), code="too_many_records", params={"limit": RECORDS_COUNT_MAX})
    taken = []
    used = 0
    for record in iterate(hub.store.reader(), log.name, start, end):
        used += len(record.entry) + len(record.private or b"") + RECORD_OVERHEAD_BYTES
        if used > BODY_BYTES_MAX:
            raise TooLarge(N_("这一段超过一次能取的大小"), code="range_too_large", subject=log.name)
        taken.append(record)
    return Answer(Status.OK, {"content-type": MEDIA_BYTES}, encode_records(taken))


def tile(hub: Hub, log: VerifierKey, path: str) -> Answer:
    """Give one tile or entry bundle (C2SP tlog-tiles); raises NotFound for one that the durable log does not have."""
    wanted = Tile.parse(path)
    durable = hub.stored(log).size
    height = 0 if wanted.level is None else wanted.level * TILE_HEIGHT
    first = wanted.index * TILE_WIDTH
    if wanted.width > TILE_WIDTH or first + wanted.width > durable >> height:
        raise NotFound(N_("日志没有这块瓦片"), code="no_tile", subject=path)
    reader = hub.store.reader()
    if wanted.level is None:
        entries = [record.entry for record in iterate(reader, log.name, first, first + wanted.width)]
        content = encode_bundle(entries)
    else:
        content = read_hash_tile(wanted, node_reader(reader, log.name))
    return Answer(Status.OK, {"content-type": MEDIA_BYTES, **IMMUTABLE}, content)


def parse_range(text: str) -> tuple[int, int]:
    """Read ``from-to``; raises Malformed."""
    first, dash, last = text.partition("-")
    if not dash or not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
        raise Malformed(N_("记录范围的写法不对"), code="bad_range", subject=text[:40])
    digits_max = 16
    if max(len(first), len(last)) > digits_max:
        raise Malformed(N_("记录范围的写法不对"), code="bad_range", subject=text[:40])
    return int(first), int(last)
