import shutil

import pytest

from appliance.domain.events import CaseStepReturned
from appliance.domain.gate import GateState
from appliance.errors import Conflict, GateClosed, IntegrityFailure
from appliance.store import event_store
from appliance.store.rebuild import rebuild_and_compare

SECRET = CaseStepReturned(step="a", to_step="b", to_step_name="c", reason="缺页")


def keep(hall, name="old"):
    """Copy the closed data directory, as an image of the disk would."""
    hall.close()
    target = hall.directory.parent / name
    shutil.copytree(hall.directory, target)
    return target


def put_back_database(hall, image):
    hall.close()
    for path in hall.directory.glob("hall.db*"):
        path.unlink()
    for path in image.glob("hall.db*"):
        shutil.copy(path, hall.directory / path.name)


def put_back_journal(hall, image):
    hall.close()
    shutil.rmtree(hall.directory / "journal")
    if image is not None:
        shutil.copytree(image / "journal", hall.directory / "journal")


def work(hall, city_records, rounds=5):
    for _ in range(rounds):
        hall.do(SECRET)
        city_records(2)
        hall.do()


def projections_hold(hall):
    return rebuild_and_compare(
        hall.directory / "hall.db", hall.directory.parent / "check.db", hall.projector, hall.clock
    ).ok


def test_a_journal_that_is_behind_gets_the_databases_tail(open_hall, city_records):
    work(open_hall, city_records)
    image = keep(open_hall)
    open_hall.open()
    work(open_hall, city_records)
    put_back_journal(open_hall, image)
    store = open_hall.open()
    assert store.gate is GateState.OPEN
    for origin in (open_hall.own, open_hall.other):
        assert store.durable_size(origin) == store.log(origin).size == 20 + (origin == open_hall.own)
    # What was appended now carries a later loss of the database.
    expected = open_hall.seen()
    put_back_database(open_hall, image)
    open_hall.open()
    assert open_hall.seen() == expected


@pytest.mark.parametrize("lost", ["rolled back", "gone"])
def test_a_database_that_is_behind_is_replayed_from_the_journal(open_hall, city_records, lost):
    work(open_hall, city_records)
    image = keep(open_hall)
    open_hall.open()
    work(open_hall, city_records)
    first = open_hall.do(SECRET, key="late", result={"number": "n7"})
    before = open_hall.seen()
    put_back_database(open_hall, image)
    if lost == "gone":
        for path in open_hall.directory.glob("hall.db*"):
            path.unlink()
    store = open_hall.open()
    assert store.gate is GateState.OPEN
    assert open_hall.seen() == before
    assert projections_hold(open_hall)
    # A repeated key finds its first answer, although the request table was lost with the file.
    again = open_hall.do(SECRET, key="late")
    assert (again.replayed, again.result, again.first, again.size) == (True, first.result, first.first, first.size)
    with pytest.raises(Conflict):
        open_hall.do(SECRET, key="late", content=b"other")
    assert event_store.read_entry(store.reader(), open_hall.own, first.first).private is not None
    assert open_hall.do().first == first.size


def test_a_journal_that_does_not_reach_back_to_the_database_leaves_it_rolled_back(open_hall, city_records):
    image = keep(open_hall)
    open_hall.open()
    open_hall.store.writer._journal._segment_bytes = 500
    work(open_hall, city_records)
    put_back_database(open_hall, image)
    next(iter(sorted((open_hall.directory / "journal").iterdir()))).unlink()
    segments = sorted((open_hall.directory / "journal").iterdir())
    segments[0].unlink()
    store = open_hall.open()
    assert store.gate is GateState.ROLLED_BACK
    with pytest.raises(GateClosed):
        open_hall.do()
    with pytest.raises(GateClosed):
        city_records(1)
    assert store.log(open_hall.own).size == 1
    assert len(open_hall.seen()) == 1


def test_two_histories_of_the_same_log_fence_the_hall(open_hall, city_records):
    image = keep(open_hall)
    open_hall.open()
    open_hall.do(key="one history")
    put_back_database(open_hall, image)
    kept = open_hall.directory.parent / "kept"
    shutil.copytree(open_hall.directory / "journal", kept / "journal")
    put_back_journal(open_hall, image)
    open_hall.open()
    open_hall.later(minutes=1)
    open_hall.do(key="another history")
    put_back_journal(open_hall, kept)
    store = open_hall.open()
    assert store.gate is GateState.FENCED
    with pytest.raises(GateClosed):
        open_hall.do()


def test_a_missing_journal_makes_the_anchor_suspect_and_a_restart_does_not_forgive_it(open_hall, city_records):
    work(open_hall, city_records)
    put_back_journal(open_hall, None)
    store = open_hall.open()
    assert store.gate is GateState.SUSPECT
    assert open_hall.do().count == 1
    store = open_hall.reopen()
    assert store.gate is GateState.SUSPECT
    # The new journal holds everything again.
    before = open_hall.seen()
    open_hall.close()
    for path in open_hall.directory.glob("hall.db*"):
        path.unlink()
    open_hall.open()
    assert open_hall.seen() == before


def test_a_damaged_database_is_named_and_comes_back_from_the_journal_once_it_is_moved_away(open_hall, city_records):
    work(open_hall, city_records)
    before = open_hall.seen()
    open_hall.close()
    database = open_hall.directory / "hall.db"
    data = bytearray(database.read_bytes())
    data[:4096] = bytes(4096)
    database.write_bytes(data)
    with pytest.raises(IntegrityFailure) as caught:
        open_hall.open()
    assert caught.value.code == "database_damaged"
    database.rename(open_hall.directory / "damaged")
    open_hall.open()
    assert open_hall.seen() == before


def test_a_new_hall_without_a_journal_is_not_suspect(hall):
    assert hall.open().gate is GateState.OPEN


def test_a_flipped_byte_in_the_journal_closes_the_gate_and_leaves_reading(open_hall, city_records):
    work(open_hall, city_records)
    open_hall.close()
    segment = next((open_hall.directory / "journal").iterdir())
    data = bytearray(segment.read_bytes())
    data[len(data) // 3] ^= 4
    segment.write_bytes(data)
    store = open_hall.open()
    assert store.gate is GateState.ROLLED_BACK
    assert store.fault.params["segment"] == segment.name
    assert segment.name in store.fault.text()
    with pytest.raises(IntegrityFailure) as caught:
        open_hall.do()
    assert str(caught.value.params["offset"]) in caught.value.text()
    assert len(open_hall.seen()) == 21
    assert segment.read_bytes() == data
