"""The tray: only a window's own plain files get in, once each, and each is taken once."""

from datetime import datetime

import msgspec
import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.config import HallConfig, Remedy
from appliance.errors import NotFound, Refusal
from appliance.projections.registry import HallProjector
from appliance.services import tray as trays
from appliance.store import tray
from appliance.store.blobs import BlobStore
from appliance.store.store import open_store

PDF = b"%PDF-1.7\n%%EOF\n"
CLOCK = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI))
HALL = HallConfig(
    city="wuhan-demo", area="420199", hall="01", name="示范区政务服务大厅", short_name="示范区", address="a", hours="h",
    consult_phone="1", supervision_phone="2", remedy=Remedy(review_body="r", court="c"), windows=("01", "03"),
)  # fmt: skip


@pytest.fixture
def store(tmp_path):
    opened = open_store(tmp_path, clock=CLOCK, projector=HallProjector(BlobStore(tmp_path / "blobs")))
    for window in HALL.windows:
        trays.scan_folder(tmp_path, window).mkdir(parents=True)
    yield opened
    opened.close()


def call(store, window, name):
    payload = msgspec.json.encode(trays.AddToTray(window=window, name=name))
    answer = trays.handler(store, HALL, CLOCK)(trays.ADD, payload)
    return msgspec.json.decode(answer, type=trays.Added)


def test_the_same_file_handed_over_twice_is_one_line(store):
    (store.directory / "scan/03/a.pdf").write_bytes(PDF)
    assert call(store, "03", "a.pdf").fresh
    assert not call(store, "03", "a.pdf").fresh
    rows = tray.waiting(store.reader(), "03")
    assert [(row.name, row.media_type, row.size) for row in rows] == [("a.pdf", "application/pdf", len(PDF))]
    assert store.blobs.read(rows[0].sha256) == PDF
    assert not tray.waiting(store.reader(), "01")


def test_a_taken_file_that_is_still_in_the_folder_does_not_come_back(store):
    (store.directory / "scan/03/a.pdf").write_bytes(PDF)
    call(store, "03", "a.pdf")
    number = tray.waiting(store.reader(), "03")[0].id
    take = lambda connection: tray.take(connection, number, "03", "2026-11-23")  # noqa: E731
    assert store.writer.local(take).result() is not None
    assert store.writer.local(take).result() is None
    assert not call(store, "03", "a.pdf").fresh
    assert not tray.waiting(store.reader(), "03")


def test_another_window_cannot_take_it(store):
    (store.directory / "scan/03/a.pdf").write_bytes(PDF)
    call(store, "03", "a.pdf")
    number = tray.waiting(store.reader(), "03")[0].id
    assert store.writer.local(lambda connection: tray.take(connection, number, "01", "t")).result() is None
    assert tray.waiting(store.reader(), "03")


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ("03", "../../keys/log"),
        ("03", "../01/a.pdf"),
        ("..", "hall.db"),
        ("03", "gone.pdf"),
        ("03", "link.pdf"),
        ("9", "a"),
    ],
)
def test_only_files_of_the_windows_own_folder(store, window, name):
    (store.directory / "scan/01/a.pdf").write_bytes(PDF)
    (store.directory / "scan/03/link.pdf").symlink_to(store.directory / "scan/01/a.pdf")
    with pytest.raises(NotFound):
        call(store, window, name)


def test_refuses_other_verbs_and_other_types(store):
    (store.directory / "scan/03/a.pdf").write_bytes(b"MZ nothing of the kind")
    with pytest.raises(Refusal):
        call(store, "03", "a.pdf")
    with pytest.raises(NotFound):
        trays.handler(store, HALL, CLOCK)("tray.drop", b"{}")
