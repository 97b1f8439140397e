"""The city's document authority 市级文书证书机构 and what it gives a hall: a certificate for PDFs, a word for codes.

    root key (offline, Ed25519) certifies the authority in `CityKeys`
      authority (ECDSA P-256, X.509) signs for each hall's document key
        an X.509 certificate (RFC 5280), which readers of PDFs check
        a CWT with that key in ``cnf`` (RFC 8392, RFC 8747), which travels inside every code (header ``kcwt``, RFC 9528)

Both say the same key and the same dates. A licence outlives the certificate: what counts is that the certificate was
valid when it was signed.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from appliance.errors import N_
from appliance.ledger.failure import Malformed, SignatureError
from appliance.signing import cose
from appliance.signing.keys import DocumentKey, PublicKey, point, read_point
from appliance.signing.values import Credential

AUTHORITY_YEARS: Final = 20
CERTIFICATE_YEARS: Final = 3
RENEWED_BEFORE_DAYS: Final = 180
"""A hall's certificate is issued again when it has fewer days left; it may be cut off for a month without harm."""

_YEAR: Final = timedelta(days=365)
_SERIAL_BYTES: Final = 16
_ISS, _SUB, _EXP, _NBF, _CNF = 1, 2, 4, 5, 8
_NAME: Final = -65537
_COSE_KEY, _EC2, _P256 = 1, 2, 1
_COMMON_NAME_CHARACTERS_MAX: Final = 64


class CodeKey(msgspec.Struct, frozen=True, kw_only=True):
    """What the authority's CWT says: whose key it is and from when to when it signs (aware times)."""

    city: str
    hall: str
    name: str
    public: bytes
    starts: datetime
    ends: datetime


def serial(random: Callable[[int], bytes]) -> int:
    """Draw a certificate's serial number."""
    return int.from_bytes(random(_SERIAL_BYTES)) >> 1 | 1  # positive and not zero (RFC 5280 §4.1.2.2)


def _usage(*, documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=documents,
        content_commitment=documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not documents,
        crl_sign=not documents,
        encipher_only=False,
        decipher_only=False,
    )


def names(organisation: str, common: str, unit: str = "") -> x509.Name:
    """Write whom a certificate names: the city's code, a name for people, and the hall's code where it is a hall."""
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, organisation)]
    if unit:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    parts.append((NameOID.COMMON_NAME, common[:_COMMON_NAME_CHARACTERS_MAX]))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def whole(moment: datetime) -> datetime:
    """Give a time in whole seconds of UTC, as X.509 has it."""
    return moment.astimezone(UTC).replace(microsecond=0)


