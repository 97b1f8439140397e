"""The signed code of a licence: what it says, who may have signed it, and that a stranger's library reads it."""

from datetime import timedelta
from random import Random

import base45 as base45_library
import cbor2
import pytest
from pycose.headers import Algorithm
from pycose.keys import CoseKey, EC2Key
from pycose.keys.curves import P256
from pycose.messages import Sign1Message

from appliance.errors import HallmarkError
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing import base45, cose
from appliance.signing.authority import check_credential, issue
from appliance.signing.code import KCWT, PREFIX, CodeReader, is_code
from appliance.signing.keys import ORDER, DocumentKey, point


def test_base45_equals_the_library_of_that_name():
    random = Random("base45")
    for length in range(200):
        data = random.randbytes(length)
        assert base45.encode(data) == base45_library.b45encode(data).decode()
        assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize("text", ["A", "ab", "GGW", "::", "AAAA", "Ā0"])
def test_what_is_no_base45_is_refused(text):
    with pytest.raises(ValueError, match=r"^.+$"):
        base45.decode(text)


def test_a_code_says_what_was_signed_and_who_signed_it(signers, licence_claims):
    read = signers.reader().read(signers.code())
    assert read.claims == licence_claims()
    assert (read.signer.city, read.signer.hall, read.signer.name) == ("demo", "42019901", "示范区政务服务大厅")


def test_a_long_validity_has_no_end_and_the_same_content_gives_the_same_code(signers):
    code = signers.code(valid_to=None)
    assert signers.reader().read(code).claims.valid_to is None
    assert signers.code(valid_to=None) == code


def test_a_scanner_that_ends_the_line_changes_nothing(signers):
    assert signers.reader().read(signers.code() + "\r\n") == signers.reader().read(signers.code())


def _by_pycose(message):
    """Let pycose take a message apart; its own entry wants the list that cbor2 gave before its sixth version."""
    protected, unprotected, content, signature = cbor2.loads(message).value
    return Sign1Message.from_cose_obj([protected, dict(unprotected), content, signature], allow_unknown_attributes=True)


def test_pycose_verifies_the_code_and_its_chain_without_our_code(signers):
    message = _by_pycose(base45_library.b45decode(signers.code().removeprefix(PREFIX)))
    chain = _by_pycose(message.phdr[KCWT])
    authority = signers.authority_key.public.public_numbers()
    chain.key = EC2Key(crv=P256, x=authority.x.to_bytes(32), y=authority.y.to_bytes(32))
    assert chain.verify_signature()
    cnf = dict(cbor2.loads(chain.payload)[8][1])
    # pycose wants both coordinates; the compressed point is expanded by cryptography.
    numbers = signers.key.public.public_numbers()
    assert (cnf[-2], cnf[-3]) == (numbers.x.to_bytes(32), numbers.y % 2 == 1)
    message.key = CoseKey.from_dict({1: 2, -1: 1, -2: cnf[-2], -3: numbers.y.to_bytes(32)})
    assert message.verify_signature()
    assert message.phdr[Algorithm].fullname == "ES256"
    assert cbor2.loads(message.payload)[-65537][4] == "示范区老街小面馆"
    message.payload = message.payload.replace("老街".encode(), "新街".encode())
    assert not message.verify_signature()


def test_a_code_of_a_stranger_is_refused_whatever_chain_it_carries(signers, strangers):
    for code in (strangers.code(), signers.code(key=strangers.key), strangers.code(code_key=signers.credential.code)):
        with pytest.raises(SignatureError):
            signers.reader().read(code)
    # Control: the stranger's own code holds under the stranger's authority.
    assert strangers.reader().read(strangers.code())


def test_a_key_signs_only_while_its_certificate_is_valid(signers):
    said = check_credential(signers.credential, signers.key.public_bytes)
    assert signers.reader().read(signers.code(issued_at=said.ends))
    for moment in (said.starts - timedelta(seconds=1), said.ends + timedelta(seconds=1)):
        with pytest.raises(SignatureError) as refused:
            signers.reader().read(signers.code(issued_at=moment))
        assert refused.value.code == "certificate_dates"


def test_the_twin_signature_and_the_unprotected_header_are_refused(signers):
    tagged = cbor2.loads(base45.decode(signers.code().removeprefix(PREFIX)))
    protected, _, content, signature = tagged.value
    s = int.from_bytes(signature[32:])
    twin = signature[:32] + (ORDER - s).to_bytes(32)
    for parts in ([protected, {}, content, twin], [protected, {4: b"x"}, content, signature]):
        message = cbor2.dumps(cbor2.CBORTag(18, parts), canonical=True)
        with pytest.raises((SignatureError, Malformed)):
            signers.reader().read(PREFIX + base45.encode(message))
    assert signers.reader().read(
        PREFIX + base45.encode(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, content, signature]), canonical=True))
    )


@pytest.mark.parametrize(
    "content", [{}, {1: "a"}, [], "text", 5, None, {-65537: []}, {-65537: ["a"] * 6, 5: "x", 6: 0, 7: b""}, b"x"]
)
def test_signed_nonsense_is_refused_without_a_traceback(signers, content):
    code = PREFIX + base45.encode(cose.sign1(content, signers.key, {KCWT: signers.credential.code}))
    with pytest.raises(HallmarkError):
        signers.reader().read(code)


def test_text_that_is_no_code_is_told_apart():
    assert is_code("HL1:ABC")
    assert not is_code("HM1:A420199:00")
    with pytest.raises(HallmarkError) as refused:
        CodeReader([]).read("HM1:A420199:00")
    assert refused.value.code == "not_a_code"


def test_a_credential_for_another_key_or_by_another_authority_is_refused(signers, strangers):
    with pytest.raises(SignatureError):
        check_credential(signers.credential, strangers.key.public_bytes)
    mixed = issue(
        strangers.authority_key,
        signers.authority,
        hall="42019901",
        name="示范",
        public=signers.key.public_bytes,
        now=check_credential(signers.credential, signers.key.public_bytes).starts,
        random=Random(3).randbytes,
    )
    with pytest.raises(SignatureError):
        check_credential(mixed, signers.key.public_bytes)


def test_a_key_shows_its_public_half_only():
    key = DocumentKey(b"s" * 32)
    assert repr(key) == f"DocumentKey({point(key.public).hex()})"
