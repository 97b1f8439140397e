"""What travels between a hall and the city: wire structs and codecs (protocol §4), bytes in and values out.

Every decoder is total: it returns a value or raises `Malformed`, and it never holds more than its limit in memory.
Bodies may be compressed with Zstandard (RFC 8878) when `Content-Encoding: zstd` says so; the limits are those of the
decompressed bytes, and they are enforced while decompressing.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from typing import Final

import zstandard

from appliance.errors import N_, TooLarge
from appliance.ledger.failure import Malformed
from appliance.ledger.records import Record, encode_records, iter_records

RECORDS_COUNT_MAX: Final = 8_192
BODY_BYTES_MAX: Final = 16 * 1024 * 1024
CHECKPOINT_BYTES_MAX: Final = 64 * 1024
PROOF_HASHES_MAX: Final = 63
BLOB_PART_BYTES: Final = 1024 * 1024
BLOB_PIECE_BYTES_MIN: Final = 16 * 1024
BLOB_BYTES_MAX: Final = 1024 * 1024 * 1024
NOTE_BYTES_MAX: Final = 64 * 1024

MEDIA_SIZE: Final = "text/x.tlog.size"
MEDIA_NOTE: Final = "text/plain"
MEDIA_BYTES: Final = "application/octet-stream"
HEADER_BLOB_SIZE: Final = "x-blob-size"
HEADER_BLOB_COMPLETE: Final = "x-blob-complete"
HEADER_BLOB_HELD: Final = "x-blob-part-held"
# From a city that was restored from a backup, beside a hall's checkpoint: every scan named before this entry is there.
HEADER_SCANS_UPTO: Final = "x-scans-upto"
# With an append that brings nothing: how long the sender's copy of the other log is. The answer then has, behind the
# cosignature and an empty line, the receiver's own signed head of that log.
HEADER_HELD: Final = "x-held"
ENCODING: Final = "zstd"


class Status:
    """The answers of protocol §4, by what they tell the sender."""

    OK = HTTPStatus.OK
    ACCEPTED = HTTPStatus.ACCEPTED
    MALFORMED = HTTPStatus.BAD_REQUEST
    SIGNATURE = HTTPStatus.FORBIDDEN
    UNKNOWN = HTTPStatus.NOT_FOUND
    SIZE_DIFFERS = HTTPStatus.CONFLICT
    EPOCH_CLOSED = HTTPStatus.GONE
    TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    PROOF = HTTPStatus.UNPROCESSABLE_ENTITY
    BUSY = HTTPStatus.SERVICE_UNAVAILABLE
    NO_SPACE = HTTPStatus.INSUFFICIENT_STORAGE


def log_hash(origin: str) -> str:
    """Give the lower-case hex SHA-256 of a log's origin: its name in every URL."""
    return sha256(origin.encode()).hexdigest()


def compress(body: bytes, *, level: int = 3) -> bytes:
    """Compress a body for the wire."""
    return bytes(zstandard.ZstdCompressor(level=level, write_content_size=True).compress(body))


def decompress(body: bytes, *, bytes_max: int) -> bytes:
    """Expand a body, refusing to hold more than `bytes_max` of it.

    Raises:
        Malformed: not a complete Zstandard frame.
        TooLarge: expands beyond `bytes_max`.
    """
    expander = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj()
    expanded = bytearray()
    try:
        # Small slices bound what one call can return: a frame expands to at most its blocks' 128 KiB each.
        for start in range(0, len(body), 4096):
            expanded += expander.decompress(body[start : start + 4096])
            if len(expanded) > bytes_max:
                raise TooLarge(
                    N_("解压后的内容超过上限 %(limit)s 字节"), code="body_too_large", params={"limit": bytes_max}
                )
    except zstandard.ZstdError as error:
        raise Malformed(N_("压缩内容损坏"), code="bad_compression") from error
    if not expander.eof or expander.unused_data:
        raise Malformed(N_("压缩内容不完整"), code="bad_compression")
    return bytes(expanded)


@dataclass(frozen=True, slots=True)
class AppendRequest:
    """One append: records [`old_size`, size of the checkpoint) of a log and the proof that they extend what is held.

    Attributes:
        old_size: entries that the receiver holds already.
        proof: RFC 6962 consistency proof from `old_size` to the checkpoint's size; empty for `old_size` 0.
        checkpoint_note: the sender's signed checkpoint, verbatim.
        records: the new records in order; none asks for the current cosignature.
        encoded: the same as they came, in a request that was read.
    """

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint_note: bytes
    records: tuple[Record, ...]
    encoded: bytes = field(default=b"", compare=False, repr=False)


def encode_add_checkpoint(old_size: int, proof: Sequence[bytes], checkpoint_note: bytes) -> bytes:
    """Write the C2SP tlog-witness add-checkpoint body."""
    lines = [f"old {old_size}", *(base64.b64encode(node).decode() for node in proof), ""]
    return "\n".join(lines).encode() + b"\n" + checkpoint_note


