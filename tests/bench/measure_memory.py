"""Memory of the hall's processes after the demo load: sum of the proportional set sizes, the paper renderer apart."""

import json
import subprocess
import sys
import time
from pathlib import Path

from demo_run import demo_run
from figure import Bench, Figure, rounded, say
from program import children, command_line, pss_kilobytes

CASES_FULL = 5_000
TARGET = 350.0
SETTLE_SECONDS = 3.0


def measure(bench: Bench) -> Figure:
    """Load demo cases beside the running demo, let it come to rest, and add up."""
    var = bench.directory / "var"
    with demo_run(var) as demo:
        count = bench.scaled(CASES_FULL)
        hall = Path(sys.executable).with_name("hall")
        done = subprocess.run(
            [hall, "--data", var / "hall", "demo", "load", "--cases", str(count), "--seed", "1", "--json"],
            stdout=subprocess.PIPE,
            check=True,
        )
        loaded = json.loads(done.stdout)
        say(f"{count} cases, {loaded['entries']} entries loaded")
        time.sleep(SETTLE_SECONDS)
        sizes = {name: pss_kilobytes(pid) / 1024 for name, pid in demo.processes().items()}
        others = {
            " ".join(command_line(pid)[1:3])[-60:]: rounded(pss_kilobytes(pid) / 1024, 1)
            for pid in [demo.process.pid, *children(demo.process.pid)]
            if pid not in demo.processes().values()
        }
    value = sum(sizes.values())
    return Figure(
        name="memory",
        unit="MB, sum of PSS",
        value=rounded(value, 1),
        target=f"<= {TARGET} MB for owner, web, sync, jobs and watch",
        met=value <= TARGET and set(sizes) == {"owner", "web", "sync", "jobs", "watch"},
        beside={
            "by_process": {name: rounded(size, 1) for name, size in sorted(sizes.items())},
            "not_counted": others,
            "cases": count,
            "entries": loaded["entries"],
        },
    )
