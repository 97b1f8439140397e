"""The city's enrolment desk: requests wait as files, each officer signs with an own key, the second signature issues.

``enrol/<sha256 of the request>/``: ``request.note``, ``draft.txt`` (fixed by the first approval: what is signed does
not change after that), ``approval-<officer>.line``; the ticket goes to ``tickets/<hall>-e<N>.note``. Every file is
written whole, so a step cut short by a power failure is repeated and gives the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from appliance.clock import Clock
from appliance.errors import N_, Conflict, NotFound, TooLarge
from appliance.ledger.note import Note, NoteSigner
from appliance.ledger.signer import LogSigner
from sync.enrolment import LEASE_DEFAULT, approve, draft_ticket, ensure_seed, issue_ticket, open_request, write_file
from sync.hub.keyring import Keyring, c2h_key_path, ticket_path
from sync.messages import NOTE_BYTES_MAX
from sync.trust import EnrolRequest, Ticket, origin_of, read_statement

REQUESTS_WAITING_MAX: Final = 100
FOLDER: Final = "enrol"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request on the desk.

    Attributes:
        id: hex SHA-256 of the request; its first digits name it on the command line.
        request: what the hall asks.
        approvals: names of the officers' keys that have signed.
        issued: the ticket exists.
    """

    id: str
    request: EnrolRequest
    approvals: tuple[str, ...]
    issued: bool


def receive_request(directory: Path, note: bytes) -> bytes | None:
    """Put a request on the desk; gives the ticket when it has been issued for this very request.

    Raises:
        Malformed, SignatureError, Invalid: not an acceptable request.
        TooLarge: the note, or the number of requests waiting.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise TooLarge(N_("入网申请过大"), code="body_too_large")
    request = open_request(note)
    digest = sha256(note).hexdigest()
    issued = _issued(directory, request, digest)
    if issued is not None:
        return issued
    folder = directory / FOLDER / digest
    if not folder.is_dir():
        desk = directory / FOLDER
        if desk.is_dir() and sum(1 for _ in desk.iterdir()) >= REQUESTS_WAITING_MAX:
            raise TooLarge(N_("等待审批的入网申请过多"), code="too_many_requests")
        write_file(folder / "request.note", note)
    return None


def list_requests(directory: Path) -> list[Waiting]:
    """List the desk, oldest request first."""
    found = []
    for path in (directory / FOLDER).glob("*/request.note"):
        note = path.read_bytes()
        request, digest = open_request(note), sha256(note).hexdigest()
        approvals = tuple(sorted(line.stem.removeprefix("approval-") for line in path.parent.glob("approval-*.line")))
        found.append(Waiting(digest, request, approvals, _issued(directory, request, digest) is not None))
    return sorted(found, key=lambda waiting: (waiting.request.created, waiting.id))


def approve_request(
    directory: Path,
    prefix: str,
    officer: NoteSigner,
    keyring: Keyring,
    clock: Clock,
    random: Callable[[int], bytes],
    *,
    lease: timedelta = LEASE_DEFAULT,
) -> Waiting:
    """Sign a request as one officer; the second different officer's signature issues the ticket.

    Args:
        directory: the city's data directory.
        prefix: the request's id, or enough of its beginning.
        officer: that person's own key.
        keyring: the city's keys.
        clock: dates the ticket and its lease.
        random: for the key of the city's log for this hall.
        lease: how long the hall may work alone from now on.

    Raises:
        NotFound: no, or more than one, such request.
        SignatureError: the key is not of an officer that the root certified.
        Conflict: the hall has a ticket of this epoch already.
    """
    waiting = _find(directory, prefix)
    folder = directory / FOLDER / waiting.id
    hall, epoch = waiting.request.area + waiting.request.hall_code, waiting.request.epoch
    if ticket_path(directory, hall, epoch).exists() and not waiting.issued:
        raise Conflict(N_("这个大厅在本纪元已有入网凭证"), code="already_enrolled", subject=hall)
    if waiting.issued:
        return waiting
    draft = _draft(directory, folder, waiting.request, keyring, clock, random, lease)
    line = approve(draft, officer, keyring.keys)
    write_file(folder / f"approval-{officer.verifier.name.rpartition('/')[2]}.line", line.encode())
    lines = [path.read_text() for path in sorted(folder.glob("approval-*.line"))]
    if len(lines) >= 2:  # noqa: PLR2004 - two officers; `issue_ticket` checks that they are different people
        write_file(ticket_path(directory, hall, epoch), issue_ticket(draft, lines, keyring.ticket, keyring.keys))
    return _find(directory, waiting.id)


def _draft(
    directory: Path,
    folder: Path,
    request: EnrolRequest,
    keyring: Keyring,
    clock: Clock,
    random: Callable[[int], bytes],
    lease: timedelta,
) -> str:
    path = folder / "draft.txt"
    if not path.is_file():
        hall = request.area + request.hall_code
        seed = ensure_seed(c2h_key_path(directory, hall, request.epoch), random)
        c2h = LogSigner(origin_of(request.city, hall, "c2h", request.epoch), seed).verifier
        text = draft_ticket(
            (folder / "request.note").read_bytes(),
            city_keys_note=keyring.keys_note,
            root=keyring.root,
            c2h=c2h,
            now=clock.now(),
            lease=lease,
        )
        write_file(path, text.encode())
    return path.read_text()


def _find(directory: Path, prefix: str) -> Waiting:
    found = [waiting for waiting in list_requests(directory) if prefix and waiting.id.startswith(prefix)]
    if len(found) != 1:
        raise NotFound(
            N_("没有唯一的入网申请以 %(prefix)s 开头"), code="no_request", subject=prefix, params={"prefix": prefix}
        )
    return found[0]


def _issued(directory: Path, request: EnrolRequest, digest: str) -> bytes | None:
    path = ticket_path(directory, request.area + request.hall_code, request.epoch)
    if not path.is_file():
        return None
    note = path.read_bytes()
    return note if read_statement(Ticket, Note.parse(note).text).request == digest else None
