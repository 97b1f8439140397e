"""A demo city and demo halls that hold their tickets, made through the same steps as real ones.

Enrolment with two officers' signatures, packs published in the signed log, one sync that brings them to the hall.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.departments import load_departments
from appliance.catalogue.joint_sets import load_sets
from appliance.catalogue.loader import item_digest, load_items
from appliance.clock import Clock, format_time
from appliance.config import CITY_FILE, HALL_FILE, CityConfig, CityPerson, HallConfig, Remedy, dump, load
from appliance.domain.identifiers import licence_id
from appliance.domain.number_blocks import document_scope
from appliance.projections import number_blocks
from appliance.services.passwords import HashLimits, make_verifier
from appliance.store import credentials
from appliance.store.blobs import BlobStore
from appliance.store.credentials import CredentialRow
from appliance.store.store import BLOBS_NAME, Store
from provisioning.demo_halls import AREA, DISTRICT, HALLS, DemoHall
from provisioning.demo_people import CITY_STAFF, DEMO_PASSWORD, OFFICERS, STAFF, Person
from provisioning.walk_acts import PAPER_ABOVE
from sync.agent import EQUAL, sync_once
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, make_request, write_file
from sync.hub.enrolment_desk import approve_request, receive_request
from sync.hub.hub import Hub, make_hub
from sync.hub.keyring import create_city, load_keyring, officer_signer
from sync.hub.numbers import grant
from sync.hub.publish import publish_halls, publish_pack
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport

CITY = "wuhan-demo"
BUSINESS_LICENCE = "11420199MBDEM004XU002"


NUMBERS_LEASED = 200


def hall_config(*, port: int, city_port: int, place: DemoHall = DISTRICT, link_port: int = 0) -> HallConfig:
    """Give a demo hall's settings; with `link_port` it calls its city there over TLS."""
    return HallConfig(
        city=CITY,
        area=AREA,
        hall=place.number,
        name=place.name,
        short_name=place.short_name,
        address=place.address,
        hours="工作日 9:00–12:00，13:30–17:00（示例）",
        consult_phone=place.phones[0],
        supervision_phone=place.phones[1],
        remedy=Remedy(review_body="示范区人民政府", court="示范区人民法院（示例，以指定管辖为准）"),
        city_url=f"https://localhost:{link_port}" if link_port else f"http://127.0.0.1:{city_port}",
        port=port,
        windows=place.windows,
        shelves=place.shelves,
        kiosks=("127.0.0.1",),
    )


def city_config(*, port: int) -> CityConfig:
    """Give the demo city's settings."""
    people = tuple(CityPerson(id=person.id, name=person.name, roles=person.roles) for person in CITY_STAFF)
    return CityConfig(city=CITY, name="武汉市（示例）", port=port, people=people)


def catalogue_rows() -> dict[str, Sequence[Mapping[str, Any]]]:
    """Give the tables of the catalogue pack from the shipped items, joint sets and departments."""
    shipped = load_items()
    sets = [
        {"code": one.code, "version": one.version, "name": one.name, "body": msgspec.json.encode(one).decode()}
        for one in load_sets({item.catalog_code: item for item in shipped})
    ]
    items = [
        {
            "code": item.catalog_code,
            "version": item.task_version,
            "name": item.task_name,
            "digest": item_digest(item),
            "body": msgspec.json.encode(item).decode(),
        }
        for item in shipped
    ]
    departments = [
        {
            "code": department.code,
            "name": department.name,
            "short_name": department.short_name,
            "document_prefix": department.document_prefix,
            "phone": department.phone,
        }
        for department in load_departments().departments
    ]
    return {"item": items, "joint_set": sets, "department": departments}


def staff_rows(people: Sequence[Person]) -> list[dict[str, Any]]:
    """Give the rows of the staff pack."""
    return [
        {
            "id": person.id,
            "name": person.name,
            "roles": json.dumps([role.value for role in person.roles]),
            "windows": json.dumps(person.windows),
            "department": person.department,
            "phone": "027-00000100（示例）",
            "disabled": 0,
        }
        for person in people
    ]


