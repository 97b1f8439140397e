"""The hall's ends of a bundle: what it carries to the city, and how the city's answer is taken in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.clock import Clock, format_time, parse_time
from appliance.errors import N_, Refusal, TransportFailure
from appliance.ledger.note import VerifierKey
from appliance.store.acknowledgements import BlobProgress
from appliance.store.contacts import Contact
from sync.agent import BEHIND, EQUAL
from sync.carried.volume import Member, Volume, open_volume, volume_paths
from sync.carried.writing import (
    VOLUME_BYTES_DEFAULT,
    Contents,
    Exported,
    Piece,
    Progress,
    Sender,
    blob_pieces,
    contents_of,
    name_taken,
    own_manifest,
    sender_of,
    write_bundle,
)
from sync.city_client import CityClient
from sync.hall import CITY_PEER, Hall
from sync.logs import RANGE_BYTES_MAX
from sync.messages import RECORDS_COUNT_MAX, AppendRequest, encode_ack, encode_append, log_hash
from sync.reconcile import EXPLANATIONS, Finding, Span
from sync.stages import Session, Stop, SyncLimits, acknowledge_and_compare, keep_cosignature, plan_own, pull
from sync.transports.carried import CarriedCity
from sync.trust import BundleManifest

DIRECTION: Final = "h2c"
MISSING_COUNT_MAX: Final = 300


# ---- out ---------------------------------------------------------------------------------------------------------


def hall_sender(hall: Hall, folder: Path, clock: Clock) -> Sender:
    """Say who writes: this hall, for its city; raises Refusal without bundle keys."""
    return sender_of(hall.trust, hall.keys.hall, hall.keys.bundle, hall.trust.keys.bundle_key, folder, clock)


def export_to_city(
    hall: Hall,
    target: Path,
    folder: Path,
    clock: Clock,
    *,
    first: int | None = None,
    volume_bytes_max: int = VOLUME_BYTES_DEFAULT,
    force: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Exported:
    """Write what the city lacks, as far as the hall knows, into a bundle.

    Args:
        hall: the hall's port.
        target: file of the first volume.
        folder: where unlinked files lie.
        clock: dates the bundle.
        first: begin at this entry instead of where the city's last acknowledgement ends.
        volume_bytes_max: largest volume before encryption.
        force: write over another bundle of that name.
        tell: is told the progress.

    Raises:
        Refusal: no bundle keys, a name that is taken, a folder that is not there, or a full medium.
    """
    sender = hall_sender(hall, folder, clock)
    planned = contents = _planned(hall, first)
    begun = own_manifest(target, sender) if target.is_file() and not force else None
    if begun is not None and not begun.last and _still_right(hall, begun, contents):
        contents = contents_of(begun)  # the log may have grown since: what was begun is finished first
    written = write_bundle(
        sender,
        contents,
        lambda wanted: _pieces(hall, wanted),
        target,
        volume_bytes_max=volume_bytes_max,
        force=force,
        tell=tell,
    )
    if written.resumed == len(written.files) and contents != planned:
        raise name_taken(target)  # that one is finished, and the hall has written more since
    return written


def _planned(hall: Hall, first: int | None) -> Contents:
    size = hall.positions().own_size
    contact, progress = hall.contact(), hall.blob_progress()
    known = hall.cosigned_size()
    told = contact.detail.get("city_size") if contact else None
    if told is not None:
        known = min(known, int(told))  # a city that went back lacks what it once acknowledged
    start = min(size, known if first is None else first)
    return Contents(DIRECTION, start, size, min(progress.upto, start), progress.missing[:MISSING_COUNT_MAX])


def _still_right(hall: Hall, begun: BundleManifest, now: Contents) -> bool:
    ticket = hall.trust.ticket
    return (
        (begun.hall, begun.epoch, begun.direction) == (ticket.hall, ticket.epoch, DIRECTION)
        and (begun.first, begun.held_upto, begun.held_missing) == (now.first, now.held_upto, now.held_missing)
        and begun.size <= now.size
    )


def _pieces(hall: Hall, contents: Contents) -> Iterator[Piece]:
    """Give records before scans; the ack between them asks for the city's answer and says where its log stands here."""
    path = f"/v1/log/{log_hash(hall.own_origin)}/append"
    position = contents.first
    if position == contents.size and (note := hall.head_note(position)) is not None:
        yield Piece(Member("POST", path, {}, encode_append(AppendRequest(position, (), note, ()))))
    while position < contents.size:
        batch = hall.batch(Span(position, contents.size), records_max=RECORDS_COUNT_MAX, bytes_max=RANGE_BYTES_MAX)
        if batch is None:
            break
        request = AppendRequest(batch.start, hall.proof(batch.start, batch.end), batch.checkpoint_note, batch.records)
        yield Piece(Member("POST", path, {}, encode_append(request)), records=len(batch.records))
        position = batch.end
    ack = hall.ack()
    if ack is not None:
        yield Piece(Member("POST", f"/v1/log/{log_hash(hall.mirror_origin)}/ack", {}, encode_ack(ack)))
    sent: set[str] = set()
    for digest in _wanted(hall, contents):
        if digest not in sent and hall.blobs.has(digest):
            sent.add(digest)
            yield from blob_pieces(hall.blobs, digest)


