"""The import contracts hold, and each contract is seen to fail when its rule is broken in a copy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("appliance", "web", "sync", "provisioning", "hardware")
PLANTED = [
    ("appliance/domain/planted.py", "import appliance.services", "The core"),
    ("appliance/store/planted.py", "import web", "Rooms"),
    ("sync/planted.py", "import provisioning", "Rooms"),
    ("provisioning/planted.py", "import web", "Rooms"),
    ("appliance/papers/planted.py", "import appliance.projections", "The core"),
    ("appliance/ledger/planted.py", "import appliance.domain", "The core"),
    ("appliance/planted.py", "", "The core"),
    ("hardware/planted.py", "import appliance.errors", "Hardware imports nothing of ours"),
    ("web/pages/planted.py", "import apsw", "Only appliance.store imports apsw"),
    ("appliance/store/planted.py", "import sqlite3", "No second SQLite library"),
    ("appliance/services/planted.py", "import httpx", "The core knows no HTTP"),
    ("appliance/domain/planted.py", "import secrets", "domain and ledger are pure"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's modules and the contracts, and nothing else, in a folder of their own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(repository / ".importlinter", folder)
    for room in ROOMS:
        for module in (repository / room).rglob("*.py"):
            target = folder / module.relative_to(repository)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(module, target)
    return folder


def test_contracts_hold(repository: Path) -> None:
    result = lint(repository)
    assert result.returncode == 0, result.stdout + result.stderr


def broken(output: str) -> list[str]:
    """The names of the contracts that lint-imports reports as broken."""
    words = re.split(r" (KEPT|BROKEN)\b", " ".join(output.split()))
    return [name for name, verdict in zip(words[::2], words[1::2], strict=False) if verdict == "BROKEN"]


@pytest.mark.parametrize(("path", "line", "contract"), PLANTED)
def test_planted_import_breaks_its_contract(copy: Path, path: str, line: str, contract: str) -> None:
    planted = copy / path
    planted.write_text(f'"""Planted."""\n{line}\n', encoding="utf-8")
    try:
        result = lint(copy)
    finally:
        planted.unlink()
    assert result.returncode == 1, result.stdout
    assert any(contract in name for name in broken(result.stdout)), result.stdout


def test_copy_without_a_plant_holds(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert not broken(result.stdout)


def test_every_module_of_the_core_stands_in_a_layer(repository: Path) -> None:
    # `exhaustive` enforces it; this says it when someone removes that line.
    assert "exhaustive = True" in (repository / ".importlinter").read_text(encoding="utf-8")
