"""Finding conflicts among the entries that just came from a hall; nothing is written here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from appliance.domain.city_commands import Kind as Request
from appliance.domain.conflicts import Fact, Kind, later_of, relied_in_vain, unaware
from appliance.domain.events import Evidence
from appliance.domain.states import DECIDED_OR_LATER, TERMINAL
from appliance.projections.city_commands import hall_of
from appliance.store.connection import Connection
from appliance.store.event_store import counterpart

_OVER: Final = tuple(state.value for state in sorted(TERMINAL | DECIDED_OR_LATER))


@dataclass(frozen=True, slots=True)
class Finding:
    """Two facts that disagree.

    Attributes:
        kind: what disagrees.
        subject: what it is about: a case number, or a staff number, type or reason.
        owner: code of the hall whose it is, empty for the city.
        halls: codes of the halls that are told.
        evidence: both sides' entries.
        key: what makes it this one and no other.
    """

    kind: Kind
    subject: str
    owner: str
    halls: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    key: str

    @property
    def conflict(self) -> str:
        """Its id: the same however often it is found."""
        return str(uuid5(NAMESPACE_URL, f"conflict:{self.kind}:{self.key}"))


def findings(connection: Connection, origin: str, start: int, end: int) -> Iterator[Finding]:
    """Give the conflicts that entries [start, end) of a hall's log are part of.

    Args:
        connection: a reader of the city's database.
        origin: the hall's log.
        start: first index that was not looked at yet.
        end: the log's size.
    """
    span = (origin, start, end)
    yield from _taken_twice(connection, span)
    yield from _relied(connection, span)
    yield from _stopped(connection, span)
    yield from _too_late(connection, span)
    yield from _worked(connection, span)
    yield from _differs(connection, span)
    yield from _flagged(connection, span)


Span = tuple[str, int, int]


def _pair(
    kind: Kind, subject: str, ours: tuple[str, int], theirs: tuple[str, int], theirs_subject: str = ""
) -> Finding:
    """Make a finding between a hall's entry and one of the city's log for it: the hall resolves it."""
    hall = hall_of(ours[0])
    evidence = (Evidence(*ours, subject), Evidence(*theirs, theirs_subject))
    return Finding(kind, subject, hall, (hall,), evidence, f"{ours[0]}:{ours[1]}:{theirs[0]}:{theirs[1]}")


def _taken_twice(connection: Connection, span: Span) -> Iterator[Finding]:
    """Find receipts of the same applicant and item at another hall whose case was open when this one was taken."""
    marks = ", ".join("?" * len(_OVER))
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT a.origin, a.idx, a.t, a.case_no, b.origin, b.idx, b.t, b.case_no FROM hub_intake a"  # noqa: S608
        " JOIN hub_intake b ON b.who = a.who AND b.case_no <> a.case_no"
        " JOIN hub_case c ON c.case_no = b.case_no JOIN hub_case d ON d.case_no = a.case_no"
        " WHERE a.origin = ?1 AND a.idx >= ?2 AND a.idx < ?3"
        f" AND (c.state NOT IN ({marks}) OR c.changed > a.t) AND (d.state NOT IN ({marks}) OR d.changed > b.t)"
        " ORDER BY a.idx, b.origin, b.idx",
        (*span, *_OVER, *_OVER),
    ).fetchall()
    told: set[str] = set()
    for mine, index, at, case, theirs, other, then, their_case in rows:
        here, there = hall_of(mine), hall_of(theirs)
        if here == there or case in told:
            continue
        told.add(case)  # one item for people to settle, whatever the number of other halls
        owner = later_of(at, then, my_hall=here, their_hall=there)
        ours, others = Evidence(mine, index, case), Evidence(theirs, other, their_case)
        first, second = (ours, others) if owner == here else (others, ours)
        key = ":".join(sorted((case, their_case)))
        yield Finding(Kind.TAKEN_TWICE, first.subject, owner, tuple(sorted((here, there))), (first, second), key)


def _relied(connection: Connection, span: Span) -> Iterator[Finding]:
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT r.origin, r.idx, r.seen, r.t, r.case_no, w.origin, w.idx, w.t, w.identifier FROM hub_relied r"
        " JOIN hub_word w ON w.origin = ?4 AND w.identifier = r.identifier AND w.status <> 'valid'"
        " WHERE r.origin = ?1 AND r.idx >= ?2 AND r.idx < ?3 ORDER BY r.idx, w.idx",
        (*span, counterpart(span[0])),
    )
    for mine, index, seen, at, case, theirs, other, then, identifier in rows:
        if relied_in_vain(Fact(index, seen, at), Fact(other, 0, then)):
            yield _pair(Kind.LICENCE_REVOKED, case, (mine, index), (theirs, other), identifier)


def _stopped(connection: Connection, span: Span) -> Iterator[Finding]:
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT i.origin, i.idx, i.seen, i.t, i.case_no, c.origin, c.idx, c.sent, c.subject FROM hub_intake i"
        " JOIN city_command c ON c.kind = ?4 AND c.subject = i.item_code AND c.origin = ?5"
        " AND c.item_version IN (0, i.item_version)"
        " WHERE i.origin = ?1 AND i.idx >= ?2 AND i.idx < ?3 ORDER BY i.idx, c.idx",
        (*span, Request.WITHDRAW_ITEM, counterpart(span[0])),
    )
    for mine, index, seen, at, case, theirs, other, then, item in rows:
        if relied_in_vain(Fact(index, seen, at), Fact(other, 0, then)):
            yield _pair(Kind.VERSION_WITHDRAWN, case, (mine, index), (theirs, other), item)


def _too_late(connection: Connection, span: Span) -> Iterator[Finding]:
    """Find decisions that were taken before the hall knew of a withdrawal: which was first, people look at."""
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT d.origin, d.idx, d.seen, d.t, d.case_no, c.origin, c.idx, c.sent FROM hub_decided d"
        " JOIN city_command c ON c.kind = ?4 AND c.subject = d.case_no AND c.origin = ?5"
        " WHERE d.origin = ?1 AND d.idx >= ?2 AND d.idx < ?3 ORDER BY d.idx, c.idx",
        (*span, Request.WITHDRAW, counterpart(span[0])),
    )
    for mine, index, seen, at, case, theirs, other, then in rows:
        if unaware(Fact(index, seen, at), Fact(other, 0, then)):
            yield _pair(Kind.LATE_WITHDRAWAL, case, (mine, index), (theirs, other), case)


def _worked(connection: Connection, span: Span) -> Iterator[Finding]:
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT w.origin, w.idx, w.seen, w.t, w.staff, c.origin, c.idx, c.sent FROM city_command c"
        " JOIN hub_worked w ON w.origin = ?1 AND w.staff = c.subject"
        " WHERE c.kind = ?4 AND c.origin = ?5 AND w.idx >= ?2 AND w.idx < ?3 ORDER BY w.idx, c.idx",
        (*span, Request.DISABLE_STAFF, counterpart(span[0])),
    )
    for mine, index, seen, at, staff, theirs, other, then in rows:
        if relied_in_vain(Fact(index, seen, at), Fact(other, 0, then)):
            made = _pair(Kind.STAFF_DISABLED, staff, (mine, index), (theirs, other), staff)
            # One item for the person and the order, however many entries and exchanges there are.
            yield Finding(made.kind, staff, made.owner, made.halls, made.evidence, f"{theirs}:{other}:{staff}")


def _differs(connection: Connection, span: Span) -> Iterator[Finding]:
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT a.origin, a.idx, c.origin, c.idx, CASE WHEN a.made = '' THEN c.subject ELSE a.made END"
        " FROM city_answer a JOIN city_command c ON c.command = a.command"
        " WHERE a.origin = ?1 AND a.idx >= ?2 AND a.idx < ?3 AND a.outcome = 'carried_out' AND a.files <> c.files",
        span,
    )
    for mine, index, theirs, other, case in rows:
        yield _pair(Kind.MATERIAL_DIFFERS, case, (mine, index), (theirs, other), case)


def _flagged(connection: Connection, span: Span) -> Iterator[Finding]:
    """Give what was flagged (`sync.hub.projections`): the city's own items, one for each thing and kind."""
    hall, told = hall_of(span[0]), set()
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        "SELECT f.idx, f.kind, f.detail, i.origin, i.idx FROM hub_flag f"
        " LEFT JOIN hub_intake i ON f.kind = 'number_taken' AND i.case_no = f.detail"
        " AND (i.origin, i.idx) <> (f.origin, f.idx)"
        " WHERE f.origin = ?1 AND f.idx >= ?2 AND f.idx < ?3"
        " UNION SELECT payload ->> 'index',"
        " CASE kind WHEN 'alarm.entry_malformed' THEN 'unreadable' ELSE 'not_projected' END,"
        " coalesce(payload ->> 'reason', ''), NULL, NULL FROM outbox"
        " WHERE kind IN ('alarm.entry_malformed', 'alarm.entry_not_projected') AND payload ->> 'origin' = ?1"
        " AND payload ->> 'index' >= ?2 AND payload ->> 'index' < ?3 ORDER BY 1, 2, 4, 5",
        span,
    )
    for index, kind, detail, other, other_index in list(rows):
        if kind not in set(Kind) or (kind, detail) in told:
            continue
        told.add((kind, detail))
        evidence = [Evidence(span[0], index, detail)]
        if other is not None:
            evidence.append(Evidence(other, other_index, detail))
        yield Finding(Kind(kind), detail, "", (hall,), tuple(evidence), f"{flag_side(span[0])}:{detail}")


def flag_side(origin: str) -> str:
    """Give what all epochs of a hall's log share: a thing flagged again in the next epoch is the same item."""
    return origin.rpartition("/")[0]
