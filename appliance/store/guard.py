"""An audit hook that keeps everything but apsw away from the database files (protocol §3).

A second SQLite library in the process, or a plain ``open().close()`` of the file, makes POSIX drop apsw's locks:
acknowledged rows then disappear while ``integrity_check`` says ok. apsw opens its files in C and is not seen by the
hook; ``open``, ``os.open``, ``shutil`` and the standard library's ``sqlite3`` are.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from appliance.errors import N_, IntegrityFailure

NAMES = ("hall.db", "city.db")
_BYTE_NAMES = tuple(name.encode() for name in NAMES)


class SecondOpener(IntegrityFailure):
    """Something other than apsw tried to open a store's database file."""

    code = "second_opener"


def install_guard(directory: Path) -> None:
    """Refuse, from now on and for the life of this process, other openers of this data directory's databases.

    Audit hooks cannot be removed (PEP 578); composition roots call this once, tests in a process of their own.

    Args:
        directory: the data directory whose ``hall.db*`` and ``city.db*`` are guarded.
    """
    guarded = os.path.realpath(directory)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        # Called for every audited event of the process: leave at once unless it is one of two.
        if event != "open" and event != "sqlite3.connect":  # noqa: PLR1714 - two comparisons are cheaper than a set
            return
        target = args[0]
        if isinstance(target, int) or target is None:
            return
        path = os.fspath(target)
        if isinstance(path, bytes):
            if not any(name in path for name in _BYTE_NAMES):
                return
            path = os.fsdecode(path)
        elif not any(name in path for name in NAMES):
            return
        if _is_guarded(path, guarded):
            raise SecondOpener(
                N_("数据库文件只能由存储层打开"), subject=Path(path).name, next_step=N_("请改用 hall backup 取得副本")
            )

    sys.addaudithook(hook)


def _is_guarded(path: str, guarded: str) -> bool:
    """Tell whether a path or SQLite URI names a database file, or its WAL or shared memory, in that directory."""
    if path.startswith("file:"):
        path = unquote(urlsplit(path).path)
    real = os.path.realpath(path)
    return os.path.dirname(real) == guarded and os.path.basename(real).startswith(NAMES)  # noqa: PTH119, PTH120
