"""`hall clock due` prints the due day and how it was counted."""

import json

import pytest
from click.testing import CliRunner

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.clock_command import clock_due


def run(*arguments):
    return CliRunner().invoke(clock_due, arguments)


def test_it_prints_the_due_day_and_the_working():
    result = run("--start", "2026-02-13", "--limit", "20", "--unit", "working_day")
    assert result.exit_code == 0
    assert result.output.startswith("届满日 2026-03-19\n")
    assert "2026-02-15 → 2026-02-23" in result.output
    assert "休息日不计（春节）" in result.output
    assert "含调休上班" in result.output


def test_json_carries_the_same_calendar_as_the_loader():
    result = run("--start", "2026-09-14", "--limit", "20", "--pause", "2026-09-21..2026-10-12", "--json")
    data = json.loads(result.output)
    assert data["due"] == "2026-10-30"
    assert data["pauses"] == [["2026-09-21", "2026-10-12"]]
    assert data["calendar"] == load_calendar().version
    assert data["rows"][-1]["used"] == 20


def test_provisional_moved_and_standing_limits_say_so():
    assert "暂定" in run("--start", "2026-12-28", "--limit", "5").output
    moved = json.loads(run("--start", "2026-03-02", "--limit", "60", "--unit", "natural_day", "--json").output)
    assert (moved["moved_from"], moved["due"]) == ("2026-05-01", "2026-05-06")
    assert "未定" in run("--start", "2026-11-02", "--limit", "20", "--pause", "2026-11-09..").output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--start", "2026-02-30", "--limit", "5"), 2, "2026-02-30"),
        (("--start", "2026-02-13", "--limit", "0"), 1, "时限必须是正整数"),
        (("--start", "2040-02-13", "--limit", "5"), 1, "工作日日历只到"),
        (("--start", "2026-02-13", "--limit", "5", "--pause", "2026-02-14"), 2, "应为"),
        (("--start", "2026-02-13", "--limit", "5", "--pause", "2026-02-14..2026-02-01"), 2, "早于开始日"),
    ],
)
def test_wrong_arguments_are_refused_in_words(arguments, code, says):
    result = run(*arguments)
    assert result.exit_code == code
    assert says in result.output


def test_another_set_of_files_can_be_given(tmp_path):
    result = run("--start", "2026-02-13", "--limit", "5", "--calendar", str(tmp_path))
    assert result.exit_code == 1
    assert "没有任何年度" in result.output
