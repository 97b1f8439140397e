"""What is signed and under what, as plain values: importing this loads no cryptography, so papers start quickly."""

from datetime import date, datetime
from typing import Final

import msgspec

DIGEST_BYTES: Final = 16


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What a hall signs documents under; no secret.

    Attributes:
        certificate: the hall's X.509 certificate, DER.
        authority: the city's, DER.
        code: the authority's CWT for the same key.
    """

    certificate: bytes
    authority: bytes
    code: bytes


class LicenceClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What the code on a licence says.

    Attributes:
        identifier: 电子证照标识 (GB/T 36904).
        number: 证照编号.
        type_name: 证照名称.
        issuer: 颁发机构.
        holder: 持证主体, to be compared by eye.
        holder_code: its code with the middle masked.
        valid_from: first day.
        valid_to: last day; None is 长期.
        issued_at: when the paper was made; aware time, whole seconds.
        digest: first 16 bytes of the salted digest of what the paper says.
    """

    identifier: str
    number: str
    type_name: str
    issuer: str
    holder: str
    holder_code: str
    valid_from: date
    valid_to: date | None
    issued_at: datetime
    digest: bytes


class LogPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a log an entry stands: the log's origin, the index, the RFC 6962 leaf hash of the entry's bytes."""

    origin: str
    index: int
    leaf: bytes


class PromiseClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What the code on a slip says 凭单签名码: that this paper is the hall's, and which entry it was made from.

    Attributes:
        place: the entry.
        paper: paper id.
        issued_at: when the entry was written; aware time, whole seconds.
        digest: first 16 bytes of the salted digest of what the paper says.
    """

    place: LogPlace
    paper: str
    issued_at: datetime
    digest: bytes
