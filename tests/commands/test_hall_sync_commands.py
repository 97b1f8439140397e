"""``hall sync once|status`` and ``city halls`` between a demo hall and its demo city, through the console."""

import shutil
from base64 import b64decode

import pytest

from appliance.errors import TransportFailure

KEYS = {"state", "own_size", "city_size", "behind", "last_contact"}


@pytest.fixture
def no_city(monkeypatch):
    class Silent:
        def __init__(self, _directory, _url, _clock, **_more):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def request(self, *_args, **_rest):
            raise TransportFailure("市级没有应答", code="city_silent")

    monkeypatch.setattr("sync.commands.city_transport", Silent)


def test_what_was_written_is_behind_until_a_sync_brings_it_over(place, city_in_reach, numbers):
    before = place.told("sync", "status")
    assert set(before) >= KEYS
    assert before["state"] == "behind"
    assert before["behind"] == before["own_size"] - before["city_size"] > 0

    told = place.told("sync", "once")
    assert set(told) >= KEYS
    assert (told["state"], told["behind"], told["city_size"]) == ("equal", 0, told["own_size"])
    assert told["own_size"] == place.told("log", "verify")["size"]
    assert told["last_contact"] > (before["last_contact"] or "")

    after = place.told("sync", "status")
    assert {key: after[key] for key in KEYS} == {key: told[key] for key in KEYS}
    again = place.told("sync", "once")
    assert (again["state"], again["pushed"], again["pulled"]) == ("equal", 0, 0)

    (hall,) = place.halls()["halls"]
    assert (hall["hall"], hall["size"], hall["behind_up"]) == ("42019901", told["own_size"], 0)
    assert hall["cases"] == len(numbers)
    assert bytes.fromhex(hall["root"]) == b64decode(place.told("log", "verify")["root"])


def test_the_text_says_the_same(place, city_in_reach):
    assert "与市级一致" in place.run("sync", "once").output
    text = place.run("sync", "status").output
    assert "待上报 0 条" in text
    assert "最后联系" in text


def test_a_silent_city_is_a_warning_and_the_hall_goes_on(place, no_city, numbers):
    told = place.told("sync", "once", code=1)
    assert told["state"] == "offline"
    assert told["behind"] > 0
    assert "市级离线" in place.run("sync", "once", code=1).output
    assert len(place.told("case", "list")) == len(numbers)


def test_a_hall_set_back_to_an_older_copy_stops_with_an_explanation(place, city_in_reach, tmp_path):
    place.told("sync", "once")
    shutil.copytree(place.hall, tmp_path / "older")
    place.walk("received")
    assert place.told("sync", "once")["state"] == "equal"
    shutil.rmtree(place.hall)
    (tmp_path / "older").rename(place.hall)
    told = place.told("sync", "once", code=2)
    assert told["state"] == "rolled_back"
    assert told["explanation"]
    assert told["city_size"] > told["own_size"]
    assert place.told("sync", "status")["state"] == "rolled_back"


def test_a_hall_without_a_ticket_is_told_what_to_do(place):
    (place.hall / "ticket.note").unlink()
    for verb in ("status", "once"):
        answer = place.run("sync", verb, code=2)
        assert "入网" in answer.stderr


def test_halls_are_listed_before_any_sync(place):
    told = place.halls()
    (hall,) = told["halls"]
    assert hall["hall"] == "42019901"
    assert hall["cases"] == 0
