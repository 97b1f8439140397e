"""The journal: an append-only second copy of what was signed, and the anchor against a rolled-back database.

Segments of frames. A frame is ``magic(4) || uint32be length || uint32be CRC-32 || payload``; the CRC covers length and
payload. One batch of the writer is one frame, written and fdatasynced before the next begins: so at most the last
frame can be torn by a power cut, and a bad frame with a good one behind it is damage, not a cut.

Payload: ``uint64be sequence || uint8 kind || uint16be parts || part* || uint32be length || requests``. Each part is
``uint16be length || origin || uint8 own || uint64be first || uint32be count || uint32be length || records || uint32be
length || checkpoint note``; records as protocol §2. Each segment begins with an anchor frame, which repeats the last
checkpoint of every log, so that older segments can go.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from appliance.errors import N_, IntegrityFailure
from appliance.store.journal_files import JournalFiles

MAGIC = b"HMJ1"
SEGMENT_BYTES = 16 * 1024 * 1024
KIND_BATCH = 1
KIND_ANCHOR = 2

_HEAD = struct.Struct(">4sII")
_PAYLOAD = struct.Struct(">QBH")
_PART = struct.Struct(">BQI")
_U16 = struct.Struct(">H")
_U32 = struct.Struct(">I")


class JournalDamaged(IntegrityFailure):
    """A frame in the middle of the journal does not read back as it was written."""

    code = "journal_damaged"


@dataclass(frozen=True, slots=True)
class Part:
    """What one batch added to one log.

    Attributes:
        origin: the log.
        own: whether this side writes it.
        first: index of the first record; in an anchor the log's size.
        count: number of records.
        records: the records, encoded as protocol §2.
        note: signed checkpoint that covers them, verbatim.
    """

    origin: str
    own: bool
    first: int
    count: int
    records: bytes
    note: bytes

    @property
    def end(self) -> int:
        """Give the size of the log after this part."""
        return self.first + self.count


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its place, sequence number, kind, parts, and the requests answered in it (JSON)."""

    segment: str
    offset: int
    sequence: int
    kind: int
    parts: tuple[Part, ...]
    requests: bytes


@dataclass(slots=True)
class Position:
    """Where the journal ends, and the last checkpoint of each log in it."""

    segment: str = ""
    offset: int = 0
    sequence: int = 0
    heads: dict[str, Part] = field(default_factory=dict)
    frames: int = 0
    torn_bytes: int = 0
    """Bytes of an unfinished last frame; nothing in them was acknowledged."""


def encode_frame(sequence: int, kind: int, parts: Sequence[Part], requests: bytes) -> bytes:
    """Write one frame."""
    pieces = [_PAYLOAD.pack(sequence, kind, len(parts))]
    for part in parts:
        origin = part.origin.encode()
        pieces += (
            _U16.pack(len(origin)),
            origin,
            _PART.pack(part.own, part.first, part.count),
            _U32.pack(len(part.records)),
            part.records,
            _U32.pack(len(part.note)),
            part.note,
        )
    pieces += (_U32.pack(len(requests)), requests)
    payload = b"".join(pieces)
    length = _U32.pack(len(payload))
    return MAGIC + length + _U32.pack(zlib.crc32(payload, zlib.crc32(length))) + payload


def _payload_at(data: bytes, offset: int) -> bytes | None:
    """Give the payload of the frame at this offset, or None when there is no whole and sound one."""
    if offset + _HEAD.size > len(data):
        return None
    magic, length, crc = _HEAD.unpack_from(data, offset)
    end = offset + _HEAD.size + length
    if magic != MAGIC or end > len(data):
        return None
    payload = data[offset + _HEAD.size : end]
    return payload if zlib.crc32(payload, zlib.crc32(data[offset + 4 : offset + 8])) == crc else None


def _decode(segment: str, offset: int, payload: bytes) -> Frame:
    try:
        return _decode_payload(segment, offset, payload)
    except (struct.error, UnicodeDecodeError) as error:
        raise damaged(segment, offset) from error


def _decode_payload(segment: str, offset: int, payload: bytes) -> Frame:
    sequence, kind, count = _PAYLOAD.unpack_from(payload)
    at = _PAYLOAD.size
    parts = []

    def take(layout: struct.Struct) -> bytes:
        nonlocal at
        (length,) = layout.unpack_from(payload, at)
        start = at + layout.size
        at = start + length
        return payload[start:at]

    for _ in range(count):
        origin = take(_U16).decode()
        own, first, records_count = _PART.unpack_from(payload, at)
        at += _PART.size
        records = take(_U32)
        parts.append(Part(origin, bool(own), first, records_count, records, take(_U32)))
    return Frame(segment, offset, sequence, kind, tuple(parts), take(_U32))


def damaged(segment: str, offset: int) -> JournalDamaged:
    """Build the failure that names segment and byte offset."""
    return JournalDamaged(
        N_("日志副本 %(segment)s 在第 %(offset)s 字节处损坏"),
        subject=segment,
        params={"segment": segment, "offset": offset},
        next_step=N_("停止写入，保留现场，用市级副本或备份核对"),
    )


def _good_frame_behind(data: bytes, offset: int) -> bool:
    at = data.find(MAGIC, offset + 1)
    while at >= 0:
        if _payload_at(data, at) is not None:
            return True
        at = data.find(MAGIC, at + 1)
    return False


