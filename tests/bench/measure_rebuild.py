"""Rebuild of the read models from the log, against bare inserts of the same rows."""

from pathlib import Path
from typing import Any

import bulk
from figure import Bench, Figure, make_hall, median, opened, past_clock, rounded, say, seconds_of

from appliance.clock import SystemClock
from appliance.projections.registry import HallProjector
from appliance.store.blobs import BlobStore
from appliance.store.connection import Connection, open_database
from appliance.store.rebuild import rebuild
from appliance.store.replay import merged, project
from appliance.store.schema import create_projections, migrate, projection_tables

ENTRIES_FULL = 300_000
ROUNDS = 3
TARGET = 1 / 3
AIM = 20_000
WRITES = ("INSERT", "UPDATE", "DELETE")


def _fresh(path: Path, projector: HallProjector) -> Connection:
    path.unlink(missing_ok=True)
    connection = open_database(path, read_only=False, synchronous="OFF")
    migrate(connection, SystemClock())
    connection.execute("BEGIN IMMEDIATE")
    create_projections(connection, projector)
    return connection


def _rows(connection: Connection, indexed: list[Any]) -> list[tuple[str, list[Any]]]:
    """Give the statements that insert the rows as they stand; a contentless index gets what it was given."""
    statements = []
    for name, full_text in projection_tables(connection):
        if full_text:
            statements.append(("INSERT INTO case_search (rowid, name, pinyin) VALUES (?, ?, ?)", indexed))
            continue
        rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - a name from the schema
        if rows:
            statements.append((f'INSERT INTO "{name}" VALUES ({",".join("?" * len(rows[0]))})', rows))  # noqa: S608
    return statements


def measure(bench: Bench) -> Figure:
    """Alternate rebuilds, bare inserts of the final rows, and the fold's own writes without the fold."""
    hall, clock = make_hall(bench.directory, days_ago=25), past_clock()
    wanted = bench.scaled(ENTRIES_FULL)
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=3, until=lambda loaded: loaded.entries >= wanted, say=say)
    projector = HallProjector(BlobStore(hall / "blobs"), replaying=True)
    source = open_database(hall / "hall.db", read_only=True)
    entries = int(source.execute("SELECT sum(applied) FROM log").get)
    indexed: list[Any] = []
    writes: list[tuple[str, Any]] = []

    def trace(_cursor: Any, sql: str, bindings: Any) -> bool:
        if sql.lstrip().partition(" ")[0] in WRITES and bindings is not None:
            writes.append((sql, bindings))
            if "INTO case_search" in sql:
                indexed.append((len(indexed) + 1, bindings[0], bindings[1]))
        return True

    target = bench.directory / "fresh.db"

    def fold() -> None:
        target.unlink(missing_ok=True)
        rebuild(source, target, projector, SystemClock()).close()

    taken = _fresh(target, projector)
    taken.exec_trace = trace
    for entry in merged(source):
        project(taken, projector, entry)
    taken.exec_trace = None
    taken.execute("COMMIT")
    statements = _rows(taken, indexed)
    taken.close()
    rows = sum(len(values) for _, values in statements)

    def bare() -> None:
        connection = _fresh(target, projector)
        for sql, values in statements:
            connection.executemany(sql, values)
        connection.execute("COMMIT")
        connection.close()

    def same_writes() -> None:
        connection = _fresh(target, projector)
        for sql, bindings in writes:
            connection.execute(sql, bindings)
        connection.execute("COMMIT")
        connection.close()

    times: dict[str, list[float]] = {"fold": [], "bare": [], "writes": []}
    for number in range(ROUNDS):
        times["bare"].append(seconds_of(bare))
        times["writes"].append(seconds_of(same_writes))
        times["fold"].append(seconds_of(fold))
        say(f"round {number + 1}: " + ", ".join(f"{name} {spent[-1]:.2f} s" for name, spent in times.items()))
    source.close()
    ratio = median([one / other for one, other in zip(times["writes"], times["fold"], strict=True)])
    rate = entries / median(times["fold"])
    return Figure(
        name="rebuild",
        unit="entries per second",
        value=rounded(rate, 0),
        baseline=rounded(entries / median(times["writes"]), 0),
        baseline_of=f"the same {len(writes)} row writes in the same order, without reading, folding or the log",
        ratio=rounded(ratio),
        target=f"ratio >= 1/3 (aim {AIM} entries per second)",
        met=ratio >= TARGET,
        beside={
            "entries": entries,
            "row_writes": len(writes),
            "final_rows": rows,
            "ratio_to_executemany_of_the_final_rows": rounded(median(times["bare"]) / median(times["fold"])),
            "aim_reached": rate >= AIM,
        },
    )
