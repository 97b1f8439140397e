"""Flags: what a person has to look at in a hall's signed entries, kept by the city's read models."""

from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection


def flag(connection: Connection, applied: AppliedEntry, kind: str, detail: str) -> None:
    """Flag an entry; the same entry and kind once."""
    connection.execute(
        "INSERT OR IGNORE INTO hub_flag (origin, idx, kind, detail, t) VALUES (?, ?, ?, ?, ?)",
        (applied.origin, applied.index, kind, detail, applied.meta.t),
    )
