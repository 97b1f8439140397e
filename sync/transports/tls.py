"""TLS between hall and city: version 1.3, the pinned authority of the city and no other, both ends shown (protocol §4).

Dates are not left to the library. A hall that was alone for years, or whose clock is years off, must be able to come
back: the city judges a hall's certificate itself (`sync.hub.links`), and a hall holds the city's against the time
floor, the earliest instant that it can be now by what the city itself has signed, never against its own wall clock.
"""

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from appliance.ledger.failure import Malformed
from appliance.signing.authority import read_certificate
from appliance.signing.link import SERVER, is_for

NO_CHECK_TIME: Final = 0x200000
"""``X509_V_FLAG_NO_CHECK_TIME`` of OpenSSL, which Python's module does not name."""

Floor = Callable[[], datetime | None]


def no_floor() -> datetime | None:
    """Know nothing of the time."""
    return None


def hall_context(authority: bytes, pem: Path | None, floor: Floor = no_floor) -> ssl.SSLContext:
    """Make the hall's end.

    Args:
        authority: the city's authority, DER; the machine's own store of authorities is not asked.
        pem: the hall's link key and certificate; None to ask for the first one.
        floor: the earliest instant that it can be now, or None.
    """
    context = _context(ssl.PROTOCOL_TLS_CLIENT, authority)
    context.hostname_checks_common_name = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    if pem is not None:
        context.load_cert_chain(pem)

    class Checked(_CheckedSocket):
        earliest = staticmethod(floor)

    context.sslsocket_class = Checked
    return context


def city_context(authority: bytes, pem: Path) -> ssl.SSLContext:
    """Make the city's end; a hall that shows no certificate can ask for enrolment and for a certificate, nothing else.

    Args:
        authority: the city's authority, DER.
        pem: the city's link key and certificate; loaded again when it was renewed.
    """
    context = _context(ssl.PROTOCOL_TLS_SERVER, authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.num_tickets = 0  # a resumed session would not show its certificate again
    context.load_cert_chain(pem)
    return context


def _context(protocol: int, authority: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authority)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


class _CheckedSocket(ssl.SSLSocket):
    """Holds the city's certificate against its purpose and the time floor before anything of a hall's is sent."""

    earliest: Floor

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's form
        super().do_handshake(block)
        fault = _fault(self.getpeercert(binary_form=True), self.earliest())
        if fault:
            raise ssl.SSLCertVerificationError(1, fault)


def _fault(shown: bytes | None, earliest: datetime | None) -> str:
    try:
        certificate = read_certificate(shown or b"")
    except Malformed:
        return "certificate cannot be read"
    if not is_for(certificate, SERVER):
        return "certificate is not for the city's server"
    if earliest is not None and certificate.not_valid_after_utc < earliest:
        return f"certificate ended {certificate.not_valid_after_utc:%Y-%m-%d}, before the city's own signed time"
    return ""


def peer_pem(transport_info: Callable[[str], Any]) -> str:
    """Give the certificate that the other end has shown and the library has verified; empty for none."""
    connection = transport_info("ssl_object")
    shown = connection.getpeercert(binary_form=True) if connection is not None else None
    return ssl.DER_cert_to_PEM_cert(shown) if shown else ""
