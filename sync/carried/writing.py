"""Writing a bundle: pieces in a fixed order, cut into volumes that each stand alone, going on where it was cut off."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from appliance.clock import Clock, format_time
from appliance.errors import N_, Conflict, HallmarkError, Invalid, Message, NotFound, Refusal
from appliance.ledger.note import NoteSigner
from sync.carried.sealing import Identity, public_of
from sync.carried.volume import MEMBERS_MAX, VOLUME_BYTES_MAX, Member, Payload, open_volume, volume_path
from sync.messages import BLOB_PART_BYTES, HEADER_BLOB_SIZE, part_count
from sync.parts import Blobs
from sync.trust import BundleManifest, Trust, sign_statement

VOLUME_BYTES_MIN: Final = 20 * 1024 * 1024
VOLUME_BYTES_DEFAULT: Final = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """A member and what it adds to the counts: records, and files that end with it."""

    member: Member
    records: int = 0
    files: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is: records and files written, of how many records; the volume being written."""

    records: int
    records_total: int
    files: int
    volume: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What one export carries; the same contents give the same members in the same order.

    Attributes:
        direction: ``h2c`` or ``c2h``.
        first: size of the sender's log where its records begin.
        size: where they end.
        held_upto: see `BundleManifest`.
        held_missing: the same.
    """

    direction: str
    first: int
    size: int
    held_upto: int = 0
    held_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes a bundle, for whom, and where it may spool.

    Attributes:
        trust: the ticket of the hall that it is from or for.
        signer: signs the manifests.
        identity: the sender's own age key; it can read what it wrote.
        recipient: the receiver's age key.
        folder: where unlinked files lie.
        clock: dates the bundle.
    """

    trust: Trust
    signer: NoteSigner
    identity: Identity
    recipient: str
    folder: Path
    clock: Clock


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that is done.

    Attributes:
        files: the volumes in order.
        first: size of the log where the records begin.
        size: where they end.
        records: records carried.
        blobs: scans or packs carried.
        resumed: volumes that stood there already.
    """

    files: tuple[Path, ...]
    first: int
    size: int
    records: int
    blobs: int
    resumed: int


def sender_of(
    trust: Trust, signer: NoteSigner, identity: Identity | None, recipient: str, folder: Path, clock: Clock
) -> Sender:
    """Put a sender together; raises Refusal when this city or hall was made before there were bundles."""
    if identity is None or not recipient:
        raise Refusal(
            N_("入网凭证里没有数据包公钥，不能用 U 盘交换"),
            code="no_bundle_key",
            subject=trust.ticket.hall,
            next_step=N_("请市级重新签发凭证（新的纪元），或改用网络同步"),
        )
    return Sender(trust, signer, identity, recipient, folder, clock)


def write_bundle(
    sender: Sender,
    contents: Contents,
    pieces: Callable[[Contents], Iterable[Piece]],
    target: Path,
    *,
    opening: tuple[Member, ...] = (),
    volume_bytes_max: int = VOLUME_BYTES_DEFAULT,
    force: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Exported:
    """Write a bundle's volumes beside one another.

    Volumes that an export of the same contents left there are kept, and writing goes on behind them.

    Args:
        sender: who writes, for whom.
        contents: what is carried.
        pieces: gives the members in their order.
        target: file of the first volume.
        opening: members that stand at the beginning of every volume.
        volume_bytes_max: a volume is closed before it would be longer, before encryption; or at `MEMBERS_MAX` members.
        force: write over another bundle of that name.
        tell: is told the progress after each piece.

    Raises:
        Invalid: volumes too small to be useful, or larger than a reader opens.
        NotFound: the folder does not exist.
        Conflict: another bundle has that name.
        OutOfSpace: the medium or the own disk is full, or the medium was pulled out.
    """
    if volume_bytes_max < VOLUME_BYTES_MIN:
        raise Invalid(N_("每卷不能小于 20 MB"), fields={"volume": N_("每卷不能小于 20 MB")})
    if volume_bytes_max > VOLUME_BYTES_MAX:
        most = Message(N_("每卷不能大于 %(most)s MB，再大对方打不开"), most=VOLUME_BYTES_MAX // 1024**2)
        raise Invalid(
            most.msgid,
            code="volume_too_large",
            params=most.params,
            fields={"volume": most},
            next_step=N_("请用较小的 --volume-mb 再导出，会自动分成几卷"),
        )
    if not target.parent.is_dir():
        raise NotFound(
            N_("找不到文件夹 %(name)s"),
            code="no_folder",
            params={"name": str(target.parent)},
            next_step=N_("请确认 U 盘已插好"),
        )
    standing = [] if force else list(_standing(sender, contents, target, len(opening)))
    if not standing and target.exists() and not force:
        raise name_taken(target)
    writing = _Writing(sender, contents, target, opening, volume_bytes_max, standing, tell)
    if not standing or not standing[-1].last:
        writing.run(pieces(contents))
    _remove_leftovers(target, len(writing.manifests))
    return Exported(
        files=tuple(volume_path(target, number) for number in range(1, len(writing.manifests) + 1)),
        first=contents.first,
        size=contents.size,
        records=sum(manifest.records for manifest in writing.manifests),
        blobs=sum(manifest.files for manifest in writing.manifests),
        resumed=len(standing),
    )


def name_taken(target: Path) -> Conflict:
    """Say that another bundle has this name."""
    return Conflict(
        N_("%(name)s 已经存在，是另一次导出"),
        code="bundle_exists",
        params={"name": target.name},
        next_step=N_("请换一个文件名；确认不要旧文件时加 --force"),
    )


class _Writing:
    """One run of `write_bundle`."""

    def __init__(
        self,
        sender: Sender,
        contents: Contents,
        target: Path,
        opening: tuple[Member, ...],
        volume_bytes_max: int,
        standing: list[BundleManifest],
        tell: Callable[[Progress], None],
    ) -> None:
        self._sender, self._contents, self._target = sender, contents, target
        self._opening, self._limit, self._tell = opening, volume_bytes_max, tell
        self.manifests = list(standing)
        self._bundle = standing[0].bundle if standing else secrets.token_hex(8)
        self._records, self._files = 0, 0

    def run(self, pieces: Iterable[Piece]) -> None:
        """Write what does not stand there yet."""
        skip = sum(manifest.members - len(self._opening) for manifest in self.manifests)
        payload = self._begin()
        try:
            for number, piece in enumerate(pieces):
                if number < skip:
                    continue
                if payload.members > len(self._opening) and self._is_full(payload, piece):
                    self._finish(payload, last=False)
                    payload = self._begin()
                payload.add(piece.member)
                self._records += piece.records
                self._files += piece.files
                self._tell(self._progress())
            self._finish(payload, last=True)
        finally:
            payload.close()

    def _is_full(self, payload: Payload, piece: Piece) -> bool:
        return payload.size + len(piece.member.body) > self._limit or payload.members >= MEMBERS_MAX

    def _begin(self) -> Payload:
        payload = Payload(self._sender.folder)
        for member in self._opening:
            payload.add(member)
        self._records, self._files = 0, 0
        return payload

    def _finish(self, payload: Payload, *, last: bool) -> None:
        ticket, contents = self._sender.trust.ticket, self._contents
        number = len(self.manifests) + 1
        manifest = BundleManifest(
            city=ticket.city,
            hall=ticket.hall,
            epoch=ticket.epoch,
            direction=contents.direction,
            bundle=self._bundle,
            volume=number,
            last=last,
            created=format_time(self._sender.clock.now()),
            first=contents.first,
            size=contents.size,
            records=self._records,
            files=self._files,
            members=payload.members,
            payload_bytes=payload.size,
            sha256=payload.sha256,
            held_upto=contents.held_upto,
            held_missing=contents.held_missing,
        )
        note = sign_statement(manifest, self._sender.signer)
        recipients = (self._sender.recipient, public_of(self._sender.identity))
        payload.write(note, volume_path(self._target, number), recipients)
        # From here the volume is whole under its name. If the stick is pulled before the next one, the same command
        # finds it standing and goes on behind it.
        payload.close()
        self.manifests.append(manifest)

    def _progress(self) -> Progress:
        return Progress(
            records=self._records + sum(manifest.records for manifest in self.manifests),
            records_total=self._contents.size - self._contents.first,
            files=self._files + sum(manifest.files for manifest in self.manifests),
            volume=len(self.manifests) + 1,
        )


def own_manifest(path: Path, sender: Sender) -> BundleManifest | None:
    """Read the manifest of a volume that this sender wrote; None when it is not whole, or of somebody else."""
    try:
        with open_volume(path, sender.identity, lambda _claimed: sender.signer.verifier, sender.folder) as volume:
            return volume.manifest
    except HallmarkError:
        return None


def _standing(sender: Sender, contents: Contents, target: Path, opening: int) -> Iterator[BundleManifest]:
    """Give the volumes of the same contents that stand there whole, from the first."""
    number, bundle = 1, ""
    while (path := volume_path(target, number)).is_file():
        manifest = own_manifest(path, sender)
        ticket = sender.trust.ticket
        if (
            manifest is None
            or (manifest.hall, manifest.epoch) != (ticket.hall, ticket.epoch)
            or manifest.members <= opening
            or (manifest.volume, bundle or manifest.bundle) != (number, manifest.bundle)
            or contents_of(manifest) != contents
        ):
            return
        bundle = manifest.bundle
        yield manifest
        if manifest.last:
            return
        number += 1


def contents_of(manifest: BundleManifest) -> Contents:
    """Give what a manifest says of its whole bundle."""
    return msgspec.convert(manifest, Contents, from_attributes=True)


def _remove_leftovers(target: Path, count: int) -> None:
    """Remove volumes of an older, longer bundle of the same name."""
    number = count + 1
    while (path := volume_path(target, number)).is_file():
        path.unlink()
        number += 1


def blob_pieces(blobs: Blobs, digest: str) -> Iterator[Piece]:
    """Give a blob's parts as the requests that HTTP would carry."""
    size = blobs.size(digest)
    parts = part_count(size)
    with blobs.open(digest) as handle:
        for part in range(parts):
            member = Member(
                "PUT", f"/v1/blob/{digest}/{part}", {HEADER_BLOB_SIZE: str(size)}, handle.read(BLOB_PART_BYTES)
            )
            yield Piece(member, files=int(part == parts - 1))
