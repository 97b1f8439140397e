"""Joint wholes 并联件: one row each with its folded body, and which cases are in it. Its state follows its members'."""

from dataclasses import dataclass
from functools import partial

import msgspec

from appliance.domain.events import CASE_EVENTS, JOINT_EVENTS, CaseReceived, Event, JointReceived
from appliance.domain.joint import Joint, JointState, evolve, state_of
from appliance.domain.states import State
from appliance.projections import joint_turns
from appliance.projections.items import Items
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

# A whole without a running limit comes after all others.
_RANK = "coalesce(due, '9999-12-31')"
SCHEMA = f"""
CREATE TABLE joint_view (
    id             INTEGER PRIMARY KEY,
    no             TEXT NOT NULL UNIQUE,
    acceptance_no  TEXT,
    version        INTEGER NOT NULL,
    state          TEXT NOT NULL,
    set_code       TEXT NOT NULL,
    set_name       TEXT NOT NULL,
    department     TEXT NOT NULL,
    applicant_name TEXT NOT NULL,
    due            TEXT,
    provisional    INTEGER NOT NULL,
    concluded      INTEGER NOT NULL,
    received_at    TEXT NOT NULL,
    body           BLOB NOT NULL
) STRICT;
CREATE INDEX joint_by_state ON joint_view (state, {_RANK}, id DESC);
CREATE INDEX joint_by_due ON joint_view (due) WHERE due IS NOT NULL;
CREATE INDEX joint_by_acceptance ON joint_view (acceptance_no) WHERE acceptance_no IS NOT NULL;
CREATE TABLE joint_member (
    case_no    TEXT NOT NULL PRIMARY KEY,
    joint      TEXT NOT NULL,
    position   INTEGER NOT NULL,
    department TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX joint_members ON joint_member (joint, position);
CREATE TABLE joint_department (
    joint      TEXT NOT NULL,
    department TEXT NOT NULL,
    number     INTEGER NOT NULL,
    state      TEXT NOT NULL,
    due        TEXT,
    PRIMARY KEY (joint, department)
) STRICT, WITHOUT ROWID;
CREATE INDEX joint_of_department ON joint_department (department, state, {_RANK}, number DESC);
{joint_turns.SCHEMA}"""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Joint).decode
_OF_CASES = frozenset(CASE_EVENTS)
_COLUMNS = "no, state, set_name, department, applicant_name, acceptance_no, due, concluded, received_at"


@dataclass(frozen=True, slots=True)
class JointRow:
    """One line of a list of wholes."""

    no: str
    state: JointState
    set_name: str
    department: str
    applicant_name: str
    acceptance_no: str | None
    due: str | None
    concluded: bool
    received_at: str


def _row_of(values: tuple) -> JointRow:  # type: ignore[type-arg]  # a row is as wide as _COLUMNS
    no, state, set_name, department, applicant_name, acceptance_no, due, concluded, received_at = values
    return JointRow(
        no=no,
        state=JointState(state),
        set_name=set_name,
        department=department,
        applicant_name=applicant_name,
        acceptance_no=acceptance_no,
        due=due,
        concluded=bool(concluded),
        received_at=received_at,
    )


def state(connection: Connection, joint: str) -> JointState:
    """Give the state of a whole as its members stand."""
    rows = connection.execute(
        "SELECT state FROM joint_member JOIN case_view ON case_view.no = case_no WHERE joint_member.joint = ?",
        (joint,),
    )
    return state_of(State(str(state)) for (state,) in rows)


def apply(
    connection: Connection, applied: AppliedEntry, members: dict[str, str] | None = None, items: Items | None = None
) -> None:
    """Fold an entry of a whole into its row; an entry of a member moves the state of its whole.

    After `cases`, whose rows say how far each member is. The receipt of the whole comes before those of its members.

    Args:
        connection: the writer's.
        applied: the entry.
        members: the whole of each member, kept by a replay from the first entry, which then need not look for it.
        items: the catalogue as far as it was read already.
    """
    no, items = applied.meta.case, items or Items()
    if no is None or not applied.own:
        return
    if isinstance(applied.event, JOINT_EVENTS):
        joint = _fold(connection, no, applied)
        if members is not None:
            members.update((member.case, no) for member in joint.members)
        joint_turns.note(connection, items, joint)
    elif type(applied.event) in _OF_CASES:
        whole = members.get(no, "") if members is not None else _whole_of(connection, no, applied.event)
        if whole:
            _move(connection, items, whole)


def _whole_of(connection: Connection, no: str, event: Event) -> str:
    """Give the whole of a case as its event is applied; a receipt says itself whether there is one."""
    return event.joint if isinstance(event, CaseReceived) else of_case(connection, no)


def _move(connection: Connection, items: Items, joint: str) -> None:
    reached = state(connection, joint)
    for table, key in (("joint_view", "no"), ("joint_department", "joint")):
        connection.execute(
            f"UPDATE {table} SET state = ?1 WHERE {key} = ?2 AND state <> ?1",  # noqa: S608 - literals
            (reached.value, joint),
        )
    if (whole := find(connection, joint)) is not None:
        joint_turns.note(connection, items, whole)


