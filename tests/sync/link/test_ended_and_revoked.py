"""Certificates that have ended, clocks that are years off, keys that were revoked."""

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from appliance.clock import FixedClock
from appliance.errors import TransportFailure
from appliance.signing.authority import create_authority, read_certificate
from appliance.signing.link import LinkKey, certify_city, pem_of
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.enrolment import load_hall_keys, write_secret
from sync.hub import links
from sync.link import LINK_PEM, held_certificate, link_key, new_key, request_certificate
from sync.messages import log_hash
from sync.transports import tls
from sync.transports.http import HttpTransport
from sync.transports.pinned import city_transport
from sync.transports.tls import city_context, hall_context

HALL, OTHER = "42019901", "42019902"
HOSTS = ("localhost", "127.0.0.1")
SEED = bytes(range(32))


def drawn(label):
    return Random(label).randbytes


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
        # Another process takes the new key, as `hall link renew --new-key` does; the agent goes on with it.
        with city_transport(world.hall_directory, link.url, world.clock, random=drawn("second key")) as beside:
            assert beside.request("GET", f"/v1/tickets/{HALL}").status == 200
        assert transport.request("GET", f"/v1/tickets/{HALL}").status == 200


def test_a_request_that_another_hall_signed_gets_no_certificate(link, other):
    world = link.world
    keys = load_hall_keys(other[0], city="demo", hall=OTHER, epoch=1, clock=world.clock)
    forged = request_certificate(world.trust, LinkKey(SEED), keys.hall, world.clock.now())
    with HttpTransport(link.url, tls=hall_context(link.authority, None)) as transport:
        assert transport.request("POST", "/v1/link", body=forged).status == 403
        assert transport.request("POST", "/v1/link", body=b"nothing").status == 400
    assert links.newest(world.city_directory, HALL) is None
