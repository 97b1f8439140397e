"""No way brings back what was erased: bundle, restored backup at either end, recovery on a new box, a power cut."""

import shutil

import pytest

from appliance.ledger.records import RecordState
from appliance.projections import cases
from appliance.store import scrubbing
from appliance.store.backup import back_up
from appliance.store.event_store import find_log, iterate
from sync.carried.hall_side import export_to_city, import_from_city
from sync.hub import carried
from sync.hub.hub import make_hub
from sync.opening import open_enrolled


def states(store, origin):
    return [record.state for record in iterate(store.reader(), origin)]


@pytest.fixture
def erased(both):
    """A person's case at both sides, erased at the hall; the city has not heard of it yet."""
    no = both.take_in()
    both.withdraw(no)
    both.sync()
    both.number = no
    return both


def test_a_bundle_carries_the_erasure_and_an_old_one_brings_nothing_back(erased, sides, tmp_path):
    both, port = erased, erased.hall.opened.as_sync_port("test")
    old = tmp_path / "old.hmb"
    export_to_city(port, old, tmp_path / "out", both.hall.clock)
    both.decide(both.ask(both.number), erase=(both.number,))
    new = tmp_path / "new.hmb"
    export_to_city(port, new, tmp_path / "out", both.hall.clock, force=True)
    carried.import_from_hall(both.hub, new)
    assert sides.found_in(both.folder / "city") == []
    carried.import_from_hall(both.hub, old)
    assert sides.found_in(both.folder) == []
    back = tmp_path / "back.hmb"
    carried.export_to_hall(both.hub, both.hall.opened.trust.ticket.hall, back)
    import_from_city(port, back, tmp_path / "in", both.hall.clock)
    both.sync()
    assert sides.found_in(both.folder) == []
    assert both.compared() == [(0, ""), (0, "")]


def test_an_old_backup_of_the_hall_forgets_before_it_opens(erased, sides, tmp_path):
    both, trust = erased, erased.hall.opened.trust
    backup = tmp_path / "backup.db"
    back_up(both.hall.store.reader(), backup, {trust.h2c.name: trust.h2c, trust.c2h.name: trust.c2h})
    assert sides.NAME.encode() in backup.read_bytes()
    both.decide(both.ask(both.number), erase=(both.number,))
    both.hall.close()
    for name in ("hall.db", "hall.db-wal", "hall.db-shm"):
        (both.folder / "hall" / name).unlink(missing_ok=True)
    shutil.copy(backup, both.folder / "hall" / "hall.db")
    assert sides.found_in(both.folder / "hall") != []
    opened = open_enrolled(both.folder / "hall", both.hall.clock)
    both.hall.opened, both.hall.store, both.hall.desk = opened, opened.store, opened.desk
    assert sides.found_in(both.folder / "hall") == []
    assert cases.find(opened.desk.reader(), both.number).applicant.name == "〔已依法删除〕"
    both.sync()
    assert both.compared() == [(0, ""), (0, "")]


def test_an_old_backup_of_the_city_is_brought_to_forget_again(erased, sides, tmp_path):
    both = erased
    both.hub.close()
    shutil.copytree(both.folder / "city", tmp_path / "city-before")
    both.hub = make_hub(both.folder / "city", both.hall.clock)
    both.decide(both.ask(both.number), erase=(both.number,))
    both.sync()
    both.hub.close()
    shutil.rmtree(both.folder / "city")
    shutil.move(tmp_path / "city-before", both.folder / "city")
    shutil.rmtree(both.folder / "city" / "journal")  # put back without its journal: nothing here says what it forgot
    both.hub = make_hub(both.folder / "city", both.hall.clock)
    assert sides.found_in(both.folder / "city") != []
    for _ in range(3):
        both.sync()
    assert sides.found_in(both.folder) == []
    assert both.compared() == [(0, ""), (0, "")]


def test_a_power_cut_between_the_entry_and_the_bytes_is_made_good_at_the_start(erased, sides, monkeypatch):
    both = erased

    def cut(*_arguments):
        raise OSError(5, "power")

    with monkeypatch.context() as patched:
        patched.setattr(scrubbing, "scrub", cut)
        both.decide(both.ask(both.number), erase=(both.number,))
    assert both.hall.store.scrub_due
    assert sides.found_in(both.folder / "hall") != []
    both.hall.close()
    opened = open_enrolled(both.folder / "hall", both.hall.clock)
    both.hall.opened, both.hall.store, both.hall.desk = opened, opened.store, opened.desk
    assert not opened.store.scrub_due
    assert sides.found_in(both.folder / "hall") == []
    both.sync()
    assert sides.found_in(both.folder) == []


def test_the_city_answers_only_when_its_bytes_are_gone(erased, monkeypatch):
    both = erased
    both.decide(both.ask(both.number), erase=(both.number,))

    def cut(*_arguments):
        raise OSError(5, "disk")

    waiting = "SELECT count(*) FROM hub_pii WHERE answered = ''"
    with monkeypatch.context() as patched:
        patched.setattr(scrubbing, "scrub", cut)
        both.sync()
        assert both.hub.store.reader().execute(waiting).get == 2
    both.sync()
    assert both.hub.store.reader().execute(waiting).get == 0


def test_what_is_sent_after_an_erasure_is_sent_as_erased(erased):
    both = erased
    both.decide(both.ask(both.number), erase=(both.number,))
    own = both.hall.opened.trust.ticket.h2c_origin
    both.sync()
    here, there = states(both.hall.store, own), states(both.hub.store, own)
    assert here == there
    assert here.count(RecordState.ERASED) >= 3
    assert find_log(both.hub.store.reader(), own).size == len(here)


def test_restricted_data_is_kept_and_used_for_nothing_until_it_is_lifted(erased, sides):
    from appliance.projections import search  # noqa: PLC0415

    both, no = erased, erased.number
    reader = both.hall.desk.reader()
    subject = both.ask(no, right="restrict", ground="objection")
    both.decide(subject, restrict=(no,))
    both.sync()
    for part in ("hall/hall.db", "city/city.db"):
        assert any(line.startswith(part) for line in sides.found_in(both.folder)), part
    assert search.find(reader, sides.NUMBER) == []
    assert cases.find(reader, no).applicant.name == "〔限制处理〕"
    assert both.hub.store.reader().execute("SELECT count(*) FROM hub_intake WHERE case_no = ?", (no,)).get == 0
    assert both.compared() == [(0, ""), (0, "")]
    both.decide(subject, lift=(no,))
    both.sync()
    assert [row.no for row in search.find(reader, sides.NUMBER)] == [no]
    assert both.hub.store.reader().execute("SELECT count(*) FROM hub_intake WHERE case_no = ?", (no,)).get == 1
    assert both.compared() == [(0, ""), (0, "")]