def calendar_rows() -> list[dict[str, Any]]:
    """Give the rows of the calendar pack from the seeded tables."""
    return [{"year": table.year, "body": msgspec.json.encode(table).decode()} for table in load_calendar().tables]


def licence_rows(as_of: str) -> list[dict[str, Any]]:
    """Give the rows of the licence cache: business licences issued elsewhere, of invented holders."""
    issuer = BUSINESS_LICENCE[:18]
    holders = (
        ("示范小吃店（示例）", "92420199MADEM002XC", "2026DEMO000000000001"),
        ("示范餐饮有限公司（示例）", "91420199MADEM0011P", "2026DEMO000000000002"),
    )
    rows = []
    for name, code, serial in holders:
        identifier = str(licence_id.build(BUSINESS_LICENCE, issuer, serial))
        rows.append(
            {
                "identifier": identifier,
                "type_code": BUSINESS_LICENCE,
                "type_name": "营业执照",
                "number": code,
                "holder_name": name,
                "holder_code": code,
                "issuer_name": "示范区市场监督管理局",
                "issued_on": "2024-03-01",
                "valid_to": None,
                "status": "valid",
                "as_of": as_of,
                "fields": json.dumps({"名称": name, "统一社会信用代码": code}, ensure_ascii=False),
            }
        )
    return rows


def set_demo_passwords(store: Store, people: Sequence[Person], clock: Clock, limits: HashLimits) -> None:
    """Give every demo account the demo password; hashed once, because all are the same and known."""
    reader = store.reader()
    fresh = [person for person in people if credentials.find(reader, person.id) is None]
    if not fresh:
        return
    verifier = make_verifier(DEMO_PASSWORD, limits)

    def write(connection: Any) -> None:
        for person in fresh:
            credentials.put(connection, CredentialRow(person.id, verifier, must_change=False, changed=clock.now()))

    store.writer.local(write).result()


def make_city(directory: Path, *, port: int, clock: Clock, link_port: int = 0) -> None:
    """Make the demo city's keys and settings, once; of settings that are there only the ports are changed."""
    create_city(directory, city=CITY, officers=OFFICERS, clock=clock, random=os.urandom)
    path = directory / CITY_FILE
    config = load(path, CityConfig) if path.exists() else city_config(port=port)
    link = {"link_port": link_port, "link_address": "127.0.0.1", "link_hosts": ("localhost", "127.0.0.1")}
    settings = msgspec.structs.replace(config, port=port, **(link if link_port else {"link_port": 0}))
    write_file(path, dump(settings).encode())


def enrol_hall(hall: Path, city: Path, *, clock: Clock, place: DemoHall = DISTRICT) -> None:
    """Enrol the hall: its request, both officers' approvals, its ticket."""
    keyring = load_keyring(city, clock)
    keys = load_hall_keys(hall, city=CITY, hall=place.code, epoch=1, clock=clock, random=os.urandom)
    request = make_request(
        keys, city=CITY, area=AREA, hall_code=place.number, hall_name=place.short_name, epoch=1, now=clock.now()
    )
    ticket = receive_request(city, request)
    for officer in OFFICERS:
        signer = officer_signer(city / "handover" / f"officer-{officer}.seed", keyring)
        approve_request(city, hashlib.sha256(request).hexdigest(), signer, keyring, clock, os.urandom)
    ticket = receive_request(city, request)
    if ticket is None:
        message = "two approvals gave no ticket"
        raise RuntimeError(message)
    install_ticket(hall, ticket, keyring.root, clock=clock)


def lay_scans(hall: Path) -> None:
    """Store the scans that demo cases name; laying them again changes nothing."""
    BlobStore(hall / BLOBS_NAME).put(PAPER_ABOVE)


