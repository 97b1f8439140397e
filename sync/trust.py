"""Who may sign what: signed statements of the root, the city and the hall. Pure: bytes in, verified values out.

The chain (protocol §4, "Trust root"), each link checked by `open_ticket` and by nothing else:

    root key (offline, its fingerprint compared by voice or paper when a hall is enrolled)
      signs CityKeys: the city's ticket key, its cosigner key, the keys of its approving officers
        ticket key + two different officers sign Ticket: one hall's logs, keys, epoch and lease

A statement is a signed note whose text is one header line, which names its kind, and one line of canonical JSON. A key
is used in one role only, so no statement can be taken for another or for a checkpoint. Unknown fields are ignored by
older readers and stay in the signed bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

from appliance.clock import parse_time
from appliance.errors import N_, Forbidden, IntegrityFailure
from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.note import KeyType, Note, NoteSigner, OpenedNote, VerifierKey, open_note, sign_note

OFFICERS_NEEDED: Final = 2
FINGERPRINT_HEX_DIGITS: Final = 32

S = TypeVar("S", bound=msgspec.Struct)
_encode = msgspec.json.Encoder(order="sorted").encode


class CityKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What the root certifies.

    Attributes:
        city: the city's code, first part of every key name and origin.
        serial: counts up; a hall takes no lower one than it has seen.
        issued: instant.
        ticket: vkey that signs the city's statements: tickets and the manifests of bundles.
        cosigner: vkey that cosigns the halls' checkpoints.
        officers: vkeys of the approving officers, each person's own.
        bundle_key: age recipient of bundles that are carried to the city; empty for a city made before there were any.
        authority: certificate of the document authority, base64 of DER; empty in a city that has none yet.
    """

    city: str
    serial: int
    issued: str
    ticket: str
    cosigner: str
    officers: tuple[str, ...]
    bundle_key: str = ""
    authority: str = ""


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A hall asks to be taken in: its names and public keys, signed with its own hall key.

    Attributes:
        city: code of the city asked.
        area: six digits 区划.
        hall_code: two digits within the area.
        hall_name: name of the hall as the public knows it.
        epoch: epoch of the log to open.
        hall_vkey: signs requests and status reports.
        h2c_vkey: signs the hall's log; its name is the origin.
        cosigner_vkey: cosigns the city's log.
        created: instant.
        bundle_key: age recipient of bundles that are carried to the hall.
        document_key: hex of the key that signs PDFs and codes, a compressed point of P-256; empty without one.
    """

    city: str
    area: str
    hall_code: str
    hall_name: str
    epoch: int
    hall_vkey: str
    h2c_vkey: str
    cosigner_vkey: str
    created: str
    bundle_key: str = ""
    document_key: str = ""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """入网凭证: the city's word that this hall belongs to it, with all keys that either side needs of the other.

    Attributes:
        city: city code.
        area: six digits 区划.
        hall_code: two digits within the area.
        hall_name: name of the hall.
        epoch: epoch of both logs.
        h2c_origin: name of the hall's log.
        h2c_vkey: its key.
        c2h_origin: name of the city's log for this hall.
        c2h_vkey: its key.
        city_cosigner_vkey: cosigns the hall's log.
        hall_vkey: signs the hall's status.
        hall_cosigner_vkey: cosigns the city's log.
        issued: instant.
        lease_until: until when what needs the city's leave may be done (protocol §5).
        request: hex SHA-256 of the request note that was approved.
        city_keys: the root-signed `CityKeys` note, so that the ticket is verified by itself.
        hall_bundle_key: age recipient of bundles that are carried to the hall.
        document_key: the hall's document key, which the city's document authority certifies; hex, or empty.
    """

    city: str
    area: str
    hall_code: str
    hall_name: str
    epoch: int
    h2c_origin: str
    h2c_vkey: str
    c2h_origin: str
    c2h_vkey: str
    city_cosigner_vkey: str
    hall_vkey: str
    hall_cosigner_vkey: str
    issued: str
    lease_until: str
    request: str
    city_keys: str
    hall_bundle_key: str = ""
    document_key: str = ""

    @property
    def hall(self) -> str:
        """Area and hall code: the hall's name in origins."""
        return self.area + self.hall_code

    @property
    def lease(self) -> datetime:
        """The lease's end as an aware time."""
        return parse_time(self.lease_until)


class HallStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a hall says about itself at each contact, signed with its hall key; counters and instants, never ages.

    Attributes:
        hall: the hall.
        time: the hall's wall clock.
        applied: entries of c2h that it has applied.
        own_size: durable size of h2c.
        gate: state of its gate (protocol §5).
        version: version of the software.
        oldest_unacknowledged: time of the oldest entry not under a cosignature; empty when there is none.
        blobs_pending: scans not yet acknowledged by the city.
        bytes_pending: their bytes.
        disk_free_bytes: room on the data device.
    """

    hall: str
    time: str
    applied: int
    own_size: int
    gate: str = "OPEN"
    version: str = ""
    oldest_unacknowledged: str = ""
    blobs_pending: int = 0
    bytes_pending: int = 0
    disk_free_bytes: int = 0


class BundleManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a volume of a bundle holds, signed by the hall's key or by the city's ticket key.

    Attributes:
        city: city code.
        hall: the hall from or to which it is carried.
        epoch: epoch of both logs.
        direction: ``h2c`` from the hall to the city, ``c2h`` back.
        bundle: hex id, the same in all volumes of one export.
        volume: number from 1.
        last: no volume follows.
        created: instant of the export at the sender's clock.
        first: size of the sender's log at which the bundle's records begin.
        size: size at which they end: the sender's durable head.
        records: records in this volume.
        files: scans and packs that end in this volume.
        members: messages in this volume.
        payload_bytes: their bytes.
        sha256: hex digest of their bytes.
        held_upto: from the city: all scans named by entries below this index are there, but for
        held_missing: those (hex SHA-256).
    """

    city: str
    hall: str
    epoch: int
    direction: str
    bundle: str
    volume: int
    last: bool
    created: str
    first: int
    size: int
    records: int
    files: int
    members: int
    payload_bytes: int
    sha256: str
    held_upto: int = 0
    held_missing: tuple[str, ...] = ()


class SalvageOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Two officers' order to keep signed entries that the log cannot take (protocol §4, §5).

    Attributes:
        origin: the hall's log.
        first: index of the first entry.
        size: entries of the hall's signed head.
        root: hex root of that head; with it the order names these entries and no others.
        reason: ``fork``, ``closed`` or ``compromise``.
        created: ISO 8601.
    """

    origin: str
    first: int
    size: int
    root: str
    reason: str
    created: str


class HeadSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """Two officers' word that a refused head of a hall was looked at and is settled.

    Attributes:
        hall: the hall whose key signed the head.
        kind: why it was refused: ``root``, ``proof`` or ``private``.
        head: the signed head, verbatim.
        created: ISO 8601.
    """

    hall: str
    kind: str
    head: str
    created: str


class LinkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A hall asks for a certificate of its link key, signed with its hall key; may be repeated at any time.

    Attributes:
        city: code of the city asked.
        hall: the hall.
        public: hex of the link key, a compressed point of P-256.
        created: instant.
    """

    city: str
    hall: str
    public: str
    created: str


HEADERS: Final[dict[type[msgspec.Struct], str]] = {
    CityKeys: "hallmark/city-keys/v1",
    EnrolRequest: "hallmark/enrol-request/v1",
    Ticket: "hallmark/ticket/v1",
    HallStatus: "hallmark/hall-status/v1",
    BundleManifest: "hallmark/bundle/v1",
    SalvageOrder: "hallmark/salvage/v1",
    HeadSettlement: "hallmark/head-settlement/v1",
    LinkRequest: "hallmark/link-request/v1",
}


def statement_text(statement: msgspec.Struct) -> str:
    """Write the text that is signed."""
    return f"{HEADERS[type(statement)]}\n{_encode(statement).decode()}\n"


def sign_statement(statement: msgspec.Struct, *signers: NoteSigner) -> bytes:
    """Sign a statement as a note."""
    return sign_note(statement_text(statement), *signers)


def read_statement(kind: type[S], text: str) -> S:
    """Read a statement's text, which the caller has verified or is about to; raises Malformed."""
    header, _, rest = text.partition("\n")
    if header != HEADERS[kind]:
        raise Malformed(N_("签名文件的种类不对"), code="wrong_statement", subject=header[:80])
    try:
        return msgspec.json.decode(rest, type=kind)
    except msgspec.MsgspecError as error:
        raise Malformed(N_("签名文件的内容无法读取"), code="bad_statement", subject=HEADERS[kind]) from error


def open_statement(kind: type[S], note: bytes, verifier: VerifierKey) -> S:
    """Verify a note with one key and read it; raises Malformed or SignatureError."""
    return read_statement(kind, open_note(note, (verifier,)).text)


def origin_of(city: str, hall: str, direction: str, epoch: int) -> str:
    """Give a log's origin: ``<city>/<hall>/h2c/e<N>`` or ``…/c2h/e<N>`` (protocol §1)."""
    return f"{city}/{hall}/{direction}/e{epoch}"


def fingerprint(vkey: VerifierKey) -> str:
    """Give what two people compare by voice or on paper: 128 bits of the key's SHA-256 in groups of four."""
    digest = sha256(bytes([vkey.type]) + vkey.public).hexdigest()[:FINGERPRINT_HEX_DIGITS]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


