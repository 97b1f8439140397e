"""COSE_Sign1 (RFC 9052 §4.2) with ES256, in one form only: what is not byte for byte as we write it is not read.

Every header is protected and the CBOR is deterministic (RFC 8949 §4.2.1), so no byte of a message can be changed
without the signature, the form or both failing. An ordinary COSE library reads and verifies what is written here.
"""

from collections.abc import Mapping
from typing import Any, Final

import cbor2

from appliance.errors import N_
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing.keys import DocumentKey, PublicKey, verify

TAG: Final = 18
ALG: Final = 1
ES256: Final = -7
MESSAGE_BYTES_MAX: Final = 2048
_DEPTH_MAX: Final = 8
_PARTS: Final = 4
_CONTEXT: Final = "Signature1"


def sign1(payload: Any, key: DocumentKey, headers: Mapping[int, Any] | None = None) -> bytes:
    """Write and sign a message.

    Args:
        payload: the content, encoded as deterministic CBOR.
        key: who signs.
        headers: protected headers beside the algorithm.
    """
    protected, content = encode({ALG: ES256, **(headers or {})}), encode(payload)
    return encode(cbor2.CBORTag(TAG, [protected, {}, content, key.sign(_signed(protected, content))]))


def open1(message: bytes) -> tuple[Mapping[int, Any], Any, bytes, bytes]:
    """Take a message apart without believing it.

    Returns:
        Protected headers, content, signature, and the bytes that the signature covers.

    Raises:
        Malformed: it is no message in our one form.
    """
    tagged = decode(message)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != TAG:
        raise _malformed()
    parts = tagged.value
    if not isinstance(parts, list | tuple) or len(parts) != _PARTS:
        raise _malformed()
    protected, unprotected, content, signature = parts
    if not isinstance(unprotected, Mapping) or unprotected:
        raise _malformed()
    if not all(isinstance(part, bytes) for part in (protected, content, signature)):
        raise _malformed()
    headers = decode(protected)
    if not isinstance(headers, Mapping) or headers.get(ALG) != ES256:
        raise _malformed()
    return headers, decode(content), signature, _signed(protected, content)


def check1(public: PublicKey, signature: bytes, signed: bytes) -> None:
    """Verify the signature of a message that was taken apart; raises SignatureError."""
    if not verify(public, signature, signed):
        raise SignatureError(N_("签名不符，内容被改动过或不是本市签发"), code="code_signature")


def encode(value: Any) -> bytes:
    """Write deterministic CBOR."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> Any:
    """Read deterministic CBOR, and nothing else; raises Malformed."""
    if len(data) > MESSAGE_BYTES_MAX:
        raise _malformed()
    try:
        value = cbor2.loads(data, max_depth=_DEPTH_MAX, allow_indefinite=False, allow_duplicate_keys=False)
        same = encode(value) == data
    # The decoder turns some tags into dates, numbers and patterns, whose constructors raise whatever they like.
    except Exception as error:
        raise _malformed() from error
    if not same:
        raise _malformed()
    return value


def _signed(protected: bytes, content: bytes) -> bytes:
    return encode([_CONTEXT, protected, b"", content])


def _malformed() -> Malformed:
    return Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form")
