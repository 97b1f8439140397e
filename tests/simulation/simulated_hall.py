"""The boxes and the network of the simulator: halls with real stores, and a wire that loses, doubles and damages.

Loaded by path, no test itself.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import urlsplit
from uuid import UUID

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.events import CaseReceived, PackPublished
from appliance.domain.gate import GateState
from appliance.domain.subject import Applicant
from appliance.errors import GateClosed, HallmarkError, TransportFailure
from appliance.ledger.checkpoint import Checkpoint, verify_cosignature
from appliance.ledger.merkle import bulk_root, leaf_hash
from appliance.projections import cases, city_commands, conflicts, transfers
from appliance.projections.registry import Models
from appliance.store.acknowledgements import acknowledged
from appliance.store.blobs import BlobStore
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import iterate
from appliance.store.journal_files import DirectoryFiles
from appliance.store.store import open_store
from sync.agent import SyncLimits, sync_once
from sync.carried.hall_side import export_to_city, import_from_city
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, load_trust, make_request, pinned_root
from sync.epochs import open_next
from sync.hall import direct_hall
from sync.hub.enrolment_desk import approve_request
from sync.hub.hub import make_hub
from sync.hub.keyring import create_city, officer_signer
from sync.hub.wire import Peer, WireRequest, handle
from sync.owner import start_lease
from sync.recovery import recover
from sync.transports.port import NO_HEADERS, Answer

CLERK = Actor(id="C0001", role=Role.WINDOW_CLERK, window="01")
OFFICERS = ("a", "b")
PEOPLE = 9  # applicants: few, so that one comes to two halls
START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
BARRED = (GateState.ROLLED_BACK, GateState.FENCED)


def seeded(label):
    return Random(label).randbytes


def entries(store, origin):
    if origin not in {row.origin for row in store.logs()}:
        return []  # a box that died before it was ever heard of
    return [(record.entry, record.private) for record in iterate(store.reader(), origin)]


def cases_of(store, origin):
    """Give the number of the case of every entry that has one."""
    found = (json.loads(entry).get("case") for entry, _ in entries(store, origin))
    return [number for number in found if number]


def root_of(leaves):
    return bulk_root([leaf_hash(leaf) for leaf in leaves])


class HallTables:
    """A hall's read models, few: what was applied, requests, conflicts, and cases that move; a pack with its blob."""

    def __init__(self, blobs):
        self.blobs = blobs
        # The product's own: both sides must come to the same rows.
        shared = (cases.model(replaying=False), city_commands.MODEL, conflicts.MODEL, transfers.MODEL)
        self.together = Models(shared)

    def schemas(self):
        seen = "CREATE TABLE seen (origin TEXT, idx INTEGER, type TEXT, PRIMARY KEY (origin, idx))"
        return (("seen", seen), *self.together.schemas())

    def ready(self, applied):
        return not isinstance(applied.event, PackPublished) or self.blobs.has(applied.event.sha256)

    def apply(self, connection, applied):
        connection.execute("INSERT INTO seen VALUES (?, ?, ?)", (applied.origin, applied.index, applied.meta.type))
        self.together.apply(connection, applied)


def received(person=0):
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
        applicant=Applicant(kind="person", name="张三", id_type="111", id_number=f"4201991990010112{person:02d}"),
        query_code="123456",
    )


def open_city(directory, clock, random):
    """Open the city; its read models follow a backlog when the schedule says so."""
    opened = make_hub(directory, clock, random=random.randbytes)
    opened.follower = lambda _trust: None
    return opened


def lines_hold(site, hub):
    """Say whether the city's newest line that a hall believes is over what the city holds."""
    claimed = acknowledged(site.store.reader(), site.h2c).cosigned
    rows = site.store.reader().execute(
        "SELECT c.size, c.line FROM cosignature c JOIN log l ON l.id = c.log"
        " WHERE l.origin = ? AND c.size <= ? ORDER BY c.size DESC LIMIT 1",
        (site.h2c, claimed),
    )
    for size, line in rows.fetchall():
        there = entries(hub.store, site.h2c)[:size]
        head = Checkpoint(site.h2c, size, root_of([entry for entry, _ in there]))
        try:
            verify_cosignature(head, line, site.trust.city_cosigner)
        except HallmarkError:
            return False
        if len(there) != size:
            return False
    return True


