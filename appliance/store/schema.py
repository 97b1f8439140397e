"""Migrations in plain SQL, and the read models' tables."""

import hashlib
import json
import re
from collections.abc import Iterator
from importlib import resources

from appliance.clock import Clock, format_time
from appliance.errors import N_, IntegrityFailure
from appliance.store.change import Projector
from appliance.store.connection import Connection

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


def migrations() -> Iterator[tuple[int, str, str]]:
    """Give number, name and SQL of each migration in order; numbers run from 1 without a gap."""
    folder = resources.files("appliance.store") / "migrations"
    found = sorted(item.name for item in folder.iterdir() if _NAME.fullmatch(item.name))
    for number, name in enumerate(found, start=1):
        if int(name[:4]) != number:
            raise IntegrityFailure(N_("数据库升级脚本的编号不连续"), code="migration_gap", subject=name)
        yield number, name, (folder / name).read_text(encoding="utf-8")


def migrate(connection: Connection, clock: Clock) -> int:
    """Bring a database to this release's schema.

    Each migration commits together with its record, so a power cut leaves it done and recorded, or neither. Records
    with higher numbers, left by a newer release, are left alone: migrations only add (protocol §5).

    Returns:
        How many migrations were applied now.

    Raises:
        IntegrityFailure: a migration that was applied has been edited since.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL,"
        " applied TEXT NOT NULL) STRICT"
    )
    applied = 0
    for number, name, sql in migrations():
        digest = hashlib.sha256(sql.encode()).digest()
        recorded = connection.execute("SELECT digest FROM migration WHERE number = ?", (number,)).get
        if recorded is not None:
            if recorded != digest:
                raise IntegrityFailure(N_("已执行的数据库升级脚本被改动"), code="migration_edited", subject=name)
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(sql)
            connection.execute(
                "INSERT INTO migration (number, name, digest, applied) VALUES (?, ?, ?, ?)",
                (number, name, digest, format_time(clock.now())),
            )
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        # Power fails before this line: neither the tables nor the record exist, and the next start does both again.
        connection.execute("COMMIT")
        applied += 1
    return applied


def projections_current(connection: Connection, projector: Projector) -> bool:
    """Tell whether the read models in the file were made from today's texts."""
    recorded = dict(connection.execute("SELECT name, digest FROM projection"))
    return recorded == {name: hashlib.sha256(sql.encode()).digest() for name, sql in projector.schemas()}


def _objects(connection: Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))


def drop_projections(connection: Connection) -> None:
    """Drop every read model's objects; inside the caller's transaction."""
    for (text,) in connection.execute("SELECT objects FROM projection").fetchall():
        for kind, name in json.loads(str(text)):
            if (kind, name) in _objects(connection):  # dropping a virtual table takes its shadow tables along
                connection.execute(f'DROP {kind} IF EXISTS "{name}"')
    connection.execute("DELETE FROM projection")


def create_projections(connection: Connection, projector: Projector) -> None:
    """Create every read model's objects and record them; inside the caller's transaction."""
    for name, sql in projector.schemas():
        before = _objects(connection)
        connection.execute(sql)
        order = {"view": 0, "trigger": 1, "index": 2, "table": 3}
        created = sorted(_objects(connection) - before, key=lambda item: (order[item[0]], len(item[1]), item[1]))
        connection.execute(
            "INSERT INTO projection (name, digest, objects) VALUES (?, ?, ?)",
            (name, hashlib.sha256(sql.encode()).digest(), json.dumps(created)),
        )


def projection_tables(connection: Connection) -> list[tuple[str, bool]]:
    """List the read models' own tables as (name, is full text); shadow tables are left out."""
    shadows = {row[1] for row in connection.execute("PRAGMA table_list") if row[2] == "shadow"}
    tables = []
    for (text,) in connection.execute("SELECT objects FROM projection ORDER BY name").fetchall():
        for kind, name in json.loads(str(text)):
            if kind != "table" or name in shadows:
                continue
            sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).get or ""
            tables.append((name, "using fts5" in sql.lower()))
    return tables
