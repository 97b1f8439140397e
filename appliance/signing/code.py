"""The code on a licence 证照签名码: ``HL1:`` and base45 (RFC 9285) of a COSE_Sign1 by the issuing hall's document key.

The content is a CWT (RFC 8392): issuing hall, validity, time of issue, the digest of the paper as ``cti``, and under a
private claim what the eye compares: identifier, number, type, issuer, holder, the holder's masked code. The header
``kcwt`` (RFC 9528) carries the city's word for the hall's key, so that one pinned authority suffices to check a code of
any hall, without a link. Upper-case ASCII, which QR codes pack densely.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import msgspec

from appliance.clock import SHANGHAI
from appliance.domain.identifiers import licence_id
from appliance.errors import N_, Invalid
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing import base45, cose
from appliance.signing.authority import CodeKey, open_code_key
from appliance.signing.keys import DocumentKey, PublicKey, read_point
from appliance.signing.values import LicenceClaims

PREFIX: Final = "HL1:"
TEXT_CHARACTERS_MAX: Final = 2000
KCWT: Final = 13
_ISS, _EXP, _NBF, _IAT, _CTI = 1, 4, 5, 6, 7
_LICENCE: Final = -65537
_ROOT: Final = f"{licence_id.ROOT}."
_KEYS_KEPT_MAX: Final = 256


class SignedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code whose signature and chain hold: what it says and who signed it."""

    claims: LicenceClaims
    signer: CodeKey


def write_code(claims: LicenceClaims, key: DocumentKey, code_key: bytes) -> str:
    """Sign what a licence's code says.

    Args:
        claims: what it says.
        key: the hall's document key.
        code_key: the authority's CWT for it.
    """
    content: dict[int, Any] = {
        _NBF: _seconds(datetime.combine(claims.valid_from, time(), SHANGHAI)),
        _IAT: _seconds(claims.issued_at),
        _CTI: claims.digest,
        _LICENCE: [
            claims.identifier.removeprefix(_ROOT),
            claims.number,
            claims.type_name,
            claims.issuer,
            claims.holder,
            claims.holder_code,
        ],
    }
    if claims.valid_to is not None:
        # The last second of the last day.
        content[_EXP] = _seconds(datetime.combine(claims.valid_to + timedelta(days=1), time(), SHANGHAI)) - 1
    return PREFIX + base45.encode(cose.sign1(content, key, {KCWT: code_key}))


class CodeReader:
    """Reads codes under trusted authorities and remembers the halls' keys that it has verified; for one thread.

    Args:
        authorities: the cities' document authorities that are trusted.
    """

    __slots__ = ("_authorities", "_known")

    def __init__(self, authorities: Sequence[PublicKey]) -> None:
        self._authorities = tuple(authorities)
        self._known: dict[bytes, tuple[CodeKey, PublicKey]] = {}

    def read(self, text: str) -> SignedCode:
        """Verify a code from the authority down; says nothing about revocation or the present day.

        Raises:
            Invalid: not a code of ours at all.
            Malformed: damaged.
            SignatureError: changed, or signed by somebody else, or at a time at which the key was not valid.
        """
        message = _unpack(text)
        headers, content, signature, signed = cose.open1(message)
        code_key = headers.get(KCWT)
        if not isinstance(code_key, bytes) or set(headers) != {cose.ALG, KCWT}:
            raise Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form")
        signer, public = self._signer(code_key)
        cose.check1(public, signature, signed)
        claims = _claims(content)
        if not signer.starts <= claims.issued_at <= signer.ends:
            raise SignatureError(N_("签名时签发厅的证书不在有效期内"), code="certificate_dates")
        return SignedCode(claims=claims, signer=signer)

    def _signer(self, code_key: bytes) -> tuple[CodeKey, PublicKey]:
        known = self._known.get(code_key)
        if known is None:
            signer = open_code_key(code_key, self._authorities)
            known = signer, read_point(signer.public)
            if len(self._known) >= _KEYS_KEPT_MAX:
                self._known.clear()
            self._known[code_key] = known
        return known


def is_code(text: str) -> bool:
    """Tell whether a text claims to be the code of a licence."""
    return text.strip("\r\n\t").startswith(PREFIX)


def _unpack(text: str) -> bytes:
    # A scanner may end the line; a space is a base45 digit and is never taken away.
    body = text.strip("\r\n\t")
    if not body.startswith(PREFIX):
        raise Invalid(N_("不是证照的签名码"), code="not_a_code", next_step=N_("请扫描证照右下角的二维码"))
    if len(body) > TEXT_CHARACTERS_MAX:
        raise Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form")
    body = body.removeprefix(PREFIX)
    try:
        return base45.decode(body)
    except ValueError as error:
        raise Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form") from error


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _claims(content: Any) -> LicenceClaims:
    """Read the content; raises Malformed for anything that `write_code` does not write."""
    try:
        identifier, number, type_name, issuer, holder, holder_code = content[_LICENCE]
        starts = datetime.fromtimestamp(content[_NBF], SHANGHAI)
        ends = datetime.fromtimestamp(content[_EXP] + 1, SHANGHAI) - timedelta(days=1) if _EXP in content else None
        return LicenceClaims(
            identifier=str(licence_id.check(_ROOT + identifier)),
            number=_text(number),
            type_name=_text(type_name),
            issuer=_text(issuer),
            holder=_text(holder),
            holder_code=_text(holder_code),
            valid_from=starts.date(),
            valid_to=ends.date() if ends else None,
            issued_at=datetime.fromtimestamp(content[_IAT], UTC),
            digest=content[_CTI],
        )
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, OSError, Invalid) as error:
        raise Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
