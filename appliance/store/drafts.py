"""Drafts 暂存: local, saved by themselves, no log entries; functions over a connection."""

from dataclasses import dataclass

from appliance.store.connection import Connection


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft: its id, whose it is, which form, its content (JSON bytes), when it changed (ISO)."""

    id: str
    staff: str
    form: str
    data: bytes
    changed: str


def put(connection: Connection, draft: DraftRow) -> None:
    """Save a draft; inside the writer's transaction."""
    connection.execute(
        "INSERT INTO draft (id, staff, form, data, changed) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET data = excluded.data, changed = excluded.changed"
        " WHERE draft.staff = excluded.staff",
        (draft.id, draft.staff, draft.form, draft.data, draft.changed),
    )


def get(connection: Connection, draft_id: str, staff: str) -> DraftRow | None:
    """Give one's own draft, or None."""
    row = connection.execute(
        "SELECT id, staff, form, data, changed FROM draft WHERE id = ? AND staff = ?", (draft_id, staff)
    ).fetchone()
    return DraftRow(*row) if row else None


def of_staff(connection: Connection, staff: str) -> list[DraftRow]:
    """List a person's drafts, the newest first."""
    rows = connection.execute(
        "SELECT id, staff, form, data, changed FROM draft WHERE staff = ? ORDER BY changed DESC", (staff,)
    )
    return [DraftRow(*row) for row in rows]


def delete(connection: Connection, draft_id: str) -> None:
    """Remove a draft that became a case, or was thrown away."""
    connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
