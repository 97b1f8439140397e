"""Bundles on a stick: both sides end as after an exchange over the network, and nothing wrong is taken in."""

import contextlib
import importlib.util
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.errors import Refusal
from appliance.store.acknowledgements import acknowledged
from appliance.store.store import open_store
from sync.agent import status
from sync.carried import writing
from sync.carried.hall_side import look_at
from sync.hall import direct_hall
from sync.hub import carried, evidence
from sync.hub.board import board
from sync.hub.publish import publish_pack

SPEC = importlib.util.spec_from_file_location("sync_world", Path(__file__).with_name("conftest.py"))
place = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(place)
entries, seeded, HallTables = place.entries, place.seeded, place.HallTables
STAFF = {"staff": [{"id": "C0001", "name": "李四"}]}


def assert_same(world):
    for origin in (world.h2c, world.c2h):
        assert entries(world.store, origin) == entries(world.hub.store, origin)
    log = world.store.log(world.c2h)
    assert log.applied == log.size


def test_a_hall_that_never_had_a_link_ends_equal_by_two_errands(world, stick):
    publish_pack(world.hub, "staff", STAFF)
    scan = world.blob(2 * 2**20 + 5)
    world.write(cases=5, blobs=(scan,))
    world.clock.advance(timedelta(days=3))
    (received,), (taken,) = stick.round()
    assert (received.taken, received.refused, received.complete) == (6, (), True)
    assert taken.state == "equal"
    assert_same(world)
    assert world.hub.store.blobs.has(scan)
    assert world.hall.blob_progress().upto == 6
    told = status(world.hall)
    assert (told.state, told.behind, told.city_size, told.own_size) == ("equal", 0, 6, 6)
    (row,) = board(world.hub)
    assert (row.size, row.behind_up) == (6, 0)
    world.clock.advance(timedelta(seconds=2))
    stick.city_in(stick.hall_out()[0])
    (row,) = board(world.hub)
    assert (row.state, row.behind_down) == ("equal", 0)
    assert world.sync().state == "equal"  # and the network finds nothing left to do
    assert world.sync().pushed == 0


def test_a_letter_of_the_same_instant_that_acknowledges_nothing_takes_nothing_back(world, stick):
    world.write(cases=3)
    answer = stick.city_out()[0]  # before the city had heard of the hall's log
    world.sync()
    assert acknowledged(world.store.reader(), world.h2c).cosigned == 4
    stick.hall_in(answer)
    assert acknowledged(world.store.reader(), world.h2c).cosigned == 4


def test_the_second_bundle_holds_only_what_is_new(world, stick):
    world.write(cases=3)
    stick.round()
    world.write(cases=2)
    target, exported = stick.hall_out()
    assert (exported.first, exported.size, exported.records) == (4, 6, 2)
    assert look_at(world.hall, target, stick.folder).records == 2
    (received,) = stick.city_in(target)
    assert (received.taken, received.size) == (2, 6)


def test_taking_in_again_changes_nothing_in_any_order(world, stick):
    world.write(cases=2, blobs=(world.blob(50),))
    old_up, _ = stick.hall_out()
    stick.city_in(old_up)
    old_down, _ = stick.city_out()
    stick.hall_in(old_down)
    world.write(cases=2)
    publish_pack(world.hub, "staff", STAFF)
    world.clock.advance(timedelta(hours=1))
    stick.round()
    held = [entries(side, origin) for side in (world.store, world.hub.store) for origin in (world.h2c, world.c2h)]
    contact = world.hall.contact()
    (row,) = board(world.hub)
    for _ in range(2):
        (again,) = stick.city_in(old_up)
        assert (again.taken, again.known, again.refused) == (0, 3, ())
        (back,) = stick.hall_in(old_down)
        assert (back.known, back.pulled) == (True, 0)
        assert back.state != "city_behind"
    assert held == [
        entries(side, origin) for side in (world.store, world.hub.store) for origin in (world.h2c, world.c2h)
    ]
    assert world.hall.contact() == contact
    assert board(world.hub) == [row]


def test_a_bundle_that_overlaps_what_came_over_the_network_is_cut_to_the_rest(world, stick):
    world.write(cases=3)
    world.sync()
    stick.hall_out()  # never carried
    world.write(cases=2)
    target, exported = stick.hall_out()
    assert exported.first == 4
    # The first part of it comes over a link that then dies.
    world.transport.faults = ["ok"] * 6
    world.write(cases=4)
    longer, _ = stick.hall_out(first=2)
    stick.city_in(target)
    (received,) = stick.city_in(longer)
    assert (received.refused, received.complete, received.size) == ((), True, 10)
    assert received.known == 4
    assert entries(world.hub.store, world.h2c) == entries(world.store, world.h2c)


