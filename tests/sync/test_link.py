"""TLS over real sockets: a hall speaks for itself and for nobody else; each refusal has a control."""

import asyncio
import shutil
import socket
import ssl
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import Thread

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.clock import FixedClock
from appliance.errors import Refusal, TransportFailure
from appliance.signing.authority import create_authority, issue, names, read_certificate
from appliance.signing.link import SERVER, LinkKey, certify_city, certify_hall, is_for, pem_of
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.enrolment import install_ticket, load_hall_keys, make_request, write_secret
from sync.hub import links
from sync.hub.endpoints import http_app
from sync.hub.enrolment_desk import approve_request, receive_request
from sync.hub.keyring import officer_signer, renew_authority
from sync.hub.listener import link_server, peer_by_certificate
from sync.link import LINK_PEM, held_certificate, link_key, new_key, pin_keys, request_certificate
from sync.messages import HEADER_BLOB_SIZE, log_hash
from sync.transports import tls
from sync.transports.http import HttpTransport
from sync.transports.pinned import PinnedTransport, city_transport
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
def link(world, tmp_path):
    with listening(world, tmp_path) as made:
        yield made


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


# ---- the right hall ----


def test_the_first_contact_asks_for_the_certificate_and_carries_a_case_and_its_scan(link):
    world = link.world
    world.write(cases=1, blobs=(world.blob(40_000),))
    report = link.sync()
    assert (report.state, report.pushed) == ("equal", 2)
    pem = world.hall_directory / "keys" / LINK_PEM
    assert pem.stat().st_mode & 0o077 == 0
    assert links.newest(world.city_directory, HALL) == held_certificate(world.hall_directory)
    assert link.sync().state == "equal"


