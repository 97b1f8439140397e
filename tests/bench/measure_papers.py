"""The price of papers: CPU of each kind in a warm renderer, and what a renderer at full tilt costs a clerk's commit."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figure import Bench, Figure, make_hall, median, opened, quantile, rounded, say
from intake_posts import Client, Post, open_sessions, prepare_posts
from measure_intake import hall_server, request_of, send
from paper_samples import every_sample

from appliance.papers.client import RenderClient, spawner

CPU_MILLISECONDS_MAX = 150.0
RENDERS = 12
COLD_STARTS = 3
RATIO_MAX = 1.5
LEGS = 5
POSTS_FULL = 800
HERE = Path(__file__).parent


def cpu_seconds(pid: int) -> float:
    """Give the CPU time that all threads of a process have used, as the scheduler counts it."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def cost_of_each(socket: Path) -> dict[str, float]:
    """Give the CPU milliseconds that one paper of each kind costs a warm renderer (median of several)."""
    started: list[subprocess.Popen[bytes]] = []
    spawn = spawner(socket)

    def keep() -> subprocess.Popen[bytes] | None:
        child = spawn()
        started.extend([child] if child is not None else [])
        return child

    client, papers = RenderClient(socket, keep), every_sample()
    try:
        for paper in (*papers.values(), *papers.values()):
            client.render(paper)
        costs: dict[str, list[float]] = {name: [] for name in papers}
        for _ in range(RENDERS):
            for name, paper in papers.items():
                before = cpu_seconds(started[-1].pid)
                client.render(paper)
                costs[name].append((cpu_seconds(started[-1].pid) - before) * 1e3)
        if len(started) != 1:
            raise RuntimeError("the renderer died under way")
    finally:
        client.close()
    return {name: statistics.median(spent) for name, spent in costs.items()}


def cold_start_seconds(directory: Path) -> float:
    """Give the wall seconds from no renderer at all to the first slip in hand (median of several)."""
    paper, seconds = every_sample()["intake_receipt"], []
    for number in range(COLD_STARTS):
        socket = directory / f"cold-{number}.sock"
        client = RenderClient(socket, spawner(socket))
        began = time.perf_counter()
        try:
            client.render(paper)
            seconds.append(time.perf_counter() - began)
        finally:
            client.close()
    return median(seconds)


@contextmanager
def renderer_at_full_tilt(socket: Path) -> Iterator[list[int]]:
    """Keep a renderer busy; the list gets the number of papers that it made."""
    command = [sys.executable, HERE / "render_load.py", socket]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    made: list[int] = []
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the renderer did not start")
        yield made
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=30)
        made.append(int(rest or 0))


def _leg(port: int, client: Client, posts: list[Post]) -> list[float]:
    """Let one clerk take one application in after the other, and give the seconds from each post to its answer."""
    return send(port, [[request_of(client, post.path, post.body) for post in posts]]).latencies


def commits(bench: Bench) -> dict[str, float]:
    """Alternate legs of intake with an idle and with a busy renderer; gives latencies in milliseconds."""
    each = max(200, bench.scaled(POSTS_FULL))
    hall = make_hall(bench.directory)
    with opened(hall) as owner:
        clients = open_sessions(owner, 1)
        posts = prepare_posts(owner, clients, each * (2 * LEGS + 1), seed=6)[0]
    legs = [posts[at * each : (at + 1) * each] for at in range(2 * LEGS + 1)]
    quiet, busy, papers = [], [], 0
    with hall_server(hall, bench.directory / "log") as port:
        _leg(port, clients[0], legs.pop())
        for number in range(LEGS):
            quiet.append(_leg(port, clients[0], legs.pop()))
            with renderer_at_full_tilt(bench.directory / "render.sock") as made:
                busy.append(_leg(port, clients[0], legs.pop()))
            papers += made[0]
            say(
                f"leg {number + 1}: p99 {quantile(quiet[-1], 0.99) * 1e3:.2f} ms alone,"
                f" {quantile(busy[-1], 0.99) * 1e3:.2f} ms beside {made[0]} papers"
            )
    found = {"posts": float(each * LEGS), "papers_meanwhile": float(papers)}
    for name, times in (("alone", quiet), ("beside_the_renderer", busy)):
        found[f"{name}_p50"] = median([one for leg in times for one in leg]) * 1e3
        found[f"{name}_p99"] = median([quantile(leg, 0.99) for leg in times]) * 1e3
    return found


def measure(bench: Bench) -> Figure:
    """Price each kind of paper, then see whether a busy renderer is felt at the window."""
    costs = cost_of_each(bench.directory / "alone.sock")
    worst = max(costs, key=lambda name: costs[name])
    say(f"{worst}: {costs[worst]:.1f} ms of CPU")
    cold = cold_start_seconds(bench.directory)
    felt = commits(bench)
    ratio = felt["beside_the_renderer_p99"] / felt["alone_p99"]
    return Figure(
        name="papers",
        unit=f"milliseconds of CPU for the dearest of {len(costs)} kinds of paper, {worst}, in a warm renderer",
        value=rounded(costs[worst], 1),
        baseline=rounded(felt["alone_p99"], 2),
        baseline_of="milliseconds, p99 of an intake's commit with nothing to render; ratio: the same beside a busy one",
        ratio=rounded(ratio),
        target=f"<= {CPU_MILLISECONDS_MAX} ms; ratio <= {RATIO_MAX}",
        met=costs[worst] <= CPU_MILLISECONDS_MAX and ratio <= RATIO_MAX,
        beside={
            "cold_start_to_first_slip_seconds": rounded(cold),
            "cpu_milliseconds_by_kind": {
                name: rounded(spent, 1) for name, spent in sorted(costs.items(), key=lambda pair: -pair[1])
            },
            "commit_milliseconds": {name: rounded(number, 2) for name, number in felt.items()},
        },
    )
