"""What waits in the writer's queue, and how its answer gets back to the thread or event loop that asked."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from appliance.store.batch import Batch
from appliance.store.change import Prepare
from appliance.store.connection import Connection

Answer = tuple[Any, BaseException | None]
Work = Callable[[Batch, Connection], Callable[[], Any]]


@dataclass(slots=True, eq=False)
class Job:
    """One piece of work.

    Attributes:
        work: done inside the batch; gives a function that makes the answer once the batch is durable.
        signs: it may write entries, so a closed store refuses it; LOCAL writes go on.
        future: answered in whatever thread waits, or
        waiter: answered in its event loop.
        prepare: as `Change.prepare`.
    """

    work: Work
    signs: bool
    future: Future[Any] | None = None
    waiter: asyncio.Future[Any] | None = None
    prepare: Prepare | None = None


def deliver(answers: Iterable[tuple[Job, Answer]]) -> None:
    """Hand out a batch's answers: each event loop is woken once, whatever the size of the batch."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Answer]]] = {}
    for job, (value, error) in answers:
        if job.waiter is not None:
            loops.setdefault(job.waiter.get_loop(), []).append((job.waiter, (value, error)))
        elif job.future is not None:
            if error is None:
                job.future.set_result(value)
            else:
                job.future.set_exception(error)
    for loop, waiting in loops.items():
        # A loop that was closed in the meantime has nobody left who could hear the answer; the change is durable, and
        # the same key finds it again.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, waiting)


def _settle(waiting: list[tuple[asyncio.Future[Any], Answer]]) -> None:
    for future, (value, error) in waiting:
        if future.done():  # the request was cancelled while the change went on
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
