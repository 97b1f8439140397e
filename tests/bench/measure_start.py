"""From `make run` on a prepared machine to the first page: with an empty directory, and with the demo already there."""

from demo_run import demo_run
from figure import Bench, Figure, rounded, say

TARGET = 5.0
ROUNDS = 2


def measure(bench: Bench) -> Figure:
    """Start the demo from nothing, then again over its data."""
    fresh, again = [], []
    for number in range(ROUNDS):
        var = bench.directory / f"var-{number}"
        for times in (fresh, again):
            with demo_run(var) as demo:
                times.append(demo.seconds)
        say(f"round {number + 1}: fresh {fresh[-1]:.2f} s, again {again[-1]:.2f} s")
    value = min(fresh)
    return Figure(
        name="start",
        unit="seconds from make run to the first page",
        value=rounded(value, 2),
        target=f"<= {TARGET} s, first start and later ones",
        met=max(value, min(again)) <= TARGET,
        beside={
            "fresh_seconds": [rounded(one, 2) for one in fresh],
            "again_seconds": [rounded(one, 2) for one in again],
        },
    )