def test_what_goes_over_the_wire_is_tls_1_3_with_both_ends_shown(link):
    link.sync()
    context = hall_context(link.authority, link.world.hall_directory / "keys" / LINK_PEM)
    with (
        socket.create_connection(("127.0.0.1", link.port)) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.version() == "TLSv1.3"
        assert is_for(read_certificate(wrapped.getpeercert(binary_form=True)), SERVER)


def test_the_certificate_is_asked_for_again_before_its_end_and_the_key_stays(link):
    world = link.world
    link.sync()
    first = held_certificate(world.hall_directory)
    link.sync()
    assert held_certificate(world.hall_directory) == first
    world.clock.advance(timedelta(days=3 * 365 - 100))
    link.sync()
    second = held_certificate(world.hall_directory)
    assert second.not_valid_after_utc > first.not_valid_after_utc
    assert second.public_key() == first.public_key()


# ---- another hall ----


def test_a_hall_speaks_for_itself_only(link, tmp_path):
    world = link.world
    other = enrol_other(world, tmp_path / "other")
    world.write(cases=1)
    assert link.sync().state == "equal"
    with link.with_certificate(*link.certificate(OTHER)) as transport:
        for origin in (world.h2c, world.c2h):
            assert link.head(transport, origin) == (403, "other_hall")
        for verb, path in (
            ("POST", f"/v1/log/{log_hash(world.h2c)}/append"),
            ("POST", f"/v1/log/{log_hash(world.c2h)}/ack"),
            ("GET", f"/v1/log/{log_hash(world.h2c)}/records/0-2"),
            ("GET", f"/v1/log/{log_hash(world.h2c)}/tile/0/000.p/2"),
            ("GET", f"/v1/tickets/{HALL}"),
        ):
            assert transport.request(verb, path, body=b"x" if verb == "POST" else b"").body == b"other_hall\n"
        # The control: what is its own it may.
        assert link.head(transport, other.ticket.c2h_origin)[0] == 200
        assert transport.request("GET", f"/v1/tickets/{OTHER}").status == 200


# ---- whoever is not let in ----


def refused(link, certificate):
    """Give how the city answers whoever shows this: a status with its code, or the failure's code."""
    try:
        with link.with_certificate(*certificate) as transport:
            return link.head(transport)
    except TransportFailure as failure:
        return failure.code


def test_the_control_the_hall_s_own_certificate_is_let_in(link):
    assert refused(link, link.certificate())[0] == 200


def test_without_a_certificate_only_enrolment_and_the_request_for_one_are_answered(link):
    world = link.world
    with HttpTransport(link.url, tls=hall_context(link.authority, None)) as transport:
        assert link.head(transport) == (403, "no_certificate")
        put = transport.request("PUT", f"/v1/blob/{'a' * 64}/0", body=b"x", headers={HEADER_BLOB_SIZE: "1"})
        assert put.body == b"no_certificate\n"
        assert transport.request("GET", f"/v1/tickets/{HALL}").body == b"no_certificate\n"
        note = request_certificate(world.trust, LinkKey(SEED), world.keys.hall, world.clock.now())
        assert transport.request("POST", "/v1/link", body=note).status == 200


def test_a_stranger_s_authority_is_refused_in_the_handshake(link):
    key = LinkKey(bytes([7]) * 32)
    authority = create_authority(key, city="demo", now=link.world.clock.now(), random=drawn("stranger"))
    der = certify_hall(
        key,
        authority,
        hall=HALL,
        name="示范厅",
        public=LinkKey(SEED).public_bytes,
        now=link.world.clock.now(),
        random=drawn("serial"),
    )
    assert refused(link, (der, LinkKey(SEED))) in {"link_rejected", "unreachable"}


def test_a_document_certificate_of_the_same_hall_is_no_certificate_of_the_link(link):
    world, key = link.world, LinkKey(SEED)
    credential = issue(
        world.hub.keyring.authority,
        link.authority,
        hall=HALL,
        name="示范厅",
        public=key.public_bytes,
        now=world.clock.now(),
        random=drawn("serial"),
    )
    assert refused(link, (credential.certificate, key)) == (403, "wrong_usage")


def test_a_certificate_for_servers_is_refused_in_the_handshake(link):
    world, key = link.world, LinkKey(SEED)
    der = certify_city(
        world.hub.keyring.authority,
        link.authority,
        name="示范市",
        hosts=HOSTS,
        public=key.public_bytes,
        now=world.clock.now(),
        random=drawn("serial"),
    )
    assert refused(link, (der, key)) in {"link_rejected", "unreachable"}


def test_a_hall_that_the_city_does_not_know_is_refused(link):
    assert refused(link, link.certificate("42019977")) == (403, "unknown_hall")


def test_a_forwarder_on_this_machine_speaks_for_nobody(link):
    """Plain HTTP from this machine speaks for every hall; the same address over TLS without a certificate for none."""
    with HttpTransport(link.url, tls=hall_context(link.authority, None)) as transport:
        assert link.head(transport)[0] == 403


# ---- ended, revoked ----


def test_an_ended_certificate_still_appends_and_renews_and_then_does_everything(link):
    world = link.world
    old = link.certificate(at=world.clock.now() - timedelta(days=4 * 365))
    ended = read_certificate(old[0])
    assert ended.not_valid_after_utc < world.clock.now()
    with link.with_certificate(*old) as transport:
        assert link.head(transport)[0] == 200
        records = f"/v1/log/{log_hash(world.c2h)}/records/0-1"
        assert transport.request("GET", records).body == b"certificate_ended\n"
        append = transport.request("POST", f"/v1/log/{log_hash(world.h2c)}/append", body=b"not one")
        assert append.status == 400  # taken in hand: what is wrong with it is its form
    world.write(cases=2)
    link_key(world.hall_directory, lambda _size: SEED)
    write_secret(world.hall_directory / "keys" / LINK_PEM, pem_of(LinkKey(SEED), old[0]))
    assert link.sync().state == "equal"
    assert held_certificate(world.hall_directory).not_valid_after_utc > world.clock.now()


def test_an_ended_certificate_that_the_hall_s_clock_takes_for_good_is_renewed_on_the_city_s_word(link):
    world = link.world
    old = link.certificate(at=world.clock.now() - timedelta(days=4 * 365))
    link_key(world.hall_directory, lambda _size: SEED)
    write_secret(world.hall_directory / "keys" / LINK_PEM, pem_of(LinkKey(SEED), old[0]))
    behind = FixedClock(world.clock.now() - timedelta(days=4 * 365 - 5))
    with city_transport(world.hall_directory, link.url, behind) as transport:
        assert transport.request("GET", f"/v1/tickets/{HALL}").status == 200
    assert held_certificate(world.hall_directory).not_valid_after_utc > world.clock.now()


@pytest.mark.parametrize("years", [-20, -5, 5, 30])
def test_a_hall_whose_clock_is_years_off_is_not_stranded(link, years):
    world = link.world
    world.write(cases=1)
    off = FixedClock(world.clock.now() + timedelta(days=365 * years))
    with city_transport(world.hall_directory, link.url, off, random=drawn("link")) as transport:
        assert sync_once(world.hall, CityClient(transport), off).pushed == 2
    assert held_certificate(world.hall_directory) is not None


def test_the_control_with_dates_left_to_the_library_that_hall_is_stranded(link, monkeypatch):
    monkeypatch.setattr(tls, "NO_CHECK_TIME", 0)
    der, key = link.certificate()
    path = link.folder / "own.pem"
    write_secret(path, pem_of(key, der))
    # The library goes by the clock of this machine, which is years from the world's: long after the twenty of 1990.
    old_key = LinkKey(bytes([9]) * 32)
    then = datetime(1990, 1, 1, tzinfo=UTC)
    authority = create_authority(old_key, city="demo", now=then, random=drawn("old"))
    with pytest.raises(ssl.SSLError):
        handshake_with(old_key, authority, then)
    monkeypatch.undo()
    handshake_with(old_key, authority, then)


def handshake_with(key, authority, then):
    """Shake hands in memory with a server whose certificate is of that time."""
    der = certify_city(
        key,
        authority,
        name="示范市",
        hosts=HOSTS,
        public=LinkKey(SEED).public_bytes,
        now=then,
        random=drawn("serial"),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        write_secret(path, pem_of(LinkKey(SEED), der))
        server_context, client_context = city_context(authority, path), hall_context(authority, None)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(down, up, server_hostname="localhost")
    server = server_context.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    client.do_handshake()


def test_a_revoked_key_is_refused_at_once_and_gets_no_certificate_a_new_key_does(link):
    world = link.world
    with link.transport() as transport:
        assert transport.request("GET", f"/v1/tickets/{HALL}").status == 200
        links.revoke(world.city_directory, HALL)
        with pytest.raises(TransportFailure) as caught:  # on the connection that is open already
            transport.request("GET", f"/v1/tickets/{HALL}")
        assert caught.value.code == "link_revoked"
        with pytest.raises(TransportFailure) as caught:
            transport.renew()
        assert caught.value.code == "link_revoked"
    new_key(world.hall_directory)
    with city_transport(world.hall_directory, link.url, world.clock, random=drawn("second key")) as transport:
        assert transport.request("GET", f"/v1/tickets/{HALL}").status == 200


def test_a_request_that_another_hall_signed_gets_no_certificate(link, tmp_path):
    world = link.world
    enrol_other(world, tmp_path / "other")
    keys = load_hall_keys(tmp_path / "other", city="demo", hall=OTHER, epoch=1, clock=world.clock)
    forged = request_certificate(world.trust, LinkKey(SEED), keys.hall, world.clock.now())
    with HttpTransport(link.url, tls=hall_context(link.authority, None)) as transport:
        assert transport.request("POST", "/v1/link", body=forged).status == 403
        assert transport.request("POST", "/v1/link", body=b"nothing").status == 400
    assert links.newest(world.city_directory, HALL) is None


# ---- the city's end ----


def test_a_hall_sends_nothing_to_a_city_of_another_authority(world, tmp_path):
    key = LinkKey(bytes([7]) * 32)
    authority = create_authority(key, city="demo", now=world.clock.now(), random=drawn("stranger"))
    assert fails(world, tmp_path, key, authority) == "city_not_proven"


def test_the_control_the_same_server_with_the_city_s_authority_is_believed(world, tmp_path):
    keyring = world.hub.keyring
    assert fails(world, tmp_path, keyring.authority, keyring.authority_certificate) == ""


def test_a_hall_does_not_take_another_hall_or_a_document_for_its_city(world, tmp_path):
    keyring, key = world.hub.keyring, LinkKey(SEED)
    named = {"hall": HALL, "name": "localhost", "public": key.public_bytes, "now": world.clock.now()}
    for der in (
        certify_hall(keyring.authority, keyring.authority_certificate, **named, random=drawn("s")),
        issue(keyring.authority, keyring.authority_certificate, **named, random=drawn("s")).certificate,
        with_host_but_no_purpose(keyring, key, world.clock.now()),
    ):
        assert fails(world, tmp_path, keyring.authority, keyring.authority_certificate, der=der) == "city_not_proven"


def with_host_but_no_purpose(keyring, key, now):
    """Make what no part of the program issues: the right name, and good for anything."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(names("demo", "localhost"))
        .issuer_name(read_certificate(keyring.authority_certificate).subject)
        .public_key(key.public)
        .serial_number(5)
        .not_valid_before(now.astimezone(UTC))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=10))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(keyring.authority.private, hashes.SHA256()).public_bytes(Encoding.DER)


def test_another_name_than_the_certificate_s_is_refused(world, tmp_path):
    keyring = world.hub.keyring
    assert fails(world, tmp_path, keyring.authority, keyring.authority_certificate, hosts=("city.example",)) == (
        "city_not_proven"
    )


def fails(world, folder, key, authority, *, der=None, hosts=HOSTS):
    """Give the code with which a hall turns away from a city that shows this; empty when it goes on."""
    der = der or certify_city(
        key,
        authority,
        name="示范市",
        hosts=hosts,
        public=LinkKey(SEED).public_bytes,
        now=world.clock.now(),
        random=drawn("serial"),
    )
    pem = folder / "shown.pem"
    write_secret(pem, pem_of(LinkKey(SEED), der))
    heard = []

    async def app(scope, _receive, send):
        heard.append(scope["path"])
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with (
        in_thread(link_server(app, city_context(authority, pem), host="127.0.0.1", port=0)) as port,
        city_transport(world.hall_directory, f"https://localhost:{port}", world.clock) as transport,
    ):
        try:
            transport.request("GET", "/v1/log/x/checkpoint")
        except TransportFailure as failure:
            # Believed, it is asked for a certificate, which this server does not have; else nothing reaches it.
            return "" if heard == ["/v1/link"] else failure.code
    return ""


def test_a_city_certificate_that_ended_before_the_city_s_own_signed_time_is_refused(link):
    world = link.world
    ends = x509.load_pem_x509_certificate((world.city_directory / "keys" / LINK_PEM).read_bytes()).not_valid_after_utc
    assert link.sync(floor=lambda: ends - timedelta(seconds=1)).state == "equal"
    report = link.sync(floor=lambda: ends + timedelta(seconds=1))
    assert report.state == "offline"
    assert "before the city's own signed time" in report.explanation


def test_the_authorities_of_this_machine_do_not_help(link, monkeypatch):
    """A stranger that this machine believes is not believed; the control's plain client believes it."""
    key = LinkKey(bytes([7]) * 32)
    authority = create_authority(key, city="demo", now=datetime.now(UTC) - timedelta(days=1), random=drawn("stranger"))
    store = link.folder / "system.pem"
    store.write_bytes(read_certificate(authority).public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    world = replace_now(link.world)
    assert fails(world, link.folder, key, authority) == "city_not_proven"
    der = certify_city(
        key,
        authority,
        name="x",
        hosts=HOSTS,
        public=LinkKey(SEED).public_bytes,
        now=world.clock.now(),
        random=drawn("s"),
    )
    pem = link.folder / "believed.pem"
    write_secret(pem, pem_of(LinkKey(SEED), der))
    app = http_app(world.hub)
    with in_thread(link_server(app, city_context(authority, pem), host="127.0.0.1", port=0)) as port:
        assert httpx.get(f"https://localhost:{port}/v1/x", verify=ssl.create_default_context()).status_code == 404


def replace_now(world):
    return replace(world, clock=FixedClock(datetime.now(UTC)))


# ---- plain HTTP, and nothing pinned ----


def test_plain_http_leaves_this_machine_never_and_the_refusal_says_what_to_do(world):
    with pytest.raises(Refusal) as caught:
        city_transport(world.hall_directory, "http://10.0.0.1:8700", world.clock)
    assert (caught.value.code, caught.value.subject) == ("plain_http", "city_url")
    assert isinstance(city_transport(world.hall_directory, "http://127.0.0.1:8700", world.clock), HttpTransport)
    assert isinstance(city_transport(world.hall_directory, "https://127.0.0.1:8700", world.clock), PinnedTransport)


def test_before_enrolment_the_root_and_what_it_certified_are_enough_to_hand_in_a_request(link, tmp_path):
    world, fresh = link.world, tmp_path / "fresh"
    with pytest.raises(Refusal) as caught:
        city_transport(fresh, link.url, world.clock)
    assert caught.value.code == "no_city_authority"
    note = (world.city_directory / "city-keys.note").read_bytes()
    pin_keys(fresh, note, world.hub.keyring.root)
    keys = load_hall_keys(fresh, city="demo", hall=OTHER, epoch=1, clock=world.clock, random=drawn("fresh"))
    request = make_request(
        keys, city="demo", area="420199", hall_code="02", hall_name="第二厅", epoch=1, now=world.clock.now()
    )
    with city_transport(fresh, link.url, world.clock) as transport:
        assert CityClient(transport).enrol(request) is None


def test_the_newest_note_of_the_root_counts_and_an_older_one_is_not_taken_back(world):
    old = (world.city_directory / "city-keys.note").read_bytes()
    world.clock.advance(timedelta(days=30))
    renew_authority(
        world.city_directory, world.city_directory / "handover" / "root.seed", clock=world.clock, random=drawn("r")
    )
    new = (world.city_directory / "city-keys.note").read_bytes()
    root = world.hub.keyring.root
    pin_keys(world.hall_directory, new, root)
    with pytest.raises(Refusal) as caught:
        pin_keys(world.hall_directory, old, root)
    assert caught.value.code == "older_city_keys"


def test_a_hall_that_believes_the_authority_s_older_certificate_reaches_a_city_that_renewed_it(world, tmp_path):
    world.clock.advance(timedelta(days=30))
    renew_authority(
        world.city_directory, world.city_directory / "handover" / "root.seed", clock=world.clock, random=drawn("r")
    )
    world.reopen_hub()
    world.write(cases=1)
    with listening(world, tmp_path) as link:
        assert link.sync().state == "equal"


def test_the_city_s_certificate_is_made_again_for_other_names_and_before_its_end(world):
    def ensure(hosts, **more):
        return links.ensure_server(
            world.city_directory,
            world.hub.keyring,
            name="示范市",
            hosts=hosts,
            clock=world.clock,
            random=drawn("server"),
            **more,
        )[2]

    assert [ensure(HOSTS), ensure(HOSTS), ensure((*HOSTS, "10.1.2.3")), ensure((*HOSTS, "10.1.2.3"))] == [
        True,
        False,
        True,
        False,
    ]
    world.clock.advance(timedelta(days=3 * 365 - 100))
    assert ensure((*HOSTS, "10.1.2.3"))
    with pytest.raises(Refusal) as caught:
        ensure(())
    assert (caught.value.code, caught.value.subject) == ("no_link_hosts", "link_hosts")


def test_a_lost_certificate_file_is_made_again(link):
    link.sync()
    (link.world.hall_directory / "keys" / LINK_PEM).unlink()
    assert link.sync().state == "equal"
    shutil.rmtree(link.world.city_directory / "links")
    assert link.sync().state == "equal"
