"""The writer: one thread, one queue, group commit (design §2, protocol §3)."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import apsw

from appliance.clock import Clock, format_time
from appliance.domain.actor import SYSTEM
from appliance.domain.events import ClockSuspected
from appliance.domain.gate import GateState, allows
from appliance.errors import N_, HallmarkError, OutOfSpace
from appliance.store import scrubbing
from appliance.store.appending import alarm, set_setting
from appliance.store.batch import Batch
from appliance.store.blobs import BlobStore
from appliance.store.change import (
    Busy,
    Change,
    Clk,
    Decision,
    MirrorAppend,
    Mirrored,
    NewEntry,
    Outcome,
    OutcomeUnknown,
    Prepare,
)
from appliance.store.connection import Connection
from appliance.store.durable import DurablePage
from appliance.store.event_store import logs
from appliance.store.gatekeeping import CLOCK_SUSPECT, Gatekeeper, floor_of
from appliance.store.jobs import Answer, Job, Work, deliver
from appliance.store.journal import Journal, Part
from appliance.store.pending import BatchSpoiled
from appliance.store.reconcile import append_tail
from appliance.store.sealing import Kit, SelfCheckFailed
from appliance.store.waiting import Aside, Waiting

T = TypeVar("T")

BATCH_MAX = 256
QUEUE_MAX = 2048
RECOVERY_PAUSES_SECONDS = (0.0, 0.05, 0.2, 0.5)

# Errors that say something about the device, not about one change.
_DEVICE = (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.NoMemError, apsw.BusyError)


class StorageFailure(HallmarkError):
    """The device failed before the COMMIT: it is certain that nothing was written."""

    code = "storage"
    status = 503


def storage_failure(error: BaseException) -> HallmarkError:
    """Say in the right family why nothing was written."""
    if isinstance(error, apsw.FullError) or "No space left" in str(error):
        return OutOfSpace(
            N_("磁盘空间不足，本次操作未写入"), next_step=N_("请通知系统管理员清理磁盘，之后重新提交即可")
        )
    return StorageFailure(
        N_("存储设备出错，本次操作未写入"),
        subject=type(error).__name__,
        next_step=N_("请通知系统管理员检查磁盘，之后重新提交即可"),
    )


def uuid7(now: datetime, random: Callable[[int], bytes]) -> str:
    """Make a UUID version 7 (RFC 9562 §5.7) from a given instant and randomness."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(random(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


Filled = tuple[int, Batch, list[Callable[[], Any] | HallmarkError | Exception], list[Part], bytes]