def make_template(folder, halls=2):
    """Make a city with enrolled, opened halls; schedules work on copies."""
    clock, city = FixedClock(START), folder / "city"
    create_city(city, city="demo", officers=OFFICERS, clock=clock, random=seeded("city"))
    hub = make_hub(city, clock, random=seeded("hub"))
    for number in range(1, halls + 1):
        code = f"420199{number:02d}"
        enrol(hub, folder / code, code, 1, clock)
    hub.close()
    return folder


def enrol(hub, directory, code, epoch, clock):
    """Make a box's keys and have two officers give it the ticket of an epoch."""
    keyring, client = hub.keyring, CityClient(Wire(hub, Random(0)))
    keys = load_hall_keys(directory, city="demo", hall=code, epoch=epoch, clock=clock, random=seeded(f"{code}{epoch}"))
    request = make_request(
        keys, city="demo", area=code[:6], hall_code=code[6:], hall_name=code, epoch=epoch, now=clock.now()
    )
    client.enrol(request)
    for officer in OFFICERS:
        signer = officer_signer(hub.directory / "handover" / f"officer-{officer}.seed", keyring)
        digest = hashlib.sha256(request).hexdigest()[:12]
        approve_request(hub.directory, digest, signer, keyring, clock, seeded(f"c2h{code}{epoch}"))
    return install_ticket(directory, client.enrol(request), keyring.root, clock=clock), keys


@dataclass
class Wire:
    """The network between a hall and the city. `faults` are taken from the front, one a request."""

    hub: object
    random: Random
    faults: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    on_death: object = None

    def request(self, method, path, *, body=b"", headers=NO_HEADERS):
        fault = self.faults.pop(0) if self.faults else "ok"
        asked = (method, path, body, dict(headers))
        if fault == "lost":
            raise TransportFailure("lost", code="unreachable")
        if fault == "late" and self.sent:
            self.deliver(self.random.choice(self.sent))  # an older request arrives only now, before this one
        if fault == "garbled_there" and body:
            asked = (method, path, self.flip(body), dict(headers))
        answer = self.deliver(asked)
        self.sent.append((method, path, body, dict(headers)))
        if fault == "twice":
            answer = self.deliver(asked)
        if fault == "city_dies":
            self.on_death()
        if fault in ("answer_lost", "city_dies"):
            raise TransportFailure("answer lost", code="unreachable")
        if fault == "garbled_back" and answer.body:
            return Answer(answer.status, answer.headers, self.flip(answer.body))
        return answer

    def deliver(self, asked):
        method, path, body, headers = asked
        parts = urlsplit(path)
        answer = handle(self.hub, WireRequest(method, parts.path, Peer(loopback=True), parts.query, headers, body))
        return Answer(answer.status, answer.headers, b"" if method == "HEAD" else answer.body)

    def flip(self, content):
        at = self.random.randrange(len(content))
        return content[:at] + bytes([content[at] ^ 1 << self.random.randrange(8)]) + content[at + 1 :]

    def close(self):
        pass


