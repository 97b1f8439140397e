"""`make run` as a person starts it, in a directory of its own: its time to the first page, its processes, its end."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from program import children, command_line, free_port

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FIRST_PAGE_SECONDS_MAX = 60.0
END_SECONDS_MAX = 30.0
PAGE = "/login"


@dataclass(slots=True)
class DemoRun:
    """A running demo.

    Attributes:
        process: make, or what it became.
        port: of the hall's pages.
        seconds: from the command to the first page.
    """

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def processes(self) -> dict[str, int]:
        """Give the hall's processes by what they do: owner, web, sync, jobs, watch."""
        found = {}
        for pid in children(self.process.pid):
            with contextlib.suppress(OSError):
                words = command_line(pid)
                for name, verbs in (
                    ("owner", ["owner", "run"]),
                    ("web", ["web", "serve"]),
                    ("sync", ["sync", "run"]),
                    ("jobs", ["jobs", "run"]),
                    ("watch", ["watch", "run"]),
                ):
                    if any(words[at : at + 2] == verbs for at in range(len(words))):
                        found[name] = pid
        return found


def _page(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", PAGE)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return False
    finally:
        connection.close()
    return answer.status == 200


@contextlib.contextmanager
def demo_run(var: Path) -> Iterator[DemoRun]:
    """Run `make run` until its first page is there, and end it with Ctrl-C's signal afterwards."""
    port, city = free_port(), free_port()
    command = ["make", "--no-print-directory", "run", f"VAR={var}", f"HALL_PORT={port}", f"CITY_PORT={city}"]
    var.parent.mkdir(parents=True, exist_ok=True)
    with (var.parent / "make.log").open("ab") as log:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log, start_new_session=True)
        try:
            while not _page(port):
                if process.poll() is not None or time.monotonic() - began > FIRST_PAGE_SECONDS_MAX:
                    raise RuntimeError((var.parent / "make.log").read_text(errors="replace")[-2000:])
                time.sleep(0.02)
            yield DemoRun(process, port, time.monotonic() - began)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(END_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