class Writer:
    """Owns the only writing connection. Everything that writes goes through its queue.

    Args:
        connect: opens the writing connection; called again after a failed COMMIT.
        connection: the first one, migrated and reconciled.
        journal: open and reconciled.
        kit: what batches need.
        clock: where the time comes from.
        gatekeeper: the gate's inputs.
        page: where other processes read how much is durable.
        blobs: the files, for what is erased.
        batch_max: most jobs in one transaction.
        queue_max: most jobs waiting; beyond it `Busy` is raised.
        pause: waits between attempts to recover, seconds.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], Connection],
        connection: Connection,
        journal: Journal,
        kit: Kit,
        clock: Clock,
        gatekeeper: Gatekeeper,
        page: DurablePage,
        blobs: BlobStore,
        batch_max: int = BATCH_MAX,
        queue_max: int = QUEUE_MAX,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connect = connect
        self._connection: Connection | None = connection
        self._journal = journal
        self._kit = kit
        self._clock = clock
        self._gatekeeper = gatekeeper
        self._batch_max = batch_max
        self._queue_max = queue_max
        self._pause = pause
        self._waiting = Waiting()
        self._aside = Aside()
        self._closing = False
        self._unsure = False
        self._doubt: ClockSuspected | None = None
        self._page = page
        self._blobs = blobs
        self._scrub_wanted = False
        self._durable: dict[str, int] = {}
        self._made_durable({row.origin: row.size for row in logs(connection)})
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    # ---- what others call

    def start(self) -> None:
        """Begin to work the queue."""
        self._aside.start()
        self._thread.start()

    def suspect(self, doubt: ClockSuspected) -> None:
        """Put the clock in doubt before the start; the first batch writes it down."""
        self._gatekeeper.guard.suspect = True
        self._doubt = doubt

    def submit(self, change: Change) -> Future[Outcome]:
        """Queue a change; the future is answered once it is durable in database and journal.

        Raises:
            Busy: the queue is full or the store is closing; nothing was written.
        """
        return self._enqueue(lambda batch, _: batch.change(change), signs=True, prepare=change.prepare)

    async def submit_async(self, change: Change) -> Outcome:
        """Do the same from an event loop."""
        outcome: Outcome = await self._enqueue_async(
            lambda batch, _: batch.change(change), signs=True, prepare=change.prepare
        )
        return outcome

    def mirror(self, append: MirrorAppend) -> Future[Mirrored]:
        """Queue records of the other side's log."""
        return self._enqueue(lambda batch, _: batch.mirror(append), signs=True)

    def restore(self, append: MirrorAppend) -> Future[Mirrored]:
        """Queue records of an own log that was lost here and came back from the other side."""
        return self._enqueue(lambda batch, _: batch.restore(append), signs=True)

    def apply_ready(self, origin: str, entries_max: int | None = None) -> Future[Mirrored]:
        """Go on applying a mirrored log that waited, for a pack's blob or for its turn; at most so many entries."""
        return self._enqueue(lambda batch, _: batch.apply_ready(origin, entries_max), signs=True)

    def scrub(self) -> Future[bool]:
        """Queue the removal of the bytes of what was erased; answers whether none are left (`scrubbing`)."""

        def work(_: Batch, connection: Connection) -> Callable[[], bool]:
            self._scrub_wanted = scrubbing.is_due(connection)
            return lambda: not scrubbing.is_due(self._open_connection())

        return self._enqueue(work, signs=False)

    def local(self, write: Callable[[Connection], T]) -> Future[T]:
        """Queue a write to LOCAL tables; it makes no entry and goes on while the gate is closed."""
        return self._enqueue(_local_work(write), signs=False)

    async def local_async(self, write: Callable[[Connection], T]) -> T:
        """Do the same from an event loop."""
        value: T = await self._enqueue_async(_local_work(write), signs=False)
        return value

    def durable_size(self, origin: str) -> int:
        """Give how much of a log is in the database and in the journal: nothing beyond it may be shown or sent."""
        return self._durable.get(origin, 0)

    def close(self) -> None:
        """Finish what is queued, then stop; later submissions are refused."""
        if self._closing:
            return
        self._closing = True
        if self._thread.is_alive():
            self._waiting.end()
            self._thread.join()
        self._aside.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # ---- the queue

    def _check_room(self) -> None:
        if self._closing:
            raise Busy.closing()
        if self._waiting.size() >= self._queue_max:
            raise Busy.full()

    def _enqueue(self, work: Work, *, signs: bool, prepare: Prepare | None = None) -> Future[Any]:
        self._check_room()
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # once queued it cannot be called back
        self._waiting.put(Job(work, signs, future=future, prepare=prepare))
        return future

    async def _enqueue_async(self, work: Work, *, signs: bool, prepare: Prepare | None = None) -> Any:
        self._check_room()
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.put(Job(work, signs, waiter=waiter, prepare=prepare))
        return await waiter

    def _run(self) -> None:
        while jobs := self._waiting.take(self._batch_max):
            self._process(jobs)
        deliver((job, (None, Busy.closing())) for job in self._waiting.rest())

    # ---- one batch

    def _process(self, jobs: list[Job]) -> None:
        try:
            deliver(zip(jobs, self._batch(jobs), strict=True))
        except Exception as error:  # noqa: BLE001 - the thread must outlive any mistake, and every waiter needs an answer
            self._unsure = True
            deliver((job, (None, error)) for job in jobs if not _answered(job))

    def _batch(self, jobs: list[Job]) -> list[Answer]:
        if self._unsure and self._recover() is None:
            return [(None, OutcomeUnknown.checking())] * len(jobs)
        try:
            expected, batch, makers, parts, requests = self._fill_at_once(jobs)
        except Exception as error:  # noqa: BLE001 - sorted into families right below
            return self._abort(error, len(jobs))
        connection = self._open_connection()
        failure: Exception | None = None
        waiting = self._waiting.peek(self._batch_max)
        try:
            with self._aside.preparing(waiting, self._clock.now(), self._kit.random):
                # Power fails before this line: nothing of the batch is in the database, nothing was acknowledged.
                connection.execute("COMMIT")
                # Power fails here: the batch is in the database and not in the journal, nothing was acknowledged; the
                # next start appends it to the journal.
                if parts:
                    self._journal.append(parts, requests)
                # Power fails here: durable in both, not yet acknowledged; a repeated key gets this answer.
        except (apsw.Error, OSError) as error:
            failure = error
            self._unsure = True
            there = self._recover()
            if there is None:
                return [(None, OutcomeUnknown.checking())] * len(jobs)
            if there < expected:
                return [(None, storage_failure(error))] * len(jobs)
        self._committed(batch, parts, rebuilt=failure is not None)
        if batch.erased or self._scrub_wanted:
            self._scrub()
        return [_answer(maker) for maker in makers]

    def _fill_at_once(self, jobs: list[Job]) -> Filled:
        """Fill a batch without savepoints; when one change spoils it, roll all back and do it again with them."""
        try:
            return self._fill(jobs, careful=False)
        except BatchSpoiled:
            connection = self._open_connection()
            # A disk error may have ended the transaction already; the second attempt then meets it again and says so.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return self._fill(jobs, careful=True)

    def _fill(self, jobs: list[Job], *, careful: bool) -> Filled:
        """Do the jobs' work inside a transaction, up to but without its COMMIT."""
        connection = self._open_connection()
        now, keeper = self._clock.now(), self._gatekeeper
        connection.execute("BEGIN IMMEDIATE")
        floor = floor_of(connection, keeper.guard, self._clock)
        if keeper.guard.doubt(now, self._clock.boottime(), floor):
            keeper.guard.suspect = True
            self._doubt = ClockSuspected(wall=format_time(now), floor=format_time(floor or keeper.guard.wall))
        gate = keeper.state(connection, now, floor)
        clk: Clk = "suspect" if keeper.guard.suspect else "ok"
        batch = Batch(connection, self._kit, now=now, clk=clk, gate=gate, careful=careful)
        if self._doubt is not None:
            self._note_doubt(batch, connection, self._doubt, now, gate)
        makers: list[Callable[[], Any] | HallmarkError | Exception] = []
        for job in jobs:
            if job.signs and keeper.fault is not None:
                makers.append(keeper.fault)
                continue
            try:
                makers.append(job.work(batch, connection))
            except (SelfCheckFailed, BatchSpoiled):
                raise
            except _DEVICE:
                raise
            except Exception as error:
                if not connection.in_transaction:
                    raise
                makers.append(error)
        parts, requests = batch.seal()
        connection.execute("UPDATE batch SET number = number + 1")
        return connection.execute("SELECT number FROM batch").get, batch, makers, parts, requests

    def _note_doubt(
        self, batch: Batch, connection: Connection, doubt: ClockSuspected, now: datetime, gate: GateState
    ) -> None:
        """Write that the clock is in doubt: into the own log where there is exactly one, else as a LOCAL setting."""
        if not allows(gate, doubt.TYPE):
            return
        if batch.sole_origin:
            key = uuid7(now, self._kit.random)
            batch.change(Change(key, SYSTEM, b"", lambda _: Decision((NewEntry(doubt),), {})))
        else:
            set_setting(connection, CLOCK_SUSPECT, doubt.wall, format_time(now))

    def _abort(self, error: Exception, count: int) -> list[Answer]:
        """Roll back a batch that was never committed: certainly nothing of it is there."""
        connection = self._connection
        try:
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
        except apsw.Error:
            self._unsure = True
        if isinstance(error, SelfCheckFailed):
            self._gatekeeper.fault = error
        if isinstance(error, apsw.Error):
            if isinstance(error, apsw.IOError | apsw.CorruptError | apsw.NotADBError):
                self._unsure = True
            error = storage_failure(error)
        return [(None, error)] * count

    def _committed(self, batch: Batch, parts: Iterable[Part], *, rebuilt: bool) -> None:
        guard = self._gatekeeper.guard
        self._doubt = None
        if rebuilt:
            self._kit.roots.clear()
        else:
            self._kit.roots.update(batch.roots)
        self._made_durable({part.origin: part.end for part in parts})
        if batch.confirmed:
            guard.confirm(batch.now, self._clock.boottime())
        elif batch.raises_floor:
            guard.last_ok = batch.now

    def _scrub(self) -> None:
        """Take the bytes of what was erased away, before anybody is told; what fails stays due and is alarmed."""
        self._scrub_wanted = False
        at = format_time(self._clock.now())
        try:
            scrubbing.scrub(self._open_connection(), self._journal, self._blobs, at)
        except (apsw.Error, OSError) as error:
            self._unsure = True
            with contextlib.suppress(apsw.Error):
                alarm(self._open_connection(), "scrub_failed", {"reason": type(error).__name__}, at)

    def _made_durable(self, sizes: dict[str, int]) -> None:
        self._durable.update(sizes)
        self._page.update(sizes)

    # ---- after a failure

    def _open_connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _recover(self) -> int | None:
        """Find out what is really on the disk after a failed COMMIT or journal write.

        Returns:
            The number of the last batch that is there, now durable in database and journal; None when the devices
            do not answer yet.
        """
        for seconds in RECOVERY_PAUSES_SECONDS:
            if seconds:
                self._pause(seconds)
            try:
                return self._settle()
            except (apsw.Error, OSError):
                continue
        return None

    def _settle(self) -> int:
        if self._connection is not None:
            stale, self._connection = self._connection, None
            stale.close()
        connection = self._open_connection()
        # A COMMIT that failed at its sync may have left whole frames in the WAL: invisible now, alive again after a
        # crash. Emptying the WAL into the database, with its sync, decides it: what is visible is on the disk, and
        # what is not is gone.
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._journal.restore()
        append_tail(connection, self._journal)
        number: int = connection.execute("SELECT number FROM batch").get
        self._made_durable({row.origin: row.size for row in logs(connection)})
        self._kit.roots.clear()
        self._unsure = False
        return number


def _local_work(write: Callable[[Connection], T]) -> Work:
    def work(batch: Batch, connection: Connection) -> Callable[[], T]:
        value = batch.within(lambda: write(connection))
        return lambda: value

    return work


def _answered(job: Job) -> bool:
    return job.future is not None and job.future.done()


def _answer(maker: Callable[[], Any] | Exception) -> Answer:
    return (None, maker) if isinstance(maker, Exception) else (maker(), None)
