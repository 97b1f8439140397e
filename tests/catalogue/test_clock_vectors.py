"""Limits through 2026 and over its edge: the command, the pure function and a count on paper give the day of the table.

The days of `clock_vectors.csv` were worked out by hand from the State Council's calendar, one row a question that a
jurist might put. `tests/domain/jurist_days.py` counts them day by day without anything of the product.
"""

import csv
import importlib.util
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.clock_command import clock_due
from appliance.domain.clocks import Limit, Pause, Unit, due_date

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("jurist_days", HERE.parent / "domain" / "jurist_days.py")
paper = importlib.util.module_from_spec(SPEC)
sys.modules.setdefault("jurist_days", paper)
SPEC.loader.exec_module(paper)

with (HERE / "clock_vectors.csv").open(encoding="utf-8", newline="") as rows:
    VECTORS = list(csv.DictReader(rows))
IDS = [f"{row['start']} {row['limit']} {row['unit']} {row['pauses']}".strip() for row in VECTORS]


def day(text):
    return date.fromisoformat(text) if text else None


def pauses(row):
    return [tuple(day(end) for end in pause.split("..")) for pause in row["pauses"].split()]


def expected(row):
    return day(row["due"]), day(row["moved_from"]), row["provisional"] == "yes"


@pytest.mark.parametrize("row", VECTORS, ids=IDS)
def test_the_command_prints_the_day_of_the_table(row):
    arguments = ["--start", row["start"], "--limit", row["limit"], "--unit", row["unit"]]
    for pause in row["pauses"].split():
        arguments += ["--pause", pause]
    told = json.loads(CliRunner().invoke(clock_due, [*arguments, "--json"]).output)
    assert (day(told["due"]), day(told["moved_from"]), told["provisional"]) == expected(row), row["why"]
    said = CliRunner().invoke(clock_due, arguments).output
    assert said.startswith(f"届满日 {row['due'] or '未定'}")
    assert ("暂定" in said.splitlines()[0]) == (row["provisional"] == "yes")


@pytest.mark.parametrize("row", VECTORS, ids=IDS)
def test_the_function_gives_the_day_of_the_table(row):
    limit = Limit(int(row["limit"]), Unit(row["unit"]))
    due = due_date(load_calendar(), day(row["start"]), limit, [Pause(*pause) for pause in pauses(row)])
    assert (due.date, due.moved_from, due.provisional) == expected(row), row["why"]


@pytest.mark.parametrize("row", VECTORS, ids=IDS)
def test_a_count_on_paper_gives_the_day_of_the_table(row):
    """The control of the table: whoever changes a day has this count against him."""
    book = paper.BEFORE_THE_NOTICE
    due, moved = book.due(day(row["start"]), int(row["limit"]), row["unit"], pauses(row))
    assert (due, moved, due is not None and book.provisional(due)) == expected(row), row["why"]


def test_the_calendar_on_paper_is_the_products_day_by_day():
    known, book = load_calendar(), paper.BEFORE_THE_NOTICE
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(730)]
    assert [one for one in days if known.is_working_day(one) != book.works(one)] == []
    assert sum(book.works(one) for one in days if one.year == 2026) == 248


def test_the_table_asks_enough():
    """Every unit, every worked weekend and every holiday of the year, pauses, moves, and the year's edge."""
    assert len(VECTORS) >= 90
    assert {row["unit"] for row in VECTORS} == {unit.value for unit in Unit}
    worked = {str(one) for one in paper.BEFORE_THE_NOTICE.make_up}
    assert worked <= {row["due"] for row in VECTORS}
    assert worked - {"2026-10-10"} <= {row["start"] for row in VECTORS} | {"2026-02-28", "2026-09-20"}
    assert sum(row["provisional"] == "yes" for row in VECTORS) >= 10
    assert sum(bool(row["moved_from"]) for row in VECTORS) >= 15
    assert sum(bool(row["pauses"]) for row in VECTORS) >= 15
