"""The notice for 2027 comes out: what was provisional is counted again, never to the applicant's loss (domain §5.3).

One row of `clock_recomputations.csv` is one limit: what was printed by rule, what the new calendar counts, what stands.
The count is asked of the command with the published files, of the decider, and of the days on paper.
"""

import csv
import importlib.util
import json
import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

import appliance.catalogue.calendar as shipped
from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.clock_command import clock_due
from appliance.domain.case.values import Running
from appliance.domain.decide import timing
from appliance.domain.decide.limits import deadline
from appliance.domain.item_terms import LimitUnit

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("jurist_days", HERE / "jurist_days.py")
paper = importlib.util.module_from_spec(SPEC)
sys.modules.setdefault("jurist_days", paper)
SPEC.loader.exec_module(paper)

with (HERE / "clock_recomputations.csv").open(encoding="utf-8", newline="") as rows:
    ROWS = list(csv.DictReader(rows))
IDS = [f"{row['clock']} {row['start']} {row['unit']} off {row['off']} worked {row['worked']}" for row in ROWS]
# To the applicant's loss would be: a promise later than printed, and a day earlier by which he must act.
PROMISES, HIS_DAYS = {"C3"}, {"C5", "C6", "C7a"}


def listed(row):
    """Give the days of the notice: New Year's Day, and those of the row."""
    special = dict.fromkeys(("01-01", *row["off"].split()), True) | dict.fromkeys(row["worked"].split(), False)
    return [{"name": "示例", "date": f"2027-{day}", "isOffDay": off} for day, off in sorted(special.items())]


def publish(row, directory):
    """Write the year files as they would be imported: 2026 as shipped, 2027 as published."""
    folder = Path(shipped.__file__).parent / "calendar"
    (directory / "2026.json").write_bytes((folder / "2026.json").read_bytes())
    notice = {"number": "示例〔2026〕1号", "title": "示例", "issued": "2026-12-30"}
    year = {"year": 2027, "status": "official", "papers": [], "documents": [notice], "source": "示例"}
    (directory / "2027.json").write_text(json.dumps(year | {"days": listed(row)}), encoding="utf-8")
    return directory


def known(row):
    start, unit = date.fromisoformat(row["start"]), LimitUnit(row["unit"])
    return deadline(row["clock"], start, int(row["limit"]), unit, load_calendar())


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_the_command_counts_by_the_published_year(row, tmp_path):
    arguments = ["--start", row["start"], "--limit", row["limit"], "--unit", row["unit"], "--json"]
    before = json.loads(CliRunner().invoke(clock_due, arguments).output)
    assert (before["due"], before["provisional"]) == (row["printed"], True)
    after = json.loads(CliRunner().invoke(clock_due, [*arguments, "--calendar", str(publish(row, tmp_path))]).output)
    assert (after["due"], after["provisional"]) == (row["counted"], False), row["why"]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_what_stands_is_never_to_the_applicants_loss(told, row, tmp_path):
    told.receive()
    told.case = msgspec.structs.replace(told.case, clocks=(Running(deadline=known(row)),))
    case = told.recompute(load_calendar(publish(row, tmp_path)))
    stands = case.clocks[0].deadline
    assert (stands.due, stands.provisional) == (row["stands"], False), row["why"]
    assert told.events[-1][1].kept == ((row["clock"],) if row["stands"] != row["counted"] else ())
    assert row["clock"] not in PROMISES or stands.due <= row["printed"]
    assert row["clock"] not in HIS_DAYS or stands.due >= row["printed"]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_count_on_paper_gives_the_days_of_the_table(row):
    known_days = paper.BEFORE_THE_NOTICE
    special = {date.fromisoformat(day["date"]): day["isOffDay"] for day in listed(row)}
    published = paper.Days(
        off=frozenset(day for day in known_days.off if day.year < 2027) | {day for day in special if special[day]},
        make_up=known_days.make_up | {day for day in special if not special[day]},
        official=2027,
    )
    ask = (date.fromisoformat(row["start"]), int(row["limit"]), row["unit"])
    assert [str(days.due(*ask)[0]) for days in (known_days, published)] == [row["printed"], row["counted"]], row["why"]


def test_the_lists_of_loss_are_the_deciders():
    """A clock that the decider keeps is one of these; a new one needs its rows."""
    assert set(timing.KEPT_NOT_LATER) == PROMISES
    assert set(timing.KEPT_NOT_EARLIER) == HIS_DAYS
    assert {row["clock"] for row in ROWS} >= PROMISES | HIS_DAYS
