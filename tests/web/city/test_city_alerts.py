"""失联告警: a silent hall asks for somebody, rests when he has said why, and comes back."""

import asyncio
import re
from datetime import timedelta

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.events import SilenceAcknowledged
from appliance.errors import Conflict, Invalid, Refusal
from appliance.store.event_store import iterate
from sync.hub import silences
from sync.hub.board import board, sums_of
from sync.hub.hall_states import HallState
from sync.hub.silence_desk import acknowledge

HALL = "42019901"
OPERATOR = Actor(id="O0001", role=Role.CITY_OPERATOR)
REASON = "光缆被挖断，值班长张某来电"


def states(city):
    (row,) = board(city.hub)
    return row.state, row.found


def say(city, hours=4, key="0193593e-7b00-7000-8000-00000000aaa1", **given):
    (row,) = board(city.hub)
    given = {"since": row.last_contact, "reason": REASON, "until": city.clock.now() + timedelta(hours=hours), **given}
    acknowledge(city.hub, HALL, actor=OPERATOR, key=key, **given)


@pytest.fixture
def silent(city):
    city.sync()
    city.clock.advance(timedelta(minutes=20))
    return city


def test_an_alert_rests_until_its_time_and_comes_back(silent):
    assert states(silent)[0] is HallState.SILENT
    say(silent)
    assert states(silent)[0] is HallState.SILENCE_KNOWN
    sums = sums_of(board(silent.hub))
    assert (sums.silent, sums.need_someone, sums.waiting) == (1, 0, 1)
    silent.clock.advance(timedelta(hours=4))
    assert states(silent)[0] is HallState.SILENT


def test_a_hall_that_was_heard_and_is_silent_again_is_a_new_alert(silent):
    say(silent, hours=48)
    silent.sync()
    assert HallState.SILENT not in states(silent)[1]
    silent.clock.advance(timedelta(minutes=20))
    assert states(silent)[0] is HallState.SILENT


def test_it_is_a_signed_entry_of_the_city_and_its_reason_is_private(silent):
    say(silent)
    say(silent)  # the same form posted twice
    origin = silent.hub.hall(HALL).ticket.c2h_origin
    reader = silent.hub.store.reader()
    size = silent.hub.stored(silent.hub.hall(HALL).c2h).size
    records = [
        record for record in iterate(reader, origin, 0, size) if SilenceAcknowledged.TYPE.encode() in record.entry
    ]
    assert len(records) == 1
    assert "光缆".encode() not in records[0].entry
    assert b"O0001" in records[0].entry
    (one,) = silences.of_hall(reader, HALL, 9)
    assert silences.reason_of(reader, one) == REASON
    # The hall takes it and both sides are equal again.
    assert silent.sync().state == "equal"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " 断 "}, "reason"),
        ({"hours": 0}, "until"),
        ({"hours": 24 * 14 + 1}, "until"),
    ],
)
def test_no_reason_and_no_lawful_time_are_refused(silent, given, field):
    with pytest.raises(Invalid) as told:
        say(silent, **given)
    assert set(told.value.fields) == {field}
    assert states(silent)[0] is HallState.SILENT


def test_what_is_not_this_silence_is_refused(silent, city):
    before = board(silent.hub)[0].last_contact
    silent.sync()
    with pytest.raises(Conflict):
        say(silent, since=before)
    with pytest.raises(Conflict):  # heard just now
        say(silent)


def test_a_city_that_was_restored_signs_nothing_before_the_hall_was_heard(silent):
    silent.hub.was_restored()
    with pytest.raises(Refusal) as told:
        say(silent)
    assert told.value.code == "c2h_waits"
    assert HallState.UNCHECKED in states(silent)[1]


def field_of(page, name):
    return re.search(rf'name="{name}" value="([^"]*)', page)[1].replace("&#43;", "+")


def test_the_operator_enters_the_cause_on_the_page(silent, enter):
    async def walk():
        async with silent.client() as client:
            await enter(client)
            await client.get("/")
            alerts = (await client.get("/alerts")).text
            page = (await client.get(f"/alerts/{HALL}")).text
            fields = {name: field_of(page, name) for name in ("_csrf", "_key", "since")}
            bad = await client.post(f"/alerts/{HALL}", data={**fields, "reason": REASON, "until": "x"})
            done = await client.post(f"/alerts/{HALL}", data={**fields, "reason": REASON, "until": "2026-11-24T09:00"})
            return alerts, page, bad, done.text

    alerts, page, bad, done = asyncio.run(walk())
    assert "1 个厅失联，还没有人知道原因" in alerts
    assert '<a href="/alerts"' in alerts
    assert "登记原因" in page
    assert bad.status_code == 422
    assert REASON in bad.text
    assert "失联的厅都已查明原因" in done
    assert REASON in done
    assert "O0001 登记，11-24 09:00 再提醒" in done
    assert states(silent)[0] is HallState.SILENCE_KNOWN


def test_a_hall_in_contact_has_no_form_and_an_unknown_one_no_page(city, enter):
    async def walk():
        city.sync()
        async with city.client() as client:
            await enter(client)
            return (
                await client.get(f"/alerts/{HALL}"),
                await client.get("/alerts/99999999"),
                await client.get("/alerts"),
            )

    page, unknown, alerts = asyncio.run(walk())
    assert 'name="reason"' not in page.text
    assert unknown.status_code == 404
    assert "各厅都有联系" in alerts.text
