"""A bad link between two programs on this machine: rate, delay, and what a lost packet does to TCP.

The kernel here has no netem, so the link is a forwarder that paces bytes as a TCP sender over such a link would: at the
link's rate or at one window a round trip, whichever is less. A window begins at ten segments, doubles a round trip up
to its threshold and then grows by one segment (RFC 5681, RFC 6928), and shrinks to 0.7 after a loss (RFC 9438), whose
bytes and all behind them arrive a round trip later. After an idle time of more than a retransmission timeout it begins
again at ten. Both directions are such links.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

SEGMENT_BYTES = 1_448
FIRST_WINDOW = 10.0
SHRUNK = 0.7
PIECE_BYTES = 16 * SEGMENT_BYTES


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Attributes:
        bits_per_second: its rate.
        round_trip_seconds: there and back.
        loss: share of packets that are lost.
    """

    bits_per_second: float
    round_trip_seconds: float
    loss: float

    @property
    def timeout_seconds(self) -> float:
        """What TCP waits before it sends again (RFC 6298: twice a round trip, at least 0.2 s more)."""
        return max(2 * self.round_trip_seconds, self.round_trip_seconds + 0.2)


class _Direction:
    """One direction of one connection."""

    def __init__(self, link: Link, random: Random) -> None:
        self._link, self._random = link, random
        self._window, self._threshold = FIRST_WINDOW, float("inf")
        self._free = self._arrives = 0.0

    async def carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(on_the_way, sink))
        try:
            while piece := await source.read(max(SEGMENT_BYTES, min(PIECE_BYTES, int(self._window) * SEGMENT_BYTES))):
                now = loop.time()
                if now - self._free > self._link.timeout_seconds:
                    self._window = min(self._window, FIRST_WINDOW)
                began = max(now, self._free)
                self._free = began + self._seconds_for(len(piece))
                lost = self._segments(piece)
                late = self._link.round_trip_seconds if lost else 0.0
                self._arrives = max(self._arrives, self._free + self._link.round_trip_seconds / 2 + late)
                on_the_way.put_nowait((self._arrives, piece))
                await asyncio.sleep(max(0.0, self._free - loop.time()))
        finally:
            on_the_way.put_nowait((self._arrives, b""))
            await arriving

    def _seconds_for(self, count: int) -> float:
        by_rate = count * 8 / self._link.bits_per_second
        by_window = count / (self._window * SEGMENT_BYTES) * self._link.round_trip_seconds
        return max(by_rate, by_window)

    def _segments(self, piece: bytes) -> bool:
        """Let the window learn from each segment; says whether one was lost."""
        lost = False
        for _ in range(-(-len(piece) // SEGMENT_BYTES)):
            if self._random.random() < self._link.loss:
                lost = True
                self._window = self._threshold = max(2.0, self._window * SHRUNK)
            else:
                self._window += 1.0 if self._window < self._threshold else 1.0 / self._window
        return lost

    @staticmethod
    async def _arrive(on_the_way: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, piece = await on_the_way.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            if not piece:
                with contextlib.suppress(OSError, RuntimeError):
                    sink.write_eof() if sink.can_write_eof() else sink.close()
                return
            sink.write(piece)
            with contextlib.suppress(ConnectionError):
                await sink.drain()


@contextmanager
def closing(*ends: asyncio.StreamWriter) -> Iterator[None]:
    """Close both ends, however it ends."""
    try:
        yield
    finally:
        for one in ends:
            one.close()


@contextmanager
def shaped(port: int, link: Link, *, seed: int) -> Iterator[int]:
    """Forward a port of its own to another one over a link; gives that port."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        number = len(found)
        found.append(0)
        ways = ((reader, back_writer, 1), (back_reader, writer, 2))
        with contextlib.suppress(ConnectionError, asyncio.CancelledError), closing(writer, back_writer):
            await asyncio.gather(
                *(_Direction(link, Random(f"{seed}:{number}:{way}")).carry(one, other) for one, other, way in ways)
            )

    async def serve() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        async with server:
            found.append(server.sockets[0].getsockname()[1])
            ready.set()
            await asyncio.Event().wait()

    def run() -> None:
        asyncio.set_event_loop(loop)
        serving = loop.create_task(serve())
        loop.run_forever()
        serving.cancel()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0.01))  # closed transports say good-bye
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
