"""``hall clock due`` through the console: it needs no hall, and its exit codes are those of every command."""

import json

import pytest
from click.testing import CliRunner

from provisioning.console import hall


def run(*words):
    return CliRunner().invoke(hall, ["clock", "due", *words])


def test_a_due_day_is_told_without_a_hall(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run("--start", "2026-11-23", "--limit", "5", "--json")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert (told["start"], told["due"], told["limit"]) == (
        "2026-11-23",
        "2026-11-30",
        {"count": 5, "unit": "working_day"},
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 3),
        (("--start", "2026-02-30", "--limit", "5"), 3),
        (("--start", "2026-11-23", "--limit", "5", "--unit", "week"), 3),
        (("--start", "2026-11-23", "--limit", "0"), 2),
        (("--start", "2040-02-13", "--limit", "5"), 2),
    ],
)
def test_wrong_questions_are_usage_and_impossible_ones_fail(words, code):
    answer = run(*words)
    assert answer.exit_code == code
    assert answer.stdout == ""
    assert answer.stderr
