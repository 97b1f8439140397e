import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.ledger.failure import Malformed, ProofError
from appliance.ledger.records import (
    ENTRY_BYTES_MAX,
    PRIVATE_BYTES_MAX,
    Record,
    RecordState,
    check_private,
    decode_record,
    decode_records,
    encode_record,
    encode_records,
    private_digest,
)

entries = st.binary(min_size=1, max_size=300)
records = st.builds(Record, entries, st.sampled_from([RecordState.NONE, RecordState.ERASED])) | st.builds(
    Record, entries, st.sampled_from([RecordState.PRESENT, RecordState.RESTRICTED]), st.binary(min_size=1, max_size=300)
)


@given(st.lists(records, max_size=6))
def test_records_come_back_as_they_went(batch):
    data = encode_records(batch)
    assert decode_records(data) == tuple(batch)
    position = 0
    for record in batch:
        found, position = decode_record(data, position)
        assert found == record
    assert position == len(data)


def test_golden_bytes():
    assert encode_record(Record(b"entry")).hex() == "0005" + b"entry".hex() + "00" + "00000000"
    record = Record(b"e", RecordState.RESTRICTED, b"part")
    assert encode_record(record).hex() == "0001" + b"e".hex() + "03" + "00000004" + b"part".hex()


@given(st.lists(records, min_size=1, max_size=3), st.data())
def test_a_message_cut_short_is_refused(batch, data):
    whole = encode_records(batch)
    last = len(encode_record(batch[-1]))
    cut = data.draw(st.integers(1, last - 1))
    with pytest.raises(Malformed):
        decode_records(whole[:-cut])


@pytest.mark.parametrize(
    "record",
    [
        Record(b""),
        Record(bytes(ENTRY_BYTES_MAX + 1)),
        Record(b"e", RecordState.PRESENT),
        Record(b"e", RecordState.PRESENT, b""),
        Record(b"e", RecordState.PRESENT, bytes(PRIVATE_BYTES_MAX + 1)),
        Record(b"e", RecordState.NONE, b"part"),
        Record(b"e", RecordState.ERASED, b"part"),
        Record(b"e", RecordState.RESTRICTED),
    ],
)
def test_records_that_are_not_written_are_not_read_either(record):
    with pytest.raises(Malformed):
        encode_record(record)
    private = record.private or b""
    head = len(record.entry).to_bytes(2, "big") + record.entry
    with pytest.raises(Malformed):
        decode_records(head + bytes([record.state]) + len(private).to_bytes(4, "big") + private)


def test_the_largest_record_and_an_unknown_state():
    largest = Record(bytes(ENTRY_BYTES_MAX), RecordState.PRESENT, bytes(PRIVATE_BYTES_MAX))
    assert decode_records(encode_record(largest)) == (largest,)
    with pytest.raises(Malformed):
        decode_records(bytes.fromhex("0001" + "65" + "04" + "00000000"))


def test_the_private_part_is_the_one_that_the_leaf_names():
    part = bytes(16) + b"{}"
    digest = private_digest(part)
    check_private(Record(b"e", RecordState.PRESENT, part), digest)
    check_private(Record(b"e", RecordState.RESTRICTED, part), digest)
    check_private(Record(b"e", RecordState.ERASED), digest)
    check_private(Record(b"e"), None)
    for record, named in (
        (Record(b"e", RecordState.PRESENT, part + b" "), digest),
        (Record(b"e", RecordState.PRESENT, part), None),
        (Record(b"e", RecordState.ERASED), None),
        (Record(b"e"), digest),
    ):
        with pytest.raises(ProofError):
            check_private(record, named)
