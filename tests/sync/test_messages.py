import hashlib
from contextlib import suppress

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import TooLarge
from appliance.ledger.failure import Malformed
from appliance.ledger.records import Record, RecordState
from sync import messages
from sync.messages import (
    BODY_BYTES_MAX,
    RECORDS_COUNT_MAX,
    Ack,
    AppendRequest,
    Heads,
    compress,
    decode_ack,
    decode_append,
    decode_heads,
    decompress,
    encode_ack,
    encode_append,
    encode_heads,
    log_hash,
    part_count,
    read_records,
)

NOTE = b"a/b/h2c/e1\n3\n" + b"x" * 44 + "\n\n— a/b/h2c/e1 AAAA\n".encode()
RECORDS = (Record(b"one"), Record(b"two", RecordState.PRESENT, b"s" * 16 + b"{}"), Record(b"3", RecordState.ERASED))


def test_an_append_body_is_the_one_of_the_protocol_byte_for_byte():
    proof = (b"\x01" * 32, b"\x02" * 32)
    body = encode_append(AppendRequest(2, proof, NOTE, (Record(b"three"),)))
    head = (
        b"old 2\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n\n" + NOTE
    )
    assert body == len(head).to_bytes(4, "big") + head + b"\x00\x05three\x00\x00\x00\x00\x00"


@given(
    st.integers(0, 2**53),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.lists(st.sampled_from(RECORDS), max_size=5),
)
def test_append_bodies_come_back_as_they_went(old, proof, records):
    request = AppendRequest(old, tuple(proof), NOTE, tuple(records))
    assert decode_append(encode_append(request)) == request


@given(st.binary(max_size=400))
def test_no_bytes_make_a_decoder_do_anything_but_refuse(body):
    for decode in (decode_append, decode_ack, decode_heads, read_records):
        with suppress(Malformed, TooLarge):
            decode(body)


@given(st.data())
def test_a_cut_append_body_is_refused(data):
    body = encode_append(AppendRequest(0, (), NOTE, RECORDS))
    ends = {len(encode_append(AppendRequest(0, (), NOTE, RECORDS[:count]))) for count in range(4)}
    cut = data.draw(st.integers(0, len(body) - 1).filter(lambda end: end not in ends))
    with pytest.raises(Malformed):
        decode_append(body[:cut])


@pytest.mark.parametrize(
    "line", [b"old 01", b"old -1", b"old ", b"new 1", b"old 1 ", b"old " + b"9" * 17, b"old \xd9\xa1"]
)
def test_sizes_have_one_spelling(line):
    head = line + b"\n\n" + NOTE
    with pytest.raises(Malformed):
        decode_append(len(head).to_bytes(4, "big") + head)


def test_a_proof_of_64_hashes_is_no_proof():
    with pytest.raises(Malformed):
        decode_append(encode_append(AppendRequest(1, (b"h" * 32,) * 64, NOTE, ())))


def test_more_records_than_agreed_are_refused():
    body = messages.encode_records([Record(b"e")] * RECORDS_COUNT_MAX)
    assert len(read_records(body)) == RECORDS_COUNT_MAX
    with pytest.raises(TooLarge):
        read_records(body + messages.encode_records([Record(b"e")]))


def test_more_bytes_than_agreed_are_refused():
    with pytest.raises(TooLarge):
        decode_append(bytes(BODY_BYTES_MAX + 1))


def test_a_small_body_that_expands_hugely_is_refused_while_expanding():
    bomb = compress(bytes(256 * 1024 * 1024))
    assert len(bomb) < 64 * 1024
    with pytest.raises(TooLarge):
        decompress(bomb, bytes_max=BODY_BYTES_MAX)


@given(st.binary(max_size=2000), st.integers(0, 200))
def test_compression_comes_back_and_a_cut_or_longer_frame_does_not(body, cut):
    packed = compress(body)
    assert decompress(packed, bytes_max=2000) == body
    with pytest.raises(Malformed):
        decompress(packed[: max(0, len(packed) - 1 - cut)], bytes_max=2000)
    with pytest.raises(Malformed):
        decompress(packed + b"x", bytes_max=2000)


def test_an_enormous_window_is_refused():
    packed = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    ).compressobj()
    body = packed.compress(bytes(1000)) + packed.flush()
    with pytest.raises(Malformed):
        decompress(body, bytes_max=BODY_BYTES_MAX)


def test_ack_and_heads_come_back_as_they_went():
    assert decode_ack(encode_ack(Ack(NOTE, b"status"))) == Ack(NOTE, b"status")
    assert decode_heads(encode_heads(Heads(NOTE, b""))) == Heads(NOTE, b"")


def test_names_and_parts():
    assert log_hash("a/b/h2c/e1") == hashlib.sha256(b"a/b/h2c/e1").hexdigest()
    assert [part_count(size) for size in (0, 1, 2**20, 2**20 + 1)] == [1, 1, 1, 2]
