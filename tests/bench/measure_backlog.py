"""Memory of the agent (``hall sync once`` beside the owner) with a small backlog and with a large one."""

import subprocess
import time
from pathlib import Path

import measure_sync
from figure import Bench, Figure, rounded, say
from program import running, server

from appliance.config import CITY_FILE, HALL_FILE, CityConfig, HallConfig, load
from appliance.services.owner import SOCKET_NAME

SMALL, LEAST, LARGE = 30_000, 90_000, 200_000  # the small one reaches the largest message already
MORE = 1.1
LOOK_SECONDS = 0.005


def _peak(directory: Path, count: int) -> tuple[int, int, int]:
    """Give the agent's and the city's peak in KiB, and how many entries there were."""
    directory.mkdir()
    records, _ = measure_sync.prepared(directory, count)
    city, hall = directory / "city", directory / "hall"
    config = load(city / CITY_FILE, CityConfig)
    settings = load(hall / HALL_FILE, HallConfig)
    if not settings.city_url:
        raise RuntimeError(settings)
    serve = (measure_sync.BIN / "city", "--data", city, "serve", "--port", str(config.port))
    owner = (measure_sync.BIN / "hall", "--data", hall, "owner", "run")
    with (
        server(serve, config.link_port, directory / "city.log") as serving,
        running(owner, hall / SOCKET_NAME, directory / "owner.log"),
    ):
        agent = subprocess.Popen(
            (
                measure_sync.BIN / "hall",
                "--data",
                hall,
                "sync",
                "once",
                "--city",
                f"https://localhost:{config.link_port}",
            )
        )
        peak = 0
        while agent.poll() is None:  # the kernel's own sum at its end counts what this process held when it forked
            peak = max(peak, _high_water(agent.pid))
            time.sleep(LOOK_SECONDS)
        if agent.returncode:
            raise RuntimeError(f"the agent ended with {agent.returncode}")
        return peak, _high_water(serving.pid), records


def _high_water(pid: int) -> int:
    """Give a process's peak in KiB; 0 when it has ended."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def measure(bench: Bench) -> Figure:
    """Let the agent send both, each from a hall and to a city of its own."""
    found = {}
    for name, count in (("small", SMALL), ("large", max(LEAST, bench.scaled(LARGE)))):
        found[name] = _peak(bench.directory / name, count)
        say(f"{name}: agent, city KiB and entries {found[name]}")
    (small, city_small, few), (large, city_large, many) = found["small"], found["large"]
    ratio = large / small
    return Figure(
        name="backlog",
        unit="MiB at the agent's peak with the large backlog",
        value=rounded(large / 1024, 1),
        baseline=rounded(small / 1024, 1),
        baseline_of="the same with the small backlog",
        ratio=rounded(ratio),
        target=f"ratio <= {MORE}",
        met=ratio <= MORE,
        beside={
            "entries": [few, many],
            "city_peak_mib": [rounded(city_small / 1024, 1), rounded(city_large / 1024, 1)],
        },
    )
