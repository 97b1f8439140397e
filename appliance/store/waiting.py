"""The writer's queue, and what is done for those who wait in it while the devices work."""

import contextlib
import queue
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from appliance.store.change import Random
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

    def prepare_until(self, over: Callable[[], bool], most: int, now: datetime, random: Random) -> None:
        """Prepare those who wait, at most `most`, until something is over.

        Args:
            over: tells whether it is.
            most: how many at most.
            now: present time.
            random: source of cryptographic random bytes.
        """
        self._gather(most)
        for job in self._ahead:
            if over():
                return
            if job.prepare is not None:
                # Whatever is wrong is met again, and answered, when its turn comes.
                with contextlib.suppress(Exception):
                    job.prepare(now, random)

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
    """A second thread of the writer for what only waits for a device, so that the first can go on meanwhile.

    The two never use the connection at once: the first does not touch it before `Future.result`.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store-device")

    def begin(self, work: Callable[[], None]) -> Future[None]:
        """Begin a piece of work."""
        return self._pool.submit(work)

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=True)
