"""The demo is made once, through real steps; a second making changes nothing."""

import hashlib
import shutil
from datetime import datetime

import pytest

from appliance.catalogue.loader import load_items
from appliance.clock import SHANGHAI, FixedClock
from appliance.config import CITY_FILE, HALL_FILE, CityConfig, HallConfig, load
from appliance.domain.actor import Role
from appliance.projections import calendar_view, departments, licences, staff
from appliance.projections.items import Items
from appliance.services.passwords import HashLimits, verifies
from appliance.store import credentials
from provisioning import demo
from provisioning.demo import make_demo, refresh_demo
from provisioning.demo_halls import HALLS, SITES
from provisioning.demo_people import CITY_STAFF, DEMO_PASSWORD, STAFF
from sync.agent import EQUAL, sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI))
SITE_STAFF = [person for site in SITES for person in site.own]
CHEAP = HashLimits(passes=1, memory_bytes=8192)


def make(folder):
    make_demo(folder / "hall", folder / "city", hall_port=8601, city_port=8701, clock=CLOCK, limits=CHEAP)


def content(folder):
    """Every file with its bytes; locks apart, which the owner holds anew."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("owner.")
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    make(folder)
    return folder


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made, tmp_path / "demo")
    return tmp_path / "demo"


@pytest.fixture
def opened(copy):
    hall = open_enrolled(copy / "hall", CLOCK)
    yield hall
    hall.store.close()


def test_a_second_making_changes_nothing(copy):
    before = content(copy)
    assert {"hall/hall.db", "hall/ticket.note", "city/city.db", "hall/hall.toml"} <= set(before)
    make(copy)
    assert content(copy) == before
    (copy / "hall" / "hall.toml").write_text("x")  # the control: a change would be seen
    assert content(copy) != before


def test_another_port_is_written_into_the_settings(copy):
    make_demo(copy / "hall", copy / "city", hall_port=9601, city_port=9701, clock=CLOCK, limits=CHEAP)
    settings = load(copy / "hall" / HALL_FILE, HallConfig)
    assert (settings.port, settings.city_url) == (9601, "http://127.0.0.1:9701")
    assert load(copy / "city" / CITY_FILE, CityConfig).port == 9701


def test_the_hall_holds_the_packs_of_its_city(opened):
    reader = opened.desk.reader()
    items = {item.catalog_code for item in Items().all_current(reader)}
    assert items == {item.catalog_code for item in load_items()}
    assert len(items) >= 15
    tables = {row[0] for row in reader.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    counts = {name: reader.execute(f"SELECT count(*) FROM {name}").get for name in tables}  # noqa: S608
    filled = {module: any(counts.get(name, 0) for name in tables_of(module)) for module in PACKED}
    assert filled == dict.fromkeys(PACKED, True)


PACKED = (staff, departments, calendar_view, licences)


def tables_of(module):
    """The tables that a read model's own schema makes."""
    words = module.SCHEMA.split()
    return [words[place + 1] for place, word in enumerate(words) if word == "TABLE"]


def test_the_demo_password_opens_every_account_and_no_other_does(opened, copy):
    reader = opened.store.reader()
    for person in STAFF:
        row = credentials.find(reader, person.id)
        assert row is not None, person
        assert not row.must_change
    row = credentials.find(reader, "W0312")
    assert verifies(row.verifier, DEMO_PASSWORD)
    assert not verifies(row.verifier, DEMO_PASSWORD + "x")
    hub = make_hub(copy / "city", CLOCK)
    try:
        for person in CITY_STAFF:
            assert verifies(credentials.find(hub.store.reader(), person.id).verifier, DEMO_PASSWORD)
    finally:
        hub.close()


def test_every_role_that_the_road_needs_has_somebody_and_administrators_are_three_people():
    roles = {role for person in STAFF for role in person.roles}
    assert {Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER} <= roles
    administrators = [person for person in STAFF if {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR} & set(person.roles)]
    assert len({person.id for person in administrators}) == 3
    assert all(len(person.roles) == 1 for person in administrators)
    everyone = [person.id for person in (*STAFF, *CITY_STAFF, *SITE_STAFF)]
    assert len(set(everyone)) == len(everyone)


