"""Fault pairs: it failed, it succeeded but the answer was lost, it came twice; at every request of a sync."""

from random import Random

import pytest

from appliance.store.event_store import iterate
from sync.agent import next_delay, status
from sync.hub.board import board, cases
from sync.hub.publish import publish_pack

FAULTS = ("lost", "answer_lost", "twice")
REQUESTS_IN_A_SYNC = 24


def fill(world):
    """Work in both directions, with scans of more than one part and a pack."""
    publish_pack(world.hub, "staff", {"staff": [{"id": "C0001", "name": "李四"}]})
    world.write(cases=5)
    world.write(blobs=(world.blob(2**20 + 5),))
    world.write(blobs=(world.blob(10, "small"),))


def entries(store, origin):
    return [record.entry for record in iterate(store.reader(), origin)]


def assert_same(world):
    for origin in (world.h2c, world.c2h):
        assert entries(world.store, origin) == entries(world.hub.store, origin)
    own = world.store.log(world.h2c)
    assert own.size == len(entries(world.hub.store, world.h2c))
    assert world.store.log(world.c2h).applied == world.store.log(world.c2h).size
    assert len(cases(world.hub)) == own.size - 1
    for _, digests in world.hall.blob_names(0, own.size):
        assert all(world.hub.store.blobs.has(digest) for digest in digests)


def test_a_sync_makes_at_most_the_requests_that_the_faults_below_cover(world):
    fill(world)
    assert world.sync(records_max=3).state == "equal"
    assert len(world.transport.log) <= REQUESTS_IN_A_SYNC
    assert_same(world)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("position", range(REQUESTS_IN_A_SYNC))
def test_one_fault_anywhere_is_healed_by_the_next_sync(world, fault, position):
    fill(world)
    world.transport.faults = ["ok"] * position + [fault]
    world.sync(records_max=3)
    world.transport.faults = []
    assert world.sync(records_max=3).state == "equal"
    assert_same(world)


@pytest.mark.parametrize("seed", range(12))
def test_many_faults_are_outlived(world, seed):
    random = Random(seed)
    fill(world)
    for _ in range(6):
        world.write()
        world.transport.faults = [random.choice([*FAULTS, "ok", "ok", "ok", "ok"]) for _ in range(40)]
        world.sync(records_max=random.choice([1, 3, 100]))
    world.transport.faults = []
    assert world.sync().state == "equal"
    assert_same(world)


def test_a_lost_answer_is_not_called_success(world):
    world.write()
    world.transport.faults = ["ok"] * 3 + ["answer_lost"]
    report = world.sync()
    assert report.state == "offline"
    assert report.explanation


def test_a_city_that_stood_still_and_came_back_needs_no_hand(world):
    world.write(cases=3)
    world.sync()
    world.transport.stopped = True
    world.write(cases=4)
    for _ in range(3):
        report = world.sync()
        assert (report.state, report.behind) == ("offline", 4)
    assert status(world.hall).state == "offline"
    world.transport.stopped = False
    world.reopen_hub()
    assert world.sync().state == "equal"
    assert_same(world)
    assert board(world.hub)[0].behind_up == 0


def test_a_city_restarted_with_its_files_knows_every_hall(world):
    world.write(cases=2)
    world.sync()
    before = world.hub.stored(world.trust.h2c)
    world.reopen_hub()
    assert world.hub.stored(world.trust.h2c) == before
    assert world.sync().pushed == 0


def test_delays_double_to_five_minutes_with_jitter():
    random = Random(7)
    delays = [[next_delay(failures, random) for _ in range(50)] for failures in range(1, 14)]
    assert all(1.0 <= delay <= 300.0 for row in delays for delay in row)
    assert max(delays[0]) == 1.0
    assert min(delays[-1]) >= 150.0
    assert len(set(delays[-1])) > 40
    assert next_delay(10**6, random) <= 300.0
