"""The city's keys and tickets on disk: made once, loaded and verified from the root down at every start."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from appliance.clock import Clock, format_time
from appliance.errors import N_, Conflict, IntegrityFailure, Invalid, NotFound
from appliance.ledger.note import VerifierKey
from appliance.ledger.signer import Cosigner, LogSigner
from appliance.signing import authority as documents
from appliance.signing.keys import DocumentKey, point
from sync.carried.sealing import KEY_FILE, Identity, ensure_identity, public_of, read_identity
from sync.enrolment import CITY_CODE, ROOT_FILE, ensure_seed, read_seed, write_file, write_secret
from sync.trust import OFFICERS_NEEDED, CityKeys, Trust, fingerprint, open_city_keys, open_ticket, sign_statement

CITY_KEYS_FILE: Final = "city-keys.note"
ROOT_SEED: Final = "root.seed"
AUTHORITY_SEED: Final = "authority.seed"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The city's keys.

    Attributes:
        root: the public root key.
        keys: what the root certified.
        keys_note: the same, as signed.
        ticket: signs tickets.
        cosigner: cosigns the halls' checkpoints.
        bundle: opens bundles that were carried here; None in a city made before there were any.
        authority: signs certificates for the halls' document keys; None in a city that has none yet.
    """

    root: VerifierKey
    keys: CityKeys
    keys_note: bytes
    ticket: LogSigner
    cosigner: Cosigner
    bundle: Identity | None = None
    authority: DocumentKey | None = None

    @property
    def authority_certificate(self) -> bytes:
        """The document authority's certificate, DER; empty without one."""
        return base64.b64decode(self.keys.authority)


@dataclass(frozen=True, slots=True)
class NewCity:
    """What `create_city` made: the root's fingerprint and where the keys that people must take away lie."""

    fingerprint: str
    root_seed: Path
    officer_seeds: Mapping[str, Path]


def create_city(
    directory: Path, *, city: str, officers: tuple[str, ...], clock: Clock, random: Callable[[int], bytes]
) -> NewCity:
    """Make a city's keys and have the root certify them (files). A step repeated gives the same.

    The root key and the officers' keys are written below ``handover/`` with mode 0600, to be carried away: the root to
    an offline medium, each officer's to that person.

    Args:
        directory: the city's data directory.
        city: code, first part of every origin.
        officers: ids of at least two approving officers.
        clock: dates the certificate.
        random: cryptographic randomness.

    Raises:
        Invalid: a code that does not fit, or fewer than two officers.
        Conflict: another city lives here.
    """
    if not CITY_CODE.fullmatch(city) or not all(CITY_CODE.fullmatch(officer) for officer in officers):
        raise Invalid(N_("城市与审批员的代码应为小写字母、数字和连字符"), fields={"city": N_("代码不正确")})
    if len(set(officers)) < OFFICERS_NEEDED:
        raise Invalid(N_("至少需要两名不同的审批员"), fields={"officers": N_("至少两名")})
    handover, keys = directory / "handover", directory / "keys"
    if (directory / CITY_KEYS_FILE).is_file():
        existing = load_keyring(directory, clock)
        if existing.keys.city != city:
            raise Conflict(N_("这里已有另一个城市的数据"), code="other_city", subject=existing.keys.city)
        root_key = existing.root
    else:
        root = LogSigner(f"{city}/root", ensure_seed(handover / ROOT_SEED, random))
        root_key = root.verifier
        document = DocumentKey(ensure_seed(keys / AUTHORITY_SEED, random))
        now = clock.now()
        certified = CityKeys(
            city=city,
            serial=1,
            issued=format_time(now),
            ticket=LogSigner(f"{city}/ticket", ensure_seed(keys / "ticket.seed", random)).vkey,
            cosigner=Cosigner(f"{city}/cosigner", ensure_seed(keys / "cosigner.seed", random), time=lambda: 0).vkey,
            officers=tuple(
                LogSigner(officer_name(city, officer), ensure_seed(handover / f"officer-{officer}.seed", random)).vkey
                for officer in officers
            ),
            bundle_key=public_of(ensure_identity(keys / KEY_FILE, write_secret)),
            authority=_new_authority(document, city, now, random),
        )
        write_file(directory / ROOT_FILE, root.vkey.encode() + b"\n")
        # The certificate is last: with it the city exists, without it everything is made again from the same keys.
        write_file(directory / CITY_KEYS_FILE, sign_statement(certified, root))
    return NewCity(
        fingerprint(root_key),
        handover / ROOT_SEED,
        {officer: handover / f"officer-{officer}.seed" for officer in officers},
    )


def _new_authority(key: DocumentKey, city: str, now: datetime, random: Callable[[int], bytes]) -> str:
    return base64.b64encode(documents.create_authority(key, city=city, now=now, random=random)).decode()


