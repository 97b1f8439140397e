import hashlib
import importlib.util
from concurrent.futures import wait
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.events import CaseAssigned, CaseStepReturned, EpochOpened
from appliance.ledger.signer import LogSigner
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.connection import open_database
from appliance.store.store import open_store

OWN = "wuhan-demo/42019901/h2c/e1"
OTHER = "wuhan-demo/42019901/c2h/e1"
CLERK = Actor(id="W001", role=Role.WINDOW_CLERK, window="03")


class SmallProjector:
    """Two read models that keep what they saw, in the order they saw it."""

    def __init__(self, *, version=1, waits_for=frozenset(), fails_for=frozenset()):
        self.version = version
        self.waits_for = set(waits_for)
        self.fails_for = set(fails_for)

    def schemas(self):
        return [
            (
                "seen",
                f"""CREATE TABLE seen (place INTEGER PRIMARY KEY, origin TEXT, idx INTEGER, type TEXT, case_no TEXT,
                handler TEXT) -- {self.version}
                ;CREATE INDEX seen_by_case ON seen (case_no)""",
            ),
            (
                "words",
                "CREATE VIRTUAL TABLE words USING fts5 (reason, content='', contentless_delete=1)",
            ),
        ]

    def ready(self, applied):
        return (applied.origin, applied.index) not in self.waits_for

    def forget(self, connection, places):
        return not places

    def apply(self, connection, applied):
        if (applied.origin, applied.index) in self.fails_for:
            raise ValueError("content that no read model takes")
        connection.execute(
            "INSERT INTO seen (origin, idx, type, case_no, handler) VALUES (?, ?, ?, ?, ?)",
            (
                applied.origin,
                applied.index,
                applied.meta.type,
                applied.meta.case,
                getattr(applied.event, "handler", ""),
            ),
        )
        if isinstance(applied.event, CaseStepReturned):
            connection.execute(
                "INSERT INTO words (rowid, reason) VALUES (last_insert_rowid(), ?)", (applied.event.reason,)
            )


class Random:
    """Repeatable bytes that never repeat within a test."""

    def __init__(self, seed="0"):
        self.seed = seed
        self.count = 0

    def __call__(self, size):
        self.count += 1
        return hashlib.shake_128(f"{self.seed}/{self.count}".encode()).digest(size)


class Hall:
    """A data directory that a test opens, closes and opens again."""

    def __init__(self, directory):
        self.directory = directory
        self.clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI))
        self.projector = SmallProjector()
        self.signer = LogSigner(OWN, b"\1" * 32)
        self.city = LogSigner(OTHER, b"\2" * 32)
        self.random = Random()
        self.own, self.other, self.clerk = OWN, OTHER, CLERK
        self.store = None
        self.made = 0
        self.options = {}

    def open(self, **options):
        self.store = open_store(
            self.directory,
            clock=self.clock,
            projector=self.projector,
            signers={OWN: self.signer},
            mirrors={OTHER: self.city.verifier},
            random=self.random,
            **{**self.options, **options},
        )
        return self.store

    def close(self):
        if self.store is not None:
            self.store.close()
            self.store = None

    def reopen(self, **options):
        self.close()
        return self.open(**options)

    def key(self):
        self.made += 1
        return f"01900000-0000-7000-8000-{self.made:012d}"

    def change(self, *events, key=None, actor=CLERK, content=None, case="420199-01", result=None, local=()):
        events = events or (CaseAssigned(handler="H1", department="d1"),)
        key = key or self.key()
        entries = tuple(event if isinstance(event, NewEntry) else NewEntry(event, case=case) for event in events)
        content = content if content is not None else repr([(item.event.TYPE, item.case) for item in entries]).encode()
        answer = {"case": case} if result is None else result
        return Change(key, actor, content, lambda _: Decision(entries, answer, tuple(local)))

    def do(self, *events, **options):
        return self.store.writer.submit(self.change(*events, **options)).result(20)

    def do_all(self, changes):
        futures = [self.store.writer.submit(change) for change in changes]
        wait(futures, 30)
        return futures

    def found(self, epoch=EpochOpened()):  # noqa: B008 - an immutable value
        return self.do(epoch, case=None)

    def later(self, **by):
        self.clock.advance(timedelta(**by))

    def seen(self):
        return self.store.reader().execute("SELECT origin, idx, type, handler FROM seen ORDER BY place").fetchall()


@pytest.fixture
def hall(tmp_path):
    made = Hall(tmp_path / "hall")
    yield made
    made.close()


@pytest.fixture
def open_hall(hall):
    hall.open()
    hall.found()
    return hall


@pytest.fixture
def hall_at():
    """Make further halls, in directories of the test's choice; all are closed at its end."""
    made = []

    def make(directory):
        made.append(Hall(directory))
        return made[-1]

    yield make
    for item in made:
        item.close()


@pytest.fixture
def small_projector():
    return SmallProjector


@pytest.fixture
def city_records(open_hall):
    """Append entries of the city's log to the hall's copy, as the sync agent would."""
    from appliance.domain.entry import build_entry  # noqa: PLC0415
    from appliance.domain.events import PackPublished  # noqa: PLC0415
    from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint  # noqa: PLC0415
    from appliance.ledger.merkle import Frontier, leaf_hash  # noqa: PLC0415
    from appliance.ledger.records import Record  # noqa: PLC0415
    from appliance.store.change import MirrorAppend  # noqa: PLC0415

    state = {"frontier": Frontier.empty()}

    def make(count=1, *, spoil=None, entries=None, **changes):
        old = state["frontier"]
        records = []
        for place in range(count):
            built = build_entry(
                PackPublished(name="items", version=old.size + place, sha256="0" * 64),
                cmd=f"city-{old.size + place}",
                n=0,
                t="2026-11-23T10:00:00.000+08:00",
                clk="ok",
                seen=0,
                case=None,
                actor=CLERK,
                blobs=(),
                salt=b"",
            )
            records.append(Record(built.entry))
        records = entries or records
        frontier, _ = old.extend([leaf_hash(record.entry) for record in records])
        checkpoint = Checkpoint(OTHER, frontier.size, frontier.root())
        append = MirrorAppend(OTHER, old.size, tuple(records), sign_checkpoint(checkpoint, open_hall.city), checkpoint)
        if spoil is not None:
            append = spoil(append)
        done = open_hall.store.writer.mirror(append).result(20)
        state["frontier"] = frontier
        return done

    return make


@pytest.fixture(scope="session")
def fault_disk():
    """Give the module with the disk in memory."""
    spec = importlib.util.spec_from_file_location("store_fault_disk", Path(__file__).with_name("fault_disk.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def on_disk(fault_disk):
    """Let a hall live on a disk in memory; gives the open options."""
    served = []

    def options(disk, *, synchronous="FULL", syncs=True):
        vfs = fault_disk.DiskVFS(f"disk{id(disk)}", disk)
        served.append(vfs)

        def connect(*, read_only):
            return open_database(
                "/hall.db", read_only=read_only, vfs=f"disk{id(disk)}", exclusive=True, synchronous=synchronous
            )

        return {"connect": connect, "journal_files": fault_disk.DiskJournalFiles(disk, syncs=syncs)}

    yield options
    for vfs in served:
        vfs.unregister()
