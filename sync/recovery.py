"""Recovery 恢复: a hall on a new box, in the next epoch, with everything that the city and the old journal hold.

The journal is filled first, from the old box's journal device where it survived and from the city's replica of both
logs; then the store is opened over it as after any crash, and the journal heals the empty database. So the recovery
path is the ordinary one. What the old journal holds beyond the city is pushed into the OLD epoch by ordinary append:
its checkpoints are signed already. Only then the new epoch is opened, which closes the old one at the city.

Every step may be cut off and is done again from where it stands.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from appliance.clock import Clock
from appliance.domain.entry import read_meta
from appliance.errors import N_, Conflict, HallmarkError, IntegrityFailure, Refusal, TransportFailure
from appliance.ledger.checkpoint import Checkpoint, open_checkpoint
from appliance.ledger.merkle import Frontier, leaf_hash
from appliance.ledger.note import VerifierKey
from appliance.ledger.records import Record, check_private, decode_records, encode_records
from appliance.store.blobs import BlobStore
from appliance.store.journal import Journal, Part
from appliance.store.journal_files import JournalFiles
from appliance.store.owner_lock import OwnerLock
from appliance.store.store import BLOBS_NAME, Store
from sync.agent import SyncReport, sync_once
from sync.city_client import CityClient
from sync.enrolment import OLD_TICKETS, HallKeys, write_file
from sync.epochs import open_next
from sync.hall import Hall, blobs_of, direct_hall, private_digest
from sync.owner import start_lease
from sync.pace import Pacer
from sync.parts import Parts
from sync.reconcile import Finding, Span
from sync.scans import fetch_patiently
from sync.stages import Session, Stop, SyncLimits, push
from sync.trust import Trust, open_ticket

UNFINISHED: Final = "recovering"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery brought back.

    Attributes:
        epoch: the epoch that is open now.
        own: entries of the hall's older logs.
        down: entries of the city's older logs.
        tail: of the hall's, those that only the old journal had.
        blobs: scans and packs fetched.
        missing: scans that are nowhere any more, hex SHA-256.
        report: how the first sync of the new epoch ended.
    """

    epoch: int
    own: int
    down: int
    tail: int
    blobs: int
    missing: tuple[str, ...]
    report: SyncReport


@dataclass(slots=True)
class _Filled:
    """What the journal holds of one old log, and what its entries name."""

    size: int
    frontier: Frontier
    blobs: dict[str, None]


def recover(
    directory: Path,
    *,
    trust: Trust,
    keys: HallKeys,
    city: CityClient,
    root: VerifierKey,
    files: Callable[[], JournalFiles],
    open_hall: Callable[[], Store],
    clock: Clock,
) -> Recovered:
    """Rebuild a hall from its city.

    Args:
        directory: the new box's data directory, without a database.
        trust: the new ticket, installed.
        keys: the new keys.
        city: the way to the city.
        root: the city's pinned root key.
        files: opens the journal's device: empty, or the one that survived.
        open_hall: opens the store with the new epoch's keys.
        clock: wall clock.

    Raises:
        Conflict: this box has a database already, or another process owns it.
        Refusal: the ticket is of a first epoch: there is nothing to recover.
        IntegrityFailure: journal and city hold different histories; both are kept for salvage.
        TransportFailure: the city does not answer; what was fetched is kept, and the same command goes on.
    """
    if trust.ticket.epoch < 2:  # noqa: PLR2004 - the second epoch is the first that follows one
        raise Refusal(
            N_("这是第一个纪元的凭证，没有可恢复的内容"),
            code="first_epoch",
            next_step=N_("请用 hall enrol request --epoch 申请下一个纪元，由两名审批员批准"),
        )
    old = old_tickets(directory, trust, city, root)
    blobs = BlobStore(directory / BLOBS_NAME)
    parts = Parts(directory / "incoming", blobs)
    write_file(directory / UNFINISHED, b"")
    with ExitStack() as stack:
        stack.callback(OwnerLock(directory).release)
        journal = Journal(files())
        stack.callback(journal.close)
        journal.open()
        pacer = Pacer()
        filled = {key.name: _fill(journal, key, city, pacer, own=own) for key, own in _logs(old)}
    wanted = dict.fromkeys(digest for one in filled.values() for digest in one.blobs)
    fetched = [one for one in wanted if not blobs.has(one) and fetch_patiently(city, blobs, parts, one, pacer)]
    with closing(open_hall()) as store:
        for earlier in old:
            # A box may have died before the city's log of its epoch reached it: it is empty then, and still a log.
            store.add_mirror(earlier.c2h.name)
        tail = sum(
            _push_tail(direct_hall(store, directory, earlier, keys, clock), city, pacer)
            for earlier in old
            if filled[earlier.h2c.name].size
        )
        open_next(store, trust)
        start_lease(store, trust, clock)
        report = sync_once(direct_hall(store, directory, trust, keys, clock), city, clock)
    (directory / UNFINISHED).unlink(missing_ok=True)
    return Recovered(
        epoch=trust.ticket.epoch,
        own=sum(filled[one.h2c.name].size for one in old),
        down=sum(filled[one.c2h.name].size for one in old),
        tail=tail,
        blobs=len(fetched),
        missing=tuple(digest for digest in wanted if not blobs.has(digest)),
        report=report,
    )


