"""The city's ends of a bundle: members go to the handlers that serve HTTP, and the answer is written for one hall."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from appliance.clock import parse_time
from appliance.errors import N_, HallmarkError, Refusal
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.merkle import Frontier, NodeReader, consistency_proof, leaf_hash
from appliance.ledger.note import Note, VerifierKey
from appliance.store.contacts import read_contact
from appliance.store.event_store import iterate, node_reader
from appliance.store.withholding import erased_blobs
from sync.carried.hall_side import MISSING_COUNT_MAX, no_identity, require_place
from sync.carried.volume import Member, Volume, open_volume, volume_paths
from sync.carried.writing import (
    VOLUME_BYTES_DEFAULT,
    Contents,
    Exported,
    Piece,
    Progress,
    blob_pieces,
    sender_of,
    write_bundle,
)
from sync.hall import blobs_of
from sync.hub import transfers
from sync.hub.following import settle
from sync.hub.heads import cosigned_head
from sync.hub.hub import Hub
from sync.hub.reads import checkpoint_note
from sync.hub.receive import KIND_FORK
from sync.hub.wire import Peer, WireRequest, handle
from sync.logs import RANGE_BYTES_MAX, cut, root_at
from sync.messages import (
    RECORDS_COUNT_MAX,
    AppendRequest,
    Heads,
    Status,
    decode_ack,
    decode_append,
    encode_append,
    encode_heads,
    log_hash,
)
from sync.reconcile import Span
from sync.trust import BundleManifest, HallStatus, Trust, read_statement

DIRECTION: Final = "c2h"
TALLY_MAX: Final = 20

# What a bundle may carry to a city; anything else of the protocol needs the hall at the other end.
CARRIED: Final = (("POST", "append"), ("POST", "ack"), ("PUT", "blob"))
REFUSALS: Final[dict[int, str]] = {
    Status.SIGNATURE: N_("签名不是这个大厅的"),
    Status.EPOCH_CLOSED: N_("这个纪元已经关闭，记录没有接收"),
    Status.PROOF: N_("记录与市级已存的不是同一条链：签名的日志头已作为证据保全"),
    Status.NO_SPACE: N_("市级磁盘空间不足，请腾出空间后再装入"),
    Status.MALFORMED: N_("内容的格式不对"),
    Status.TOO_LARGE: N_("内容超过上限"),
    Status.UNKNOWN: N_("不认识的内容"),
    Status.SIZE_DIFFERS: N_("缺少前面的记录：请先装入上一卷，或请大厅用 --from 重新导出"),
}


@dataclass(frozen=True, slots=True)
class Received:
    """How importing one volume ended.

    Attributes:
        manifest: what the hall signed.
        taken: records that were new.
        known: records that were here already.
        files: parts of scans taken in or here already.
        refused: message ids of what was not taken, each once.
        size: entries of the hall's log stored now.
        complete: the city now has all that the hall had when it wrote this.
    """

    manifest: BundleManifest
    taken: int
    known: int
    files: int
    refused: tuple[str, ...]
    size: int
    complete: bool

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values (``city bundle import --json``)."""
        return {
            "hall": self.manifest.hall,
            "epoch": self.manifest.epoch,
            "volume": self.manifest.volume,
            "last": self.manifest.last,
            "created": self.manifest.created,
            "taken": self.taken,
            "known": self.known,
            "files": self.files,
            "refused": list(self.refused),
            "size": self.size,
            "complete": self.complete,
        }


# ---- in ----------------------------------------------------------------------------------------------------------


def import_from_hall(
    hub: Hub, first: Path, *, tell: Callable[[int, int], None] = lambda _done, _total: None
) -> list[Received]:
    """Take in a hall's bundle: all volumes that lie beside the first. Taken in again it changes nothing.

    Args:
        hub: the city.
        first: file of the first volume.
        tell: is told members done and members in all, volume by volume.

    Raises:
        Refusal: not a bundle, not for this city, of an unknown hall or another epoch.
        IntegrityFailure: cut off or changed; nothing was taken in.
    """
    found = []
    for path in volume_paths(first):
        with open_volume(path, _identity(hub), lambda claimed: _signer(hub, claimed), folder_of(hub)) as volume:
            found.append(_feed(hub, volume, tell))
    transfers.look(hub)  # scans lie behind the records that name them
    return found


def look_at(hub: Hub, path: Path) -> BundleManifest:
    """Give the verified manifest of a bundle from or for a hall of this city; raises as `import_from_hall`."""
    with open_volume(
        path, _identity(hub), lambda claimed: _signer(hub, claimed, either=True), folder_of(hub)
    ) as volume:
        return volume.manifest


def folder_of(hub: Hub) -> Path:
    """Give where unlinked files of bundles lie."""
    return hub.directory / "bundles"


def _identity(hub: Hub) -> Any:
    if hub.keyring.bundle is None:
        raise no_identity(hub.keyring.keys.city)
    return hub.keyring.bundle


