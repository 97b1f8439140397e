"""Hall and city over TLS, two processes: 10,000 records, then 1,000, then none; against a plain TLS stream."""

import base64
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bulk
import msgspec
import plain_stream
from figure import Bench, Figure, make_hall, median, opened, past_clock, rounded, say, seconds_of
from program import cpu_seconds, free_port, server

from appliance.clock import FixedClock, SystemClock
from appliance.config import CITY_FILE, CityConfig, dump, load
from appliance.store.event_store import iterate
from sync.agent import EQUAL, sync_once
from sync.city_client import CityClient
from sync.link import LINK_PEM, believed_keys
from sync.opening import OpenHall
from sync.transports.pinned import PinnedTransport, city_transport
from sync.transports.tls import hall_context

RECORDS, CHANGES, ROUNDS = 10_000, 1_000, 3
SPEED, WIRE, NO_OP_BYTES = 0.3, 0.25, 1536
BIN = Path(sys.executable).parent


@dataclass(slots=True)
class Counter:
    """Bytes that a forwarder carried, TLS and HTTP included."""

    up: int = 0
    down: int = 0
    ends: list[socket.socket] = field(default_factory=list)

    @property
    def both(self) -> int:
        """Both directions together."""
        return self.up + self.down


@contextmanager
def counted(port: int) -> Iterator[tuple[int, Counter]]:
    """Forward a port of its own to another one and count."""
    counter, listener = Counter(), socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, sink: socket.socket, direction: str) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                setattr(counter, direction, getattr(counter, direction) + len(piece))
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(("127.0.0.1", port))
                counter.ends += [here, there]
                for words in ((here, there, "up"), (there, here, "down")):
                    threading.Thread(target=carry, args=words, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], counter
    finally:
        for end in (listener, *counter.ends):
            end.close()


def prepared(directory: Path, count: int) -> tuple[int, int]:
    """Load the hall, give the city its TLS listener; gives records and the bytes of their plain JSON."""
    hall, clock = make_hall(directory, days_ago=25), past_clock()
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=6, until=lambda loaded: loaded.entries >= count, say=say)
        records = size = 0
        for record in iterate(owner.store.reader(), owner.trust.ticket.h2c_origin):
            records, size = records + 1, size + len(record.entry) + len(record.private or b"")
    path = directory / "city" / CITY_FILE
    config = msgspec.structs.replace(
        load(path, CityConfig),
        port=free_port(),
        link_port=free_port(),
        link_address="127.0.0.1",
        link_hosts=("localhost",),
    )
    path.write_text(dump(config))
    return records, size


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the three took: wall time, bytes on the wire both ways, CPU of both ends, entries sent."""

    seconds: float
    carried: int
    agent_cpu: float
    city_cpu: float
    pushed: int


def _once(owner: OpenHall, transport: PinnedTransport, city: int, counter: Counter | None) -> Part:
    before, agent, there = counter.both if counter else 0, time.process_time(), cpu_seconds(city)
    began = time.perf_counter()
    report = sync_once(owner.as_sync_port("bench"), CityClient(transport), SystemClock())
    spent = time.perf_counter() - began
    if report.state != EQUAL:
        raise RuntimeError(report)
    agent, there = time.process_time() - agent, cpu_seconds(city) - there
    time.sleep(0.2 if counter else 0)  # what is still in the forwarder's hands
    return Part(spent, (counter.both if counter else 0) - before, agent, there, report.pushed)


def played(source: Path, directory: Path, *, counting: bool, parts: int = 3) -> list[Part]:
    """Play the first of the three, or all, on copies."""
    shutil.copytree(source, directory, ignore=shutil.ignore_patterns("*.sock"))
    city = directory / "city"
    link_port, pages_port = load(city / CITY_FILE, CityConfig).link_port, free_port()
    done: list[Part] = []
    command = (BIN / "city", "--data", city, "serve", "--port", str(pages_port))
    with (
        server(command, pages_port, directory / "city.log") as serving,
        counted(link_port) as (proxy_port, counter),
    ):
        port, seen = (proxy_port, counter) if counting else (link_port, None)
        clock = FixedClock(SystemClock().now())
        with opened(directory / "hall", clock) as owner:
            transport = city_transport(directory / "hall", f"https://localhost:{port}", clock)
            if not isinstance(transport, PinnedTransport):
                raise TypeError(transport)
            with transport:
                transport.renew()
                for number in range(parts):
                    if number == 1:
                        bulk.load(owner, clock, seed=7, until=lambda loaded: loaded.entries >= CHANGES)
                    done.append(_once(owner, transport, serving.pid, seen))
    return done


def _stream(directory: Path, size: int) -> list[float]:
    """Give seconds of the plain stream of as many bytes, over a connection of its own each time."""
    content, city, port = os.urandom(size), directory / "city", free_port()
    keys = believed_keys(directory / "hall")
    authority = base64.b64decode(keys.authority if keys is not None else "")
    context = hall_context(authority, directory / "hall" / "keys" / LINK_PEM)
    command = (sys.executable, Path(plain_stream.__file__), city, str(port), directory / "received")
    with server(command, port, directory / "stream.log"):
        plain_stream.send(context, port, content)
        return [seconds_of(lambda: plain_stream.send(context, port, content)) for _ in range(ROUNDS)]


def measure(bench: Bench) -> Figure:
    """Count the bytes in one run through a forwarder; take the times in others without it."""
    source = bench.directory / "source"
    source.mkdir()
    records, plain = prepared(source, RECORDS)
    carried = [part.carried for part in played(source, bench.directory / "counted", counting=True)]
    say(f"{records} records, {plain} bytes of JSON, {carried} on the wire")
    rounds: list[list[Part]] = []
    stream = []
    for number in range(ROUNDS):
        directory = bench.directory / f"round{number}"
        rounds.append(played(source, directory, counting=False))
        stream.append(median(_stream(directory, carried[0])))
        shutil.rmtree(directory)
        say(f"round {number + 1}: {[rounded(part.seconds) for part in rounds[-1]]} s, stream {stream[-1]:.3f} s")
    first, changes, none = (list(parts) for parts in zip(*rounds, strict=True))
    ratio = median([one / other.seconds for one, other in zip(stream, first, strict=True)])
    beside: dict[str, Any] = {
        "records": records,
        "bytes_a_record": rounded(plain / records, 0),
        "first_cpu_seconds": {
            "agent": rounded(median([part.agent_cpu for part in first])),
            "city": rounded(median([part.city_cpu for part in first])),
        },
        "changes": changes[0].pushed,
        "changes_seconds": rounded(median([part.seconds for part in changes])),
        "no_op_milliseconds": rounded(median([part.seconds for part in none]) * 1000, 1),
        "wire_bytes": dict(zip(("first", "changes", "no_op"), carried, strict=True)),
        "wire_to_plain_json": rounded(carried[0] / plain),
    }
    return Figure(
        name="sync",
        unit="seconds for the first sync",
        value=rounded(median([part.seconds for part in first])),
        baseline=rounded(median(stream)),
        baseline_of="as many bytes over one TLS connection, hashed and fsynced at the other end",
        ratio=rounded(ratio),
        target=f"ratio >= {SPEED}, wire <= {WIRE} of the JSON, no-op < {NO_OP_BYTES} bytes both ways",
        met=ratio >= SPEED and carried[0] / plain <= WIRE and carried[2] < NO_OP_BYTES,
        beside=beside,
    )