def old_tickets(directory: Path, trust: Trust, city: CityClient, root: VerifierKey) -> list[Trust]:
    """Fetch and keep the tickets of the epochs before this one, oldest first, each verified from the root (files).

    Raises:
        IntegrityFailure: the city does not give exactly one ticket for each of them.
    """
    found: dict[int, Trust] = {}
    for note in city.tickets(trust.ticket.hall):
        earlier = open_ticket(note, root)
        if earlier.ticket.hall == trust.ticket.hall and earlier.ticket.epoch < trust.ticket.epoch:
            found[earlier.ticket.epoch] = earlier
            write_file(directory / OLD_TICKETS / f"e{earlier.ticket.epoch}.note", note)
    if sorted(found) != list(range(1, trust.ticket.epoch)):
        raise IntegrityFailure(
            N_("市级没有给出以前各纪元的凭证，不能核对旧记录"), code="tickets_missing", subject=trust.ticket.hall
        )
    return [found[epoch] for epoch in sorted(found)]


def _logs(old: list[Trust]) -> Iterator[tuple[VerifierKey, bool]]:
    for trust in old:
        yield trust.h2c, True
        yield trust.c2h, False


def _fill(journal: Journal, log: VerifierKey, city: CityClient, pacer: Pacer, *, own: bool) -> _Filled:
    """Bring the journal up to the city's head of one log; what it holds already is verified on the way."""
    held = _held(journal, log)
    note = city.checkpoint(log.name)
    head = open_checkpoint(note, log) if note is not None else None
    if head is None:
        return held
    if head.size <= held.size:
        if _root_of(journal, log, head.size) != head.root:
            raise _forked(log)
        return held
    while held.size < head.size:
        checkpoint, until, records = _fetch(city, log, Span(held.size, head.size), pacer)
        _take(held, records)
        if Checkpoint(log.name, held.size, held.frontier.root()) != checkpoint:
            raise _forked(log)
        # From here these records survive whatever happens: the next run begins behind them.
        requests = _requests(log, checkpoint, records) if own else b"[]"
        journal.append([_part(log, checkpoint, until, records, own=own)], requests)
    return held


def _fetch(
    city: CityClient, log: VerifierKey, wanted: Span, pacer: Pacer
) -> tuple[Checkpoint, bytes, tuple[Record, ...]]:
    """Fetch up to a head: in smaller pieces after each failure, down to one record, until nothing smaller is left."""
    checkpoint, note = _head_after(city, log, wanted, pacer.records.now)
    records: list[Record] = []
    while (start := wanted.start + len(records)) < checkpoint.size:
        before = pacer.records.now
        count = min(before, checkpoint.size - start)
        try:
            with pacer.sending_records(count):
                found = city.records(log.name, start, start + count)
        except TransportFailure:
            if pacer.records.now == before:
                raise
            continue
        if found is None:
            if count == 1:
                raise _no_advance(log)
            pacer.records = pacer.records.shrunk(count)
            continue
        records += found
    return checkpoint, note, tuple(records)


