"""Halls that send prepared appends to a city over TLS, each on a connection of its own; a process for some of them.

Each argument is a hall's directory with its keys, its ticket and `APPENDS`: bodies as the protocol has them, each with
its length before it. It says ``ready`` when every hall has its certificate and a connection, waits for a line, sends,
and says how many seconds that took until the last cosignature.
"""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.clock import SystemClock
from sync.messages import MEDIA_BYTES, log_hash
from sync.opening import require_trust
from sync.transports.pinned import city_transport
from sync.transports.port import Transport

APPENDS = "appends"
LENGTH_BYTES = 4


def bodies(directory: Path) -> Iterator[bytes]:
    """Give a hall's prepared bodies."""
    with (directory / APPENDS).open("rb") as file:
        while head := file.read(LENGTH_BYTES):
            yield file.read(int.from_bytes(head))


def _send(directory: Path, transport: Transport, path: str, done: list[float]) -> None:
    for body in bodies(directory):
        answer = transport.request("POST", path, body=body, headers={"content-type": MEDIA_BYTES})
        if answer.status != 200:
            raise RuntimeError(f"{directory.name}: {answer.status} {answer.body!r}")
    done.append(time.perf_counter())


def main(url: str, directories: list[Path]) -> None:
    """Connect all, wait for the word, send."""
    clock, done, threads = SystemClock(), [], []
    for directory in directories:
        transport = city_transport(directory, url, clock)
        path = f"/v1/log/{log_hash(require_trust(directory).ticket.h2c_origin)}"
        transport.request("GET", f"{path}/checkpoint")
        threads.append(threading.Thread(target=_send, args=(directory, transport, f"{path}/append", done)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) != len(directories):
        raise SystemExit(1)
    sys.stdout.write(f"{max(done) - began}\n")


if __name__ == "__main__":
    main(sys.argv[1], [Path(word) for word in sys.argv[2:]])
