import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.errors import Conflict, Forbidden, HallmarkError, IntegrityFailure, Invalid, NotFound
from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.note import Note, VerifierKey
from appliance.ledger.signer import Cosigner, LogSigner
from sync.enrolment import (
    approve,
    draft_ticket,
    install_ticket,
    issue_ticket,
    load_hall_keys,
    load_trust,
    make_request,
    open_request,
    read_seed,
)
from sync.trust import CityKeys, Ticket, fingerprint, open_ticket, read_statement, sign_statement, statement_text

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI))


def seeds(label):
    """Deterministic randomness: a different 32 bytes at each call."""
    count = iter(range(1000))
    return lambda size: hashlib.sha256(f"{label}{next(count)}".encode()).digest()[:size]


def signer(name):
    return LogSigner(name, hashlib.sha256(name.encode()).digest())


@dataclass
class City:
    root: LogSigner
    ticket: LogSigner
    cosigner: Cosigner
    officers: list[LogSigner]
    keys: CityKeys
    keys_note: bytes


def make_city(name="demo"):
    root, ticket = signer(f"{name}/root"), signer(f"{name}/ticket")
    officers = [signer(f"{name}/officer/{who}") for who in ("a", "b")]
    cosigner = Cosigner(f"{name}/cosigner", b"c" * 32, time=lambda: 1)
    keys = CityKeys(
        city=name,
        serial=1,
        issued="2026-11-23T09:00:00.000+08:00",
        ticket=ticket.vkey,
        cosigner=cosigner.vkey,
        officers=tuple(officer.vkey for officer in officers),
    )
    return City(root, ticket, cosigner, officers, keys, sign_statement(keys, root))


@pytest.fixture
def city():
    return make_city()


@pytest.fixture
def hall(tmp_path):
    return tmp_path / "hall"


def hall_request(directory, city="demo", **changes):
    fields = {"city": city, "area": "420199", "hall_code": "01", "hall_name": "示范区政务服务大厅", "epoch": 1}
    fields |= changes
    keys = load_hall_keys(
        directory,
        city=fields["city"],
        hall=fields["area"] + fields["hall_code"],
        epoch=fields["epoch"],
        clock=CLOCK,
        random=seeds(str(directory)),
    )
    return make_request(keys, now=CLOCK.now(), **fields)


def draft(city, request):
    return draft_ticket(
        request,
        city_keys_note=city.keys_note,
        root=city.root.verifier,
        c2h=signer("demo/42019901/c2h/e1").verifier,
        now=CLOCK.now(),
    )


def ticket_for(city, request):
    text = draft(city, request)
    lines = [approve(text, officer, city.keys) for officer in city.officers]
    return issue_ticket(text, lines, city.ticket, city.keys)


def test_two_officers_make_a_ticket_that_the_hall_believes(city, hall):
    note = ticket_for(city, hall_request(hall))
    trust = install_ticket(hall, note, city.root.verifier, clock=CLOCK)
    assert trust.ticket.h2c_origin == "demo/42019901/h2c/e1"
    assert trust.ticket.c2h_origin == "demo/42019901/c2h/e1"
    assert trust.ticket.lease - CLOCK.now() == timedelta(days=35)
    assert load_trust(hall) == trust


def test_a_hall_without_a_ticket_is_sealed(hall):
    hall_request(hall)
    assert load_trust(hall) is None


def test_one_officer_is_refused(city, hall):
    text = draft(city, hall_request(hall))
    line = approve(text, city.officers[0], city.keys)
    for lines in ([], [line], [line, line]):
        with pytest.raises(Forbidden):
            issue_ticket(text, lines, city.ticket, city.keys)


def test_one_person_with_two_names_is_one_officer(city, hall):
    seed = hashlib.sha256(b"demo/officer/a").digest()
    twin = LogSigner("demo/officer/a2", seed)
    keys = msgspec.structs.replace(city.keys, officers=(city.officers[0].vkey, twin.vkey))
    text = draft(city, hall_request(hall))
    with pytest.raises(Forbidden):
        issue_ticket(text, [approve(text, city.officers[0], keys), approve(text, twin, keys)], city.ticket, keys)


def test_a_hall_does_not_believe_a_ticket_with_one_officer(city, hall):
    text = draft(city, hall_request(hall))
    line = approve(text, city.officers[0], city.keys)
    note = Note(text, (*Note.parse(ticket_for(city, hall_request(hall))).signatures[:1],)).format() + line.encode()
    with pytest.raises(Forbidden):
        open_ticket(note, city.root.verifier)


def test_a_strangers_approval_is_refused(city, hall):
    text = draft(city, hall_request(hall))
    with pytest.raises(SignatureError):
        approve(text, signer("demo/officer/mallory"), city.keys)


