"""Changes of accounts asked for at the hall: those that wait for the second administrator, and those settled."""

from dataclasses import dataclass

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.events import StaffChanged, StaffChangeDropped, StaffChangeProposed
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE staff_change (
    id      TEXT NOT NULL PRIMARY KEY,
    staff   TEXT NOT NULL,
    state   TEXT NOT NULL,
    idx     INTEGER NOT NULL,
    at      TEXT NOT NULL,
    by      TEXT NOT NULL,
    settled TEXT NOT NULL,
    settler TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT;
CREATE INDEX staff_change_by_staff ON staff_change (staff, idx);
CREATE INDEX staff_change_waiting ON staff_change (idx) WHERE state = 'waiting';
"""
WAITING, DONE, DROPPED = "waiting", "done", "dropped"

_body = msgspec.json.Decoder(StaffChangeProposed).decode
_actor = msgspec.json.Decoder(Actor).decode


@dataclass(frozen=True, slots=True)
class StaffChange:
    """A change as it was asked for: by whom and when, how it stands, who settled it and when."""

    proposed: StaffChangeProposed
    state: str
    at: str
    by: Actor
    settled: str
    settler: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep what is asked for, and how it was settled."""
    event, meta = applied.event, applied.meta
    if not applied.own:
        return
    if isinstance(event, StaffChangeProposed):
        connection.execute(
            "INSERT INTO staff_change (id, staff, state, idx, at, by, settled, settler, body)"
            " VALUES (?, ?, ?, ?, ?, ?, '', '', ?)",
            (
                event.change, event.staff, WAITING, applied.index, meta.t, msgspec.json.encode(meta.actor).decode(),
                msgspec.json.encode(event).decode(),
            ),
        )  # fmt: skip
    elif isinstance(event, StaffChanged | StaffChangeDropped):
        state = DONE if isinstance(event, StaffChanged) else DROPPED
        connection.execute(
            "UPDATE staff_change SET state = ?, settled = ?, settler = ? WHERE id = ?",
            (state, meta.t, meta.actor.id, event.change),
        )


MODEL = ReadModel("staff_changes", SCHEMA, apply, frozenset({StaffChangeProposed, StaffChanged, StaffChangeDropped}))
_SELECT = "SELECT body, state, at, by, settled, settler FROM staff_change"


def _change(row: tuple[str, ...]) -> StaffChange:
    return StaffChange(_body(row[0]), row[1], row[2], _actor(row[3]), row[4], row[5])


def find(connection: Connection, change: str) -> StaffChange | None:
    """Give a change by its number, or None."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (change,)).fetchone()
    return _change(row) if row is not None else None


def waiting(connection: Connection) -> list[StaffChange]:
    """List what waits for the second person, oldest first."""
    return [_change(row) for row in connection.execute(f"{_SELECT} WHERE state = 'waiting' ORDER BY idx")]


def waiting_for(connection: Connection, staff_id: str) -> str:
    """Give the number of the change of an account that waits, or empty."""
    return str(
        connection.execute("SELECT id FROM staff_change WHERE staff = ? AND state = 'waiting'", (staff_id,)).get or ""
    )


def of_account(connection: Connection, staff_id: str, limit: int = 20) -> list[StaffChange]:
    """List the changes of an account, newest first."""
    rows = connection.execute(f"{_SELECT} WHERE staff = ? ORDER BY idx DESC LIMIT ?", (staff_id, limit))
    return [_change(row) for row in rows]


def count(connection: Connection) -> int:
    """Count all changes ever asked for."""
    number: int = connection.execute("SELECT count(*) FROM staff_change").get
    return number