def read_frames(files: JournalFiles, position: Position) -> Iterator[Frame]:
    """Read every frame in order, and leave in `position` where the journal ends.

    A torn last frame ends the reading (`position.torn_bytes`); it was never acknowledged.

    Raises:
        JournalDamaged: a frame is not sound although more follows, or a frame is missing.
    """
    names = files.names()
    for number, name in enumerate(names):
        data = files.read(name)
        offset = 0
        while offset < len(data):
            payload = _payload_at(data, offset)
            if payload is None:
                last = number == len(names) - 1
                if not last or _good_frame_behind(data, offset):
                    raise damaged(name, offset)
                position.torn_bytes = len(data) - offset
                break
            frame = _decode(name, offset, payload)
            if position.frames and frame.sequence != position.sequence:
                raise damaged(name, offset)
            offset += _HEAD.size + len(payload)
            position.sequence = frame.sequence + 1
            position.frames += 1
            for part in frame.parts:
                position.heads[part.origin] = part
            # The end is known before the frame is handed out, so that a reader may stop anywhere.
            position.segment, position.offset = name, offset
            yield frame
        position.segment, position.offset = name, offset


class Journal:
    """The open journal. Only the writer appends.

    Args:
        files: where the segments are.
        segment_bytes: size at which a new segment is begun.
    """

    def __init__(self, files: JournalFiles, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._files = files
        self._segment_bytes = segment_bytes
        self._position = Position()
        self.was_absent = False

    def open(self) -> None:
        """Find the end and cut a torn tail.

        Raises:
            JournalDamaged: see `read_frames`.
            OSError: the device cannot be read or cut.
        """
        self.was_absent = not self._files.names()
        position = Position()
        for _ in read_frames(self._files, position):
            pass
        if position.torn_bytes:
            self._files.truncate(position.segment, position.offset)
        self._position = position

    @property
    def heads(self) -> dict[str, Part]:
        """Give the last part, hence size and checkpoint, of each log."""
        return self._position.heads

    def size(self, origin: str) -> int:
        """Give the size of a log as far as the journal holds it durably."""
        part = self._position.heads.get(origin)
        return part.end if part is not None else 0

    def frames(self) -> Iterator[Frame]:
        """Read all frames from the beginning."""
        return read_frames(self._files, Position())

    def append(self, parts: Sequence[Part], requests: bytes) -> None:
        """Write one batch and return when it is on the device.

        After an OSError nothing is known about the last bytes: call `restore` before the next append.
        """
        position = self._position
        pieces = []
        segment, offset = position.segment, position.offset
        if not segment or offset >= self._segment_bytes:
            segment, offset = f"{position.sequence:016d}.journal", 0
            self._files.create(segment)
            pieces.append(encode_frame(position.sequence, KIND_ANCHOR, self._anchors(), b""))
        pieces.append(encode_frame(position.sequence + len(pieces), KIND_BATCH, parts, requests))
        data = b"".join(pieces)
        # Power fails before or during these two calls: the frame is torn or absent, nothing in it was acknowledged,
        # and the database, whose COMMIT came first, is ahead: the next start appends its tail here.
        self._files.append(segment, offset, data)
        self._files.sync(segment)
        # From here on the batch survives the loss of the database file too.
        position.segment, position.offset = segment, offset + len(data)
        position.sequence += len(pieces)
        position.frames += len(pieces)
        for part in parts:
            position.heads[part.origin] = part

    def _anchors(self) -> list[Part]:
        return [Part(part.origin, part.own, part.end, 0, b"", part.note) for part in self._position.heads.values()]

    def restore(self) -> None:
        """Go back to the last end that is known to be durable, after a failed append.

        The bytes are cut and written anew instead of synced again: after a failed fdatasync the kernel calls the
        pages clean, and a second fdatasync would report a success that is none.
        """
        position = self._position
        for name in self._files.names():
            if not position.segment or name > position.segment:
                self._files.remove(name)
        if position.segment:
            self._files.truncate(position.segment, position.offset)

    def rewrite(self, change: Callable[[Part], Part | None]) -> int:
        """Write segments anew in which a part is changed; sequence, checkpoints and requests' places stay.

        A form's digest goes with a part that is changed, since it was made of the same words.

        Args:
            change: gives what stands for a part, or None for one that stays.

        Returns:
            How many segments were written anew.

        Raises:
            OSError: the device failed; a segment is the old one or the new one, never half of each.
        """
        written = 0
        position = Position()
        segments: dict[str, list[bytes]] = {}
        changed: set[str] = set()
        for frame in read_frames(self._files, position):
            parts = [change(part) for part in frame.parts]
            requests = frame.requests
            if any(part is not None for part in parts):
                changed.add(frame.segment)
                requests = _without_digests(requests)
            kept = [new or old for new, old in zip(parts, frame.parts, strict=True)]
            for name in [name for name in segments if name != frame.segment and name not in changed]:
                del segments[name]
            segments.setdefault(frame.segment, []).append(encode_frame(frame.sequence, frame.kind, kept, requests))
        for name in sorted(changed):
            data = b"".join(segments[name])
            self._files.replace(name, data)
            # From here on the old bytes have no name; the new ones are durable.
            if name == self._position.segment:
                self._position.offset = len(data)
            written += 1
        return written

    def close(self) -> None:
        """Release the files."""
        self._files.close()


def _without_digests(requests: bytes) -> bytes:
    """Give the requests of a frame without the digests of what was sent, and without codes for the applicant."""
    rows = msgspec.json.decode(requests or b"[]")
    for row in rows:
        row[2] = ""
        row[-1] = {name: value for name, value in row[-1].items() if name != "query_code"}
    return msgspec.json.encode(rows)


def verify_journal(files: JournalFiles) -> Position:
    """Read the whole journal and give its end and heads; nothing is changed.

    Raises:
        JournalDamaged: names segment and offset of the first bad frame.
    """
    position = Position()
    sizes: dict[str, int] = {}
    for frame in read_frames(files, position):
        for part in frame.parts:
            if sizes.setdefault(part.origin, part.first) != part.first:
                raise damaged(frame.segment, frame.offset)
            sizes[part.origin] = part.end
    return position
