"""Programs under measurement: a free port, a server that answers, an end within seconds, what memory it takes."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

STARTUP_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 15.0


def free_port() -> int:
    """Give a port of the loopback address that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    """Tell whether somebody accepts connections on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + STARTUP_SECONDS_MAX
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{process.args} did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def server(
    command: Sequence[str | Path], port: int, log: Path, *, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until its port answers, and end it with SIGTERM afterwards."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=out, env=dict(environment) if environment else None
        )
        try:
            _wait(process, lambda: listening(port), log)
            yield process
        finally:
            _end(process)


@contextlib.contextmanager
def running(command: Sequence[str | Path], ready: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until a file or socket of its own is there, and end it with SIGTERM afterwards."""
    ready.unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out)
        try:
            _wait(process, ready.exists, log)
            yield process
        finally:
            _end(process)


def children(pid: int) -> list[int]:
    """Give a process's children, theirs included."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for word in (task / "children").read_text().split():
            found += [int(word), *children(int(word))]
    return found


def cpu_seconds(pid: int) -> float:
    """Give the CPU that a process has taken so far, all of its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_kilobytes(pid: int) -> int:
    """Give a process's proportional set size."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def command_line(pid: int) -> list[str]:
    """Give a process's command line."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
