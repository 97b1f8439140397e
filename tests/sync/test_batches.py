"""However long a backlog is, the agent reads a batch of it, and behind a long one the next: never more."""

import pytest

from sync import logs, stages
from sync.agent import SyncLimits, sync_once
from sync.reconcile import Span

MANY, FEW = 60, 10


@pytest.fixture
def read(monkeypatch):
    """Counts the records that are read of a log."""
    counted, true = [], logs.iterate

    def iterate(connection, origin, start=0, end=None):
        for record in true(connection, origin, start, end):
            counted.append(len(record.entry) + len(record.private or b""))
            yield record

    monkeypatch.setattr(logs, "iterate", iterate)
    return counted


def test_a_batch_reads_no_more_than_it_may_carry(world, read):
    world.write(cases=MANY)
    batch = world.hall.batch(Span(0, MANY + 1), records_max=FEW, bytes_max=1 << 20)
    assert (len(batch.records), len(read)) == (FEW, FEW)
    del read[:]
    size = len(batch.records[-1].entry) + len(batch.records[-1].private)
    small = world.hall.batch(Span(1, MANY + 1), records_max=MANY, bytes_max=size * 5)
    assert 1 <= len(small.records) <= 5
    assert len(read) <= 6  # the one that was too much was looked at


def test_a_batch_that_reads_on_is_noticed(world, read, monkeypatch):
    """The control: the same counting sees a batch that takes the whole span and cuts afterwards."""
    greedy = logs.cut

    def cut(connection, origin, span, **limits):
        list(logs.iterate(connection, origin, span.start, span.end))
        return greedy(connection, origin, span, **limits)

    monkeypatch.setattr("sync.hall.cut", cut)
    world.write(cases=MANY)
    world.hall.batch(Span(0, MANY + 1), records_max=FEW, bytes_max=1 << 20)
    assert len(read) > FEW


@pytest.fixture
def held(world, monkeypatch):
    """Counts batches that were read and whose answer has not come, at most."""
    read, answered, most = [], [], []
    cut, take = stages._next_batch, stages._take_answer

    def next_batch(session, rest):
        batch = cut(session, rest)
        read.append(batch)
        most.append(len(read) - len(answered))
        return batch

    def take_answer(session, batch, answer):
        done = take(session, batch, answer)
        answered.append(batch)
        return done

    monkeypatch.setattr(stages, "_next_batch", next_batch)
    monkeypatch.setattr(stages, "_take_answer", take_answer)
    return most


def test_behind_a_long_batch_one_more_is_read(world, held, monkeypatch):
    monkeypatch.setattr(stages, "AHEAD_RECORDS_MIN", FEW)
    world.write(cases=MANY)
    report = sync_once(world.hall, world.city, world.clock, SyncLimits(records_max=FEW))
    assert (report.state, report.pushed, max(held)) == ("equal", MANY + 1, 2)


def test_behind_a_short_one_nothing_is(world, held):
    world.write(cases=MANY)
    assert sync_once(world.hall, world.city, world.clock, SyncLimits(records_max=FEW)).pushed == MANY + 1
    assert max(held) == 1


@pytest.mark.parametrize("fault", ["lost", "answer_lost", "twice"])
@pytest.mark.parametrize("position", range(2, 9))
def test_a_fault_beside_the_reading_is_healed(world, fault, position, monkeypatch):
    monkeypatch.setattr(stages, "AHEAD_RECORDS_MIN", FEW)
    world.write(cases=MANY)
    world.transport.faults = ["ok"] * position + [fault]
    sync_once(world.hall, world.city, world.clock, SyncLimits(records_max=FEW))
    assert world.sync().state == "equal"
    assert world.hub.stored(world.trust.h2c).root == world.hall.own().root
