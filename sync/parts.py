"""Blobs in 1 MiB parts, resumable and idempotent; the same code receives them at the city and at the hall.

Parts wait in ``incoming/<sha256>/<n>``, each written whole (fsync, rename). When the last one is there they are read
through into the blob store, which names a file by its digest: a blob exists under its name only when every byte is
right. Losing ``incoming`` at any moment costs only the sending again.

On a bad link a part comes in pieces of 16 KiB or more. They grow ``incoming/<sha256>/<n>.piece`` from its beginning,
each fsynced, and the file takes its part's name once it is as long.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final, Protocol

from appliance.errors import N_, IntegrityFailure, TooLarge
from appliance.ledger.failure import Malformed
from sync.enrolment import write_file
from sync.messages import BLOB_BYTES_MAX, BLOB_PART_BYTES, part_count, part_length

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
INCOMING_BLOBS_MAX: Final = 64


class Blobs(Protocol):
    """What is needed of the blob store (`appliance.store.blobs.BlobStore`)."""

    def has(self, digest: str, /) -> bool:
        """Say whether the whole blob is here, fsynced."""
        ...

    def size(self, digest: str, /) -> int:
        """Give its size in bytes."""
        ...

    def open(self, digest: str, /) -> BinaryIO:
        """Open it for reading."""
        ...

    def put(self, source: Iterable[bytes], *, expect: str | None = None) -> str:
        """Store pieces durably and give their hex SHA-256; raises IntegrityFailure when another was expected."""
        ...


@dataclass(frozen=True, slots=True)
class PartState:
    """What is here of a blob: whether all of it, its size (0 when not known yet), and bytes of the part asked for."""

    complete: bool
    size: int
    held: int


class Parts:
    """Receives and serves parts.

    Args:
        incoming: directory for parts that wait; only this object writes there.
        blobs: where whole blobs go.
        part_bytes: size of a part, 1 MiB (protocol §4).
    """

    __slots__ = ("_blobs", "_growing", "_incoming", "_part_bytes")

    def __init__(self, incoming: Path, blobs: Blobs, *, part_bytes: int = BLOB_PART_BYTES) -> None:
        self._incoming = incoming
        self._blobs = blobs
        self._part_bytes = part_bytes
        self._growing = Lock()

    def state(self, digest: str, part: int) -> PartState | None:
        """Say what is here; None when neither the blob nor anything of this part is."""
        require_digest(digest)
        if self._blobs.has(digest):
            return self._complete(digest, part)
        held = self.held(digest, part)
        if held is None:
            return None
        return PartState(complete=False, size=self._announced(digest), held=held)

    def held(self, digest: str, part: int) -> int | None:
        """Give how many bytes of a waiting part are here, from its beginning; None when nothing is."""
        require_digest(digest)
        for path in (self._incoming / digest / str(part), self._incoming / digest / f"{part}.piece"):
            if path.is_file():
                return path.stat().st_size
        return None

    def missing(self, digest: str, size: int) -> list[int]:
        """Give the numbers of the parts that are not here yet; none when the blob is complete."""
        require_digest(digest)
        if self._blobs.has(digest):
            return []
        folder = self._incoming / digest
        return [part for part in range(part_count(size)) if not (folder / str(part)).is_file()]

    def wanted(self, digest: str) -> tuple[int, int]:
        """Give the first part that is not whole here and where in it to go on; the last one when all wait."""
        size = self._announced(digest)
        first = next(iter(self.missing(digest, size)), part_count(size) - 1)
        held = self.held(digest, first) or 0
        return first, held if held < part_length(first, size) else 0

    def put(self, digest: str, part: int, content: bytes, size: int) -> PartState:
        """Take one part; a repeat changes nothing.

        Args:
            digest: hex SHA-256 of the whole blob.
            part: number from 0.
            content: 1 MiB, the last part what remains.
            size: bytes of the whole blob.

        Raises:
            Malformed: a part number or length that this size cannot have, or another size than announced before.
            TooLarge: the blob is beyond 1 GiB, or too many blobs are waiting.
            IntegrityFailure: all parts are here and have another digest; they are dropped.
        """
        if len(content) != part_length(part, size):
            require_digest(digest)
            self._check(part, size)
            raise Malformed(N_("附件这一部分的长度不对"), code="bad_part")
        return self.put_piece(digest, part, content, size, at=0)

    def put_piece(self, digest: str, part: int, content: bytes, size: int, *, at: int) -> PartState:
        """Take a piece of a part; one that is here already, or begins beyond what is here, changes nothing.

        Args:
            digest: hex SHA-256 of the whole blob.
            part: number from 0.
            content: the piece.
            size: bytes of the whole blob.
            at: where in the part it begins.

        Returns:
            What is held now; the next piece begins at `held`.

        Raises:
            Malformed: as for `put`, or a piece that ends beyond its part.
            TooLarge: as for `put`.
            IntegrityFailure: as for `put`.
        """
        require_digest(digest)
        self._check(part, size)
        if not 0 <= at <= part_length(part, size) - len(content):
            raise Malformed(N_("附件这一部分的长度不对"), code="bad_part")
        if self._blobs.has(digest):
            return self._complete(digest, part)
        folder = self._opened(digest, size)
        if len(content) == part_length(part, size):
            write_file(folder / str(part), content)
            return self._taken(digest, part, size)
        # One at a time: the same piece may come again while its first copy is still being written.
        with self._growing:
            held = self.held(digest, part) or 0
            if at <= held < at + len(content):
                _write_at(folder / f"{part}.piece", at, content)
                held = at + len(content)
                if held == part_length(part, size):
                    write_file(folder / str(part), (folder / f"{part}.piece").read_bytes())
                    (folder / f"{part}.piece").unlink()
        return self._taken(digest, part, size)

    def get(self, digest: str, part: int) -> tuple[bytes, int] | None:
        """Give one part of a whole blob and the blob's size; None when the blob is not here, or has no such part."""
        require_digest(digest)
        if not self._blobs.has(digest):
            return None
        size = self._blobs.size(digest)
        if not 0 <= part < part_count(size):
            return None
        with self._blobs.open(digest) as handle:
            handle.seek(part * self._part_bytes)
            return handle.read(self._part_bytes), size

    def _check(self, part: int, size: int) -> None:
        if size > BLOB_BYTES_MAX:
            raise TooLarge(N_("附件超过 %(limit)s 字节"), code="blob_too_large", params={"limit": BLOB_BYTES_MAX})
        parts = part_count(size)
        if size < 0 or not 0 <= part < parts:
            raise Malformed(N_("附件没有这一部分"), code="bad_part")

    def _opened(self, digest: str, size: int) -> Path:
        """Make room for a blob's parts; a second size for it, or too many blobs that wait, are refused."""
        folder = self._incoming / digest
        announced = self._announced(digest)
        if announced not in {0, size} or (size == 0 and digest != sha256(b"").hexdigest()):
            raise Malformed(N_("附件大小与先前所报不同"), code="bad_part", subject=digest)
        if not folder.is_dir() and self._waiting() >= INCOMING_BLOBS_MAX:
            raise TooLarge(N_("等待中的附件过多，请先传完"), code="too_many_blobs", subject=digest)
        if not announced:
            write_file(folder / "size", str(size).encode())
        return folder

    def _taken(self, digest: str, part: int, size: int) -> PartState:
        if self.missing(digest, size):
            return PartState(complete=False, size=size, held=self.held(digest, part) or 0)
        return self._assemble(digest, part, size)

    def _complete(self, digest: str, part: int) -> PartState:
        size = self._blobs.size(digest)
        return PartState(complete=True, size=size, held=max(0, part_length(part, size)))

    def _waiting(self) -> int:
        return sum(1 for _ in self._incoming.iterdir()) if self._incoming.is_dir() else 0

    def _announced(self, digest: str) -> int:
        path = self._incoming / digest / "size"
        return int(path.read_text()) if path.is_file() else 0

    def _assemble(self, digest: str, part: int, size: int) -> PartState:
        folder = self._incoming / digest
        try:
            # The store hashes while it writes and names nothing whose digest is another than expected.
            self._blobs.put(_chunks(folder, part_count(size)), expect=digest)
        except IntegrityFailure as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise IntegrityFailure(N_("附件与它的摘要不符"), code="blob_mismatch", subject=digest) from error
        except FileNotFoundError:
            # The same last part came twice at once and the other request has finished the blob.
            if not self._blobs.has(digest):
                raise
        # From here the blob is durable; parts that a power cut leaves behind are dropped at the next put.
        shutil.rmtree(folder, ignore_errors=True)
        return self._complete(digest, part)


def _write_at(path: Path, at: int, content: bytes) -> None:
    """Write durably into a file from `at` on, and make it if it is not there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "wb") as handle:
        handle.seek(at)
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _chunks(folder: Path, parts: int) -> Iterator[bytes]:
    for part in range(parts):
        yield (folder / str(part)).read_bytes()


def require_digest(digest: str) -> None:
    """Refuse anything but 64 lower-case hex digits: no other text ever becomes part of a path; raises Malformed."""
    if not DIGEST.fullmatch(digest):
        raise Malformed(N_("附件摘要的写法不对"), code="bad_digest")
