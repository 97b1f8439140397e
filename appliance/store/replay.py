"""Putting the logs back into the order they were lived in: own entries and the other side's, merged by `seen`."""

from collections.abc import Iterator, Mapping, Sequence

from appliance.store.appending import apply_mirrored, apply_tolerantly, decode_stored
from appliance.store.change import AppliedEntry, Projector
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow, counterpart, logs
from appliance.store.schema import create_projections, drop_projections
from appliance.store.withholding import Enacted, enact

_ROWS = (
    "SELECT e.idx, e.body, p.state, p.part FROM entry e LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx"
    " WHERE e.log = ? AND e.idx >= ? AND e.idx < ? ORDER BY e.idx"
)


def _stored(connection: Connection, log: LogRow, start: int, end: int) -> Iterator[tuple[int, AppliedEntry | None]]:
    for index, body, state, part in connection.execute(_ROWS, (log.id, start, end)):
        yield index, decode_stored(log, index, body, state, part)


def _pairs(rows: list[LogRow]) -> list[tuple[LogRow | None, LogRow | None]]:
    """Give (own, other) for each hall and epoch, epochs in order.

    Between halls there is no order in the logs, so the city's read models must not depend on one.
    """
    by_origin = {row.origin: row for row in rows}
    pairs: list[tuple[LogRow | None, LogRow | None]] = []
    for row in sorted(rows, key=lambda row: (row.origin.rpartition("/")[0], row.epoch)):
        other = by_origin.get(counterpart(row.origin))
        if row.own:
            pairs.append((row, other if other is not None and not other.own else None))
        elif other is None or not other.own:
            pairs.append((None, row))
    return pairs


def merged(
    connection: Connection, *, start: Mapping[str, int] | None = None, end: Mapping[str, int] | None = None
) -> Iterator[AppliedEntry]:
    """Give the entries that the read models have seen, in the order in which they saw them (protocol §1).

    Args:
        connection: where the logs are; hold a read transaction open when a writer is at work.
        start: index to begin at, by origin; 0 when absent.
        end: size to end at, by origin; by default the size of an own log and the applied size of the other.
    """
    begin, stop = start or {}, end or {}

    def rows(log: LogRow | None) -> Iterator[tuple[int, AppliedEntry | None]]:
        if log is None:
            return iter(())
        last = stop.get(log.origin, log.size if log.own else log.applied)
        return _stored(connection, log, begin.get(log.origin, 0), last)

    for own, other in _pairs(logs(connection)):
        waiting = rows(other)
        held = next(waiting, None)
        for _, entry in rows(own):
            if entry is None:
                continue
            while held is not None and held[0] < entry.meta.seen:
                if held[1] is not None:
                    yield held[1]
                held = next(waiting, None)
            yield entry
        while held is not None:
            if held[1] is not None:
                yield held[1]
            held = next(waiting, None)


def project(connection: Connection, projector: Projector, entry: AppliedEntry) -> None:
    """Apply one entry as the writer did: own entries strictly, the other side's tolerantly, without alarms."""
    if entry.own:
        projector.apply(connection, entry)
    else:
        apply_tolerantly(connection, projector, entry)


def project_tail(connection: Connection, projector: Projector, *, at: str) -> None:
    """Bring the read models up to the stored logs, after records were put back; in the caller's transaction.

    What own entries had seen of the other log is applied unconditionally, because it was applied before; the rest only
    as far as the projector is ready.
    """
    rows = logs(connection)
    start = {row.origin: row.applied for row in rows}
    end = {row.origin: row.size if row.own else row.applied for row in rows}
    for row in rows:
        other = counterpart(row.origin)
        if row.own and row.applied < row.size and other in end:
            body = connection.execute("SELECT body FROM entry WHERE log = ? AND idx = ?", (row.id, row.size - 1)).get
            last = decode_stored(row, row.size - 1, body, None, None)
            if last is not None:
                end[other] = max(end[other], last.meta.seen)
    enacted: list[Enacted] = []
    for entry in merged(connection, start=start, end=end):
        project(connection, projector, entry)
        if (done := enact(connection, entry, at)) is not None:
            enacted.append(done)
    for row in rows:
        connection.execute("UPDATE log SET applied = ? WHERE id = ?", (end[row.origin], row.id))
        if not row.own:
            apply_mirrored(connection, projector, row, end[row.origin], row.size, at=at, enacted=enacted)
    settle(connection, projector, enacted)


def settle(connection: Connection, projector: Projector, enacted: Sequence[Enacted]) -> None:
    """Bring the read models to what entries say whose private parts changed state; in the caller's transaction."""
    places = [place for done in enacted for place in done.places]
    if places and not projector.forget(connection, places):
        remake(connection, projector)


def remake(connection: Connection, projector: Projector) -> None:
    """Make every read model anew from the stored logs; in the caller's transaction."""
    drop_projections(connection)
    create_projections(connection, projector)
    for entry in merged(connection):
        project(connection, projector, entry)
