"""Packs 数据包: catalogue, staff, calendar, licences as SQLite files that people can open with any SQLite tool.

A pack is one file, stored as a blob; ``pack.published`` in a hall's c2h log names it by digest. The hall applies it
whole or not at all. sqlite-utils makes the file; it never touches `city.db` (protocol §3).
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import sqlite_utils

from appliance.domain.actor import SYSTEM, Actor
from appliance.domain.events import PackPublished
from appliance.errors import N_, Invalid
from appliance.store.change import Change, Decision, NewEntry, WriteContext
from sync.hub.hub import Hub
from sync.hub.projections import pack_version

PACK_NAMES: Final = ("catalogue", "staff", "calendar", "licences", "halls")
# What rows of each table are found by; a table not named here is keyed by its first column.
Rows = Sequence[Mapping[str, Any]]


def build_pack(path: Path, tables: Mapping[str, Rows], keys: Mapping[str, str | tuple[str, ...]]) -> None:
    """Write a pack file; the same rows give the same bytes.

    Args:
        path: a file that does not exist yet.
        tables: rows by table name; values are text, numbers, bytes, None, or lists and objects (stored as JSON).
        keys: primary key of each table, where it has one.
    """
    database = sqlite_utils.Database(path)
    try:
        for name in sorted(tables):
            rows = [dict(row) for row in tables[name]]
            columns: dict[str, Any] = {}
            for row in rows:
                columns.update({column: None for column in row if column not in columns})
            table = database.table(name)
            if rows:
                table.insert_all(rows, pk=keys.get(name), hash_id=None, replace=False)
        database.vacuum()
    finally:
        database.close()


def publish_pack(
    hub: Hub,
    name: str,
    tables: Mapping[str, Rows],
    *,
    keys: Mapping[str, str | tuple[str, ...]] | None = None,
    halls: Sequence[str] = (),
    actor: Actor = SYSTEM,
) -> int:
    """Publish a pack to halls; a hall that has this very content already gets nothing.

    Args:
        hub: the city.
        name: one of `PACK_NAMES`.
        tables: rows by table name.
        keys: primary keys by table name.
        halls: hall codes; none means every hall.
        actor: who publishes.

    Returns:
        The version that every one of these halls now has.

    Raises:
        Invalid: an unknown pack, or no rows at all.
        NotFound: an unknown hall.
    """
    if name not in PACK_NAMES or not any(tables.values()):
        raise Invalid(
            N_("没有名为 %(name)s 的数据包，或它是空的"), code="bad_pack", subject=name, params={"name": name}
        )
    trusts = [hub.hall(code) for code in halls] if halls else list(hub.halls)
    for trust in trusts:
        hub.require_writable(trust)
    with tempfile.TemporaryDirectory(prefix="pack-") as folder:
        path = Path(folder) / f"{name}.db"
        build_pack(path, tables, keys or {})
        with path.open("rb") as handle:
            digest = hub.store.blobs.put(handle)
    # From here the blob is durable; an entry that names it may be written.
    reader = hub.store.reader()
    held = {trust.ticket.c2h_origin: pack_version(reader, trust.ticket.c2h_origin, name) for trust in trusts}
    newest = max((version for version, _ in held.values()), default=0)
    current = all(have == (newest, digest) for have in held.values()) and newest > 0
    version = newest if current else newest + 1
    for origin, have in held.items():
        if have == (version, digest):
            continue
        event = PackPublished(name=name, version=version, sha256=digest, base=0)
        _publish(hub, origin, event, actor)
    return version


def publish_halls(hub: Hub) -> int:
    """Publish the list of halls to every hall, so that cases can be handed over between them; once for each list.

    Args:
        hub: the city.

    Returns:
        The version that every hall now has; 0 where there is only one hall.

    Raises:
        Refusal: a hall's log cannot be written to now.
    """
    rows = [{"code": trust.ticket.hall, "name": trust.ticket.hall_name} for trust in hub.halls]
    return publish_pack(hub, "halls", {"hall": rows}, keys={"hall": "code"}) if len(rows) > 1 else 0


def _publish(hub: Hub, origin: str, event: PackPublished, actor: Actor) -> None:
    def decide(_context: WriteContext) -> Decision:
        entry = NewEntry(event=event, blobs=(event.sha256,), log=origin)
        return Decision(entries=(entry,), result={"version": event.version})

    label = f"pack:{origin}:{event.name}:{event.version}:{event.sha256}"
    hub.store.writer.submit(
        Change(key=str(uuid5(NAMESPACE_URL, label)), actor=actor, content=label.encode(), decide=decide)
    ).result()
