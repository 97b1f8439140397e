"""Lists of open cases for a desk, the most pressing first, each read in the order of an index of just such cases.

A list of several states, handlers or acts is merged from one ordered branch for each, so its price grows with the lines
that are shown and not with the cases that there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from appliance.domain.states import TERMINAL, State
from appliance.projections.cases import COLUMNS, RANK, UNDATED, CaseRow, row_of, rows_of
from appliance.store.connection import Connection

OPEN_STATES = tuple(state for state in State if state not in TERMINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open cases a list is about; what is not given is not asked for.

    Attributes:
        states: in one of these.
        department: of this department.
        step_role: whose step is this role's.
        other_than: whose step is not this role's.
        handlers: of one of these handlers; an empty one stands for a case that nobody has taken.
        proposals: in which one of these acts of two persons waits for its second.
        second: which this person may settle as the second of two.
    """

    states: tuple[State, ...] = ()
    department: str | None = None
    step_role: str | None = None
    other_than: str | None = None
    handlers: tuple[str, ...] | None = None
    proposals: tuple[str, ...] = ()
    second: str | None = None


@dataclass(frozen=True, slots=True)
class _Branch:
    """One ordered piece of a list: the index that it is read from, its conditions and their values."""

    index: str
    conditions: tuple[str, ...]
    values: tuple[str, ...]


def _branch(index: str, **equal: str | None) -> _Branch:
    """Make a branch; None stands for NULL."""
    conditions = tuple(f"{name} IS NULL" if value is None else f"{name} = ?" for name, value in equal.items())
    return _Branch(index, conditions, tuple(value for value in equal.values() if value is not None))


def _of_handler(handler: str, state: str, department: str | None) -> _Branch:
    if not handler and department is not None:
        return _branch("case_unclaimed", department=department, state=state, handler=None)
    return _branch("case_by_handler", handler=handler or None, state=state)


def _pieces(wanted: Wanted) -> Iterator[_Branch]:
    """Choose an index for each combination of what may differ."""
    states = [state.value for state in wanted.states or OPEN_STATES]
    department = wanted.department
    if wanted.proposals:
        yield from (_branch("case_by_proposal", proposal=act) for act in wanted.proposals)
    elif wanted.handlers is not None:
        yield from (_of_handler(handler, state, department) for handler, state in product(wanted.handlers, states))
    elif wanted.step_role is not None and department is not None:
        yield _branch("case_by_step", department=department, step_role=wanted.step_role)
    elif department is not None:
        yield from (_branch("case_by_desk", department=department, state=state) for state in states)
    else:
        yield from (_branch("case_waiting", state=state) for state in states)


def _remaining(wanted: Wanted) -> tuple[list[str], list[str]]:
    """Give the conditions that every branch has besides; each is answered by the branch's index alone."""
    parts, values = ["open = 1"], list[str]()
    for condition, value in (
        ("department = ?", wanted.department),
        ("step_role = ?", wanted.step_role),
        ("step_role <> ?", wanted.other_than),
    ):
        if value is not None:
            parts.append(condition)
            values.append(value)
    if wanted.proposals:
        # Here handlers and states only narrow what few proposals there are.
        parts.append("proposal IS NOT NULL")
        for column, several in (("handler", wanted.handlers or ()), ("state", wanted.states)):
            if several:
                parts.append(f"coalesce({column}, '') IN ({','.join('?' * len(several))})")
                values += several
        if wanted.second is not None:
            parts.append("instr(barred, ?) = 0")
            values.append(f",{wanted.second},")
    elif wanted.step_role is not None:
        parts.append("step_role IS NOT NULL")
    return parts, values


def _merged(wanted: Wanted, column: str, rows: int) -> tuple[str, list[str | int]]:
    """Write the branches with their values; each gives at most as many rows as the whole list may need."""
    parts, values = _remaining(wanted)
    pieces, given = [], list[str | int]()
    for piece in _pieces(wanted):
        where = " AND ".join((*piece.conditions, *parts))
        pieces.append(
            f"SELECT * FROM (SELECT {column} AS found, {RANK} AS rank, id AS number FROM case_view"  # noqa: S608 - literals
            f" INDEXED BY {piece.index} WHERE {where} ORDER BY {RANK}, id LIMIT ?)"
        )
        given += [*piece.values, *values, rows]
    return f"SELECT found FROM ({' UNION ALL '.join(pieces)}) ORDER BY rank, number", given  # noqa: S608 - literals


def listing(connection: Connection, wanted: Wanted, *, limit: int = 50, offset: int = 0) -> list[CaseRow]:
    """List cases for a desk, the most pressing first; cases without a running clock come last.

    Args:
        connection: a reader.
        wanted: which cases.
        limit: rows at most.
        offset: rows to leave out.
    """
    sql, values = _merged(wanted, "id", limit + offset)
    found = connection.execute(f"{sql} LIMIT ? OFFSET ?", (*values, limit, offset))
    return rows_of(connection, [row[0] for row in found])


def of_numbers(connection: Connection, numbers: tuple[str, ...]) -> list[CaseRow]:
    """Give the lines of these cases, in no order; a number that is none has no line."""
    marks = ",".join("?" * len(numbers))
    rows = connection.execute(f"SELECT {COLUMNS} FROM case_view WHERE no IN ({marks})", numbers)  # noqa: S608 - marks
    return [row_of(row) for row in rows]


def dues(connection: Connection, wanted: Wanted, *, limit: int) -> list[str | None]:
    """Give the due days (ISO) of a list's first cases, None where no clock runs: what a figure is made of.

    Args:
        connection: a reader.
        wanted: which cases.
        limit: how many at most.
    """
    sql, values = _merged(wanted, RANK, limit)
    found = connection.execute(f"{sql} LIMIT ?", (*values, limit))
    return [None if due == UNDATED else due for (due,) in found]


def count(connection: Connection, wanted: Wanted, *, limit: int) -> int:
    """Count the cases of a list, as far as `limit`."""
    return len(dues(connection, wanted, limit=limit))
