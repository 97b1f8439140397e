"""A city and a hall in one process: real handlers, real stores, an in-memory transport that can be made to fail."""

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.events import CaseReceived, CaseSubmitted, PackPublished
from appliance.domain.subject import Applicant
from appliance.errors import TransportFailure
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import iterate
from appliance.store.store import open_store
from sync.agent import SyncLimits, sync_once
from sync.carried.hall_side import export_to_city, import_from_city
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, make_request
from sync.epochs import opening_change
from sync.hall import direct_hall
from sync.hub import carried
from sync.hub.enrolment_desk import approve_request
from sync.hub.hub import make_hub
from sync.hub.keyring import create_city, load_keyring, officer_signer
from sync.hub.wire import Peer, WireRequest, handle
from sync.owner import start_lease
from sync.transports.port import NO_HEADERS, Answer

CLERK = Actor(id="C0001", role=Role.WINDOW_CLERK, window="01")


def seeded(label):
    random = Random(label)
    return random.randbytes


class HallTables:
    """A hall's read model, small: what was applied, and packs only when their blob is here."""

    def __init__(self):
        self.blobs = None

    def schemas(self):
        return (("seen", "CREATE TABLE seen (origin TEXT, idx INTEGER, type TEXT)"),)

    def ready(self, applied):
        return not isinstance(applied.event, PackPublished) or self.blobs.has(applied.event.sha256)

    def forget(self, connection, places):
        return True

    def apply(self, connection, applied):
        connection.execute("INSERT INTO seen VALUES (?, ?, ?)", (applied.origin, applied.index, applied.meta.type))


@dataclass
class MemoryTransport:
    """The port over a function call. `faults` are taken from the front, one a request:

    ``lost`` (never arrived), ``answer_lost`` (arrived and acted upon), ``twice`` (the network repeated it), ``ok``.
    """

    hub: object
    peer: Peer = field(default_factory=lambda: Peer(loopback=True))
    faults: list = field(default_factory=list)
    log: list = field(default_factory=list)
    stopped: bool = False
    tamper: object = None

    def request(self, method, path, *, body=b"", headers=NO_HEADERS):
        fault = self.faults.pop(0) if self.faults else "ok"
        if self.stopped or fault == "lost":
            raise TransportFailure("lost", code="unreachable")
        answer = self.deliver(method, path, body, headers)
        if fault == "twice":
            answer = self.deliver(method, path, body, headers)
        if fault == "answer_lost":
            raise TransportFailure("answer lost", code="unreachable")
        return answer

    def deliver(self, method, path, body, headers):
        parts = urlsplit(path)
        if self.tamper:
            body = self.tamper(method, parts.path, body)
        answer = handle(self.hub, WireRequest(method, parts.path, self.peer, parts.query, dict(headers), body))
        self.log.append((method, parts.path, answer.status))
        return Answer(answer.status, answer.headers, b"" if method == "HEAD" else answer.body)

    def close(self):
        pass


@dataclass
class World:
    clock: FixedClock
    root: object
    hub: object
    store: object
    hall: object
    transport: MemoryTransport
    trust: object
    keys: object
    hall_directory: object
    city_directory: object
    count: int = 0

    @property
    def city(self):
        return CityClient(self.transport)

    @property
    def h2c(self):
        return self.trust.ticket.h2c_origin

    @property
    def c2h(self):
        return self.trust.ticket.c2h_origin

    def sync(self, **limits):
        return sync_once(self.hall, self.city, self.clock, SyncLimits(**limits))

    def write(self, cases=1, blobs=(), case=None, event=None):
        for _ in range(cases):
            self.count += 1
            number = case or f"S42019901{self.count:08d}"
            entry = NewEntry(event=event or received(), case=number, blobs=tuple(blobs))
            change = Change(
                key=str(UUID(int=self.count)),
                actor=CLERK,
                content=number.encode() + bytes([self.count % 256]),
                decide=lambda _context, entry=entry: Decision(entries=(entry,), result={}),
            )
            self.store.writer.submit(change).result()

    def blob(self, size, label="scan"):
        return self.store.blobs.put(io.BytesIO(Random(label).randbytes(size)))

    def reopen_hub(self):
        self.hub.close()
        self.hub = make_hub(self.city_directory, self.clock, random=seeded("city-again"))
        self.transport.hub = self.hub

    def close(self):
        self.store.close()
        self.hub.close()


