"""Certificates of the link 联网证书: who is at either end of a TLS connection between a hall and its city.

The city's document authority signs them, the one certificate authority whose key the root certifies. A certificate of
the link says what it is for (extended key usage, RFC 5280 §4.2.1.12): a hall's is for clients only, the city's for
servers only, and a document certificate names neither, so that none of the three can stand in for another.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.signing.authority import names, organisation, read_certificate, serial, whole
from appliance.signing.keys import DocumentKey, read_point

LINK_YEARS: Final = 3
CLIENT: Final = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH

LinkKey = DocumentKey
"""The same kind of key, ECDSA P-256 of 32 bytes; each is made for the link and used for nothing else."""

_USAGE: Final = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def certify_hall(
    key: DocumentKey,
    authority: bytes,
    *,
    hall: str,
    name: str,
    public: bytes,
    now: datetime,
    random: Callable[[int], bytes],
) -> bytes:
    """Certify a hall's link key for three years, or to the authority's own end.

    Args:
        key: the authority's key.
        authority: its certificate, DER.
        hall: hall code.
        name: the hall's name.
        public: the hall's link key, compressed point.
        now: aware time.
        random: draws the serial number.

    Returns:
        X.509 in DER, for TLS clients only.

    Raises:
        Malformed: the public key, or the authority's certificate, cannot be read.
    """
    subject = names(organisation(read_certificate(authority)), name, hall)
    return _sign(key, authority, subject, public, CLIENT, (), now, random)


def certify_city(
    key: DocumentKey,
    authority: bytes,
    *,
    name: str,
    hosts: Sequence[str],
    public: bytes,
    now: datetime,
    random: Callable[[int], bytes],
) -> bytes:
    """Certify the city's link key for the names and addresses under which halls reach it.

    Args:
        key: the authority's key.
        authority: its certificate, DER.
        name: the city's name.
        hosts: host names and IP addresses.
        public: the city's link key, compressed point.
        now: aware time.
        random: draws the serial number.

    Returns:
        X.509 in DER, for TLS servers only.
    """
    subject = names(organisation(read_certificate(authority)), name)
    return _sign(key, authority, subject, public, SERVER, hosts, now, random)


def _sign(
    key: DocumentKey,
    authority: bytes,
    subject: x509.Name,
    public: bytes,
    purpose: x509.ObjectIdentifier,
    hosts: Sequence[str],
    now: datetime,
    random: Callable[[int], bytes],
) -> bytes:
    parent, start, holder = read_certificate(authority), whole(now), read_point(public)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject)
        .public_key(holder)
        .serial_number(serial(random))
        .not_valid_before(start)
        .not_valid_after(min(start + timedelta(days=365 * LINK_YEARS), parent.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(holder), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
    return builder.sign(key.private, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def is_for(certificate: x509.Certificate, purpose: x509.ObjectIdentifier) -> bool:
    """Tell whether a certificate was issued for this end of the link and for no other."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return list(usage) == [purpose]


def hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the host names and addresses that a certificate is for."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(one.value) for one in named)


def pem_of(key: DocumentKey, certificate: bytes) -> bytes:
    """Write a private key and its certificate as the one file that TLS libraries read; it is a secret."""
    held = read_certificate(certificate)
    secret = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + held.public_bytes(Encoding.PEM)
