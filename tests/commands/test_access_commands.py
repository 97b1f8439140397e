"""``hall access verify``: the access log is what the signed log holds it to, or the day that is not is named."""

from datetime import timedelta

import apsw
import pytest

from appliance.clock import SystemClock
from appliance.services.access_days import settle
from appliance.store.access import ACCESS_NAME, View, looks
from appliance.store.access_book import AccessBook
from sync.opening import open_enrolled

CLOCK = SystemClock()
DAYS = [(CLOCK.now() - timedelta(days=back)).date().isoformat() for back in (3, 2, 1)]


@pytest.fixture
def seen(place, numbers):
    """The hall with two looks three days ago, none the day after, one yesterday, and all three days in the log."""
    book, now = AccessBook(place.hall / ACCESS_NAME), CLOCK.now()
    for back, case in ((3, 0), (3, 1), (1, 2)):
        at = now - timedelta(days=back)
        book.record_now([View(at, "C1001", "case_handler", "case", (numbers[case],), ("name",))])
    opened = open_enrolled(place.hall, CLOCK)
    try:
        made = settle(opened.desk, book, today=now.date().isoformat(), make_key=lambda one: f"access:{one.day}")
    finally:
        opened.store.close()
        book.close()
    assert made == DAYS
    return place


def change(place, statement):
    """Change the file as somebody with the file in hand would: without its triggers."""
    connection = apsw.Connection(str(place.hall / ACCESS_NAME))
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.close()


def test_an_untouched_access_log_is_sound(seen):
    told = seen.told("access", "verify")
    assert told["ok"]
    assert [(day["day"], day["count"]) for day in told["days"]] == list(zip(DAYS, (2, 0, 1), strict=True))
    assert (told["wrong"], told["waiting"], told["kept_years"]) == ([], [], 3)
    assert "一致" in seen.run("access", "verify").output


def test_a_flipped_row_is_found_and_its_day_named(seen):
    change(seen, "UPDATE view SET login = 'C1002' WHERE id = 2")
    told = seen.told("access", "verify", code=2)
    assert told["wrong"] == [DAYS[0]]
    assert told["days"][0] == {
        "day": DAYS[0], "count": 2, "ok": False, "problem": "有一条查看记录被改过", "row": 2,
    }  # fmt: skip
    assert seen.told("access", "verify", "--day", DAYS[0], code=2)["wrong"] == [DAYS[0]]
    assert seen.told("access", "verify", "--day", DAYS[2])["ok"]


def test_a_removed_row_is_found_and_its_day_named(seen):
    change(seen, "DELETE FROM view WHERE id = 3")
    assert seen.told("access", "verify", code=2)["wrong"] == [DAYS[2]]
    assert DAYS[2] in seen.run("access", "verify", code=2).output


def test_a_file_that_is_gone_is_named_by_each_day_that_had_looks(seen):
    (seen.hall / ACCESS_NAME).unlink()
    assert seen.told("access", "verify", code=2)["wrong"] == [DAYS[0], DAYS[2]]


def test_a_file_that_cannot_be_read_is_said_in_one_line(seen):
    (seen.hall / ACCESS_NAME).write_bytes(b"broken" * 1000)
    assert "查看记录读不出来" in seen.run("access", "verify", code=2).stderr


def test_a_day_that_the_sweep_did_not_write_yet_is_a_warning(place, numbers):
    book = AccessBook(place.hall / ACCESS_NAME)
    book.record_now([View(CLOCK.now() - timedelta(days=1), "C1001", "case_handler", "case", (numbers[0],))])
    book.close()
    assert place.told("access", "verify", code=1)["waiting"] == DAYS[2:]


def test_a_day_that_is_no_day_is_refused(place):
    assert "请写日期" in place.run("access", "verify", "--day", "昨天", code=2).stderr


def test_what_the_command_line_writes_out_is_a_look_too(place, numbers):
    place.run("case", "show", numbers[0])
    place.run("case", "list")
    book = AccessBook(place.hall / ACCESS_NAME)
    found = [one.view for one in book.read(looks)]
    assert [view.cases for view in found] == [tuple(numbers), (numbers[0],)]
    assert {view.act for view in found} == {"export"}
    assert all(view.login.startswith("os:") for view in found)


def test_the_command_line_writes_nothing_out_that_it_cannot_record(place, numbers):
    (place.hall / ACCESS_NAME).write_bytes(b"broken" * 1000)
    answer = place.run("case", "show", numbers[0], code=2)
    assert numbers[0] not in answer.stdout
    assert "查看记录写不进去" in answer.stderr
