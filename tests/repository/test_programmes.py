"""The long programmes share six minutes per commit, and a run says how far it came."""

import shutil
import tomllib
from pathlib import Path

import pytest

SECONDS_SHARED_MAX = 360


@pytest.fixture
def table(repository: Path) -> dict[str, dict[str, int]]:
    return tomllib.loads((repository / "tests/programmes.toml").read_text(encoding="utf-8"))


def test_programmes_share_six_minutes(table: dict[str, dict[str, int]]) -> None:
    assert sum(row["seconds"] for row in table.values()) <= SECONDS_SHARED_MAX


def test_counts_are_in_order(table: dict[str, dict[str, int]]) -> None:
    for name, row in table.items():
        assert 0 < row["minimum"] <= row["per_commit"] <= row["full"], name


@pytest.fixture
def suite(pytester: pytest.Pytester, repository: Path) -> pytest.Pytester:
    """A suite of its own with our conftest and a table of one programme."""
    pytester.makeini("[pytest]\nmarkers =\n  programme(name): long\n  conformance(clause): proof\n")
    shutil.copy(repository / "tests/conftest.py", pytester.path)
    (pytester.path / "programmes.toml").write_text(
        '[walk]\ntitle = "t"\nfull = 50\nper_commit = 5\nseconds = 60\nminimum = 2\n', encoding="utf-8"
    )
    return pytester


WALK = """
import pytest

@pytest.mark.programme("walk")
def test_walk(programme):
    for number in programme:
        assert number < 50
        {body}
"""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "programme walk: 5 of 50"),
        (("--count", "full"), "programme walk: 50 of 50"),
        (("--count", "1"), "programme walk: 1 of 50"),
        (("-n", "2", "--count", "7"), "programme walk: 7 of 50"),
    ],
)
def test_count_reached_is_printed(suite: pytest.Pytester, arguments: tuple[str, ...], line: str) -> None:
    suite.makepyfile(WALK.format(body="pass"))
    result = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([line])


def test_seconds_end_a_run_and_too_few_rounds_fail_it(suite: pytest.Pytester) -> None:
    suite.makepyfile(WALK.format(body="programme.seconds = -1.0 if number == 0 else 0.0"))
    result = suite.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*programme walk: 1 of 50: fewer than the minimum of 2*"])


def test_unknown_programme_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile(WALK.format(body="pass").replace('"walk"', '"stroll"'))
    result = suite.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*stroll is no programme*"])
