import dataclasses

import msgspec
import pytest

from appliance.domain.gate import GateState
from appliance.errors import Conflict, IntegrityFailure
from appliance.ledger.records import Record, RecordState
from appliance.store import event_store
from appliance.store.verify import verify_stored


def foreign(number, **changes):
    whole = {
        "v": 1,
        "type": "pack.published",
        "tv": 1,
        "cmd": f"c{number}",
        "n": 0,
        "t": "2026-11-23T10:00:00.000+08:00",
        "clk": "ok",
        "seen": 0,
        "actor": {"id": "c", "role": "city_operator"},
        "data": {},
    }
    return Record(msgspec.json.encode(whole | changes, order="sorted"))


def alarms(hall):
    return [kind for (kind,) in hall.store.reader().execute("SELECT kind FROM outbox ORDER BY id")]


def test_the_other_sides_log_is_stored_verified_and_applied(open_hall, city_records):
    done = city_records(5)
    assert (done.size, done.applied) == (5, 5)
    city_records(300)
    connection = open_hall.store.reader()
    verdict = verify_stored(connection, open_hall.other, open_hall.city.verifier, every_checkpoint=True)
    assert (verdict.ok, verdict.size, verdict.checkpoints) == (True, 305, 2)
    assert open_hall.store.durable_size(open_hall.other) == 305
    assert len(open_hall.seen()) == 306
    outcome = open_hall.do()
    entry = event_store.read_entry(connection, open_hall.own, outcome.first).entry
    assert msgspec.json.decode(entry)["seen"] == 305


def test_records_that_do_not_continue_are_refused_with_the_stored_size(open_hall, city_records):
    city_records(3)
    with pytest.raises(Conflict) as caught:
        city_records(1, spoil=lambda append: dataclasses.replace(append, old_size=2))
    assert caught.value.current == {"size": 3}


def test_a_changed_record_is_refused_and_leaves_nothing(open_hall, city_records):
    city_records(3)
    before = open_hall.store.reader().execute("SELECT count(*) FROM entry").get
    with pytest.raises(IntegrityFailure):
        city_records(2, spoil=lambda append: dataclasses.replace(append, records=(foreign(1), foreign(2))))
    assert open_hall.store.reader().execute("SELECT count(*) FROM entry").get == before
    assert open_hall.store.gate is GateState.OPEN
    assert city_records(2).size == 5


def test_a_private_part_that_is_not_the_one_named_is_refused(open_hall, city_records):
    entry = foreign(1, pii="0" * 43 + "=").entry
    with pytest.raises(IntegrityFailure):
        city_records(entries=[Record(entry, RecordState.PRESENT, b"x" * 20)])
    assert city_records(entries=[Record(entry, RecordState.ERASED)]).size == 1


def test_our_own_log_is_never_received(open_hall, city_records):
    with pytest.raises(Conflict):
        city_records(1, spoil=lambda append: dataclasses.replace(append, origin=open_hall.own))


def test_an_entry_waits_until_the_projector_is_ready_and_holds_back_what_follows(open_hall, city_records):
    open_hall.projector.waits_for = {(open_hall.other, 2)}
    done = city_records(5)
    assert (done.size, done.applied) == (5, 2)
    assert (
        msgspec.json.decode(
            event_store.read_entry(open_hall.store.reader(), open_hall.own, open_hall.do().first).entry
        )["seen"]
        == 2
    )
    open_hall.projector.waits_for = set()
    done = open_hall.store.writer.apply_ready(open_hall.other).result(20)
    assert (done.size, done.applied) == (5, 5)


def test_content_that_no_read_model_takes_is_kept_flagged_and_never_refused(open_hall, city_records):
    open_hall.projector.fails_for = {(open_hall.other, 0)}
    done = city_records(entries=[foreign(0), Record(b"\xff not json"), foreign(2, type="novel.thing")])
    assert (done.size, done.applied) == (3, 3)
    assert alarms(open_hall) == [
        "alarm.entry_unknown",
        "alarm.entry_not_projected",
        "alarm.entry_malformed",
        "alarm.entry_unknown",
    ]
    assert [kind for _, _, kind, _ in open_hall.seen()] == ["epoch.opened", "novel.thing"]
    assert open_hall.store.gate is GateState.OPEN


def test_an_unknown_critical_type_makes_the_gate_stale_until_it_is_known(open_hall, city_records, monkeypatch):
    city_records(entries=[foreign(0, type="novel.revocation", crit=True)])
    assert open_hall.store.gate is GateState.STALE
    open_hall.reopen()
    assert open_hall.store.gate is GateState.STALE
    from appliance.domain import entry  # noqa: PLC0415
    from appliance.domain.events import JournalMoved  # noqa: PLC0415

    class Revocation(JournalMoved, frozen=True):
        TYPE = "novel.revocation"
        reason: str = ""

    monkeypatch.setitem(entry.EVENTS, "novel.revocation", Revocation)
    open_hall.reopen()
    assert open_hall.store.gate is GateState.OPEN


def test_an_empty_append_asks_and_changes_nothing(open_hall, city_records):
    city_records(4)
    number = open_hall.store.reader().execute("SELECT count(*) FROM checkpoint").get
    assert city_records(0).size == 4
    assert open_hall.store.reader().execute("SELECT count(*) FROM checkpoint").get == number