def _fold(connection: Connection, no: str, applied: AppliedEntry) -> Joint:
    before = None if isinstance(applied.event, JointReceived) else find(connection, no)
    joint = evolve(before, applied.meta, applied.index, applied.event)  # type: ignore[arg-type]
    clock = joint.clock("C2")
    running = clock if clock is not None and clock.stopped is None else None
    changing = (
        joint.acceptance_no or None,
        joint.version,
        running.deadline.due if running else None,
        int(running is not None and running.deadline.provisional),
        int(bool(joint.concluded_on)),
        _encode(joint),
    )
    if before is not None:
        connection.execute(
            "UPDATE joint_view SET acceptance_no = ?, version = ?, due = ?, provisional = ?, concluded = ?, body = ?"
            " WHERE no = ?",
            (*changing, no),
        )
        connection.execute("UPDATE joint_department SET due = ? WHERE joint = ?", (changing[2], no))
        return joint
    connection.execute(
        "INSERT INTO joint_view (acceptance_no, version, due, provisional, concluded, body, no, state, set_code,"
        " set_name, department, applicant_name, received_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            *changing, no, JointState.RECEIVED.value, joint.set_code, joint.set_name, joint.leader.department,
            joint.applicant.name, joint.received_at,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO joint_member (case_no, joint, position, department) VALUES (?, ?, ?, ?)",
        [(member.case, no, at, member.department) for at, member in enumerate(joint.members)],
    )
    connection.execute(
        "INSERT INTO joint_department (joint, department, number, state, due)"
        " SELECT DISTINCT no, joint_member.department, id, state, due FROM joint_view"
        " JOIN joint_member ON joint = no WHERE no = ?",
        (no,),
    )
    return joint


def model(*, replaying: bool) -> ReadModel:
    """Build the read model; for a replay it remembers which case is a member."""
    members: dict[str, str] | None = {} if replaying else None
    folding = partial(apply, members=members, items=Items())
    return ReadModel("joints", SCHEMA, folding, frozenset((*JOINT_EVENTS, *_OF_CASES)))


def find(connection: Connection, no: str) -> Joint | None:
    """Give the whole of a number (收件编号 or 受理编号), or None."""
    row = connection.execute(
        "SELECT body FROM joint_view WHERE no = ?1"
        " UNION ALL SELECT body FROM joint_view WHERE acceptance_no = ?1 LIMIT 1",
        (no,),
    ).fetchone()
    return _decode(row[0]) if row is not None else None


def known(connection: Connection, no: str) -> bool:
    """Tell whether an 收件编号 is that of a whole."""
    return connection.execute("SELECT 1 FROM joint_view WHERE no = ?", (no,)).get is not None


def of_case(connection: Connection, case: str) -> str:
    """Give the number of the whole that a case is part of; empty for a case of its own."""
    return str(connection.execute("SELECT joint FROM joint_member WHERE case_no = ?", (case,)).get or "")


def listing(
    connection: Connection,
    *,
    states: tuple[JointState, ...] = (),
    department: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[JointRow]:
    """List wholes, those with the nearest limit first, then the newest.

    Args:
        connection: a reader.
        states: only these; all when empty.
        department: only those in which this department has a member.
        limit: rows a page.
        offset: rows left out before it.
    """
    if department is None:
        source, column, own = "id AS number FROM joint_view INDEXED BY joint_by_state", "id", ""
    else:
        source, column = "number FROM joint_department INDEXED BY joint_of_department", "number"
        own = " AND department = ?"
    owned = () if department is None else (department,)
    piece = (
        f"SELECT * FROM (SELECT {_RANK} AS rank, {source} WHERE state = ?{own}"  # noqa: S608 - literals
        f" ORDER BY {_RANK}, {column} DESC LIMIT ?)"
    )
    picked = states or tuple(JointState)
    values = [value for state in picked for value in (state.value, *owned, limit + offset)]
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM (SELECT rank, number FROM ({' UNION ALL '.join([piece] * len(picked))})"  # noqa: S608
        " ORDER BY rank, number DESC LIMIT ? OFFSET ?) CROSS JOIN joint_view ON id = number"
        " ORDER BY rank, number DESC",
        (*values, limit, offset),
    )
    return [_row_of(row) for row in rows]


def provisional(connection: Connection) -> list[str]:
    """Give the wholes with a member still undecided whose running limit reaches into a provisional year."""
    rows = connection.execute(
        "SELECT no FROM joint_view WHERE provisional = 1 AND state = ? ORDER BY id", (JointState.IN_REVIEW.value,)
    )
    return [str(no) for (no,) in rows]


def overdue(connection: Connection, today: str) -> list[str]:
    """Give the wholes with a member still undecided whose limit was over before `today` (ISO date)."""
    rows = connection.execute(
        "SELECT no FROM joint_view WHERE due < ? AND state = ? ORDER BY due, id", (today, JointState.IN_REVIEW.value)
    )
    return [str(no) for (no,) in rows]
