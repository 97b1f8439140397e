"""A scan or a pack on its way, up or down: from the byte that the other end has, in pieces as the link carries them."""

from dataclasses import dataclass
from typing import BinaryIO

from appliance.errors import N_, IntegrityFailure, TransportFailure
from appliance.ledger.failure import Malformed
from sync.city_client import BlobState, CityClient
from sync.messages import BLOB_PART_BYTES, part_count, part_length
from sync.pace import Pacer
from sync.parts import DIGEST, Blobs, Parts


def fetch_to(city: CityClient, blobs: Blobs, parts: Parts, digest: str, pacer: Pacer) -> bool:
    """Fetch a blob into a store, from the byte that is missing there; False when it is not to be had whole."""
    if not DIGEST.fullmatch(digest):
        return False  # named by a record that was damaged on its way: nothing of it was checked against the root yet
    while not blobs.has(digest):
        part, at = parts.wanted(digest)
        asked = min(pacer.part_bytes.now, BLOB_PART_BYTES - at)
        with pacer.sending_bytes(asked):
            found = city.get_blob_part(digest, part, at=at, bytes_max=asked)
        if found is None or (found[1] and not found[0]):
            return False
        try:
            parts.put_piece(digest, part, found[0], found[1], at=at)
        except (IntegrityFailure, Malformed):
            return False  # damaged on the way, and dropped: the next sync fetches it again
        pacer.arrived(len(found[0]))
    return True


def fetch_patiently(city: CityClient, blobs: Blobs, parts: Parts, digest: str, pacer: Pacer) -> bool:
    """Fetch a blob as `fetch_to` does, and again in smaller pieces when the link breaks, down to the smallest."""
    while True:
        before = pacer.part_bytes.now, pacer.scan_bytes
        try:
            return fetch_to(city, blobs, parts, digest, pacer)
        except TransportFailure:
            if (pacer.part_bytes.now, pacer.scan_bytes) == before:
                raise


def send_blob(city: CityClient, blobs: Blobs, digest: str, pacer: Pacer) -> bool:
    """Send what the city lacks of a blob; False when it is not on this machine, or did not arrive whole."""
    state = city.blob_state(digest)
    if state is not None and state.complete:
        return True
    if not blobs.has(digest):
        return False
    size = blobs.size(digest)
    held = state.held if state is not None else 0
    with blobs.open(digest) as handle:
        for part in range(part_count(size)):
            if part:
                held = _held(city, pacer, _Part(digest, part, size))
            try:
                state = _send_part(city, pacer, handle, _Part(digest, part, size), held)
            except IntegrityFailure:
                # Damaged on the way or here: the city dropped it. It stays missing, and what follows it is sent.
                return False
    return state is not None and state.complete


@dataclass(frozen=True, slots=True)
class _Part:
    digest: str
    number: int
    size: int


def _send_part(city: CityClient, pacer: Pacer, handle: BinaryIO, part: _Part, held: int) -> BlobState | None:
    """Send a part from where the city has it, whole or in pieces; gives the city's last word, None when it has all."""
    length = part_length(part.number, part.size)
    at = held
    if held >= length > 0:
        if part.number < part_count(part.size) - 1:
            return None
        # The end of the last part is sent again: it is what makes the city put the blob together.
        at = max(0, length - pacer.part_bytes.now)
    while True:
        handle.seek(part.number * BLOB_PART_BYTES + at)
        content = handle.read(min(pacer.part_bytes.now, length - at))
        whole = len(content) == length
        with pacer.sending_bytes(len(content)):
            state = city.put_blob_part(part.digest, part.number, content, part.size, at=None if whole else at)
        if state.complete or state.held > at:
            pacer.arrived(len(content))
        if whole or state.complete or state.held >= length:
            return state
        if state.held <= at:
            raise TransportFailure(N_("市级没有收下附件的这一段"), code="bad_answer", subject=part.digest)
        at = state.held


def _held(city: CityClient, pacer: Pacer, part: _Part) -> int:
    last = part.number == part_count(part.size) - 1
    if last and pacer.part_bytes.now >= part_length(part.number, part.size):
        return 0  # in one message: asking would cost a round trip, and this part is sent in any case
    known = city.blob_state(part.digest, part.number)
    return known.held if known is not None else 0