def submitted():
    """An application at a terminal: what `received` takes in later."""
    plain = {name: getattr(received(), name) for name in CaseSubmitted.__struct_fields__ if name != "notice"}
    return CaseSubmitted(**{**plain, "channel": "kiosk", "notice": 1})


def received():
    return CaseReceived(
        item_code="food",
        item_version=1,
        item_name="食品经营许可证核发",
        task_code="t",
        handling="promise",
        department="scjg",
        department_name="市场监管局",
        channel="window",
        materials=(),
        missing=(),
        deadlines=(),
        applicant=Applicant(kind="person", name="张三", id_type="111", id_number="420199199001011234"),
        query_code="123456",
    )


def make_world(directory, *, officers=("a", "b"), tables=None):
    clock = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI))
    city_directory, hall_directory = directory / "city", directory / "hall"
    create_city(city_directory, city="demo", officers=officers, clock=clock, random=seeded("city"))
    hub = make_hub(city_directory, clock, random=seeded("hub"))
    keys = load_hall_keys(hall_directory, city="demo", hall="42019901", epoch=1, clock=clock, random=seeded("hall"))
    request = make_request(
        keys,
        city="demo",
        area="420199",
        hall_code="01",
        hall_name="示范区政务服务大厅",
        epoch=1,
        now=clock.now(),
    )
    transport = MemoryTransport(hub)
    assert CityClient(transport).enrol(request) is None
    keyring = load_keyring(city_directory, clock)
    for officer in officers:
        signer = officer_signer(city_directory / "handover" / f"officer-{officer}.seed", keyring)
        approve_request(city_directory, hashlib.sha256(request).hexdigest()[:8], signer, keyring, clock, seeded("c2h"))
    note = CityClient(transport).enrol(request)
    trust = install_ticket(hall_directory, note, keyring.root, clock=clock)
    tables = tables or HallTables()
    store = open_store(
        hall_directory,
        clock=clock,
        projector=tables,
        signers={keys.h2c.name: keys.h2c},
        mirrors={trust.ticket.c2h_origin: trust.c2h},
        random=seeded("store"),
    )
    tables.blobs = store.blobs
    store.writer.submit(opening_change(trust.ticket.h2c_origin)).result()
    start_lease(store, trust, clock)
    hall = direct_hall(store, hall_directory, trust, keys, clock)
    return World(clock, keyring.root, hub, store, hall, transport, trust, keys, hall_directory, city_directory)


@pytest.fixture
def world_with(tmp_path):
    """A world whose hall has read models of the test's own."""
    made = []

    def make(tables):
        made.append(make_world(tmp_path, tables=tables))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def world(tmp_path):
    made = make_world(tmp_path)
    yield made
    made.close()


# ---- bundles ----


def entries(store, origin):
    return [(record.entry, record.private) for record in iterate(store.reader(), origin)]


class Stick:
    """A folder, and the four errands."""

    def __init__(self, world, folder):
        self.world, self.folder, self.count = world, folder, 0
        folder.mkdir()

    def name(self, given=None):
        self.count += 1
        return self.folder / (given or f"b{self.count}.hmb")

    def hall_out(self, name=None, **more):
        target = self.name(name)
        world = self.world
        return target, export_to_city(world.hall, target, world.hall_directory / "bundles", world.clock, **more)

    def city_in(self, path):
        return carried.import_from_hall(self.world.hub, path)

    def city_out(self, name=None, **more):
        target = self.name(name)
        return target, carried.export_to_hall(self.world.hub, self.world.trust.ticket.hall, target, **more)

    def hall_in(self, path):
        world = self.world
        return import_from_city(world.hall, path, world.hall_directory / "bundles", world.clock)

    def round(self):
        up, _ = self.hall_out()
        received = self.city_in(up)
        self.world.clock.advance(timedelta(seconds=2))
        down, _ = self.city_out()
        return received, self.hall_in(down)


@pytest.fixture
def stick(world, tmp_path):
    return Stick(world, tmp_path / "stick")


@pytest.fixture
def submission():
    """Give an application at a terminal."""
    return submitted()


@pytest.fixture
def receipt_of_window():
    """Give a receipt of a window."""
    return received()
