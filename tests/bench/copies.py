"""Halls with very many cases: some lived cases, told again with other numbers, other people and other licences.

The lived cases go through the real services, day after day. Each of their entries is then written as often as there are
copies, in the order of their days: hashed, folded into the read models, signed and journalled with the real batch. Only
the decisions are not made again, and the row of a case is written when its last entry is there. The time of an entry
and what happened in it are its original's. A rebuild of such a hall finds no difference.
"""

import base64
import gc
import hashlib
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from stdnum.iso7064 import mod_37_36

from appliance.clock import SHANGHAI, FixedClock, SystemClock
from appliance.domain.actor import SYSTEM
from appliance.domain.entry import SALT_BYTES, read_event, read_meta
from appliance.domain.events import (
    CasePromiseVerified,
    CaseReceived,
    CaseRegistrationAmended,
    JointReceived,
    LicenceIssued,
)
from appliance.domain.identifiers import case_numbers, licence_id
from appliance.ledger.merkle import leaf_hash
from appliance.ledger.records import Record, RecordState, encode_record
from appliance.projections import cases
from appliance.projections.registry import HallProjector
from appliance.services.sweep import sweep
from appliance.store.appending import INSERT_ENTRY, INSERT_PRIVATE
from appliance.store.change import AppliedEntry
from appliance.store.event_store import log_row
from provisioning.applications import make_agent, make_applicant
from provisioning.load import give_delegations
from provisioning.walk import Walker
from provisioning.year import YearPlan, tell
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import OpenHall, open_enrolled
from sync.transports.local import LocalTransport

BATCH_ENTRIES = 4_000
READ_THE_ROW = (CaseRegistrationAmended, CasePromiseVerified)  # what makes another read model look at the row
LATE_ROWS_MAX = 150_000
TELL_CHANGED = -4  # in an update's values: whether what is to be told changed; the next one is what it is
SYNC_DAYS = 7
BULK_CACHE_KIBIBYTES = 2_000_000
BULK_CHECKPOINT_PAGES = 100_000
OPEN_CASES_KEPT = 200_000  # what was let go is read from its row again
ROWS = (
    "SELECT e.body, p.part FROM entry e LEFT JOIN private p ON p.log = e.log AND p.idx = e.idx"
    " WHERE e.log = ? AND e.idx >= ? ORDER BY e.idx"
)
NUMBER = re.compile(rb"[SA]420199[0-9A-Z]{16}")
SUBJECT_NUMBER = re.compile(rb'"(?:case|subject)":"(S420199[0-9A-Z]{16})"')


def year_clock(days: int) -> FixedClock:
    """Give a clock that stands `days` before now at half past eight; both its clocks end where the machine's are."""
    real = SystemClock()
    now = real.now()
    first = datetime.combine(now.date() - timedelta(days=days), time(8, 30), SHANGHAI)
    return FixedClock(first, real.boottime() - (now - first).total_seconds())


def live(directory: Path, city: Path, clock: FixedClock, *, count: int, seed: int) -> None:
    """Let `count` cases arrive at a demo hall from the clock's day to today.

    Each night the sweep runs, and each week the hall meets its city, without which it may decide nothing.
    """
    hall, hub, name = open_enrolled(directory, clock), make_hub(city, clock), f"copies:{seed}"
    try:
        desk = hall.desk

        def nightly(day: Any) -> None:
            sweep(desk, actor=SYSTEM, today=day.isoformat(), make_key=lambda no, at: f"sweep:{no}:{at}")
            if day.toordinal() % SYNC_DAYS == 0:
                sync_once(hall.as_sync_port("bench"), CityClient(LocalTransport(hub)), clock)

        give_delegations(desk, name, clock)
        walker = Walker(desk, Random(name), clock, name=name)
        plan = YearPlan(clock, desk.facts.calendar(desk.reader()), SystemClock().now(), nightly)
        for _ in tell(plan, walker, name, count):
            pass
    finally:
        hub.close()
        hall.store.close()