def _signer(hub: Hub, claimed: BundleManifest, *, either: bool = False) -> VerifierKey:
    city = hub.keyring.keys.city
    if claimed.city != city:
        require_place(claimed, city=city, hall=claimed.hall, epoch=claimed.epoch)
    hub.adopt()
    trust = hub.hall(claimed.hall)
    require_place(claimed, city=city, hall=trust.ticket.hall, epoch=trust.ticket.epoch)
    if claimed.direction == DIRECTION:
        if either:
            return hub.keyring.ticket.verifier
        raise Refusal(
            N_("这是市级发给大厅的数据包，不是大厅的上报"),
            code="wrong_direction",
            next_step=N_("请把它带到大厅装入"),
        )
    return trust.hall


class _Tally:
    """Counts what became of the members."""

    def __init__(self) -> None:
        self.taken = self.known = self.files = 0
        self.refused: list[str] = []

    def refuse(self, status: int) -> None:
        words = REFUSALS.get(status, N_("市级没有接收其中一部分"))
        if words not in self.refused and len(self.refused) < TALLY_MAX:
            self.refused.append(words)


def _feed(hub: Hub, volume: Volume, tell: Callable[[int, int], None]) -> Received:
    trust = hub.hall(volume.manifest.hall)
    tally = _Tally()
    fresh = _is_fresh(hub, trust, volume)
    for number, (_, member) in enumerate(volume.members(), 1):
        kind = member.path.rsplit("/", 1)[-1] if member.path.startswith("/v1/log/") else member.path.split("/")[2]
        if (member.method, kind) not in CARRIED:
            tally.refuse(Status.UNKNOWN)
        elif kind == "append":
            _append(hub, trust, member, tally, fresh=fresh)
        elif kind != "ack" or fresh:
            answer = _ask(hub, trust, member)
            if answer != Status.OK:
                tally.refuse(answer)
            elif kind == "blob":
                tally.files += 1
        tell(number, volume.manifest.members)
    settle(hub, trust)
    stored = hub.stored(trust.h2c)
    return Received(
        manifest=volume.manifest,
        taken=tally.taken,
        known=tally.known,
        files=tally.files,
        refused=tuple(tally.refused),
        size=stored.size,
        complete=not tally.refused and stored.size >= volume.manifest.size,
    )


def _ask(hub: Hub, trust: Trust, member: Member) -> int:
    peer = Peer(loopback=False, hall=trust.ticket.hall)
    return handle(hub, WireRequest(member.method, member.path, peer, "", member.headers, member.body)).status


def _is_fresh(hub: Hub, trust: Trust, volume: Volume) -> bool:
    """Say whether the hall wrote this after the last that was heard of it: an older letter takes no status back."""
    contact = read_contact(hub.store.reader(), trust.ticket.hall)
    known = contact.detail.get("status", {}).get("time", "") if contact else ""
    if not known:
        return True
    acks = [place for place, path in volume.places() if path.endswith("/ack")]
    if not acks:
        return False
    note = decode_ack(volume.member_at(acks[0]).body).status_note
    return parse_time(read_statement(HallStatus, Note.parse(note).text).time) > parse_time(known)


def _append(hub: Hub, trust: Trust, member: Member, tally: _Tally, *, fresh: bool) -> None:
    """Feed an append, cut down to what is not here yet; what is here already is held against what is stored."""
    try:
        request = decode_append(member.body)
        checkpoint = open_checkpoint(request.checkpoint_note, trust.h2c)
    except HallmarkError:
        tally.refuse(_ask(hub, trust, member))
        return
    stored = hub.stored(trust.h2c)
    overlap = min(stored.size, checkpoint.size) - request.old_size
    if overlap >= 0 and member.path == f"/v1/log/{log_hash(trust.h2c.name)}/append":
        if not _same(hub, trust, request, overlap) or (
            checkpoint.size <= stored.size
            and root_at(hub.store.reader(), trust.h2c.name, checkpoint.size) != checkpoint.root
        ):
            hub.keep_evidence(trust, KIND_FORK, request.checkpoint_note)
            tally.refuse(Status.PROOF)
            return
        tally.known += min(overlap, len(request.records))
        if checkpoint.size < stored.size or (checkpoint.size == stored.size and not fresh):
            return
        if 0 < overlap < len(request.records):
            member = Member(member.method, member.path, member.headers, encode_append(_trimmed(hub, request, overlap)))
    answer = _ask(hub, trust, member)
    if answer == Status.OK:
        tally.taken += max(0, len(request.records) - max(overlap, 0))
    else:
        tally.refuse(answer)


def _same(hub: Hub, trust: Trust, request: AppendRequest, overlap: int) -> bool:
    held = node_reader(hub.store.reader(), trust.h2c.name)
    return all(
        held(0, request.old_size + place) == leaf_hash(record.entry)
        for place, record in enumerate(request.records[:overlap])
    )


