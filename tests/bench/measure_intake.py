"""Durable signed changes per second: 32 HTTP clients on the intake endpoint, against a bare apsw loop."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from bare_loop import copy_of, take_down, write_again
from figure import Bench, Figure, make_hall, median, opened, quantile, rounded, say, sync_rate
from intake_client import Job, Measured
from intake_posts import Client, Post, open_sessions, prepare_posts
from intake_server import EMPTY
from program import free_port, running, server

from appliance.services.owner import SOCKET_NAME

CLIENTS = 32
ROUNDS = 4
ROUND_CHANGES_FULL = 6400
TARGET = 0.5
HERE = Path(__file__).parent


def request_of(client: Client, path: str, body: bytes) -> bytes:
    """Write one whole HTTP/1.1 request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {client.cookie}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(port: int, requests: list[list[bytes]], seconds_max: float = 60.0) -> Measured:
    """Send prepared requests from a process of its own."""
    job = msgspec.msgpack.encode(Job(port, seconds_max, requests))
    done = subprocess.run([sys.executable, HERE / "intake_client.py"], input=job, stdout=subprocess.PIPE, check=True)
    measured = msgspec.msgpack.decode(done.stdout, type=Measured)
    if set(measured.statuses) != {303}:
        raise RuntimeError(f"odd answers {measured.statuses}: {measured.odd[:600].decode(errors='replace')}")
    return measured


@contextlib.contextmanager
def hall_server(hall: Path, log: Path) -> Iterator[int]:
    """Run a hall's owner and its pages, two processes as under `make run`, and give the pages' port."""
    command = [sys.executable, HERE / "intake_server.py", hall]
    port = free_port()
    with running(command, hall / SOCKET_NAME, log), server([*command, port], port, log):
        yield port


def _rate(measured: Measured) -> float:
    return len(measured.latencies) / measured.seconds


def _batches(hall: Path) -> int:
    with opened(hall) as owner:
        return int(owner.store.reader().execute("SELECT number FROM batch").get)


def _group_size(hall: Path, posts: list[list[Post]], clients: list[Client], log: Path) -> int:
    """Warm a server up and give the average number of changes in one of its transactions."""
    before = _batches(hall)
    with hall_server(hall, log) as port:
        send(
            port,
            [[request_of(client, p.path, p.body) for p in own] for client, own in zip(clients, posts, strict=True)],
        )
    batches = _batches(hall) - before
    return max(1, round(sum(map(len, posts)) / batches))


def measure(bench: Bench) -> Figure:
    """Alternate rounds of server, empty handler and bare loop, so that all three see the same machine and database."""
    each = max(40, round(ROUND_CHANGES_FULL * (1.0 if bench.share == 1 else 0.5)) // CLIENTS)
    warm, total = 25, each * ROUNDS
    hall, log = make_hall(bench.directory), bench.directory / "server.log"
    with opened(hall) as owner:
        clients = open_sessions(owner, CLIENTS)
        posts = prepare_posts(owner, clients, CLIENTS * (warm + total), seed=1)
    say(f"{CLIENTS} clients, {ROUNDS} rounds of {each * CLIENTS} changes")
    synced_before = sync_rate(bench.directory)
    group = _group_size(hall, [own[:warm] for own in posts], clients, log)
    durable, empties, bares, latencies = [], [], [], []
    statements, journal_bytes = 0.0, 0.0
    for number in range(ROUNDS):
        span = slice(warm + number * each, warm + (number + 1) * each)
        pairs = list(zip(clients, (own[span] for own in posts), strict=True))
        start = copy_of(hall, bench.directory / "start")
        with hall_server(hall, log) as port:
            send(port, [[request_of(client, EMPTY, post.body) for post in own[:20]] for client, own in pairs])
            empties.append(
                _rate(send(port, [[request_of(client, EMPTY, post.body) for post in own] for client, own in pairs]))
            )
            measured = send(port, [[request_of(client, p.path, p.body) for p in own] for client, own in pairs])
        durable.append(_rate(measured))
        latencies += measured.latencies
        logins = [client.login for client, own in pairs for _ in own]
        # The same posts into the same database: how much it holds already is part of what a row costs.
        taken = take_down(start, [post for _, own in pairs for post in own], logins, group=group)
        bares.append(write_again(taken, bench.directory / "bare"))
        statements, journal_bytes = taken.rows / taken.changes, taken.journal_bytes / taken.changes
        for used in (start, taken.before):
            shutil.rmtree(used)
        say(f"round {number + 1}: {durable[-1]:.0f}/s, empty {empties[-1]:.0f}/s, bare loop {bares[-1]:.0f}/s")
    ratio = median([one / bare for one, bare in zip(durable, bares, strict=True)])
    return Figure(
        name="intake",
        unit="durable signed changes per second",
        value=rounded(median(durable), 1),
        baseline=rounded(median(bares), 1),
        baseline_of=f"bare apsw loop: the same rows of each round, checkpoint and journal bytes in groups of {group}",
        ratio=rounded(ratio),
        target=f"ratio >= {TARGET}",
        met=ratio >= TARGET,
        beside={
            "clients": CLIENTS,
            "ratios": [rounded(one / bare) for one, bare in zip(durable, bares, strict=True)],
            "empty_handler_per_second": rounded(median(empties), 1),
            "share_of_empty_handler": rounded(median(durable) / median(empties)),
            "p50_milliseconds": rounded(quantile(latencies, 0.5) * 1e3, 2),
            "p99_milliseconds": rounded(quantile(latencies, 0.99) * 1e3, 2),
            "changes_per_transaction": group,
            "statements_per_change": rounded(statements, 1),
            "journal_bytes_per_change": round(journal_bytes),
            "fdatasync_per_second_before": rounded(synced_before, 0),
            "fdatasync_per_second_after": rounded(sync_rate(bench.directory), 0),
        },
    )
