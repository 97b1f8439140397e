"""One entry proven alone: ``.tlog-proof`` files (C2SP tlog-proof).

``c2sp.org/tlog-proof@v1``, optionally ``extra <base64>``, ``index <n>``, one base64 hash a line, an empty line, and the
signed checkpoint verbatim. With the entry's bytes and the log's public key it is verified without any server.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from appliance.errors import N_
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from appliance.ledger.failure import Malformed
from appliance.ledger.merkle import HASH_BYTES, TREE_SIZE_MAX, leaf_hash, verify_inclusion
from appliance.ledger.note import NOTE_BYTES_MAX, VerifierKey, decode_base64

HEADER: Final = "c2sp.org/tlog-proof@v1"
HASHES_MAX: Final = TREE_SIZE_MAX.bit_length()
EXTRA_BYTES_MAX: Final = 32 * 1024
PROOF_BYTES_MAX: Final = 2 * NOTE_BYTES_MAX
"""Largest file that is read: a note of full size, the longest proof and extra data fit."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An inclusion proof with its checkpoint.

    Attributes:
        index: the entry's place in the log.
        hashes: the inclusion proof, leaf's sibling first.
        checkpoint: the signed checkpoint, verbatim; cosignatures are further lines of it.
        extra: opaque data that travels along and is not authenticated, or None.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def format(self) -> bytes:
        """Write the file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines.extend(b64encode(digest).decode() for digest in self.hashes)
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a file. The checkpoint is kept as bytes; `verify` reads it.

        Raises:
            Malformed: the form is wrong or a limit is broken.
        """
        head, blank, checkpoint = data.partition(b"\n\n")
        if len(data) > PROOF_BYTES_MAX or not blank or not checkpoint:
            raise Malformed(N_("存证文件格式有误"))
        try:
            lines = head.decode().split("\n")
        except UnicodeDecodeError as error:
            raise Malformed(N_("存证文件格式有误")) from error
        if lines.pop(0) != HEADER or not lines:
            raise Malformed(N_("存证文件格式有误"))
        extra = None
        if lines[0].startswith("extra "):
            extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index ") or len(extra or b"") > EXTRA_BYTES_MAX:
            raise Malformed(N_("存证文件格式有误"))
        index = parse_decimal(lines.pop(0).removeprefix("index "))
        hashes = tuple(decode_base64(line) for line in lines)
        if len(hashes) > HASHES_MAX or any(len(digest) != HASH_BYTES for digest in hashes):
            raise Malformed(N_("存证文件格式有误"))
        return cls(index, hashes, checkpoint, extra)

    def verify(self, entry: bytes, verifier: VerifierKey) -> Checkpoint:
        """Check that this entry stands at this index of the log with this key.

        Returns:
            The log's checkpoint, for whoever also asks for cosignatures.

        Raises:
            Malformed: the checkpoint is malformed.
            SignatureError: the log has not signed it.
            ProofError: the entry is not in that tree at that place.
        """
        checkpoint = open_checkpoint(self.checkpoint, verifier)
        verify_inclusion(self.index, checkpoint.size, leaf_hash(entry), self.hashes, checkpoint.root)
        return checkpoint
