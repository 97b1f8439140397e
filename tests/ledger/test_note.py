from base64 import b64decode, b64encode
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.note import (
    NOTE_BYTES_MAX,
    SIGNATURE_LINES_MAX,
    KeyType,
    Note,
    SignatureLine,
    VerifierKey,
    decode_base64,
    open_note,
    sign_note,
)
from appliance.ledger.signer import Cosigner, LogSigner

ANNE = LogSigner("example/anne", bytes([1]) * 32)
BEN = LogSigner("example/ben", bytes([2]) * 32)
CITY = Cosigner("example/city", bytes([3]) * 32, lambda: 1_790_000_000)
TEXT = "市民之家\n第二行\n"


def lines_of(count):
    return [LogSigner(f"signer/{number}", bytes([number]) * 32) for number in range(count)]


def test_a_note_is_opened_by_each_of_its_keys():
    data = sign_note(TEXT, ANNE, BEN, CITY)
    for keys in ([ANNE], [BEN], [CITY], [ANNE, BEN, CITY]):
        opened = open_note(data, [signer.verifier for signer in keys])
        assert opened.text == TEXT
        assert [signature.key.name for signature in opened.signatures] == [signer.name for signer in keys]
    assert opened.signed_by(ANNE.verifier) is not None
    assert open_note(data, [ANNE.verifier]).signed_by(BEN.verifier) is None


def test_the_text_ends_at_the_last_blank_line():
    text = "one\n\n— example/anne AAAAAAAA\n\ntwo\n"
    assert open_note(sign_note(text, ANNE), [ANNE.verifier]).text == text


def test_unknown_keys_are_ignored_but_someone_known_must_have_signed():
    data = sign_note(TEXT, ANNE, BEN)
    assert len(open_note(data, [ANNE.verifier]).signatures) == 1
    with pytest.raises(SignatureError):
        open_note(data, [CITY.verifier])
    with pytest.raises(SignatureError):
        open_note(data, [])


def test_the_same_name_with_another_key_is_another_key():
    impostor = LogSigner(ANNE.name, bytes([9]) * 32)
    assert len(open_note(sign_note(TEXT, impostor, ANNE), [ANNE.verifier]).signatures) == 1
    with pytest.raises(SignatureError):
        open_note(sign_note(TEXT, impostor), [ANNE.verifier])


@pytest.mark.parametrize("bad", [ANNE, CITY])
def test_one_bad_signature_of_a_known_key_condemns_the_note(bad):
    note = Note.parse(sign_note(TEXT, ANNE, BEN, CITY))
    lines = [
        SignatureLine(line.name, line.key_id, bytes([line.payload[0] ^ 1]) + line.payload[1:])
        if line.name == bad.name
        else line
        for line in note.signatures
    ]
    data = Note(note.text, tuple(lines)).format()
    assert len(open_note(data, [BEN.verifier]).signatures) == 1
    with pytest.raises(SignatureError):
        open_note(data, [BEN.verifier, bad.verifier])


def test_a_bad_second_line_of_a_key_condemns_the_note_and_a_good_one_counts_once():
    note = Note.parse(sign_note(TEXT, ANNE))
    (line,) = note.signatures
    twice = Note(note.text, (line, line)).format()
    assert len(open_note(twice, [ANNE.verifier]).signatures) == 1
    wrong = SignatureLine(line.name, line.key_id, bytes(64))
    with pytest.raises(SignatureError):
        open_note(Note(note.text, (line, wrong)).format(), [ANNE.verifier])


@pytest.mark.parametrize("length", [1, 63, 65, 71, 72])
def test_a_known_key_with_a_signature_of_wrong_length_condemns_the_note(length):
    for signer in (ANNE, CITY):
        if signer is CITY and length == 72:
            continue
        line = SignatureLine(signer.name, signer.verifier.key_id, bytes(length))
        with pytest.raises(SignatureError):
            open_note(Note(TEXT, (line,)).format(), [signer.verifier])


@pytest.mark.parametrize("count", [1, 16, SIGNATURE_LINES_MAX])
def test_sixteen_and_more_signatures_are_read(count):
    signers = lines_of(count)
    assert len(open_note(sign_note(TEXT, *signers), [signer.verifier for signer in signers]).signatures) == count


def test_limits():
    with pytest.raises(Malformed):
        sign_note(TEXT, *lines_of(SIGNATURE_LINES_MAX + 1))
    room = NOTE_BYTES_MAX - len(sign_note("\n", ANNE))
    assert len(sign_note("x" * room + "\n", ANNE)) == NOTE_BYTES_MAX
    with pytest.raises(Malformed):
        sign_note("x" * (room + 1) + "\n", ANNE)


