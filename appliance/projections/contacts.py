"""Who was told of what 电话通知, and the cases whose applicants still have to be."""

from dataclasses import dataclass

from appliance.domain.case import Case
from appliance.domain.events import ApplicantNotified
from appliance.domain.states import State
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE applicant_call (
    case_no TEXT NOT NULL,
    about   TEXT NOT NULL,
    reached INTEGER NOT NULL,
    tries   INTEGER NOT NULL,
    at      TEXT NOT NULL,
    by      TEXT NOT NULL,
    PRIMARY KEY (case_no, about)
) STRICT, WITHOUT ROWID;
"""
TO_TELL = (State.CORRECTION_PENDING, State.RESULT_READY)


@dataclass(frozen=True, slots=True)
class Contact:
    """How it stands: whether the applicant was reached, after how many tries, the last one when and by whom."""

    reached: bool
    tries: int
    at: str
    by: str


def about(case: Case) -> str:
    """Name what the applicant has to be told of now; empty for nothing."""
    if case.state is State.CORRECTION_PENDING:
        return f"correction:{case.notices}"
    return "result" if case.state is State.RESULT_READY else ""


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a try."""
    event, meta = applied.event, applied.meta
    if applied.own and isinstance(event, ApplicantNotified):
        connection.execute(
            "INSERT INTO applicant_call (case_no, about, reached, tries, at, by) VALUES (?1, ?2, ?3, 1, ?4, ?5)"
            " ON CONFLICT DO UPDATE SET reached = max(reached, ?3), tries = tries + 1, at = ?4, by = ?5",
            (event.subject, event.about, int(event.outcome == "reached"), meta.t, meta.actor.id),
        )


MODEL = ReadModel("contacts", SCHEMA, apply)


def find(connection: Connection, case_no: str, subject: str) -> Contact | None:
    """Give how a case's notification stands, or None while nobody tried."""
    row = connection.execute(
        "SELECT reached, tries, at, by FROM applicant_call WHERE case_no = ? AND about = ?", (case_no, subject)
    ).fetchone()
    return Contact(bool(row[0]), row[1], row[2], row[3]) if row is not None else None
