"""Files that entries name: content-addressed, durable before the change that names them commits (protocol §3)."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from appliance.errors import N_, IntegrityFailure, NotFound, TooLarge
from appliance.store.journal_files import sync_directory

CHUNK_BYTES = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_INCOMING = "incoming"


class BlobStore:
    """Blobs in ``<directory>/ab/abcdef…``, named by their SHA-256 in hex.

    Args:
        directory: where they are; created at the first `put`.
        random: source of random bytes, for the names of unfinished files.
    """

    def __init__(self, directory: Path, random: Callable[[int], bytes] = os.urandom) -> None:
        self._directory = directory
        self._random = random

    @property
    def directory(self) -> Path:
        """Where they are."""
        return self._directory

    def path(self, digest: str) -> Path:
        """Give where a blob is, or would be; raises NotFound when `digest` is no SHA-256 in hex."""
        if _DIGEST.fullmatch(digest) is None:
            raise NotFound(N_("没有这个文件"), code="blob_unknown", subject=digest[:80])
        return self._directory / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Tell whether a blob is stored, whole and durable: a name appears only by rename."""
        return _DIGEST.fullmatch(digest) is not None and self.path(digest).is_file()

    def size(self, digest: str) -> int:
        """Give a blob's size in bytes; raises NotFound."""
        with self._found(digest) as path:
            return path.stat().st_size

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading, without checking its bytes; raises NotFound."""
        with self._found(digest) as path:
            return path.open("rb")

    def read(self, digest: str, *, verify: bool = True) -> bytes:
        """Read a blob whole.

        Raises:
            NotFound: it is not stored.
            IntegrityFailure: its bytes do not have this digest.
        """
        with self.open(digest) as handle:
            data = handle.read()
        if verify and hashlib.sha256(data).hexdigest() != digest:
            raise IntegrityFailure(N_("文件内容与其摘要不符"), code="blob_damaged", subject=digest)
        return data

    def verify(self, digest: str) -> None:
        """Read a blob in pieces and compare its digest; raises as `read`."""
        summed = hashlib.sha256()
        with self.open(digest) as handle:
            for piece in _pieces(handle):
                summed.update(piece)
        if summed.hexdigest() != digest:
            raise IntegrityFailure(N_("文件内容与其摘要不符"), code="blob_damaged", subject=digest)

    def put(
        self, source: bytes | BinaryIO | Iterable[bytes], *, limit_bytes: int | None = None, expect: str | None = None
    ) -> str:
        """Store a blob and return when it is durable: fsync of the file, rename, fsync of the directory.

        Args:
            source: the bytes, an open file, or pieces.
            limit_bytes: refuse more than this; what was written so far is removed.
            expect: the digest it must have, when it comes from elsewhere.

        Returns:
            Its SHA-256 in hex.

        Raises:
            TooLarge: more than `limit_bytes`.
            IntegrityFailure: not the digest expected.
            OSError: the disk failed or is full; nothing is left behind.
        """
        incoming = self._directory / _INCOMING
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = incoming / self._random(16).hex()
        try:
            digest = _write(unfinished, _pieces(source), limit_bytes)
            if expect is not None and digest != expect:
                raise IntegrityFailure(N_("文件内容与其摘要不符"), code="blob_damaged", subject=expect)
            self._name(unfinished, digest)
        finally:
            with contextlib.suppress(FileNotFoundError):
                unfinished.unlink()
        return digest

    def _name(self, unfinished: Path, digest: str) -> None:
        target = self.path(digest)
        shelf = target.parent
        if not shelf.is_dir():
            shelf.mkdir(mode=0o700, exist_ok=True)
            sync_directory(self._directory)
        # Power fails before the rename is durable: the blob is absent or whole, never partial, and the change that
        # would name it has not been committed. An equal blob that is there already is replaced by the same bytes, so
        # that a damaged copy is mended by sending the file again.
        unfinished.replace(target)
        sync_directory(shelf)

    def remove(self, digest: str) -> bool:
        """Overwrite and remove a blob that was erased (protocol §2); False when it is not here."""
        return overwrite(self.path(digest))

    def clear_incoming(self) -> int:
        """Remove unfinished files that a crash left behind; call it at start only. Gives how many."""
        removed = 0
        incoming = self._directory / _INCOMING
        for item in incoming.iterdir() if incoming.is_dir() else ():
            item.unlink()
            removed += 1
        return removed

    @contextlib.contextmanager
    def _found(self, digest: str) -> Iterator[Path]:
        try:
            yield self.path(digest)
        except FileNotFoundError as error:
            raise NotFound(N_("没有这个文件"), code="blob_unknown", subject=digest) from error


def overwrite(path: Path) -> bool:
    """Write zeros over a file and remove it, durably; False when there is none.

    As far as a file system lets it: a device that writes elsewhere keeps the old blocks until it needs them.
    """
    try:
        with path.open("r+b") as handle:
            left = path.stat().st_size
            while left:
                left -= handle.write(bytes(min(left, CHUNK_BYTES)))
            handle.flush()
            os.fsync(handle.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    sync_directory(path.parent)
    return True


def _pieces(source: bytes | BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(source, bytes):
        return (source,)
    if hasattr(source, "read"):
        return iter(lambda: source.read(CHUNK_BYTES), b"")
    return source


def _write(path: Path, pieces: Iterable[bytes], limit_bytes: int | None) -> str:
    digest = hashlib.sha256()
    size = 0
    with path.open("xb") as handle:
        for piece in pieces:
            size += len(piece)
            if limit_bytes is not None and size > limit_bytes:
                raise TooLarge(
                    N_("文件超过 %(limit)s 字节的上限"),
                    code="blob_too_large",
                    params={"limit": limit_bytes},
                    next_step=N_("请缩小文件后重新上传"),
                )
            digest.update(piece)
            handle.write(piece)
        handle.flush()
        os.fsync(handle.fileno())
    return digest.hexdigest()
