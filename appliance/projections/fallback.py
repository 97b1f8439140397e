"""纸质应急: when the hall worked on paper, which pads were printed, and what was entered from them 补录."""

from dataclasses import dataclass

from appliance.domain.decide.fallback import Period
from appliance.domain.events import (
    CaseBackEntryConfirmed,
    CaseBackEntryReturned,
    CaseReceiptVoided,
    CaseReceived,
    FallbackBegun,
    FallbackEnded,
    FallbackPadPrinted,
)
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE fallback_period (
    fallback TEXT NOT NULL PRIMARY KEY,
    began_at TEXT NOT NULL,
    ended_at TEXT NOT NULL DEFAULT '',
    cause    TEXT NOT NULL,
    by       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fallback_by_begin ON fallback_period (began_at, fallback);
CREATE TABLE fallback_pad (
    first      TEXT NOT NULL PRIMARY KEY,
    last       TEXT NOT NULL,
    count      INTEGER NOT NULL,
    printed_at TEXT NOT NULL,
    by         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX fallback_by_print ON fallback_pad (printed_at, first);
CREATE TABLE fallback_entry (
    case_no    TEXT NOT NULL PRIMARY KEY,
    paper_no   TEXT NOT NULL,
    written_at TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    settled    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX fallback_by_paper ON fallback_entry (paper_no);
CREATE INDEX fallback_waiting ON fallback_entry (entered_at) WHERE settled = '';
CREATE INDEX fallback_settled ON fallback_entry (entered_at) WHERE settled <> '';
"""


@dataclass(frozen=True, slots=True)
class PadRow:
    """A pad of pre-printed forms: first and last number, how many, when and by whom it was printed."""

    first: str
    last: str
    count: int
    printed_at: str
    by: str


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A fallback with its cause and who declared it."""

    period: Period
    cause: str
    by: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A case entered from paper: `settled` is empty, ``confirmed``, ``returned`` or ``voided``."""

    case_no: str
    paper_no: str
    written_at: str
    entered_by: str
    entered_at: str
    settled: str


_SETTLED: dict[type, str] = {
    CaseBackEntryConfirmed: "confirmed",
    CaseBackEntryReturned: "returned",
    CaseReceiptVoided: "voided",
}
_ENTRY = "case_no, paper_no, written_at, entered_by, entered_at, settled"


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep periods, pads and entries."""
    event, meta = applied.event, applied.meta
    if not applied.own:
        return
    match event:
        case FallbackBegun():
            connection.execute(
                "INSERT INTO fallback_period (fallback, began_at, cause, by) VALUES (?, ?, ?, ?)",
                (event.fallback, event.began_at, event.cause, meta.actor.id),
            )
        case FallbackEnded():
            connection.execute(
                "UPDATE fallback_period SET ended_at = ? WHERE fallback = ?", (event.ended_at, event.fallback)
            )
        case FallbackPadPrinted():
            connection.execute(
                "INSERT INTO fallback_pad (first, last, count, printed_at, by) VALUES (?, ?, ?, ?, ?)",
                (event.first, event.last, event.count, meta.t, meta.actor.id),
            )
        case CaseReceived(fallback=written) if written is not None:
            connection.execute(
                "INSERT INTO fallback_entry (case_no, paper_no, written_at, entered_by, entered_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (meta.case, written.paper_no, written.written_at, meta.actor.id, meta.t),
            )
        case CaseBackEntryConfirmed() | CaseBackEntryReturned() | CaseReceiptVoided():
            connection.execute(
                "UPDATE fallback_entry SET settled = ? WHERE case_no = ?", (_SETTLED[type(event)], meta.case)
            )
        case _:
            pass


_EVENTS = (
    FallbackBegun, FallbackEnded, FallbackPadPrinted, CaseReceived, CaseBackEntryConfirmed, CaseBackEntryReturned,
    CaseReceiptVoided,
)  # fmt: skip
MODEL = ReadModel("fallback", SCHEMA, apply, frozenset(_EVENTS))


def periods(connection: Connection, *, limit: int = -1) -> list[PeriodRow]:
    """List the fallbacks, newest first: the last `limit` of them, every one when it is negative."""
    rows = connection.execute(
        "SELECT fallback, began_at, ended_at, cause, by FROM fallback_period INDEXED BY fallback_by_begin"
        " ORDER BY began_at DESC, fallback DESC LIMIT ?",
        (limit,),
    )
    return [PeriodRow(Period(row[0], row[1], row[2]), row[3], row[4]) for row in rows]


def pads(connection: Connection, *, limit: int = 50) -> list[PadRow]:
    """List the pads, newest first."""
    rows = connection.execute(
        "SELECT first, last, count, printed_at, by FROM fallback_pad INDEXED BY fallback_by_print"
        " ORDER BY printed_at DESC, first DESC LIMIT ?",
        (limit,),
    )
    return [PadRow(*row) for row in rows]


def pad(connection: Connection, first: str) -> PadRow | None:
    """Find the pad that begins with a number."""
    row = connection.execute(
        "SELECT first, last, count, printed_at, by FROM fallback_pad WHERE first = ?", (first,)
    ).fetchone()
    return PadRow(*row) if row is not None else None


def printed(connection: Connection, paper_no: str) -> str:
    """Give when the pad that holds a number was printed; empty when none does.

    Numbers without their check character sort as they count, so a pad is a range.
    """
    row = connection.execute(
        "SELECT printed_at FROM fallback_pad WHERE substr(first, 1, 22) <= ?1 AND substr(last, 1, 22) >= ?1"
        " AND substr(first, 1, 18) = substr(?1, 1, 18) LIMIT 1",
        (paper_no[:22],),
    ).fetchone()
    return str(row[0]) if row is not None else ""


def entered(connection: Connection, paper_no: str) -> str:
    """Give the case that was entered from a paper and stands; empty for none, or when it was returned or voided."""
    row = connection.execute(
        "SELECT case_no FROM fallback_entry WHERE paper_no = ? AND settled NOT IN ('returned', 'voided') LIMIT 1",
        (paper_no,),
    ).fetchone()
    return str(row[0]) if row is not None else ""


def undone(connection: Connection, paper_no: str) -> str:
    """Give the case last entered from a paper whose entry was returned or whose receipt was voided; empty for none."""
    row = connection.execute(
        "SELECT case_no FROM fallback_entry WHERE paper_no = ? AND settled IN ('returned', 'voided')"
        " ORDER BY entered_at DESC, case_no DESC LIMIT 1",
        (paper_no,),
    ).fetchone()
    return str(row[0]) if row is not None else ""


def entries(connection: Connection, *, waiting: bool, limit: int = 100) -> list[EntryRow]:
    """List entries: those that wait for the second person, oldest first, or the settled ones, newest first."""
    order = "settled = '' ORDER BY entered_at" if waiting else "settled <> '' ORDER BY entered_at DESC"
    rows = connection.execute(f"SELECT {_ENTRY} FROM fallback_entry WHERE {order} LIMIT ?", (limit,))  # noqa: S608 - literals
    return [EntryRow(*row) for row in rows]
