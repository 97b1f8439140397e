"""A busy hall's month catches up over 2 Mbit/s, 200 ms and 1 % loss, beside a plain TCP stream over the same link."""

import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import measure_sync
from figure import Bench, Figure, opened, rounded, say, seconds_of
from program import server
from shaped import Link, shaped

from appliance.clock import FixedClock, SystemClock
from appliance.config import CITY_FILE, CityConfig, load
from sync.agent import EQUAL, sync_once
from sync.city_client import CityClient
from sync.transports.pinned import PinnedTransport, city_transport

ENTRIES, LEAST, SPEED = 200_000, 60_000, 0.8  # with few, the handshakes at both ends of the sync are what is measured
LINK = Link(bits_per_second=2_000_000, round_trip_seconds=0.2, loss=0.01)
PIECE_BYTES = 65_536


def _stream(size: int, seed: int) -> float:
    """Give seconds until the last of so many bytes was taken at the other end, and its word of that is here."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            there, _ = listener.accept()
            with there:
                left = size
                while left and (piece := there.recv(PIECE_BYTES)):
                    left -= len(piece)
                there.sendall(b".")

        threading.Thread(target=take, daemon=True).start()
        with (
            shaped(listener.getsockname()[1], LINK, seed=seed) as port,
            socket.create_connection(("127.0.0.1", port)) as here,
        ):
            return seconds_of(lambda: (here.sendall(bytes(size)), here.recv(1)))


def _catch_up(directory: Path, seed: int) -> tuple[float, int]:
    """Give seconds from the first call of a hall that was alone until both sides are equal, and entries sent."""
    city, hall = directory / "city", directory / "hall"
    config = load(city / CITY_FILE, CityConfig)
    command = (measure_sync.BIN / "city", "--data", city, "serve", "--port", str(config.port))
    clock = FixedClock(SystemClock().now())
    reports: list[Any] = []
    with (
        server(command, config.link_port, directory / "city.log"),
        shaped(config.link_port, LINK, seed=seed) as port,
        opened(hall, clock) as owner,
        city_transport(hall, f"https://localhost:{port}", clock) as transport,
    ):
        if not isinstance(transport, PinnedTransport):
            raise TypeError(transport)
        transport.renew()
        city_client, sync_port = CityClient(transport), owner.as_sync_port("bench")
        spent = seconds_of(lambda: reports.append(sync_once(sync_port, city_client, SystemClock())))
    if reports[0].state != EQUAL:
        raise RuntimeError(reports[0])
    return spent, reports[0].pushed


def measure(bench: Bench) -> Figure:
    """Count the bytes on the wire without the shaped link, then let both go over it, each with the same losses."""
    source, count = bench.directory / "source", max(LEAST, bench.scaled(ENTRIES))
    source.mkdir()
    records, _ = measure_sync.prepared(source, count)
    (first,) = measure_sync.played(source, bench.directory / "counted", counting=True, parts=1)
    shutil.rmtree(bench.directory / "counted")
    say(f"{records} entries, {first.carried} bytes on the wire")
    stream = _stream(first.carried, seed=1)
    say(f"plain stream {stream:.1f} s")
    spent, pushed = _catch_up(source, seed=1)
    ratio = stream / spent
    return Figure(
        name="month",
        unit="seconds until a month's entries are cosigned and both sides equal",
        value=rounded(spent, 1),
        baseline=rounded(stream, 1),
        baseline_of="as many bytes in one plain TCP stream over the same link, 2 Mbit/s, 200 ms, 1 % loss",
        ratio=rounded(ratio),
        target=f"ratio >= {SPEED}",
        met=ratio >= SPEED,
        beside={"entries": pushed, "wire_bytes": first.carried, "entries_per_second": rounded(pushed / spent, 0)},
    )