def _head_after(city: CityClient, log: VerifierKey, wanted: Span, step: int) -> tuple[Checkpoint, bytes]:
    """Ask for a head so many records on; further on where that many end inside a group that has one head only."""
    while True:
        note = city.checkpoint(log.name, at_most=min(wanted.end, wanted.start + step)) or b""
        checkpoint = open_checkpoint(note, log)
        if checkpoint.size > wanted.start:
            return checkpoint, note
        if step >= len(wanted):
            raise _no_advance(log)
        step *= 2


def _no_advance(log: VerifierKey) -> TransportFailure:
    return TransportFailure(N_("市级给出的日志头没有前进"), code="bad_answer", subject=log.name)


def _part(log: VerifierKey, checkpoint: Checkpoint, note: bytes, records: tuple[Record, ...], *, own: bool) -> Part:
    first = checkpoint.size - len(records)
    return Part(log.name, own=own, first=first, count=len(records), records=encode_records(records), note=note)


def _requests(log: VerifierKey, checkpoint: Checkpoint, records: tuple[Record, ...]) -> bytes:
    """Rebuild the idempotency keys from the entries, so that a form sent again after the recovery writes nothing.

    What was answered is not in the log: the answer is empty, and no content is left to compare.
    """
    found: dict[str, list[Any]] = {}
    for index, record in enumerate(records, checkpoint.size - len(records)):
        try:
            meta = read_meta(record.entry)
        except HallmarkError:
            continue
        row = found.setdefault(meta.cmd, [meta.cmd, meta.actor.id, "", log.name, index, 0, checkpoint.size, {}])
        row[5] += 1
    return msgspec.json.encode(list(found.values()))


def _take(held: _Filled, records: tuple[Record, ...]) -> None:
    for record in records:
        check_private(record, private_digest(record))
        held.blobs.update(dict.fromkeys(blobs_of(record)))
    held.frontier = held.frontier.grow([leaf_hash(record.entry) for record in records])
    held.size += len(records)


def _held(journal: Journal, log: VerifierKey) -> _Filled:
    """Read and verify what the journal holds of a log: every signature, every root."""
    held = _Filled(0, Frontier.empty(), {})
    for frame in journal.frames():
        for part in frame.parts:
            if part.origin != log.name or not part.count:
                continue
            if part.first != held.size:
                raise _forked(log)
            _take(held, tuple(decode_records(part.records)))
            if open_checkpoint(part.note, log) != Checkpoint(log.name, held.size, held.frontier.root()):
                raise _forked(log)
    return held


def _root_of(journal: Journal, log: VerifierKey, size: int) -> bytes:
    frontier, position = Frontier.empty(), 0
    for frame in journal.frames():
        for part in frame.parts:
            if part.origin == log.name and position < size:
                records = list(decode_records(part.records))[: size - position]
                frontier = frontier.grow([leaf_hash(record.entry) for record in records])
                position += len(records)
    return frontier.root()


def _forked(log: VerifierKey) -> IntegrityFailure:
    return IntegrityFailure(
        N_("日志副本与市级保存的不是同一份历史"),
        code="histories_differ",
        subject=log.name,
        next_step=N_("请保全两份，联系市级按打捞手册处理；不要在这台机器上继续"),
    )


def _push_tail(hall: Hall, city: CityClient, pacer: Pacer) -> int:
    """Push what only the journal had into the old epoch, and keep the city's line over its end."""
    session = Session(hall, city, SyncLimits(), pacer=pacer)
    try:
        _push_patiently(session)
    except Stop as stop:
        # Done again after the new epoch was opened: the old one is closed with all that we have.
        if stop.finding is not Finding.BLOCKED or session.city_size != hall.own().size:
            raise Refusal(stop.explanation, code=stop.finding.value, subject=hall.own_origin) from stop
    return session.pushed


def _push_patiently(session: Session) -> None:
    """Push, and again in smaller messages when the link breaks, down to one record."""
    while True:
        before = session.pacer.records.now, session.pushed
        try:
            return push(session)
        except TransportFailure:
            if (session.pacer.records.now, session.pushed) == before:
                raise


def refuse_existing(directory: Path, database: str) -> None:
    """Refuse to recover over a hall that is there; raises Conflict."""
    if (directory / database).exists() and not (directory / UNFINISHED).exists():
        raise Conflict(
            N_("这台机器上已有本厅的数据库"),
            code="hall_exists",
            subject=database,
            next_step=N_("恢复只在新机器上进行；要重来请先移走旧的数据目录"),
        )
