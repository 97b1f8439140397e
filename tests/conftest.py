"""What every test may ask for: the count of a long programme, and where the repository stands.

A programme is a long test with a full count (`make soak`) and a smaller one per commit (programmes.toml). The count
reached is printed at the end of every run, under xdist too, so that a run which did less is seen to have done less.
"""

import os
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# No test asks how fast the machine is; a busy one would fail where nothing is wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("untimed")

TABLE = Path(__file__).with_name("programmes.toml")
REACHED = "programme"


@dataclass(slots=True)
class Programme:
    """One run of one programme; iterate over it for the round numbers 0, 1, 2 …

    Iteration ends at `count`, or when the per-commit seconds are used up. Reaching fewer than `minimum` rounds fails
    the test when it ends.
    """

    name: str
    count: int
    full: int
    minimum: int
    seconds: float
    reached: int = 0
    monotonic: Callable[[], float] = time.monotonic
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.monotonic()

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            if self.monotonic() - self.started > self.seconds:
                return
            yield number
            self.reached = number + 1

    def done(self, rounds: int) -> None:
        """Say how many rounds were done, for a programme that counts by itself (hypothesis, a table of vectors)."""
        self.reached = rounds

    def line(self) -> str:
        return f"programme {self.name}: {self.reached} of {self.full}"


def programme_of(name: str, table: Mapping[str, Any], asked: str) -> Programme:
    """Give the programme's run: `asked` is empty (per commit), ``full`` or a number, which lift the time limit."""
    if name not in table:
        message = f"{name} is no programme of {TABLE.name}; add its row there"
        raise pytest.UsageError(message)
    row = table[name]
    if not asked:
        return Programme(name, row["per_commit"], row["full"], row["minimum"], float(row["seconds"]))
    count = row["full"] if asked == "full" else int(asked)
    return Programme(name, count, row["full"], min(count, row["minimum"]), float("inf"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("hallmark")
    group.addoption(
        "--count",
        default=os.environ.get("HALLMARK_COUNT", ""),
        help="rounds of each long programme: a number, or full; default: the per-commit counts of programmes.toml",
    )
    group.addoption("--write-proofs", metavar="FILE", help="write which tests carry a conformance mark to FILE")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's top folder."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture
def programme(request: pytest.FixtureRequest) -> Iterator[Programme]:
    """The count of the programme named by the test's mark ``programme(name)``."""
    mark = request.node.get_closest_marker("programme")
    if mark is None or not mark.args:
        message = "the fixture `programme` needs the mark programme(name)"
        raise pytest.UsageError(message)
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    run = programme_of(mark.args[0], table, request.config.getoption("--count"))
    yield run
    request.node.user_properties.append((REACHED, run.line()))
    if run.reached < run.minimum:
        pytest.fail(f"{run.line()}: fewer than the minimum of {run.minimum}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the count that each programme reached, from the reports, which xdist carries over from its workers."""
    lines = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown" or getattr(report, "outcome", "") == "failed"
        for key, value in getattr(report, "user_properties", ())
        if key == REACHED
    ]
    if lines:
        terminalreporter.section("programmes")
        for line in sorted(set(lines)):
            terminalreporter.write_line(line)


def marked_tests(items: list[pytest.Item]) -> dict[str, set[str]]:
    """Give row id to node ids (without parameters) of the tests that carry its conformance mark."""
    marked: dict[str, set[str]] = {}
    for item in items:
        for mark in item.iter_markers("conformance"):
            for row in mark.args:
                marked.setdefault(row, set()).add(item.nodeid.partition("[")[0])
    return marked


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write which tests carry a conformance mark, when asked to."""
    target = session.config.getoption("--write-proofs")
    if target:
        from appliance.conformance import encode_proofs  # noqa: PLC0415 - only this command needs the product

        Path(target).write_bytes(encode_proofs(marked_tests(session.items)))
