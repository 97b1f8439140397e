"""Where it is the lead department's turn in a joint whole 并联件: one row for each such whole, gone when the turn is.

Whose turn it is follows from all members as they are folded, so it is worked out when one of them moves, once, and not
each time that somebody opens his work desk.
"""

from dataclasses import dataclass

from appliance.domain.decide.joint import Member, lead_turn
from appliance.domain.joint import Joint
from appliance.domain.states import TERMINAL
from appliance.projections import cases
from appliance.projections.items import Items
from appliance.store.connection import Connection

# A whole without a running limit comes after all others.
_RANK = "coalesce(due, '9999-12-31')"
SCHEMA = f"""
CREATE TABLE joint_turn (
    joint      TEXT NOT NULL PRIMARY KEY,
    lead       TEXT NOT NULL,
    set_name   TEXT NOT NULL,
    department TEXT NOT NULL,
    handler    TEXT NOT NULL,
    turn       TEXT NOT NULL,
    due        TEXT,
    due_clock  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX joint_turn_of ON joint_turn (department, handler, {_RANK}, joint);
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One whole that waits for its lead department: the lead's case, what waits (J08, J11, J23), the nearest limit."""

    joint: str
    lead: str
    set_name: str
    turn: str
    due: str | None
    due_clock: str | None


def note(connection: Connection, items: Items, joint: Joint) -> None:
    """Write whether it is the lead's turn now that the whole or a member has moved.

    Args:
        connection: the writer's; the rows of the members are as they stand.
        items: the catalogue, to read the item version of each member.
        joint: the whole as it stands.
    """
    folded = [case for no in joint.cases if (case := cases.find(connection, no)) is not None]
    members = [Member(case, items.version(connection, case.item_code, case.item_version)) for case in folded]
    turn = lead_turn(joint, members) if len(members) == len(joint.cases) else ""
    connection.execute("DELETE FROM joint_turn WHERE joint = ?", (joint.no,))
    if not turn:
        return
    lead = next(case for case in folded if case.no == joint.lead)
    # A lead's case that has ended belongs to nobody any more: any handler of the department speaks for it.
    handler = "" if lead.state in TERMINAL else lead.handler
    pressing = connection.execute(
        "SELECT due, due_clock FROM joint_member JOIN case_view ON case_view.no = case_no"
        " WHERE joint_member.joint = ? AND due IS NOT NULL ORDER BY due LIMIT 1",
        (joint.no,),
    ).fetchone()
    due, due_clock = pressing or (None, None)
    connection.execute(
        "INSERT INTO joint_turn (joint, lead, set_name, department, handler, turn, due, due_clock)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (joint.no, joint.lead, joint.set_name, joint.leader.department, handler, turn, due, due_clock),
    )


def _branches(columns: str, department: str, handlers: tuple[str, ...], wanted: int) -> tuple[str, list[object]]:
    piece = (
        f"SELECT * FROM (SELECT {_RANK} AS rank, {columns} FROM joint_turn INDEXED BY joint_turn_of"  # noqa: S608
        f" WHERE department = ? AND handler = ? ORDER BY {_RANK}, joint LIMIT ?)"
    )
    owners = tuple(dict.fromkeys(("", *handlers)))
    return " UNION ALL ".join([piece] * len(owners)), [one for who in owners for one in (department, who, wanted)]


def waiting(
    connection: Connection, department: str, handlers: tuple[str, ...], *, limit: int, offset: int = 0
) -> list[Turn]:
    """List what waits for a department's lead work, the most pressing first.

    Args:
        connection: a reader.
        department: the department that leads.
        handlers: whose cases; those that nobody took are always among them.
        limit: rows a page.
        offset: rows left out before it.
    """
    columns = "joint, lead, set_name, turn, due, due_clock"
    branches, values = _branches(columns, department, handlers, limit + offset)
    rows = connection.execute(
        f"SELECT {columns} FROM ({branches}) ORDER BY rank, joint LIMIT ? OFFSET ?",  # noqa: S608 - literals
        (*values, limit, offset),
    )
    return [Turn(*row) for row in rows]


def dues(connection: Connection, department: str, handlers: tuple[str, ...], *, limit: int) -> list[str | None]:
    """Give the limits of the first of `waiting`; as many as `limit`."""
    branches, values = _branches("joint, due", department, handlers, limit)
    rows = connection.execute(f"SELECT due FROM ({branches}) ORDER BY rank, joint LIMIT ?", (*values, limit))  # noqa: S608
    return [due for (due,) in rows]
