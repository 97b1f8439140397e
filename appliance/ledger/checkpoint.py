"""Checkpoints (C2SP tlog-checkpoint v1.0.0) and cosignatures on them (tlog-cosignature v1.0.1)."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from appliance.errors import N_
from appliance.ledger.failure import Malformed, SignatureError
from appliance.ledger.merkle import EMPTY_ROOT, HASH_BYTES, TREE_SIZE_MAX
from appliance.ledger.note import (
    KeyType,
    Note,
    SignatureLine,
    VerifierKey,
    cosignature_time,
    decode_base64,
    open_note,
    sign_note,
)
from appliance.ledger.signer import Cosigner, LogSigner

BODY_LINES: Final = 3
"""Origin, size, root; extension lines are refused (protocol §2)."""
SIZE_DIGITS_MAX: Final = len(str(TREE_SIZE_MAX))


def parse_decimal(text: str) -> int:
    """Read a size or index: ASCII digits without a leading zero, at most `TREE_SIZE_MAX`.

    Raises:
        Malformed: it is written in any other way, or too large.
    """
    plain = text.isascii() and text.isdigit() and len(text) <= SIZE_DIGITS_MAX
    if not plain or (text[0] == "0" and text != "0") or int(text) > TREE_SIZE_MAX:
        raise Malformed(N_("数字格式有误"))
    return int(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log.

    Attributes:
        origin: the log's name, which is also its key's name.
        size: number of leaves.
        root: Merkle root over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Write the text that is signed, with its final line feed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, body: str) -> "Checkpoint":
        """Read the text of a checkpoint note.

        Raises:
            Malformed: not exactly origin, size and root, or a root that size 0 cannot have.
        """
        lines = body.split("\n")
        if len(lines) != BODY_LINES + 1 or lines[-1] or not lines[0]:
            raise Malformed(N_("检查点格式有误"))
        origin, size_text, root_text, _ = lines
        size = parse_decimal(size_text)
        root = decode_base64(root_text)
        if len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
            raise Malformed(N_("检查点的根散列值有误"), subject=origin)
        return cls(origin, size, root)


def sign_checkpoint(checkpoint: Checkpoint, signer: LogSigner) -> bytes:
    """Sign a checkpoint as its log.

    Raises:
        SignatureError: the key belongs to another log.
    """
    if signer.name != checkpoint.origin:
        raise SignatureError(N_("密钥不属于该日志"), subject=checkpoint.origin)
    return sign_note(checkpoint.body(), signer)


def open_checkpoint(data: bytes, verifier: VerifierKey) -> Checkpoint:
    """Read a signed checkpoint of one log.

    Raises:
        Malformed: the bytes are no note, or its text is no checkpoint.
        SignatureError: the log's signature is missing or does not hold, or the origin is not the key's name.
    """
    checkpoint = Checkpoint.parse(open_note(data, (verifier,)).text)
    if checkpoint.origin != verifier.name:
        raise SignatureError(N_("检查点属于另一日志"), subject=checkpoint.origin)
    return checkpoint


def cosign(checkpoint: Checkpoint, cosigner: Cosigner) -> str:
    """Give the cosigner's signature line, with its line feed, for a checkpoint that was verified before."""
    key = cosigner.verifier
    return SignatureLine(key.name, key.key_id, cosigner.sign_text(checkpoint.body())).format()


def verify_cosignature(checkpoint: Checkpoint, line: str, verifier: VerifierKey) -> int:
    """Check one cosignature line over a checkpoint.

    Returns:
        The time that the cosigner stated, whole seconds since 1970.

    Raises:
        Malformed: it is no signature line.
        SignatureError: it is another key's line, not a cosigner's key, or does not hold.
    """
    parsed = SignatureLine.parse(line.removesuffix("\n"))
    if verifier.type is not KeyType.COSIGNATURE or (parsed.name, parsed.key_id) != (verifier.name, verifier.key_id):
        raise SignatureError(N_("联署来自另一密钥"), subject=parsed.name)
    verifier.verify(checkpoint.body(), parsed.payload)
    return cosignature_time(parsed.payload)


def append_lines(note: bytes, *lines: str) -> bytes:
    """Add signature lines, such as a received cosignature, to a note.

    Raises:
        Malformed: the note or a line is malformed, or there are too many lines.
    """
    old = Note.parse(note)
    new = tuple(SignatureLine.parse(line.removesuffix("\n")) for line in lines)
    data = Note(old.text, (*old.signatures, *(line for line in new if line not in old.signatures))).format()
    Note.parse(data)
    return data
