"""Replaying the logs into a fresh file, and comparing its read models row for row with the live ones (protocol §1)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.errors import N_, Conflict
from appliance.store.change import Projector
from appliance.store.connection import Connection, open_database
from appliance.store.replay import merged, project
from appliance.store.schema import create_projections, migrate, projection_tables

COMPARE_CHUNK = 4096
_END = object()


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild made and how it compares.

    Attributes:
        tables: read-model tables compared.
        rows: rows in them; of a full-text table its terms' instances.
        differences: rows that stand on one side only.
        first: the first of them, as ``table: row``, empty when there is none.
        entries: entries replayed.
    """

    tables: int
    rows: int
    differences: int
    first: str
    entries: int

    @property
    def ok(self) -> bool:
        """Tell whether both sides are equal."""
        return self.differences == 0


def rebuild(source: Connection, target: Path, projector: Projector, clock: Clock) -> Connection:
    """Replay both logs, merged by `seen`, into a new database file; nothing is emitted.

    Args:
        source: a connection to the live database, inside a read transaction if it is in use.
        target: a file that does not exist yet.
        projector: the read models.
        clock: for the migrations' records.

    Returns:
        The connection to the new file, which the caller closes.

    Raises:
        Conflict: `target` exists.
    """
    if target.exists():
        raise Conflict(N_("目标文件已存在"), code="target_exists", subject=target.name)
    fresh = open_database(target, read_only=False, synchronous="OFF")
    try:
        migrate(fresh, clock)
        fresh.execute("BEGIN IMMEDIATE")
        create_projections(fresh, projector)
        for entry in merged(source):
            project(fresh, projector, entry)
        fresh.execute("COMMIT")
    except BaseException:
        fresh.close()
        raise
    return fresh


def rebuild_and_compare(database: Path, target: Path, projector: Projector, clock: Clock) -> RebuildReport:
    """Rebuild from a database, which may be in use, and compare every read-model table.

    Args:
        database: the live file; it is opened for reading only.
        target: where the rebuilt file goes; the caller removes it.
        projector: the read models.
        clock: for the migrations' records.
    """
    source = open_database(database, read_only=True)
    try:
        # The full-text comparison makes temporary tables; the file itself stays read-only.
        source.execute("PRAGMA query_only = OFF")
        source.execute("BEGIN")
        entries = source.execute("SELECT coalesce(sum(CASE own WHEN 1 THEN size ELSE applied END), 0) FROM log").get
        fresh = rebuild(source, target, projector, clock)
        try:
            return compare(source, fresh, entries=int(entries or 0))
        finally:
            fresh.close()
    finally:
        source.close()


def compare(live: Connection, fresh: Connection, *, entries: int = 0) -> RebuildReport:
    """Compare the read-model tables of two databases.

    Rows are compared in stored order first; where that differs, as multisets, so that order alone is no difference.
    """
    tables = sorted(set(projection_tables(live)) | set(projection_tables(fresh)))
    rows = differences = 0
    first = ""
    for name, full_text in tables:
        counted, wrong, example = _compare_table(live, fresh, name, full_text=full_text)
        rows += counted
        differences += wrong
        first = first or example
    return RebuildReport(len(tables), rows, differences, first, entries)


def _compare_table(live: Connection, fresh: Connection, name: str, *, full_text: bool) -> tuple[int, int, str]:
    sides = [_query(connection, name, full_text=full_text) for connection in (live, fresh)]
    if None in sides:
        return 0, 1, f"{name}: {'missing' if sides[0] is None else 'superfluous'}"
    left, right = (connection.execute(str(sql)) for connection, sql in zip((live, fresh), sides, strict=True))
    count = 0
    while True:
        here, there = list(islice(left, COMPARE_CHUNK)), list(islice(right, COMPARE_CHUNK))
        count += len(here)
        if here != there:
            break
        if not here:
            return count, 0, ""
    return _compare_rest(name, chain(here, left), chain(there, right), count - len(here))


def _compare_rest(name: str, left: Iterator[Any], right: Iterator[Any], equal: int) -> tuple[int, int, str]:
    """Compare what follows the first difference in order as multisets, holding only what has no partner yet."""
    balance: Counter[Any] = Counter()
    count = equal
    ends = repeat(_END)
    for here, there in zip(chain(left, ends), chain(right, ends), strict=False):
        if here is _END and there is _END:
            break
        if here is not _END:
            count += 1
            _shift(balance, here, 1)
        if there is not _END:
            _shift(balance, there, -1)
    differences = sum(abs(number) for number in balance.values())
    example = next(iter(balance.items()), None)
    if example is None:
        return count, 0, ""
    side = "live only" if example[1] > 0 else "rebuilt only"
    return count, differences, f"{name}: {side} {example[0]!r}"


def _shift(balance: Counter[Any], row: Any, by: int) -> None:
    balance[row] += by
    if not balance[row]:
        del balance[row]


def _query(connection: Connection, name: str, *, full_text: bool) -> str | None:
    """Give the statement that lists a table's rows; of a full-text table, its terms with where they stand."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).fetchone() is None:
        return None
    if not full_text:
        return f'SELECT * FROM "{name}"'  # noqa: S608 - a name from the schema itself
    connection.execute(f'DROP TABLE IF EXISTS temp."vocabulary_{name}"')
    connection.execute(f"CREATE VIRTUAL TABLE temp.\"vocabulary_{name}\" USING fts5vocab(main, '{name}', 'instance')")
    return f'SELECT * FROM temp."vocabulary_{name}"'  # noqa: S608 - the same
