#!/usr/bin/env python3
"""Check an exported log or a proof of one entry without trusting whoever exported it. One file, to be taken along.

For an auditor on a machine of his own: Python 3.11 or newer and the package `cryptography`, nothing else, and nothing
of Hallmark. The public keys come from the auditor's own source (paper, voice, the city), never from the export.

    python auditor.py log EXPORTED_DIRECTORY --key VKEY [--cosigner VKEY]...
    python auditor.py proof FILE.tlog-proof FILE.entry --key VKEY [--cosigner VKEY]...

`log` hashes every entry again, recomputes every hash tile and the root, and verifies the signatures under the
checkpoint. `proof` does it for one entry with its inclusion proof. Exit status: 0 holds, 2 does not.

What is implemented: RFC 6962 section 2.1 (leaf and node hashes, inclusion), C2SP signed-note, tlog-checkpoint,
tlog-cosignature (cosignature/v1), tlog-tiles and tlog-proof.
"""

import argparse
import base64
import binascii
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE_WIDTH = 256
ED25519, COSIGNATURE = 1, 4
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
HOLDS, FAILS = 0, 2


class Untrue(Exception):
    """What was handed in does not hold; the text says what and where."""


@dataclass(frozen=True)
class Key:
    """A verifier key as C2SP signed-note writes it: name, four bytes of id, type, 32 bytes of public key."""

    name: str
    id: bytes
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> "Key":
        """Read ``name+hex8+base64`` and check that the id belongs to the key."""
        parts = text.strip().split("+", 2)
        try:
            name, identifier, encoded = parts
            raw, claimed = base64.b64decode(encoded, validate=True), bytes.fromhex(identifier)
        except (ValueError, binascii.Error) as error:
            raise Untrue(f"not a verifier key: {text[:80]}") from error
        digest = hashlib.sha256(name.encode() + b"\n" + raw).digest()
        if claimed != digest[:4] or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):  # noqa: PLR2004
            raise Untrue(f"not an Ed25519 verifier key: {text[:80]}")
        return cls(name, claimed, raw[0], raw[1:])

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raise `Untrue` unless this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise Untrue(f"the signature of {self.name} does not hold") from error


@dataclass(frozen=True)
class Head:
    """A verified checkpoint: origin, size, root, and the times at which each cosigner vouched for it."""

    origin: str
    size: int
    root: bytes
    cosigned: dict[str, datetime]


def open_head(note: bytes, log: Key, cosigners: Sequence[Key]) -> Head:
    """Verify a signed checkpoint: the log's signature, and one of each cosigner that is asked for."""
    text, lines = _split_note(note)
    parts = text.split("\n")
    if len(parts) != 4 or parts[3] or parts[0] != log.name:  # noqa: PLR2004 - origin, size, root, end
        raise Untrue("the checkpoint is not one of this log")
    size, root = _decimal(parts[1]), _base64(parts[2])
    if len(root) != 32:  # noqa: PLR2004 - SHA-256
        raise Untrue("the checkpoint's root is not a SHA-256 digest")
    if log.type != ED25519:
        raise Untrue("the log's key has the wrong type")
    own = [payload[4:] for name, payload in lines if (name, payload[:4]) == (log.name, log.id)]
    for payload in own:
        log.verify(text.encode(), payload)
    if not own:
        raise Untrue(f"the checkpoint is not signed by {log.name}")
    return Head(parts[0], size, root, {key.name: _vouched(key, text, lines) for key in cosigners})


def _vouched(key: Key, text: str, lines: Sequence[tuple[str, bytes]]) -> datetime:
    """Verify all lines of a cosigner, and give the time of the last; a line that does not hold spoils the note."""
    times = [
        _cosigned_at(key, text, payload[4:]) for name, payload in lines if (name, payload[:4]) == (key.name, key.id)
    ]
    if not times:
        raise Untrue(f"the checkpoint is not cosigned by {key.name}")
    return max(times)


def _cosigned_at(key: Key, text: str, payload: bytes) -> datetime:
    if key.type != COSIGNATURE or len(payload) != 72:  # noqa: PLR2004 - 8 bytes of time, 64 of signature
        raise Untrue(f"{key.name} is no cosigner's key, or its line is malformed")
    seconds = int.from_bytes(payload[:8], "big")
    key.verify(f"cosignature/v1\ntime {seconds}\n{text}".encode(), payload[8:])
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Untrue(f"the time of {key.name} is out of range") from error


