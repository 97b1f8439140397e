"""The code on a slip 凭单签名码: ``HP1:`` and base45 (RFC 9285) of a small COSE_Sign1 by the hall's document key.

A slip is the hall's promise that an entry stands in its log. The code names log, index, leaf hash and paper, and the
digest of what the paper says; it is checked where the log can be asked, so it carries no chain: the header ``kid``
(RFC 9052 §3.1) says which key signed, and whoever holds the log knows that key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from appliance.errors import N_, Invalid
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing import base45, cose
from appliance.signing.keys import DocumentKey, read_point
from appliance.signing.values import DIGEST_BYTES, LogPlace, PromiseClaims

PREFIX: Final = "HP1:"
TEXT_CHARACTERS_MAX: Final = 1000
LEAF_BYTES: Final = 32
KID: Final = 4
KID_BYTES: Final = 8
_IAT, _CTI = 6, 7
_PROMISE: Final = -65538


@dataclass(frozen=True, slots=True)
class Promise:
    """A code that was taken apart; nothing of it may be believed before `check`."""

    claims: PromiseClaims
    kid: bytes
    signature: bytes
    signed: bytes

    def check(self, keys: Iterable[bytes]) -> bytes:
        """Verify the signature with whichever of these keys it names.

        Args:
            keys: document keys, compressed points.

        Returns:
            The key that signed.

        Raises:
            SignatureError: none of them signed this.
        """
        for key in keys:
            if kid_of(key) == self.kid:
                cose.check1(read_point(key), self.signature, self.signed)
                return key
        raise SignatureError(N_("不是用本厅的文书签名密钥签的"), code="promise_key")


def kid_of(key: bytes) -> bytes:
    """Name a key: the first eight bytes of the SHA-256 of its compressed point."""
    return sha256(key).digest()[:KID_BYTES]


def write_promise(claims: PromiseClaims, key: DocumentKey) -> str:
    """Sign what a slip's code says; the same claims under the same key give the same text."""
    place = claims.place
    content = {
        _IAT: int(claims.issued_at.timestamp()),
        _CTI: claims.digest,
        _PROMISE: [place.origin, place.index, place.leaf, claims.paper],
    }
    return PREFIX + base45.encode(cose.sign1(content, key, {KID: kid_of(key.public_bytes)}))


def is_promise(text: str) -> bool:
    """Tell whether a text claims to be the code of a slip."""
    return text.strip("\r\n\t").startswith(PREFIX)


def read_promise(text: str) -> Promise:
    """Take a code apart.

    Raises:
        Invalid: not a code of ours at all.
        Malformed: damaged.
    """
    body = text.strip("\r\n\t")  # a scanner may end the line; a space is a base45 digit and is never taken away
    if not is_promise(body):
        raise Invalid(N_("不是回执单的签名码"), code="not_a_promise", next_step=N_("请扫描回执单右上角的二维码"))
    if len(body) > TEXT_CHARACTERS_MAX:
        raise _damaged()
    try:
        message = base45.decode(body.removeprefix(PREFIX))
    except ValueError as error:
        raise _damaged() from error
    headers, content, signature, signed = cose.open1(message)
    kid = headers.get(KID)
    if set(headers) != {cose.ALG, KID} or not isinstance(kid, bytes) or len(kid) != KID_BYTES:
        raise _damaged()
    return Promise(_claims(content), kid, signature, signed)


def _claims(content: Any) -> PromiseClaims:
    """Read the content; raises Malformed for anything that `write_promise` does not write."""
    try:
        origin, index, leaf, paper = content[_PROMISE]
        digest, issued = content[_CTI], content[_IAT]
        whole = (
            set(content) == {_IAT, _CTI, _PROMISE}
            and isinstance(origin, str)
            and isinstance(paper, str)
            and type(index) is type(issued) is int
            and index >= 0
            and isinstance(leaf, bytes)
            and len(leaf) == LEAF_BYTES
            and isinstance(digest, bytes)
            and len(digest) == DIGEST_BYTES
        )
        if not whole:
            raise _damaged()
        issued_at = datetime.fromtimestamp(issued, UTC)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, OSError) as error:
        raise _damaged() from error
    return PromiseClaims(
        place=LogPlace(origin=origin, index=index, leaf=leaf), paper=paper, issued_at=issued_at, digest=digest
    )


def _damaged() -> Malformed:
    return Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form")
