"""Errands of a page: what is kept for the browser to save, and what is told when the disk gives out."""

from datetime import datetime, timedelta

import pytest

from appliance.clock import SHANGHAI, FixedClock
from sync.carried.errands import KEPT_OUT, OUT, Errands
from sync.carried.inbox import recent
from sync.carried.writing import Exported

START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
HALLS = [f"4201990{number}" for number in range(1, 7)]


def write_two(hall, target, _tell):
    second = target.with_name(f"{target.name}.002")
    for path in (target, second):
        path.write_text(hall)
    return Exported(files=(target, second), first=0, size=1, records=1, blobs=0, resumed=0)


def full(*_):
    raise OSError(28, "No space left on device")


@pytest.fixture
def made(tmp_path):
    clock = FixedClock(START)

    def make(export=write_two, take=full):
        return Errands(tmp_path, export, take, clock), clock

    return make


def run(errands, hall):
    errands.start_export(f"city-{hall}", hall)
    errands.wait(10)
    assert errands.work.told.ok


def test_each_hall_s_newest_export_stays_whatever_its_code(made, tmp_path):
    errands, clock = made()
    for _ in range(KEPT_OUT + 2):
        for hall in reversed(HALLS):
            run(errands, hall)
            clock.advance(timedelta(seconds=1))
    newest = errands.work.files
    assert all((tmp_path / OUT / name).is_file() for name in newest)
    for hall in HALLS:
        kept = sorted(path.name for path in (tmp_path / OUT).glob(f"city-{hall}-*"))
        assert len(kept) == 2 * KEPT_OUT  # both volumes of each
        assert f"city-{hall}-{START:%Y%m%d}-090000.hmb" not in kept
        last = max(name for name in kept if name.endswith(".hmb"))
        assert errands.file(f"{last}.002").read_text() == hall


def test_a_disk_that_gives_out_is_told_and_the_next_errand_may_begin(made, tmp_path):
    errands, _ = made(export=full)
    errands.start_export("hall-42019901")
    errands.wait(10)
    assert (errands.work.running, errands.work.told.ok) == (False, False)
    assert "磁盘已满" in errands.work.told.lines[0]
    assert "腾出磁盘空间" in errands.work.told.next_step
    upload = errands.upload_folder() / "a.hmb"
    upload.write_bytes(b"x")
    errands.start_import(upload)
    errands.wait(10)
    assert (errands.work.running, errands.work.told.ok) == (False, False)
    assert [result.ok for result in recent(tmp_path)] == [False]
    assert not upload.parent.exists()
