"""Joint sets 并联事项组 in force; they come with the catalogue pack. A whole holds what it needs of its set itself."""

import contextlib
from dataclasses import dataclass

import msgspec

from appliance.domain.joint_set import JointSet, combined, is_set
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, NotFound
from appliance.projections.items import Items
from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE joint_set (
    code    TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_decode = msgspec.json.Decoder(JointSet).decode


@dataclass(frozen=True, slots=True)
class SetRow:
    """One joint set as a pack carries it; `body` is the set as JSON."""

    code: str
    version: int
    name: str
    body: str


def put(connection: Connection, rows: list[SetRow]) -> None:
    """Replace the sets: what a catalogue does not name is not offered any more."""
    connection.execute("DELETE FROM joint_set")
    connection.executemany(
        "INSERT INTO joint_set (code, version, name, body) VALUES (?, ?, ?, ?)",
        [(row.code, row.version, row.name, row.body) for row in rows],
    )


MODEL = ReadModel("joint_sets", SCHEMA)


def find(connection: Connection, code: str) -> JointSet | None:
    """Give a joint set by its code, or None."""
    row = connection.execute("SELECT body FROM joint_set WHERE code = ?", (code,)).fetchone()
    return _decode(row[0]) if row is not None else None


def get(connection: Connection, code: str) -> JointSet:
    """Give a joint set by its code; raises NotFound."""
    found = find(connection, code)
    if found is None:
        raise NotFound(
            N_("没有这个并联组合：%(code)s"),
            code="unknown_set",
            params={"code": code},
            next_step=N_("请重新查找，或按单个事项分别收件"),
        )
    return found


class Wholes:
    """Makes the forms of joint sets and keeps them for as long as their items stay what they are."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[JointSet, tuple[ServiceItem, ...], ServiceItem]] = {}

    def form(self, connection: Connection, items: Items, jset: JointSet) -> ServiceItem:
        """Give the form of a set (`combined`); raises NotFound when an item of it is not in the catalogue."""
        members = tuple(items.current(connection, code) for code in jset.items)
        held = self._made.get(jset.code)
        if held is not None and held[0] == jset and all(one is two for one, two in zip(held[1], members, strict=True)):
            return held[2]
        form = combined(jset, members)
        self._made[jset.code] = (jset, members, form)
        return form

    def begun(
        self, connection: Connection, items: Items, jset: JointSet, versions: tuple[int, ...], version: int
    ) -> ServiceItem:
        """Give the form of a set as it was with earlier versions of its items.

        Args:
            connection: a reader.
            items: the items.
            jset: the set.
            versions: version of each of its items, in its order.
            version: what the form was numbered then.
        """
        members = tuple(items.version(connection, *one) for one in zip(jset.items, versions, strict=True))
        return msgspec.structs.replace(combined(jset, members), task_version=version)

    def find(self, connection: Connection, items: Items, code: str) -> ServiceItem | None:
        """Give the form of a set by its code; None for any other code."""
        jset = find(connection, code) if is_set(code) else None
        return self.form(connection, items, jset) if jset is not None else None

    def all_current(self, connection: Connection, items: Items) -> tuple[ServiceItem, ...]:
        """Give the form of every set whose items are all in the catalogue."""
        found = []
        for jset in listing(connection):
            with contextlib.suppress(NotFound):
                found.append(self.form(connection, items, jset))
        return tuple(found)


def listing(connection: Connection) -> tuple[JointSet, ...]:
    """Give every joint set in force, by code."""
    return tuple(_decode(row[0]) for row in connection.execute("SELECT body FROM joint_set ORDER BY code"))
