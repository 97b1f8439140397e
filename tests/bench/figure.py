"""What a measurement gives, and what all of them need: a demo hall in a directory, the speed of the disk."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from appliance.clock import FixedClock, SystemClock
from appliance.services.passwords import HashLimits
from provisioning.demo import make_demo
from sync.opening import OpenHall, open_enrolled

CHEAP = HashLimits(passes=1, memory_bytes=8192)
BULK_DAYS = 25
SYNC_BYTES = 4096


@dataclass(slots=True)
class Figure:
    """One figure beside its baseline from the same run.

    Attributes:
        name: which one.
        unit: of value and baseline.
        value: what the product does.
        baseline: what it is held against, None where the target is absolute.
        baseline_of: what the baseline is, in words.
        ratio: value to baseline, in the direction that the target speaks of.
        target: in words, such as ``ratio >= 0.5``.
        met: whether it was reached in this run.
        beside: further figures of the same run.
    """

    name: str
    unit: str
    value: float
    target: str
    met: bool
    baseline: float | None = None
    baseline_of: str = ""
    ratio: float | None = None
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a measurement is handed.

    Attributes:
        directory: an empty directory on the disk to be measured; the caller removes it.
        share: 1.0 for the full sets, 0.1 by default.
    """

    directory: Path
    share: float

    def scaled(self, full: int) -> int:
        """Give the size of a large set at this run's share."""
        return max(1, round(full * self.share))


def say(text: str) -> None:
    """Tell of progress on stderr; stdout carries the JSON alone."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


def rounded(value: float, digits: int = 3) -> float:
    """Round for print."""
    return round(value, digits)


def median(values: Sequence[float]) -> float:
    """Give the middle value."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def seconds_of(work: Callable[[], object]) -> float:
    """Give the wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fastest(work: Callable[[], object], rounds: int = 5) -> float:
    """Give the shortest of some runs, which the machine disturbed least."""
    return min(seconds_of(work) for _ in range(rounds))


def sync_rate(directory: Path, seconds: float = 1.0) -> float:
    """Give how many times a second the disk makes 4 KiB at the end of a file durable (fdatasync)."""
    path = directory / "sync-rate"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    block, count, began = bytes(SYNC_BYTES), 0, time.perf_counter()
    try:
        while time.perf_counter() - began < seconds:
            os.write(handle, block)
            os.fdatasync(handle)
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        os.close(handle)
        path.unlink()


def make_hall(directory: Path, *, hall_port: int = 8600, city_port: int = 8700, days_ago: int = 0) -> Path:
    """Make a demo city and an enrolled demo hall, and give the hall's data directory."""
    hall, clock = directory / "hall", FixedClock(SystemClock().now() - timedelta(days=days_ago))
    make_demo(hall, directory / "city", hall_port=hall_port, city_port=city_port, clock=clock, limits=CHEAP)
    return hall


def past_clock() -> FixedClock:
    """Give a clock that stands where a hall for bulk loading begins, so that the loaded days lie in the past."""
    return FixedClock(SystemClock().now() - timedelta(days=BULK_DAYS) + timedelta(minutes=1))


@contextmanager
def opened(directory: Path, clock: FixedClock | None = None) -> Iterator[OpenHall]:
    """Own a hall for a while."""
    hall = open_enrolled(directory, clock or SystemClock())
    try:
        yield hall
    finally:
        hall.store.close()
