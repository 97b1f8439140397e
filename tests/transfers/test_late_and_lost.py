"""Hand-overs that nobody signs for turn red at both ends and at the city; what came along can be erased and proven."""

import base64
import uuid
from datetime import timedelta

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.events import PiiErased
from appliance.domain.transfer import is_late, last_day
from appliance.domain.withheld import ERASED_WORD, place_text
from appliance.errors import IntegrityFailure
from appliance.ledger.records import Record, RecordState
from appliance.projections import transfers
from appliance.services.proofs import ProofKeys, prove_entry
from appliance.services.timeline import timeline
from appliance.store.case_entries import entries_of
from appliance.store.case_history import in_parts, put_together
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.mentions import about
from sync.hub import cases as hub_cases
from sync.hub.board import board
from sync.hub.hall_states import HallState
from sync.opening import log_verifiers


def is_red(world, hall, *, came):
    reader = hall.desk.reader()
    rows, today = transfers.waiting(reader, came=came), world.clock.now().date()
    return [is_late(row.given_at, today, hall.desk.facts.calendar(reader)) for row in rows]


def test_two_working_days_are_counted_by_the_calendar(world):
    calendar = world.district.desk.facts.calendar(world.district.desk.reader())
    friday, monday = "2026-11-27T16:00:00.000+08:00", "2026-11-23T09:00:00.000+08:00"
    assert [last_day(at, calendar).isoformat() for at in (friday, monday)] == ["2026-12-01", "2026-11-25"]


def test_a_hall_without_a_link_turns_red_by_itself_and_so_do_the_other_and_the_city(world):
    site, district = world.east, world.district
    no = site.receive()
    site.give(no, district)
    world.clock.advance(timedelta(days=2))
    assert is_red(world, site, came=False) == [False]
    world.clock.advance(timedelta(days=1))
    assert is_red(world, site, came=False) == [True]
    states = {row.hall: row.found for row in board(world.hub)}
    assert HallState.HANDOVER_LATE not in states[site.place.code]  # the city has not heard of it
    world.sync()
    assert is_red(world, district, came=True) == [True]
    states = {row.hall: row.found for row in board(world.hub)}
    late = {code for code, found in states.items() if HallState.HANDOVER_LATE in found}
    assert late == {site.place.code, district.place.code}
    district.take_over(no)
    world.sync()
    assert is_red(world, site, came=False) == is_red(world, district, came=True) == []
    assert not any(HallState.HANDOVER_LATE in row.found for row in board(world.hub))
    (away,) = transfers.away(site.desk.reader())
    assert (away.case_no, away.state) == (no, "received")


def test_what_came_along_is_proven_from_the_citys_log(world):
    site, district = world.east, world.district
    no = site.receive()
    site.give(no, district)
    world.sync()
    lines = timeline(district.store, district.case(no))
    assert [(line.type, line.hall) for line in lines] == [
        ("case.received", site.place.code),
        ("case.transferred", site.place.code),
        ("case.entrusted", district.place.code),
    ]
    keys = ProofKeys(log_verifiers(district.directory), district.opened.trust.city_cosigner)
    for line in lines:
        assert line.truth.value == "confirmed"
        assert prove_entry(district.store, keys, *line.stands).size > line.stands[1]
    assert lines[0].origin == site.origin
    assert "/c2h/" in lines[0].stands[0]


def test_an_erasure_takes_what_came_along_and_leaves_the_case(world):
    site, district = world.east, world.district
    no = site.receive()
    name = site.case(no).applicant.name
    site.give(no, district)
    world.sync()
    found = about(district.desk.reader(), [no])
    event = PiiErased(
        subject="GX1", basis="purpose", matter=no, proposed_by="M4001",
        places=tuple(place_text(origin, indexes) for origin, indexes in found.places.items()),
    )  # fmt: skip
    change = Change(
        key=str(uuid.uuid4()), actor=Actor("A3001", Role.APPROVER), content=b"x",
        decide=lambda _context: Decision((NewEntry(event),), {}),
    )  # fmt: skip
    district.store.writer.submit(change).result()
    case = district.case(no)
    assert (case.applicant.name, case.state.value, case.legs) == (ERASED_WORD, "received", 1)
    assert site.case(no).applicant.name == name
    assert [line.erased for line in timeline(district.store, case)] == [True, True, False]
    assert [one.record.private for one in entries_of(district.desk.reader(), no)[:2]] == [None, None]
    assert district.rebuilt().ok
    assert world.sync() == ["equal"] * 3


def test_a_transfer_that_is_delivered_twice_is_one(world):
    site, district = world.east, world.district
    no = site.receive()
    site.give(no, district)
    world.sync(rounds=4)
    assert len(hub_cases.legs(world.hub.store.reader(), no)) == 1
    assert district.types(no).count("case.entrusted") == 1
    assert district.types(no).count("case.received") == 1


@pytest.mark.parametrize("size", [0, 10, 200_000, 262_000])
def test_a_record_of_any_length_travels_in_parts(size):
    entry = ("{" + "人" * 9_000 + "}").encode() if size > 10 else b"{}"
    record = Record(entry, RecordState.PRESENT, b"p" * size) if size else Record(entry)
    parts = in_parts(1, "o", 5, record)
    assert put_together(parts) == record
    assert [part.part for part in parts] == list(range(parts[0].parts))
    assert all(len(part.entry.encode()) < 30_000 and len(part.private) < 250_000 for part in parts)


def test_a_part_that_is_no_base64_is_refused():
    part = in_parts(1, "o", 5, Record(b"{}", RecordState.PRESENT, b"pp"))[0]
    assert base64.b64decode(part.private) == b"pp"
    broken = type(part)(leg=1, origin="o", index=5, entry="{}", state=1, private="?")
    with pytest.raises(IntegrityFailure):
        put_together([broken])