def _trimmed(hub: Hub, request: AppendRequest, overlap: int) -> AppendRequest:
    """Cut off what is here and prove the rest from the stored tree; the handler still recomputes the root."""
    origin = Note.parse(request.checkpoint_note).text.partition("\n")[0]
    stored, rest = request.old_size + overlap, request.records[overlap:]
    held = node_reader(hub.store.reader(), origin)
    leaves = [leaf_hash(record.entry) for record in rest]
    _, nodes = Frontier.load(stored, held).extend(leaves)
    grown = {(node.level, node.index): node.hash for node in nodes}
    grown |= {(0, stored + place): leaf for place, leaf in enumerate(leaves)}
    reader: NodeReader = lambda level, index: grown.get((level, index)) or held(level, index)  # noqa: E731
    proof = consistency_proof(stored, stored + len(rest), reader) if stored else ()
    return AppendRequest(stored, proof, request.checkpoint_note, rest)


# ---- out ---------------------------------------------------------------------------------------------------------


def export_to_hall(
    hub: Hub,
    code: str,
    target: Path,
    *,
    first: int | None = None,
    volume_bytes_max: int = VOLUME_BYTES_DEFAULT,
    force: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Exported:
    """Write the city's answer for one hall: its cosignature, what it holds, and what the hall lacks of the city's log.

    Args:
        hub: the city.
        code: the hall.
        target: file of the first volume.
        first: begin at this entry instead of where the hall's last ack ends.
        volume_bytes_max: largest volume before encryption.
        force: write over another bundle of that name.
        tell: is told the progress.

    Raises:
        NotFound: no such hall, or folder.
        Refusal: no bundle keys, a name that is taken, or a full medium.
    """
    trust = hub.hall(code)
    keyring = hub.keyring
    sender = sender_of(trust, keyring.ticket, keyring.bundle, trust.ticket.hall_bundle_key, folder_of(hub), hub.clock)
    with suppress(Refusal):
        transfers.look(hub)
        hub.renew_lease(trust)  # as after an append: a city that cannot write now still answers
    reader = hub.store.reader()
    stored = hub.stored(trust.c2h)
    contact = read_contact(reader, code)
    held = int(contact.detail.get("acknowledged", 0)) if contact else 0
    head = cosigned_head(hub, trust)
    upto, missing = _scans(hub, trust)
    heads = Heads(
        h2c_note=head.note if head else b"",
        c2h_note=checkpoint_note(reader, trust.c2h, stored.size, at_most=None) or b"",
    )
    opening = Member("POST", f"/v1/log/{log_hash(trust.c2h.name)}/ack", {}, encode_heads(heads))
    contents = Contents(DIRECTION, min(held if first is None else first, stored.size), stored.size, upto, missing)
    return write_bundle(
        sender,
        contents,
        lambda wanted: _pieces(hub, trust, wanted),
        target,
        opening=(opening,),
        volume_bytes_max=volume_bytes_max,
        force=force,
        tell=tell,
    )


def _pieces(hub: Hub, trust: Trust, contents: Contents) -> Iterator[Piece]:
    reader, origin = hub.store.reader(), trust.c2h.name
    path = f"/v1/log/{log_hash(origin)}/append"
    position = contents.first
    while position < contents.size:
        batch = cut(
            reader,
            origin,
            Span(position, contents.size),
            records_max=RECORDS_COUNT_MAX,
            bytes_max=RANGE_BYTES_MAX,
        )
        if batch is None:
            break
        body = encode_append(AppendRequest(batch.start, (), batch.checkpoint_note, batch.records))
        yield Piece(Member("POST", path, {}, body), records=len(batch.records))
        position = batch.end
    sent: set[str] = set()
    for digest in _named(hub, origin, contents.first, contents.size):
        if digest not in sent and hub.store.blobs.has(digest):
            sent.add(digest)
            yield from blob_pieces(hub.store.blobs, digest)


def _named(hub: Hub, origin: str, start: int, end: int) -> Iterator[str]:
    for record in iterate(hub.store.reader(), origin, start, end):
        yield from blobs_of(record)


def _scans(hub: Hub, trust: Trust) -> tuple[int, tuple[str, ...]]:
    """Say up to which entry of the hall's log all scans are here, but for a bounded list."""
    missing: dict[str, None] = {}
    size = hub.stored(trust.h2c).size
    erased = erased_blobs(hub.store.reader())
    for index, record in enumerate(iterate(hub.store.reader(), trust.h2c.name, 0, size)):
        lacking = [one for one in blobs_of(record) if one not in erased and not hub.store.blobs.has(one)]
        if len(missing) + len(lacking) > MISSING_COUNT_MAX:
            return index, tuple(missing)
        missing |= dict.fromkeys(lacking)
    return size, tuple(missing)
