"""A hall believes the city's own authority, and no other that this machine may believe."""

import shutil
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.clock import FixedClock
from appliance.errors import Refusal, TransportFailure
from appliance.signing.authority import create_authority, issue, names, read_certificate
from appliance.signing.link import LinkKey, certify_city, certify_hall, pem_of
from sync.city_client import CityClient
from sync.enrolment import load_hall_keys, make_request, write_secret
from sync.hub import links
from sync.hub.endpoints import http_app
from sync.hub.keyring import renew_authority
from sync.hub.listener import link_server
from sync.link import LINK_PEM, pin_keys
from sync.transports.http import HttpTransport
from sync.transports.pinned import PinnedTransport, city_transport
from sync.transports.tls import city_context

HALL, OTHER = "42019901", "42019902"
HOSTS = ("localhost", "127.0.0.1")
SEED = bytes(range(32))


def drawn(label):
    return Random(label).randbytes


# ---- the city's end ----


def test_a_hall_sends_nothing_to_a_city_of_another_authority(serving, world, tmp_path):
    key = LinkKey(bytes([7]) * 32)
    authority = create_authority(key, city="demo", now=world.clock.now(), random=drawn("stranger"))
    assert fails(serving, world, tmp_path, key, authority) == "city_not_proven"


def test_the_control_the_same_server_with_the_city_s_authority_is_believed(serving, world, tmp_path):
    keyring = world.hub.keyring
    assert fails(serving, world, tmp_path, keyring.authority, keyring.authority_certificate) == ""


def test_a_hall_does_not_take_another_hall_or_a_document_for_its_city(serving, world, tmp_path):
    keyring, key = world.hub.keyring, LinkKey(SEED)
    named = {"hall": HALL, "name": "localhost", "public": key.public_bytes, "now": world.clock.now()}
    for der in (
        certify_hall(keyring.authority, keyring.authority_certificate, **named, random=drawn("s")),
        issue(keyring.authority, keyring.authority_certificate, **named, random=drawn("s")).certificate,
        with_host_but_no_purpose(keyring, key, world.clock.now()),
    ):
        assert (
            fails(serving, world, tmp_path, keyring.authority, keyring.authority_certificate, der=der)
            == "city_not_proven"
        )


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


def test_another_name_than_the_certificate_s_is_refused(serving, world, tmp_path):
    keyring = world.hub.keyring
    assert fails(
        serving, world, tmp_path, keyring.authority, keyring.authority_certificate, hosts=("city.example",)
    ) == ("city_not_proven")


def fails(serving, world, folder, key, authority, *, der=None, hosts=HOSTS):
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
        serving(link_server(app, city_context(authority, pem), host="127.0.0.1", port=0)) as port,
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


def test_the_authorities_of_this_machine_do_not_help(serving, link, monkeypatch):
    """A stranger that this machine believes is not believed; the control's plain client believes it."""
    key = LinkKey(bytes([7]) * 32)
    authority = create_authority(key, city="demo", now=datetime.now(UTC) - timedelta(days=1), random=drawn("stranger"))
    store = link.folder / "system.pem"
    store.write_bytes(read_certificate(authority).public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    world = replace_now(link.world)
    assert fails(serving, world, link.folder, key, authority) == "city_not_proven"
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
    with serving(link_server(app, city_context(authority, pem), host="127.0.0.1", port=0)) as port:
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


def test_a_hall_that_believes_the_authority_s_older_certificate_reaches_a_city_that_renewed_it(listen, world, tmp_path):
    world.clock.advance(timedelta(days=30))
    renew_authority(
        world.city_directory, world.city_directory / "handover" / "root.seed", clock=world.clock, random=drawn("r")
    )
    world.reopen_hub()
    world.write(cases=1)
    with listen(world, tmp_path) as link:
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
