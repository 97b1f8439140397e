"""``hall demo load``: varied cases through the real services, the same for a seed, new ones each time."""

import json
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner

from appliance.clock import SHANGHAI, parse_time
from appliance.domain.actor import SYSTEM
from appliance.domain.states import State
from appliance.errors import Conflict
from appliance.projections import cases
from appliance.services.access_days import settle
from appliance.services.sweep import sweep
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.access_verify import logged_digests, verify_access
from provisioning.load import demo_load, load_cases, prepare
from provisioning.walk import STORIES
from provisioning.year import YearPlan


def load(hall, count=30, seed=1, **year):
    with closing(AccessBook(hall.directory / ACCESS_NAME)) as book:
        return load_cases(
            hall.desk, origin=hall.origin, count=count, seed=seed, clock=hall.clock, progress=False, book=book, **year
        )


def told(hall):
    """What a case is apart from random numbers and times."""
    return [
        (case.no, case.state, case.item_code, case.applicant, case.form, case.acceptance_no, case.decision)
        for row in cases.by_state(hall.desk.reader(), None, limit=1000)
        for case in [cases.find(hall.desk.reader(), row.no)]
    ]


def test_the_same_seed_makes_the_same_cases(hall, demo_template, tmp_path_factory):
    other = type(hall)(demo_template, tmp_path_factory.mktemp("other"))
    try:
        assert load(hall).stories == load(other).stories
        assert told(hall) == told(other)
    finally:
        other.close()


def test_another_seed_makes_other_cases_and_a_second_run_adds_new_ones(hall):
    first = load(hall, 10)
    again = load(hall, 10)
    assert cases.total(hall.desk.reader()) == 20
    assert again.size == first.size + again.entries
    applicants = [row[3] for row in told(hall)]
    assert applicants[:10] != applicants[10:]


def test_the_summary_counts_what_is_there(hall):
    loaded = load(hall, 40)
    reader = hall.desk.reader()
    assert sum(loaded.stories.values()) == sum(loaded.states.values()) == loaded.cases == cases.total(reader) == 40
    states = Counter(row.state.value for row in cases.by_state(reader, None, limit=1000))
    assert loaded.states == dict(sorted(states.items()))
    assert len(loaded.stories) > 8
    assert loaded.size == reader.execute("SELECT size FROM log WHERE own = 1").get


def test_every_story_is_told_by_weight_and_some_end_open():
    assert len({story.name for story in STORIES}) == len(STORIES)
    assert all(story.weight > 0 for story in STORIES)
    assert {story.until for story in STORIES} >= {State.RECEIVED, State.CORRECTION_PENDING, State.IN_REVIEW}
    closed = sum(story.weight for story in STORIES if story.until is State.CLOSED)
    assert 0.5 < closed / sum(story.weight for story in STORIES) < 0.9


def test_on_an_empty_directory_the_command_makes_the_demo_first(tmp_path):
    folder = tmp_path / "hall"
    answer = CliRunner().invoke(demo_load, ["--cases", "3", "--seed", "7", "--json"], obj={"data": folder})
    assert answer.exit_code == 0, answer.output
    loaded = json.loads(answer.output)
    assert (loaded["cases"], sum(loaded["states"].values())) == (3, 3)
    assert (folder / "ticket.note").exists()
    assert (folder / "demo-city" / "city.db").exists()
    again = CliRunner().invoke(demo_load, ["--cases", "2"], obj={"data": folder})
    assert (again.exit_code, "已装入 2 件" in again.output) == (0, True)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path, hall):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "letter.txt").write_text("x")
    with pytest.raises(Conflict) as caught:
        prepare(tmp_path / "work", tmp_path / "city", hall.clock)
    assert caught.value.code == "directory_in_use"


# ---- a year


@pytest.fixture
def told_year(hall):
    """Seven weeks of a hall, with the nights on which something ran."""
    nights, until = [], datetime(2026, 12, 30, 17, 0, tzinfo=SHANGHAI)

    def nightly(day):
        nights.append(day)
        sweep(hall.desk, actor=SYSTEM, today=day.isoformat(), make_key=lambda no, at: f"sweep:{no}:{at}")
        with closing(AccessBook(hall.directory / ACCESS_NAME)) as book:
            settle(hall.desk, book, today=day.isoformat(), make_key=lambda one: f"access:{one.day}")

    plan = YearPlan(hall.clock, hall.desk.facts.calendar(hall.desk.reader()), until, nightly)
    loaded = load(hall, 60, 9, year=plan)
    return loaded, nights, until


def test_a_year_is_lived_by_day_and_swept_by_night(hall, told_year):
    loaded, nights, until = told_year
    assert hall.clock.now() == until
    assert nights == [date(2026, 11, 24) + timedelta(days=n) for n in range(37)]
    received = [parse_time(row.received_at) for row in cases.by_state(hall.desk.reader(), None, limit=1000)]
    assert len(received) == loaded.cases == 60
    calendar = hall.desk.facts.calendar(hall.desk.reader())
    assert all(calendar.is_working_day(at.date()) and 9 <= at.hour < 17 for at in received)
    assert len({at.date() for at in received}) > 15
    assert {"closed", "in_review", "correction_pending"} <= set(loaded.states)


def test_the_year_has_looks_at_cases_and_each_day_is_held_by_the_log(hall, told_year):
    _, nights, _ = told_year
    digests = logged_digests(hall.desk.reader())
    assert sorted(digests) == [(night - timedelta(days=1)).isoformat() for night in nights]
    counts = [one.count for one in digests.values()]
    assert 0 in counts
    assert sum(counts) > 200
    verdicts = AccessBook(hall.directory / ACCESS_NAME).read(
        lambda connection: verify_access(connection, digests, today="2026-12-30")
    )
    assert all(one.ok and not one.waiting for one in verdicts)


def test_a_case_takes_days_from_receipt_to_hand_over(hall, told_year):
    took = []
    for row in cases.by_state(hall.desk.reader(), State.CLOSED, limit=1000):
        case = cases.find(hall.desk.reader(), row.no)
        if case.handover is not None:
            took.append((parse_time(case.handover.at) - parse_time(case.received_at)).days)
    assert len(took) > 10
    assert 0 < sorted(took)[len(took) // 2] < 15
