"""Cases 办件 as they stand: one row a case with what lists sort and filter by, and the folded case itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import msgspec

from appliance.domain.case import Case, evolve
from appliance.domain.events import CASE_EVENTS, CaseReceived, UnknownEvent
from appliance.domain.states import TERMINAL, State
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE case_view (
    id             INTEGER PRIMARY KEY,
    no             TEXT NOT NULL UNIQUE,
    version        INTEGER NOT NULL,
    state          TEXT NOT NULL,
    open           INTEGER NOT NULL,
    item_code      TEXT NOT NULL,
    item_name      TEXT NOT NULL,
    handling       TEXT NOT NULL,
    department     TEXT NOT NULL,
    applicant_name TEXT NOT NULL,
    acceptance_no  TEXT,
    handler        TEXT,
    step           TEXT,
    step_role      TEXT,
    due            TEXT,
    due_clock      TEXT,
    received_at    TEXT NOT NULL,
    changed_at     TEXT NOT NULL,
    clerk          TEXT NOT NULL,
    window         TEXT NOT NULL,
    last_index     INTEGER NOT NULL,
    stuck          INTEGER NOT NULL DEFAULT 0,
    body           BLOB NOT NULL
) STRICT;
CREATE INDEX case_by_desk ON case_view (department, state, due) WHERE open = 1;
CREATE INDEX case_by_step ON case_view (step_role, department, due) WHERE step_role IS NOT NULL;
CREATE INDEX case_by_due ON case_view (due) WHERE open = 1;
CREATE INDEX case_by_state ON case_view (state, id);
CREATE INDEX case_by_handler ON case_view (handler, state) WHERE open = 1;
CREATE INDEX case_by_window ON case_view (window, id);
CREATE INDEX case_by_acceptance ON case_view (acceptance_no) WHERE acceptance_no IS NOT NULL;
"""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Case).decode

# Which clock a desk works against in which state, most pressing first.
_PRESSING: dict[State, tuple[str, ...]] = {
    State.RECEIVED: ("C1",),
    State.PRE_REVIEW: ("C1",),
    State.CORRECTION_PENDING: ("C5",),
    State.ACCEPTED: ("C3", "C2"),
    State.IN_REVIEW: ("C3", "C2"),
    State.DECIDED_GRANTED: ("C4",),
    State.DECIDED_REFUSED: ("C4",),
    State.RESULT_READY: ("C4",),
}

_HELD = "SELECT id, body, stuck FROM case_view WHERE no = ?"
_INSERT = """
INSERT INTO case_view (no, version, state, open, item_code, item_name, handling, department, applicant_name,
    acceptance_no, handler, step, step_role, due, due_clock, received_at, changed_at, clerk, window, last_index, body)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
"""
_UPDATE = """
UPDATE case_view SET version = ?, state = ?, open = ?, applicant_name = ?, acceptance_no = ?, handler = ?, step = ?,
    step_role = ?, due = ?, due_clock = ?, changed_at = ?, last_index = ?, body = ? WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of a list: what the desk shows without opening the case."""

    no: str
    version: int
    state: State
    item_name: str
    department: str
    applicant_name: str
    acceptance_no: str | None
    handler: str | None
    step: str | None
    step_role: str | None
    due: str | None
    due_clock: str | None
    received_at: str
    changed_at: str
    window: str
    last_index: int


_COLUMNS = (
    "no, version, state, item_name, department, applicant_name, acceptance_no, handler, step, step_role, due,"
    " due_clock, received_at, changed_at, window, last_index"
)


def _row(values: tuple) -> CaseRow:  # type: ignore[type-arg]  # a row is as wide as _COLUMNS
    return CaseRow(values[0], values[1], State(values[2]), *values[3:])


