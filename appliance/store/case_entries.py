"""The entries of one case, in their order: what its timeline, its papers and its archive package are read from."""

from dataclasses import dataclass

from appliance.ledger.records import Record, RecordState
from appliance.store.connection import Connection

_OF_CASE = (
    "SELECT l.origin, e.idx, e.body, p.state, p.part FROM entry e JOIN log l ON l.id = e.log"
    " LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx WHERE e.case_no = ? AND l.own = 1 ORDER BY e.log, e.idx"
)


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """One entry of a case: the log that it stands in, its index there, and its bytes with the private part."""

    origin: str
    index: int
    record: Record


def entries_of(connection: Connection, no: str) -> tuple[CaseEntry, ...]:
    """Give the entries that this side wrote about a case, oldest first.

    Args:
        connection: a reader.
        no: 收件编号, as entries carry it.

    Returns:
        The entries, what is restricted without its private part; none for a case that is not here. Mind `durable_size`
        before anything made from them leaves.
    """
    found = []
    for origin, index, body, state, part in connection.execute(_OF_CASE, (no,)):
        kind = RecordState.NONE if state is None else RecordState(state)
        kept = part if kind is RecordState.PRESENT else None
        found.append(CaseEntry(origin, index, Record(body, kind, kept)))
    return tuple(found)