@dataclass(slots=True)
class _Names:
    """What each copy has instead of what its original has: numbers of cases and licences, people."""

    random: Random
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    serials: int = 0
    licences: int = 0

    def number(self, original: str) -> str:
        """Give the next intake or acceptance number of the original's day."""
        stem = original[:18]
        self.numbers[stem] += 1
        body = stem + case_numbers._sequence_text(self.numbers[stem])
        return body + str(mod_37_36.calc_check_digit(body))

    def identifier(self, original: str) -> str:
        """Give a licence identifier of the same type and issuer with a serial number of its own."""
        self.serials += 1
        kept = licence_id.check(original)
        return str(licence_id.build(kept.type_code, kept.issuer, f"{self.serials:020d}", kept.version))

    def licence(self, original: str) -> str:
        """Give a licence number of its own."""
        self.licences += 1
        return f"{original}{self.licences}"

    def people(self, event: CaseReceived | JointReceived) -> list[tuple[str, str]]:
        """Give what stands in the original's application and what stands in this one's."""
        mine, other = event.applicant, make_applicant(self.random, event.applicant.kind)
        pairs = [(getattr(mine, name), getattr(other, name)) for name in
                 ("name", "id_number", "phone", "representative", "representative_id")]  # fmt: skip
        if event.agent is not None:
            agent = make_agent(self.random)
            pairs += [(getattr(event.agent, name), getattr(agent, name)) for name in ("name", "id_number", "phone")]
        return [(old, new) for old, new in pairs if old and new]


@dataclass(slots=True)
class _Original:
    """One lived case, or a joint whole with its members: how many copies, and each of its words in each copy."""

    count: int
    words: dict[bytes, list[bytes]] = field(default_factory=dict)

    def learn(self, old: str, new: Callable[[], str]) -> None:
        """Choose a word's counterparts, once."""
        if (word := old.encode()) not in self.words:
            self.words[word] = [new().encode() for _ in range(self.count)]


class _Replaced:
    """A text cut at its words once; each copy puts its own between, so that no replacement is replaced again."""

    def __init__(self, words: dict[bytes, list[bytes]], text: bytes) -> None:
        found = sorted((old for old in words if old in text), key=len, reverse=True)
        pieces = re.split(b"(" + b"|".join(map(re.escape, found)) + b")", text) if found else [text]
        self._kept, self._new = pieces[::2], [words[old] for old in pieces[1::2]]

    def copy(self, at: int) -> bytes:
        """Give one copy's text."""
        pieces = [self._kept[0]]
        for new, kept in zip(self._new, self._kept[1:], strict=True):
            pieces += (new[at], kept)
        return b"".join(pieces)


class _Copier:
    """Makes the copies of an entry."""

    def __init__(self, copies: Callable[[str], int], seed: int) -> None:
        self._copies = copies
        self._random = Random(f"copies of {seed}")
        self._names = _Names(self._random)
        self._cases: dict[bytes, _Original] = {}

    def _original(self, no: bytes) -> _Original:
        if no not in self._cases:
            self._cases[no] = original = _Original(self._copies(no.decode()))
            original.learn(no.decode(), lambda: self._names.number(no.decode()))
        return self._cases[no]

    def _learn(self, original: _Original, body: bytes, part: bytes | None) -> None:
        _, event = read_event(body, part)
        for word in set(NUMBER.findall(body)) - set(original.words):
            text = word.decode()
            original.learn(text, lambda text=text: self._names.number(text))
        if isinstance(event, LicenceIssued):
            original.learn(event.identifier, lambda: self._names.identifier(event.identifier))
            original.learn(event.number, lambda: self._names.licence(event.number))
        if isinstance(event, JointReceived):  # comes before its members, whose words are the whole's
            self._cases.update((one.case.encode(), original) for one in event.members)
        if isinstance(event, CaseReceived | JointReceived):
            told = [self._names.people(event) for _ in range(original.count)]
            for at, (old, _) in enumerate(told[0] if told else []):
                original.words.setdefault(old.encode(), [pairs[at][1].encode() for pairs in told])

    def of(self, body: bytes, part: bytes | None) -> list[tuple[bytes, bytes | None]]:
        """Give the copies of an entry; one that is about no case is taken as it is."""
        found = SUBJECT_NUMBER.search(body)
        if found is None:
            return [(body, part)]
        original = self._original(found[1])
        self._learn(original, body, part)
        meta = read_meta(body)
        in_body = _Replaced(original.words, body)
        in_part = _Replaced(original.words, part[SALT_BYTES:] if part is not None else b"")
        return [self._copy(part, meta, at, in_body, in_part) for at in range(original.count)]

    def _copy(self, part, meta, at, in_body, in_part) -> tuple[bytes, bytes | None]:
        command = meta.cmd.encode()
        copy = in_body.copy(at).replace(command, command + f"-{at:x}".encode())
        if part is None:
            return copy, None
        private = self._random.randbytes(SALT_BYTES) + in_part.copy(at)
        digest = base64.b64encode(hashlib.sha256(private).digest())
        return copy.replace(meta.pii.encode(), digest), private