def decode_add_checkpoint(body: bytes) -> tuple[int, tuple[bytes, ...], bytes]:
    """Read an add-checkpoint body into (old size, proof, checkpoint note); raises Malformed."""
    head, separator, note = body.partition(b"\n\n")
    if not separator or not note:
        raise Malformed(N_("追加请求缺少日志头"), code="bad_append")
    first, *rest = head.split(b"\n")
    if not first.startswith(b"old "):
        raise Malformed(N_("追加请求第一行应为 old 与数字"), code="bad_append")
    if len(rest) > PROOF_HASHES_MAX:
        raise Malformed(N_("一致性证明过长"), code="bad_append")
    return parse_size(first[4:]), tuple(_hash_line(line) for line in rest), note


def encode_append(request: AppendRequest) -> bytes:
    """Write uint32be length, add-checkpoint body, records."""
    head = encode_add_checkpoint(request.old_size, request.proof, request.checkpoint_note)
    return len(head).to_bytes(4, "big") + head + encode_records(request.records)


def decode_append(body: bytes) -> AppendRequest:
    """Read an append body.

    Raises:
        Malformed: not in the format.
        TooLarge: more than 8,192 records or 16 MiB.
    """
    check_body_size(body)
    head, rest = split_prefixed(body)
    old_size, proof, note = decode_add_checkpoint(head)
    return AppendRequest(old_size, proof, note, read_records(rest), rest)


def read_records(body: bytes) -> tuple[Record, ...]:
    """Read at most 8,192 records from at most 16 MiB; raises Malformed or TooLarge."""
    check_body_size(body)
    records = tuple(islice(iter_records(body), RECORDS_COUNT_MAX + 1))
    if len(records) > RECORDS_COUNT_MAX:
        raise TooLarge(N_("一次最多 %(limit)s 条记录"), code="too_many_records", params={"limit": RECORDS_COUNT_MAX})
    return records


@dataclass(frozen=True, slots=True)
class Ack:
    """The hall's word that it holds the city's log.

    Attributes:
        checkpoint_note: the c2h checkpoint with the city's own signature and the hall's cosignature line.
        status_note: the hall's signed status; the size that it has applied stands in it.
    """

    checkpoint_note: bytes
    status_note: bytes


def encode_pair(first: bytes, second: bytes) -> bytes:
    """Write uint32be length, first, second: the form of an ack and of its answer."""
    return len(first).to_bytes(4, "big") + first + second


def encode_ack(ack: Ack) -> bytes:
    """Write an ack's body."""
    return encode_pair(ack.checkpoint_note, ack.status_note)


def decode_ack(body: bytes) -> Ack:
    """Read an ack's body; raises Malformed or TooLarge."""
    if len(body) > 2 * NOTE_BYTES_MAX + 4:
        raise TooLarge(N_("回执超过上限"), code="body_too_large")
    first, second = split_prefixed(body)
    return Ack(first, second)


@dataclass(frozen=True, slots=True)
class Heads:
    """The city's answer to an ack: both logs' signed heads as it holds them, for the comparison that ends a sync."""

    h2c_note: bytes
    c2h_note: bytes


def encode_heads(heads: Heads) -> bytes:
    """Write both heads."""
    return encode_pair(heads.h2c_note, heads.c2h_note)


def decode_heads(body: bytes) -> Heads:
    """Read both heads; raises Malformed."""
    if len(body) > 2 * NOTE_BYTES_MAX + 4:
        raise Malformed(N_("市级回答超过上限"), code="bad_heads")
    first, second = split_prefixed(body)
    return Heads(first, second)


def parse_size(text: bytes) -> int:
    """Read a tree size: decimal, no leading zero, at most 2^53; raises Malformed."""
    if not text.isdigit() or len(text) > 16 or (len(text) > 1 and text.startswith(b"0")):  # noqa: PLR2004
        raise Malformed(N_("日志长度不是规范的十进制数"), code="bad_size")
    return int(text)


def split_prefixed(body: bytes) -> tuple[bytes, bytes]:
    """Split a body at its uint32be length prefix; raises Malformed."""
    prefix = 4
    if len(body) < prefix:
        raise Malformed(N_("内容不完整"), code="truncated")
    length = int.from_bytes(body[:prefix], "big")
    if length > min(CHECKPOINT_BYTES_MAX + 4096, len(body) - prefix):
        raise Malformed(N_("内容长度与前缀不符"), code="truncated")
    return body[prefix : prefix + length], body[prefix + length :]


def check_body_size(body: bytes) -> None:
    """Raise TooLarge for a body beyond 16 MiB."""
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge(N_("请求超过 %(limit)s 字节"), code="body_too_large", params={"limit": BODY_BYTES_MAX})


def part_count(size: int) -> int:
    """Give the number of 1 MiB parts of a blob of `size` bytes; an empty blob has one empty part."""
    return max(1, -(-size // BLOB_PART_BYTES))


def part_length(part: int, size: int) -> int:
    """Give the bytes of a part of a blob of `size` bytes: 1 MiB, in the last one what remains."""
    return min(BLOB_PART_BYTES, size - part * BLOB_PART_BYTES)


def _hash_line(line: bytes) -> bytes:
    try:
        value = base64.b64decode(line, validate=True)
    except binascii.Error as error:
        raise Malformed(N_("证明中的摘要不是 base64"), code="bad_append") from error
    if len(value) != 32:  # noqa: PLR2004 - SHA-256
        raise Malformed(N_("证明中的摘要不是 32 字节"), code="bad_append")
    return value
