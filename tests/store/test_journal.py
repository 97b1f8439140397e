import random

import pytest

from appliance.store.journal import (
    KIND_ANCHOR,
    KIND_BATCH,
    Journal,
    JournalDamaged,
    Part,
    encode_frame,
    verify_journal,
)
from appliance.store.journal_files import DirectoryFiles


def part(first, count=1, origin="a/h2c/e1", size=200):
    return Part(origin, own=True, first=first, count=count, records=bytes([first % 256]) * size, note=b"note")


@pytest.fixture
def files(tmp_path):
    made = DirectoryFiles(tmp_path / "journal")
    yield made
    made.close()


@pytest.fixture
def filled(files):
    journal = Journal(files, segment_bytes=1000)
    journal.open()
    for number in range(12):
        journal.append([part(number), part(number, origin="a/c2h/e1")], b'["%d"]' % number)
    return journal


def test_what_was_written_is_read_back_in_order(filled, files):
    frames = [frame for frame in filled.frames() if frame.kind == KIND_BATCH]
    assert [frame.parts[0].first for frame in frames] == list(range(12))
    assert [frame.requests for frame in frames] == [b'["%d"]' % number for number in range(12)]
    assert len(files.names()) > 3
    assert filled.size("a/h2c/e1") == 12
    assert [frame.sequence for frame in filled.frames()] == list(range(filled._position.sequence))


def test_an_older_segment_may_go_because_each_begins_with_the_last_checkpoints(filled, files):
    for name in files.names()[:-1]:
        files.remove(name)
    again = Journal(files)
    again.open()
    first = next(iter(again.frames()))
    assert first.kind == KIND_ANCHOR
    assert {item.origin for item in first.parts} == {"a/h2c/e1", "a/c2h/e1"}
    assert again.size("a/h2c/e1") == 12


def test_a_torn_tail_is_cut_at_every_length(filled, files):
    name = files.names()[-1]
    path = files._directory / name
    whole = path.read_bytes()
    sequence = filled._position.sequence
    frame = encode_frame(sequence, KIND_BATCH, [part(12)], b"[]")
    for length in range(len(frame)):
        path.write_bytes(whole + frame[:length])
        journal = Journal(files)
        journal.open()
        assert path.read_bytes() == whole
        assert journal.size("a/h2c/e1") == 12
    path.write_bytes(whole + frame)
    journal = Journal(files)
    journal.open()
    assert journal.size("a/h2c/e1") == 13
    journal.append([part(13)], b"[]")
    assert verify_journal(files).heads["a/h2c/e1"].end == 14


@pytest.mark.parametrize("seed", range(60))
def test_a_flipped_byte_anywhere_but_in_the_last_frame_is_refused_by_place(filled, files, seed):
    rng = random.Random(seed)
    names = files.names()
    name = rng.choice(names)
    path = files._directory / name
    data = bytearray(path.read_bytes())
    frames = [frame for frame in filled.frames() if frame.segment == name]
    last = frames[-1].offset if name == names[-1] else len(data)
    at = rng.randrange(last)
    data[at] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    expected = max(frame.offset for frame in frames if frame.offset <= at)
    with pytest.raises(JournalDamaged) as caught:
        Journal(files).open()
    assert caught.value.params == {"segment": name, "offset": expected}
    assert path.read_bytes() == data


def test_a_missing_segment_in_the_middle_is_refused(filled, files):
    files.remove(files.names()[1])
    with pytest.raises(JournalDamaged):
        verify_journal(files)


def test_records_that_do_not_continue_are_refused(files):
    journal = Journal(files)
    journal.open()
    journal.append([part(0)], b"[]")
    journal.append([part(2)], b"[]")
    with pytest.raises(JournalDamaged):
        verify_journal(files)