def _wanted(hall: Hall, contents: Contents) -> Iterator[str]:
    yield from contents.held_missing
    for _, digests in hall.blob_names(contents.held_upto, contents.size):
        yield from digests


# ---- in ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How importing a volume of the city's answer ended.

    Attributes:
        manifest: what the city signed.
        state: ``equal``, ``behind``, or a `Finding` other than ``resume``.
        pulled: entries of the city's log that were new here.
        acknowledged: entries of our log that the city holds, by this answer.
        known: nothing in it was new.
        explanation: message id for a person, empty when all is well.
    """

    manifest: BundleManifest
    state: str
    pulled: int
    acknowledged: int
    known: bool
    explanation: str


def import_from_city(hall: Hall, first: Path, folder: Path, clock: Clock) -> list[TakenIn]:
    """Take in the city's answer: all volumes that lie beside the first.

    Args:
        hall: the hall's port.
        first: file of the first volume.
        folder: where unlinked files lie.
        clock: dates the import.

    Raises:
        Refusal: not a bundle, not for this hall, of another epoch; or entries are missing before it.
        IntegrityFailure: cut off or changed; nothing was taken in.
    """
    return [_take_in(hall, path, folder, clock) for path in volume_paths(first)]


def look_at(hall: Hall, path: Path, folder: Path) -> BundleManifest:
    """Give the manifest of a bundle for or from this hall, verified; raises as `import_from_city`."""
    identity = hall.keys.bundle
    if identity is None:
        raise no_identity(hall.trust.ticket.hall)
    with open_volume(path, identity, lambda claimed: _signer(hall, claimed, either=True), folder) as volume:
        return volume.manifest


def no_identity(subject: str) -> Refusal:
    """Say that nothing can be read here that was carried."""
    return Refusal(
        N_("本机没有数据包密钥，不能装入"),
        code="no_bundle_key",
        subject=subject,
        next_step=N_("请市级重新签发凭证（新的纪元），或改用网络同步"),
    )


def _signer(hall: Hall, claimed: BundleManifest, *, either: bool = False) -> VerifierKey:
    ticket = hall.trust.ticket
    require_place(claimed, city=ticket.city, hall=ticket.hall, epoch=ticket.epoch)
    if claimed.direction == DIRECTION:
        if either:
            return hall.trust.hall
        raise Refusal(
            N_("这是本厅发给市级的数据包，不是市级的回件"),
            code="wrong_direction",
            next_step=N_("请把它带到市级；回件装入后这里会显示结果"),
        )
    return VerifierKey.parse(hall.trust.keys.ticket)


def require_place(claimed: BundleManifest, *, city: str, hall: str, epoch: int) -> None:
    """Refuse a manifest of another city, hall or epoch, each in its own words."""
    if claimed.city != city or claimed.hall != hall:
        raise Refusal(
            N_("数据包属于 %(other)s，这里是 %(here)s，没有装入"),
            code="wrong_hall",
            params={"other": f"{claimed.city}/{claimed.hall}", "here": f"{city}/{hall}"},
            next_step=N_("请核对 U 盘，换上属于本厅的数据包"),
        )
    if claimed.epoch != epoch:
        raise Refusal(
            N_("数据包属于第 %(other)s 纪元，这里是第 %(here)s 纪元，没有装入"),
            code="wrong_epoch",
            params={"other": claimed.epoch, "here": epoch},
            next_step=N_("请对方重新导出；旧纪元的记录按恢复手册处理"),
        )


def _take_in(hall: Hall, path: Path, folder: Path, clock: Clock) -> TakenIn:
    identity = hall.keys.bundle
    if identity is None:
        raise no_identity(hall.trust.ticket.hall)
    with open_volume(path, identity, lambda claimed: _signer(hall, claimed), folder) as volume:
        return _feed(hall, volume, clock)


def _feed(hall: Hall, volume: Volume, clock: Clock) -> TakenIn:
    carried = CarriedCity(volume, hall.trust)
    session = Session(hall, CityClient(carried), SyncLimits())
    fresh = _is_fresh(hall, carried, volume.manifest)
    session.fresh = fresh
    before, known_size = hall.mirror(), hall.cosigned_size()
    state, explanation = BEHIND, ""
    try:
        _pull(session, carried, fresh=fresh)
        _answered(session, carried, volume.manifest, fresh=fresh)
        acknowledge_and_compare(session)
        state = EQUAL if session.equal else session.finding.value if session.finding else BEHIND
        explanation = session.explanation
    except Stop as stop:
        state, explanation = stop.finding.value, stop.explanation
    except TransportFailure as failure:
        raise Refusal(failure.message, code=failure.code, params=failure.params, next_step=failure.next_step) from None
    if fresh:
        _conclude(hall, volume.manifest, state, explanation, session.city_size, clock)
    return TakenIn(
        manifest=volume.manifest,
        state=state,
        pulled=session.pulled,
        acknowledged=session.city_size or 0,
        known=hall.mirror() == before and hall.cosigned_size() == known_size and not session.explanation,
        explanation=explanation,
    )


def _is_fresh(hall: Hall, carried: CarriedCity, manifest: BundleManifest) -> bool:
    """Say whether the city wrote this after what we last heard of it; an older letter takes nothing back."""
    newest = hall.newest_cosignature_time()
    if newest is not None and carried.cosigned_at is not None and carried.h2c_head is not None:
        # Cosignatures count in seconds: within the same one, what acknowledges less is the older letter.
        size = carried.h2c_head.size if carried.cosigned_at == newest else hall.cosigned_size()
        return carried.cosigned_at >= newest and size >= hall.cosigned_size()
    contact, size = hall.contact(), carried.h2c_head.size if carried.h2c_head is not None else 0
    if contact is None or contact.at is None:
        return True
    written, heard = parse_time(manifest.created), parse_time(contact.at)
    return written > heard or (written == heard and size >= hall.cosigned_size())


def _pull(session: Session, carried: CarriedCity, *, fresh: bool) -> None:
    """Take the city's entries; a letter that ends before what is held is checked to be a beginning of it."""
    hall, newest, held = session.hall, carried.newest, session.hall.mirror()
    if newest is not None and newest.size > held.size:
        if carried.first > held.size:
            raise Refusal(
                N_("数据包从第 %(first)s 条开始，本机只有前 %(held)s 条，中间的还没有装入"),
                code="bundle_gap",
                params={"first": carried.first, "held": held.size},
                next_step=N_("请先装入上一卷，或请市级用 --from %(held)s 重新导出"),
            )
        pull(session)
        return
    for head in (newest, carried.c2h_head):
        if head is not None and head.size <= held.size and hall.mirror_root(head.size) != head.root:
            raise Stop(Finding.CITY_FORKED, EXPLANATIONS[Finding.CITY_FORKED])
    if fresh and carried.c2h_head is not None and carried.c2h_head.size < held.size:
        session.finding, session.explanation = Finding.CITY_BEHIND, EXPLANATIONS[Finding.CITY_BEHIND]


def _answered(session: Session, carried: CarriedCity, manifest: BundleManifest, *, fresh: bool) -> None:
    """Hold our log against the head that the city has of it, keep its cosignature and what it says of our scans."""
    hall = session.hall
    plan_own(session)
    if carried.h2c_head is None:
        session.city_size = 0
        return
    keep_cosignature(session, carried.h2c_head.size, carried.h2c_note)
    session.city_size = carried.h2c_head.size
    if fresh:
        upto = min(manifest.held_upto, carried.h2c_head.size)
        progress = BlobProgress(upto=upto, missing=manifest.held_missing)
        if progress != hall.blob_progress():
            hall.store_blob_progress(progress)


def _conclude(
    hall: Hall, manifest: BundleManifest, state: str, explanation: str, city_size: int | None, clock: Clock
) -> None:
    detail = {
        "city_size": city_size,
        "explanation": explanation,
        "tried": format_time(clock.now()),
        "carried": {"bundle": manifest.bundle, "volume": manifest.volume, "created": manifest.created},
    }
    success = manifest.created if state == EQUAL else None
    hall.store_contact(Contact(CITY_PEER, state, manifest.created, success, detail))