class Site:
    """One box that runs as a hall: its files, its open store, and what was promised to its people."""

    def __init__(self, world, code, directory):
        self.world, self.code, self.directory = world, code, directory
        self.promised = []  # every acknowledged entry: (origin, index, bytes)
        self.commands = []
        self.unaware = False  # the city was restored from a backup since this hall last heard of it
        self.lost_past = (
            False  # its disk went back, or a twin of it runs: some promises may be gone, and it must notice
        )
        self.wire = Wire(world.hub, world.random, on_death=world.kill_city)
        self.open()

    def open(self):
        clock = self.world.clock
        self.trust = load_trust(self.directory)
        epoch = self.trust.ticket.epoch
        self.keys = load_hall_keys(self.directory, city="demo", hall=self.code, epoch=epoch, clock=clock)
        self.h2c, self.c2h = self.trust.ticket.h2c_origin, self.trust.ticket.c2h_origin
        self.store = self.open_files(self.trust, self.keys)
        if self.store.gate not in BARRED:
            open_next(self.store, self.trust)
            start_lease(self.store, self.trust, clock)
        self.hall = direct_hall(self.store, self.directory, self.trust, self.keys, clock)

    def open_files(self, trust, keys):
        return open_store(
            self.directory,
            clock=self.world.clock,
            projector=HallTables(BlobStore(self.directory / "blobs")),
            signers={keys.h2c.name: keys.h2c},
            mirrors={trust.c2h.name: trust.c2h},
            random=self.world.random.randbytes,
        )

    def move_to_new_box(self, target, faults, *, with_journal):
        """The box dies; another becomes the hall in the next epoch, with the old journal's device or without it.

        `faults` are those of the first tries; the last one has a whole network.
        """
        clock = self.world.clock
        self.store.close()
        target.mkdir()
        if with_journal:
            shutil.copytree(self.directory / "journal", target / "journal")
        shutil.rmtree(self.directory)
        self.directory = target
        trust, keys = enrol(self.world.hub, target, self.code, self.trust.ticket.epoch + 1, clock)
        for some in (*faults, []):
            self.wire.hub, self.wire.faults = self.world.hub, list(some)
            try:
                recover(
                    target,
                    trust=trust,
                    keys=keys,
                    city=CityClient(self.wire),
                    root=pinned_root(target),
                    files=lambda: DirectoryFiles(target / "journal"),
                    open_hall=lambda: self.open_files(trust, keys),
                    clock=clock,
                )
            except HallmarkError:
                if not some:
                    raise
            else:
                break
        self.wire.faults = []
        self.open()

    def change(self, number, blobs):
        entry = NewEntry(event=received(number % PEOPLE), case=f"S{self.code}{number:08d}", blobs=blobs)
        return self.change_of(entry, number, str(number).encode() + "".join(blobs).encode())

    def change_of(self, entry, number, content):
        return Change(
            key=str(UUID(int=self.world.random.getrandbits(128), version=4)),
            actor=CLERK,
            content=content,
            decide=lambda _context: Decision(entries=(entry,), result={"number": number}),
        )

    def send(self, change):
        """Send a change; what is answered is a promise."""
        before = self.store.durable_size(self.h2c)
        try:
            outcome = self.store.writer.submit(change).result()
        except GateClosed:
            return None
        after = self.store.durable_size(self.h2c)
        for index, (entry, _) in enumerate(entries(self.store, self.h2c)[before:after], before):
            self.promised.append((self.h2c, index, entry))
        return outcome

    def sync(self, faults=(), records_max=100):
        self.wire.hub = self.world.hub
        self.wire.faults = list(faults)
        report = sync_once(self.hall, CityClient(self.wire), self.world.clock, SyncLimits(records_max=records_max))
        self.wire.faults = []
        return report

    def write_letter(self, target):
        """Write a bundle for the city."""
        export_to_city(self.hall, target, self.directory / "bundles", self.world.clock)
        return target

    def read_letter(self, path):
        """Take in a bundle of the city."""
        return import_from_city(self.hall, path, self.directory / "bundles", self.world.clock)

    def snapshot(self, target):
        """Copy the box as a power cut would leave it, or as a backup of the whole disk would hold it."""
        shutil.copytree(self.directory, target, ignore=shutil.ignore_patterns("owner.*"), dirs_exist_ok=False)

    def replace(self, source, names=None):
        """Stop the box and put files of a snapshot in place: all of them, or only those named."""
        self.store.close()
        if names is None:
            shutil.rmtree(self.directory)
            shutil.copytree(source, self.directory)
        else:
            for path in self.directory.iterdir():
                if path.name.startswith(names):
                    path.unlink()
            for path in source.iterdir():
                if path.name.startswith(names):
                    shutil.copyfile(path, self.directory / path.name)
        self.open()