@dataclass(slots=True)
class Told:
    """What stands in the large hall now: entries that were written, and cases of each original."""

    entries: int = 0
    cases: int = 0


def tell_again(
    source: Path,
    target: Path,
    clock: FixedClock,
    *,
    copies: Callable[[str], int],
    seed: int,
    say: Callable[[str], None] = lambda _: None,
) -> Told:
    """Write the entries of a lived hall into another, each as often as its case has copies.

    Args:
        source: the lived hall, owned by nobody; it began as a copy of `target`.
        target: the hall to be filled, as it was before the first case.
        clock: stands where the lived hall ended.
        copies: how many copies an original has, by its number.
        seed: of the people in the copies.
        say: told how far it is.
    """
    cases.REMEMBERED_MAX, kept = OPEN_CASES_KEPT, cases.REMEMBERED_MAX
    gc.disable()  # nothing here goes in circles, and a collection would walk every case that is kept
    lived, hall = open_enrolled(source, clock), open_enrolled(target, clock)
    try:
        return _tell_again(lived, hall, _Copier(copies, seed), say)
    finally:
        cases.REMEMBERED_MAX = kept
        gc.enable()
        hall.store.close()
        lived.store.close()


class _LateRows:
    """The read models' connection for cases in bulk: a case's row is written once, as it stands at the end."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._waiting: dict[int, tuple[Any, ...]] = {}

    def execute(self, sql: str, values: Any = None) -> Any:
        """Carry out a statement, or keep an update of a case's row until `flush`."""
        if sql is cases._HELD:  # something happened to a case after its end
            self.settle(*values)
        if sql is not cases._UPDATE:
            return self._connection.execute(sql, values)
        before = self._waiting.get(values[-1])
        if before is not None and before[TELL_CHANGED] and not values[TELL_CHANGED]:
            values = (*values[:TELL_CHANGED], *before[TELL_CHANGED : TELL_CHANGED + 2], *values[TELL_CHANGED + 2 :])
        self._waiting[values[-1]] = values
        return None

    def last_insert_rowid(self) -> int:
        """Give the id of the row inserted last."""
        return self._connection.last_insert_rowid()

    def settle(self, no: str) -> None:
        """Write one case's row now, for a read model that looks at it."""
        waiting = self._waiting.pop(self._connection.execute("SELECT id FROM case_view WHERE no = ?", (no,)).get, None)
        if waiting is not None:
            self._connection.execute(cases._UPDATE, waiting)

    def flush(self, at_least: int = 0) -> None:
        """Write the rows that wait, when there are so many."""
        if len(self._waiting) > at_least:
            self._connection.executemany(cases._UPDATE, self._waiting.values())
            self._waiting.clear()


class _BulkProjector(HallProjector):
    """The hall's read models with late rows; nothing is rolled back here, so open cases stay folded as in a rebuild."""

    def __init__(self, blobs: Any) -> None:
        super().__init__(blobs, replaying=True)
        self.late: _LateRows | None = None
        self._members: set[str] = set()

    def apply(self, connection: Any, applied: AppliedEntry) -> None:
        """Write what the entry means into every read model."""
        if self.late is None:
            self.late = _LateRows(connection)
        if isinstance(applied.event, JointReceived):
            self._members.update(one.case for one in applied.event.members)
        for model in self._models:
            if model.apply is not None:
                model.apply(self.late if model.name == "cases" else connection, applied)
            if model.name == "cases" and self._reads(applied):
                self.late.settle(applied.meta.case)

    def _reads(self, applied: AppliedEntry) -> bool:
        """Tell whether another read model looks at the case's row for this entry: the state of a whole follows it."""
        return isinstance(applied.event, READ_THE_ROW) or applied.meta.case in self._members


