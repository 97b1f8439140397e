"""systemd accepts every unit without a word, none is more exposed than allowed, and each starts a real command."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

EXPOSURE_MAX = 13  # tenths of systemd's scale of 0 to 10: a ratchet at today's value; the box asks for 25
PROTECTIONS = ("CapabilityBoundingSet=\n", "ProtectSystem=strict\n", "NoNewPrivileges=yes\n", "PrivateUsers=yes\n")
PROGRAMS = Path("/opt/hallmark/.venv/bin")
UNITS = sorted((Path(__file__).resolve().parents[2] / "systemd").glob("*.service"))
PROGRAM_UNITS = [unit for unit in UNITS if unit.stem != "hall-render"]
ANALYZE = shutil.which("systemd-analyze")

needs_systemd = pytest.mark.skipif(
    ANALYZE is None and not os.environ.get("CI"), reason="systemd-analyze is missing: make setup as root installs it"
)


@pytest.fixture(scope="module")
def staged(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units in a folder of their own, with stand-ins at the programs' place so that verify finds them."""
    folder = tmp_path_factory.mktemp("units")
    programs = folder / "bin"
    programs.mkdir()
    for name in ("hall", "city", "python"):
        (programs / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    for unit in (repository / "systemd").iterdir():
        if unit.suffix in {".service", ".target", ".socket"}:
            text = unit.read_text(encoding="utf-8").replace(str(PROGRAMS), str(programs))
            (folder / unit.name).write_text(text, encoding="utf-8")
    return folder


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def verify(unit: Path) -> subprocess.CompletedProcess[str]:
    return analyze("verify", "--recursive-errors=yes", "--man=no", str(unit))


def exposure(unit: Path, tenths: int) -> subprocess.CompletedProcess[str]:
    return analyze("security", "--offline=true", f"--threshold={tenths}", "--no-pager", str(unit))


def test_every_process_of_the_design_has_its_unit() -> None:
    hall = {"hall-owner", "hall-web", "hall-sync", "hall-jobs", "hall-watch", "hall-render"}
    assert {unit.stem for unit in UNITS} == {*hall, "city"}


@needs_systemd
@pytest.mark.parametrize("name", [*(unit.name for unit in UNITS), "hall.target", "hall-render.socket"])
def test_unit_is_accepted_in_silence(name: str, staged: Path) -> None:
    result = verify(staged / name)
    assert (result.returncode, result.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_unit_is_hardly_exposed(unit: Path) -> None:
    result = exposure(unit, EXPOSURE_MAX)
    assert result.returncode == 0, result.stdout[-400:] + result.stderr


@needs_systemd
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RestartSec=1", "RestartSecs=1"),
        ("ProtectSystem=strict", "ProtectSystem=very"),
        ("ExecStart=", "ExecStart=/nowhere"),
        ("After=", "After=no such\nBefore="),
    ],
)
def test_planted_mistake_is_named(old: str, new: str, staged: Path, tmp_path: Path) -> None:
    text = (staged / "hall-web.service").read_text(encoding="utf-8")
    assert old in text
    planted = tmp_path / "planted.service"
    planted.write_text(text.replace(old, new, 1).replace("WantedBy=hall.target", ""), encoding="utf-8")
    result = verify(planted)
    assert result.returncode != 0 or result.stderr


@needs_systemd
@pytest.mark.parametrize("line", PROTECTIONS)
def test_removed_protection_is_noticed(line: str, repository: Path, tmp_path: Path) -> None:
    text = (repository / "systemd/hall-web.service").read_text(encoding="utf-8")
    weaker = tmp_path / "weaker.service"
    weaker.write_text(text.replace(line, "", 1), encoding="utf-8")
    assert line in text
    assert exposure(weaker, EXPOSURE_MAX).returncode != 0


def start_command(unit: Path) -> list[str]:
    found = re.search(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return shlex.split(found[1])


@pytest.mark.parametrize("unit", PROGRAM_UNITS, ids=lambda unit: unit.stem)
def test_unit_starts_a_command_that_exists(unit: Path) -> None:
    from provisioning import console  # noqa: PLC0415 - only this test needs the product

    program, *arguments = start_command(unit)
    command = getattr(console, Path(program).name)
    assert isinstance(command, click.Command)
    result = CliRunner().invoke(command, [*arguments, "--help"])
    assert result.exit_code == 0, result.output


def test_renderer_unit_starts_the_renderer(repository: Path) -> None:
    program, *arguments = start_command(repository / "systemd/hall-render.service")
    assert program == f"{PROGRAMS}/python"
    result = subprocess.run([sys.executable, *arguments, "--help"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    listens = re.search(r"^ListenStream=(.*)$", (repository / "systemd/hall-render.socket").read_text(), re.MULTILINE)
    assert listens is not None
    assert listens[1] in arguments


@pytest.mark.parametrize("unit", PROGRAM_UNITS, ids=lambda unit: unit.stem)
def test_hall_and_city_cannot_read_each_other(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    owner = "city" if unit.stem == "city" else "hall"
    assert f"User=hallmark-{owner}\n" in text
    assert f"ReadWritePaths=/var/lib/hallmark/{owner}\n" in text
    assert start_command(unit)[:3] == [f"{PROGRAMS}/{owner}", "--data", f"/var/lib/hallmark/{owner}"]


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None and not os.environ.get("CI"), reason="no systemd-sysusers")
def test_accounts_and_folders_are_well_formed(repository: Path, tmp_path: Path) -> None:
    folder = repository / "systemd"
    users = subprocess.run(
        ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(folder / "hallmark.sysusers.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert users.returncode == 0, users.stderr
    planted = tmp_path / "planted.conf"
    planted.write_text("u bad/name - -\n", encoding="utf-8")
    refused = subprocess.run(
        ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(planted)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0 or "bad/name" in refused.stderr
