"""Append cost per entry in a long log, against the same in a short one."""

import time
from pathlib import Path
from random import Random

import bulk
from figure import Bench, Figure, make_hall, median, opened, past_clock, rounded, say
from intake_posts import content_of

from appliance.clock import FixedClock
from appliance.domain.actor import Actor, Role
from provisioning.applications import make_application
from sync.opening import OpenHall
from web.pages import intake_draft, intake_fields

ENTRIES_FULL = 1_000_000
SHORT = 1_000
ROUNDS = 30
WARM_UP = 4
GROUP = 64
TARGET = 1.2


def _grown(directory: Path, name: str, entries: int) -> tuple[Path, FixedClock]:
    (directory / name).mkdir()
    hall, clock = make_hall(directory / name, days_ago=25), past_clock()
    with opened(hall, clock) as owner:
        bulk.load(owner, clock, seed=4, until=lambda loaded: loaded.entries >= entries, say=say)
    return hall, clock


def _append(hall: OpenHall, random: Random, clock: FixedClock, number: int) -> float:
    """Receive one group of cases and give seconds per entry, from the first submission to the last answer."""
    desk, changes = hall.desk, []
    items = desk.facts.items.all_current(desk.reader())
    for at in range(GROUP):
        made = make_application(random, random.choice(items), today=clock.now().date())
        content = content_of(made, f"A{at + 1:03d}")
        command = intake_draft.command(content, made.item, intake_fields.kinds_of(made.item), "")
        actor = Actor("W0312", Role.WINDOW_CLERK, "03")
        changes.append(desk.change(command, actor=actor, key=f"append {number} {at}"))
    began = time.perf_counter()
    waiting = [hall.store.writer.submit(change) for change in changes]
    entries = sum(future.result().count for future in waiting)
    return (time.perf_counter() - began) / entries


def measure(bench: Bench) -> Figure:
    """Alternate groups of receipts in both logs, so that both see the same disk."""
    long_entries = bench.scaled(ENTRIES_FULL)
    short, short_clock = _grown(bench.directory, "short", SHORT - 200)
    long, long_clock = _grown(bench.directory, "long", long_entries)
    costs: dict[str, list[float]] = {"short": [], "long": []}
    with opened(short, short_clock) as small, opened(long, long_clock) as large:
        for number in range(ROUNDS + WARM_UP):
            for name, hall, clock in (("short", small, short_clock), ("long", large, long_clock)):
                cost = _append(hall, Random(number), clock, number)
                if number >= WARM_UP:  # caches are cold in the first groups
                    costs[name].append(cost)
    value, baseline = median(costs["long"]), median(costs["short"])
    ratio = median([one / other for one, other in zip(costs["long"], costs["short"], strict=True)])
    return Figure(
        name="append",
        unit="microseconds per entry",
        value=rounded(value * 1e6, 1),
        baseline=rounded(baseline * 1e6, 1),
        baseline_of=f"the same receipts in a log of {SHORT} entries",
        ratio=rounded(ratio),
        target=f"ratio <= {TARGET}",
        met=ratio <= TARGET,
        beside={"entries": long_entries, "rounds": ROUNDS, "changes_per_group": GROUP},
    )
