"""Packs replace what they carry and nothing else; licences of this hall and of the city's cache; number sequences."""

import hashlib
import json
import sqlite3

import msgspec
import pytest
import sqlite_utils

from appliance.domain.actor import SYSTEM
from appliance.domain.entry import EntryMeta
from appliance.domain.events import JournalMoved, LicenceIssued, PackPublished
from appliance.errors import IntegrityFailure, NotFound
from appliance.projections import calendar_view, departments, licences, numbers, packs, staff
from appliance.projections.calendar_view import Calendars
from appliance.projections.items import Items
from appliance.projections.registry import HallProjector
from appliance.store.change import AppliedEntry
from provisioning.demo import staff_rows
from provisioning.demo_people import STAFF
from provisioning.walk import STORIES

FOOD = "420100001000"
HOLDER, TYPE = "92420199MADEM002XC", "11420199MBDEM004XU002"
TOLD = {story.name: story for story in STORIES}


def applied(event, *, own=False, case=None, index=99):
    meta = EntryMeta(
        v=1, type=event.TYPE, tv=1, cmd="x", n=0, t="2026-11-23T12:00:00.000+08:00", clk="ok", seen=0, actor=SYSTEM,
        case=case,
    )  # fmt: skip
    return AppliedEntry("log", index, own=own, meta=meta, event=event)


@pytest.fixture
def projector(hall):
    return HallProjector(hall.store.blobs)


@pytest.fixture
def publish(hall, projector, tmp_path):
    """Apply a pack with these tables, as the city would have sent it."""

    def send(name, version, tables, *, own=False):
        path = tmp_path / f"{name}-{version}.db"
        connection = sqlite3.connect(path)
        for table, rows in tables.items():
            sqlite_utils.Database(connection)[table].insert_all(rows)
        connection.close()
        sha256 = hall.store.blobs.put(path.read_bytes())
        event = PackPublished(name=name, version=version, sha256=sha256)
        hall.store.writer.local(lambda c: projector.apply(c, applied(event, own=own))).result()

    return send


def test_the_demo_hall_holds_four_packs_at_their_first_version(hall):
    assert packs.versions(hall.desk.reader()) == {"calendar": 1, "catalogue": 1, "licences": 1, "staff": 1}


def test_a_roster_replaces_the_roster(hall, publish):
    publish("staff", 2, {"staff": staff_rows(STAFF[:3])})
    reader = hall.desk.reader()
    assert set(staff.names(reader)) == {person.id for person in STAFF[:3]}
    assert staff.find(reader, "A3001") is None
    assert packs.versions(reader)["staff"] == 2


def test_a_catalogue_keeps_the_versions_that_cases_are_pinned_to(hall, publish):
    old = hall.items[FOOD]
    new = msgspec.structs.replace(old, task_version=2, task_name="食品经营许可证核发（新办，第二版）")
    body = msgspec.json.encode(new).decode()
    row = {"code": FOOD, "version": 2, "name": new.task_name, "digest": "d2", "body": body}
    department = {
        "code": old.dept_code, "name": "局", "short_name": "局", "document_prefix": "示市监", "phone": "1",
    }  # fmt: skip
    publish("catalogue", 2, {"item": [row], "department": [department]})
    reader, catalogue = hall.desk.reader(), Items()
    assert catalogue.current(reader, FOOD) == new
    assert catalogue.version(reader, FOOD, 1) == old
    assert [item.catalog_code for item in catalogue.all_current(reader)] == [FOOD]
    with pytest.raises(NotFound):
        catalogue.current(reader, "420700002000")
    assert catalogue.version(reader, "420700002000", 1).task_version == 1
    assert departments.get(reader, old.dept_code).name == "局"
    with pytest.raises(NotFound):
        departments.get(reader, hall.items["420100003000"].dept_code)


def test_a_calendar_replaces_the_calendar_and_what_was_built_from_it(hall, publish):
    reader, calendars = hall.desk.reader(), Calendars()
    before = calendars.current(reader)
    assert calendars.current(reader) is before
    kept = reader.execute("SELECT year, body FROM calendar_year WHERE year >= 2026 ORDER BY year").fetchall()
    changed = [(year, body.replace("国庆节", "国庆日")) for year, body in kept]
    publish("calendar", 2, {"year": [{"year": year, "body": body} for year, body in changed]})
    after = calendars.current(reader)
    assert after is not before
    assert (before.first.year < 2026, after.first.year) == (True, 2026)


def test_a_hall_without_a_calendar_says_what_to_do(hall):
    hall.store.writer.local(lambda connection: calendar_view.put(connection, [])).result()
    with pytest.raises(NotFound) as caught:
        Calendars().current(hall.desk.reader())
    assert "同步" in caught.value.next_step


