"""Settings do what they say; a journal that is missing is made good by the city's head or by two persons."""

import os
import shutil
from datetime import timedelta

import pytest

from appliance.clock import SystemClock, parse_time
from appliance.domain.actor import Actor, Role
from appliance.domain.gate import GateState
from appliance.errors import Forbidden
from appliance.services.clockwatch import ConfirmClock
from provisioning.console import city
from sync.enrolment import load_hall_keys, make_request
from sync.hub.enrolment_desk import receive_request
from sync.hub.keyring import load_keyring, load_tickets
from sync.opening import open_enrolled

CLOCK = SystemClock()
SECOND = Actor(id="X9002", role=Role.SECADMIN)
KEY = "01900000-0000-7000-8000-00000000000"


def set_in(file, before, after):
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def gate(place):
    opened = open_enrolled(place.hall, CLOCK)
    try:
        return opened.store.gate
    finally:
        opened.store.close()


def test_a_check_of_the_settings_answers_as_json(place):
    assert place.told("config", "check") == {"ok": True, "findings": []}
    set_in(place.hall / "hall.toml", "render_idle_seconds = 60", "render_idle_seconds = 0")
    told = place.told("config", "check", code=2)
    assert told["ok"] is False
    assert [line.partition("：")[0] for line in told["findings"]] == ["render_idle_seconds"]


def test_the_journal_stands_where_the_settings_say(place, tmp_path):
    second = tmp_path / "second disk" / "journal"
    set_in(place.hall / "hall.toml", 'journal_dir = ""', f'journal_dir = "{second}"')
    second.parent.mkdir()
    shutil.move(place.hall / "journal", second)
    before = place.told("journal", "verify")["sizes"]
    assert gate(place) is GateState.OPEN
    place.walk("received")
    after = place.told("journal", "verify")["sizes"]
    assert sum(after.values()) > sum(before.values())
    assert not (place.hall / "journal").exists()
    # The control: with the old setting the same hall has no journal.
    set_in(place.hall / "hall.toml", str(second), "")
    assert place.told("journal", "verify")["sizes"] == {}


def test_the_city_takes_lease_and_silence_from_its_settings(place, city_in_reach):
    assert place.told("sync", "once")["state"] == "equal"
    (row,) = place.halls()["halls"]
    assert row["state"] == "equal"
    set_in(place.city / "city.toml", "silence_seconds = 600", "silence_seconds = 0")
    (row,) = place.halls()["halls"]
    assert row["state"] == "silent"

    set_in(place.city / "city.toml", "lease_days = 35", "lease_days = 3")
    new = place.hall.parent / "new"
    keys = load_hall_keys(new, city="wuhan-demo", hall="42019902", epoch=1, clock=CLOCK, random=os.urandom)
    made = make_request(
        keys, city="wuhan-demo", area="420199", hall_code="02", hall_name="二厅", epoch=1, now=CLOCK.now()
    )
    assert receive_request(place.city, made) is None
    name = next(row["id"] for row in place.told("enrol", "list", program=city) if row["hall"] == "42019902")
    for officer in sorted((place.city / "handover").glob("officer-*.seed")):
        place.run("enrol", "approve", name, "--officer-key", officer, program=city)
    trust = load_tickets(place.city, load_keyring(place.city, CLOCK).root)["42019902"]
    left = parse_time(trust.ticket.lease_until) - CLOCK.now()
    assert timedelta(days=2, hours=23) < left < timedelta(days=3)


def test_a_missing_journal_is_made_good_by_the_head_that_the_city_cosigned(place, city_in_reach):
    shutil.rmtree(place.hall / "journal")
    assert gate(place) is GateState.SUSPECT
    assert gate(place) is GateState.SUSPECT
    assert place.told("sync", "once")["state"] == "equal"
    assert gate(place) is GateState.OPEN


def test_a_missing_journal_is_made_good_by_two_persons(place):
    shutil.rmtree(place.hall / "journal")
    opened = open_enrolled(place.hall, CLOCK)
    try:
        today = CLOCK.now().date().isoformat()
        with pytest.raises(Forbidden):
            opened.desk.submit_now(ConfirmClock(first="X9002", day=today), actor=SECOND, key=KEY + "1")
        assert opened.store.gate is GateState.SUSPECT
        opened.desk.submit_now(ConfirmClock(first="X9001", day=today), actor=SECOND, key=KEY + "2")
        assert opened.store.gate is GateState.OPEN
    finally:
        opened.store.close()
    assert gate(place) is GateState.OPEN
