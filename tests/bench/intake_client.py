"""A cheap HTTP client of its own process: raw sockets with keep-alive, one request in flight a connection.

It reads a job (msgpack: port, seconds at most, for each connection its complete requests) from stdin and writes what it
measured (msgpack: seconds, latencies, statuses) to stdout.
"""

import asyncio
import sys
import time

import msgspec
import uvloop


class Job(msgspec.Struct):
    """What to send."""

    port: int
    seconds_max: float
    requests: list[list[bytes]]


class Measured(msgspec.Struct):
    """What came back: wall seconds, each answer's latency in seconds, answers by status, the first odd answer."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    odd: bytes = b""


class Connection(asyncio.Protocol):
    """Sends one prepared request after the other; the next goes out when the answer is complete."""

    def __init__(self, requests: list[bytes], measured: Measured, until: float, done: asyncio.Future[None]) -> None:
        self.requests = iter(requests)
        self.measured = measured
        self.until = until
        self.done = done
        self.buffer = b""
        self.sent = 0.0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        self.sent = time.perf_counter()
        if request is None or self.sent > self.until:
            self.transport.close()
            return
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.lower().find(b"content-length:", 0, head)
        length = int(self.buffer[at + 15 : self.buffer.index(b"\r\n", at)]) if at >= 0 else 0
        if len(self.buffer) < head + 4 + length:
            return
        self.measured.latencies.append(time.perf_counter() - self.sent)
        status = int(self.buffer[9:12])
        self.measured.statuses[status] = self.measured.statuses.get(status, 0) + 1
        if status != 303 and not self.measured.odd:
            self.measured.odd = self.buffer[:4000]
        self.buffer = b""
        self.send()

    def connection_lost(self, _error) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(job: Job) -> Measured:
    """Send everything, or until the time is over."""
    loop = asyncio.get_running_loop()
    measured = Measured(0.0, [], {})
    ends = []
    began = time.perf_counter()
    for requests in job.requests:
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(
            lambda requests=requests, done=done: Connection(requests, measured, began + job.seconds_max, done),
            "127.0.0.1",
            job.port,
        )
    await asyncio.gather(*ends)
    measured.seconds = time.perf_counter() - began
    return measured


if __name__ == "__main__":
    work = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.buffer.write(msgspec.msgpack.encode(runner.run(run(work))))
