"""The writer's queue, and what is done for those who wait in it while the devices work."""

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from appliance.store.change import Prepare, Random
from appliance.store.jobs import Job


class Waiting:
    """Jobs in the order in which they came. Anyone may put one in; only the writer's thread takes them out."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ahead: deque[Job] = deque()
        self._ended = False

    def put(self, job: Job) -> None:
        """Add a job."""
        self._queue.put(job)

    def end(self) -> None:
        """Let `take` give nothing any more once it has given what came before."""
        self._queue.put(None)

    def size(self) -> int:
        """Give how many wait, about."""
        return self._queue.qsize() + len(self._ahead)

    def take(self, most: int) -> list[Job]:
        """Wait for a job and give it with the others that are there, at most `most`; nothing once ended.

        Nobody is waited for besides, so a single client pays no delay.
        """
        if not self._ahead and not self._ended:
            self._add(self._queue.get())
        self._gather(most)
        return [self._ahead.popleft() for _ in range(min(most, len(self._ahead)))]

    def rest(self) -> list[Job]:
        """Give what came after the end."""
        left = list(self._ahead)
        with contextlib.suppress(queue.Empty):
            while True:
                if (job := self._queue.get_nowait()) is not None:
                    left.append(job)
        return left

    def peek(self, most: int) -> list[Job]:
        """Give those who wait, at most `most`, and let them wait on."""
        self._gather(most)
        return list(islice(self._ahead, most))

    def _gather(self, most: int) -> None:
        with contextlib.suppress(queue.Empty):
            while not self._ended and len(self._ahead) < most:
                self._add(self._queue.get_nowait())

    def _add(self, job: Job | None) -> None:
        if job is None:
            self._ended = True
        else:
            self._ahead.append(job)


class Aside:
    """A second thread that prepares those who wait, while the writer's waits for a device."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Round | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-aside", daemon=True)

    def start(self) -> None:
        """Begin to wait for work."""
        self._thread.start()

    @contextlib.contextmanager
    def preparing(self, jobs: list[Job], now: datetime, random: Random) -> Iterator[None]:
        """Prepare jobs for as long as the block lasts; who is not reached is decided without.

        Args:
            jobs: who waits.
            now: present time.
            random: source of cryptographic random bytes.
        """
        ready = [job.prepare for job in jobs if job.prepare is not None]
        if not ready:
            yield
            return
        one = _Round(ready, now, random)
        self._queue.put(one)
        try:
            yield
        finally:
            one.over = True

    def close(self) -> None:
        """End the thread."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (one := self._queue.get()) is not None:
            for prepare in one.ready:
                if one.over:
                    break
                # Whatever is wrong is met again, and answered, when its turn comes.
                with contextlib.suppress(Exception):
                    prepare(one.now, one.random)


@dataclass(slots=True)
class _Round:
    ready: list[Prepare]
    now: datetime
    random: Random
    over: bool = False
