"""A hall's end of the link: its own key, the authority it believes, the certificate that it asks for (files).

``keys/link.seed`` is the key; ``keys/link.pem`` key and certificate as TLS libraries read them, made again from the
seed and the city's answer at any time; ``authority.note`` what the root certified, where it is newer than the ticket.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from appliance.clock import format_time
from appliance.errors import N_, Invalid, Refusal
from appliance.ledger.note import NoteSigner, VerifierKey
from appliance.signing.authority import RENEWED_BEFORE_DAYS, hall_of, public_of, read_certificate, signed_by_any
from appliance.signing.keys import point
from appliance.signing.link import CLIENT, LinkKey, is_for, pem_of
from sync.enrolment import ROOT_FILE, ensure_seed, load_trust, pinned_root, write_file, write_secret
from sync.trust import CityKeys, LinkRequest, Trust, open_city_keys, sign_statement

LINK_SEED: Final = "link.seed"
LINK_PEM: Final = "link.pem"
AUTHORITY_NOTE: Final = "authority.note"


def pin_keys(directory: Path, note: bytes, root: VerifierKey) -> CityKeys:
    """Keep what the root certified, before a ticket brings it or where the ticket's is older.

    Args:
        directory: the hall's data directory.
        note: the city's ``city-keys.note``.
        root: the city's root key, whose fingerprint a person has compared.

    Raises:
        Refusal: another root is pinned here already, or a newer note was.
        Malformed, SignatureError: the root did not sign it.
    """
    pinned = pinned_root(directory)
    if pinned is not None and pinned != root:
        raise Refusal(
            N_("本厅已信任另一个市级根密钥"), code="other_root", next_step=N_("更换根密钥要由两名审批员开启新纪元")
        )
    keys = open_city_keys(note, root)
    held = believed_keys(directory)
    if held is not None and held.serial > keys.serial:
        raise Refusal(
            N_("本厅已有更新的市级密钥清单"),
            code="older_city_keys",
            subject=AUTHORITY_NOTE,
            next_step=N_("请向市级索取最新的 city-keys.note"),
        )
    write_file(directory / ROOT_FILE, root.format().encode() + b"\n")
    write_file(directory / AUTHORITY_NOTE, note)
    return keys


def believed_keys(directory: Path) -> CityKeys | None:
    """Give the newest that the pinned root certified, from the ticket or beside it; None before either (files)."""
    root = pinned_root(directory)
    if root is None:
        return None
    trust, beside = load_trust(directory), directory / AUTHORITY_NOTE
    known = [trust.keys] if trust is not None else []
    if beside.is_file():
        known.append(open_city_keys(beside.read_bytes(), root))
    return max(known, key=lambda keys: keys.serial, default=None)


def link_key(directory: Path, random: Callable[[int], bytes]) -> LinkKey:
    """Give the hall's link key, made when it is absent (file)."""
    return LinkKey(ensure_seed(directory / "keys" / LINK_SEED, random))


def new_key(directory: Path) -> None:
    """Forget key and certificate, so that the next contact makes new ones (files)."""
    for name in (LINK_PEM, LINK_SEED):
        (directory / "keys" / name).unlink(missing_ok=True)


def request_certificate(trust: Trust, key: LinkKey, hall: NoteSigner, now: datetime) -> bytes:
    """Write the hall's request: anybody may carry it, since only the holder of the link key can use the answer."""
    ticket = trust.ticket
    request = LinkRequest(city=ticket.city, hall=ticket.hall, public=key.public_bytes.hex(), created=format_time(now))
    return sign_statement(request, hall)


def keep_certificate(directory: Path, key: LinkKey, trust: Trust, answer: bytes, authority: bytes) -> x509.Certificate:
    """Hold the city's answer against the hall's own key and the pinned authority, and keep it (file).

    Raises:
        Malformed: not a certificate.
        SignatureError: not from the city's authority.
        Invalid: for another key, hall or purpose.
    """
    certificate = read_certificate(answer)
    # The authority is held against the date of issue: this hall's own clock may be years off.
    signed_by_any(certificate, (authority,), certificate.not_valid_before_utc)
    ours = (hall_of(certificate), point(public_of(certificate))) == (trust.ticket.hall, key.public_bytes)
    if not ours or not is_for(certificate, CLIENT):
        raise Invalid(N_("市级发来的联网证书不是给本厅这把密钥的"), code="not_our_certificate", subject=LINK_PEM)
    write_secret(directory / "keys" / LINK_PEM, pem_of(key, answer))
    return certificate


def held_certificate(directory: Path) -> x509.Certificate | None:
    """Give the hall's certificate of the link; None when there is none or it cannot be read (file)."""
    path = directory / "keys" / LINK_PEM
    if not path.is_file():
        return None
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        return None


def is_due(certificate: x509.Certificate, now: datetime) -> bool:
    """Tell whether it is time for a new certificate; judged by the wall clock, since asking in vain does no harm."""
    return certificate.not_valid_after_utc - now < timedelta(days=RENEWED_BEFORE_DAYS)
