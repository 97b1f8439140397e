"""Service items 事项 by code and version, as the city published them; a case pins the version it was received under."""

from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, NotFound
from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE item_version (
    code    TEXT NOT NULL,
    version INTEGER NOT NULL,
    name    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    current INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (code, version)
) STRICT, WITHOUT ROWID;
"""

_decode = msgspec.json.Decoder(ServiceItem).decode


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item version as a pack carries it; `body` is the item as JSON."""

    code: str
    version: int
    name: str
    digest: str
    body: str


def put(connection: Connection, rows: list[ItemRow]) -> None:
    """Make these the current versions; older versions stay, because cases are pinned to them."""
    connection.execute("UPDATE item_version SET current = 0")
    connection.executemany(
        "INSERT OR REPLACE INTO item_version (code, version, name, digest, current, body) VALUES (?, ?, ?, ?, 1, ?)",
        [(row.code, row.version, row.name, row.digest, row.body) for row in rows],
    )


MODEL = ReadModel("items", SCHEMA)


class Items:
    """Reads item versions and keeps the decoded ones: a version never changes."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, int, str], ServiceItem] = {}
        self._pinned: dict[tuple[str, int], ServiceItem] = {}
        self._in_force: tuple[int, dict[str, ServiceItem]] = (0, {})

    def _decoded(self, code: str, version: int, digest: str, connection: Connection) -> ServiceItem:
        key = (code, version, digest)
        held = self._versions.get(key)
        if held is None:
            body = connection.execute(
                "SELECT body FROM item_version WHERE code = ? AND version = ?", (code, version)
            ).get
            held = self._versions[key] = _decode(body)
        return held

    def version(self, connection: Connection, code: str, version: int) -> ServiceItem:
        """Give the version that a case is pinned to; raises NotFound."""
        held = self._pinned.get((code, version))
        if held is not None:
            return held
        row = connection.execute(
            "SELECT digest FROM item_version WHERE code = ? AND version = ?", (code, version)
        ).fetchone()
        if row is None:
            raise NotFound(N_("本机没有事项 %(code)s 的第 %(version)s 版"), params={"code": code, "version": version})
        held = self._pinned[code, version] = self._decoded(code, version, row[0], connection)
        return held

    def current(self, connection: Connection, code: str, *, seen: int = 0) -> ServiceItem:
        """Give the current version of an item; raises NotFound for a code that is not in the catalogue.

        Args:
            connection: a reader, or the writer's.
            code: catalogue code.
            seen: applied size of the city's log, when the caller knows it: the catalogue changes with nothing else, so
                the answer is kept for as long as it stays.
        """
        if seen and self._in_force[0] != seen:
            self._in_force = (seen, {})
        if seen and code in self._in_force[1]:
            return self._in_force[1][code]
        found = self._read_current(connection, code)
        if seen:
            self._in_force[1][code] = found
        return found

    def held(self, code: str, version: int) -> ServiceItem | None:
        """Give a version without looking at the tables: when `current` last gave it and kept it, else None."""
        found = self._in_force[1].get(code)
        return found if found is not None and found.task_version == version else None

    def _read_current(self, connection: Connection, code: str) -> ServiceItem:
        row = connection.execute(
            "SELECT version, digest FROM item_version WHERE code = ? AND current = 1", (code,)
        ).fetchone()
        if row is None:
            raise NotFound(
                N_("没有这个事项：%(code)s"),
                code="unknown_item",
                params={"code": code},
                next_step=N_("请用事项名称、编码或拼音首字母重新查找"),
            )
        return self._decoded(code, row[0], row[1], connection)

    def in_force(self, connection: Connection, code: str, day: str) -> ServiceItem:
        """Give the version that was in force on an earlier day, for what was taken in on that day and entered later.

        Args:
            connection: a reader, or the writer's.
            code: catalogue code.
            day: ISO date.

        Raises:
            NotFound: the code is not in the catalogue.
        """
        current = self.current(connection, code)
        rows = connection.execute(
            "SELECT version FROM item_version WHERE code = ? AND version <= ? ORDER BY version DESC",
            (code, current.task_version),
        )
        held: list[Any] = rows.fetchall()
        for (version,) in held:
            found = self.version(connection, code, version)
            if found.plan_effective_date.isoformat() <= day:
                return found
        return current

    def all_current(self, connection: Connection) -> tuple[ServiceItem, ...]:
        """Give every current item, by code."""
        rows = connection.execute("SELECT code, version, digest FROM item_version WHERE current = 1 ORDER BY code")
        found: list[Any] = rows.fetchall()
        return tuple(self._decoded(code, version, digest, connection) for code, version, digest in found)