def publish_demo(hub: Hub) -> None:
    """Publish calendar and catalogue to every hall and to each its own staff; what is there is not sent again."""
    publish_pack(hub, "calendar", {"year": calendar_rows()})
    publish_pack(hub, "catalogue", catalogue_rows())
    publish_halls(hub)
    enrolled = {trust.ticket.area + trust.ticket.hall_code for trust in hub.halls}
    for place in HALLS:
        if place.code in enrolled:
            publish_pack(hub, "staff", {"staff": staff_rows(place.people(STAFF))}, halls=(place.code,))


def lease_numbers(hub: Hub) -> None:
    """Lease every hall its first number blocks of each authority's documents, once there are two halls."""
    if len(hub.halls) < 2:  # noqa: PLR2004 - one hall has nobody to share a sequence with
        return
    year = hub.clock.now().year
    held = {(row.hall, row.scope) for row in number_blocks.listing(hub.store.reader())}
    for trust in hub.halls:
        for department in load_departments().departments:
            scope = document_scope(department.document_prefix, year)
            if (trust.ticket.hall, scope) not in held:
                grant(hub, trust.ticket.hall, scope, NUMBERS_LEASED)


def refresh_demo(
    hall: Path, city: Path, *, clock: Clock, limits: HashLimits | None = None, place: DemoHall = DISTRICT
) -> None:
    """Bring a demo that an older release made up to today's catalogue and people; nothing of it may be running.

    The hall takes the new packs in with its next sync.
    """
    hub = make_hub(city, clock)
    try:
        publish_demo(hub)
        set_demo_passwords(hub.store, CITY_STAFF, clock, limits or HashLimits())
    finally:
        hub.close()
    opened = open_enrolled(hall, clock)
    try:
        set_demo_passwords(opened.store, place.people(STAFF), clock, limits or HashLimits())
    finally:
        opened.store.close()


def make_demo(
    hall: Path,
    city: Path,
    *,
    hall_port: int,
    city_port: int,
    clock: Clock,
    limits: HashLimits | None = None,
    place: DemoHall = DISTRICT,
    link_port: int = 0,
) -> None:
    """Make a demo city and an enrolled demo hall with catalogue, calendar, staff, licence cache and accounts.

    Called again with the same city it adds another hall.

    Args:
        hall: data directory of the hall; left as it is when it holds a ticket already.
        city: data directory of the city.
        hall_port: port of the hall's pages.
        city_port: port of the city.
        clock: wall clock and boot time.
        limits: cost of the password hash.
        place: which of the demo's halls this is.
        link_port: port on which the city takes halls over TLS; 0: plain HTTP on this machine.
    """
    for directory in (city, hall):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # databases and scans name people
    make_city(city, port=city_port, clock=clock, link_port=link_port)
    path = hall / HALL_FILE
    fresh = hall_config(port=hall_port, city_port=city_port, place=place, link_port=link_port)
    config = load(path, HallConfig) if path.exists() else fresh
    write_file(path, dump(msgspec.structs.replace(config, port=fresh.port, city_url=fresh.city_url)).encode())
    lay_scans(hall)
    if (hall / "ticket.note").exists():
        return
    enrol_hall(hall, city, clock=clock, place=place)
    hub = make_hub(city, clock)
    try:
        publish_demo(hub)
        lease_numbers(hub)
        publish_pack(hub, "licences", {"licence": licence_rows(format_time(clock.now()))}, halls=(place.code,))
        set_demo_passwords(hub.store, CITY_STAFF, clock, limits or HashLimits())
        opened = open_enrolled(hall, clock)
        try:
            set_demo_passwords(opened.store, place.people(STAFF), clock, limits or HashLimits())
            report = sync_once(opened.as_sync_port("demo"), CityClient(LocalTransport(hub)), clock)
        finally:
            opened.store.close()
    finally:
        hub.close()
    if report.state != EQUAL:
        raise RuntimeError(report)
