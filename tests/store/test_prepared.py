"""While a batch becomes durable, those who wait are prepared; what goes wrong in either leaves the other as it was."""

import errno
import threading

import msgspec
import pytest

from appliance.errors import Invalid
from appliance.store.change import Busy, Decision, NewEntry
from appliance.store.journal import verify_journal
from appliance.store.journal_files import DirectoryFiles


class Arranged:
    """A first change whose journal write lasts until those behind it are prepared."""

    def __init__(self, hall, monkeypatch, *, wanted, error=None):
        self.hall, self.wanted, self.error = hall, wanted, error
        self.prepared, self.decided, self.done = [], [], threading.Event()
        self.threads = {}
        journal = hall.store.writer._journal
        append = journal.append

        def lasting(parts, requests):
            monkeypatch.setattr(journal, "append", append)
            self.threads["journal"] = threading.current_thread().name
            assert self.done.wait(20)
            if self.error is not None:
                raise self.error
            append(parts, requests)

        monkeypatch.setattr(journal, "append", lasting)

    def change(self, key, error=None):
        made = self.hall.change(key=key)

        def prepare(now, random):
            assert now == self.hall.clock.now()
            assert len(random(4)) == 4
            self.threads["prepare"] = threading.current_thread().name
            self.prepared.append(key)
            if len(self.prepared) == self.wanted:
                self.done.set()
            if error is not None:
                raise error

        def decide(context):
            self.decided.append((key, key in self.prepared))
            return made.decide(context)

        return msgspec.structs.replace(made, prepare=prepare, decide=decide)

    def run(self, changes):
        """Let the changes come while the first one is being decided; gives all futures."""
        begun, gate = threading.Event(), threading.Event()
        entry = NewEntry(self.hall.change(key="-").decide(None).entries[0].event, case="420199-01")

        def decide(_):
            begun.set()
            assert gate.wait(20)
            return Decision((entry,), {})

        first = self.hall.store.writer.submit(msgspec.structs.replace(self.hall.change(key="first"), decide=decide))
        assert begun.wait(20)
        futures = [first, *(self.hall.store.writer.submit(change) for change in changes)]
        gate.set()
        return futures


def sound(hall, size):
    assert hall.store.log(hall.own).size == size
    assert verify_journal(DirectoryFiles(hall.directory / "journal")).heads[hall.own].end == size


def test_those_who_wait_are_prepared_while_the_devices_work(open_hall, monkeypatch):
    arranged = Arranged(open_hall, monkeypatch, wanted=3)
    futures = arranged.run([arranged.change(key) for key in "abc"])
    assert [future.result(20).first for future in futures] == [1, 2, 3, 4]
    assert arranged.prepared == ["a", "b", "c"]
    assert arranged.decided == [("a", True), ("b", True), ("c", True)]
    assert arranged.threads == {"journal": "store-writer", "prepare": "store-aside"}
    sound(open_hall, 5)


def test_nobody_is_prepared_where_nobody_waits(open_hall, monkeypatch):
    arranged = Arranged(open_hall, monkeypatch, wanted=0)
    arranged.done.set()
    assert open_hall.store.writer.submit(arranged.change("alone")).result(20).first == 1
    assert (arranged.prepared, arranged.decided) == ([], [("alone", False)])
    assert arranged.threads == {"journal": "store-writer"}


def test_a_preparation_that_fails_is_no_answer(open_hall, monkeypatch):
    arranged = Arranged(open_hall, monkeypatch, wanted=2)
    futures = arranged.run([arranged.change("a", error=Invalid("不合要求")), arranged.change("b", error=KeyError("x"))])
    assert [future.result(20).first for future in futures] == [1, 2, 3]
    assert arranged.prepared == ["a", "b"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_device_that_fails_meanwhile_is_healed_and_answered_by_what_is_there(open_hall, monkeypatch, number):
    open_hall.store.writer._pause = lambda _: None
    arranged = Arranged(open_hall, monkeypatch, wanted=2, error=OSError(number, "device error"))
    futures = arranged.run([arranged.change("a"), arranged.change("b")])
    assert [future.result(20).first for future in futures] == [1, 2, 3]
    assert arranged.decided == [("a", True), ("b", True)]
    sound(open_hall, 4)
    assert open_hall.do(key="a").replayed


def test_a_store_that_closes_finishes_those_who_were_prepared_and_refuses_later_ones(open_hall, monkeypatch):
    arranged = Arranged(open_hall, monkeypatch, wanted=2)
    writer = open_hall.store.writer
    futures = arranged.run([arranged.change("a"), arranged.change("b")])
    open_hall.close()
    assert [future.result(0).first for future in futures] == [1, 2, 3]
    with pytest.raises(Busy):
        writer.submit(open_hall.change())
