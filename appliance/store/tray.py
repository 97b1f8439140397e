"""The tray 托盘 of each window: scans that wait to be put to a material; functions over a connection."""

from dataclasses import dataclass

from appliance.store.connection import Connection

_COLUMNS = "id, window, name, sha256, media_type, size, added"


@dataclass(frozen=True, slots=True)
class TrayRow:
    """One waiting scan: its number, window, file name, digest (hex SHA-256), media type, size in bytes, when (ISO)."""

    id: int
    window: str
    name: str
    sha256: str
    media_type: str
    size: int
    added: str


@dataclass(frozen=True, slots=True)
class NewScan:
    """A scan to add; `source` names where it came from, and the same source is added once."""

    window: str
    name: str
    sha256: str
    media_type: str
    size: int
    added: str
    source: str


def add(connection: Connection, scan: NewScan) -> bool:
    """Put a scan into its window's tray; inside the writer's transaction.

    Returns:
        Whether it is new; a file that is handed over again (the program that watches was killed between) is not.
    """
    connection.execute(
        "INSERT INTO tray (window, name, sha256, media_type, size, added, source) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (window, source) DO NOTHING",
        (scan.window, scan.name, scan.sha256, scan.media_type, scan.size, scan.added, scan.source),
    )
    return bool(connection.changes())


def waiting(connection: Connection, window: str) -> list[TrayRow]:
    """List what waits in a window's tray, the oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM tray WHERE window = ? AND taken IS NULL ORDER BY id",  # noqa: S608 - literal columns
        (window,),
    )
    return [TrayRow(*row) for row in rows]


def find(connection: Connection, number: int, window: str) -> TrayRow | None:
    """Give a waiting scan of a window, or None."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM tray WHERE id = ? AND window = ? AND taken IS NULL",  # noqa: S608 - literal columns
        (number, window),
    ).fetchone()
    return TrayRow(*row) if row else None


def take(connection: Connection, number: int, window: str, at: str) -> TrayRow | None:
    """Take a scan out of the tray; None when someone else was faster. Inside the writer's transaction."""
    row = find(connection, number, window)
    if row is not None:
        connection.execute("UPDATE tray SET taken = ? WHERE id = ?", (at, number))
    return row