def renew_authority(directory: Path, root_seed: Path, *, clock: Clock, random: Callable[[int], bytes]) -> Keyring:
    """Give the city a document authority, or its authority a new certificate for the same key (files).

    The root signs it, so its key has to be fetched from where it is kept. What was signed before stays valid.

    Args:
        directory: the city's data directory.
        root_seed: the root's private key.
        clock: dates the certificate.
        random: cryptographic randomness.

    Raises:
        NotFound: no city, or no such key file.
        Invalid: it is not the root's key.
    """
    held = load_keyring(directory, clock)
    root = LogSigner(f"{held.keys.city}/root", read_seed(root_seed))
    if root.verifier != held.root:
        raise Invalid(N_("这把密钥不是本市的根密钥"), code="not_the_root", subject=root_seed.name)
    key, now = DocumentKey(ensure_seed(directory / "keys" / AUTHORITY_SEED, random)), clock.now()
    certified = msgspec.structs.replace(
        held.keys,
        serial=held.keys.serial + 1,
        issued=format_time(now),
        authority=_new_authority(key, held.keys.city, now, random),
    )
    write_file(directory / CITY_KEYS_FILE, sign_statement(certified, root))
    return load_keyring(directory, clock)


def officer_name(city: str, officer: str) -> str:
    """Give the name of an officer's key."""
    return f"{city}/officer/{officer}"


def officer_signer(path: Path, keyring: Keyring) -> LogSigner:
    """Load an officer's own key; raises Invalid when it belongs to none that the root certified."""
    signer = signer_of_seed(read_seed(path), keyring)
    if signer is None:
        raise Invalid(N_("这把密钥不属于市级审批员"), code="not_an_officer", subject=path.name)
    return signer


def signer_of_seed(seed: bytes, keyring: Keyring) -> LogSigner | None:
    """Give the officer whose key this is, or None for a key that the root certified for nobody."""
    names = (VerifierKey.parse(vkey).name for vkey in keyring.keys.officers)
    return next((one for name in names if (one := LogSigner(name, seed)).vkey in keyring.keys.officers), None)


def load_keyring(directory: Path, clock: Clock) -> Keyring:
    """Load the city's keys and hold them against what the root certified (files).

    Raises:
        NotFound: no city was made here.
        SignatureError, IntegrityFailure: the keys are not the certified ones.
    """
    note, root_path = directory / CITY_KEYS_FILE, directory / ROOT_FILE
    if not note.is_file() or not root_path.is_file():
        raise NotFound(N_("这里还没有市级数据"), code="no_city", next_step=N_("请先运行 city init"))
    root = VerifierKey.parse(root_path.read_text().strip())
    keys_note = note.read_bytes()
    keys = open_city_keys(keys_note, root)
    ticket = LogSigner(f"{keys.city}/ticket", read_seed(directory / "keys" / "ticket.seed"))
    cosigner = Cosigner(
        f"{keys.city}/cosigner",
        read_seed(directory / "keys" / "cosigner.seed"),
        time=lambda: int(clock.now().timestamp()),
    )
    authority = DocumentKey(read_seed(directory / "keys" / AUTHORITY_SEED)) if keys.authority else None
    certified = authority is None or authority.public_bytes == point(
        documents.public_of(documents.read_certificate(base64.b64decode(keys.authority)))
    )
    if not certified or (ticket.vkey, cosigner.vkey) != (keys.ticket, keys.cosigner):
        raise IntegrityFailure(N_("市级密钥与根密钥所认证的不符"), code="keys_mismatch", subject=keys.city)
    bundle = read_identity(directory / "keys" / KEY_FILE)
    if keys.bundle_key != (public_of(bundle) if bundle else ""):
        raise IntegrityFailure(N_("市级密钥与根密钥所认证的不符"), code="keys_mismatch", subject=KEY_FILE)
    return Keyring(root, keys, keys_note, ticket, cosigner, bundle, authority)


def load_tickets(directory: Path, root: VerifierKey) -> dict[str, Trust]:
    """Verify and give all tickets by hall code (files); of several epochs of a hall the highest counts."""
    return {trust.ticket.hall: trust for trust in load_epochs(directory, root)}


def load_epochs(directory: Path, root: VerifierKey) -> list[Trust]:
    """Verify and give the tickets of all halls and epochs, by hall code and epoch (files)."""
    notes = [path.read_bytes() for path in (directory / "tickets").glob("*.note")]
    return sorted((open_ticket(note, root) for note in notes), key=lambda one: (one.ticket.hall, one.ticket.epoch))


def ticket_path(directory: Path, hall: str, epoch: int) -> Path:
    """Give the place of a hall's ticket."""
    return directory / "tickets" / f"{hall}-e{epoch}.note"


def c2h_key_path(directory: Path, hall: str, epoch: int) -> Path:
    """Give the place of the key of the city's log for a hall."""
    return directory / "keys" / f"c2h-{hall}-e{epoch}.seed"


def c2h_signer(directory: Path, trust: Trust) -> LogSigner:
    """Load the key of the city's log for a hall and hold it against the ticket (files)."""
    ticket = trust.ticket
    signer = LogSigner(ticket.c2h_origin, read_seed(c2h_key_path(directory, ticket.hall, ticket.epoch)))
    if signer.vkey != ticket.c2h_vkey:
        raise IntegrityFailure(N_("下发日志的密钥与入网凭证不符"), code="keys_mismatch", subject=ticket.c2h_origin)
    return signer
