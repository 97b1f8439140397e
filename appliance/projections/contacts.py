"""Who was told of what 电话通知, and the cases whose applicants still have to be."""

from dataclasses import dataclass

from appliance.domain.events import ApplicantNotified
from appliance.projections.cases import RANK
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


@dataclass(frozen=True, slots=True)
class Contact:
    """How it stands: whether the applicant was reached, after how many tries, the last one when and by whom."""

    reached: bool
    tries: int
    at: str
    by: str


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a try; whoever was reached leaves the list, until there is something new to tell."""
    event, meta = applied.event, applied.meta
    if applied.own and isinstance(event, ApplicantNotified):
        if event.outcome == "reached":
            connection.execute(
                "UPDATE case_view SET tell = NULL WHERE no = ? AND tell = ?", (event.subject, event.about)
            )
        connection.execute(
            "INSERT INTO applicant_call (case_no, about, reached, tries, at, by) VALUES (?1, ?2, ?3, 1, ?4, ?5)"
            " ON CONFLICT DO UPDATE SET reached = max(reached, ?3), tries = tries + 1, at = ?4, by = ?5",
            (event.subject, event.about, int(event.outcome == "reached"), meta.t, meta.actor.id),
        )


MODEL = ReadModel("contacts", SCHEMA, apply, frozenset({ApplicantNotified}))


def waiting(connection: Connection, *, limit: int) -> list[tuple[str, str]]:
    """Give number and subject of the cases whose applicants still have to be told, the most pressing first."""
    rows = connection.execute(
        f"SELECT no, tell FROM case_view WHERE tell IS NOT NULL ORDER BY {RANK}, id LIMIT ?",  # noqa: S608 - a literal
        (limit,),
    )
    return [(row[0], row[1]) for row in rows]


def find(connection: Connection, case_no: str, subject: str) -> Contact | None:
    """Give how a case's notification stands, or None while nobody tried."""
    row = connection.execute(
        "SELECT reached, tries, at, by FROM applicant_call WHERE case_no = ? AND about = ?", (case_no, subject)
    ).fetchone()
    return Contact(bool(row[0]), row[1], row[2], row[3]) if row is not None else None
