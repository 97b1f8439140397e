"""Fifty halls send to one city at once, over TLS, the city on one core: verified and durable entries a second.

The entries are lived ones of a demo hall, a case's to one hall each, in logs that these halls have signed. Counted is
the city's CPU, TLS, HTTP, verification, both devices, cosignatures and read models, until the last entry is in them.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import bulk
import hall_posts
import measure_sync
import msgspec
from figure import BULK_DAYS, Bench, Figure, make_hall, opened, past_clock, rounded, say
from program import cpu_seconds, free_port, server

from appliance.clock import FixedClock, SystemClock
from appliance.config import CITY_FILE, CityConfig, dump, load
from appliance.domain.entry import read_meta
from appliance.ledger.checkpoint import Checkpoint, sign_checkpoint
from appliance.ledger.merkle import Frontier, consistency_proof, leaf_hash
from appliance.ledger.records import Record
from appliance.store.connection import Readers, open_database
from appliance.store.event_store import iterate, logs
from provisioning.demo import AREA, enrol_hall
from sync.enrolment import load_hall_keys
from sync.hub.hub import DATABASE, make_hub
from sync.messages import AppendRequest, encode_append
from sync.opening import require_trust

HALLS, ENTRIES, BATCH_ENTRIES, PROCESSES = 50, 100_000, 100, 2
FIRST_NUMBER = 40
SPEED = 2_000
PATIENCE_SECONDS = 600.0


def _lived(directory: Path, count: int) -> tuple[Path, list[list[Record]]]:
    """Load a demo hall and give the city's directory and what each of the fifty halls is to have."""
    hall, clock = make_hall(directory, days_ago=BULK_DAYS), past_clock()
    shares: list[list[Record]] = [[] for _ in range(HALLS)]
    places: dict[str, int] = {}
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=8, until=lambda loaded: loaded.entries >= count, say=say)
        for index, record in enumerate(iterate(owner.store.reader(), owner.trust.ticket.h2c_origin)):
            case = read_meta(record.entry).case
            if index == 0:
                for share in shares:
                    share.append(record)  # how a log begins
            elif case is not None:
                shares[places.setdefault(case, len(places) % HALLS)].append(record)
    return directory / "city", shares


def _prepare(hall: Path, records: list[Record]) -> int:
    """Sign a hall's log and lay its appends ready; gives how many entries it has."""
    clock = SystemClock()
    ticket = require_trust(hall).ticket
    signer = load_hall_keys(hall, city=ticket.city, hall=ticket.hall, epoch=1, clock=clock).h2c
    frontier, nodes = Frontier.empty(), dict[tuple[int, int], bytes]()

    def reader(level: int, index: int) -> bytes:
        return nodes[level, index]

    with (hall / hall_posts.APPENDS).open("wb") as file:
        for start in range(0, len(records), BATCH_ENTRIES):
            batch = tuple(records[start : start + BATCH_ENTRIES])
            leaves = [leaf_hash(record.entry) for record in batch]
            nodes |= {(0, start + at): leaf for at, leaf in enumerate(leaves)}
            frontier, grown = frontier.extend(leaves)
            nodes |= {(node.level, node.index): node.hash for node in grown}
            end = start + len(batch)
            proof = consistency_proof(start, end, reader) if start else ()
            note = sign_checkpoint(Checkpoint(ticket.h2c_origin, end, frontier.root()), signer)
            body = encode_append(AppendRequest(start, proof, note, batch))
            file.write(len(body).to_bytes(hall_posts.LENGTH_BYTES) + body)
    return len(records)


def _fifty(directory: Path, city: Path, shares: list[list[Record]]) -> tuple[list[Path], int]:
    """Enrol the halls and give the city its TLS listener."""
    halls, clock, entries = [], FixedClock(SystemClock().now()), 0
    for number, share in enumerate(shares, FIRST_NUMBER):
        hall = directory / f"hall{number}"
        place = SimpleNamespace(code=f"{AREA}{number}", number=f"{number}", short_name=f"第{number}便民中心")
        enrol_hall(hall, city, clock=clock, place=place)
        entries += _prepare(hall, share)
        halls.append(hall)
    make_hub(city, clock).close()  # opens their logs, as a city does that is started
    path = city / CITY_FILE
    config = load(path, CityConfig)
    fresh = msgspec.structs.replace(
        config, port=free_port(), link_port=free_port(), link_address="127.0.0.1", link_hosts=("localhost",)
    )
    path.write_text(dump(fresh))
    return halls, entries


def _wait_for_read_models(readers: Readers) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while any(row.applied < row.size for row in logs(readers.get()) if not row.own):
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def _at_once(directory: Path, city: Path, halls: list[Path]) -> tuple[float, float, float]:
    """Give seconds to the last cosignature, the city's CPU until then, and until its read models have seen all."""
    config = load(city / CITY_FILE, CityConfig)
    cores = sorted(os.sched_getaffinity(0))
    pinned = ("taskset", "-c", str(cores[0]))
    serve = (*pinned, measure_sync.BIN / "city", "--data", city, "serve", "--port", str(config.port))
    readers = Readers(lambda: open_database(city / DATABASE, read_only=True))
    with server(serve, config.link_port, directory / "city.log") as serving:
        senders = [
            subprocess.Popen(
                ("taskset", "-c", str(cores[-1]), sys.executable, hall_posts.__file__, f"https://localhost:{config.link_port}",
                 *halls[number::PROCESSES]),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(PROCESSES)
        ]  # fmt: skip
        for sender in senders:
            if sender.stdout is None or sender.stdout.readline() != "ready\n":
                raise RuntimeError("a hall could not begin")
        before = cpu_seconds(serving.pid)
        for sender in senders:
            if sender.stdin is not None:
                sender.stdin.write("go\n")
                sender.stdin.close()
        spent = max(float(sender.stdout.readline()) for sender in senders if sender.stdout is not None)
        cosigned = cpu_seconds(serving.pid) - before
        for sender in senders:
            sender.wait()
        _wait_for_read_models(readers)
        whole = cpu_seconds(serving.pid) - before
    readers.close()
    return spent, cosigned, whole


def measure(bench: Bench) -> Figure:
    """Prepare, let all fifty begin at the same moment, and count the city's CPU."""
    source = bench.directory / "source"
    source.mkdir()
    city, shares = _lived(source, bench.scaled(ENTRIES))
    halls, entries = _fifty(bench.directory, city, shares)
    say(f"{len(halls)} halls, {entries} entries")
    spent, cosigned, whole = _at_once(bench.directory, city, halls)
    rate = entries / whole
    return Figure(
        name="halls",
        unit="entries a second of the city's CPU",
        value=rounded(rate, 0),
        target=f"value >= {SPEED}",
        met=rate >= SPEED,
        beside={
            "halls": len(halls),
            "entries": entries,
            "entries_per_wall_second": rounded(entries / spent, 0),
            "cpu_seconds_to_the_last_cosignature": rounded(cosigned, 2),
            "cpu_seconds_with_read_models": rounded(whole, 2),
        },
    )