def test_people_are_marked_as_invented():
    assert all("示例" in person.name for person in (*STAFF, *CITY_STAFF, *SITE_STAFF))


def test_keys_are_for_their_owner_alone(made):
    keys = [*made.rglob("*.seed")]
    assert len(keys) >= 6
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys)


def test_data_with_names_is_for_its_owner_alone(made):
    for name in ("hall", "city"):
        assert (made / name).stat().st_mode & 0o077 == 0


def test_a_demo_of_an_older_release_learns_todays_people(tmp_path, monkeypatch):
    hall, city = tmp_path / "hall", tmp_path / "city"
    with monkeypatch.context() as older:
        older.setattr(demo, "STAFF", tuple(person for person in demo.STAFF if not person.id.startswith("D")))
        make(tmp_path)
    refresh_demo(hall, city, clock=CLOCK, limits=CHEAP)
    hub = make_hub(city, CLOCK)
    opened = open_enrolled(hall, CLOCK)
    try:
        assert staff.find(opened.desk.reader(), "D6001") is None
        sync_once(opened.as_sync_port("test"), CityClient(LocalTransport(hub)), CLOCK)
        assert staff.find(opened.desk.reader(), "D6001") is not None
        assert credentials.find(opened.desk.reader(), "D6001") is not None
    finally:
        opened.store.close()
        hub.close()


def roster(opened):
    reader = opened.desk.reader()
    return {person for person in EVERYONE if staff.find(reader, person) is not None}


EVERYONE = [person.id for person in (*STAFF, *SITE_STAFF)]


def test_sites_join_the_city_of_a_hall_each_with_its_own_people(copy):
    for number, place in enumerate(HALLS[1:], 1):
        make_demo(
            copy / place.folder,
            copy / "city",
            hall_port=8601 + number,
            city_port=8701,
            clock=CLOCK,
            limits=CHEAP,
            place=place,
        )
    before = content(copy / "city")
    make(copy)
    assert content(copy / "city") == before  # a hall that is there asks for nothing new
    hub = make_hub(copy / "city", CLOCK)
    seen = {}
    try:
        assert [trust.ticket.hall_name for trust in hub.halls] == [place.short_name for place in HALLS]
        for place in HALLS:
            opened = open_enrolled(copy / place.folder, CLOCK)
            try:
                report = sync_once(opened.as_sync_port("test"), CityClient(LocalTransport(hub)), CLOCK)
                assert report.state == EQUAL
                seen[place.code] = roster(opened)
                reader = opened.desk.reader()
                assert all(credentials.find(reader, person) is not None for person in seen[place.code])
                assert {item.catalog_code for item in Items().all_current(reader)} == {
                    item.catalog_code for item in load_items()
                }
            finally:
                opened.store.close()
    finally:
        hub.close()
    assert seen == {place.code: {person.id for person in place.people(STAFF)} for place in HALLS}
    # A site's clerks sign in there alone, the district's clerks only at the district; its departments decide at both.
    district, first, second = (seen[place.code] for place in HALLS)
    assert {"W0312", "M4001"} <= district - first - second
    assert {"W0322", "W0323", "M4002"} == first - district - second
    assert {"C1001", "R2001", "A3001"} <= district & first & second


def test_settings_of_a_site_name_the_site(copy):
    site = SITES[0]
    make_demo(copy / site.folder, copy / "city", hall_port=8602, city_port=8701, clock=CLOCK, limits=CHEAP, place=site)
    settings = load(copy / site.folder / HALL_FILE, HallConfig)
    assert (settings.code, settings.name, settings.port) == (site.code, site.name, 8602)
    assert load(copy / "hall" / HALL_FILE, HallConfig).code == HALLS[0].code
