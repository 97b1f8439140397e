"""Verification of a log: entries, tree, checkpoints, private parts and columns, against bare SHA-256 of the entries."""

import hashlib

import bulk
from figure import Bench, Figure, fastest, make_hall, opened, past_clock, rounded, say

from appliance.ledger.verify import verify_log
from appliance.store.verify import verify_stored

ENTRIES_FULL = 300_000
TARGET = 1 / 3


def measure(bench: Bench) -> Figure:
    """Verify the same entries three ways, each timed as the fastest of some runs."""
    hall, clock = make_hall(bench.directory, days_ago=25), past_clock()
    wanted = bench.scaled(ENTRIES_FULL)
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=2, until=lambda loaded: loaded.entries >= wanted, say=say)
        origin, verifier = owner.trust.ticket.h2c_origin, owner.keys.h2c.verifier
        reader = owner.store.reader()
        rows = reader.execute(
            "SELECT e.body, e.leaf FROM entry e JOIN log l ON l.id = e.log WHERE l.origin = ? ORDER BY e.idx", (origin,)
        ).fetchall()
        notes = [
            row[0]
            for row in reader.execute(
                "SELECT c.note FROM checkpoint c JOIN log l ON l.id = c.log WHERE l.origin = ? ORDER BY c.size",
                (origin,),
            )
        ]
        entries = [body for body, _ in rows]
        stream = b"".join(entries)
        sha256 = hashlib.sha256

        def each() -> None:
            for entry in entries:
                sha256(entry).digest()

        def whole() -> None:
            if verify_log(rows, notes, verifier).problem is not None:
                raise RuntimeError("the log does not hold")

        def stored() -> None:
            if not verify_stored(reader, origin, verifier).ok:
                raise RuntimeError("the stored log does not hold")

        bare, at_once, ledger = fastest(each), fastest(lambda: sha256(stream).digest()), fastest(whole)
        from_disk = fastest(stored, 3)
    count, ratio = len(entries), bare / ledger
    return Figure(
        name="verify",
        unit="entries per second",
        value=rounded(count / ledger, 0),
        baseline=rounded(count / bare, 0),
        baseline_of="bare SHA-256, one call an entry, over the same bytes in memory",
        ratio=rounded(ratio),
        target="ratio >= 1/3",
        met=ratio >= TARGET,
        beside={
            "entries": count,
            "checkpoints": len(notes),
            "bytes_per_entry": round(len(stream) / count),
            "as_one_stream_entries_per_second": rounded(count / at_once, 0),
            "ratio_to_one_stream": rounded(at_once / ledger),
            "hall_log_verify_entries_per_second": rounded(count / from_disk, 0),
            "hall_log_verify_ratio": rounded(bare / from_disk),
            "hall_log_verify_is": "the same read from hall.db, with private parts, columns and tree nodes compared",
        },
    )
