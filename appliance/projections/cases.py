"""Cases 办件 as they stand: one row a case with what lists sort and filter by, and the folded case itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import msgspec

from appliance.domain.case import Case, evolve
from appliance.domain.events import CASE_EVENTS, CaseEvent, CaseReceived, CaseSubmitted, UnknownEvent
from appliance.domain.states import TERMINAL, State
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

NAME = "cases"
UNDATED = "9999-12-31"
RANK = f"coalesce(due, '{UNDATED}')"
"""What lists are ordered by: the due day, and after all of them the cases in which no clock runs."""

SCHEMA = f"""
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
    provisional    TEXT,
    tolerance_due  TEXT,
    step_due       TEXT,
    tolerates      INTEGER NOT NULL DEFAULT 0,
    promise_due    TEXT,
    proposal       TEXT,
    barred         TEXT NOT NULL DEFAULT '',
    tell           TEXT,
    stuck          INTEGER NOT NULL DEFAULT 0,
    joint          TEXT,
    body           BLOB NOT NULL
) STRICT;
CREATE INDEX case_by_desk ON case_view (department, state, {RANK}, id, step_role) WHERE open = 1;
CREATE INDEX case_waiting ON case_view (state, {RANK}, id, step_role) WHERE open = 1;
CREATE INDEX case_by_step ON case_view (department, step_role, {RANK}, id) WHERE open = 1 AND step_role IS NOT NULL;
CREATE INDEX case_by_handler ON case_view (handler, state, {RANK}, id, step_role, department) WHERE open = 1;
CREATE INDEX case_unclaimed ON case_view (department, state, {RANK}, id, step_role)
    WHERE open = 1 AND handler IS NULL;
CREATE INDEX case_by_proposal ON case_view (proposal, {RANK}, id, department, handler, state, barred)
    WHERE open = 1 AND proposal IS NOT NULL;
CREATE INDEX case_by_clock ON case_view (due_clock, due, id) WHERE open = 1 AND due IS NOT NULL;
CREATE INDEX case_by_provisional ON case_view (provisional, id) WHERE provisional IS NOT NULL;
CREATE INDEX case_by_tolerance ON case_view (tolerance_due, id) WHERE tolerance_due IS NOT NULL;
CREATE INDEX case_by_step_due ON case_view (step_due, id) WHERE step_due IS NOT NULL;
CREATE INDEX case_by_tolerated ON case_view (coalesce(tolerance_due, '{UNDATED}'), id) WHERE tolerates = 1;
CREATE INDEX case_by_promise ON case_view (handler, promise_due, id, department) WHERE promise_due IS NOT NULL;
CREATE INDEX case_to_tell ON case_view ({RANK}, id) WHERE tell IS NOT NULL;
CREATE INDEX case_by_item ON case_view (item_code, acceptance_no) WHERE acceptance_no IS NOT NULL;
CREATE INDEX case_by_receipt ON case_view (received_at);
CREATE INDEX case_of_item ON case_view (item_code, received_at);
CREATE INDEX case_of_state ON case_view (state, received_at);
CREATE INDEX case_of_item_in_state ON case_view (item_code, state, received_at);
CREATE INDEX case_by_window ON case_view (window, id);
CREATE INDEX case_by_joint ON case_view (received_at, id) WHERE joint IS NOT NULL;
CREATE INDEX case_by_acceptance ON case_view (acceptance_no) WHERE acceptance_no IS NOT NULL;
"""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Case).decode

# Which clock a desk works against in which state, most pressing first.
_PRESSING: dict[State, tuple[str, ...]] = {
    State.SUBMITTED: ("C1",),
    State.RECEIVED: ("C1",),
    State.PRE_REVIEW: ("C1",),
    State.CORRECTION_PENDING: ("C5",),
    State.ACCEPTED: ("C3", "C2"),
    State.IN_REVIEW: ("C3", "C2"),
    State.SPECIAL_PROCEDURE: ("C9",),
    State.SUSPENDED: ("C3", "C2"),
    State.DECIDED_GRANTED: ("C4",),
    State.DECIDED_REFUSED: ("C4",),
    State.RESULT_READY: ("C4",),
    State.MAILED: ("C4",),
}

REMEMBERED_MAX = 20_000
ID_MAX = 2**63 - 1
_KINDS = frozenset(CASE_EVENTS)
_HELD = "SELECT id, body, stuck FROM case_view WHERE no = ?"
_INSERT = """
INSERT INTO case_view (no, version, state, open, item_code, item_name, handling, department, applicant_name,
    acceptance_no, handler, step, step_role, due, due_clock, received_at, changed_at, clerk, window, last_index,
    provisional, joint, body)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
