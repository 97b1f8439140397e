"""Packs down, scans up: made once, carried in parts, whole or not at all."""

import hashlib
import io
from random import Random

import pytest
import sqlite_utils

from appliance.errors import IntegrityFailure, Invalid, NotFound, TooLarge
from appliance.ledger.failure import Malformed
from appliance.store.blobs import BlobStore
from sync.hub.projections import pack_version
from sync.hub.publish import build_pack, publish_pack
from sync.messages import BLOB_BYTES_MAX, BLOB_PART_BYTES
from sync.parts import INCOMING_BLOBS_MAX, Parts

STAFF = {"staff": [{"id": "C0001", "name": "李四", "roles": ["window_clerk"]}, {"id": "C0002", "name": "王五"}]}


def test_a_pack_is_a_file_that_any_sqlite_tool_opens(tmp_path):
    for name in ("one", "two"):
        build_pack(tmp_path / f"{name}.db", STAFF, {"staff": "id"})
    rows = list(sqlite_utils.Database(tmp_path / "one.db")["staff"].rows)
    assert [row["name"] for row in rows] == ["李四", "王五"]
    assert (tmp_path / "one.db").read_bytes() == (tmp_path / "two.db").read_bytes()


def test_a_pack_reaches_the_hall_whole_before_its_entry_is_applied(world):
    assert publish_pack(world.hub, "staff", STAFF) == 1
    assert world.sync().state == "equal"
    version, digest = pack_version(world.hub.store.reader(), world.c2h, "staff")
    assert version == 1
    assert world.store.blobs.has(digest)
    log = world.store.log(world.c2h)
    assert log.applied == log.size


def test_the_same_content_again_is_not_sent(world):
    publish_pack(world.hub, "staff", STAFF)
    size = world.hub.stored(world.trust.c2h).size
    assert publish_pack(world.hub, "staff", STAFF) == 1
    assert world.hub.stored(world.trust.c2h).size == size
    assert publish_pack(world.hub, "staff", {"staff": STAFF["staff"][:1]}) == 2
    assert world.hub.stored(world.trust.c2h).size == size + 1


def test_a_pack_that_is_none_is_refused(world):
    for name, tables in (("weather", STAFF), ("staff", {}), ("staff", {"staff": []})):
        with pytest.raises(Invalid):
            publish_pack(world.hub, name, tables)
    with pytest.raises(NotFound):
        publish_pack(world.hub, "staff", STAFF, halls=["99999999"])


def test_a_pack_that_does_not_arrive_delays_its_entry_and_nothing_else(world):
    world.sync()
    publish_pack(world.hub, "staff", STAFF)
    _, digest = pack_version(world.hub.store.reader(), world.c2h, "staff")
    path = world.hub.store.blobs.path(digest)
    hidden = path.rename(path.with_name("hidden"))
    world.write(cases=2)
    report = world.sync()
    assert (report.state, report.pushed) == ("behind", 2)
    log = world.store.log(world.c2h)
    assert log.applied < log.size
    hidden.rename(path)
    assert world.sync().state == "equal"


def test_scans_follow_their_records_and_are_sent_once(world):
    scan = world.blob(3 * 2**20 + 17)
    world.write(blobs=(scan,))
    world.sync()
    assert world.hub.store.blobs.has(scan)
    assert world.hall.blob_progress().upto == 2
    world.transport.log.clear()
    world.sync()
    assert not any("/blob/" in path for _, path, _ in world.transport.log)


def test_a_scan_resumes_at_the_part_that_is_missing(world):
    scan = world.blob(4 * 2**20)
    world.write(blobs=(scan,))
    puts = lambda: [path for method, path, _ in world.transport.log if method == "PUT"]  # noqa: E731
    before_blobs = 3
    world.transport.faults = ["ok"] * (before_blobs + 5) + ["lost"]
    first = world.sync()
    assert first.state == "offline"
    sent = puts()
    assert 0 < len(sent) < 4
    world.transport.faults = []
    world.transport.log.clear()
    assert world.sync().state == "equal"
    assert len(set(puts())) == 4 - len(sent)
    assert not set(sent) & set(puts())
    assert world.hub.store.blobs.has(scan)


def test_a_scan_that_is_lost_here_blocks_nothing_and_is_remembered(world):
    lost, kept = world.blob(100, "lost"), world.blob(100, "kept")
    world.write(blobs=(lost,))
    world.write(blobs=(kept,))
    path = world.store.blobs.path(lost)
    content = path.read_bytes()
    path.unlink()
    assert world.sync().state == "equal"
    progress = world.hall.blob_progress()
    assert (progress.upto, progress.missing) == (3, (lost,))
    assert world.hub.store.blobs.has(kept)
    world.store.blobs.put(io.BytesIO(content))
    world.sync()
    assert world.hall.blob_progress().missing == ()
    assert world.hub.store.blobs.has(lost)


