"""The hall as the agent sees it: reads on an own read-only connection, writes through the owner.

`Hall` is the same whether the owner is this process or another one behind a socket; only its `owner` differs.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from appliance.clock import Clock, format_time
from appliance.domain.entry import read_meta
from appliance.errors import HallmarkError
from appliance.ledger.checkpoint import Checkpoint, append_lines, cosign
from appliance.ledger.merkle import consistency_proof
from appliance.ledger.records import Record
from appliance.store.acknowledgements import BlobProgress, read_blob_progress
from appliance.store.connection import Connection
from appliance.store.contacts import Contact, latest_cosignature, latest_cosignature_time, read_contact
from appliance.store.event_store import checkpoint_covering, iterate, latest_checkpoint, naming_files, node_reader
from appliance.store.store import Store
from appliance.store.withholding import erased_blobs
from sync.enrolment import HallKeys
from sync.logs import Batch, cut, position_at, root_at
from sync.messages import Ack, AppendRequest, encode_append
from sync.owner import Cosignature, DirectOwner, Owner, Positions
from sync.parts import Blobs, Parts
from sync.reconcile import Position, Span
from sync.trust import HallStatus, Trust, sign_statement

CITY_PEER: Final = "city"


class Hall:
    """What a sync needs of the hall.

    Args:
        reader: gives a read-only connection to `hall.db` for the calling thread.
        blobs: the blob store.
        incoming: directory for parts of blobs that are being fetched.
        owner: whoever writes.
        trust: the verified ticket.
        keys: the hall's own keys; the log key is not used here.
        clock: wall clock.
        version: version of the software, for the status.
    """

    def __init__(
        self,
        *,
        reader: Callable[[], Connection],
        blobs: Blobs,
        incoming: Path,
        owner: Owner,
        trust: Trust,
        keys: HallKeys,
        clock: Clock,
        version: str = "",
    ) -> None:
        self._reader = reader
        self._owner = owner
        self.keys = keys
        self._clock = clock
        self._version = version
        self.blobs = blobs
        self.parts = Parts(incoming, blobs)
        self.trust = trust

    @property
    def own_origin(self) -> str:
        """Name of the hall's log."""
        return self.trust.ticket.h2c_origin

    @property
    def mirror_origin(self) -> str:
        """Name of the city's log for this hall."""
        return self.trust.ticket.c2h_origin

    # ---- positions, asked anew each time

    def positions(self) -> Positions:
        """Ask the owner for the durable sizes and the gate."""
        return msgspec.json.decode(self._owner.call("sync.positions", b""), type=Positions)

    def own(self) -> Position:
        """Give our own log's position at its durable size."""
        return position_at(self._reader(), self.own_origin, self.positions().own_size)

    def mirror(self) -> Position:
        """Give the position of our copy of the city's log."""
        return position_at(self._reader(), self.mirror_origin, self.positions().mirror_size)

    def own_root(self, size: int) -> bytes:
        """Give our own root at a size."""
        return root_at(self._reader(), self.own_origin, size)

    def mirror_root(self, size: int) -> bytes:
        """Give our copy's root at a size."""
        return root_at(self._reader(), self.mirror_origin, size)

    # ---- our own log

    def batch(self, span: Span, *, records_max: int, bytes_max: int) -> Batch | None:
        """Cut what fits into one message from the start of a span."""
        return cut(self._reader(), self.own_origin, span, records_max=records_max, bytes_max=bytes_max)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that our log at `new` extends it at `old`; empty from size 0 and for equal sizes."""
        if old in {0, new}:
            return ()
        return consistency_proof(old, new, node_reader(self._reader(), self.own_origin))

    def head_note(self, size: int) -> bytes | None:
        """Give our own signed checkpoint of exactly this size, or None."""
        found = checkpoint_covering(self._reader(), self.own_origin, size - 1) if size else None
        return found[1] if found is not None and found[0] == size else None

    def blob_names(self, start: int, end: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give index and named blobs of those entries [start, end) that name any; none that was erased."""
        erased = self.erased_blobs()
        for index, entry in naming_files(self._reader(), self.own_origin, start, end):
            yield index, tuple(digest for digest in blobs_of(Record(entry)) if digest not in erased)

    def erased_blobs(self) -> frozenset[str]:
        """Give the files that were erased: they are sent nowhere, and nothing waits for them (protocol §5)."""
        return erased_blobs(self._reader())

    # ---- the city's log

    def waiting_blobs(self, applied: int, size: int) -> Iterator[str]:
        """Give the blobs that stored but unapplied entries of the city's log name and that are not here."""
        for record in iterate(self._reader(), self.mirror_origin, applied, size):
            yield from (digest for digest in blobs_of(record) if not self.blobs.has(digest))

    def mirror_batch(self, span: Span, *, records_max: int, bytes_max: int) -> Batch | None:
        """Cut what fits into one message from our copy of the city's log, to give it back."""
        return cut(self._reader(), self.mirror_origin, span, records_max=records_max, bytes_max=bytes_max)

    def store_mirror(self, old_size: int, note: bytes, records: tuple[Record, ...]) -> None:
        """Hand records of the city's log to the owner, who verifies, stores and applies them."""
        self._owner.call("sync.mirror", encode_append(AppendRequest(old_size, (), note, records)))

    def apply(self) -> None:
        """Let the owner go on applying what waited for a blob."""
        self._owner.call("sync.apply", b"")

    # ---- what is remembered of the city

    def store_cosignature(self, size: int, line: str) -> None:
        """Hand a cosignature to the owner, who verifies it."""
        self._owner.call("sync.cosignature", msgspec.json.encode(Cosignature(size=size, line=line)))

    def hold_against(self, note: bytes) -> None:
        """Let the owner hold our log against the head of it that the city stores: it closes or opens the gate."""
        self._owner.call("sync.stored_head", note)

    def city_went_back(self, size: int) -> None:
        """Tell the owner that the city holds less of our log than it once cosigned."""
        self._owner.call("sync.city_went_back", msgspec.json.encode(size))

    def cosigned_size(self) -> int:
        """Give the largest size that the city has cosigned, 0 before the first."""
        found = latest_cosignature(self._reader(), self.own_origin)
        return found[0] if found else 0

    def newest_cosignature_time(self) -> int | None:
        """Give the latest time at which the city cosigned our log, by its own clock in seconds since 1970."""
        return latest_cosignature_time(self._reader(), self.own_origin)

    def blob_progress(self) -> BlobProgress:
        """Give how far our scans are at the city."""
        return read_blob_progress(self._reader())

    def store_blob_progress(self, progress: BlobProgress) -> None:
        """Keep how far our scans are at the city."""
        self._owner.call("sync.blob_acknowledged", msgspec.json.encode(progress))

    def contact(self) -> Contact | None:
        """Give what is known of the last contact."""
        return read_contact(self._reader(), CITY_PEER)

    def store_contact(self, contact: Contact) -> None:
        """Keep how the contact ended."""
        self._owner.call("sync.contact", msgspec.json.encode(contact))

    # ---- the ack

    def ack(self) -> Ack | None:
        """Write the ack for what is stored of the city's log, with our status; None before its first entry."""
        found = latest_checkpoint(self._reader(), self.mirror_origin)
        if found is None:
            return None
        size, note = found
        checkpoint = Checkpoint(self.mirror_origin, size, self.mirror_root(size))
        cosigned = append_lines(note, cosign(checkpoint, self.keys.cosigner))
        return Ack(cosigned, sign_statement(self._status(size), self.keys.hall))

    def status_mark(self) -> str:
        """Give a short mark of what our status says, its time left out: the city need not be told the same again."""
        said = msgspec.structs.replace(self._status(self.positions().mirror_size), time="")
        return sha256(msgspec.json.encode(said)).hexdigest()[:16]

    def _status(self, acknowledged: int) -> HallStatus:
        positions = self.positions()
        progress = self.blob_progress()
        return HallStatus(
            hall=self.trust.ticket.hall,
            time=format_time(self._clock.now()),
            applied=min(positions.applied, acknowledged),
            own_size=positions.own_size,
            gate=positions.gate,
            version=self._version,
            oldest_unacknowledged=self._time_of(self.cosigned_size(), positions.own_size),
            blobs_pending=len(progress.missing),
        )

    def _time_of(self, index: int, size: int) -> str:
        for record in iterate(self._reader(), self.own_origin, index, min(index + 1, size)):
            try:
                return read_meta(record.entry).t
            except HallmarkError:
                return ""
        return ""


def direct_hall(store: Store, directory: Path, trust: Trust, keys: HallKeys, clock: Clock, version: str = "") -> Hall:
    """Make the port over a store that this process owns."""
    return Hall(
        reader=store.reader,
        blobs=store.blobs,
        incoming=directory / "incoming",
        owner=DirectOwner(store, trust, clock),
        trust=trust,
        keys=keys,
        clock=clock,
        version=version,
    )


def blobs_of(record: Record) -> tuple[str, ...]:
    """Give the blobs that an entry names; none when it cannot be read."""
    try:
        return read_meta(record.entry).blobs
    except HallmarkError:
        return ()


def private_digest(record: Record) -> bytes | None:
    """Give what the leaf says of its private part; an entry that cannot be read promises none."""
    try:
        pii = read_meta(record.entry).pii
    except HallmarkError:
        return None
    if pii is None:
        return None
    try:
        return base64.b64decode(pii, validate=True)
    except (binascii.Error, ValueError):
        return b""
