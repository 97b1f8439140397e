"""``hall bundle`` and ``city bundle`` between a demo hall and its demo city: as after an exchange over the network."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from base64 import b64decode
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.console import city
from sync.carried.inbox import recent

BIN = Path(sys.executable).parent


def stand(place):
    """What `hall sync status`, `city halls` and `hall log verify` say of one another."""
    (row,) = place.halls()["halls"]
    told, verified = place.told("sync", "status"), place.told("log", "verify")
    assert told["own_size"] == verified["size"]
    if told["state"] == "equal":
        assert row["size"] == told["city_size"] == told["own_size"]
        assert bytes.fromhex(row["root"]) == b64decode(verified["root"])
    return {key: told[key] for key in ("state", "own_size", "city_size", "behind", "down_size")} | {
        key: row[key] for key in ("size", "root", "cases", "open_cases", "flags", "evidence", "blobs_pending")
    }


def carry(place, stick, name):
    up, down = stick / f"{name}-up.hmb", stick / f"{name}-down.hmb"
    exported = place.told("bundle", "export", up)
    place.told("bundle", "import", up, program=city)
    place.told("bundle", "export", down, "--hall", "42019901", program=city)
    place.told("bundle", "import", down)
    return exported


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_carried_and_online_end_the_same(place, stick, tmp_path, city_in_reach):
    online = replace(place, hall=tmp_path / "online-hall", city=tmp_path / "online-city")
    for name in ("hall", "city"):
        shutil.copytree(getattr(place, name), getattr(online, name))
    exported = carry(place, stick, "first")
    carry(place, stick, "second")  # the hall's ack of what came back
    carried = stand(place)
    # The near city of `city_in_reach` is `place`'s: the other pair is exchanged in its place.
    shutil.rmtree(place.hall)
    shutil.rmtree(place.city)
    online.hall.rename(place.hall)
    online.city.rename(place.city)
    place.told("sync", "once")
    assert stand(place) == carried
    assert carried["state"] == "equal"
    assert exported["records"] > 0


def test_text_is_for_a_person_with_a_stick(place, stick):
    up, down = stick / "up.hmb", stick / "down.hmb"
    assert "已写好 1 卷" in place.run("bundle", "export", up).output
    shown = place.run("bundle", "show", up).output
    assert "大厅 42019901 带给市级的数据包" in shown
    assert "最后一卷" in shown
    assert "请导出回件" in place.run("bundle", "import", up, program=city).output
    assert "没有变化" in place.run("bundle", "import", up, program=city).output
    place.run("bundle", "export", down, "--hall", "42019901", program=city)
    assert "市级带给大厅 42019901 的数据包" in place.run("bundle", "show", down, program=city).output
    answer = place.run("bundle", "import", down).output
    assert "市级已确认收到" in answer
    assert "两侧一致" in answer
    assert place.told("sync", "status")["state"] == "equal"


def test_what_is_wrong_is_one_line_with_the_next_step(place, stick):
    up = stick / "up.hmb"
    place.run("bundle", "export", up)
    assert "换一个文件名" in place.run("bundle", "export", "--from", "3", up, code=2).stderr
    broken = stick / "broken.hmb"
    broken.write_bytes(up.read_bytes()[:-20])
    assert "请重新拷贝" in place.run("bundle", "import", broken, code=2, program=city).stderr
    broken.write_text("收件")
    assert "不是数据包" in place.run("bundle", "import", broken, code=2, program=city).stderr
    assert "请把它带到市级" in place.run("bundle", "import", up, code=2).stderr
    assert "找不到文件" in place.run("bundle", "import", stick / "none.hmb", code=2).stderr
    large = place.run("bundle", "export", stick / "large.hmb", "--volume-mb", "4096", code=2).stderr
    assert "每卷不能大于 4080 MB" in large
    assert "较小的 --volume-mb" in large
    assert "20 MB" in place.run("bundle", "export", stick / "small.hmb", "--volume-mb", "1", code=2).stderr
    answer = place.run("bundle", "export", stick / "x.hmb", "--hall", "99999999", code=2, program=city)
    assert "99999999" in answer.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(*words):
    """Run a program as its unit does, until the block ends."""
    running = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield running
    finally:
        running.terminate()
        _, said = running.communicate(timeout=30)
    assert running.returncode in (0, -signal.SIGTERM), said.decode()[-2000:]


def result_in(data, running):
    """Wait for what became of the one bundle."""
    end = time.monotonic() + 60
    while time.monotonic() < end and running.poll() is None:
        if found := recent(data / "bundles"):
            (result,) = found
            return result.file, result.ok
        time.sleep(0.1)
    return None


def test_what_lies_in_a_folder_of_the_settings_is_taken_in_at_both_ends(place, stick):
    for file in (place.hall / "hall.toml", place.city / "city.toml"):
        settings = tomllib.loads(file.read_text())
        assert settings.get("bundle_folders", []) == []
        kept = [line for line in file.read_text().splitlines() if not line.startswith("bundle_folders")]
        file.write_text("\n".join([f'bundle_folders = ["{stick}"]', *kept, ""]))
    place.run("bundle", "export", stick / "up.hmb")
    with process(BIN / "city", "--data", place.city, "serve", "--port", free_port()) as serving:
        assert result_in(place.city, serving) == ("up.hmb", True)
    (stick / "up.hmb").unlink()
    place.run("bundle", "export", stick / "down.hmb", "--hall", "42019901", program=city)
    with (
        process(BIN / "hall", "--data", place.hall, "owner", "run"),
        process(BIN / "hall", "--data", place.hall, "watch", "run") as watching,
    ):
        assert result_in(place.hall, watching) == ("down.hmb", True)
    assert place.told("sync", "status")["state"] == "equal"
    assert (stick / "down.hmb").is_file()  # a stick is only read


def test_a_gap_is_told_by_the_exit_code(place, stick):
    late = stick / "late.hmb"
    place.run("bundle", "export", late, "--from", "5")
    answer = place.run("bundle", "import", late, code=2, program=city)
    assert "请先装入上一卷" in answer.output
