"""The deadline sweep over very many open clocks, against the same over few with equally many due."""

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import copies
from figure import CHEAP, Bench, Figure, median, opened, rounded, say

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
from sync.opening import OpenHall

FEW = 10_000
MANY_FULL = 1_000_000
LATE_CASES, FRESH_CASES = 120, 240
LATE_NIGHTS = 6  # the late cases came in on as many days, so that as many sweeps have something to do
LATE_DAYS = 25  # longer ago than most limits, and within the lease that a hall has without its city
ROUNDS = 41
TARGET = 2.0
OPEN = tuple(story for story in STORIES if not comes_to_an_end(story) and not story.act.startswith("paper"))


def _live(hall: Path, clock: FixedClock) -> tuple[set[str], dict[str, int]]:
    """Leave some cases lying for weeks and take others in today; give the late ones and each case's running clocks."""
    with opened(hall, clock) as owner:
        give_delegations(owner.desk, "sweep", clock)
        walker = Walker(owner.desk, Random("sweep"), clock, name="sweep", stories=OPEN)
        late = set()
        for _ in range(LATE_NIGHTS):
            late |= {done.case for _ in range(LATE_CASES // LATE_NIGHTS) for done in walker.walk_one()}
            clock.advance(timedelta(days=1))
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


@dataclass(slots=True)
class _Swept:
    """What the sweeps of one hall took, in seconds, and what they did."""

    acting: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    acted: int = 0

    def once(self, owner: OpenHall, today: date) -> None:
        """Sweep as on a day; what is due on it is done, and what was due before it was done by the sweep before."""
        began = time.perf_counter()
        day = today.isoformat()
        done = sweep(owner.desk, actor=SYSTEM, today=day, make_key=lambda no, at: f"sweep:{no}:{at}")
        (self.acting if done else self.idle).append(time.perf_counter() - began)
        self.acted += len(done)


def _in_turn(halls: tuple[Path, Path], clock: FixedClock) -> tuple[_Swept, _Swept]:
    """Sweep both halls in turn as the nights since the first late case would have, then some more that find nothing."""
    few, many, today = _Swept(), _Swept(), clock.now().date()
    with opened(halls[0], clock) as one, opened(halls[1], clock) as other:
        for ago in (*range(LATE_DAYS, 0, -1), *[0] * ROUNDS):
            for swept, owner in ((few, one), (many, other)):
                swept.once(owner, today - timedelta(days=ago))
    if few.acted == 0 or few.acted != many.acted or len(few.acting) != len(many.acting):
        raise RuntimeError(f"not equally many were due: {few} and {many}")
    return few, many


def measure(bench: Bench) -> Figure:
    """Make both halls and sweep them in turn: the first sweeps act on what is due, the last find nothing new."""
    clock, template = copies.year_clock(LATE_DAYS), bench.directory / "template"
    make_demo(template, bench.directory / "city", hall_port=8600, city_port=8700, clock=clock, limits=CHEAP)
    lived = copies.copied(template, bench.directory / "lived")
    late, running = _live(lived, clock)
    due = sum(running.get(no, 0) for no in late)
    fresh = sum(count for no, count in running.items() if no not in late)
    sizes, halls = [], []
    for name, wanted in (("few", FEW), ("many", bench.scaled(MANY_FULL))):
        hall, each = copies.copied(template, bench.directory / name), round((wanted - due) / fresh)
        told = copies.tell_again(
            lived, hall, clock, copies=lambda no, each=each: 1 if no in late else each, seed=1, say=say
        )
        halls.append(hall)
        sizes.append((due + fresh * each, told.cases))
        say(f"{name}: {sizes[-1][0]} open clocks in {told.cases} cases")
    few, many = _in_turn((halls[0], halls[1]), clock)
    idle = (median(few.idle), median(many.idle))
    ratios = [sum(many.acting) / sum(few.acting), idle[1] / idle[0]]
    return Figure(
        name="sweep",
        unit=f"seconds of the {len(many.acting)} sweeps that act",
        value=rounded(sum(many.acting)),
        baseline=rounded(sum(few.acting)),
        baseline_of=f"the same over {sizes[0][0]} open clocks in {sizes[0][1]} cases, with the same {few.acted} things"
        " to do, in turn",
        ratio=rounded(max(ratios)),
        target=f"ratio <= {TARGET}, also for a sweep that finds nothing new",
        met=max(ratios) <= TARGET,
        beside={
            "open_clocks": sizes[1][0],
            "cases": sizes[1][1],
            "acted_on": many.acted,
            "finds_nothing_seconds": rounded(idle[1], 4),
            "finds_nothing_baseline_seconds": rounded(idle[0], 4),
            "ratios": [rounded(one) for one in ratios],
        },
    )
