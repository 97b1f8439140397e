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


_WITH_PART: Final = frozenset({RecordState.PRESENT, RecordState.RESTRICTED})


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
    if not 0 < len(record.entry) <= ENTRY_BYTES_MAX:
        raise Malformed(N_("条目长度有误"))
    if (record.private is not None) is not (record.state in _WITH_PART):
        raise Malformed(N_("个人信息部分与其状态不一致"))
    if record.private is not None and not 0 < len(record.private) <= PRIVATE_BYTES_MAX:
        raise Malformed(N_("个人信息部分长度有误"))


def encode_record(record: Record) -> bytes:
    """Write one record.

    Raises:
        Malformed: a part is empty or beyond its limit, or the state contradicts the parts.
    """
    _require_form(record)
    private = record.private or b""
    return b"".join(
        (_ENTRY_LENGTH.pack(len(record.entry)), record.entry, _PRIVATE_HEAD.pack(record.state, len(private)), private)
    )


def encode_records(records: Iterable[Record]) -> bytes:
    """Write records one after another."""
    return b"".join(encode_record(record) for record in records)


def decode_record(data: bytes, position: int = 0) -> tuple[Record, int]:
    """Read one record.

    Returns:
        The record and the position after it.

    Raises:
        Malformed: the bytes end early, or break a limit or the form.
    """
    entry_start = position + _ENTRY_LENGTH.size
    if entry_start > len(data):
        raise Malformed(N_("记录不完整"))
    entry_end = entry_start + _ENTRY_LENGTH.unpack_from(data, position)[0]
    private_start = entry_end + _PRIVATE_HEAD.size
    if private_start > len(data):
        raise Malformed(N_("记录不完整"))
    state, length = _PRIVATE_HEAD.unpack_from(data, entry_end)
    end = private_start + length
    if end > len(data):
        raise Malformed(N_("记录不完整"))
    if state not in set(RecordState):
        raise Malformed(N_("记录状态有误"))
    kind = RecordState(state)
    # Bytes under a state that has no part are kept here so that the form check refuses them.
    private = data[private_start:end] if kind in _WITH_PART or length else None
    record = Record(data[entry_start:entry_end], kind, private)
    _require_form(record)
    return record, end


def iter_records(data: bytes) -> Iterator[Record]:
    """Read records until the bytes end exactly.

    Raises:
        Malformed: when the reading reaches a record that is not whole.
    """
    position = 0
    while position < len(data):
        record, position = decode_record(data, position)
        yield record


def decode_records(data: bytes) -> tuple[Record, ...]:
    """Read all records of a message at once, as `iter_records`."""
    return tuple(iter_records(data))
