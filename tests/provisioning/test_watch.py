"""The watch program takes complete files only, and loses none whatever happens around it."""

from threading import Event

import msgspec
import pytest

from appliance.errors import Invalid, TransportFailure
from appliance.services.tray import AddToTray
from provisioning.watch import ScanWatch, run

PDF = b"%PDF-1.7\nsome content of a page\n%%EOF\n"


class Owner:
    """An owner that notes what it is handed, or fails as told."""

    def __init__(self):
        self.got = []
        self.fails = None

    def call(self, verb, payload):
        if self.fails is not None:
            raise self.fails
        request = msgspec.json.decode(payload, type=AddToTray)
        self.got.append((verb, request.window, request.name))
        return b"{}"


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def owner():
    return Owner()


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def scans(tmp_path, owner, seconds):
    made = ScanWatch(tmp_path, ("01", "03"), owner, seconds)
    made.prepare()
    return made


def later(scans, seconds, by=2.0):
    scans.look()
    seconds.now += by
    scans.look()


def test_a_file_that_stood_still_and_parses_goes_to_its_window(scans, owner, seconds, tmp_path):
    (tmp_path / "scan/03/a.pdf").write_bytes(PDF)
    scans.look()
    seconds.now += 1.9
    scans.look()
    assert not owner.got
    seconds.now += 0.1
    scans.look()
    assert owner.got == [("tray.add", "03", "a.pdf")]
    assert not (tmp_path / "scan/03/a.pdf").exists()
    assert (tmp_path / "scan/03/.taken/a.pdf").read_bytes() == PDF


def test_a_file_that_grows_or_has_no_end_is_left(scans, owner, seconds, tmp_path):
    path = tmp_path / "scan/03/a.pdf"
    path.write_bytes(PDF[:20])
    later(scans, seconds)
    assert not owner.got
    path.write_bytes(PDF)
    scans.look()
    assert not owner.got
    later(scans, seconds)
    assert owner.got


def test_a_renamed_file_is_taken_and_a_hidden_one_is_not(scans, owner, seconds, tmp_path):
    hidden = tmp_path / "scan/01/.part-1"
    hidden.write_bytes(PDF)
    later(scans, seconds, 60)
    assert not owner.got
    hidden.rename(tmp_path / "scan/01/page.pdf")
    later(scans, seconds)
    assert owner.got == [("tray.add", "01", "page.pdf")]


def test_nothing_is_lost_while_the_owner_is_away(scans, owner, seconds, tmp_path):
    path = tmp_path / "scan/03/a.pdf"
    path.write_bytes(PDF)
    owner.fails = TransportFailure("nobody", code="owner_silent")
    later(scans, seconds)
    assert path.exists()
    owner.fails = None
    scans.look()
    assert owner.got
    assert not path.exists()


def test_what_the_owner_refuses_is_put_aside_under_its_own_name(scans, owner, seconds, tmp_path):
    owner.fails = Invalid("no such type", code="upload_type")
    for text in (b"one", b"two"):
        (tmp_path / "scan/03/note.txt").write_bytes(text)
        later(scans, seconds)
    kept = {path.name: path.read_bytes() for path in (tmp_path / "scan/03/.refused").iterdir()}
    assert kept == {"note.txt": b"one", "note-2.txt": b"two"}


def test_scans_once_at_start_and_then_whenever_it_ticks(tmp_path, owner, seconds):
    (tmp_path / "scan/03").mkdir(parents=True)
    (tmp_path / "scan/03/left-over.pdf").write_bytes(PDF)

    def ticks(folder, stop):
        assert folder == tmp_path / "scan"
        seconds.now += 2
        yield
        stop.set()

    run(ScanWatch(tmp_path, ("03",), owner, seconds), Event(), ticks=ticks)
    assert owner.got == [("tray.add", "03", "left-over.pdf")]


def test_real_file_events_give_ticks(tmp_path, owner, seconds):
    from provisioning.watch import events  # noqa: PLC0415 - the only test that touches the real thing

    scans, stop = ScanWatch(tmp_path, ("03",), owner, seconds), Event()
    scans.prepare()
    (tmp_path / "scan/03/a.pdf").write_bytes(PDF)
    for number, _ in enumerate(events(tmp_path / "scan", stop)):
        later(scans, seconds)
        if owner.got or number > 10:
            stop.set()
    assert owner.got