def test_a_pack_is_ready_when_its_file_is_here(hall, projector):
    absent = PackPublished(name="staff", version=9, sha256=hashlib.sha256(b"absent").hexdigest())
    assert projector.ready(applied(absent)) is False
    assert projector.ready(applied(JournalMoved(reason="device_failed"))) is True
    with pytest.raises(IntegrityFailure) as caught:
        hall.store.writer.local(lambda c: projector.apply(c, applied(absent))).result()
    assert caught.value.code == "pack_missing"
    assert len(staff.names(hall.desk.reader())) == len(STAFF)


def test_a_pack_of_another_kind_and_a_pack_of_ones_own_change_nothing(hall, publish):
    publish("horoscope", 1, {"staff": [{"id": "1"}]})
    publish("staff", 5, {"staff": staff_rows(STAFF[:1])}, own=True)
    assert packs.versions(hall.desk.reader()).keys() == {"calendar", "catalogue", "licences", "staff"}
    assert len(staff.names(hall.desk.reader())) == len(STAFF)


# ---- licences


def cached(**changes):
    row = {
        "identifier": "1.2.3.cached", "type_code": TYPE, "type_name": "营业执照", "number": HOLDER,
        "holder_name": "示范", "holder_code": HOLDER,
        "issuer_name": "局", "issued_on": "2025-01-01", "valid_to": None, "status": "valid",
        "as_of": "2026-11-23T09:00:00.000+08:00", "fields": json.dumps({"名称": "示范"}),
    }  # fmt: skip
    return row | changes


def test_the_citys_cache_is_replaced_and_the_halls_own_licences_stay(hall, publish):
    own = hall.case(hall.walk(TOLD["ready"], hall.items[FOOD])[0].case).licence.issued
    publish("licences", 2, {"licence": [cached(), cached(identifier=own.identifier, number="other")]})
    reader = hall.desk.reader()
    assert [held.identifier for held in licences.usable(reader, HOLDER, (TYPE,), "2026-11-23")] == ["1.2.3.cached"]
    kept = licences.find(reader, own.identifier)
    assert (kept.source, kept.number) == ("hall", own.number)


USABLE = {
    "as it is": ({}, True),
    "of another holder": ({"holder_code": "91420199MADEM0011P"}, False),
    "of another type": ({"type_code": "11420199MBDEM004XU001"}, False),
    "revoked": ({"status": "revoked"}, False),
    "until today": ({"valid_to": "2026-11-23"}, True),
    "until yesterday": ({"valid_to": "2026-11-22"}, False),
}


@pytest.mark.parametrize(("changes", "expected"), USABLE.values(), ids=list(USABLE))
def test_which_licence_may_be_used(hall, publish, changes, expected):
    publish("licences", 2, {"licence": [cached(**changes)]})
    assert bool(licences.usable(hall.desk.reader(), HOLDER, (TYPE,), "2026-11-23")) is expected


def test_the_newest_licence_comes_first_and_no_type_means_none(hall, publish):
    publish("licences", 2, {"licence": [cached(), cached(identifier="1.2.3.newer", issued_on="2026-01-01")]})
    reader = hall.desk.reader()
    assert [held.identifier[6:] for held in licences.usable(reader, HOLDER, (TYPE,), "2026-11-23")] == [
        "newer",
        "cached",
    ]
    assert licences.usable(reader, HOLDER, (), "2026-11-23") == []


def test_a_renewed_licence_supersedes_the_old_one(hall, projector):
    case = hall.walk(TOLD["ready"], hall.items[FOOD])[0].case
    old = hall.case(case).licence.issued
    new = msgspec.structs.replace(old, identifier="1.2.3.renewed", supersedes=old.identifier)
    hall.store.writer.local(lambda c: licences.apply(c, applied(new, own=True, case=case))).result()
    reader = hall.desk.reader()
    assert (licences.find(reader, old.identifier).status, licences.find(reader, "1.2.3.renewed").status) == (
        "superseded",
        "valid",
    )
    assert isinstance(old, LicenceIssued)


# ---- numbers


def test_each_sequence_counts_for_itself(hall):
    for story in ("ordinary", "refused", "received"):
        hall.walk(TOLD[story], hall.items[FOOD])
    hall.walk(TOLD["ordinary"], hall.items["420100003000"])
    rows = dict(hall.desk.reader().execute("SELECT scope, last FROM number_sequence").fetchall())
    market, health = hall.items[FOOD].dept_code, hall.items["420100003000"].dept_code
    expected = {
        numbers.case_scope(numbers.case_numbers.NumberKind.INTAKE, "2026-11-23", 1): 4,
        numbers.case_scope(numbers.case_numbers.NumberKind.ACCEPTANCE, "2026-11-23", 1): 3,
        numbers.document_scope(market, 2026): 2,  # grants and refusals share one sequence
        numbers.document_scope(health, 2026): 1,
        numbers.licence_scope(hall.items[FOOD].licence.type_code, 2026): 1,
        numbers.licence_scope(hall.items[FOOD].licence.type_code, None): 1,
    }
    assert {scope: rows[scope] for scope in expected} == expected
    assert numbers.next_in(hall.desk.reader(), "a scope nobody used") == 1
