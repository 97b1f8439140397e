"""Hearings 听证 that were called and not held yet: who presides and who writes, and when (许可法 art.48)."""

from appliance.domain.events import CaseHearingCalled, CaseHearingHeld
from appliance.projections.cases import COLUMNS, CaseRow, row_of
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE hearing_duty (
    person  TEXT NOT NULL,
    held_at TEXT NOT NULL,
    case_no TEXT NOT NULL,
    PRIMARY KEY (person, held_at, case_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX hearing_duty_of_case ON hearing_duty (case_no);
"""


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep who is wanted where; a later notice takes the place of the one before, and the record ends it."""
    event = applied.event
    if not applied.own or not isinstance(event, CaseHearingCalled | CaseHearingHeld):
        return
    connection.execute("DELETE FROM hearing_duty WHERE case_no = ?", (applied.meta.case,))
    if isinstance(event, CaseHearingCalled):
        connection.executemany(
            "INSERT OR IGNORE INTO hearing_duty (person, held_at, case_no) VALUES (?, ?, ?)",
            [(person, event.held_at, applied.meta.case) for person in (event.presider, event.recorder)],
        )


MODEL = ReadModel("hearings", SCHEMA, apply, frozenset({CaseHearingCalled, CaseHearingHeld}))


def waiting(connection: Connection, person: str, *, limit: int = 50, offset: int = 0) -> list[CaseRow]:
    """List open cases whose hearing this person presides over or writes the record of, the earliest first.

    The day of the hearing stands where the limit does.
    """
    columns = COLUMNS.replace(" due,", " substr(held_at, 1, 10),").replace(" due_clock,", " 'C7c',")
    rows = connection.execute(
        f"SELECT {columns} FROM hearing_duty CROSS JOIN case_view ON no = case_no"  # noqa: S608 - literals
        " WHERE person = ? AND open = 1 ORDER BY held_at, case_no LIMIT ? OFFSET ?",
        (person, limit, offset),
    )
    return [row_of(row) for row in rows]


def dues(connection: Connection, person: str, *, limit: int) -> list[str | None]:
    """Give the days of the first of `waiting`; as many as `limit`."""
    rows = connection.execute(
        "SELECT substr(held_at, 1, 10) FROM hearing_duty CROSS JOIN case_view ON no = case_no"
        " WHERE person = ? AND open = 1 ORDER BY held_at, case_no LIMIT ?",
        (person, limit),
    )
    return [str(day) for (day,) in rows]
