"""Drafts 暂存: local, saved by themselves, no log entries; functions over a connection."""

from dataclasses import dataclass

from appliance.store import tray
from appliance.store.connection import Connection
from appliance.store.tray import NewScan


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft: its id, whose it is, which form, its content (JSON bytes), when it changed (ISO)."""

    id: str
    staff: str
    form: str
    data: bytes
    changed: str


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """A draft as it was read and as it shall be, with what moves between it and the window's tray.

    Attributes:
        before: the content that the edit was made from.
        after: the draft with its new content.
        taken: number of the waiting scan that goes into the draft; None when none does.
        window: whose tray that scan is in.
        given_back: scans that go from the draft to a tray.
    """

    before: bytes
    after: DraftRow
    taken: int | None = None
    window: str = ""
    given_back: tuple[NewScan, ...] = ()


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


def forget(connection: Connection, id_number: str) -> int:
    """Remove everybody's drafts that hold a person's number, after an erasure; gives how many."""
    connection.execute("DELETE FROM draft WHERE instr(data, CAST(? AS BLOB)) > 0", (id_number,))
    return connection.changes()


def create(connection: Connection, draft: DraftRow) -> None:
    """Store a new draft; one that is there already stays as it is."""
    if get(connection, draft.id, draft.staff) is None:
        put(connection, draft)


def replace(connection: Connection, edit: DraftEdit) -> bool:
    """Change a draft that is still as it was read, and move its scans; inside the writer's transaction.

    Returns:
        False, and nothing is written, when the draft or the scan was changed or taken in between.
    """
    row = get(connection, edit.after.id, edit.after.staff)
    if row is None or row.data != edit.before:
        return False
    if edit.taken is not None and tray.take(connection, edit.taken, edit.window, edit.after.changed) is None:
        return False
    for scan in edit.given_back:
        tray.add(connection, scan)
    put(connection, edit.after)
    return True
