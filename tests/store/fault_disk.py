"""A disk in memory for database and journal: it can lose power, fill up, and fail a write or a sync.

Two states are kept for each file: what a program reads back, and what the device holds. A write goes to the first and
is queued for the second; a sync of that file applies the queue. `crash` keeps an arbitrary part of the queue, in
sectors of 512 bytes, each kept, lost or garbled, as a device that was busy when the power went.
"""

import errno
import random

import apsw

SECTOR = 512


class PowerCut(BaseException):
    """The machine is gone; no handler of the product may survive it."""


class Disk:
    def __init__(self):
        self.now = {}
        self.durable = {}
        self.queued = {}
        self.operations = 0
        self.cut_at = None
        self.off = False
        self.fail = None
        self.room = None

    def _count(self, what, name):
        if self.off:
            raise PowerCut
        self.operations += 1
        if self.cut_at is not None and self.operations >= self.cut_at:
            self.off = True
            raise PowerCut
        if self.fail is not None:
            self.fail(what, name)

    def exists(self, name):
        return name in self.now

    def write(self, name, offset, data):
        self._count("write", name)
        used = sum(len(data) for data in self.now.values())
        if self.room is not None and offset + len(data) > len(self.now[name]) and used + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        content = self.now[name]
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data
        self.queued.setdefault(name, []).append((offset, bytes(data)))

    def truncate(self, name, size):
        self._count("truncate", name)
        del self.now[name][size:]
        self.queued.setdefault(name, []).append((size, None))

    def sync(self, name):
        self._count("sync", name)
        self.durable[name] = bytearray(self.now[name])
        self.queued[name] = []

    def create(self, name):
        self.now.setdefault(name, bytearray())

    def delete(self, name):
        self._count("delete", name)
        for table in (self.now, self.queued, self.durable):
            table.pop(name, None)

    def crash(self, rng):
        """Give the disk as it is found after the power came back."""
        after = Disk()
        for name in self.now:
            content = bytearray(self.durable.get(name, b""))
            for offset, data in self.queued.get(name, []):
                if data is None:
                    if rng.random() < 0.5:
                        del content[offset:]
                    continue
                for at in range(0, len(data), SECTOR):
                    fate = rng.random()
                    if fate < 0.4:
                        continue
                    piece = data[at : at + SECTOR]
                    if fate > 0.95:
                        piece = rng.randbytes(len(piece))
                    end = offset + at + len(piece)
                    content.extend(bytes(max(0, end - len(content))))
                    content[offset + at : end] = piece
            after.now[name] = content
            after.durable[name] = bytearray(content)
        return after


class _File:
    def __init__(self, disk, name):
        self.disk, self.name, self.level = disk, name, 0

    def xRead(self, amount, offset):  # noqa: N802 - SQLite's names, here and below
        return bytes(self.disk.now.get(self.name, b"")[offset : offset + amount])

    def xWrite(self, data, offset):  # noqa: N802
        try:
            self.disk.write(self.name, offset, data)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise apsw.FullError from error
            raise apsw.IOError from error

    def xTruncate(self, size):  # noqa: N802
        self.disk.truncate(self.name, size)

    def xSync(self, flags):  # noqa: N802
        try:
            self.disk.sync(self.name)
        except OSError as error:
            raise apsw.IOError from error

    def xFileSize(self):  # noqa: N802
        return len(self.disk.now.get(self.name, b""))

    def xClose(self):  # noqa: N802
        pass

    def xLock(self, level):  # noqa: N802
        self.level = level

    def xUnlock(self, level):  # noqa: N802
        self.level = level

    def xCheckReservedLock(self):  # noqa: N802
        return self.level >= 2

    def xSectorSize(self):  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self):  # noqa: N802
        return 0

    def xFileControl(self, operation, pointer):  # noqa: N802
        return False


class DiskVFS(apsw.VFS):
    """Serves SQLite from a `Disk`; a file's name is its last path component."""

    def __init__(self, name, disk):
        self.disk = disk
        super().__init__(name, base="")

    def xOpen(self, name, flags):  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or f"temporary{random.random()}"
        short = path.rpartition("/")[2]
        self.disk.create(short)
        return _File(self.disk, short)

    def xDelete(self, name, sync):  # noqa: N802
        self.disk.delete(name.rpartition("/")[2])

    def xAccess(self, name, flags):  # noqa: N802
        return bool(self.disk.now.get(name.rpartition("/")[2]))

    def xFullPathname(self, name):  # noqa: N802
        return name


class DiskJournalFiles:
    """The journal's segments on the same disk."""

    def __init__(self, disk, *, syncs=True):
        self.disk, self.syncs = disk, syncs

    def names(self):
        return sorted(name for name in self.disk.now if name.endswith(".journal"))

    def read(self, name):
        return bytes(self.disk.now[name])

    def create(self, name):
        self.disk.create(name)
        self.disk.sync(name)

    def append(self, name, offset, data):
        self.disk.write(name, offset, data)

    def sync(self, name):
        if self.syncs:
            self.disk.sync(name)

    def truncate(self, name, size):
        self.disk.truncate(name, size)
        self.disk.sync(name)

    def remove(self, name):
        self.disk.delete(name)

    def replace(self, name, data):
        self.disk.truncate(name, 0)
        self.disk.write(name, 0, data)
        self.disk.sync(name)

    def close(self):
        pass