"""
_UPDATE = """
UPDATE case_view SET version = ?, state = ?, open = ?, applicant_name = ?, acceptance_no = ?, handler = ?, step = ?,
    step_role = ?, due = ?, due_clock = ?, changed_at = ?, last_index = ?,
    provisional = ?, step_due = ?, tolerance_due = ?, tolerates = ?, promise_due = ?, proposal = ?, barred = ?,
    tell = CASE WHEN ? THEN ? ELSE tell END, body = ? WHERE id = ?
"""
_AT_WINDOW = "UPDATE case_view SET received_at = ?, clerk = ?, window = ? WHERE id = ?"


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
    joint: str | None


COLUMNS = (
    "no, version, state, item_name, department, applicant_name, acceptance_no, handler, step, step_role, due,"
    " due_clock, received_at, changed_at, window, last_index, joint"
)


def row_of(values: tuple) -> CaseRow:  # type: ignore[type-arg]  # a row is as wide as COLUMNS
    """Make a line of what a query for `COLUMNS` gave."""
    return CaseRow(values[0], values[1], State(values[2]), *values[3:])


def _pressing(case: Case) -> tuple[str | None, str | None]:
    for name in _PRESSING.get(case.state, ()):
        clock = case.clock(name)
        if clock is not None and clock.stopped is None and not clock.paused:
            return clock.deadline.due, name
    return None, None


def _provisional(case: Case) -> str | None:
    """Name the calendars that running provisional limits were computed with; None when there is no such limit."""
    if case.away:
        return None
    running = [one.deadline for one in case.clocks if one.deadline.provisional and one.stopped is None]
    return " ".join(sorted({deadline.calendar for deadline in running})) if running else None


def _barred(case: Case) -> str:
    """Name those who may not be the second of two: who proposed it and whoever handles or handled the case."""
    return f",{','.join((case.proposal.by, case.handler, *case.handlers))}," if case.proposal is not None else ""


def to_tell(case: Case) -> str | None:
    """Name what the applicant has to be told of now (电话通知); None for nothing."""
    if case.hand is not None:
        return None  # nobody here tells of what is elsewhere, or not signed for
    if case.state is State.CORRECTION_PENDING:
        return f"correction:{case.notices}"
    return "result" if case.state is State.RESULT_READY else None


class Remembered:
    """Open cases kept folded while a log is replayed, so that none is read back from its row.

    Only for a replay, which never rolls back: what is kept here must be what the transaction holds.
    """

    def __init__(self) -> None:
        self._cases: dict[str, tuple[int, Case]] = {}

    def get(self, no: str) -> tuple[int, Case] | None:
        """Give row id and case, when it is kept."""
        return self._cases.get(no)

    def put(self, row_id: int, case: Case) -> None:
        """Keep a case until it is at its end; many at once are forgotten and read back at need."""
        if not _is_open(case):
            self._cases.pop(case.no, None)
            return
        if len(self._cases) >= REMEMBERED_MAX:
            self._cases.clear()
        self._cases[case.no] = (row_id, case)

    def forget(self, no: str) -> None:
        """Let go of a case."""
        self._cases.pop(no, None)


def _held(
    connection: Connection, no: str, event: CaseEvent, remembered: Remembered | None
) -> tuple[int, Case | None, bool]:
    """Give row id, case and whether it is stuck; id 0 for a case that begins."""
    if isinstance(event, CaseSubmitted) or (isinstance(event, CaseReceived) and not event.submitted):
        return 0, None, False  # the first event of its case; the unique number refuses anything else
    kept = remembered.get(no) if remembered is not None else None
    if kept is not None:
        return *kept, False
    row = connection.execute(_HELD, (no,)).fetchone()
    return (row[0], _decode(row[1]), bool(row[2])) if row is not None else (0, None, False)


def _is_open(case: Case) -> bool:
    """Tell whether somebody here has something to do with it: not at its end, and not given to another hall."""
    return case.state not in TERMINAL and not case.away


def _step_due(case: Case) -> str | None:
    """Give when the step that runs is due (C8); a step limit presses nobody, but supervision hears of it (R05)."""
    clock = case.clock("C8")
    running = clock is not None and clock.stopped is None and not clock.paused and _is_open(case)
    return clock.deadline.due if clock is not None and running else None


def _tolerance_due(case: Case) -> str | None:
    clock = case.clock("C6")
    running = clock is not None and clock.stopped is None and case.open_tolerance and not case.away
    return clock.deadline.due if clock is not None and running else None


def _promise_due(case: Case) -> str | None:
    clock = case.clock("C11")
    return clock.deadline.due if clock is not None and clock.stopped is None and not case.away else None


def apply(connection: Connection, applied: AppliedEntry, remembered: Remembered | None = None) -> None:
    """Fold an entry into its case. A case with an entry that this release does not know stops being projected."""
    no = applied.meta.case
    if no is None or not applied.own:
        return
    kind = type(applied.event)
    if kind is UnknownEvent:
        connection.execute("UPDATE case_view SET stuck = 1 WHERE no = ?", (no,))
        if remembered is not None:
            remembered.forget(no)
        return
    if kind not in _KINDS:
        return
    event = cast("CaseEvent", applied.event)
    row_id, before, stuck_there = _held(connection, no, event, remembered)
    if stuck_there:
        return
    case = evolve(before, applied.meta, applied.index, event)
    due, due_clock = _pressing(case)
    step = case.current_step if case.state is State.IN_REVIEW else None
    is_open = int(_is_open(case))
    if before is None:
        connection.execute(
            _INSERT,
            (
                no, case.version, case.state.value, is_open, case.item_code, case.item_name, case.handling,
                case.department, case.applicant.name, case.acceptance_no or None, case.handler or None,
                step.name if step else None, step.role if step else None, due, due_clock, case.received_at,
                applied.meta.t, case.clerk, case.window, case.last_index, _provisional(case),
                case.joint or None, _encode(case),
            ),
        )  # fmt: skip
        if remembered is not None:
            remembered.put(connection.last_insert_rowid(), case)
        return
    tell = to_tell(case)
    connection.execute(
        _UPDATE,
        (
            case.version, case.state.value, is_open, case.applicant.name, case.acceptance_no or None,
            case.handler or None, step.name if step else None, step.role if step else None, due, due_clock,
            applied.meta.t, case.last_index, _provisional(case), _step_due(case), _tolerance_due(case),
            int(bool(is_open and case.open_tolerance)), _promise_due(case),
            case.proposal.proposed.act if case.proposal is not None else None, _barred(case),
            int(to_tell(before) != tell), tell, _encode(case), row_id,
        ),
    )  # fmt: skip
    if isinstance(event, CaseReceived):
        # What was handed in without a window now stands at the one that took it.
        connection.execute(_AT_WINDOW, (case.received_at, case.clerk, case.window, row_id))
    if remembered is not None:
        remembered.put(row_id, case)


def model(*, replaying: bool) -> ReadModel:
    """Build the read model; for a replay it keeps open cases folded."""
    remembered = Remembered() if replaying else None
    events = frozenset({*CASE_EVENTS, UnknownEvent})
    return ReadModel(NAME, SCHEMA, partial(apply, remembered=remembered), events)


def find(connection: Connection, no: str) -> Case | None:
    """Give the case of a number (收件编号 or 受理编号), or None."""
    row = connection.execute(
        "SELECT body FROM case_view WHERE no = ?1"
        " UNION ALL SELECT body FROM case_view WHERE acceptance_no = ?1 LIMIT 1",
        (no,),
    ).fetchone()
    return _decode(row[0]) if row is not None else None


def accepted_before(connection: Connection, item_code: str, acceptance_no: str) -> str | None:
    """Give a case of the item that was accepted before this one and is not decided yet (许可法 art.57), or None."""
    states = tuple(state.value for state in (State.ACCEPTED, State.IN_REVIEW, State.SPECIAL_PROCEDURE, State.SUSPENDED))
    row = connection.execute(
        "SELECT no FROM case_view WHERE item_code = ? AND acceptance_no < ? AND state IN (?, ?, ?, ?)"
        " ORDER BY acceptance_no LIMIT 1",
        (item_code, acceptance_no, *states),
    ).fetchone()
    return str(row[0]) if row is not None else None


def granted(connection: Connection, item_code: str) -> int:
    """Count the cases of an item that were granted."""
    rows = connection.execute(
        "SELECT body FROM case_view WHERE item_code = ? AND acceptance_no IS NOT NULL", (item_code,)
    )
    found = (_decode(cast("bytes", body)).decision for (body,) in rows)
    return sum(decision is not None and decision.kind == "granted" for decision in found)


def recent(
    connection: Connection, *, window: str | None = None, limit: int = 20, before: int | None = None
) -> list[CaseRow]:
    """List the newest cases, of one window or of all."""
    where = "window = ?1" if window is not None else "?1 IS NULL"
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM case_view WHERE {where} AND id < ?2 ORDER BY id DESC LIMIT ?3",  # noqa: S608 - literals
        (window, before if before is not None else ID_MAX, limit),
    )
    return [row_of(row) for row in rows]


def by_state(connection: Connection, state: State | None, *, limit: int = 100, offset: int = 0) -> list[CaseRow]:
    """List cases of one state, or all, in order of receipt; terminal states included."""
    where, values = ("state = ?", (state.value,)) if state else ("1", ())
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM case_view WHERE {where} ORDER BY received_at, id LIMIT ? OFFSET ?",  # noqa: S608 - literals
        (*values, limit, offset),
    )
    return [row_of(row) for row in rows]


def every(connection: Connection) -> Iterator[Case]:
    """Give every case, folded, in order of receipt."""
    for (body,) in connection.execute("SELECT body FROM case_view ORDER BY id"):
        yield _decode(cast("bytes", body))


def row(connection: Connection, no: str) -> CaseRow | None:
    """Give the line of a case, or None."""
    found = connection.execute(f"SELECT {COLUMNS} FROM case_view WHERE no = ?", (no,)).fetchone()  # noqa: S608
    return row_of(found) if found is not None else None


def rows_of(connection: Connection, ids: list[int]) -> list[CaseRow]:
    """Give the rows of these ids, in the order asked for."""
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    rows = connection.execute(f"SELECT id, {COLUMNS} FROM case_view WHERE id IN ({marks})", ids)  # noqa: S608
    found = {row[0]: row_of(row[1:]) for row in rows}
    return [found[number] for number in ids if number in found]


def provisional(
    connection: Connection, calendar: str, *, after: tuple[str, int] = ("", 0), limit: int = 200
) -> list[tuple[str, str, int]]:
    """Give cases with a running provisional limit that another calendar than this version gave, a page at a time.

    Args:
        connection: a reader.
        calendar: version of the calendar in force.
        after: calendars and row id where the page before ended.
        limit: rows a page.

    Returns:
        Number, calendars and row id of each, in order of both.
    """
    rows = connection.execute(
        "SELECT no, provisional, id FROM case_view WHERE provisional < ?1 AND (provisional, id) > (?2, ?3)"
        " UNION ALL"
        " SELECT no, provisional, id FROM case_view WHERE provisional > ?1 AND (provisional, id) > (?2, ?3)"
        " ORDER BY provisional, id LIMIT ?4",
        (calendar, *after, limit),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """Count the open cases by state."""
    rows = connection.execute(
        "SELECT state, count(*) FROM case_view INDEXED BY case_waiting WHERE open = 1 GROUP BY state"
    )
    return {str(state): int(str(count)) for state, count in rows}


def count_in(connection: Connection, *states: State) -> int:
    """Count the open cases in these states."""
    marks = ",".join("?" * len(states))
    count: int = connection.execute(
        f"SELECT count(*) FROM case_view INDEXED BY case_waiting WHERE open = 1 AND state IN ({marks})",  # noqa: S608
        [state.value for state in states],
    ).get
    return count


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
