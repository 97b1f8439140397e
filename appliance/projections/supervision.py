"""What supervision was told 监察预警, and the register of promises that were not true 不实承诺."""

from dataclasses import dataclass

from appliance.domain.events import CasePromiseVerified, SupervisionRaised
from appliance.projections import cases
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE warning (
    idx        INTEGER NOT NULL PRIMARY KEY,
    rule       TEXT NOT NULL,
    case_no    TEXT NOT NULL,
    department TEXT NOT NULL,
    staff      TEXT NOT NULL,
    clock      TEXT NOT NULL,
    due        TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX warning_by_case ON warning (case_no, rule, clock, due);
CREATE INDEX warning_by_department ON warning (department, idx);
CREATE TABLE false_promise (
    case_no   TEXT NOT NULL PRIMARY KEY,
    id_number TEXT NOT NULL,
    found_on  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX false_promise_by_person ON false_promise (id_number);
"""


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: index of its entry, rule, case, whose watch it was, the limit that was missed, why, when."""

    index: int
    rule: str
    case: str
    department: str
    staff: str
    clock: str
    due: str
    reason: str
    at: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a warning; keep a promise that was found untrue under the number of who made it."""
    event, meta = applied.event, applied.meta
    if not applied.own:
        return
    if isinstance(event, SupervisionRaised):
        connection.execute(
            "INSERT INTO warning (idx, rule, case_no, department, staff, clock, due, reason, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                applied.index, event.rule, event.subject, event.department, event.staff, event.clock, event.due,
                event.reason, meta.t,
            ),
        )  # fmt: skip
    elif isinstance(event, CasePromiseVerified) and event.result == "broken" and meta.case is not None:
        case = cases.find(connection, meta.case)
        if case is not None:
            connection.execute(
                "INSERT OR IGNORE INTO false_promise (case_no, id_number, found_on) VALUES (?, ?, ?)",
                (case.no, case.applicant.id_number, event.verified_on),
            )


MODEL = ReadModel("supervision", SCHEMA, apply)

_COLUMNS = "idx, rule, case_no, department, staff, clock, due, reason, at"


def listing(connection: Connection, *, department: str = "", limit: int = 50, offset: int = 0) -> list[Warned]:
    """List the newest warnings, of a department or of all."""
    where = "department = ?1" if department else "?1 = ''"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM warning WHERE {where} ORDER BY idx DESC LIMIT ?2 OFFSET ?3",  # noqa: S608 - literals
        (department, limit, offset),
    )
    return [Warned(*row) for row in rows]


def raised(connection: Connection, rule: str, case: str, clock: str, due: str) -> bool:
    """Tell whether a rule has already spoken of this case and limit."""
    row = connection.execute(
        "SELECT 1 FROM warning WHERE case_no = ? AND rule = ? AND clock = ? AND due = ? LIMIT 1",
        (case, rule, clock, due),
    ).fetchone()
    return row is not None


def false_promise(connection: Connection, id_number: str) -> str | None:
    """Give the case in which a promise of this person was found untrue, or None."""
    row = connection.execute("SELECT case_no FROM false_promise WHERE id_number = ? LIMIT 1", (id_number,)).fetchone()
    return str(row[0]) if row is not None else None
