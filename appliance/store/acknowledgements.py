"""What the city has acknowledged of a log, read from the LOCAL tables: cosignatures and the progress of the scans."""

from dataclasses import dataclass

import msgspec

from appliance.store import event_store
from appliance.store.appending import get_setting, set_setting
from appliance.store.connection import Connection

BLOB_PROGRESS = "sync_blob_progress"


class BlobProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far our scans are at the city.

    Attributes:
        upto: all blobs named by entries below this index are acknowledged, but for
        missing: those that are not on this machine; they are tried again and block nothing.
    """

    upto: int = 0
    missing: tuple[str, ...] = ()


def read_blob_progress(connection: Connection) -> BlobProgress:
    """Give how far the scans are at the city."""
    text = get_setting(connection, BLOB_PROGRESS)
    return msgspec.json.decode(text, type=BlobProgress) if text else BlobProgress()


def store_blob_progress(connection: Connection, progress: BlobProgress, at: str) -> None:
    """Keep how far the scans are at the city; inside the writer's transaction."""
    set_setting(connection, BLOB_PROGRESS, msgspec.json.encode(progress).decode(), at)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How far the city has gone with one log.

    Attributes:
        cosigned: size of the largest checkpoint that carries its cosignature.
        blobs_upto: all scans named by entries below this index are there, but for
        missing: those (hex SHA-256).
    """

    cosigned: int
    blobs_upto: int
    missing: frozenset[str]


def acknowledged(connection: Connection, origin: str) -> Acknowledged:
    """Give what the city has acknowledged of a log; nothing at all for a log that is not here."""
    log = event_store.find_log(connection, origin)
    if log is None:
        return Acknowledged(0, 0, frozenset())
    size: int = connection.execute("SELECT coalesce(max(size), 0) FROM cosignature WHERE log = ?", (log.id,)).get
    # The agent counts scans of the log that is written now; an older epoch's were all sent before it was closed.
    progress = read_blob_progress(connection)
    return Acknowledged(size, log.size if log.closed else progress.upto, frozenset(progress.missing))


def cosigned_covering(connection: Connection, origin: str, index: int) -> tuple[int, bytes, str] | None:
    """Give the smallest checkpoint over entry `index` that the city cosigned: size, signed note, cosignature line."""
    row: tuple[int, bytes, str] | None = connection.execute(
        "SELECT c.size, c.note, s.line FROM cosignature s JOIN log l ON l.id = s.log"
        " JOIN checkpoint c ON c.log = s.log AND c.size = s.size WHERE l.origin = ? AND s.size > ?"
        " ORDER BY s.size LIMIT 1",
        (origin, index),
    ).fetchone()
    return row
