"""The open file of the access log: a thread of its own writes, and whoever looks waits until the row is on the disk.

A look never waits for the writer of `hall.db`, and the writer never for a look. What a page wants to show is recorded
before it is shown: if the power fails before the commit, nobody saw anything; if it fails after, the file names a look
that may not have reached the screen, never the other way round.
"""

import asyncio
import getpass
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from appliance.errors import N_, HallmarkError, OutOfSpace, Refusal
from appliance.store.access import ACCESS_NAME, SCHEMA, DayDigest, View, append, close_days, closed_days
from appliance.store.connection import Connection, open_database

T = TypeVar("T")
CASES_IN_A_LINE = 500


class Unrecorded(Refusal):
    """A look could not be recorded; therefore nothing is shown."""

    code = "view_unrecorded"
    status = 503


def _failure(error: Exception) -> HallmarkError:
    if isinstance(error, HallmarkError):
        return error
    if isinstance(error, apsw.FullError) or "No space left" in str(error):
        return OutOfSpace(
            N_("磁盘已满，无法记录谁查看了个人信息，所以不显示"),
            next_step=N_("请通知系统管理员清理磁盘，之后再打开这一页；已保存的办件没有受影响"),
        )
    return Unrecorded(
        N_("查看记录写不进去，无法记录谁查看了个人信息，所以不显示"),
        subject=type(error).__name__,
        next_step=N_("请通知系统管理员检查查看记录文件 access.db，恢复后再打开这一页；已保存的办件没有受影响"),
    )


class AccessBook:
    """The open access log: one thread writes, whoever looks waits until its rows are on the disk.

    Looks that wait together share one transaction. The file is opened at the first look, and again after a failure,
    so a broken file neither keeps a hall from starting nor stays broken once it is mended.

    Args:
        path: the file; made when it is not there.
        connect: opens it for writing; tests pass one that fails.
    """

    def __init__(self, path: Path, connect: Callable[[Path], Connection] | None = None) -> None:
        self.path = path
        self._connect = connect or _open
        self._queue: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Run a function over the writing connection, in its thread and inside a transaction."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # once queued it cannot be called back
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="access", daemon=True)
                self._thread.start()
            self._queue.put((work, future))
        return future

    async def record(self, views: Sequence[View]) -> None:
        """Record looks and wait until they are durable.

        Raises:
            OutOfSpace: the disk is full.
            Unrecorded: the file cannot be written.
        """
        await asyncio.wrap_future(self.submit(lambda connection: append(connection, views)))

    def record_now(self, views: Sequence[View]) -> None:
        """Do the same from a thread without an event loop."""
        self.submit(lambda connection: append(connection, views)).result()

    def close_days(self, today: str, *, after: str = "") -> list[DayDigest]:
        """Close the days before `today` (ISO) and give the closed days after a day, all of them without one."""

        def work(connection: Connection) -> list[DayDigest]:
            close_days(connection, today)
            return closed_days(connection, after=after)

        return self.submit(work).result()

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query over a connection of its own; raises Unrecorded when the file cannot be read."""
        try:
            connection = open_database(self.path, read_only=True)
            try:
                return query(connection)
            finally:
                connection.close()
        except (apsw.Error, msgspec.DecodeError, ValueError) as error:
            raise Unrecorded(
                N_("查看记录读不出来"),
                subject=type(error).__name__,
                next_step=N_("请在服务器上运行 hall access verify，并通知系统管理员"),
            ) from error

    def close(self) -> None:
        """Finish what is queued and close the file."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _batches(self) -> Iterator[list[tuple[Callable[[Connection], Any], Future[Any]]]]:
        while True:
            batch = []
            job = self._queue.get()
            while job is not None:
                batch.append(job)
                try:
                    job = self._queue.get_nowait()
                except queue.Empty:
                    break
            if batch:
                yield batch
            if job is None:
                return

    def _run(self) -> None:
        connection: Connection | None = None
        for batch in self._batches():
            try:
                if connection is None:
                    connection = self._connect(self.path)
                answers = _carry_out(connection, [work for work, _ in batch])
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                if connection is not None:
                    with suppress(apsw.Error):
                        connection.close()
                connection = None
                for _, future in batch:
                    future.set_exception(_failure(error))
                continue
            for (_, future), answer in zip(batch, answers, strict=True):
                future.set_result(answer)
        if connection is not None:
            connection.close()


def record_console(directory: Path, cases: Sequence[str], fields: tuple[str, ...], at: datetime) -> None:
    """Record that the command line is about to write out data of cases; who is the user of the operating system.

    Args:
        directory: the hall's data directory.
        cases: their numbers.
        fields: codes of what is written in full.
        at: now.

    Raises:
        OutOfSpace, Unrecorded: it could not be recorded; the command writes nothing out.
    """
    login = f"os:{getpass.getuser()}"
    book = AccessBook(directory / ACCESS_NAME)
    try:
        book.record_now(
            [
                View(at, login, "console", "export", tuple(cases[first : first + CASES_IN_A_LINE]), fields)
                for first in range(0, len(cases), CASES_IN_A_LINE)
            ]
        )
    finally:
        book.close()


def _carry_out(connection: Connection, works: Sequence[Callable[[Connection], T]]) -> list[T]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answers = [work(connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back by itself already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return answers


def _open(path: Path) -> Connection:
    """Open the file for writing; only its owner may read it."""
    connection = open_database(path, read_only=False)
    try:
        connection.execute(SCHEMA)
        path.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return connection
