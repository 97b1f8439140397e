"""How much goes into a message: less after failures down to one record and 16 KiB, all of it again after successes."""

import pytest

from appliance.errors import TransportFailure
from sync.city_client import BlobState
from sync.hub.publish import publish_pack
from sync.messages import BLOB_PART_BYTES, RECORDS_COUNT_MAX
from sync.pace import ARRIVALS_TO_GROW, RECORDS_FIRST, Amount, Pacer, paced
from sync.scans import fetch_to, send_blob


def fail(context):
    with pytest.raises(TransportFailure), context:
        raise TransportFailure("cut", code="unreachable")


def arrive(context):
    with context:
        pass


def test_what_was_lost_is_halved_down_to_one_record_and_16_kib():
    pacer = Pacer()
    seen = []
    for _ in range(20):
        seen.append(pacer.records.now)
        fail(pacer.sending_records(pacer.records.now))
        fail(pacer.sending_bytes(pacer.part_bytes.now))
    assert seen[:3] == [RECORDS_FIRST, RECORDS_FIRST // 2, RECORDS_FIRST // 4]
    assert pacer.records.now == 1
    assert pacer.part_bytes.now == 16 * 1024
    assert pacer.scan_bytes == 0


def test_the_next_message_carries_at_most_half_of_what_was_lost():
    pacer = Pacer()
    fail(pacer.sending_records(10))
    assert pacer.records.now == 5
    assert pacer.part_bytes.now == BLOB_PART_BYTES  # each kind learns from its own messages


def test_a_message_without_records_says_nothing():
    pacer = Pacer()
    fail(pacer.sending_records(0))
    assert pacer.records.now == RECORDS_FIRST


def test_it_grows_again_after_a_row_of_arrivals_and_never_beyond_the_whole():
    pacer = Pacer(records=Amount(1, 1, 6))
    sizes = []
    for _ in range(4 * ARRIVALS_TO_GROW):
        arrive(pacer.sending_records(pacer.records.now))
        sizes.append(pacer.records.now)
    assert sizes[ARRIVALS_TO_GROW - 2 : ARRIVALS_TO_GROW] == [1, 2]
    assert sizes[-1] == 6
    assert sizes == sorted(sizes)


def test_bytes_grow_by_what_was_kept_and_not_by_what_was_asked_for():
    pacer = Pacer(part_bytes=Amount(16, 16, 64))
    for _ in range(3 * ARRIVALS_TO_GROW):
        arrive(pacer.sending_bytes(16))
        pacer.arrived(0)
    assert (pacer.part_bytes, pacer.scan_bytes) == (Amount(16, 16, 64), 0)
    for _ in range(ARRIVALS_TO_GROW):
        arrive(pacer.sending_bytes(16))
        pacer.arrived(10)
    assert (pacer.part_bytes.now, pacer.scan_bytes) == (32, 10 * ARRIVALS_TO_GROW)


class Empty:
    """A city that answers without bytes, in each of the ways there are."""

    def __init__(self, answer):
        self.answer = answer

    def blob_state(self, _digest, _part=0):
        return None

    def get_blob_part(self, _digest, _part, **_):
        return self.answer

    def put_blob_part(self, _digest, _part, _content, size, **_):
        return BlobState(complete=False, size=size, held=0)


@pytest.mark.parametrize("answer", [None, (b"", 40_000)])
def test_a_blob_that_the_city_does_not_give_moved_nothing(world, answer):
    pacer = Pacer()
    pacer.part_bytes = pacer.part_bytes.shrunk(64 * 1024)
    before = pacer.part_bytes
    for _ in range(2 * ARRIVALS_TO_GROW):
        assert not fetch_to(Empty(answer), world.hall.blobs, world.hall.parts, "0" * 64, pacer)
    assert (pacer.part_bytes, pacer.scan_bytes) == (before, 0)


def test_a_piece_that_the_city_does_not_keep_moved_nothing(world):
    pacer = Pacer()
    pacer.part_bytes = pacer.part_bytes.shrunk(64 * 1024)
    before = pacer.part_bytes
    with pytest.raises(TransportFailure, match="没有收下"):
        send_blob(Empty(None), world.hall.blobs, world.blob(70_000), pacer)
    assert (pacer.part_bytes, pacer.scan_bytes) == (before, 0)


def test_a_sync_that_gets_a_scan_s_empty_answer_and_then_breaks_did_not_move(world):
    publish_pack(world.hub, "staff", {"staff": [{"id": "C0001", "name": "李四"}]})
    for part in (world.city_directory / "blobs").rglob("*"):
        if part.is_file():
            part.unlink()
    world.sync()
    world.transport.faults = ["ok", "ok", "lost"]
    report = world.sync()
    assert (report.state, report.scan_bytes, report.moved) == ("offline", 0, False)


def test_a_failure_breaks_the_row():
    amount = Amount(8, 1, 64)
    for _ in range(ARRIVALS_TO_GROW - 1):
        amount = amount.grown()
    amount = amount.shrunk(8).grown()
    assert (amount.now, amount.arrived) == (4, 1)


def test_the_next_sync_begins_where_the_last_one_ended():
    pacer = Pacer()
    assert pacer.as_detail() == {}
    fail(pacer.sending_records(8))
    fail(pacer.sending_bytes(64 * 1024))
    kept = pacer.as_detail()
    assert kept == {"records": 4, "part_bytes": 32 * 1024}
    again = paced(kept, records_max=RECORDS_COUNT_MAX)
    assert (again.records.now, again.part_bytes.now) == (4, 32 * 1024)
    assert paced(kept, records_max=2).records.now == 2


@pytest.mark.parametrize("kept", [{"records": "4"}, {"records": None}, {"other": 1}, {}])
def test_what_cannot_be_read_counts_as_nothing(kept):
    assert paced(kept, records_max=100).records.now == 100


@pytest.mark.parametrize(("kept", "now"), [(0, 1), (-5, 1), (10**9, 100)])
def test_what_is_out_of_range_is_brought_into_it(kept, now):
    assert paced({"records": kept}, records_max=100).records.now == now


def test_a_blob_named_by_a_damaged_record_is_not_asked_for(world):
    digest = "m" + "0" * 63
    world.transport.log.clear()
    assert not fetch_to(world.city, world.hall.blobs, world.hall.parts, digest, Pacer())
    assert world.transport.log == []


@pytest.mark.parametrize(
    ("seconds", "count", "after"),
    [
        (0.1, RECORDS_FIRST, RECORDS_FIRST),  # the link is fast: more in a message would only take more memory
        (1.0, RECORDS_FIRST, RECORDS_FIRST * 2),
        (1.0, RECORDS_FIRST - 100, RECORDS_FIRST * 2),  # it ended at a checkpoint
        (1.0, RECORDS_FIRST // 4, RECORDS_FIRST),  # the last of a backlog
        (9.0, RECORDS_FIRST, RECORDS_FIRST),  # long enough
    ],
)
def test_a_message_whose_answer_took_long_is_followed_by_a_larger_one(seconds, count, after):
    pacer = Pacer()
    arrive(pacer.sending_records(count))
    pacer.answered(count, seconds)
    assert pacer.records.now == after


def test_after_a_failure_only_arrivals_make_messages_larger():
    pacer = Pacer()
    fail(pacer.sending_records(RECORDS_FIRST))
    pacer.answered(RECORDS_FIRST // 2, 1.0)
    assert pacer.records.now == RECORDS_FIRST // 2


def test_it_never_grows_beyond_what_the_protocol_allows():
    pacer = Pacer()
    for _ in range(9):
        pacer.answered(pacer.records.now, 1.0)
    assert pacer.records.now == RECORDS_COUNT_MAX
    assert pacer.as_detail() == {}
