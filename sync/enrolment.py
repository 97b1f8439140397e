"""Enrolment 入网: a hall asks, two officers sign, the city issues a ticket, the hall verifies and keeps it.

The steps are pure functions; the few that touch files say so and write each file whole, fsynced and renamed, so that
a step repeated after a power cut starts from the same place.

    hall: create keys → request ──► city: draft (fixes what is signed) → officer A signs → officer B signs → issue
    hall: verify from the pinned root, compare with its own keys → keep ticket.note and root.vkey
"""

import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from appliance.clock import Clock, format_time
from appliance.errors import N_, Conflict, IntegrityFailure, Invalid, NotFound
from appliance.ledger.checkpoint import append_lines
from appliance.ledger.failure import SignatureError
from appliance.ledger.note import KeyType, Note, NoteSigner, SignatureLine, VerifierKey, open_note, sign_note
from appliance.ledger.signer import SEED_BYTES, Cosigner, LogSigner, create_seed
from appliance.signing.keys import DocumentKey, is_point
from sync.carried.sealing import KEY_FILE, Identity, ensure_identity, public_of, read_identity
from sync.trust import (
    OFFICERS_NEEDED,
    CityKeys,
    EnrolRequest,
    Ticket,
    Trust,
    open_city_keys,
    open_ticket,
    origin_of,
    read_statement,
    require_two_officers,
    sign_statement,
    statement_text,
    trust_of,
    two_officers_refusal,
)

LEASE_DEFAULT: Final = timedelta(days=35)
DOCUMENT_SEED: Final = "document.seed"
TICKET_FILE: Final = "ticket.note"
ROOT_FILE: Final = "root.vkey"
OLD_TICKETS: Final = "tickets"
REQUEST_FILE: Final = "enrol-request.note"
AREA: Final = re.compile(r"[0-9]{6}")
HALL_CODE: Final = re.compile(r"[0-9]{2}")
CITY_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
HALL_NAME_CHARACTERS_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class HallKeys:
    """A hall's private keys, each for one role.

    Attributes:
        hall: signs requests and status.
        h2c: signs the hall's log.
        cosigner: cosigns the city's log.
        bundle: opens bundles that were carried here; None at a hall made before there were any.
        document: signs PDFs and codes; None in a hall that was enrolled without one.
    """

    hall: LogSigner
    h2c: LogSigner
    cosigner: Cosigner
    bundle: Identity | None = None
    document: DocumentKey | None = None


# ---- files -------------------------------------------------------------------------------------------------------


