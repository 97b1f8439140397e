"""The entries of one case, in their order: what its timeline, its papers and its archive package are read from.

A case that came from another hall brings its history inside entries of the city's log (decision 0030); here they are
unpacked, so that whoever reads a case's entries need not know where they came from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from appliance.domain.entry import EntryMeta, read_meta
from appliance.domain.events.transfer import CaseHistory, CaseScansFollowed
from appliance.errors import IntegrityFailure
from appliance.ledger.records import Record, RecordState
from appliance.store import case_history
from appliance.store.connection import Connection
from appliance.store.event_store import counterpart

_OF_CASE = (
    "SELECT l.origin, l.own, l.epoch, e.idx, e.type, e.body, p.state, p.part FROM entry e JOIN log l ON l.id = e.log"
    " LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx WHERE e.case_no = ?"
    " AND (l.own = 1 OR e.idx < l.applied) ORDER BY e.log, e.idx"
)
_CARRIER = CaseHistory.TYPE
_SILENT = frozenset({CaseScansFollowed.TYPE})


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """One entry of a case.

    Attributes:
        origin: the log that says it: this hall's, the city's for this hall, or another hall's.
        index: its index there.
        record: its bytes with the private part.
        stands: where it stands in this database: log and index. Other than `origin` and `index` for what came along
            from another hall.
        own: this hall wrote it.
    """

    origin: str
    index: int
    record: Record
    stands: tuple[str, int]
    own: bool = True

    @property
    def came_along(self) -> bool:
        """Whether another hall wrote it, and the city brought it here."""
        return self.stands != (self.origin, self.index)


@dataclass(frozen=True, slots=True)
class _Row:
    origin: str
    own: bool
    epoch: int
    index: int
    type: str
    record: Record


def entries_of(connection: Connection, no: str) -> tuple[CaseEntry, ...]:
    """Give the entries about a case: those that this hall wrote, and those that came with it; in the order lived.

    Args:
        connection: a reader.
        no: 收件编号, as entries carry it.

    Returns:
        The entries, what is restricted without its private part; none for a case that is not here. Mind `durable_size`
        of `stands` before anything made from them leaves.
    """
    rows = [_row(values) for values in connection.execute(_OF_CASE, (no,))]
    if all(row.own for row in rows):
        return tuple(CaseEntry(row.origin, row.index, row.record, (row.origin, row.index)) for row in rows)
    return tuple(_unpacked(_merged(rows)))


def _row(values: tuple[Any, ...]) -> _Row:
    origin, own, epoch, index, kind, body, state, part = values
    condition = RecordState.NONE if state is None else RecordState(state)
    kept = part if condition is RecordState.PRESENT else None
    return _Row(origin, bool(own), epoch, index, kind, Record(body, condition, kept))


def _merged(rows: list[_Row]) -> Iterator[_Row]:
    """Bring what the city wrote between what the hall wrote, by `seen`, as a replay does (protocol §1)."""
    rows.sort(key=lambda row: row.epoch)
    waiting = [row for row in rows if not row.own]
    for row in (row for row in rows if row.own):
        seen = _meta(row).seen
        while waiting and (
            waiting[0].epoch < row.epoch or (counterpart(row.origin) == waiting[0].origin and waiting[0].index < seen)
        ):
            yield waiting.pop(0)
        yield row
    yield from waiting


def _meta(row: _Row) -> EntryMeta:
    return read_meta(row.record.entry)


def _unpacked(rows: Iterable[_Row]) -> Iterator[CaseEntry]:
    parts: list[CaseHistory] = []
    for row in rows:
        stands = (row.origin, row.index)
        if row.own or row.type not in _SILENT | {_CARRIER}:
            yield CaseEntry(row.origin, row.index, row.record, stands, own=row.own)
        if row.own or row.type != _CARRIER:
            continue
        _, event = case_history.read(row.record)
        if not isinstance(event, CaseHistory):
            continue
        parts = [*parts, event] if event.part else [event]
        if event.part + 1 < event.parts or len(parts) != event.parts:
            continue
        try:
            record = case_history.put_together(parts)
        except IntegrityFailure:
            continue  # the read models have flagged it
        usable = record.private if record.state is RecordState.PRESENT else None
        yield CaseEntry(event.origin, event.index, Record(record.entry, record.state, usable), stands, own=False)
