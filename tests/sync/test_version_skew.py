"""Halls and cities of two releases: what the one writes and the other does not know is stored, signed and waited for.

The newer release knows a type more, a type in a higher version, or a field more; it is made by a patch that is there
while the newer side works and gone while the older does. After the older side's upgrade its read models are made again
(protocol §2), over the link as by stick.
"""

from contextlib import contextmanager
from typing import ClassVar
from uuid import uuid4

import msgspec
import pytest

from appliance.domain import entry as entry_module
from appliance.domain.actor import SYSTEM
from appliance.domain.events import EVENTS, CaseReceived, LeaseGranted
from appliance.store.appending import unknown_types
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import iterate
from appliance.store.store import open_store
from sync.hall import direct_hall
from sync.hub.board import cases, flags_of

HALL = "42019901"
SKEWS = ("type", "version", "field")


class CaseForeseen(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    TYPE: ClassVar = "case.foreseen"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = "预见"
    PERSONAL: ClassVar = frozenset({"words"})
    words: str


class LaterReceived(CaseReceived, frozen=True, omit_defaults=True, kw_only=True):
    VERSION: ClassVar = 2
    mood: str = ""


class WiderReceived(CaseReceived, frozen=True, omit_defaults=True, kw_only=True):
    mood: str = ""


class CitySaid(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    TYPE: ClassVar = "city.said"
    VERSION: ClassVar = 1
    DISPLAY: ClassVar = "市级说"
    PERSONAL: ClassVar = frozenset()
    code: str


class LaterLease(LeaseGranted, frozen=True, omit_defaults=True, kw_only=True):
    VERSION: ClassVar = 2
    mood: str = ""


class WiderLease(LeaseGranted, frozen=True, omit_defaults=True, kw_only=True):
    mood: str = ""


@contextmanager
def newer(kind):
    """Work as the release that knows a kind of event more, or more of it."""
    before = dict(EVENTS)
    EVENTS[kind.TYPE] = kind
    entry_module._decoder_of.cache_clear()
    try:
        yield
    finally:
        EVENTS.clear()
        EVENTS.update(before)
        entry_module._decoder_of.cache_clear()


class Tables:
    """A hall's read model that keeps which class each entry was read as."""

    blobs = None

    def schemas(self):
        return (("seen", "CREATE TABLE seen (origin TEXT, idx INTEGER, kind TEXT)"),)

    def ready(self, _applied):
        return True

    def apply(self, connection, applied):
        row = (applied.origin, applied.index, type(applied.event).__name__)
        connection.execute("INSERT INTO seen VALUES (?, ?, ?)", row)


@pytest.fixture
def world(world_with):
    made = world_with(Tables())
    made.write(cases=2)
    assert made.sync().state == "equal"
    return made


@pytest.fixture
def carry(world, stick):
    """Bring both sides to the same logs, over the link or by stick."""

    def go(way):
        if way == "link":
            for _ in range(2):
                assert world.sync().state == "equal"
        else:
            for _ in range(2):
                stick.round()

    return go


def same(world, origin):
    """Give a log's records, which are the same bytes at both ends."""
    here, there = (list(iterate(store.reader(), origin)) for store in (world.store, world.hub.store))
    assert here == there
    return here


def flagged(world):
    return [one["kind"] for one in flags_of(world.hub, HALL)]


def reopened(world):
    """Open the hall again, as its next release does."""
    world.store.close()
    tables = Tables()
    world.store = open_store(
        world.hall_directory,
        clock=world.clock,
        projector=tables,
        signers={world.h2c: world.keys.h2c},
        mirrors={world.c2h: world.trust.c2h},
    )
    world.hall = direct_hall(world.store, world.hall_directory, world.trust, world.keys, world.clock)


def read_as(world, index):
    return world.store.reader().execute("SELECT kind FROM seen WHERE origin = ? AND idx = ?", (world.c2h, index)).get


def of_hall(received, skew):
    fields = msgspec.structs.asdict(received)
    return {
        "type": CaseForeseen(words="下雪"),
        "version": LaterReceived(**fields, mood="好"),
        "field": WiderReceived(**fields, mood="好"),
    }[skew]


def of_city(skew):
    until = "2026-12-31T00:00:00.000+08:00"
    return {"type": CitySaid(code="1"), "version": LaterLease(until=until, mood="好")}.get(
        skew, WiderLease(until=until, mood="好")
    )


@pytest.mark.parametrize("way", ["link", "stick"])
@pytest.mark.parametrize("skew", SKEWS)
def test_a_newer_hall_and_an_older_city(world, carry, receipt_of_window, skew, way):
    event, number = of_hall(receipt_of_window, skew), "S42019901000000ZZ"
    with newer(type(event)):
        world.write(case="S4201990100000001" if skew == "type" else number, event=event)
    world.write(case="S42019901000000YY")
    carry(way)
    records = same(world, world.h2c)
    assert any("好".encode() in record.entry for record in records) or skew == "type"
    unknown = skew != "field"
    assert ("unknown_type" in flagged(world)) is unknown
    listed = {case.case_no for case in cases(world.hub)}
    assert "S42019901000000YY" in listed  # what came after is read as ever
    assert (number in listed) is (skew == "field")
    with newer(type(event)):
        world.reopen_hub()
        assert "unknown_type" not in flagged(world)
        assert (number in {case.case_no for case in cases(world.hub)}) is (skew != "type")
        assert unknown_types(world.hub.store.reader()) == frozenset()
    same(world, world.h2c)


@pytest.mark.parametrize("way", ["link", "stick"])
@pytest.mark.parametrize("skew", SKEWS)
def test_a_newer_city_and_an_older_hall(world, carry, skew, way):
    event = of_city(skew)
    with newer(type(event)):
        decision = Decision((NewEntry(event=event, log=world.c2h),), {})
        outcome = world.hub.store.writer.submit(Change(str(uuid4()), SYSTEM, b"said", lambda _: decision)).result()
    carry(way)
    same(world, world.c2h)
    unknown = skew != "field"
    assert read_as(world, outcome.first) == ("UnknownEvent" if unknown else "LeaseGranted")
    assert unknown_types(world.store.reader()) == ({(event.TYPE, event.VERSION)} if unknown else frozenset())
    alarms = "SELECT count(*) FROM outbox WHERE kind = 'alarm.entry_unknown'"
    assert world.store.reader().execute(alarms).get == int(unknown)
    world.write(cases=1)
    carry(way)
    same(world, world.h2c)
    reopened(world)  # the same release once more: nothing is learned
    assert read_as(world, outcome.first) == ("UnknownEvent" if unknown else "LeaseGranted")
    with newer(type(event)):
        reopened(world)
        # A field more makes nothing unknown, so nothing is made again for it.
        assert read_as(world, outcome.first) == (type(event).__name__ if unknown else "LeaseGranted")
        assert unknown_types(world.store.reader()) == frozenset()
        carry(way)
    same(world, world.c2h)
