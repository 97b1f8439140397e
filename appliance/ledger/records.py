"""What travels between hall and city for each entry (protocol §2, RECORD).

``uint16be length || entry || uint8 state || uint32be length || private part``
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from hashlib import sha256
from struct import Struct as Layout
from typing import Final

from msgspec import Struct

from appliance.errors import N_
from appliance.ledger.failure import Malformed, ProofError

ENTRY_BYTES_MAX: Final = 32 * 1024
"""Largest entry (protocol §2); the length field, as in tile bundles, could hold 65,535."""
PRIVATE_BYTES_MAX: Final = 256 * 1024

_ENTRY_LENGTH: Final = Layout(">H")
_PRIVATE_HEAD: Final = Layout(">BI")


class RecordState(IntEnum):
    """What became of an entry's private part."""

    NONE = 0
    """The entry has none."""
    PRESENT = 1
    ERASED = 2
    """Removed by `pii.erased`; the leaf keeps its digest."""
    RESTRICTED = 3
    """Kept for a statutory duty, no longer processed."""


# By number: an enumeration's own look-up and hash take longer than all the rest of reading a record.
_STATES: Final = {int(state): state for state in RecordState}
_WITH_PART: Final = (int(RecordState.PRESENT), int(RecordState.RESTRICTED))


class Record(Struct, frozen=True, gc=False):
    """An entry, verbatim, with its private part.

    Attributes:
        entry: the bytes that were hashed as a leaf.
        state: what became of the private part.
        private: ``salt || canonical JSON`` when the state is present or restricted, else None.
    """

    entry: bytes
    state: RecordState = RecordState.NONE
    private: bytes | None = None


def private_digest(private: bytes) -> bytes:
    """Give the SHA-256 that the leaf carries of a private part (its first 16 bytes are the salt)."""
    return sha256(private).digest()


def check_private(record: Record, digest: bytes | None) -> None:
    """Check a record's private part against the digest in its leaf.

    Args:
        record: the record.
        digest: what the entry's `pii` says, or None when it names no private part.

    Raises:
        ProofError: the part is not the one that the leaf names, or a state contradicts the leaf.
    """
    if (digest is None) is not (record.state is RecordState.NONE):
        raise ProofError(N_("条目与其个人信息部分不一致"))
    if record.private is not None and private_digest(record.private) != digest:
        raise ProofError(N_("个人信息部分与条目中的摘要不符"))


def _require_form(record: Record) -> None:
    private = record.private
    if not 0 < len(record.entry) <= ENTRY_BYTES_MAX:
        raise Malformed(N_("条目长度有误"))
    if (private is not None) is not (int(record.state) in _WITH_PART):
        raise Malformed(N_("个人信息部分与其状态不一致"))
    if private is not None and not 0 < len(private) <= PRIVATE_BYTES_MAX:
        raise Malformed(N_("个人信息部分长度有误"))


def encode_record(record: Record) -> bytes:
    """Write one record.

    Raises:
        Malformed: a part is empty or beyond its limit, or the state contradicts the parts.
    """
    return encode_records((record,))


def encode_records(records: Iterable[Record]) -> bytes:
    """Write records one after another; raises Malformed as `encode_record`."""
    pieces: list[bytes] = []
    entry_length, private_head = _ENTRY_LENGTH.pack, _PRIVATE_HEAD.pack
    for record in records:
        _require_form(record)
        entry, private = record.entry, record.private or b""
        pieces += (entry_length(len(entry)), entry, private_head(record.state, len(private)), private)
    return b"".join(pieces)


def decode_record(data: bytes, position: int = 0) -> tuple[Record, int]:
    """Read one record.

    Returns:
        The record and the position after it.

    Raises:
        Malformed: the bytes end early, or break a limit or the form.
    """
    size = len(data)
    entry_start = position + 2
    if entry_start > size:
        raise Malformed(N_("记录不完整"))
    entry_end = entry_start + _ENTRY_LENGTH.unpack_from(data, position)[0]
    private_start = entry_end + 5
    if private_start > size:
        raise Malformed(N_("记录不完整"))
    number, length = _PRIVATE_HEAD.unpack_from(data, entry_end)
    end = private_start + length
    if end > size:
        raise Malformed(N_("记录不完整"))
    state = _STATES.get(number)
    if state is None:
        raise Malformed(N_("记录状态有误"))
    # Bytes under a state that has no part are kept here so that the form check refuses them.
    private = data[private_start:end] if length or number in _WITH_PART else None
    record = Record(data[entry_start:entry_end], state, private)
    _require_form(record)
    return record, end


def iter_records(data: bytes) -> Iterator[Record]:
    """Read records until the bytes end exactly.

    Raises:
        Malformed: when the reading reaches a record that is not whole.
    """
    position, end = 0, len(data)
    while position < end:
        record, position = decode_record(data, position)
        yield record


def decode_records(data: bytes) -> tuple[Record, ...]:
    """Read all records of a message at once, as `iter_records`."""
    return tuple(iter_records(data))
