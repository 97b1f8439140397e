"""The deadline sweep over very many open clocks, against the same over few with equally many due."""

import time
from pathlib import Path
from random import Random

import copies
from figure import CHEAP, Bench, Figure, opened, rounded, say

from appliance.clock import FixedClock, SystemClock
from appliance.domain.actor import SYSTEM
from appliance.domain.states import TERMINAL
from appliance.projections import cases
from appliance.services.sweep import sweep
from provisioning.demo import make_demo
from provisioning.load import give_delegations
from provisioning.stories import STORIES
from provisioning.walk import Walker
from provisioning.year import comes_to_an_end

FEW = 10_000
MANY_FULL = 1_000_000
LATE_CASES, FRESH_CASES = 120, 240
LATE_DAYS = 25  # longer ago than most limits, and within the lease that a hall has without its city
ROUNDS = 5
TARGET = 2.0
OPEN = tuple(story for story in STORIES if not comes_to_an_end(story) and not story.act.startswith("paper"))


def _live(hall: Path, clock: FixedClock) -> tuple[set[str], dict[str, int]]:
    """Leave some cases lying for weeks and take others in today; give the late ones and each case's running clocks."""
    with opened(hall, clock) as owner:
        give_delegations(owner.desk, "sweep", clock)
        walker = Walker(owner.desk, Random("sweep"), clock, name="sweep", stories=OPEN)
        late = {done.case for _ in range(LATE_CASES) for done in walker.walk_one()}
        clock.advance(SystemClock().now() - clock.now())
        for _ in range(FRESH_CASES):
            for _done in walker.walk_one():
                pass
        running = {
            case.no: sum(one.stopped is None and not one.paused for one in case.clocks)
            for case in cases.every(owner.store.reader())
            if case.state not in TERMINAL
        }
    return late, running


def _timed(hall: Path, clock: FixedClock) -> tuple[float, float, int]:
    """Sweep a hall; gives the seconds of the sweep that finds work, of one that finds none, and what was done."""
    today = clock.now().date().isoformat()
    with opened(hall, clock) as owner:

        def once() -> tuple[float, int]:
            began = time.perf_counter()
            done = sweep(owner.desk, actor=SYSTEM, today=today, make_key=lambda no, day: f"sweep:{no}:{day}")
            return time.perf_counter() - began, len(done)

        first, acted = once()
        again = [once() for _ in range(ROUNDS)]
    if acted == 0 or any(done for _, done in again):
        raise RuntimeError(f"the first sweep did {acted} things, the later ones {[done for _, done in again]}")
    return first, min(spent for spent, _ in again), acted


def measure(bench: Bench) -> Figure:
    """Sweep both halls, twice and more: the first sweep acts on what is due, the later ones find nothing new."""
    clock, template = copies.year_clock(LATE_DAYS), bench.directory / "template"
    make_demo(template, bench.directory / "city", hall_port=8600, city_port=8700, clock=clock, limits=CHEAP)
    lived = copies.copied(template, bench.directory / "lived")
    late, running = _live(lived, clock)
    due = sum(running.get(no, 0) for no in late)
    fresh = sum(count for no, count in running.items() if no not in late)
    found = {}
    for name, wanted in (("few", FEW), ("many", bench.scaled(MANY_FULL))):
        hall, each = copies.copied(template, bench.directory / name), round((wanted - due) / fresh)
        told = copies.tell_again(
            lived, hall, clock, copies=lambda no, each=each: 1 if no in late else each, seed=1, say=say
        )
        found[name] = (*_timed(hall, clock), due + fresh * each, told.cases)
        say(f"{name}: {found[name]}")
    few, many = found["few"], found["many"]
    if few[2] != many[2]:
        raise RuntimeError(f"not equally many were due: {few[2]} and {many[2]}")
    ratios = [many[at] / few[at] for at in (0, 1)]
    return Figure(
        name="sweep",
        unit="seconds of a sweep that acts",
        value=rounded(many[0]),
        baseline=rounded(few[0]),
        baseline_of=f"the same over {few[3]} open clocks in {few[4]} cases, with the same {few[2]} things to do",
        ratio=rounded(max(ratios)),
        target=f"ratio <= {TARGET}, also for a sweep that finds nothing new",
        met=max(ratios) <= TARGET,
        beside={
            "open_clocks": many[3],
            "cases": many[4],
            "acted_on": many[2],
            "finds_nothing_seconds": rounded(many[1], 4),
            "finds_nothing_baseline_seconds": rounded(few[1], 4),
            "ratios": [rounded(one) for one in ratios],
        },
    )
