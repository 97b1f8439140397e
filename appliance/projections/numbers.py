"""The last number given in each sequence, read back from the entries that carry them (domain §3.5).

Numbers are allocated inside the change's transaction, so two changes of one batch see each other's.
"""

from appliance.domain.events import (
    CaseAccepted,
    CaseDeemedAccepted,
    CaseGranted,
    CaseNotAccepted,
    CaseReceived,
    CaseRefused,
    CaseSubmitted,
    ComplaintRegistered,
    FallbackPadPrinted,
    JointAccepted,
    JointReceived,
    LicenceIssued,
)
from appliance.domain.events.seals import SealRequested
from appliance.domain.identifiers import case_numbers, complaint_no, document_no, seal_no
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE number_sequence (
    scope TEXT NOT NULL PRIMARY KEY,
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

_RAISE = """
INSERT INTO number_sequence (scope, last) VALUES (?, ?)
ON CONFLICT (scope) DO UPDATE SET last = max(last, excluded.last)
"""

_COUNT = """
INSERT INTO number_sequence (scope, last) VALUES (?, 1) ON CONFLICT (scope) DO UPDATE SET last = last + 1
"""


def scope_of_case_number(no: str) -> tuple[str, int]:
    """Give the sequence that an intake or acceptance number belongs to, and its place in it."""
    parts = case_numbers.take_apart(no)
    return case_scope(parts.kind, parts.day.isoformat(), parts.epoch), parts.sequence


def case_scope(kind: case_numbers.NumberKind, day: str, epoch: int) -> str:
    """Name the sequence of intake or acceptance numbers of a day (ISO) and epoch."""
    return f"case:{kind.value}:{day}:{epoch}"


def complaint_scope(day: str, epoch: int) -> str:
    """Name the sequence of complaint numbers 投诉编号 of a day (ISO) and epoch."""
    return f"complaint:{day}:{epoch}"


def seal_scope(year: int, epoch: int) -> str:
    """Name the sequence of seal numbers 印章编号 of a year and epoch."""
    return f"seal:{year}:{epoch}"


def document_scope(department: str, year: int) -> str:
    """Name the sequence of official document numbers 文号 of a department and year."""
    return f"document:{department}:{year}"


def licence_scope(type_code: str, year: int | None) -> str:
    """Name the sequence of licence numbers of a type and year; None where the number does not say its year."""
    return f"licence:{type_code}:{year or 'all'}"


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Raise the sequence that the entry's number belongs to."""
    event, no = applied.event, applied.meta.case
    if applied.own and isinstance(event, FallbackPadPrinted):
        connection.execute(_RAISE, scope_of_case_number(event.last))
    if applied.own and isinstance(event, ComplaintRegistered):
        day, epoch, sequence = complaint_no.take_apart(event.no)
        connection.execute(_RAISE, (complaint_scope(day, epoch), sequence))
    if applied.own and isinstance(event, SealRequested):
        year, epoch, sequence = seal_no.take_apart(event.no)
        connection.execute(_RAISE, (seal_scope(year, epoch), sequence))
    if no is None or not applied.own:
        return
    if isinstance(event, CaseSubmitted | JointReceived) or (isinstance(event, CaseReceived) and not event.submitted):
        connection.execute(_RAISE, scope_of_case_number(no))
    elif isinstance(event, CaseAccepted | CaseDeemedAccepted | JointAccepted):
        connection.execute(_RAISE, scope_of_case_number(event.acceptance_no))
    elif isinstance(event, CaseGranted | CaseRefused | CaseNotAccepted):
        department = connection.execute("SELECT department FROM case_view WHERE no = ?", (no,)).get
        sequence = document_no.check(event.document_no).number
        connection.execute(_RAISE, (document_scope(department, int(event.decided_on[:4])), sequence))
    elif isinstance(event, LicenceIssued):
        year = int(event.issued_on[:4])
        connection.executemany(_COUNT, [(licence_scope(event.type_code, scope),) for scope in (year, None)])


_EVENTS = (
    CaseSubmitted, CaseReceived, JointReceived, CaseAccepted, CaseDeemedAccepted, JointAccepted, CaseGranted,
    CaseRefused, CaseNotAccepted, LicenceIssued, FallbackPadPrinted, ComplaintRegistered, SealRequested,
)  # fmt: skip
MODEL = ReadModel("numbers", SCHEMA, apply, frozenset(_EVENTS))


def next_in(connection: Connection, scope: str) -> int:
    """Give the next number of a sequence; it is taken when the entry that carries it is applied."""
    last: int | None = connection.execute("SELECT last FROM number_sequence WHERE scope = ?", (scope,)).get
    return (last or 0) + 1