def test_an_approval_of_another_draft_does_not_count(city, hall):
    request = hall_request(hall)
    text = draft(city, request)
    other = draft_ticket(
        request,
        city_keys_note=city.keys_note,
        root=city.root.verifier,
        c2h=signer("demo/42019901/c2h/e1").verifier,
        now=CLOCK.now() + timedelta(days=1),
    )
    lines = [approve(text, city.officers[0], city.keys), approve(other, city.officers[1], city.keys)]
    with pytest.raises(SignatureError):
        issue_ticket(text, lines, city.ticket, city.keys)


def test_officers_alone_are_no_city(city, hall):
    note = Note.parse(ticket_for(city, hall_request(hall)))
    without = Note(note.text, note.signatures[1:]).format()
    with pytest.raises(SignatureError):
        open_ticket(without, city.root.verifier)


def test_another_root_is_not_believed(city, hall):
    note = ticket_for(city, hall_request(hall))
    with pytest.raises(SignatureError):
        install_ticket(hall, note, LogSigner("demo/root", b"x" * 32).verifier, clock=CLOCK)
    assert load_trust(hall) is None


def test_a_pinned_root_stays(city, hall):
    note = ticket_for(city, hall_request(hall))
    install_ticket(hall, note, city.root.verifier, clock=CLOCK)
    with pytest.raises(Conflict):
        install_ticket(hall, note, LogSigner("demo/root", b"x" * 32).verifier, clock=CLOCK)


def test_a_ticket_for_another_box_is_refused(city, hall, tmp_path):
    note = ticket_for(city, hall_request(hall))
    hall_request(tmp_path / "other")
    with pytest.raises(Conflict):
        install_ticket(tmp_path / "other", note, city.root.verifier, clock=CLOCK)


def test_every_flipped_byte_of_a_ticket_is_noticed(city, hall):
    note = ticket_for(city, hall_request(hall))
    good = open_ticket(note, city.root.verifier)
    for index in range(0, len(note), 7):
        bent = bytearray(note)
        bent[index] ^= 1
        try:
            assert open_ticket(bytes(bent), city.root.verifier) == good
        except HallmarkError:
            continue
        # Only a signature line that became a stranger's may be ignored, and then two officers still stand: never here.
        pytest.fail(f"byte {index} was not noticed")


def test_a_ticket_whose_names_contradict_is_refused(city, hall):
    text = draft(city, hall_request(hall))
    ticket = read_statement(Ticket, text)
    for changes in ({"epoch": 2}, {"area": "420111"}, {"hall_cosigner_vkey": ticket.city_cosigner_vkey}):
        forged = statement_text(msgspec.structs.replace(ticket, **changes))
        lines = [approve(forged, officer, city.keys) for officer in city.officers]
        with pytest.raises(IntegrityFailure):
            open_ticket(issue_ticket(forged, lines, city.ticket, city.keys), city.root.verifier)


def test_a_request_is_signed_by_the_key_it_names(hall):
    note = hall_request(hall)
    assert open_request(note).hall_name == "示范区政务服务大厅"
    parsed = Note.parse(note)
    with pytest.raises(SignatureError):
        open_request(Note(parsed.text.replace("示范区", "江岸区"), parsed.signatures).format())


@pytest.mark.parametrize(
    ("field", "value"),
    [("area", "42019"), ("hall_code", "1"), ("hall_name", " "), ("hall_name", "长" * 61), ("city", "Wuhan")],
)
def test_a_request_with_a_bad_code_names_the_field(hall, field, value):
    with pytest.raises(Invalid) as refused:
        hall_request(hall, **{field: value})
    assert field in refused.value.fields


def test_a_request_for_another_city_gets_no_draft(city, hall):
    with pytest.raises(Invalid):
        draft(city, hall_request(hall, city="elsewhere"))


def test_a_statement_is_not_taken_for_another(city):
    with pytest.raises(Malformed):
        read_statement(Ticket, statement_text(city.keys))


def test_keys_are_made_once_and_kept_private(hall):
    first = hall_request(hall)
    again = hall_request(hall)
    assert VerifierKey.parse(open_request(first).h2c_vkey) == VerifierKey.parse(open_request(again).h2c_vkey)
    path = hall / "keys" / "h2c-e1.seed"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(IntegrityFailure):
        read_seed(path)
    with pytest.raises(NotFound):
        read_seed(hall / "keys" / "absent.seed")


def test_a_fingerprint_is_short_enough_to_be_read_aloud(city):
    text = fingerprint(city.root.verifier)
    assert len(text.split(" ")) == 8
    assert text != fingerprint(city.ticket.verifier)
