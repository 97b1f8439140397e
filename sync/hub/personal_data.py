"""The city does to its copy what a hall decided about personal data (protocol §2).

The parts themselves are emptied by the store, in the transaction that takes the hall's entry in. Here: the digest
under which an applicant's receipts were found, what lies in quarantine, what waits for an answer (`pii_answers`).
"""

from collections.abc import Sequence
from typing import Any, Final

from appliance.domain.events import PiiErased, PiiForgotten, PiiLifted, PiiRestricted
from appliance.domain.withheld import places_of
from appliance.errors import HallmarkError
from appliance.ledger.records import Record, RecordState, decode_records, encode_records
from appliance.store import withholding
from appliance.store.appending import decode_stored
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection
from appliance.store.event_store import find_log
from sync.hub import facts

SCHEMA: Final = """
CREATE TABLE hub_pii (
    origin   TEXT    NOT NULL,
    idx      INTEGER NOT NULL,
    subject  TEXT    NOT NULL,
    matter   TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    parts    INTEGER NOT NULL,
    blobs    INTEGER NOT NULL,
    answered TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (origin, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_pii_waiting ON hub_pii (origin, idx) WHERE answered = '';
"""
_STORED: Final = (
    "SELECT e.body, p.state, p.part FROM entry e JOIN private p ON p.log = e.log AND p.idx = e.idx"
    " WHERE e.log = ? AND e.idx = ?"
)


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what a hall decided until it is answered."""
    event = applied.event
    if isinstance(event, PiiForgotten) and applied.own:
        log, _, index = event.place.partition(":")
        connection.execute(
            "UPDATE hub_pii SET answered = ? WHERE origin = ? AND idx = ?",
            (applied.meta.t, f"{applied.origin.rsplit('/', 2)[0]}/{log}", int(index)),
        )
    elif isinstance(event, PiiErased | PiiRestricted | PiiLifted) and not applied.own:
        blobs = len(event.blobs) if isinstance(event, PiiErased) else 0
        connection.execute(
            "INSERT OR IGNORE INTO hub_pii (origin, idx, subject, matter, act, parts, blobs)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (applied.origin, applied.index, event.subject, event.matter, event.TYPE, _count(applied, event), blobs),
        )


def _count(applied: AppliedEntry, event: PiiErased | PiiRestricted | PiiLifted) -> int:
    try:
        return sum(len(run) for _, runs in places_of(event.places, applied.origin) for run in runs)
    except HallmarkError:
        return 0


def forget(connection: Connection, places: Sequence[tuple[str, int]], secret: bytes) -> None:
    """Bring what the city keeps by these entries to what they say now.

    Args:
        connection: the writer's, in the transaction that changed their private parts.
        places: origin and index of each.
        secret: key of the digests of receipts.
    """
    for origin, index in places:
        log = find_log(connection, origin)
        row = connection.execute(_STORED, (log.id, index)).fetchone() if log is not None else None
        if log is None or row is None:
            continue
        connection.execute("DELETE FROM hub_intake WHERE origin = ? AND idx = ?", (origin, index))
        entry = decode_stored(log, index, *row)
        if entry is not None:
            facts.intake(connection, entry, secret)
    for origin in {origin for origin, _ in places}:
        _out_of_quarantine(connection, origin)


def _out_of_quarantine(connection: Connection, origin: str) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'hub_quarantine'").get is None:
        return
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT id, records FROM hub_quarantine WHERE origin = ?", (origin,)
    ).fetchall()
    for number, records in rows:
        kept = without_erased(connection, origin, records)
        if kept != records:
            connection.execute("UPDATE hub_quarantine SET records = ? WHERE id = ?", (kept, number))


def without_erased(connection: Connection, origin: str, records: bytes) -> bytes:
    """Give records, encoded as they travel, without the parts that were erased in their log: known by their digests."""
    erased = withholding.erased_digests(connection, origin)
    if not erased:
        return records
    return encode_records(
        Record(record.entry, RecordState.ERASED)
        if record.private is not None and withholding.digest_in_leaf(record.entry) in erased
        else record
        for record in decode_records(records)
    )