@pytest.mark.parametrize("text", ["", "no end", "tab\tin it\n", "return\r\n", "nul\0\n", "esc\x1b\n", "del\x7f\n"])
def test_texts_that_cannot_be_signed(text):
    with pytest.raises(Malformed):
        sign_note(text, ANNE)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda note: note.rstrip(b"\n"),
        lambda note: note + b"\n",
        lambda note: note + b"trailing\n",
        lambda note: note.split(b"\n\n")[0] + b"\n",
        lambda note: note.split(b"\n\n")[0] + b"\n\n",
        lambda note: note.replace("— ".encode(), b"- "),
        lambda note: note.replace("— ".encode(), "—".encode()),
        lambda note: note.replace(b"example/anne ", b"example/anne"),
        lambda note: note.replace(b"example/anne ", b"example/anne  "),
        lambda note: note.replace(b"example/anne ", b"example+anne "),
        lambda note: note.replace(b"example/anne ", "example\u3000anne ".encode()),
        lambda note: note.replace(b"example/anne ", b" "),
        lambda note: note.replace(b"\n", b"\r\n"),
        lambda note: note[:10] + b"\xff" + note[10:],
        lambda note: note.replace(b"=", b""),
    ],
)
def test_malformed_notes(change):
    note = sign_note(TEXT, ANNE)
    assert open_note(note, [ANNE.verifier])
    with pytest.raises(Malformed):
        open_note(change(note), [ANNE.verifier])


def test_base64_is_read_in_its_canonical_form_only():
    assert decode_base64("AA==") == b"\0"
    for text in ("AB==", "AA=", "AA", "AA==\n", "A A=", "_-8=", "AA==AA==", "AAé="):
        with pytest.raises(Malformed):
            decode_base64(text)


def test_no_note_survives_a_flipped_bit():
    """The mutation test: every single bit of a note with two kinds of signatures."""
    data = sign_note(TEXT, ANNE, CITY)
    keys = [ANNE.verifier, CITY.verifier]
    assert len(open_note(data, keys).signatures) == 2
    for bit in range(len(data) * 8):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        try:
            opened = open_note(bytes(wrong), keys)
        except (Malformed, SignatureError):
            continue
        # A name or key id that changed makes its line unknown; the text is still the one that the other key signed.
        assert opened.text == TEXT
        assert len(opened.signatures) == 1


def test_no_note_survives_random_mutation():
    """Bytes dropped, doubled, swapped, inserted: refused, or the very text that a key signed; never another error."""
    random = Random(20261123)
    data = sign_note(TEXT, ANNE)
    refused = 0
    for _ in range(3000):
        wrong = bytearray(data)
        for _ in range(random.randint(1, 3)):
            place = random.randrange(len(wrong))
            match random.randrange(4):
                case 0:
                    del wrong[place]
                case 1:
                    wrong.insert(place, random.choice([wrong[place], 0x0A, 0x20, random.randrange(256)]))
                case 2:
                    other = random.randrange(len(wrong))
                    wrong[place], wrong[other] = wrong[other], wrong[place]
                case _:
                    wrong[place:place] = wrong[place : place + random.randint(1, 40)]
        try:
            opened = open_note(bytes(wrong), [ANNE.verifier])
        except (Malformed, SignatureError):
            refused += 1
        else:
            assert opened.text == TEXT
    assert refused > 2900


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_are_refused_politely(data):
    with pytest.raises((Malformed, SignatureError)):
        open_note(data, [ANNE.verifier])


def test_a_cosigner_signs_the_time_and_is_not_taken_for_a_log():
    payload = CITY.sign_text(TEXT)
    assert int.from_bytes(payload[:8], "big") == 1_790_000_000
    CITY.verifier.verify(TEXT, payload)
    with pytest.raises(SignatureError):
        CITY.verifier.verify(TEXT, (1_790_000_001).to_bytes(8, "big") + payload[8:])
    plain = VerifierKey.of(CITY.name, KeyType.ED25519, CITY.verifier.public)
    assert plain.key_id != CITY.verifier.key_id
    with pytest.raises(SignatureError):
        plain.verify(TEXT, payload[8:])


def test_keys_of_other_types_and_lengths_are_refused():
    raw = b64decode(ANNE.vkey.split("+", 2)[2])
    for wrong in (b"\xff" + raw[1:], b"\x02" + raw[1:], raw[:-1], raw + b"\0", b"\x01", b""):
        with pytest.raises(Malformed):
            VerifierKey.parse(f"{ANNE.name}+{ANNE.verifier.key_id.hex()}+{b64encode(wrong).decode()}")
    for name in ("", "a b", "a+b", "a\u00a0b", "a\nb"):
        with pytest.raises(Malformed):
            VerifierKey.of(name, KeyType.ED25519, bytes(32))


def test_two_keys_that_claim_one_identity_are_refused():
    twin = VerifierKey(ANNE.name, ANNE.verifier.key_id, KeyType.ED25519, BEN.verifier.public)
    with pytest.raises(Malformed):
        open_note(sign_note(TEXT, ANNE), [ANNE.verifier, twin])
