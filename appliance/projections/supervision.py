"""What supervision was told 监察预警, and the register of promises that were not true 不实承诺."""

from dataclasses import dataclass
from typing import Any

from appliance.domain.entry import EntryMeta
from appliance.domain.events import (
    CasePromiseVerified,
    SupervisionRaised,
    SupervisionReceived,
    SupervisionReplied,
    SupervisionSettled,
    SupervisionUrged,
)
from appliance.domain.supervision import Level, Standing, level_of
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
    at         TEXT NOT NULL,
    level      TEXT NOT NULL,
    by         TEXT NOT NULL,
    demand     TEXT NOT NULL DEFAULT '',
    standing   TEXT NOT NULL,
    reply      TEXT NOT NULL DEFAULT '',
    replied_by TEXT NOT NULL DEFAULT '',
    replied_at TEXT NOT NULL DEFAULT '',
    verdict    TEXT NOT NULL DEFAULT '',
    settled_by TEXT NOT NULL DEFAULT '',
    settled_at TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX warning_by_case ON warning (case_no, rule, clock, due);
CREATE INDEX warning_by_department ON warning (department, idx);
CREATE INDEX warning_unanswered ON warning (due) WHERE level = 'urge_order' AND replied_at = '';
CREATE TABLE false_promise (
    case_no   TEXT NOT NULL PRIMARY KEY,
    id_number TEXT NOT NULL,
    found_on  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX false_promise_by_person ON false_promise (id_number);
"""


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning, card or order.

    Attributes:
        index: index of its entry; its number.
        rule: the rule that was broken; empty for an order.
        case: the case.
        department: whose it is.
        staff: whose watch it was; empty when nobody had taken the case.
        clock: the limit that was missed, if one was.
        due: when it was due; for an order, when its answer is (ISO date).
        reason: why; for an order, its cause.
        at: when it was raised.
        level: `Level`.
        by: who raised it: the system or a supervisor.
        demand: what an order demands.
        standing: `Standing`.
        reply: the answer, by whom, when.
        verdict: the supervisor's reason, by whom, when.
    """

    index: int
    rule: str
    case: str
    department: str
    staff: str
    clock: str
    due: str
    reason: str
    at: str
    level: Level
    by: str
    demand: str
    standing: Standing
    reply: str
    replied_by: str
    replied_at: str
    verdict: str
    settled_by: str
    settled_at: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a warning; keep a promise that was found untrue under the number of who made it."""
    event, meta = applied.event, applied.meta
    if not applied.own:
        return
    if isinstance(event, SupervisionRaised):
        level = level_of(event.rule)
        standing = Standing.NOTED if level is Level.NOTICE else Standing.OPEN
        connection.execute(
            "INSERT INTO warning (idx, rule, case_no, department, staff, clock, due, reason, at, level, by, standing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                applied.index, event.rule, event.subject, event.department, event.staff, event.clock, event.due,
                event.reason, meta.t, level, meta.actor.id, standing,
            ),
        )  # fmt: skip
    elif isinstance(event, SupervisionUrged):
        connection.execute(
            "INSERT INTO warning (idx, rule, case_no, department, staff, clock, due, reason, at, level, by, demand,"
            " standing) VALUES (?, '', ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?)",
            (
                applied.index, event.subject, event.department, event.staff, event.due, event.cause, meta.t,
                Level.ORDER, meta.actor.id, event.demand, Standing.OPEN,
            ),
        )  # fmt: skip
    elif isinstance(event, SupervisionReceived | SupervisionReplied | SupervisionSettled):
        _advance(connection, event, meta)
    elif isinstance(event, CasePromiseVerified) and event.result == "broken" and meta.case is not None:
        case = cases.find(connection, meta.case)
        if case is not None:
            connection.execute(
                "INSERT OR IGNORE INTO false_promise (case_no, id_number, found_on) VALUES (?, ?, ?)",
                (case.no, case.applicant.id_number, event.verified_on),
            )


def _advance(
    connection: Connection, event: SupervisionReceived | SupervisionReplied | SupervisionSettled, meta: EntryMeta
) -> None:
    """Move a card or order on: taken note of, answered, settled."""
    match event:
        case SupervisionReceived():
            connection.execute("UPDATE warning SET standing = ? WHERE idx = ?", (Standing.RECEIVED, event.card))
        case SupervisionReplied():
            connection.execute(
                "UPDATE warning SET standing = ?, reply = ?, replied_by = ?, replied_at = ? WHERE idx = ?",
                (Standing.REPLIED, event.reply, meta.actor.id, meta.t, event.card),
            )
        case SupervisionSettled():
            connection.execute(
                "UPDATE warning SET standing = ?, verdict = ?, settled_by = ?, settled_at = ? WHERE idx = ?",
                (event.outcome, event.reason, meta.actor.id, meta.t, event.card),
            )


_EVENTS = (
    SupervisionRaised, SupervisionUrged, SupervisionReceived, SupervisionReplied, SupervisionSettled,
    CasePromiseVerified,
)  # fmt: skip
MODEL = ReadModel("supervision", SCHEMA, apply, frozenset(_EVENTS))

_COLUMNS = (
    "idx, rule, case_no, department, staff, clock, due, reason, at, level, by, demand, standing, reply, replied_by,"
    " replied_at, verdict, settled_by, settled_at"
)


def _warned(row: tuple[Any, ...]) -> Warned:
    typed = (*row[:9], Level(row[9]), *row[10:12], Standing(row[12]), *row[13:])
    return Warned(*typed)


def listing(
    connection: Connection, *, department: str = "", staff: str = "", limit: int = 50, offset: int = 0
) -> list[Warned]:
    """List the newest warnings: of a department, on one person's watch, or all."""
    where = "department = ?1" if department else "?1 = ''"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM warning WHERE {where} AND (?2 = '' OR staff = ?2)"  # noqa: S608 - literals
        " ORDER BY idx DESC LIMIT ?3 OFFSET ?4",
        (department, staff, limit, offset),
    )
    return [_warned(row) for row in rows]


def find(connection: Connection, index: int) -> Warned | None:
    """Give one warning, card or order by its number, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM warning WHERE idx = ?", (index,)).fetchone()  # noqa: S608 - literals
    return _warned(row) if row is not None else None


def unanswered_orders(connection: Connection, today: str, *, case: str = "") -> list[Warned]:
    """Give the orders whose answer was due before a day (ISO) and did not come, of a case or of all."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM warning WHERE level = 'urge_order' AND replied_at = '' AND due < ?1"  # noqa: S608 - literals
        " AND settled_at = '' AND (?2 = '' OR case_no = ?2) ORDER BY idx",
        (today, case),
    )
    return [_warned(row) for row in rows]


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
