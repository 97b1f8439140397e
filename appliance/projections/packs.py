"""Packs 数据包 from the city, applied whole or not at all: catalogue, calendar, staff, licences, halls (protocol §2).

A pack is a SQLite file made with sqlite-utils, stored as a blob and named by its digest in ``pack.published``. It is
not `hall.db`, so any SQLite tool may open it, and this module does.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import sqlite_utils

from appliance.domain.events import PackPublished
from appliance.errors import N_, IntegrityFailure
from appliance.projections import calendar_view, departments, halls, items, joint_sets, licences, staff
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE pack (
    name    TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    sha256  TEXT NOT NULL,
    idx     INTEGER NOT NULL,
    t       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

Rows = Iterator[dict[str, object]]


def _rows(path: Path, table: str) -> Rows:
    database = sqlite_utils.Database(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True))
    try:
        yield from database[table].rows
    finally:
        database.close()


def _put_catalogue(connection: Connection, path: Path, _applied: AppliedEntry) -> None:
    items.put(connection, [items.ItemRow(**row) for row in _rows(path, "item")])  # type: ignore[arg-type]
    joint_sets.put(connection, [joint_sets.SetRow(**row) for row in _rows(path, "joint_set")])  # type: ignore[arg-type]
    departments.put(
        connection,
        [departments.DepartmentRow(**row) for row in _rows(path, "department")],  # type: ignore[arg-type]
    )


def _put_staff(connection: Connection, path: Path, applied: AppliedEntry) -> None:
    staff.put(connection, [staff.from_pack(row) for row in _rows(path, "staff")], seen=applied.meta.seen)


def calendar_years(path: Path) -> list[tuple[int, str]]:
    """Read a calendar pack: each year with its table as JSON."""
    return [(int(str(row["year"])), str(row["body"])) for row in _rows(path, "year")]


def _put_calendar(connection: Connection, path: Path, _applied: AppliedEntry) -> None:
    calendar_view.put(connection, calendar_years(path))


def _put_licences(connection: Connection, path: Path, _applied: AppliedEntry) -> None:
    rows = (
        msgspec.convert({**row, "source": licences.CITY, "case_no": None}, licences.Licence)
        for row in _rows(path, "licence")
    )
    licences.put_cached(connection, rows)


def _put_halls(connection: Connection, path: Path, _applied: AppliedEntry) -> None:
    halls.put(connection, [msgspec.convert(row, halls.HallRow) for row in _rows(path, "hall")])


APPLIERS: dict[str, Callable[[Connection, Path, AppliedEntry], None]] = {
    "catalogue": _put_catalogue,
    "staff": _put_staff,
    "calendar": _put_calendar,
    "licences": _put_licences,
    "halls": _put_halls,
}


def model(path_of: Callable[[str], Path]) -> ReadModel:
    """Build the read model over a blob store.

    Args:
        path_of: gives the file of a blob by its hex SHA-256.
    """

    def apply(connection: Connection, applied: AppliedEntry) -> None:
        event = applied.event
        if not isinstance(event, PackPublished) or applied.own:
            return
        applier = APPLIERS.get(event.name)
        if applier is None:
            return
        path = path_of(event.sha256)
        if not path.exists():
            raise IntegrityFailure(N_("数据包文件不在本机"), code="pack_missing", subject=event.sha256)
        applier(connection, path, applied)
        connection.execute(
            "INSERT OR REPLACE INTO pack (name, version, sha256, idx, t) VALUES (?, ?, ?, ?, ?)",
            (event.name, event.version, event.sha256, applied.index, applied.meta.t),
        )

    return ReadModel("packs", SCHEMA, apply, frozenset({PackPublished}))


def versions(connection: Connection) -> dict[str, int]:
    """Give the applied version of each pack."""
    return {str(name): int(str(version)) for name, version in connection.execute("SELECT name, version FROM pack")}