# ---- parts by themselves


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path / "incoming", BlobStore(tmp_path / "blobs"))


def content_of(size):
    content = Random(size).randbytes(size)
    return content, hashlib.sha256(content).hexdigest()


def pieces(content):
    return [content[start : start + BLOB_PART_BYTES] for start in range(0, len(content), BLOB_PART_BYTES)] or [b""]


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 2 * 2**20])
def test_parts_in_any_order_and_twice_make_the_blob(parts, size):
    content, digest = content_of(size)
    numbered = list(enumerate(pieces(content)))
    for number, piece in [*reversed(numbered), *numbered]:
        state = parts.put(digest, number, piece, size)
    assert state.complete
    assert parts.missing(digest, size) == []
    assert b"".join(parts.get(digest, number)[0] for number, _ in numbered) == content
    assert parts.get(digest, len(numbered)) is None


def test_parts_that_lie_about_the_digest_leave_nothing(parts, tmp_path):
    _, digest = content_of(5)
    with pytest.raises(IntegrityFailure):
        parts.put(digest, 0, b"wrong", 5)
    assert parts.state(digest, 0) is None
    assert parts.get(digest, 0) is None
    assert list((tmp_path / "incoming").iterdir()) == []


def test_parts_of_impossible_size_or_name_are_refused(parts):
    content, digest = content_of(10)
    wrong = ((0, content, 11), (1, content, 10), (0, content[:-1], 10), (-1, content, 10))
    for number, piece, size in wrong:
        with pytest.raises(Malformed):
            parts.put(digest, number, piece, size)
    with pytest.raises(TooLarge):
        parts.put(digest, 0, content, BLOB_BYTES_MAX + 1)
    for name in ("../../etc/passwd", digest.upper(), digest[:-1], ""):
        with pytest.raises(Malformed):
            parts.state(name, 0)


def test_another_size_than_announced_is_refused(parts):
    content, digest = content_of(2 * 2**20)
    parts.put(digest, 0, content[: 2**20], len(content))
    with pytest.raises(Malformed):
        parts.put(digest, 0, content[: 2**20], len(content) + 1)


def test_unfinished_blobs_are_bounded(parts):
    piece = bytes(BLOB_PART_BYTES)
    for number in range(INCOMING_BLOBS_MAX):
        parts.put(hashlib.sha256(bytes([number])).hexdigest(), 0, piece, 2 * BLOB_PART_BYTES)
    with pytest.raises(TooLarge):
        parts.put("f" * 64, 0, piece, 2 * BLOB_PART_BYTES)


# ---- pieces of a part


@pytest.mark.parametrize("size", [1, 16 * 1024, 2**20, 2**20 + 70_001])
def test_pieces_of_uneven_sizes_make_the_blob(parts, size):
    content, digest = content_of(size)
    random = Random(size)
    state = None
    while state is None or not state.complete:
        part, at = parts.wanted(digest)
        end = min(at + random.choice((1, 16 * 1024, 300_000)), len(pieces(content)[part]))
        state = parts.put_piece(digest, part, pieces(content)[part][at:end], size, at=at)
    assert b"".join(parts.get(digest, part)[0] for part in range(len(pieces(content)))) == content


def test_a_piece_that_comes_again_or_too_early_changes_nothing(parts):
    content, digest = content_of(100)
    assert parts.put_piece(digest, 0, content[:40], 100, at=0).held == 40
    assert parts.put_piece(digest, 0, content[:40], 100, at=0).held == 40
    assert parts.put_piece(digest, 0, content[60:], 100, at=60).held == 40
    assert parts.wanted(digest) == (0, 40)
    assert parts.put_piece(digest, 0, content[20:70], 100, at=20).held == 70
    assert parts.put_piece(digest, 0, content[70:], 100, at=70).complete
    assert parts.get(digest, 0) == (content, 100)


def test_pieces_that_lie_about_the_digest_leave_nothing(parts, tmp_path):
    content, digest = content_of(100)
    parts.put_piece(digest, 0, b"x" + content[1:50], 100, at=0)
    with pytest.raises(IntegrityFailure):
        parts.put_piece(digest, 0, content[50:], 100, at=50)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(("at", "length"), [(0, 101), (60, 41), (-1, 10), (101, 0)])
def test_a_piece_beyond_its_part_is_refused(parts, at, length):
    _, digest = content_of(100)
    with pytest.raises(Malformed):
        parts.put_piece(digest, 0, bytes(length), 100, at=at)
