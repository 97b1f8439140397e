"""Number blocks 号段 and their gaps, the same tables at a hall and at the city.

Every number of a block is given to a case, or stands in the ledger of gaps: voided, returned, or burned at the end of
the epoch in which its block was leased.
"""

from dataclasses import dataclass
from typing import Final

from appliance.domain.events import CaseGranted, CaseNotAccepted, CaseRefused, EpochOpened
from appliance.domain.events.numbers import NumberLeased, NumberReturned, NumberTaken, NumberVoided
from appliance.domain.number_blocks import Block, Gap, family_of, scope_of_document
from appliance.projections.city_commands import hall_of
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE number_block (
    block  TEXT    NOT NULL PRIMARY KEY,
    hall   TEXT    NOT NULL,
    scope  TEXT    NOT NULL,
    family TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    next   INTEGER NOT NULL,
    leased TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX number_block_of_scope ON number_block (hall, scope, first);
CREATE INDEX number_block_of_family ON number_block (hall, family, scope);
CREATE INDEX number_block_to_end ON number_block (scope, last);
CREATE TABLE number_gap (
    block  TEXT    NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    why    TEXT    NOT NULL,
    at     TEXT    NOT NULL,
    by     TEXT    NOT NULL,
    origin TEXT    NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (block, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX number_gap_newest ON number_gap (at DESC, block, first);
CREATE TABLE number_seen (
    scope TEXT    NOT NULL PRIMARY KEY,
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE number_epoch (
    hall  TEXT    NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL,
    at    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class BlockRow:
    """One block: whose it is, of which sequence and epoch, its numbers, its next one, when it was leased."""

    block: str
    hall: str
    scope: str
    epoch: int
    first: int
    last: int
    next: int
    leased: str

    @property
    def left(self) -> int:
        """How many numbers are left."""
        return max(0, self.last - self.next + 1)


@dataclass(frozen=True, slots=True)
class GapRow:
    """Numbers that are given to nothing: why, since when, who said so, and the entry that says it."""

    block: str
    scope: str
    hall: str
    first: int
    last: int
    why: str
    at: str
    by: str
    origin: str
    index: int


def _epoch_of(origin: str) -> int:
    return int(origin.rpartition("/e")[2])


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Keep a lease and what became of its numbers; a later epoch burns the rest of those before it."""
    event, meta = applied.event, applied.meta
    hall, epoch = hall_of(applied.origin), _epoch_of(applied.origin)
    match event:
        case NumberLeased():
            connection.execute(
                "INSERT OR IGNORE INTO number_block (block, hall, scope, family, epoch, first, last, next, leased)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    event.block, hall, event.scope, family_of(event.scope), epoch, event.first, event.last,
                    event.first, meta.t,
                ),
            )  # fmt: skip
            _burn(connection, hall)
        case NumberTaken():
            connection.execute(
                "UPDATE number_block SET next = ? WHERE block = ? AND next = ?",
                (event.number + 1, event.block, event.number),
            )
        case NumberVoided():
            _gap(connection, applied, event.block, (event.number, event.number + event.count - 1), Gap.VOIDED)
        case NumberReturned():
            _gap(connection, applied, event.block, (event.number, None), Gap.RETURNED)
        case CaseGranted() | CaseRefused() | CaseNotAccepted():
            found = scope_of_document(event.document_no)
            if found is not None:
                connection.execute(
                    "INSERT INTO number_seen (scope, last) VALUES (?, ?)"
                    " ON CONFLICT (scope) DO UPDATE SET last = max(last, excluded.last)",
                    found,
                )
        case EpochOpened() if "/h2c/" in applied.origin:
            connection.execute(
                "INSERT INTO number_epoch (hall, epoch, at) VALUES (?, ?, ?)"
                " ON CONFLICT (hall) DO UPDATE SET epoch = max(epoch, excluded.epoch), at = excluded.at",
                (hall, epoch, meta.t),
            )
            _burn(connection, hall)
        case _:
            pass


def _gap(connection: Connection, applied: AppliedEntry, block: str, span: tuple[int, int | None], why: Gap) -> None:
    first, last = span
    connection.execute(
        "INSERT OR IGNORE INTO number_gap (block, first, last, why, at, by, origin, idx)"
        " SELECT block, ?2, coalesce(?3, last), ?4, ?5, ?6, ?7, ?8 FROM number_block WHERE block = ?1 AND next = ?2",
        (block, first, last, why, applied.meta.t, applied.meta.actor.id, applied.origin, applied.index),
    )
    connection.execute(
        "UPDATE number_block SET next = coalesce(?3, last) + 1 WHERE block = ?1 AND next = ?2", (block, first, last)
    )


def _burn(connection: Connection, hall: str) -> None:
    """Burn what is left of blocks of epochs that are over: nobody knows which numbers a dead box had given last."""
    connection.execute(
        "INSERT OR IGNORE INTO number_gap (block, first, last, why, at, by, origin, idx)"
        " SELECT b.block, b.next, b.last, ?2, e.at, 'system', '', -1 FROM number_block b"
        " JOIN number_epoch e ON e.hall = b.hall WHERE b.hall = ?1 AND b.epoch < e.epoch AND b.next <= b.last",
        (hall, Gap.BURNED),
    )
    connection.execute(
        "UPDATE number_block SET next = last + 1 WHERE hall = ?1 AND next <= last"
        " AND epoch < (SELECT epoch FROM number_epoch e WHERE e.hall = ?1)",
        (hall,),
    )


_EVENTS: Final = frozenset(
    {
        NumberLeased, NumberTaken, NumberVoided, NumberReturned, EpochOpened, CaseGranted, CaseRefused, CaseNotAccepted,
    }
)  # fmt: skip
MODEL = ReadModel("number_blocks", SCHEMA, apply, _EVENTS)

_COLUMNS: Final = "block, hall, scope, epoch, first, last, next, leased"


def current(connection: Connection, scope: str) -> Block | None:
    """Give the block whose numbers come next in a sequence, at a hall; None when there is no number left."""
    row = connection.execute(
        "SELECT block, scope, first, last, next FROM number_block WHERE scope = ? AND next <= last"
        " ORDER BY first LIMIT 1",
        (scope,),
    ).fetchone()
    return None if row is None else Block(*row)


def is_leased(connection: Connection, scope: str) -> bool:
    """Tell whether the numbers of a sequence come from the city, in whatever year."""
    row = connection.execute("SELECT 1 FROM number_block WHERE family = ? LIMIT 1", (family_of(scope),)).fetchone()
    return row is not None


def find(connection: Connection, block: str) -> BlockRow | None:
    """Give a block by its name, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM number_block WHERE block = ?", (block,)).fetchone()  # noqa: S608
    return None if row is None else BlockRow(*row)


def listing(connection: Connection, *, hall: str = "") -> list[BlockRow]:
    """List the blocks of a hall, or of all, by hall and sequence."""
    where, values = ("WHERE hall = ?", (hall,)) if hall else ("", ())
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM number_block {where} ORDER BY hall, scope, first",  # noqa: S608 - literals
        values,
    )
    return [BlockRow(*row) for row in rows]


def gaps(connection: Connection, *, hall: str = "", limit: int = 1000) -> list[GapRow]:
    """List the ledger of gaps of a hall, or of all, the newest first."""
    rows = connection.execute(
        "SELECT g.block, b.scope, b.hall, g.first, g.last, g.why, g.at, g.by, g.origin, g.idx"
        " FROM number_gap g INDEXED BY number_gap_newest CROSS JOIN number_block b ON b.block = g.block"
        " WHERE ?1 = '' OR b.hall = ?1 ORDER BY g.at DESC, g.block, g.first LIMIT ?2",
        (hall, limit),
    )
    return [GapRow(*row) for row in rows]


def highest(connection: Connection, scope: str) -> int:
    """Give the highest number of a sequence that was leased to anybody, or given without a lease; 0 for none."""
    last: int | None = connection.execute("SELECT max(last) FROM number_block WHERE scope = ?", (scope,)).get
    seen: int | None = connection.execute("SELECT last FROM number_seen WHERE scope = ?", (scope,)).get
    return max(last or 0, seen or 0)
