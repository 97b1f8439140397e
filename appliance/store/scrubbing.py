"""After an erasure: the bytes go too (protocol §2), out of the journal, the blobs, free pages and the WAL.

The entry that erases commits first. Until the bytes are gone a LOCAL setting says so, and the next start goes on: a
power cut in the middle leaves an erased part that a disk editor may still read, and never one that was half erased.
"""

import shutil
from contextlib import suppress
from typing import Final

import apsw

from appliance.ledger.records import Record, RecordState, decode_records, encode_records
from appliance.store import withholding
from appliance.store.appending import get_setting, set_setting
from appliance.store.blobs import BlobStore, overwrite
from appliance.store.connection import Connection
from appliance.store.journal import Journal, Part

CARRIED: Final = ("out", "inbox/.taken", "inbox/.refused")
VACUUMED_BYTES_MAX: Final = 2 * 1024**3
"""Largest database that is written anew after an erasure; in a larger one `secure_delete` alone answers for it."""


def is_due(connection: Connection) -> bool:
    """Tell whether bytes of erased parts may still stand somewhere."""
    return get_setting(connection, withholding.SCRUB_DUE) is not None


def scrub(connection: Connection, journal: Journal, blobs: BlobStore, at: str) -> None:
    """Take the bytes of everything erased out of journal, blobs and database file; done again it changes nothing.

    Bundles that were dealt with or written go too: they hold copies under a key of this machine, or of the next one,
    and carrying a stick again is all that is lost.

    Args:
        connection: the writer's, outside a transaction.
        journal: open, and at one with the database.
        blobs: the files; what was carried lies beside them.
        at: time to note.

    Raises:
        OSError: the journal's or the blobs' device failed; it stays due.
        apsw.Error: the database's did, or a reader kept the WAL from being emptied; it stays due.
    """
    places, directory = withholding.erased_places(connection), blobs.directory.parent
    journal.rewrite(lambda part: _without(part, places))
    for digest in withholding.erased_blobs(connection):
        blobs.remove(digest)
        shutil.rmtree(directory / "incoming" / digest, ignore_errors=True)
    for place in CARRIED:
        for path in (directory / "bundles" / place).glob("*"):
            overwrite(path)
    # `secure_delete` has zeroed what was freed. Pages that were split long ago may keep an old copy in their gap: where
    # the file is small enough to be written anew in seconds, it is.
    pages, size = connection.execute("PRAGMA page_count").get, connection.execute("PRAGMA page_size").get
    if pages * size <= VACUUMED_BYTES_MAX:
        connection.execute("PRAGMA temp_store = FILE")  # the copy is as large as the database
        try:
            connection.execute("VACUUM")
        finally:
            connection.execute("PRAGMA temp_store = MEMORY")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    set_setting(connection, withholding.SCRUB_DUE, None, at)


def resume(connection: Connection, journal: Journal, blobs: BlobStore, at: str) -> None:
    """Go on at the start with what a power cut interrupted, before anything is read; a failure leaves it due."""
    if is_due(connection):
        with suppress(OSError, apsw.Error):
            scrub(connection, journal, blobs, at)


def _without(part: Part, places: dict[str, frozenset[int]]) -> Part | None:
    """Give a journal's part without what was erased; None when nothing of it was."""
    erased = places.get(part.origin, frozenset())
    if not part.records or erased.isdisjoint(range(part.first, part.end)):
        return None
    records = decode_records(part.records)
    if all(record.private is None for index, record in enumerate(records, part.first) if index in erased):
        return None
    kept = (
        Record(record.entry, RecordState.ERASED) if index in erased and record.private is not None else record
        for index, record in enumerate(records, part.first)
    )
    return Part(part.origin, part.own, part.first, part.count, encode_records(kept), part.note)
