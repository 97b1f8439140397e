"""Where journal segments are kept: the port that tests replace, and a directory on a disk."""

import contextlib
import os
from pathlib import Path
from typing import Protocol

JOURNAL_NAME = "journal"
SUFFIX = ".journal"


class JournalFiles(Protocol):
    """The few file operations the journal's durability rests on; each may raise OSError."""

    def names(self) -> list[str]:
        """List the segments in order."""
        ...

    def read(self, name: str) -> bytes:
        """Read a segment whole."""
        ...

    def create(self, name: str) -> None:
        """Create an empty segment and make its name durable (fsync of the directory)."""
        ...

    def append(self, name: str, offset: int, data: bytes) -> None:
        """Write at the end, which the caller knows to be `offset`."""
        ...

    def sync(self, name: str) -> None:
        """Return when the segment's bytes are on the device (fdatasync)."""
        ...

    def truncate(self, name: str, size: int) -> None:
        """Cut a segment and make that durable."""
        ...

    def remove(self, name: str) -> None:
        """Remove a segment and make that durable."""
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Put other bytes in a segment's place, durably and whole, and overwrite the old ones."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


def journal_directory(data: Path, journal_dir: str) -> Path:
    """Say where the journal is: the place of the settings (`journal_dir`), else ``journal/`` in the data directory."""
    return data / (journal_dir or JOURNAL_NAME)


class DirectoryFiles:
    """Segments in a directory. Args: directory: is created, with its name made durable, at the first segment."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._name = ""
        self._handle = -1

    def names(self) -> list[str]:
        """List the segments in order."""
        if not self._directory.is_dir():
            return []
        return sorted(item.name for item in self._directory.iterdir() if item.suffix == SUFFIX)

    def read(self, name: str) -> bytes:
        """Read a segment whole."""
        return (self._directory / name).read_bytes()

    def create(self, name: str) -> None:
        """Create an empty segment and make its name durable."""
        if not self._directory.is_dir():
            self._directory.mkdir(mode=0o700, parents=True)
            sync_directory(self._directory.parent)
        os.close(os.open(self._directory / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        # Power fails before the directory is synced: the segment may be gone, with nothing acknowledged in it.
        sync_directory(self._directory)

    def append(self, name: str, offset: int, data: bytes) -> None:
        """Write at the end."""
        _write_all(self._open(name), data, offset)

    def sync(self, name: str) -> None:
        """Wait for the device (fdatasync; the grown size is flushed with the data)."""
        os.fdatasync(self._open(name))

    def truncate(self, name: str, size: int) -> None:
        """Cut a segment."""
        handle = self._open(name)
        os.ftruncate(handle, size)
        os.fsync(handle)

    def remove(self, name: str) -> None:
        """Remove a segment."""
        if name == self._name:
            self.close()
        with contextlib.suppress(FileNotFoundError):
            (self._directory / name).unlink()
        sync_directory(self._directory)

    def replace(self, name: str, data: bytes) -> None:
        """Put other bytes in a segment's place: a new file under its name; the old one is overwritten, then gone."""
        if name == self._name:
            self.close()
        place = self._directory / name
        unfinished = self._directory / f"{name}.unfinished"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write_all(handle, data, 0)
            os.fsync(handle)
        finally:
            os.close(handle)
        old = os.open(place, os.O_WRONLY | os.O_CLOEXEC)
        try:
            unfinished.replace(place)
            # Power fails before this line: the old segment is still there, and the rewriting is done again.
            sync_directory(self._directory)
            # As far as a file system lets it: a device that writes elsewhere keeps the old blocks until it needs them.
            _write_all(old, bytes(os.fstat(old).st_size), 0)
            os.fsync(old)
        finally:
            os.close(old)

    def close(self) -> None:
        """Close the open segment."""
        if self._handle >= 0:
            os.close(self._handle)
        self._name, self._handle = "", -1

    def _open(self, name: str) -> int:
        if name != self._name:
            self.close()
            self._handle = os.open(self._directory / name, os.O_WRONLY | os.O_CLOEXEC)
            self._name = name
        return self._handle


def _write_all(handle: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view = view[written:]
        offset += written


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