@dataclass(frozen=True, slots=True)
class Trust:
    """A verified ticket and its keys, parsed: all that either side verifies with.

    Attributes:
        ticket: the ticket.
        keys: what the root certified.
    """

    ticket: Ticket
    keys: CityKeys
    h2c: VerifierKey
    c2h: VerifierKey
    city_cosigner: VerifierKey
    hall: VerifierKey
    hall_cosigner: VerifierKey


def open_city_keys(note: bytes, root: VerifierKey) -> CityKeys:
    """Verify what the root certified; raises Malformed or SignatureError."""
    keys = open_statement(CityKeys, note, root)
    if root.name != f"{keys.city}/root":
        raise SignatureError(N_("根密钥不属于这个城市"), code="wrong_root", subject=keys.city)
    return keys


def approving_officers(opened: OpenedNote, keys: CityKeys) -> tuple[str, ...]:
    """Name the different officers whose own signatures stand under a note.

    Two key names with the same public key are one person.
    """
    officers = [VerifierKey.parse(vkey) for vkey in keys.officers]
    signed = {officer.public: officer.name for officer in officers if opened.signed_by(officer) is not None}
    return tuple(sorted(signed.values()))


def require_two_officers(opened: OpenedNote, keys: CityKeys) -> tuple[str, ...]:
    """Give the officers that signed.

    Raises:
        Forbidden: fewer than two different ones.
    """
    names = approving_officers(opened, keys)
    if len(names) < OFFICERS_NEEDED:
        raise two_officers_refusal(len(names))
    return names


def two_officers_refusal(count: int) -> Forbidden:
    """Say that `count` officers are not enough."""
    return Forbidden(
        N_("入网凭证需要两名不同的市级审批员各自签名，现有 %(count)s 名"),
        code="two_officers",
        params={"count": count},
        next_step=N_("请另一名审批员用自己的密钥签名"),
    )


def open_ticket(note: bytes, root: VerifierKey) -> Trust:
    """Verify a ticket from the pinned root down.

    Raises:
        Malformed: not a ticket.
        SignatureError: the root, the ticket key or an officer has not signed, or a signature does not hold.
        Forbidden: fewer than two officers.
        IntegrityFailure: names inside contradict one another.
    """
    claimed = read_statement(Ticket, Note.parse(note).text)
    keys = open_city_keys(claimed.city_keys.encode(), root)
    ticket_key = VerifierKey.parse(keys.ticket)
    opened = open_note(note, (ticket_key, *officer_keys(keys.officers)))
    if opened.signed_by(ticket_key) is None:
        raise SignatureError(N_("入网凭证没有市级凭证密钥的签名"), code="no_ticket_signature")
    require_two_officers(opened, keys)
    return trust_of(claimed, keys)


def trust_of(ticket: Ticket, keys: CityKeys) -> Trust:
    """Parse a ticket's keys and hold its names against one another; raises IntegrityFailure or Malformed."""
    trust = Trust(
        ticket=ticket,
        keys=keys,
        h2c=VerifierKey.parse(ticket.h2c_vkey),
        c2h=VerifierKey.parse(ticket.c2h_vkey),
        city_cosigner=VerifierKey.parse(ticket.city_cosigner_vkey),
        hall=VerifierKey.parse(ticket.hall_vkey),
        hall_cosigner=VerifierKey.parse(ticket.hall_cosigner_vkey),
    )
    parse_time(ticket.issued)
    consistent = (
        keys.city == ticket.city
        and keys.cosigner == ticket.city_cosigner_vkey
        and ticket.h2c_origin == trust.h2c.name == origin_of(ticket.city, ticket.hall, "h2c", ticket.epoch)
        and ticket.c2h_origin == trust.c2h.name == origin_of(ticket.city, ticket.hall, "c2h", ticket.epoch)
        and trust.hall.name == f"{ticket.city}/{ticket.hall}"
        and trust.city_cosigner.type is trust.hall_cosigner.type is KeyType.COSIGNATURE
        and trust.h2c.type is trust.c2h.type is trust.hall.type is KeyType.ED25519
        and _different(trust)
    )
    if not consistent:
        raise IntegrityFailure(N_("入网凭证内的名称或密钥互相矛盾"), code="ticket_inconsistent", subject=ticket.hall)
    return trust


def _different(trust: Trust) -> bool:
    """A key is used in one role only (protocol §2, COSIGNATURE)."""
    publics = [key.public for key in (trust.h2c, trust.c2h, trust.city_cosigner, trust.hall, trust.hall_cosigner)]
    return len(set(publics)) == len(publics)


def officer_keys(vkeys: Sequence[str]) -> tuple[VerifierKey, ...]:
    """Parse the keys of the approving officers that the root certified."""
    return tuple(VerifierKey.parse(vkey) for vkey in vkeys)