def create_authority(key: DocumentKey, *, city: str, now: datetime, random: Callable[[int], bytes]) -> bytes:
    """Make the authority's own certificate, valid for twenty years.

    Args:
        key: the authority's key, used for nothing else.
        city: the city's code.
        now: aware time.
        random: draws the serial number.

    Returns:
        X.509 in DER.
    """
    name, start = names(city, f"{city} 电子文书证书机构"), whole(now)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public)
        .serial_number(serial(random))
        .not_valid_before(start)
        .not_valid_after(start + AUTHORITY_YEARS * _YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(documents=False), critical=True)
        .add_extension(own, critical=False)
        .sign(key.private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return certificate.public_bytes(Encoding.DER)


def issue(
    key: DocumentKey,
    authority: bytes,
    *,
    hall: str,
    name: str,
    public: bytes,
    now: datetime,
    random: Callable[[int], bytes],
) -> Credential:
    """Certify a hall's document key for three years, or to the authority's own end.

    Args:
        key: the authority's key.
        authority: its certificate, DER.
        hall: hall code.
        name: the hall's name as the public knows it; readers show it as the signer.
        public: the hall's document key, compressed point.
        now: aware time.
        random: draws the serial number.

    Raises:
        Malformed: the public key, or the authority's certificate, cannot be read.
    """
    parent = read_certificate(authority)
    city = organisation(parent)
    start, holder = whole(now), read_point(public)
    end = min(start + CERTIFICATE_YEARS * _YEAR, parent.not_valid_after_utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(names(city, name, hall))
        .issuer_name(parent.subject)
        .public_key(holder)
        .serial_number(serial(random))
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(documents=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(holder), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public), critical=False)
        .sign(key.private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    claims = {
        _ISS: city,
        _SUB: hall,
        _EXP: int(end.timestamp()),
        _NBF: int(start.timestamp()),
        _CNF: {1: {_COSE_KEY: _EC2, -1: _P256, -2: public[1:], -3: public[0] & 1 == 1}},
        _NAME: name,
    }
    return Credential(
        certificate=certificate.public_bytes(Encoding.DER), authority=authority, code=cose.sign1(claims, key)
    )


def read_certificate(data: bytes) -> x509.Certificate:
    """Read an X.509 certificate; raises Malformed."""
    try:
        certificate = x509.load_der_x509_certificate(data)
        certificate.extensions  # noqa: B018 - parses them now, so that nothing fails later
    except (ValueError, UserWarning) as error:  # a serial number that is not positive is told as a warning
        raise Malformed(N_("证书无法读取"), code="bad_certificate") from error
    return certificate


def public_of(certificate: x509.Certificate) -> PublicKey:
    """Give a certificate's key; raises Malformed when it is not one of P-256."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed(N_("证书的密钥不是 P-256"), code="bad_certificate") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed(N_("证书的密钥不是 P-256"), code="bad_certificate")
    return key


def organisation(certificate: x509.Certificate) -> str:
    """Give the city's code that a certificate names as its organisation."""
    return _text(certificate, NameOID.ORGANIZATION_NAME)


def hall_of(certificate: x509.Certificate) -> str:
    """Give the hall code that a certificate was issued to; empty for the authority's own."""
    return _text(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)


def common_name(certificate: x509.Certificate) -> str:
    """Give the name that a certificate shows."""
    return _text(certificate, NameOID.COMMON_NAME)


def _text(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def signed_by_any(certificate: x509.Certificate, authorities: Sequence[bytes], at: datetime) -> x509.Certificate:
    """Find the authority that issued a certificate, and hold the certificate's dates against a time.

    Args:
        certificate: a hall's.
        authorities: certificates that are trusted, DER.
        at: when the document was signed.

    Returns:
        The authority's certificate.

    Raises:
        SignatureError: none of them issued it, or it was not valid then.
    """
    for known in authorities:
        parent = read_certificate(known)
        try:
            certificate.verify_directly_issued_by(parent)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            continue
        if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            break
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise SignatureError(N_("签名时签发厅的证书不在有效期内"), code="certificate_dates")
        return parent
    raise SignatureError(N_("签发厅的证书不是本市签发的"), code="foreign_certificate")


def open_code_key(message: bytes, authorities: Sequence[PublicKey]) -> CodeKey:
    """Verify the authority's CWT for a hall's key.

    Raises:
        Malformed: it is none.
        SignatureError: none of the authorities signed it.
    """
    _, claims, signature, signed = cose.open1(message)
    for known in authorities:
        try:
            cose.check1(known, signature, signed)
        except SignatureError:
            continue
        return _code_key(claims)
    raise SignatureError(N_("签发厅的密钥不是本市认证的"), code="foreign_certificate")


def _code_key(claims: Any) -> CodeKey:
    try:
        key = claims[_CNF][1]
        public = bytes([2 + bool(key[-3])]) + key[-2]
        read_point(public)
        return CodeKey(
            city=str(claims[_ISS]),
            hall=str(claims[_SUB]),
            name=str(claims[_NAME]),
            public=public,
            starts=datetime.fromtimestamp(claims[_NBF], UTC),
            ends=datetime.fromtimestamp(claims[_EXP], UTC),
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, OSError) as error:
        raise Malformed(N_("不是本系统的签名码，或已损坏"), code="code_form") from error


def check_credential(credential: Credential, public: bytes) -> CodeKey:
    """Hold a credential against the key that it is for: chain, CWT and key agree.

    Args:
        credential: what came from the city.
        public: the hall's own document key, compressed point.

    Returns:
        What its CWT says.

    Raises:
        SignatureError, Malformed: it does not hold together, or is for another key.
    """
    certificate, parent = read_certificate(credential.certificate), read_certificate(credential.authority)
    signed_by_any(certificate, (credential.authority,), certificate.not_valid_before_utc)
    said = open_code_key(credential.code, (public_of(parent),))
    agree = (
        point(public_of(certificate)) == said.public == public
        and (said.starts, said.ends) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        and (said.city, said.hall) == (organisation(certificate), hall_of(certificate))
    )
    if not agree:
        raise SignatureError(N_("证书与本厅的文书密钥不符"), code="certificate_mismatch")
    return said
