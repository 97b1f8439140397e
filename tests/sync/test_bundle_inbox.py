"""Watched folders take complete bundles only, forget none, move nothing on a stick, and say what became of each."""

from datetime import UTC, datetime

import pytest

from appliance.clock import FixedClock
from appliance.errors import IntegrityFailure, Message, Refusal, TransportFailure
from sync.carried.inbox import RESULTS_KEPT, Inbox, Result, keep, recent
from sync.carried.words import Told


class Taker:
    def __init__(self):
        self.got, self.fails = [], None

    def __call__(self, path):
        if self.fails is not None:
            raise self.fails
        self.got.append((path.name, path.read_bytes()))
        return [Told(ok=True, lines=(Message("已装入"),))]


@pytest.fixture
def taker():
    return Taker()


@pytest.fixture
def seconds():
    return [0.0]


@pytest.fixture
def stick(tmp_path):
    return tmp_path / "stick"


@pytest.fixture
def inbox(tmp_path, taker, seconds, stick):
    made = Inbox(
        tmp_path / "bundles", [stick], taker, FixedClock(datetime(2026, 11, 23, tzinfo=UTC)), lambda: seconds[0]
    )
    made.prepare()
    return made


def later(inbox, seconds, by=2.0):
    inbox.look()
    seconds[0] += by
    inbox.look()


def test_a_file_is_taken_when_it_stood_still(inbox, taker, seconds):
    path = inbox.folder / "inbox/a.hmb"
    path.write_bytes(b"one")
    later(inbox, seconds, by=1.0)
    assert taker.got == []
    path.write_bytes(b"one and more")
    later(inbox, seconds, by=1.5)
    assert taker.got == []
    later(inbox, seconds)
    assert taker.got == [("a.hmb", b"one and more")]
    assert [line.name for line in (inbox.folder / "inbox/.taken").iterdir()] == ["a.hmb"]
    assert [(result.file, result.ok) for result in recent(inbox.folder)] == [("a.hmb", True)]


def test_later_volumes_and_other_files_are_no_bundles_of_their_own(inbox, taker, seconds):
    for name in ("a.hmb", "a.hmb.002", "notes.txt", ".b.hmb.part", ".c.hmb"):
        (inbox.folder / "inbox" / name).write_bytes(b"x")
    later(inbox, seconds)
    assert [name for name, _ in taker.got] == ["a.hmb"]
    left = sorted(path.name for path in (inbox.folder / "inbox").iterdir() if path.is_file())
    assert left == [".b.hmb.part", ".c.hmb", "notes.txt"]


def test_what_is_refused_is_put_aside_with_its_reason(inbox, taker, seconds):
    (inbox.folder / "inbox/bad.hmb").write_bytes(b"x")
    taker.fails = IntegrityFailure("数据包不完整", code="bundle_damaged", next_step="请重新拷贝")
    later(inbox, seconds)
    (result,) = recent(inbox.folder)
    assert (result.ok, result.lines[0][0], result.next_step[0]) == (False, "数据包不完整", "请重新拷贝")
    assert (inbox.folder / "inbox/.refused/bad.hmb").is_file()


def test_an_owner_that_is_away_is_waited_for(inbox, taker, seconds):
    (inbox.folder / "inbox/a.hmb").write_bytes(b"x")
    taker.fails = TransportFailure("没有应答", code="owner_silent")
    later(inbox, seconds)
    assert recent(inbox.folder) == []
    taker.fails = None
    inbox.look()
    assert [name for name, _ in taker.got] == ["a.hmb"]


def test_a_stick_is_only_read_and_asked_once(inbox, taker, seconds, stick):
    later(inbox, seconds)  # not there yet
    stick.mkdir()
    (stick / "a.hmb").write_bytes(b"x")
    later(inbox, seconds)
    later(inbox, seconds)
    assert len(taker.got) == 1
    assert [path.name for path in stick.iterdir()] == ["a.hmb"]
    again = Inbox(inbox.folder, [stick], taker, inbox.clock, lambda: seconds[0])  # after a restart
    later(again, seconds)
    assert len(taker.got) == 1


@pytest.mark.parametrize("code", ["wrong_direction", "wrong_hall", "wrong_recipient"])
def test_what_lies_on_a_stick_for_others_is_passed_over(inbox, taker, seconds, stick, code):
    stick.mkdir()
    (stick / "a.hmb").write_bytes(b"x")
    taker.fails = Refusal("不是给这里的", code=code)
    later(inbox, seconds)
    assert recent(inbox.folder) == []


def test_old_results_go(tmp_path):
    for number in range(RESULTS_KEPT + 3):
        keep(tmp_path, Result(time=f"2026-11-23T09:00:{number:02d}", file="x", ok=True, lines=()), f"{number:02d}")
    (tmp_path / "results/broken.json").write_bytes(b"{")
    kept = recent(tmp_path)
    assert (len(kept), kept[0].time[-2:]) == (RESULTS_KEPT, "52")
