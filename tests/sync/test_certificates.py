"""The hall's certificate comes with its log and is renewed in time; only the root makes the authority."""

import base64
from datetime import timedelta

import pytest

from appliance.clock import parse_time
from appliance.domain.entry import read_event
from appliance.domain.events import CertificateIssued
from appliance.errors import Invalid
from appliance.ledger.signer import LogSigner
from appliance.signing.authority import check_credential
from appliance.signing.values import Credential
from appliance.store.event_store import iterate
from sync.enrolment import write_file
from sync.hub.certificates import certify, newest
from sync.hub.keyring import load_keyring, renew_authority


def certificates(world):
    size = world.hub.stored(world.trust.c2h).size
    events = [
        read_event(record.entry, record.private)[1] for record in iterate(world.hub.store.reader(), world.c2h, 0, size)
    ]
    return [event for event in events if isinstance(event, CertificateIssued)]


def test_a_new_hall_gets_a_certificate_for_the_key_that_both_officers_approved(world):
    (event,) = certificates(world)
    assert event.public == world.trust.ticket.document_key == world.keys.document.public_bytes.hex()
    parts = {name: base64.b64decode(getattr(event, name)) for name in ("certificate", "authority", "code")}
    said = check_credential(Credential(**parts), world.keys.document.public_bytes)
    assert (said.hall, said.name) == ("42019901", "示范区政务服务大厅")
    # The hall knows the authority from the root down, before any entry came.
    assert base64.b64decode(world.trust.keys.authority) == parts["authority"]


def test_a_certificate_is_renewed_by_a_contact_half_a_year_before_its_end_and_not_before(world):
    (first,) = certificates(world)
    world.sync()
    assert len(certificates(world)) == 1
    world.clock.advance(parse_time(first.ends) - world.clock.now() - timedelta(days=170))
    world.write()
    assert world.sync().state == "equal"
    again = certificates(world)
    assert len(again) == 2
    assert parse_time(again[1].ends) > parse_time(first.ends)
    world.write()
    world.sync()
    assert len(certificates(world)) == 2


def test_an_authority_that_got_a_new_certificate_certifies_again_and_the_root_is_needed(world):
    stranger = LogSigner("demo/root", b"x" * 32)
    path = world.city_directory / "stranger.seed"
    write_file(path, (b"x" * 32).hex().encode(), mode=0o600)
    assert stranger.verifier != world.root
    with pytest.raises(Invalid) as refused:
        renew_authority(world.city_directory, path, clock=world.clock, random=lambda count: b"r" * count)
    assert refused.value.code == "not_the_root"
    before = load_keyring(world.city_directory, world.clock)
    renewed = renew_authority(
        world.city_directory,
        world.city_directory / "handover" / "root.seed",
        clock=world.clock,
        random=lambda count: b"r" * count,
    )
    assert renewed.keys.serial == before.keys.serial + 1
    assert renewed.authority.public_bytes == before.authority.public_bytes
    world.reopen_hub()  # a city that starts again issues what is missing
    assert len(certificates(world)) == 2
    assert newest(world.hub.store.reader(), world.c2h).authority == renewed.keys.authority
    assert not certify(world.hub, world.trust)
