"""TLS over real sockets: a hall speaks for itself and for nobody else; each refusal has a control."""

import socket
from datetime import timedelta
from random import Random

from appliance.errors import TransportFailure
from appliance.signing.authority import create_authority, issue, read_certificate
from appliance.signing.link import SERVER, LinkKey, certify_city, certify_hall, is_for
from sync.hub import links
from sync.link import LINK_PEM, held_certificate, request_certificate
from sync.messages import HEADER_BLOB_SIZE, log_hash
from sync.transports.http import HttpTransport
from sync.transports.tls import hall_context

HALL, OTHER = "42019901", "42019902"
HOSTS = ("localhost", "127.0.0.1")
SEED = bytes(range(32))


def drawn(label):
    return Random(label).randbytes


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


def test_a_hall_speaks_for_itself_only(link, other):
    world = link.world
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
        assert link.head(transport, other[1].ticket.c2h_origin)[0] == 200
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