def _pressing(case: Case) -> tuple[str | None, str | None]:
    for name in _PRESSING.get(case.state, ()):
        clock = case.clock(name)
        if clock is not None and clock.stopped is None:
            return clock.deadline.due, name
    return None, None


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Fold an entry into its case. A case with an entry that this release does not know stops being projected."""
    no = applied.meta.case
    if no is None or not applied.own:
        return
    event = applied.event
    if isinstance(event, UnknownEvent):
        connection.execute("UPDATE case_view SET stuck = 1 WHERE no = ?", (no,))
        return
    if not isinstance(event, CASE_EVENTS):
        return
    # A receipt is the first event of its case; the unique number refuses anything else.
    held = None if isinstance(event, CaseReceived) else connection.execute(_HELD, (no,)).fetchone()
    if held is not None and held[2]:
        return
    case = evolve(_decode(held[1]) if held is not None else None, applied.meta, applied.index, event)
    due, due_clock = _pressing(case)
    step = case.current_step if case.state is State.IN_REVIEW else None
    is_open = int(case.state not in TERMINAL)
    if held is None:
        connection.execute(
            _INSERT,
            (
                no, case.version, case.state.value, is_open, case.item_code, case.item_name, case.handling,
                case.department, case.applicant.name, case.acceptance_no or None, case.handler or None,
                step.name if step else None, step.role if step else None, due, due_clock, case.received_at,
                applied.meta.t, case.clerk, case.window, case.last_index, _encode(case),
            ),
        )  # fmt: skip
        return
    connection.execute(
        _UPDATE,
        (
            case.version, case.state.value, is_open, case.applicant.name, case.acceptance_no or None,
            case.handler or None, step.name if step else None, step.role if step else None, due, due_clock,
            applied.meta.t, case.last_index, _encode(case), held[0],
        ),
    )  # fmt: skip


MODEL = ReadModel("cases", SCHEMA, apply)


def find(connection: Connection, no: str) -> Case | None:
    """Give the case of a number (收件编号 or 受理编号), or None."""
    row = connection.execute(
        "SELECT body FROM case_view WHERE no = ?1"
        " UNION ALL SELECT body FROM case_view WHERE acceptance_no = ?1 LIMIT 1",
        (no,),
    ).fetchone()
    return _decode(row[0]) if row is not None else None


def listing(
    connection: Connection,
    *,
    states: tuple[State, ...] = (),
    department: str | None = None,
    step_role: str | None = None,
    handler: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[CaseRow]:
    """List open cases for a desk, the most pressing first; cases without a running clock come last."""
    where, values = ["open = 1"], list[str | int]()
    if states:
        where.append(f"state IN ({','.join('?' * len(states))})")
        values += [state.value for state in states]
    for column, value in (("department", department), ("step_role", step_role), ("handler", handler)):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM case_view WHERE {' AND '.join(where)}"  # noqa: S608 - column names are literals
        " ORDER BY due IS NULL, due, id LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return [_row(row) for row in rows]


def recent(
    connection: Connection, *, window: str | None = None, limit: int = 20, before: int | None = None
) -> list[CaseRow]:
    """List the newest cases, of one window or of all."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM case_view WHERE (?1 IS NULL OR window = ?1) AND (?2 IS NULL OR id < ?2)"  # noqa: S608
        " ORDER BY id DESC LIMIT ?3",
        (window, before, limit),
    )
    return [_row(row) for row in rows]


def by_state(connection: Connection, state: State | None, *, limit: int = 100, offset: int = 0) -> list[CaseRow]:
    """List cases of one state, or all, in order of receipt; terminal states included."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM case_view WHERE (?1 IS NULL OR state = ?1) ORDER BY id LIMIT ?2 OFFSET ?3",  # noqa: S608
        (state.value if state else None, limit, offset),
    )
    return [_row(row) for row in rows]


def every(connection: Connection) -> Iterator[Case]:
    """Give every case, folded, in order of receipt."""
    for (body,) in connection.execute("SELECT body FROM case_view ORDER BY id"):
        yield _decode(cast("bytes", body))


def rows_of(connection: Connection, ids: list[int]) -> list[CaseRow]:
    """Give the rows of these ids, in the order asked for."""
    marks = ",".join("?" * len(ids))
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM case_view WHERE id IN ({marks})", ids)  # noqa: S608
    found = {row[0]: _row(row[1:]) for row in rows}
    return [found[number] for number in ids if number in found]


def lapsed(connection: Connection, today: str, limit: int = 200) -> list[str]:
    """Give the numbers of cases whose C1 was due before `today` (ISO date) and which still wait before acceptance."""
    rows = connection.execute(
        "SELECT no FROM case_view WHERE open = 1 AND due < ? AND due_clock = 'C1' ORDER BY due, id LIMIT ?",
        (today, limit),
    )
    return [row[0] for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """Count the open cases by state."""
    rows = connection.execute("SELECT state, count(*) FROM case_view WHERE open = 1 GROUP BY state")
    return {str(state): int(str(count)) for state, count in rows}


def total(connection: Connection) -> int:
    """Count all cases."""
    count: int = connection.execute("SELECT count(*) FROM case_view").get
    return count


def is_stuck(connection: Connection, no: str) -> bool:
    """Tell whether a case holds an entry unknown to this release, so that its row stands still."""
    return bool(connection.execute("SELECT stuck FROM case_view WHERE no = ?", (no,)).get)


def stuck(connection: Connection) -> list[str]:
    """Give the numbers of cases that hold an entry unknown to this release."""
    return [row[0] for row in connection.execute("SELECT no FROM case_view WHERE stuck = 1 ORDER BY id")]
