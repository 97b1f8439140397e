"""How much of each log is durable, in a page of memory that other processes map (protocol §3).

What is committed in `hall.db` may be shown, printed or sent only once the journal has it too, and only the owner knows
when that is. It writes the sizes here after each sync; a process that shows pages reads them without asking. The page
carries nothing that matters after a crash: the next owner fills it anew before anybody is answered.
"""

import hashlib
import mmap
import os
from collections.abc import Mapping
from pathlib import Path

PAGE_NAME = "durable"
PAGE_BYTES = 4096
_SLOT_WORDS = 2
_SLOTS = PAGE_BYTES // 8 // _SLOT_WORDS


def _key(origin: str) -> int:
    """Give a log's mark in the page: eight bytes of its origin's digest, never zero."""
    return int.from_bytes(hashlib.sha256(origin.encode()).digest()[:8], "little") | 1


class DurablePage:
    """The page, mapped for writing by the owner or for reading by others.

    Args:
        path: the file; the owner makes it.
        owner: map it for writing; every size in it is forgotten.

    Raises:
        OSError: it is not there, or cannot be made.
    """

    def __init__(self, path: Path, *, owner: bool) -> None:
        flags = os.O_RDWR | os.O_CREAT if owner else os.O_RDONLY
        descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        try:
            if owner:
                # The same file for ever: a reader that mapped it before the owner started again goes on reading it. Its
                # room is taken now, because a full disk would end whoever writes to a mapped hole.
                os.posix_fallocate(descriptor, 0, PAGE_BYTES)
            self._map = mmap.mmap(descriptor, PAGE_BYTES, access=mmap.ACCESS_WRITE if owner else mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        # Whole words: one is written and read at once, never half of it.
        self._words = memoryview(self._map).cast("Q")
        self._slots: dict[str, tuple[int, int]] = {}
        if owner:
            for word in range(_SLOTS * _SLOT_WORDS):
                self._words[word] = 0

    def update(self, sizes: Mapping[str, int]) -> None:
        """Say how much of some logs is durable; logs beyond the page's room stay unknown, which readers take for 0."""
        for origin, size in sizes.items():
            slot = self._slot(origin, add=True)
            if slot is not None:
                self._words[slot + 1] = size

    def get(self, origin: str) -> int:
        """Give how much of a log is durable; 0 when the owner has not said."""
        slot = self._slot(origin)
        return self._words[slot + 1] if slot is not None else 0

    def close(self) -> None:
        """Unmap it."""
        self._words.release()
        self._map.close()

    def _slot(self, origin: str, *, add: bool = False) -> int | None:
        slot, key = self._slots.get(origin, (0, 0))
        if key and self._words[slot] == key:  # an owner that started again may have given the slot to another log
            return slot
        key = _key(origin)
        for slot in range(0, _SLOTS * _SLOT_WORDS, _SLOT_WORDS):
            if add and self._words[slot] == 0:
                self._words[slot] = key
            if self._words[slot] == key:
                self._slots[origin] = (slot, key)
                return slot
        return None
