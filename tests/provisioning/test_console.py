"""The console: one table of strings, loaded when used; exit codes 0, 1, 2, 3."""

import importlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from appliance.errors import Invalid
from provisioning.console import CITY, HALL, LazyGroup, city, hall

# Asked of another interpreter: which of the heavy modules did this command line load?
LOADED = """
import sys
from click.testing import CliRunner
from provisioning import console
words = sys.argv[2:]
answer = CliRunner().invoke(getattr(console, sys.argv[1]), words)
assert answer.exit_code == 0, answer.output
heavy = ("litestar", "uvicorn", "web", "sync", "huey", "httpx", "apsw", "typst", "structlog", "sqlite_utils")
print(" ".join(name for name in heavy if name in sys.modules))
"""


def loaded(program, *words):
    command = [sys.executable, "-c", LOADED, program, *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


@pytest.mark.parametrize("line", [*HALL.items(), *CITY.items()], ids=lambda line: line[0])
def test_every_line_names_a_command_with_help(line):
    (name, (target, text)) = line
    module, _, attribute = target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name.split()[-1]
    assert command.help
    assert text


@pytest.mark.parametrize(("program", "table"), [(hall, HALL), (city, CITY)])
def test_every_command_can_be_asked_for_help(program, table):
    for name in table:
        answer = CliRunner().invoke(program, [*name.split(), "--help"])
        assert answer.exit_code == 0, (name, answer.output)
        assert answer.output.startswith("Usage:"), name
    answer = CliRunner().invoke(program, ["--help"])
    assert all(name.split()[0] in answer.output for name in table)


def test_help_loads_none_of_the_programs():
    assert loaded("hall", "--help") == set()
    assert loaded("city", "--help") == set()


def test_a_command_loads_what_it_needs_and_no_more():
    # The second line is the control: the question does find what was loaded.
    assert loaded("hall", "clock", "due", "--start", "2026-11-23", "--limit", "5").isdisjoint({"web", "sync", "huey"})
    assert {"sync", "apsw"} <= loaded("hall", "sync", "status", "--help")


def make(outcome, table=None):
    @click.command("act")
    @click.pass_context
    def act(context):
        outcome(context)

    class Ready(LazyGroup):
        def get_command(self, _ctx, _name):
            return act

    return Ready(table or {"act": ("none:none", "做")}, name="hall")


def refuse(_context):
    raise Invalid("姓名有误", code="name_wrong", next_step="请改正")


def fail(_context):
    raise click.ClickException("不行")


def abort(_context):
    raise click.Abort


def wrong(_context):
    raise click.UsageError("问法不对")


@pytest.mark.parametrize(
    ("outcome", "code", "says"),
    [
        (lambda _context: None, 0, ""),
        (lambda context: context.exit(1), 1, ""),
        (lambda _context: sys.exit(1), 1, ""),
        (refuse, 2, "name_wrong · 姓名有误 · 请改正"),
        (fail, 2, "不行"),
        (abort, 2, ""),
        (wrong, 3, "问法不对"),
    ],
)
def test_an_outcome_gives_its_exit_code_and_one_line(outcome, code, says):
    answer = CliRunner().invoke(make(outcome), ["act"])
    assert answer.exit_code == code
    assert says in answer.stderr
    assert answer.stdout == ""
    assert "Traceback" not in answer.output


def test_a_mistake_of_ours_is_not_told_as_an_answer():
    def broken(_context):
        raise ZeroDivisionError

    answer = CliRunner().invoke(make(broken), ["act"])
    assert isinstance(answer.exception, ZeroDivisionError)
    assert answer.exit_code not in {0, 3}


@pytest.mark.parametrize(
    "words", [("no_such",), ("log", "no_such"), ("--no-such",), ("log", "verify", "extra"), ("case", "show")]
)
def test_what_is_no_command_is_usage(words):
    answer = CliRunner().invoke(hall, words)
    assert answer.exit_code == 3
    assert answer.stdout == ""
    assert "Usage:" in answer.stderr


def test_the_data_directory_stands_before_the_verb(tmp_path):
    answer = CliRunner().invoke(hall, ["--data", str(tmp_path / "none"), "config", "check"])
    assert answer.exit_code == 2
    assert "hall.toml" in answer.stderr
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("")
    assert CliRunner().invoke(hall, ["--data", str(tmp_path / "file"), "config", "check"]).exit_code == 3
    default = CliRunner().invoke(hall, ["--help"]).output, CliRunner().invoke(city, ["--help"]).output
    assert "var/hall" in default[0]
    assert "var/city" in default[1]


@pytest.mark.parametrize("program", ["hall", "city"])
def test_the_console_scripts_are_these_groups(repository, program):
    text = (repository / "pyproject.toml").read_text()
    assert f'{program} = "provisioning.console:{program}"' in text
