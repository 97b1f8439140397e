"""Real sockets through a proxy that cuts: at every class of byte of an append and of a blob part, and after N bytes.

Whatever is cut, each sync leaves both sides with whole, verified bytes, the next ones go on from there, and in the end
both sides hold the same, once.
"""

import asyncio
import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from random import Random
from threading import Thread

import pytest
import uvicorn

from appliance.store.event_store import iterate
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.board import cases
from sync.hub.endpoints import http_app
from sync.hub.publish import publish_pack
from sync.messages import BLOB_PIECE_BYTES_MIN
from sync.pace import Amount
from sync.transports.http import HttpTransport

# What a link of 64 kbit/s carries in the twenty seconds that it lives.
LIFE_BYTES = 64_000 // 8 * 20
APPEND, PART = re.compile(rb"POST \S+/append"), re.compile(rb"PUT \S+/blob/")
PLACES = (
    "before the request",
    "first byte of the head",
    "in the head",
    "after the head",
    "first byte of the body",
    "in the body",
    "last byte of the body",
    "before the answer",
    "in the answer's head",
    "after the answer's head",
    "in the answer's last byte",
)


class Cut(Exception):
    """The connection ends here."""


class Proxy:
    """Carries HTTP between a hall and its city, and cuts.

    ``target`` and ``place`` say which requests are cut and where, ``times`` how often; ``life`` is how many bytes a
    connection carries in both directions before it dies. ``heads`` are the requests that reached the proxy.
    """

    def __init__(self, port):
        self.port, self.heads = port, []
        self.target = self.place = self.life = None
        self.times = self.cuts = 0

    async def serve(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        link = [self.life]
        try:
            while True:
                await self.exchange((reader, writer), (there, back), link)
        except (Cut, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for one in (writer, back):
                with suppress(ConnectionError):
                    one.close()

    async def exchange(self, hall, city, link):
        head, body = await read_message(hall[0])
        self.heads.append((head.split(b"\r\n")[0], len(body)))
        place = None
        if self.target and self.target.match(head) and body and self.cuts < self.times:
            place = PLACES.index(self.place)
            self.cuts += 1
        ends = (0, 1, len(head) // 2, len(head), len(head) + 1, len(head) + len(body) // 2, len(head) + len(body) - 1)
        await self.carry(head + body, city[1], link, ends[place] if place is not None and place < len(ends) else None)
        answered, content = await read_message(city[0], without_body=head.startswith(b"HEAD"))
        last = len(answered) + len(content) - 1
        ends = (0, len(answered) // 2, min(len(answered), last), last)
        at = ends[place - 7] if place is not None else None
        await self.carry(answered + content, hall[1], link, at)

    async def carry(self, content, writer, link, at):
        allowed = len(content) if at is None else at
        if link[0] is not None:
            allowed = min(allowed, link[0])
            link[0] -= allowed
        writer.write(content[:allowed])
        await writer.drain()
        if allowed < len(content):
            raise Cut


async def read_message(reader, *, without_body=False):
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    if without_body or not found:
        return head, b""
    return head, await reader.readexactly(int(found[1]))


@contextmanager
def in_thread(main):
    """Run a coroutine function that gives (port, stop) once it listens, in a loop and a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made, stop = asyncio.run_coroutine_threadsafe(main(), loop).result(10)
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def listening(app):
    async def main():
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
        running = asyncio.ensure_future(server.serve())
        while not server.started:  # noqa: ASYNC110 - the server tells it by no event
            await asyncio.sleep(0.01)
        proxy = Proxy(server.servers[0].sockets[0].getsockname()[1])
        front = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=2**22)

        async def stop():
            front.close()
            server.should_exit = server.force_exit = True
            await running

        return (proxy, front.sockets[0].getsockname()[1]), stop

    return in_thread(main)


class Link:
    """A hall that syncs with its city through the proxy."""

    def __init__(self, world, proxy, transport):
        self.world, self.proxy, self.transport = world, proxy, transport

    def sync(self):
        return sync_once(self.world.hall, CityClient(self.transport), self.world.clock)

    def until_equal(self, syncs_max):
        """Sync until both sides are equal; each sync must have moved something, or made the messages smaller."""
        before = None
        for number in range(1, syncs_max + 1):
            report = self.sync()
            if report.state == "equal":
                return number
            pace = self.world.hall.contact().detail["pace"]
            now = (report.city_size, report.down_size, report.scan_bytes, tuple(sorted(pace.items())))
            assert report.moved or now != before, f"sync {number} got nowhere: {report}"
            before = now
        return None


@pytest.fixture
def link(world):
    with listening(http_app(world.hub)) as (proxy, port), HttpTransport(f"http://127.0.0.1:{port}") as transport:
        yield Link(world, proxy, transport)


def assert_same_and_once(world):
    for origin in (world.h2c, world.c2h):
        there = [record.entry for record in iterate(world.hub.store.reader(), origin)]
        assert [record.entry for record in iterate(world.store.reader(), origin)] == there
        assert len(set(there)) == len(there)
    size = world.hall.own().size
    assert world.hall.cosigned_size() == size
    assert len(cases(world.hub)) == size - 1
    for _, digests in world.hall.blob_names(0, size):
        assert all(world.hub.store.blobs.has(digest) for digest in digests)
    assert not list((world.city_directory / "incoming").glob("*/*"))


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("target", [APPEND, PART], ids=["append", "part"])
def test_a_cut_at_every_class_of_byte_is_healed(link, target, place, times):
    world, proxy = link.world, link.proxy
    world.write(cases=4)
    world.write(blobs=(world.blob(70_000),))
    proxy.target, proxy.place, proxy.times = target, place, times
    states = [link.sync().state for _ in range(times + 1)]
    assert states[0] == "offline"
    assert states[-1] == "equal"
    # A part whose answer alone was lost is there already: the next sync finds it and sends nothing that could be cut.
    assert proxy.cuts == states.count("offline") == (1 if target is PART and "answer" in place else times)
    assert_same_and_once(world)
    assert link.sync().pushed == 0


def test_records_go_before_scans(link):
    world = link.world
    world.write(blobs=(world.blob(50_000),))
    world.write(cases=9)
    assert link.sync().state == "equal"
    lines = [line for line, size in link.proxy.heads if size]
    last_append = max(number for number, line in enumerate(lines) if APPEND.match(line))
    first_part = min(number for number, line in enumerate(lines) if PART.match(line))
    assert last_append < first_part


def fill(world):
    random = Random(5)
    publish_pack(
        world.hub, "staff", {"staff": [{"id": f"C{n:04d}", "name": random.randbytes(600).hex()} for n in range(300)]}
    )
    world.write(cases=90)
    world.write(blobs=(world.blob(2**20 + 300_000), world.blob(90_000, "second")))


def test_a_link_of_64_kbit_that_lives_twenty_seconds_makes_progress(link):
    fill(link.world)
    link.proxy.life = LIFE_BYTES
    assert link.until_equal(syncs_max=50)
    assert_same_and_once(link.world)


def test_a_link_that_carries_little_more_than_the_smallest_piece_makes_progress(link):
    world = link.world
    world.write(cases=60)
    world.write(blobs=(world.blob(150_000),))
    link.proxy.life = BLOB_PIECE_BYTES_MIN + 6_000
    assert link.until_equal(syncs_max=60)
    assert_same_and_once(world)


def test_without_shrinking_the_same_link_never_ends(link, monkeypatch):
    """The control: whoever sends the same size again and again gets nowhere."""
    fill(link.world)
    link.proxy.life = LIFE_BYTES
    monkeypatch.setattr(Amount, "shrunk", lambda self, _carried: replace(self, arrived=0))
    assert [link.sync().state for _ in range(20)] == ["offline"] * 20