def _store(batch: Any, log: Any, projector: _BulkProjector, entries: list[tuple[bytes, bytes | None]]) -> None:
    """Append entries as `Batch` does, many at once: rows, read models, and what the seal and the journal take."""
    rows, private, applied = [], [], []
    for body, part in entries:
        meta, event = read_event(body, part)
        leaf = leaf_hash(body)
        rows.append((log.row.id, log.size, leaf, body, meta.case, meta.type, meta.cmd))
        if part is not None:
            private.append((log.row.id, log.size, 1, part))
        log.leaves.append(leaf)
        log.records.append(encode_record(Record(body, RecordState.NONE if part is None else RecordState.PRESENT, part)))
        applied.append(AppliedEntry(log.row.origin, log.size, own=True, meta=meta, event=event))
        log.size += 1
    batch._connection.executemany(INSERT_ENTRY, rows)
    batch._connection.executemany(INSERT_PRIVATE, private)
    for one in applied:
        projector.apply(batch._connection, one)


def _tell_again(lived: OpenHall, hall: OpenHall, copier: _Copier, say: Callable[[str], None]) -> Told:
    origin = hall.trust.ticket.h2c_origin
    reader, told = lived.store.reader(), Told()
    projector = hall.store._kit.projector = _BulkProjector(hall.store.blobs)
    start = log_row(hall.store.reader(), origin).size
    waiting: list[tuple[bytes, bytes | None]] = []
    hall.store.writer.local(_for_bulk).result()

    def flush(kept_rows: int) -> None:
        def write(batch: Any, _connection: Any) -> Callable[[], None]:
            _store(batch, batch.log(origin), projector, waiting)
            if projector.late is not None:
                projector.late.flush(kept_rows)
            return lambda: None

        hall.store.writer._enqueue(write, signs=True).result()
        told.entries += len(waiting)
        if told.entries // 500_000 != (told.entries - len(waiting)) // 500_000:
            say(f"{told.entries} entries")
        waiting.clear()

    for body, part in reader.execute(ROWS, (log_row(reader, origin).id, start)):
        waiting += copier.of(body, part)
        if len(waiting) >= BATCH_ENTRIES:
            flush(LATE_ROWS_MAX)
    flush(0)
    told.cases = cases.total(hall.store.reader())
    return told


def _for_bulk(connection: Any) -> None:
    """Let the writer keep its pages and fold its WAL back seldom: copies of one case lie far apart in every index."""
    connection.execute(f"PRAGMA cache_size = -{BULK_CACHE_KIBIBYTES}")
    connection.wal_autocheckpoint(BULK_CHECKPOINT_PAGES)


def weights(source: Path, clock: FixedClock, total: int) -> Callable[[str], int]:
    """Choose how many copies each lived case gets, so that there are about `total` and the simple ones are most.

    Of a district hall's cases two thirds are handled on the spot; a case with few entries gets the more copies. A joint
    whole is copied with its members.
    """
    hall = open_enrolled(source, clock)
    try:
        members = dict(hall.store.reader().execute("SELECT case_no, joint FROM joint_member"))
        wholes = set(members.values())
        rows = hall.store.reader().execute("SELECT case_no, count(*) FROM entry WHERE case_no IS NOT NULL GROUP BY 1")
        entries: dict[str, int] = defaultdict(int)
        sizes: dict[str, int] = defaultdict(int)
        for no, count in rows:
            entries[members.get(no, no)] += count
            sizes[members.get(no, no)] += no not in wholes
    finally:
        hall.store.close()
    shares = {no: sizes[no] / count for no, count in entries.items()}
    all_shares = sum(shares.values())
    counts = {no: max(1, round(total * share / all_shares / sizes[no])) for no, share in shares.items()}
    return lambda no: counts[no]


def copied(template: Path, target: Path) -> Path:
    """Copy a hall that nobody owns."""
    shutil.copytree(template, target, ignore=shutil.ignore_patterns("*.sock", "owner.lock"))
    return target
