import random
from datetime import datetime, timedelta

import msgspec
import pytest

from appliance.clock import SHANGHAI
from appliance.domain.events import ClockConfirmed
from appliance.domain.gate import GateState
from appliance.store import event_store
from appliance.store.timekeeping import Cosigned, lease_is_past, time_floor

NOON = datetime(2026, 11, 23, 12, tzinfo=SHANGHAI)


def at(hall, index):
    return msgspec.json.decode(event_store.read_entry(hall.store.reader(), hall.own, index).entry)


def wall(hall, **by):
    hall.clock.at += timedelta(**by)


def test_the_floor_is_the_later_of_the_last_trusted_entry_and_the_cosignature_grown_since():
    signed = int(NOON.timestamp())
    assert time_floor(None, None, 5.0) is None
    assert time_floor(NOON, None, 5.0) == NOON
    assert time_floor(NOON, Cosigned(signed, 100.0), 160.0) == NOON + timedelta(seconds=60)
    # Received before this boot: only the time since boot is known to have passed.
    assert time_floor(None, Cosigned(signed, 1000.0), 160.0) == NOON + timedelta(seconds=160)
    assert time_floor(NOON + timedelta(hours=1), Cosigned(signed, 100.0), 160.0) == NOON + timedelta(hours=1)


def test_a_lease_is_judged_at_the_later_of_wall_clock_and_floor():
    assert not lease_is_past(None, NOON, None)
    assert not lease_is_past(NOON, NOON, None)
    assert lease_is_past(NOON, NOON + timedelta(seconds=1), None)
    assert lease_is_past(NOON, NOON - timedelta(days=3), NOON + timedelta(seconds=1))


def test_a_clock_set_back_is_noticed_written_down_and_survives_a_restart(open_hall):
    open_hall.do()
    wall(open_hall, days=-1)
    outcome = open_hall.do()
    assert outcome.first == 3
    assert [(at(open_hall, index)["type"], at(open_hall, index)["clk"]) for index in (1, 2, 3)] == [
        ("case.assigned", "ok"),
        ("clock.suspected", "suspect"),
        ("case.assigned", "suspect"),
    ]
    assert at(open_hall, 2)["data"]["floor"] > at(open_hall, 2)["data"]["wall"]
    assert open_hall.store.gate is GateState.SUSPECT
    open_hall.reopen()
    assert open_hall.store.gate is GateState.SUSPECT
    assert open_hall.do().first == 4
    wall(open_hall, days=1)
    open_hall.do()
    assert open_hall.store.gate is GateState.SUSPECT


def test_two_persons_end_the_doubt_and_their_date_is_the_new_floor(open_hall):
    wall(open_hall, days=-1)
    open_hall.do()
    confirmed = open_hall.do(ClockConfirmed(first="张", second="李"), case=None)
    assert at(open_hall, confirmed.first)["clk"] == "ok"
    assert open_hall.store.gate is GateState.OPEN
    assert at(open_hall, open_hall.do().first)["clk"] == "ok"
    open_hall.reopen()
    assert open_hall.store.gate is GateState.OPEN
    wall(open_hall, minutes=-6)
    open_hall.do()
    assert open_hall.store.gate is GateState.SUSPECT


def test_a_few_minutes_are_no_doubt(open_hall):
    wall(open_hall, minutes=-4, seconds=-59)
    open_hall.do()
    assert open_hall.store.gate is GateState.OPEN


def test_drift_while_running_is_noticed_forwards_too(open_hall):
    wall(open_hall, minutes=6)
    open_hall.do()
    assert open_hall.store.gate is GateState.SUSPECT


def test_a_clock_far_ahead_at_the_start_is_doubted(open_hall):
    open_hall.close()
    wall(open_hall, days=34)
    assert open_hall.open().gate is GateState.OPEN
    open_hall.close()
    wall(open_hall, days=2)
    assert open_hall.open().gate is GateState.SUSPECT
    open_hall.do()
    assert at(open_hall, 1)["type"] == "clock.suspected"


def test_suspect_entries_never_raise_the_floor(open_hall):
    wall(open_hall, days=300)
    open_hall.do()
    open_hall.do(ClockConfirmed(first="a", second="b"), case=None)
    open_hall.reopen()
    wall(open_hall, days=-300)
    open_hall.do()
    assert open_hall.store.gate is GateState.SUSPECT
    floor = at(open_hall, event_store.log_row(open_hall.store.reader(), open_hall.own).size - 2)["data"]["floor"]
    assert floor.startswith("2027-09")


@pytest.mark.programme("clock-jump")
def test_no_jump_of_the_wall_clock_gains_a_lease(programme, hall_at, tmp_path):
    until = NOON + timedelta(days=2)
    for number in programme:
        rng = random.Random(number)
        hall = hall_at(tmp_path / f"hall{number}")
        hall.clock.at = NOON
        hall.open()
        hall.found()
        hall.store.writer.local(
            lambda c: c.execute("INSERT INTO setting VALUES ('lease_until', ?, '')", (until.isoformat(),))
        ).result(20)
        true = NOON
        for _ in range(12):
            passed = timedelta(hours=rng.randint(1, 9))
            true += passed
            hall.later(seconds=passed.total_seconds())
            if rng.random() < 0.3:
                wall(hall, hours=rng.choice([-30, -3, -1]))
            hall.do()
            if rng.random() < 0.2:
                hall.reopen()
            if true > until:
                assert hall.store.gate is not GateState.OPEN, f"seed {number}"
        hall.close()
