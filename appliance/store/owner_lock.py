"""Exactly one process owns the writer of a data directory (design §3): an flock held for life says who."""

import fcntl
import os
from pathlib import Path

from appliance.errors import N_, Conflict

LOCK_NAME = "owner.lock"


class OwnerLock:
    """The lock, held from construction until `release`, or until the process ends in whatever way.

    Args:
        directory: the data directory; it must exist.

    Raises:
        Conflict: another owner, in this process or another, holds it.
    """

    def __init__(self, directory: Path) -> None:
        self._handle = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._handle, 32, 0).decode(errors="replace").strip()
            os.close(self._handle)
            self._handle = -1
            raise Conflict(
                N_("数据目录正由另一个进程使用（进程号 %(pid)s）"),
                code="owner_busy",
                subject=directory.name,
                params={"pid": owner or "?"},
                next_step=N_("请先停止那个进程，或通过它办理"),
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next owner in."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