def write_file(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a small file whole: temporary file, fsync, rename, fsync of the directory.

    If the power fails in here, the old file or the new one is there, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def write_secret(path: Path, content: bytes) -> None:
    """Write a private key file whole, with mode 0600."""
    write_file(path, content, mode=0o600)


def ensure_seed(path: Path, random: Callable[[int], bytes]) -> bytes:
    """Give the private key in a file of mode 0600, made when it is absent; an existing key is never replaced."""
    if not path.exists():
        write_file(path, create_seed(random).hex().encode() + b"\n", mode=0o600)
    return read_seed(path)


def read_seed(path: Path) -> bytes:
    """Read a private key file.

    Raises:
        NotFound: no such file.
        IntegrityFailure: others can read it, or it is not 32 bytes in hex.
    """
    if not path.is_file():
        raise NotFound(N_("找不到密钥文件 %(name)s"), code="no_key", subject=path.name, params={"name": path.name})
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise IntegrityFailure(
            N_("密钥文件 %(name)s 能被其他用户读取"),
            code="key_permissions",
            subject=path.name,
            params={"name": path.name},
            next_step=N_("请把权限改为 0600，并考虑更换密钥"),
        )
    text = path.read_text().strip()
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise IntegrityFailure(
            N_("密钥文件 %(name)s 已损坏"), code="bad_key", subject=path.name, params={"name": path.name}
        )
    return seed


def load_hall_keys(
    directory: Path, *, city: str, hall: str, epoch: int, clock: Clock, random: Callable[[int], bytes] | None = None
) -> HallKeys:
    """Load the hall's keys from ``keys/``; with `random`, make those that are absent (files)."""
    keys = directory / "keys"

    def seed(name: str) -> bytes:
        return read_seed(keys / name) if random is None else ensure_seed(keys / name, random)

    return HallKeys(
        hall=LogSigner(f"{city}/{hall}", seed("hall.seed")),
        h2c=LogSigner(origin_of(city, hall, "h2c", epoch), seed(f"h2c-e{epoch}.seed")),
        cosigner=Cosigner(f"{city}/{hall}/cosigner", seed("cosigner.seed"), time=lambda: int(clock.now().timestamp())),
        bundle=read_identity(keys / KEY_FILE) if random is None else ensure_identity(keys / KEY_FILE, write_secret),
        document=DocumentKey(seed(DOCUMENT_SEED)) if random or (keys / DOCUMENT_SEED).is_file() else None,
    )


# ---- hall --------------------------------------------------------------------------------------------------------


def make_request(
    keys: HallKeys, *, city: str, area: str, hall_code: str, hall_name: str, epoch: int, now: datetime
) -> bytes:
    """Write and sign the hall's request.

    Raises:
        Invalid: a code or the name is not acceptable; `fields` says which.
    """
    request = EnrolRequest(
        city=city,
        area=area,
        hall_code=hall_code,
        hall_name=hall_name.strip(),
        epoch=epoch,
        hall_vkey=keys.hall.vkey,
        h2c_vkey=keys.h2c.vkey,
        cosigner_vkey=keys.cosigner.vkey,
        created=format_time(now),
        bundle_key=public_of(keys.bundle) if keys.bundle else "",
        document_key=keys.document.public_bytes.hex() if keys.document else "",
    )
    check_request(request)
    return sign_statement(request, keys.hall)


def check_request(request: EnrolRequest) -> None:
    """Refuse codes, names or keys that do not fit; raises Invalid with a message for each field."""
    wrong: dict[str, str] = {}
    if not CITY_CODE.fullmatch(request.city):
        wrong["city"] = N_("城市代码应为小写字母、数字和连字符")
    if not AREA.fullmatch(request.area):
        wrong["area"] = N_("区划代码应为 6 位数字")
    if not HALL_CODE.fullmatch(request.hall_code):
        wrong["hall_code"] = N_("大厅代码应为 2 位数字")
    if not 0 < len(request.hall_name) <= HALL_NAME_CHARACTERS_MAX:
        wrong["hall_name"] = N_("请填写大厅名称，不超过 60 字")
    hall = request.area + request.hall_code
    expected = {
        "hall_vkey": (f"{request.city}/{hall}", KeyType.ED25519),
        "h2c_vkey": (origin_of(request.city, hall, "h2c", request.epoch), KeyType.ED25519),
        "cosigner_vkey": (f"{request.city}/{hall}/cosigner", KeyType.COSIGNATURE),
    }
    for field, (name, kind) in expected.items():
        key = VerifierKey.parse(getattr(request, field))
        if (key.name, key.type) != (name, kind):
            wrong[field] = N_("密钥的名称或种类与大厅不符")
    if request.document_key and not is_point(request.document_key):
        wrong["document_key"] = N_("文书签名公钥无法读取")
    if wrong:
        raise Invalid(N_("入网申请有 %(count)s 处不正确"), fields=wrong, params={"count": len(wrong)})


def install_ticket(directory: Path, note: bytes, root: VerifierKey, *, clock: Clock) -> Trust:
    """Verify a ticket from the root down, hold it against the hall's own keys and keep it (files).

    Args:
        directory: the hall's data directory.
        note: the ticket.
        root: the city's root key, whose fingerprint a person has compared.
        clock: for the keys.

    Raises:
        SignatureError, Forbidden, IntegrityFailure, Malformed: as `open_ticket`.
        Conflict: another root is pinned here already, or the ticket is for other keys.
    """
    pinned = pinned_root(directory)
    if pinned is not None and pinned != root:
        raise Conflict(
            N_("本厅已信任另一个市级根密钥"), code="other_root", next_step=N_("更换根密钥要由两名审批员开启新纪元")
        )
    trust = open_ticket(note, root)
    ticket = trust.ticket
    keys = load_hall_keys(directory, city=ticket.city, hall=ticket.hall, epoch=ticket.epoch, clock=clock)
    document = keys.document.public_bytes.hex() if keys.document else ""
    if (ticket.hall_vkey, ticket.h2c_vkey, ticket.hall_cosigner_vkey, ticket.document_key or document) != (
        keys.hall.vkey,
        keys.h2c.vkey,
        keys.cosigner.vkey,
        document,
    ):
        raise Conflict(N_("这份入网凭证是发给另一组密钥的"), code="not_our_ticket", subject=ticket.hall)
    # The root goes first: a ticket without its pinned root would not be believed at the next start.
    write_file(directory / ROOT_FILE, root.format().encode() + b"\n")
    write_file(directory / TICKET_FILE, note)
    return trust


def pinned_root(directory: Path) -> VerifierKey | None:
    """Give the root key pinned in a data directory, or None (file)."""
    path = directory / ROOT_FILE
    return VerifierKey.parse(path.read_text().strip()) if path.is_file() else None


def load_trust(directory: Path) -> Trust | None:
    """Verify and give the hall's ticket; None while the hall is SEALED (files)."""
    root = pinned_root(directory)
    path = directory / TICKET_FILE
    if root is None or not path.is_file():
        return None
    return open_ticket(path.read_bytes(), root)


def load_old_tickets(directory: Path, root: VerifierKey) -> list[Trust]:
    """Give the verified tickets of older epochs that a recovery kept, oldest first (files)."""
    notes = [path.read_bytes() for path in (directory / OLD_TICKETS).glob("e*.note")]
    return sorted((open_ticket(note, root) for note in notes), key=lambda trust: trust.ticket.epoch)


# ---- city --------------------------------------------------------------------------------------------------------


def open_request(note: bytes) -> EnrolRequest:
    """Verify that a request is signed with the hall key that it names; raises Malformed, SignatureError or Invalid."""
    claimed = read_statement(EnrolRequest, Note.parse(note).text)
    open_note(note, (VerifierKey.parse(claimed.hall_vkey),))
    check_request(claimed)
    return claimed


def draft_ticket(
    request_note: bytes,
    *,
    city_keys_note: bytes,
    root: VerifierKey,
    c2h: VerifierKey,
    now: datetime,
    lease: timedelta = LEASE_DEFAULT,
) -> str:
    """Fix the text that both officers and the ticket key will sign.

    Raises:
        Invalid: the request is for another city.
        SignatureError, Malformed: the request or the city's keys do not verify.
    """
    request = open_request(request_note)
    keys = open_city_keys(city_keys_note, root)
    if request.city != keys.city:
        raise Invalid(N_("入网申请是给另一个城市的"), code="other_city", subject=request.city)
    ticket = Ticket(
        city=request.city,
        area=request.area,
        hall_code=request.hall_code,
        hall_name=request.hall_name,
        epoch=request.epoch,
        h2c_origin=VerifierKey.parse(request.h2c_vkey).name,
        h2c_vkey=request.h2c_vkey,
        c2h_origin=c2h.name,
        c2h_vkey=c2h.format(),
        city_cosigner_vkey=keys.cosigner,
        hall_vkey=request.hall_vkey,
        hall_cosigner_vkey=request.cosigner_vkey,
        issued=format_time(now),
        lease_until=format_time(now + lease),
        request=sha256(request_note).hexdigest(),
        city_keys=city_keys_note.decode(),
        hall_bundle_key=request.bundle_key,
        document_key=request.document_key,
    )
    trust_of(ticket, keys)
    return statement_text(ticket)


def approve(draft: str, officer: NoteSigner, keys: CityKeys) -> str:
    """Give one officer's own signature line on a draft.

    Raises:
        SignatureError: the key is not of an officer that the root certified.
    """
    if officer.verifier.format() not in keys.officers:
        raise SignatureError(N_("这把密钥不属于市级审批员"), code="not_an_officer", subject=officer.verifier.name)
    return Note.parse(sign_note(draft, officer)).signatures[0].format()


def issue_ticket(draft: str, approvals: Sequence[str], ticket_signer: NoteSigner, keys: CityKeys) -> bytes:
    """Sign the ticket once two different officers have.

    Raises:
        Forbidden: fewer than two different officers.
        SignatureError: a line does not hold.
    """
    if len(approvals) < OFFICERS_NEEDED:
        raise two_officers_refusal(len(approvals))
    lines = tuple(SignatureLine.parse(line.removesuffix("\n")) for line in approvals)
    opened = open_note(Note(draft, lines).format(), tuple(VerifierKey.parse(vkey) for vkey in keys.officers))
    require_two_officers(opened, keys)
    return append_lines(sign_note(draft, ticket_signer), *approvals)
