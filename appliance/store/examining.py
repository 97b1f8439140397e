"""Looking at records of the other side before they are stored: each is read and hashed once, by whoever has the time.

What is found here is all that their rows in the log's tables need, so that the writer, for whom everybody waits, does
not read them a second time.
"""

import base64
import hashlib
from collections.abc import Sequence

import msgspec

from appliance.domain.entry import EntryMeta, read_meta
from appliance.errors import N_, IntegrityFailure
from appliance.ledger.merkle import LEAF_PREFIX
from appliance.ledger.records import Record, RecordState

MALFORMED = "malformed"
_PARTS = (int(RecordState.PRESENT), int(RecordState.RESTRICTED))


class Examined(msgspec.Struct, frozen=True):
    """What the rows of some records need.

    Attributes:
        leaves: RFC 6962 leaf hash of each record.
        about: case number, type and idempotency key of each, as its envelope says.
    """

    leaves: list[bytes]
    about: list[tuple[str | None, str, str]]


def examine(records: Sequence[Record], *, strict: bool = False) -> Examined:
    """Read the envelopes of foreign records, hash them, and hold each private part against the digest in its leaf.

    A signed entry is stored whatever it says: one that is no envelope at all is told as `MALFORMED`.

    Args:
        records: the records.
        strict: refuse besides a private part that no leaf promises, and one that is promised and withheld without
            having been erased.

    Raises:
        IntegrityFailure: a private part is not the one that its leaf names.
    """
    leaves: list[bytes] = []
    about: list[tuple[str | None, str, str]] = []
    sha256 = hashlib.sha256
    for record in records:
        meta = _envelope(record.entry)
        promised = None if meta is None else meta.pii
        state, private = int(record.state), record.private
        if (strict and (promised is None) is not (state == 0)) or (
            # An envelope that cannot be read promises nothing that could be compared.
            meta is not None and (state in _PARTS or promised is None) and digest_text(private) != promised
        ):
            raise IntegrityFailure(
                N_("记录的保密部分与摘要不符"), code="private_mismatch", subject=meta.cmd if meta is not None else ""
            )
        leaves.append(sha256(LEAF_PREFIX + record.entry).digest())
        about.append((None, MALFORMED, "") if meta is None else (meta.case, meta.type, meta.cmd))
    return Examined(leaves, about)


def digest_text(private: bytes | None) -> str | None:
    """Give what a leaf says of a private part: its SHA-256 in base64, or None without one."""
    return None if private is None else base64.b64encode(hashlib.sha256(private).digest()).decode()


def _envelope(entry: bytes) -> EntryMeta | None:
    try:
        return read_meta(entry)
    except IntegrityFailure:
        return None
