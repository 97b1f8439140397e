"""One batch: many changes, one transaction, one signed checkpoint for each log touched (protocol §3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import msgspec

from appliance.clock import format_time
from appliance.domain.entry import SALT_BYTES, BuiltEntry, build_entry, read_event
from appliance.domain.events import ClockConfirmed
from appliance.domain.gate import GATE_NAMES, GateState, allows
from appliance.errors import N_, Conflict, GateClosed, IntegrityFailure, NotFound
from appliance.ledger.checkpoint import Checkpoint
from appliance.ledger.merkle import leaf_hash
from appliance.ledger.records import Record, RecordState, encode_record, encode_records
from appliance.store.appending import (
    INSERT_CHECKPOINT,
    INSERT_ENTRY,
    INSERT_PRIVATE,
    apply_mirrored,
    decode_stored,
    grow,
    insert_records,
)
from appliance.store.change import (
    AppliedEntry,
    Change,
    Clk,
    Decision,
    EpochClosed,
    MirrorAppend,
    Mirrored,
    NewEntry,
    Outcome,
    WriteContext,
)
from appliance.store.connection import Connection
from appliance.store.event_store import counterpart, iterate, log_row, logs
from appliance.store.journal import Part
from appliance.store.pending import BatchSpoiled, Pending
from appliance.store.replay import settle
from appliance.store.sealing import Kit, OpenLog, load_frontier, sign
from appliance.store.withholding import Enacted, drop, enact

T = TypeVar("T")

_REQUEST = "SELECT actor, digest, result, log, first, count, size FROM request WHERE key = ?"
_INSERT_REQUEST = (
    "INSERT INTO request (key, actor, digest, log, first, count, size, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_encode_json = msgspec.json.Encoder().encode


class Batch:
    """The changes of one transaction. The caller begins and ends the transaction.

    Args:
        connection: the writer's, inside BEGIN IMMEDIATE.
        kit: what does not change between batches.
        now: time of the batch.
        clk: whether the clock is trusted.
        gate: state of the gate.
        careful: put every change into a savepoint of its own. Without, a change that fails after it began to write
            spoils the batch, and the caller does it again with care; a refusal comes before any write and spoils
            nothing. Almost no batch ever needs the care, and two statements less a change are worth having.

    Attributes:
        clk: as given, until a confirmation of the clock inside the batch.
        confirmed: the batch holds such a confirmation.
        roots: head of each log touched, for `Kit.roots` once the batch is committed.
    """

    def __init__(
        self, connection: Connection, kit: Kit, *, now: datetime, clk: Clk, gate: GateState, careful: bool = True
    ) -> None:
        self._connection = connection
        self._kit = kit
        self._careful = careful
        self.now = now
        self._t = format_time(now)
        self._gate = gate
        self.clk: Clk = clk
        self.confirmed = False
        self.roots: dict[str, tuple[int, bytes]] = {}
        self._logs: dict[str, OpenLog] = {}
        self._answers: dict[str, Pending] = {}
        self._enacted: list[Enacted] = []
        own = [row for row in logs(connection) if row.own and not row.closed and row.origin in kit.signers]
        self._sole = own[0] if len(own) == 1 else None

    # ---- inside one savepoint each

    def within(self, work: Callable[[], T]) -> T:
        """Do one piece of work so that what raises leaves nothing behind.

        Raises:
            BatchSpoiled: it failed without a savepoint around it; the batch has to be done again, with care.
        """
        if not self._careful:
            try:
                return work()
            except Exception as error:
                raise BatchSpoiled from error
        marks = [(log, log.mark()) for log in self._logs.values()]
        known = set(self._logs)
        clock, enacted = (self.clk, self.confirmed), len(self._enacted)
        self._connection.execute("SAVEPOINT change")
        try:
            done = work()
        except BaseException:
            # A disk error may have ended the whole transaction already; the writer then sees that and stops.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO change")
                self._connection.execute("RELEASE change")
            self.clk, self.confirmed = clock
            del self._enacted[enacted:]
            for log, mark in marks:
                log.back_to(mark)
            for origin in set(self._logs) - known:
                del self._logs[origin]
            for log in self._logs.values():
                if log.peer is not None and log.peer.row.origin not in self._logs:
                    log.peer = None
            raise
        self._connection.execute("RELEASE change")
        return done

    def change(self, change: Change) -> Callable[[], Outcome]:
        """Carry out one change, or find its first answer by its key.

        Returns:
            A function that gives the outcome once the batch is durable.

        Raises:
            Conflict: the key was used by another actor or for other content.
            Refusal: the command's own.
        """
        digest = change.digest()
        earlier = self._answers.get(change.key) or self._stored(change.key)
        if earlier is not None:
            # An answer rebuilt from the log alone, after a replay, has no content to compare (digest empty).
            if earlier.actor != change.actor.id or (earlier.digest and earlier.digest != digest):
                raise Conflict(
                    N_("同一操作编号已用于另一内容"), code="key_reused", next_step=N_("请重新打开页面后再提交")
                )
            return lambda: earlier.outcome(replayed=True)
        decision = change.decide(self._context(change))
        pending = self.within(lambda: self._carry_out(change, digest, decision))
        self._answers[change.key] = pending
        return lambda: pending.outcome(replayed=False)

    def _stored(self, key: str) -> Pending | None:
        row = self._connection.execute(_REQUEST, (key,)).fetchone()
        if row is None:
            return None
        actor, digest, result, log, first, count, size = row
        origin = self._connection.execute("SELECT origin FROM log WHERE id = ?", (log,)).get if log is not None else ""
        return Pending(key, actor, digest or b"", result, {}, str(origin), first, count, size)

    def _context(self, change: Change) -> WriteContext:
        sole = self._sole
        return WriteContext(
            connection=self._connection,
            now=self.now,
            clk=self.clk,
            seen=self._seen(self.log(sole.origin)) if sole is not None else 0,
            gate=self._gate,
            cmd=change.key,
            actor=change.actor,
            random=self._kit.random,
            own_origin=sole.origin if sole is not None else "",
            epoch=sole.epoch if sole is not None else 0,
        )

    def _carry_out(self, change: Change, digest: bytes, decision: Decision) -> Pending:
        first: dict[str, int] = {}
        for n, entry in enumerate(decision.entries):
            log = self._target(entry)
            first.setdefault(log.row.origin, log.size)
            self._append(log, entry, change, n)
        for write in decision.local:
            write(self._connection)
        origin = next(iter(first), "")
        start = first.get(origin, 0)
        count = self._logs[origin].size - start if origin else 0
        return Pending(
            change.key,
            change.actor.id,
            digest,
            _encode_json(decision.result),
            decision.result,
            origin,
            start,
            count,
        )

    def _target(self, entry: NewEntry) -> OpenLog:
        origin = entry.log or (self._sole.origin if self._sole is not None else "")
        if not allows(self._gate, entry.event.TYPE):
            raise self._closed(entry.event.TYPE)
        if not origin:
            raise NotFound(N_("没有可写的日志"), code="log_unknown", subject=entry.event.TYPE)
        log = self.log(origin)
        if not log.row.own or origin not in self._kit.signers:
            raise NotFound(N_("没有可写的日志"), code="log_unknown", subject=origin)
        if log.row.closed:
            raise EpochClosed(N_("这本日志已关闭"), subject=origin)
        return log

    def _closed(self, subject: str) -> GateClosed:
        return GateClosed(
            N_("当前状态“%(state)s”下不能办理此项操作"),
            subject=subject,
            params={"state": GATE_NAMES[self._gate]},
            next_step=N_("请在状态页查看原因，恢复后再办理"),
        )

    def _append(self, log: OpenLog, new: NewEntry, change: Change, n: int) -> None:
        for blob in new.blobs:
            if not self._kit.has_blob(blob):
                raise NotFound(N_("所附文件尚未存妥"), code="blob_missing", subject=blob)
        if isinstance(new.event, ClockConfirmed):
            self.clk, self.confirmed = "ok", True
        built = build_entry(
            new.event,
            cmd=change.key,
            n=n,
            t=self._t,
            clk=self.clk,
            seen=self._seen(log),
            case=new.case,
            actor=change.actor,
            blobs=new.blobs,
            salt=self._kit.random(SALT_BYTES),
            encoded=new.encoded,
        )
        self._store(log, built)

    def _store(self, log: OpenLog, built: BuiltEntry) -> None:
        connection, index, meta = self._connection, log.size, built.meta
        leaf = leaf_hash(built.entry)
        connection.execute(INSERT_ENTRY, (log.row.id, index, leaf, built.entry, meta.case, meta.type, meta.cmd))
        state = RecordState.NONE
        if built.private is not None:
            state = RecordState.PRESENT
            connection.execute(INSERT_PRIVATE, (log.row.id, index, 1, built.private))
        # The read models get what the bytes say, not what the caller held: so a replay cannot differ.
        _, event = read_event(built.entry, built.private)
        self._project(AppliedEntry(log.row.origin, index, own=True, meta=meta, event=event))
        log.leaves.append(leaf)
        log.records.append(encode_record(Record(built.entry, state, built.private)))
        log.size += 1

    def _project(self, entry: AppliedEntry) -> None:
        """Let the read models take an own entry, and do what it says to personal data."""
        self._kit.projector.apply(self._connection, entry)
        done = enact(self._connection, entry, self._t)
        if done is not None:
            self._enacted.append(done)

    # ---- the other side's log

    def restore(self, append: MirrorAppend) -> Callable[[], Mirrored]:
        """Put back records of an own log that this side signed and has lost; the other side kept them (protocol §4).

        Raises:
            Conflict: they do not continue the stored size, or the log was written to in this very batch.
            IntegrityFailure: the recomputed root, or a private part, is not what was signed.
        """
        stored = self.within(lambda: self._mirror(append, own=True))
        return lambda: stored

    def mirror(self, append: MirrorAppend) -> Callable[[], Mirrored]:
        """Store and apply records of the other side's log.

        Raises:
            Conflict: they do not continue the stored size; `current` has it.
            GateClosed: the own past is in doubt (ROLLED_BACK, FENCED): reading only.
            IntegrityFailure: the recomputed root, or a private part, is not what was signed.
        """
        stored = self.within(lambda: self._mirror(append))
        return lambda: stored

    def _mirror(self, append: MirrorAppend, *, own: bool = False) -> Mirrored:
        if self._gate in (GateState.ROLLED_BACK, GateState.FENCED):
            raise self._closed(append.origin)
        log = self.log(append.origin)
        if log.row.own is not own or (own and log.leaves):
            raise Conflict(N_("这本日志由本机书写，不能接收"), code="own_log", subject=append.origin)
        if append.records and log.row.closed:
            raise EpochClosed(N_("这本日志已关闭"), subject=append.origin)
        if append.old_size != log.size:
            raise Conflict(
                N_("对方日志的起点与本机不一致"),
                code="size_differs",
                subject=append.origin,
                current={"size": log.size},
            )
        frontier = log.frontier or load_frontier(self._connection, self._kit, log.row)
        records = drop(self._connection, append.origin, log.size, append.records)
        leaves = insert_records(self._connection, log.row.id, log.size, records, append.examined)
        grown = grow(self._connection, log.row.id, frontier, leaves)
        head = Checkpoint(append.origin, grown.size, grown.root())
        if head != append.checkpoint:
            raise IntegrityFailure(N_("收到的记录与签名的日志根不符"), code="root_differs", subject=append.origin)
        log.frontier = grown
        if append.records:
            self._connection.execute(INSERT_CHECKPOINT, (log.row.id, grown.size, append.checkpoint_note))
            self._connection.execute("UPDATE log SET size = ? WHERE id = ?", (grown.size, log.row.id))
            log.parts.append(
                Part(
                    append.origin,
                    own=own,
                    first=log.size,
                    count=len(append.records),
                    records=self._encoded(append, records),
                    note=append.checkpoint_note,
                )
            )
            log.size = grown.size
        if own:
            self._project_restored(log)
        elif append.apply:
            self._advance(log)
        for write in append.local:
            write(self._connection)
        return Mirrored(append.origin, log.size, log.applied)

    @staticmethod
    def _encoded(append: MirrorAppend, records: tuple[Record, ...]) -> bytes:
        """Give the records for the journal: as they came, unless something was taken out of them."""
        return append.encoded if append.encoded and records == append.records else encode_records(records)

    def apply_ready(self, origin: str, entries_max: int | None = None) -> Callable[[], Mirrored]:
        """Go on applying a mirrored log whose next entry waited, for instance for a blob; at most so many entries."""
        log = self.log(origin)

        def work() -> Mirrored:
            self._advance(log, entries_max)
            return Mirrored(origin, log.size, log.applied)

        done = self.within(work)
        return lambda: done

    def _project_restored(self, log: OpenLog) -> None:
        """Project what was put back as own entries are, and let later entries of this batch continue from there."""
        for index, record in enumerate(iterate(self._connection, log.row.origin, log.row.size), log.row.size):
            entry = decode_stored(log.row, index, record.entry, record.state, record.private)
            if entry is not None:
                self._project(entry)
        self._connection.execute("UPDATE log SET applied = ? WHERE id = ?", (log.size, log.row.id))
        log.row = replace(log.row, size=log.size, applied=log.size)
        log.applied, log.frontier = log.size, None

    def _advance(self, log: OpenLog, entries_max: int | None = None) -> None:
        end = log.size if entries_max is None else min(log.size, log.applied + entries_max)
        log.applied = apply_mirrored(
            self._connection, self._kit.projector, log.row, log.applied, end, at=self._t, enacted=self._enacted
        )

    # ---- heads

    def log(self, origin: str) -> OpenLog:
        """Give a log as this batch sees it; its head is read from the tables when first asked for."""
        found = self._logs.get(origin)
        if found is None:
            row = log_row(self._connection, origin)
            found = OpenLog(row, None, row.applied, row.size)
            self._logs[origin] = found
        return found

    def _seen(self, log: OpenLog) -> int:
        if log.peer is None:
            other = counterpart(log.row.origin)
            try:
                log.peer = self.log(other) if other else None
            except NotFound:
                return 0
        return log.peer.applied if log.peer is not None else 0

    # ---- the end of the batch

    def seal(self) -> tuple[list[Part], bytes]:
        """Re-read, re-hash and sign what was added; write heads and requests.

        Returns:
            The journal parts, and the requests as JSON, for the batch's frame.

        Raises:
            IntegrityFailure: the stored bytes are not those that were to be signed.
        """
        parts: list[Part] = []
        for log in self._logs.values():
            parts += log.parts
            if log.parts and log.frontier is not None:
                self.roots[log.row.origin] = (log.size, log.frontier.root())
            if log.leaves:
                part, root = sign(self._connection, self._kit, log)
                self.roots[log.row.origin] = (log.size, root)
                parts.append(part)
        settle(self._connection, self._kit.projector, self._enacted)
        rows = []
        carried = []
        for answer in self._answers.values():
            touched = self._logs.get(answer.origin)
            answer.size = touched.size if touched is not None else 0
            who = (answer.key, answer.actor, answer.digest)
            where = (answer.first, answer.count, answer.size)
            rows.append((*who, touched.row.id if touched is not None else None, *where, answer.result))
            carried.append((*who, answer.origin, *where, msgspec.Raw(answer.result)))
        self._connection.executemany(_INSERT_REQUEST, rows)
        return parts, _encode_json(carried) if parts else b"[]"

    @property
    def raises_floor(self) -> bool:
        """Tell whether the batch wrote own entries under a trusted clock."""
        return self.clk == "ok" and any(log.leaves for log in self._logs.values())

    @property
    def erased(self) -> bool:
        """Tell whether private parts were erased, so that their bytes have to go too."""
        return any(done.state is RecordState.ERASED for done in self._enacted)

    @property
    def sole_origin(self) -> str:
        """Origin of the only own log, empty when there is none or more than one."""
        return self._sole.origin if self._sole is not None else ""