def test_volumes_stand_alone_and_a_missing_one_is_named(world, stick, monkeypatch):
    monkeypatch.setattr(writing, "VOLUME_BYTES_MIN", 1)
    scans = [world.blob(2**20 + 7, f"scan{number}") for number in range(3)]
    for scan in scans:
        world.write(blobs=(scan,))
    target, exported = stick.hall_out(volume_bytes_max=1_500_000)
    assert len(exported.files) > 2
    assert exported.blobs == 3
    second = exported.files[1].rename(stick.folder / "aside")
    first = stick.city_in(target)
    assert [(one.manifest.volume, one.manifest.last) for one in first] == [(1, False)]
    stick.city_in(exported.files[2])
    assert not all(world.hub.store.blobs.has(scan) for scan in scans)
    second.rename(exported.files[1])
    found = stick.city_in(target)
    assert [one.manifest.last for one in found][-1]
    assert all(one.refused == () for one in found)
    assert all(world.hub.store.blobs.has(scan) for scan in scans)


def test_records_without_those_before_them_wait_for_them(world, stick):
    world.write(cases=3)
    late, _ = stick.hall_out(first=2)
    (received,) = stick.city_in(late)
    assert (received.taken, received.size, received.complete) == (0, 0, False)
    assert received.refused == (carried.REFUSALS[409],)
    whole, _ = stick.hall_out()
    assert stick.city_in(whole)[0].complete
    publish_pack(world.hub, "staff", STAFF)
    down, _ = stick.city_out(first=2)
    with pytest.raises(Refusal, match="--from") as refused:
        stick.hall_in(down)
    assert refused.value.code == "bundle_gap"


# ---- histories that differ ----


def test_a_city_that_went_back_says_so_and_gets_the_rest_again(world, stick, tmp_path):
    world.write(cases=3)
    stick.round()
    world.hub.close()
    shutil.copytree(world.city_directory, tmp_path / "kept")
    world.reopen_hub()
    world.write(cases=3)
    stick.round()
    assert world.hall.cosigned_size() == 7
    world.hub.close()
    shutil.rmtree(world.city_directory)
    shutil.copytree(tmp_path / "kept", world.city_directory)
    world.reopen_hub()
    world.clock.advance(timedelta(days=1))
    down, _ = stick.city_out()
    (taken,) = stick.hall_in(down)
    assert (taken.acknowledged, status(world.hall).behind) == (4, 3)
    up, exported = stick.hall_out()
    assert exported.first == 4
    assert stick.city_in(up)[0].complete
    assert entries(world.hub.store, world.h2c) == entries(world.store, world.h2c)


def test_a_twin_s_bundle_is_evidence_and_the_answer_fences_it(world, stick, tmp_path):
    world.write(cases=2)
    stick.round()
    world.store.close()
    shutil.copytree(world.hall_directory, tmp_path / "twin")
    reopen(world, world.hall_directory, seed="first")
    world.write(cases=2)
    stick.city_in(stick.hall_out()[0])
    reopen(world, tmp_path / "twin", seed="twin")
    world.count += 100
    world.write(cases=1)
    world.clock.advance(timedelta(seconds=2))
    (received,) = stick.city_in(stick.hall_out()[0])
    assert received.refused == (carried.REFUSALS[422],)
    kept = evidence.of_hall(world.hub.store.reader(), world.trust.ticket.hall)
    assert [one.kind for one in kept] == ["fork"]
    (row,) = board(world.hub)
    assert row.state == "forked"
    (taken,) = stick.hall_in(stick.city_out()[0])
    assert taken.state in {"fenced", "rolled_back"}
    assert world.store.gate in {"FENCED", "ROLLED_BACK"}


def reopen(world, directory, seed):
    """Run the hall from another directory."""
    with contextlib.suppress(Exception):
        world.store.close()
    (directory / "owner.lock").unlink(missing_ok=True)
    tables = HallTables()
    world.store = open_store(
        directory,
        clock=world.clock,
        projector=tables,
        signers={world.keys.h2c.name: world.keys.h2c},
        mirrors={world.trust.ticket.c2h_origin: world.trust.c2h},
        random=seeded(seed),
    )
    tables.blobs = world.store.blobs
    world.hall_directory = directory
    world.hall = direct_hall(world.store, directory, world.trust, world.keys, world.clock)
