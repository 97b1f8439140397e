"""Both locks pin every dependency with hashes and name no host; the installed tree is what they say."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")
TOOLS = {"pytest", "mypy", "ruff", "playwright", "hypothesis", "import-linter", "pip-tools", "sigstore", "tlog-scales"}
PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[A-Za-z0-9._,-]+\])?==([^\s\\;]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Name to version; a line that is no pin, has no hash or names a host raises."""
    logical = re.sub(r"\\\n", " ", text)
    found: dict[str, str] = {}
    for line in (raw.strip() for raw in logical.splitlines()):
        if not line or line.startswith("#"):
            continue
        pin = PIN.match(line)
        if pin is None or not HASH.search(line) or "://" in line:
            message = f"not a hashed pin: {line[:80]}"
            raise ValueError(message)
        found[normal(pin[1])] = pin[2]
    return found


def direct(repository: Path) -> tuple[set[str], set[str]]:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [
        {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}
        for lines in (project["dependencies"], project["optional-dependencies"]["dev"])
    ]
    return names[0], names[1]


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_hashed_and_no_host_is_named(name: str, repository: Path) -> None:
    text = (repository / name).read_text(encoding="utf-8")
    assert len(pins(text)) > 20
    assert "://" not in text
    assert not re.search(r"^\s*(?:-i|-f|--(?:index|extra|find|trusted))", text, re.MULTILINE)


@pytest.mark.parametrize(
    "text",
    [
        "apsw==3.54.1.0\n",
        "apsw>=3 \\\n    --hash=sha256:" + "0" * 64,
        "apsw==3 \\\n    --hash=md5:00",
        "--find" + "-links x\n",
        "apsw @ https://example.invalid/apsw.whl --hash=sha256:" + "0" * 64,
    ],
)
def test_loose_requirement_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a hashed pin"):
        pins(text)


def test_locks_cover_what_pyproject_names(repository: Path) -> None:
    product, tools = direct(repository)
    locked, locked_all = (pins((repository / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert product <= set(locked)
    assert product | tools <= set(locked_all)


def test_product_lock_carries_no_tool_and_agrees_with_the_other(repository: Path) -> None:
    locked, locked_all = (pins((repository / name).read_text(encoding="utf-8")) for name in LOCKS)
    assert not TOOLS & set(locked)
    assert locked.items() <= locked_all.items()


def test_installed_versions_are_the_locked_ones(repository: Path) -> None:
    locked = pins((repository / "requirements-dev.lock").read_text(encoding="utf-8"))
    wrong = {}
    for name, pinned in locked.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "missing"
        if installed != pinned:
            wrong[name] = (pinned, installed)
    assert not wrong


def strangers(installed: Iterable[str], locked: Iterable[str]) -> set[str]:
    """What is installed beside the lock: with it, code runs here that stops on a fresh machine."""
    return {normal(name) for name in installed} - set(locked) - {"hallmark", "pip", "setuptools"}


def test_nothing_is_installed_that_the_lock_does_not_name(repository: Path) -> None:
    locked = pins((repository / "requirements-dev.lock").read_text(encoding="utf-8"))
    installed = [distribution.name for distribution in distributions()]
    assert not strangers(installed, locked)
    assert strangers([*installed, "Not_Locked"], locked) == {"not-locked"}
    assert "tomli-w" in strangers(installed, set(locked) - {"tomli-w"})
