"""The city's end of the link: its own certificate, those that it gives to halls, and those that it has revoked (files).

``keys/link.seed`` and ``keys/link.pem`` are the city's; ``links/<hall>.der`` is a hall's newest certificate,
``links/<hall>.revoked`` the keys of that hall which are believed no more, one in hex a line. Both officers have
approved the hall key with the ticket, and it signs the request, so a certificate needs no approval of its own.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509

from appliance.clock import Clock
from appliance.errors import N_, Forbidden, Invalid, NotFound
from appliance.ledger.note import Note
from appliance.signing.authority import RENEWED_BEFORE_DAYS, public_of, read_certificate
from appliance.signing.keys import point
from appliance.signing.link import LinkKey, certify_city, certify_hall, hosts_of, pem_of
from sync.enrolment import ensure_seed, write_file, write_secret
from sync.hub.keyring import Keyring
from sync.link import LINK_PEM, LINK_SEED
from sync.messages import NOTE_BYTES_MAX
from sync.trust import LinkRequest, open_statement, read_statement

if TYPE_CHECKING:
    from sync.hub.hub import Hub

FOLDER: Final = "links"


def certify_link(hub: "Hub", note: bytes) -> bytes:
    """Give a hall the certificate that it asks for; the same one again until its end is near.

    Args:
        hub: the city.
        note: the hall's request, signed with the hall key of its ticket.

    Returns:
        X.509 in DER.

    Raises:
        Malformed, SignatureError: not a request of that hall.
        NotFound: no such hall.
        Forbidden: the key was revoked.
        Invalid: the city has no authority, or the request is for another city.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise Invalid(N_("联网证书申请过大"), code="body_too_large")
    code = read_statement(LinkRequest, Note.parse(note).text).hall
    hub.adopt()
    trust = hub.hall(code)
    request = open_statement(LinkRequest, note, trust.hall)
    keyring, public = hub.keyring, bytes.fromhex(request.public)
    if request.city != keyring.keys.city:
        raise Invalid(N_("联网证书申请是给另一个城市的"), code="other_city", subject=request.city)
    if is_revoked(hub.directory, code, public):
        raise Forbidden(
            N_("大厅 %(hall)s 的这把联网密钥已被市级吊销"),
            code="link_revoked",
            subject=code,
            params={"hall": code},
            next_step=N_("请在大厅运行 hall link renew --new-key 换一把密钥"),
        )
    held = newest(hub.directory, code)
    if held is not None and _point(held) == public and _lasts(held, hub.clock):
        return (hub.directory / FOLDER / f"{code}.der").read_bytes()
    issued = certify_hall(
        _authority(keyring),
        keyring.authority_certificate,
        hall=code,
        name=trust.ticket.hall_name,
        public=public,
        now=hub.clock.now(),
        random=hub.random,
    )
    write_file(hub.directory / FOLDER / f"{code}.der", issued)
    return issued


def newest(directory: Path, code: str) -> x509.Certificate | None:
    """Give the newest certificate of a hall's link, or None (file)."""
    path = directory / FOLDER / f"{code}.der"
    return read_certificate(path.read_bytes()) if path.is_file() else None


def revoke(directory: Path, code: str) -> bytes:
    """Believe a hall's present link key no more, at once and for good (files).

    Returns:
        The key, compressed point.

    Raises:
        NotFound: the hall has no certificate.
    """
    held = newest(directory, code)
    if held is None:
        raise NotFound(N_("大厅 %(hall)s 没有联网证书"), code="no_certificate", subject=code, params={"hall": code})
    public, path = _point(held), directory / FOLDER / f"{code}.revoked"
    known = path.read_bytes() if path.is_file() else b""
    if not is_revoked(directory, code, public):
        write_file(path, known + public.hex().encode() + b"\n")
    (directory / FOLDER / f"{code}.der").unlink()
    return public


def is_revoked(directory: Path, code: str, public: bytes) -> bool:
    """Tell whether a hall's link key was revoked (file)."""
    path = directory / FOLDER / f"{code}.revoked"
    return path.is_file() and public.hex() in path.read_text().split()


def ensure_server(
    directory: Path,
    keyring: Keyring,
    *,
    name: str,
    hosts: Sequence[str],
    clock: Clock,
    random: Callable[[int], bytes],
    again: bool = False,
) -> tuple[Path, x509.Certificate, bool]:
    """Make the city's own key and certificate of the link, or a new certificate where one is needed (files).

    Args:
        directory: the city's data directory.
        keyring: the city's keys.
        name: the city's name.
        hosts: names and addresses under which halls reach the city.
        clock: dates the certificate.
        random: cryptographic randomness.
        again: issue in any case.

    Returns:
        The file that TLS reads, the certificate, and whether it is new.

    Raises:
        Invalid: no names are set, or the city has no authority.
    """
    if not hosts:
        raise Invalid(
            N_("没有填写大厅连接市级所用的名称或地址"),
            code="no_link_hosts",
            subject="link_hosts",
            next_step=N_('请在 city.toml 填写，例如 link_hosts = ["city.example", "10.1.2.3"]'),
        )
    key, path = LinkKey(ensure_seed(directory / "keys" / LINK_SEED, random)), directory / "keys" / LINK_PEM
    if path.is_file() and not again:
        held = x509.load_pem_x509_certificate(path.read_bytes())
        if set(hosts_of(held)) == set(hosts) and _point(held) == key.public_bytes and _lasts(held, clock):
            return path, held, False
    issued = certify_city(
        _authority(keyring),
        keyring.authority_certificate,
        name=name,
        hosts=hosts,
        public=key.public_bytes,
        now=clock.now(),
        random=random,
    )
    write_secret(path, pem_of(key, issued))
    return path, read_certificate(issued), True


def _authority(keyring: Keyring) -> LinkKey:
    if keyring.authority is None:
        raise Invalid(
            N_("市级还没有证书机构，不能签发联网证书"),
            code="no_authority",
            subject=keyring.keys.city,
            next_step=N_("请先运行 city ca init"),
        )
    return keyring.authority


def _lasts(certificate: x509.Certificate, clock: Clock) -> bool:
    return certificate.not_valid_after_utc - clock.now() > timedelta(days=RENEWED_BEFORE_DAYS)


def _point(certificate: x509.Certificate) -> bytes:
    return point(public_of(certificate))
