"""Opening `hall.db` and `city.db`: apsw only, in every process (protocol §3).

apsw carries its own SQLite. A second SQLite library, or a plain ``open().close()`` on the same file in the same
process, makes POSIX drop the first one's locks and acknowledged rows disappear; therefore nothing but this module
opens those files, and `appliance.store.guard` refuses the rest.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import apsw

Connection = apsw.Connection

BUSY_TIMEOUT_MILLISECONDS = 10_000
JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024
STATEMENT_CACHE = 256
WRITER_CACHE_KIBIBYTES = 16_384
READER_CACHE_KIBIBYTES = 4_096


def open_database(
    path: Path | str,
    *,
    read_only: bool,
    vfs: str | None = None,
    exclusive: bool = False,
    synchronous: str = "FULL",
) -> Connection:
    """Open a store's database with the settings its durability rests on.

    WAL with ``synchronous=FULL``: every COMMIT is on the disk when it returns. Autocheckpoint keeps its default and
    ``journal_size_limit`` bounds the WAL file (design §2).

    Args:
        path: the database file; it is created unless `read_only`.
        read_only: open for reading; `query_only` is set besides.
        vfs: name of an apsw VFS, for fault programmes.
        exclusive: take the file for this connection alone; needed by a VFS without shared memory.
        synchronous: FULL; a control in the tests passes NORMAL to show that it loses commits.

    Returns:
        A connection with a statement cache; close it when done.

    Raises:
        apsw.Error: the file cannot be opened or is no database.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=STATEMENT_CACHE)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MILLISECONDS)
        if exclusive:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT_BYTES}")
            connection.execute("PRAGMA secure_delete = ON")
        cache = READER_CACHE_KIBIBYTES if read_only else WRITER_CACHE_KIBIBYTES
        connection.execute(f"PRAGMA cache_size = -{cache}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


class Readers:
    """One read-only connection a thread, opened at first use and reused.

    Readers run inline in the thread that asks (design §2). Args: connect: opens one read-only connection.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[tuple[threading.Thread, Connection]] = []

    def get(self) -> Connection:
        """Give this thread's connection."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            return connection
        connection = self._connect()
        self._local.connection = connection
        with self._lock:
            # Connections of threads that have ended are closed here, so that a changing thread pool does not pile up.
            ended = [opened for thread, opened in self._all if not thread.is_alive()]
            self._all = [pair for pair in self._all if pair[0].is_alive()]
            self._all.append((threading.current_thread(), connection))
        for opened in ended:
            opened.close()
        return connection

    def close(self) -> None:
        """Close every connection; threads that still hold one get an error at their next use."""
        with self._lock:
            opened, self._all = self._all, []
        self._local = threading.local()
        for _, connection in opened:
            connection.close()
