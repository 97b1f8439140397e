"""The signed code of a slip: small, read by a stranger's library, and never accepted once it was touched."""

from datetime import datetime
from random import Random

import base45 as base45_library
import cbor2
import msgspec
import pytest
import segno
from pycose.keys import EC2Key
from pycose.keys.curves import P256
from pycose.messages import Sign1Message

from appliance.clock import SHANGHAI
from appliance.errors import HallmarkError
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing import base45, cose
from appliance.signing.keys import DocumentKey
from appliance.signing.promise import KID, PREFIX, is_promise, kid_of, read_promise, write_promise
from appliance.signing.values import LogPlace, PromiseClaims

CLAIMS = PromiseClaims(
    place=LogPlace(origin="hallmark.example/420199/42019901/h2c/e1", index=123456, leaf=bytes(range(32))),
    paper="S420199012026112300017X-05-123456",
    issued_at=datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI),
    digest=bytes(16),
)


def test_a_promise_says_what_was_signed_and_the_key_is_found_by_its_name(signers, strangers):
    code = write_promise(CLAIMS, signers.key)
    read = read_promise(f"{code}\r\n")
    assert is_promise(code)
    assert read.claims == msgspec.structs.replace(CLAIMS, issued_at=read.claims.issued_at)
    assert read.claims.issued_at == CLAIMS.issued_at
    assert read.check([strangers.key.public_bytes, signers.key.public_bytes]) == signers.key.public_bytes
    assert write_promise(CLAIMS, signers.key) == code


def test_a_promise_is_small_enough_for_a_slip(signers):
    drawn = segno.make(write_promise(CLAIMS, signers.key), error="m", micro=False)
    assert drawn.symbol_size(border=0)[0] <= 69  # modules, of 0.35 mm on A4 and three dots on the roll
    assert drawn.mode == "alphanumeric"


def test_pycose_verifies_a_promise_without_our_code(signers):
    body = base45_library.b45decode(write_promise(CLAIMS, signers.key).removeprefix(PREFIX))
    protected, unprotected, content, signature = cbor2.loads(body).value
    message = Sign1Message.from_cose_obj(
        [protected, dict(unprotected), content, signature], allow_unknown_attributes=True
    )
    numbers = signers.key.public.public_numbers()
    message.key = EC2Key(crv=P256, x=numbers.x.to_bytes(32), y=numbers.y.to_bytes(32))
    assert message.verify_signature()


def test_a_stranger_and_an_unknown_key_are_refused(signers, strangers):
    read = read_promise(write_promise(CLAIMS, strangers.key))
    with pytest.raises(SignatureError):
        read.check([signers.key.public_bytes])
    with pytest.raises(SignatureError):
        read.check([])


def test_a_stranger_who_uses_the_name_of_the_hall_s_key_is_refused(signers, strangers):
    content = {6: 1, 7: bytes(16), -65538: ["a/e1", 0, bytes(32), "p"]}
    forged = cose.sign1(content, strangers.key, {KID: kid_of(signers.key.public_bytes)})
    with pytest.raises(SignatureError):
        read_promise(PREFIX + base45.encode(forged)).check([signers.key.public_bytes])


def changed(random, code):
    """Change one code somewhere: a character, a bit, or its end."""
    way = random.randrange(3)
    if way == 0:
        place = random.randrange(len(PREFIX), len(code))
        return code[:place] + random.choice(base45.ALPHABET.decode().replace(code[place], "")) + code[place + 1 :]
    if way == 1:
        return code[: random.randrange(len(code))]
    body = bytearray(base45.decode(code.removeprefix(PREFIX)))
    body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return PREFIX + base45.encode(bytes(body))


@pytest.mark.parametrize("seed", range(4))
def test_no_changed_promise_is_accepted(signers, seed):
    random, code = Random(f"promise {seed}"), write_promise(CLAIMS, signers.key)
    for _ in range(150):
        with pytest.raises(HallmarkError):
            read_promise(changed(random, code)).check([signers.key.public_bytes])


@pytest.mark.parametrize(
    "content",
    [
        {},
        {6: 1, 7: bytes(16)},
        {6: 1, 7: bytes(15), -65538: ["a", 0, bytes(32), "p"]},
        {6: 1, 7: bytes(16), -65538: ["a", 0, bytes(31), "p"]},
        {6: 1, 7: bytes(16), -65538: ["a", -1, bytes(32), "p"]},
        {6: 1, 7: bytes(16), -65538: ["a", True, bytes(32), "p"]},
        {6: 1, 7: bytes(16), -65538: [1, 0, bytes(32), "p"]},
        {6: 1 << 70, 7: bytes(16), -65538: ["a", 0, bytes(32), "p"]},
        {5: 1, 6: 1, 7: bytes(16), -65538: ["a", 0, bytes(32), "p"]},
        [1, 2],
    ],
)
def test_a_signed_text_of_another_form_is_damaged(signers, content):
    message = cose.sign1(content, signers.key, {KID: kid_of(signers.key.public_bytes)})
    with pytest.raises(Malformed):
        read_promise(PREFIX + base45.encode(message))


@pytest.mark.parametrize("headers", [{}, {KID: b"short"}, {KID: bytes(8), 13: b""}, {KID: "12345678"}])
def test_headers_of_another_form_are_damaged(signers, headers):
    content = {6: 1, 7: bytes(16), -65538: ["a", 0, bytes(32), "p"]}
    with pytest.raises(Malformed):
        read_promise(PREFIX + base45.encode(cose.sign1(content, signers.key, headers)))


@pytest.mark.parametrize("text", ["", "HP1", "HP1:", "HM1:x", "HL1:ABC", "HP1:" + "A" * 1001, DocumentKey.__name__])
def test_what_is_no_promise_is_refused(text):
    with pytest.raises(HallmarkError):
        read_promise(text)