def _split_note(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise Untrue("the note is not UTF-8") from error
    text, blank, rest = whole.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise Untrue("the note has no signatures")
    lines = []
    for line in rest[:-1].split("\n"):
        dash, _, tail = line.partition(" ")
        name, _, encoded = tail.partition(" ")
        payload = _base64(encoded)
        if dash != "—" or not name or len(payload) < 5:  # noqa: PLR2004 - four bytes of id and a signature
            raise Untrue("a signature line is malformed")
        lines.append((name, payload))
    return text + "\n", lines


# ---- the tree ----------------------------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Grows leaf by leaf and keeps the hashes of complete subtrees on each eighth level, to compare tiles."""

    def __init__(self) -> None:
        self.size = 0
        self.tiled: dict[int, list[bytes]] = {}
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        height, digest = 0, leaf
        self._keep(height, digest)
        while self._peaks and self._peaks[-1][0] == height:
            digest = node_hash(self._peaks.pop()[1], digest)
            height += 1
            self._keep(height, digest)
        self._peaks.append((height, digest))

    def root(self) -> bytes:
        """Give the root over all leaves."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        digest = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            digest = node_hash(peak, digest)
        return digest

    def _keep(self, height: int, digest: bytes) -> None:
        if height % 8 == 0:
            self.tiled.setdefault(height // 8, []).append(digest)


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162 section 2.1.3.2)."""
    if index >= size:
        return False
    node, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


# ---- what is handed in -------------------------------------------------------------------------------------------


def audit_log(directory: Path, log: Key, cosigners: Sequence[Key]) -> Head:
    """Verify a tlog-tiles directory as a whole; raises `Untrue`."""
    head = open_head(_read(directory / "checkpoint"), log, cosigners)
    tree = Tree()
    for entry in _entries(directory, head.size):
        tree.add(leaf_hash(entry))
    if tree.root() != head.root:
        raise Untrue("the entries do not give the root that was signed")
    for level, hashes in tree.tiled.items():
        for start in range(0, len(hashes), TILE_WIDTH):
            held = hashes[start : start + TILE_WIDTH]
            name = _tile(str(level), start // TILE_WIDTH, len(held))
            if _read(directory / name) != b"".join(held):
                raise Untrue(f"{name} is not what the entries give")
    return head


def _entries(directory: Path, size: int) -> Iterator[bytes]:
    for number in range(-(-size // TILE_WIDTH)):
        width = min(TILE_WIDTH, size - number * TILE_WIDTH)
        name = _tile("entries", number, width)
        data, at = _read(directory / name), 0
        for _ in range(width):
            length = int.from_bytes(data[at : at + 2], "big")
            entry = data[at + 2 : at + 2 + length]
            if len(data) < at + 2 or len(entry) != length:
                raise Untrue(f"{name} is cut off")
            yield entry
            at += 2 + length
        if at != len(data):
            raise Untrue(f"{name} holds more than its entries")


def _tile(level: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def audit_proof(proof: bytes, entry: bytes, log: Key, cosigners: Sequence[Key]) -> tuple[int, Head]:
    """Verify a .tlog-proof of one entry; gives its index and the head. Raises `Untrue`."""
    head_part, blank, note = proof.partition(b"\n\n")
    try:
        lines = head_part.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Untrue("the proof is not text") from error
    if not blank or lines.pop(0) != PROOF_HEADER:
        raise Untrue("this is no tlog-proof")
    if lines and lines[0].startswith("extra "):
        _base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise Untrue("the proof names no index")
    index = _decimal(lines.pop(0).removeprefix("index "))
    head = open_head(note, log, cosigners)
    if not included(index, head.size, leaf_hash(entry), [_base64(line) for line in lines], head.root):
        raise Untrue(f"the entry is not number {index} of this log")
    return index, head


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Untrue(f"cannot read {path.name}: {error.strerror}") from error


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 19:  # noqa: PLR2004
        raise Untrue(f"not a number: {text[:30]}")
    return int(text)


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Untrue("base64 is malformed") from error
    if base64.b64encode(raw).decode() != text:
        raise Untrue("base64 is not canonical")
    return raw


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    parser = argparse.ArgumentParser(description="Check an exported log, or the proof of one entry.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    whole = kinds.add_parser("log", help="a tlog-tiles directory")
    whole.add_argument("directory", type=Path)
    one = kinds.add_parser("proof", help="one entry with its .tlog-proof")
    one.add_argument("proof", type=Path)
    one.add_argument("entry", type=Path)
    for kind in (whole, one):
        kind.add_argument("--key", required=True, help="the log's verifier key, from a source that you trust")
        kind.add_argument("--cosigner", action="append", default=[], help="a cosigner's verifier key; may be repeated")
    given = parser.parse_args(arguments)
    try:
        log, cosigners = Key.read(given.key), [Key.read(text) for text in given.cosigner]
        if given.kind == "log":
            head = audit_log(given.directory, log, cosigners)
            found = f"{head.size} entries"
        else:
            index, head = audit_proof(_read(given.proof), _read(given.entry), log, cosigners)
            found = f"entry {index} of {head.size}"
    except Untrue as error:
        sys.stderr.write(f"does not hold: {error}\n")
        return FAILS
    times = "".join(f", cosigned by {name} at {time:%Y-%m-%d %H:%M:%S} UTC" for name, time in head.cosigned.items())
    sys.stdout.write(f"holds: {found}, {head.origin}, root {head.root.hex()}{times}\n")
    return HOLDS


if __name__ == "__main__":
    sys.exit(main())
