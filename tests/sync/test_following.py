"""A backlog is proven before the city's read models have seen it; they follow, whatever happens in between."""

import time

import pytest

from appliance.errors import OutOfSpace
from appliance.store.rebuild import rebuild_and_compare
from sync.enrolment import read_seed
from sync.hub import following
from sync.hub.board import cases
from sync.hub.hub import RECEIPTS_SEED
from sync.hub.metrics import expose
from sync.hub.projections import HubProjector

MANY = 40
PATIENCE_SECONDS = 20.0


@pytest.fixture
def behind(world, monkeypatch):
    """A city with a backlog that nobody has applied yet."""
    monkeypatch.setattr(following, "AT_ONCE_MAX", MANY // 2)
    monkeypatch.setattr(following, "STEP_ENTRIES", 7)
    poked = []
    world.hub.follower = poked.append
    world.write(cases=MANY)
    assert world.sync().state == "equal"
    assert [trust.ticket.hall for trust in poked] == [world.trust.ticket.hall]
    return world


def same_as_a_replay(world, folder):
    secret = read_seed(world.city_directory / "keys" / RECEIPTS_SEED)
    report = rebuild_and_compare(world.city_directory / "city.db", folder, HubProjector(secret), world.clock)
    return report.ok


def test_the_proof_comes_first_and_the_read_models_after_it(behind, tmp_path):
    assert behind.hall.cosigned_size() == MANY + 1
    assert behind.hub.stored(behind.trust.h2c).root == behind.hall.own().root
    assert (cases(behind.hub), following.lag(behind.hub, behind.trust)) == ([], MANY + 1)
    assert f"hallmark_city_entries_waiting {MANY + 1}\n" in expose(behind.hub)
    assert same_as_a_replay(behind, tmp_path / "before")
    following.catch_up(behind.hub, behind.trust)
    assert (len(cases(behind.hub)), following.lag(behind.hub, behind.trust)) == (MANY, 0)
    assert same_as_a_replay(behind, tmp_path / "after")


def test_a_few_entries_are_seen_at_once(world):
    world.hub.follower = lambda _trust: pytest.fail("nothing is behind")
    world.write(cases=2)
    world.sync()
    assert len(cases(world.hub)) == 2


def test_without_a_thread_the_answer_waits_for_the_read_models(world, monkeypatch):
    monkeypatch.setattr(following, "AT_ONCE_MAX", 1)
    world.write(cases=MANY)
    world.sync()
    assert len(cases(world.hub)) == MANY


def test_an_append_behind_a_backlog_waits_its_turn(behind):
    behind.write()
    behind.sync()
    assert following.lag(behind.hub, behind.trust) == MANY + 2
    following.catch_up(behind.hub, behind.trust)
    assert len(cases(behind.hub)) == MANY + 1


def test_a_city_that_was_killed_goes_on_where_it_stood(behind, tmp_path):
    behind.hub.store.writer.apply_ready(behind.h2c, 9).result()
    behind.reopen_hub()
    assert [trust.ticket.hall for trust in following.lagging(behind.hub)] == [behind.trust.ticket.hall]
    with following.following(behind.hub):
        until = time.monotonic() + PATIENCE_SECONDS
        while following.lag(behind.hub, behind.trust) and time.monotonic() < until:
            time.sleep(0.02)
    assert len(cases(behind.hub)) == MANY
    assert same_as_a_replay(behind, tmp_path / "after")


def test_a_store_that_refuses_for_a_while_is_asked_again(behind, monkeypatch):
    monkeypatch.setattr(following, "RETRY_SECONDS", 0.01)
    true, refusals = following.catch_up, [OutOfSpace("full")] * 3

    def now_and_then(hub, trust, **more):
        if refusals:
            raise refusals.pop()
        true(hub, trust, **more)

    monkeypatch.setattr(following, "catch_up", now_and_then)
    with following.following(behind.hub):
        until = time.monotonic() + PATIENCE_SECONDS
        while following.lag(behind.hub, behind.trust) and time.monotonic() < until:
            time.sleep(0.02)
    assert len(cases(behind.hub)) == MANY


def test_a_city_that_is_told_to_end_leaves_the_rest(behind):
    asked = iter((False, True))
    following.catch_up(behind.hub, behind.trust, ended=lambda: next(asked))
    assert following.lag(behind.hub, behind.trust) == MANY + 1 - following.STEP_ENTRIES


def test_conflicts_are_looked_for_in_what_was_seen_only(behind, monkeypatch):
    looked = []
    monkeypatch.setattr(following.conflicts, "findings", lambda *span: looked.append(span[1:]) or iter(()))
    following.conflicts.look(behind.hub, behind.trust)
    assert looked == []
    following.catch_up(behind.hub, behind.trust)
    assert looked == [(behind.h2c, 0, MANY + 1)]
