"""Does the access log still say what it said? Its rows are recomputed and compared with the entries of the signed log.

Four ways to lie are told apart: a row changed, a row taken away or put in, a day that says something else than its
entry in the log, and an index that hides a row from whoever looks for a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from appliance.domain.entry import read_event
from appliance.domain.events import AccessDigested
from appliance.errors import N_
from appliance.ledger.merkle import bulk_root, leaf_hash
from appliance.store.access import ZERO, DayDigest, chained, line_of
from appliance.store.connection import Connection

CHANGED = N_("有一条查看记录被改过")
GONE = N_("有查看记录被删去或者插入")
HIDDEN = N_("办件索引与查看记录不一致")
UNLIKE = N_("与签名日志里的日结不一致")
UNWRITTEN = N_("还没有写入签名日志")


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """One day: rows found, whether they are what the log holds them to, what is wrong (message id), first such row."""

    day: str
    count: int
    ok: bool
    problem: str = ""
    row: int | None = None
    waiting: bool = False


@dataclass(slots=True)
class _Day:
    leaves: list[bytes]
    head: bytes
    problem: str = ""
    row: int | None = None

    def blame(self, problem: str, row: int | None) -> None:
        """Keep the first thing that is wrong."""
        if not self.problem:
            self.problem, self.row = problem, row


def logged_digests(connection: Connection) -> dict[str, DayDigest]:
    """Read the digests from the entries of the hall's own logs, not from a read model; the first of a day counts."""
    found: dict[str, DayDigest] = {}
    rows = connection.execute(
        "SELECT e.body FROM entry e JOIN log l ON l.id = e.log WHERE l.own = 1 AND e.type = ? ORDER BY e.log, e.idx",
        (AccessDigested.TYPE,),
    )
    for (body,) in rows:
        _, event = read_event(body, None)
        if isinstance(event, AccessDigested):
            found.setdefault(event.day, DayDigest(event.day, event.count, event.root, event.head))
    return found


def verify_access(connection: Connection, digests: dict[str, DayDigest], *, today: str) -> list[DayVerdict]:
    """Recompute every row and compare each day with its digest.

    Args:
        connection: a reader of ``access.db``.
        digests: what the signed log says, by ISO day.
        today: ISO date; today needs no digest yet.

    Returns:
        A verdict for each day with rows or a digest, in order; `waiting` for a past day whose digest is still to come.
    """
    days = _recomputed(connection)
    unlike, orphan = _unlike_index(connection)
    for day, number in unlike:
        days[day].blame(HIDDEN, number)
    if orphan is not None and max(days, default="") not in digests:
        # The last rows of a day that is not closed yet are gone: only the index still knows of them.
        days.setdefault(today, _Day([], ZERO)).blame(GONE, orphan)
    last = max(digests, default="")
    verdicts, head = [], ZERO
    for day in sorted({*days, *digests}):
        found = days.get(day) or _Day([], head)
        head = found.head if found.leaves else head
        written = digests.get(day)
        if written is None and day <= last:
            found.blame(GONE, None)
        elif written is not None and written != DayDigest(
            day, len(found.leaves), bulk_root(found.leaves).hex(), head.hex()
        ):
            found.blame(GONE if written.count != len(found.leaves) else UNLIKE, None)
        waiting = written is None and day < today and not found.problem
        problem = found.problem or (UNWRITTEN if waiting else "")
        verdicts.append(DayVerdict(day, len(found.leaves), not found.problem, problem, found.row, waiting))
    return verdicts


def _recomputed(connection: Connection) -> dict[str, _Day]:
    """Recompute the chain; after a row that does not fit it goes on from what is stored, to see the others too."""
    days: dict[str, _Day] = {}
    number, head = 0, ZERO
    rows = connection.execute(
        "SELECT id, day, at, login, role, act, cases, fields, purpose, window, address, hash FROM view ORDER BY id"
    )
    for identifier, day, *texts, stored in rows:
        line = line_of(identifier, day, texts)
        held = days.setdefault(day, _Day([], ZERO))
        held.leaves.append(leaf_hash(line))
        if identifier != number + 1:
            held.blame(GONE, identifier)
        elif chained(head, line) != stored:
            held.blame(CHANGED, identifier)
        number, head = identifier, stored
        held.head = stored
    return days


def _unlike_index(connection: Connection) -> tuple[list[tuple[str, int]], int | None]:
    """Give day and number of rows whose cases the index names otherwise, and the last row that only the index knows."""
    named: dict[int, set[str]] = {}
    for case, view in connection.execute("SELECT case_no, view FROM viewed"):
        named.setdefault(view, set()).add(case)
    last, unlike = 0, []
    for number, day, cases in connection.execute("SELECT id, day, cases FROM view ORDER BY id"):
        last = number
        if named.pop(number, set()) != set(_texts(cases)):
            unlike.append((day, number))
    orphan = max(named, default=0)
    return unlike, orphan if orphan > last else None


def _texts(encoded: str) -> Sequence[str]:
    try:
        return msgspec.json.decode(encoded, type=tuple[str, ...])
    except msgspec.DecodeError:
        return ()
