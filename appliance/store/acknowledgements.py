"""What the city has acknowledged of a log, read from the LOCAL tables: cosignatures and the progress of the scans."""

from dataclasses import dataclass

import msgspec

from appliance.store import event_store
from appliance.store.appending import alarm, get_setting, set_setting
from appliance.store.connection import Connection

BLOB_PROGRESS = "sync_blob_progress"
CITY_HOLDS = "city_holds"
"""LOCAL: the city went back; what it holds of a log now, until it has cosigned as much again (protocol §4)."""


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


class CityHolds(msgspec.Struct, frozen=True, kw_only=True):
    """What a city that went back holds of our log."""

    origin: str
    size: int


def city_went_back(connection: Connection, origin: str, size: int, at: str) -> None:
    """Take back what the city once acknowledged beyond `size`, with an alarm; the old cosignatures stay as proof.

    Inside the writer's transaction; told again it changes nothing.
    """
    held = _city_holds(connection, origin)
    if held is not None and held <= size:
        return
    set_setting(connection, CITY_HOLDS, msgspec.json.encode(CityHolds(origin=origin, size=size)).decode(), at)
    progress = read_blob_progress(connection)
    if progress.upto > size:
        store_blob_progress(connection, BlobProgress(upto=size, missing=progress.missing), at)
    alarm(connection, "city_went_back", {"origin": origin, "size": size}, at)


def city_holds_again(connection: Connection, origin: str, size: int, at: str) -> None:
    """Note that the city cosigned `size` entries, after it went back; inside the writer's transaction."""
    held = _city_holds(connection, origin)
    if held is None or size < held:
        return
    whole = size >= _largest_cosigned(connection, origin)
    value = None if whole else msgspec.json.encode(CityHolds(origin=origin, size=size)).decode()
    set_setting(connection, CITY_HOLDS, value, at)


def _city_holds(connection: Connection, origin: str) -> int | None:
    text = get_setting(connection, CITY_HOLDS)
    held = msgspec.json.decode(text, type=CityHolds) if text else None
    return held.size if held is not None and held.origin == origin else None


def _largest_cosigned(connection: Connection, origin: str) -> int:
    size: int = connection.execute(
        "SELECT coalesce(max(c.size), 0) FROM cosignature c JOIN log l ON l.id = c.log WHERE l.origin = ?", (origin,)
    ).get
    return size


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How far the city has gone with one log.

    Attributes:
        cosigned: size of the largest checkpoint that carries its cosignature, as far as it still holds that much.
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
    size = _largest_cosigned(connection, origin)
    held = _city_holds(connection, origin)
    # The agent counts scans of the log that is written now; an older epoch's were all sent before it was closed.
    progress = read_blob_progress(connection)
    upto = log.size if log.closed else progress.upto
    return Acknowledged(size if held is None else min(size, held), upto, frozenset(progress.missing))


def cosigned_covering(connection: Connection, origin: str, index: int) -> tuple[int, bytes, str] | None:
    """Give the smallest checkpoint over entry `index` that the city cosigned: size, signed note, cosignature line."""
    row: tuple[int, bytes, str] | None = connection.execute(
        "SELECT c.size, c.note, s.line FROM cosignature s JOIN log l ON l.id = s.log"
        " JOIN checkpoint c ON c.log = s.log AND c.size = s.size WHERE l.origin = ? AND s.size > ?"
        " ORDER BY s.size LIMIT 1",
        (origin, index),
    ).fetchone()
    return row
