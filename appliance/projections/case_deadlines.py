"""Cases by a clock: what is overdue for the sweep, and what a desk still has to take in or to verify."""

from appliance.projections.cases import COLUMNS, UNDATED, CaseRow, row_of
from appliance.store.connection import Connection

TOLERANCE_RANK = f"coalesce(tolerance_due, '{UNDATED}')"


def tolerating(connection: Connection, *, limit: int = 50, offset: int = 0) -> list[CaseRow]:
    """List open cases with tolerated materials still to come, by C6; those that only a step waits for come last."""
    columns = COLUMNS.replace(" due,", " tolerance_due,").replace(" due_clock,", " 'C6',")
    rows = connection.execute(
        f"SELECT {columns} FROM case_view WHERE tolerates = 1"  # noqa: S608 - literals
        f" ORDER BY {TOLERANCE_RANK}, id LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return [row_of(row) for row in rows]


def tolerating_dues(connection: Connection, *, limit: int) -> list[str | None]:
    """Give the C6 days of the first of `tolerating`, None where only a step waits; as many as `limit`."""
    rows = connection.execute(
        f"SELECT {TOLERANCE_RANK} FROM case_view WHERE tolerates = 1 ORDER BY {TOLERANCE_RANK}, id LIMIT ?",  # noqa: S608
        (limit,),
    )
    return [None if due == UNDATED else due for (due,) in rows]


def promised(
    connection: Connection, department: str, handler: str, *, limit: int = 50, offset: int = 0
) -> list[CaseRow]:
    """List the promises that this handler has to verify (C11), closed cases included, the most pressing first."""
    columns = COLUMNS.replace(" due,", " promise_due,").replace(" due_clock,", " 'C11',")
    rows = connection.execute(
        f"SELECT {columns} FROM case_view WHERE handler = ? AND promise_due IS NOT NULL"  # noqa: S608 - literals
        " AND department = ? ORDER BY promise_due, id LIMIT ? OFFSET ?",
        (handler, department, limit, offset),
    )
    return [row_of(row) for row in rows]


def promised_dues(connection: Connection, department: str, handler: str, *, limit: int) -> list[str | None]:
    """Give the C11 days of the first of `promised`; as many as `limit`."""
    rows = connection.execute(
        "SELECT promise_due FROM case_view WHERE handler = ? AND promise_due IS NOT NULL AND department = ?"
        " ORDER BY promise_due, id LIMIT ?",
        (handler, department, limit),
    )
    return [due for (due,) in rows]


def lapsed(
    connection: Connection, clock: str, today: str, *, after: tuple[str, int] = ("", 0), limit: int = 200
) -> list[tuple[str, str, int]]:
    """Give open cases whose pressing clock is of this name and was due before `today`, a page at a time.

    Args:
        connection: a reader.
        clock: ``C1``, ``C5`` …
        today: ISO date.
        after: due day and row id where the page before ended.
        limit: rows a page.

    Returns:
        Number, due day and row id of each, in order of both.
    """
    rows = connection.execute(
        "SELECT no, due, id FROM case_view WHERE open = 1 AND due < ?1 AND due_clock = ?2 AND (due, id) > (?3, ?4)"
        " ORDER BY due, id LIMIT ?5",
        (today, clock, *after, limit),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def tolerance_lapsed(
    connection: Connection, today: str, *, after: tuple[str, int] = ("", 0), limit: int = 200
) -> list[tuple[str, str, int]]:
    """Give cases with tolerated materials that were due (C6) before `today`, a page at a time, as `lapsed` does."""
    rows = connection.execute(
        "SELECT no, tolerance_due, id FROM case_view WHERE tolerance_due < ?1 AND (tolerance_due, id) > (?2, ?3)"
        " ORDER BY tolerance_due, id LIMIT ?4",
        (today, *after, limit),
    )
    return [(row[0], row[1], row[2]) for row in rows]


def step_lapsed(
    connection: Connection, today: str, *, after: tuple[str, int] = ("", 0), limit: int = 200
) -> list[tuple[str, str, int]]:
    """Give open cases whose step was due (C8) before `today`, a page at a time, as `lapsed` does."""
    rows = connection.execute(
        "SELECT no, step_due, id FROM case_view WHERE step_due < ?1 AND (step_due, id) > (?2, ?3)"
        " ORDER BY step_due, id LIMIT ?4",
        (today, *after, limit),
    )
    return [(row[0], row[1], row[2]) for row in rows]
