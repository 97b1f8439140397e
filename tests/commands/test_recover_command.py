"""``hall recover`` on a new box: the demo hall's cases are there again, and both sides agree in the second epoch."""

import shutil
from dataclasses import replace

import pytest

from appliance.clock import SystemClock
from provisioning.console import city
from sync.hub.hub import make_hub
from sync.transports.local import LocalTransport


@pytest.fixture
def near(place, monkeypatch):
    class Near:
        def __init__(self, _directory, _url, _clock, **_more):
            self.hub = None

        def __enter__(self):
            self.hub = make_hub(place.city, SystemClock())
            return LocalTransport(self.hub)

        def __exit__(self, *_):
            self.hub.close()

    for module in ("sync.commands", "sync.recovery_command"):
        monkeypatch.setattr(f"{module}.city_transport", Near)


def test_a_new_box_is_the_hall_again(place, near, numbers, tmp_path):
    place.told("sync", "once")
    before, cases = place.told("log", "verify"), place.told("case", "list")
    box = replace(place, hall=tmp_path / "box")
    box.hall.mkdir()
    shutil.copy(place.hall / "hall.toml", box.hall / "hall.toml")
    box.run("enrol", "request", "--epoch", "2", "--send")
    (waiting,) = [one for one in place.told("enrol", "list", program=city) if not one["issued"]]
    for key in sorted((place.city / "handover").glob("officer-*.seed"))[:2]:
        place.run("enrol", "approve", waiting["id"], "--officer-key", key, program=city)
    (ticket,) = (place.city / "tickets").glob("*-e2.note")
    root = (place.city / "root.vkey").read_text().strip()
    words = ("recover", "--from-city", "http://127.0.0.1:1", "--ticket", ticket, "--root", root, "--yes")
    told = box.told(*words)
    assert (told["epoch"], told["own"], told["sync"]["state"]) == (2, before["size"], "equal")
    assert box.told("case", "list") == cases
    again = box.told("log", "verify", "--log", before["origin"])
    assert (again["ok"], again["size"], again["root"]) == (True, before["size"], before["root"])
    box.run("rebuild", "--check")
    (row,) = box.halls()["halls"]
    assert (row["cases"], row["flags"], row["evidence"]) == (len(numbers), 0, 0)
    status = box.told("sync", "status")
    assert (status["state"], status["behind"]) == ("equal", 0)
    answer = place.run("sync", "once", code=2)  # the old box, should it come back, is told that its epoch is over
    assert "纪元" in answer.output
    answer = box.run(*words, code=2)
    assert "已有本厅的数据库" in answer.stderr
