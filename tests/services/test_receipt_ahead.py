"""A receipt made before its turn is the one that would have been made in it, and counts only for what it rests on."""

import uuid
from datetime import timedelta

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.entry import encode_event
from appliance.errors import Conflict, Invalid
from appliance.projections import cases
from appliance.projections.items import ItemRow, put
from appliance.services.intake import receive_ahead
from appliance.store.case_entries import entries_of

CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
FOOD = "420100001000"


def ahead_of(hall, command, days=0):
    now = hall.clock.now() + timedelta(days=days)
    return receive_ahead(hall.desk.facts, CLERK, command, now, bytes)


def received(hall, command, *, days_ahead=None, random=None):
    """Take an application in, prepared `days_ahead` of its turn, or not at all; gives the event that was written."""
    change = hall.desk.change(command, actor=CLERK, key=str(uuid.uuid4()))
    if days_ahead is not None:
        change.prepare(hall.clock.now() - timedelta(days=days_ahead), random or (lambda count: b"\1" * count))
    no = hall.store.writer.submit(change).result(20).result["case"]
    return next(iter(entries_of(hall.desk.reader(), no))), cases.find(hall.desk.reader(), no)


@pytest.fixture
def warm(hall):
    """A hall that has taken something in, so that item and calendar are at hand."""
    for code in hall.items:
        received(hall, hall.intake(code))
    return hall


def test_every_item_gives_the_same_receipt_ahead_and_in_its_turn(warm):
    for code in warm.items:
        command = warm.intake(code, seed=2)
        _, plain = received(warm, command)
        _, ahead = received(warm, command, days_ahead=0)
        same = {name: getattr(plain, name) for name in ("no", "first_index", "last_index", "query_code")}
        assert ahead.query_code == "843009"  # drawn ahead: so it was the prepared one that was written
        assert msgspec.structs.replace(ahead, **same) == plain


def test_what_is_encoded_ahead_are_the_bytes_of_the_event(warm):
    found = ahead_of(warm, warm.intake())
    assert found.encoded == encode_event(found.event)
    assert found.event.applicant.name.encode() in found.encoded.personal
    assert found.event.applicant.name.encode() not in found.encoded.data


@pytest.mark.parametrize("days", [1, 30])
def test_what_was_made_on_another_day_does_not_count(warm, days):
    _, case = received(warm, warm.intake(), days_ahead=days)
    assert case.query_code != "843009"
    assert case.clock("C1").deadline.start == warm.clock.now().date().isoformat()


def test_what_was_made_for_another_version_does_not_count(warm):
    command, item = warm.intake(), warm.items[FOOD]
    change = warm.desk.change(command, actor=CLERK, key=str(uuid.uuid4()))
    change.prepare(warm.clock.now(), bytes)
    newer = msgspec.structs.replace(item, task_version=item.task_version + 1)
    body = msgspec.json.encode(newer).decode()

    def publish(connection):
        rows = connection.execute("SELECT code, version, name, digest, body FROM item_version WHERE current = 1")
        others = [ItemRow(*row) for row in rows if row[0] != FOOD]
        put(connection, [*others, ItemRow(FOOD, newer.task_version, newer.task_name, "newer", body)])
        connection.execute("UPDATE log SET applied = applied + 1, size = size + 1 WHERE own = 0")

    warm.store.writer.local(publish).result(20)
    with pytest.raises(Conflict) as caught:
        warm.store.writer.submit(change).result(20)
    assert (caught.value.code, caught.value.current) == ("item_changed", {"item_version": newer.task_version})


def test_nothing_is_made_ahead_without_item_and_calendar_at_hand_or_for_a_submitted_case(hall):
    assert ahead_of(hall, hall.intake()) is None
    received(hall, hall.intake())
    assert ahead_of(hall, hall.intake()) is not None
    assert ahead_of(hall, hall.intake(case="S42019901202611231000018", version=1)) is None
    assert ahead_of(hall, hall.intake(item_version=99)) is None


def test_a_wrong_application_is_refused_in_its_turn(warm):
    wrong = warm.intake()
    wrong = msgspec.structs.replace(wrong, applicant=msgspec.structs.replace(wrong.applicant, phone="12"))
    with pytest.raises(Invalid):
        ahead_of(warm, wrong)
    change = warm.desk.change(wrong, actor=CLERK, key=str(uuid.uuid4()))
    with pytest.raises(Invalid) as caught:
        warm.store.writer.submit(change).result(20)
    assert list(caught.value.fields) == ["applicant.phone"]
