import pytest

from appliance.clock import SystemClock
from appliance.domain.actor import Actor, Role
from appliance.domain.gate import GateState
from appliance.errors import HallmarkError
from appliance.projections import cases
from appliance.services.prereview import TakeCase
from appliance.store.connection import open_database
from sync.opening import open_enrolled
from web.local import CityLink

ORIGIN = "wuhan-demo/42019901/h2c/e1"


@pytest.fixture
def closed(served):
    """A hall with cases whose every byte is in its files, and nobody at work."""
    served.prepare(24, seed=5)
    served.start()
    for number in range(24):
        assert served.receive(number).status == 303
    served.stop()
    hall = open_enrolled(served.directory, SystemClock())
    hall.store.close()
    connection = open_database(served.directory / "hall.db", read_only=False)
    connection.wal_checkpoint(mode=3)
    connection.close()
    return served


def body_of(hall, index):
    connection = open_database(hall.directory / "hall.db", read_only=True)
    try:
        return connection.execute(
            "SELECT e.body FROM entry e JOIN log l ON l.id = e.log WHERE l.origin = ? AND e.idx = ?", (ORIGIN, index)
        ).get
    finally:
        connection.close()


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


@pytest.mark.parametrize("index", [3, 17])
def test_a_flipped_byte_in_the_database_is_named_by_its_index(closed, index):
    status, sound = closed.hall("log", "verify", "--json")
    assert (status, sound["ok"], sound["size"]) == (0, True, 25)
    body = body_of(closed, index)
    database = closed.directory / "hall.db"
    # A long body goes on in another page: its beginning stands by its row, and is unique to it with its key.
    place = database.read_bytes().find(body[: body.index(b'"cmd":') + 44])
    assert place > 0
    flip(database, place + 30)
    status, found = closed.hall("log", "verify", "--json")
    assert (status, found["ok"], found["index"]) == (2, False, index)
    assert found["error"]


def test_a_flipped_byte_in_the_journal_is_named_by_segment_and_offset(closed):
    segment = min((closed.directory / "journal").iterdir())
    status, sound = closed.hall("journal", "verify", "--json")
    assert (status, sound["ok"], sound["torn_bytes"]) == (0, True, 0)
    flip(segment, segment.stat().st_size // 2)
    status, found = closed.hall("journal", "verify", "--json")
    assert (status, found["ok"], found["segment"]) == (2, False, segment.name)
    assert 0 <= found["offset"] <= segment.stat().st_size // 2


def test_a_hall_over_a_flipped_journal_can_be_read_and_writes_nothing(closed):
    size = closed.check()
    segment = min((closed.directory / "journal").iterdir())
    flip(segment, segment.stat().st_size // 2)
    hall = open_enrolled(closed.directory, SystemClock())
    try:
        assert hall.store.gate is GateState.ROLLED_BACK
        assert segment.name in str(hall.store.fault)
        row = cases.recent(hall.desk.reader(), limit=1)[0]
        assert cases.find(hall.desk.reader(), row.no) is not None
        command = TakeCase(case=row.no, version=None)
        with pytest.raises(HallmarkError) as refused:
            hall.desk.submit_now(command, actor=Actor("C1001", Role.CASE_HANDLER), key="over a flipped journal")
        assert "损坏" in refused.value.text()
        said = CityLink(hall.store, hall.trust.ticket.h2c_origin, SystemClock()).current()
        assert "只能查看" in said.stopped
    finally:
        hall.store.close()
    assert closed.check() == size
