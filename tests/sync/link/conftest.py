"""A city that listens over TLS on a real socket, and ways to it."""

import asyncio
from contextlib import contextmanager
from hashlib import sha256
from random import Random
from threading import Thread

import pytest

from appliance.signing.link import LinkKey, certify_hall, pem_of
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, make_request, write_secret
from sync.hub import links
from sync.hub.endpoints import http_app
from sync.hub.enrolment_desk import approve_request, receive_request
from sync.hub.keyring import officer_signer
from sync.hub.listener import link_server, peer_by_certificate
from sync.messages import log_hash
from sync.transports.http import HttpTransport
from sync.transports.pinned import city_transport
from sync.transports.tls import city_context, hall_context

HALL, OTHER = "42019901", "42019902"
HOSTS = ("localhost", "127.0.0.1")
SEED = bytes(range(32))


def drawn(label):
    return Random(label).randbytes


@contextmanager
def in_thread(server):
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # refused handshakes are the tests' own doing
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = asyncio.run_coroutine_threadsafe(server.serve(), loop)

    async def started():
        while not server.started:  # noqa: ASYNC110 - the server tells it by no event
            await asyncio.sleep(0.01)
        return server.servers[0].sockets[0].getsockname()[1]

    try:
        yield asyncio.run_coroutine_threadsafe(started(), loop).result(10)
    finally:
        server.should_exit = server.force_exit = True
        running.result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class Link:
    """A city that listens over TLS, and ways to it."""

    def __init__(self, world, port, folder):
        self.world, self.port, self.folder = world, port, folder
        self.authority = world.hub.keyring.authority_certificate

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def transport(self, **more):
        return city_transport(self.world.hall_directory, self.url, self.world.clock, random=drawn("link"), **more)

    def sync(self, **more):
        with self.transport(**more) as transport:
            return sync_once(self.world.hall, CityClient(transport), self.world.clock)

    def with_certificate(self, der, key):
        """Give the way there of whoever holds this certificate and its key."""
        path = self.folder / f"{sha256(der).hexdigest()[:8]}.pem"
        write_secret(path, pem_of(key, der))
        return HttpTransport(self.url, tls=hall_context(self.authority, path))

    def certificate(self, hall=HALL, *, at=None, seed=SEED):
        key = LinkKey(seed)
        der = certify_hall(
            self.world.hub.keyring.authority,
            self.authority,
            hall=hall,
            name="示范厅",
            public=key.public_bytes,
            now=at or self.world.clock.now(),
            random=drawn("serial"),
        )
        return der, key

    def head(self, transport, origin=None):
        answer = transport.request("GET", f"/v1/log/{log_hash(origin or self.world.c2h)}/checkpoint")
        return answer.status, answer.body.decode().strip()


@contextmanager
def listening(world, folder, *, pem=None, port=0):
    keyring = world.hub.keyring
    made, _, _ = links.ensure_server(
        world.city_directory, keyring, name="示范市", hosts=HOSTS, clock=world.clock, random=drawn("server")
    )
    context = city_context(keyring.authority_certificate, pem or made)
    app = http_app(world.hub, peer=peer_by_certificate(world.hub))
    with in_thread(link_server(app, context, host="127.0.0.1", port=port)) as bound:
        yield Link(world, bound, folder)


@pytest.fixture
def serving():
    """Run a TLS listener in a thread of its own; gives its port."""
    return in_thread


@pytest.fixture
def listen():
    """Run a world's city over TLS; gives its `Link`."""
    return listening


@pytest.fixture
def link(world, tmp_path):
    with listening(world, tmp_path) as made:
        yield made


@pytest.fixture
def other(world, tmp_path):
    """A second hall of the same city; gives its directory and its trust."""
    return tmp_path / "other", enrol_other(world, tmp_path / "other")


def enrol_other(world, directory):
    """Enrol a second hall; gives its directory, trust and keys."""
    keys = load_hall_keys(directory, city="demo", hall=OTHER, epoch=1, clock=world.clock, random=drawn("other"))
    request = make_request(
        keys, city="demo", area="420199", hall_code="02", hall_name="第二厅", epoch=1, now=world.clock.now()
    )
    assert receive_request(world.city_directory, request) is None
    keyring = world.hub.keyring
    for officer in ("a", "b"):
        signer = officer_signer(world.city_directory / "handover" / f"officer-{officer}.seed", keyring)
        digest = sha256(request).hexdigest()
        approve_request(world.city_directory, digest, signer, keyring, world.clock, drawn("c2h-other"))
    world.hub.adopt()
    return install_ticket(directory, receive_request(world.city_directory, request), keyring.root, clock=world.clock)
