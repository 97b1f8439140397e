"""The access log: rows are only added, a day is closed once, and whoever changes or removes one is found out."""

import asyncio
import shutil
import threading
from datetime import datetime, timedelta
from functools import partial

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.clock import SHANGHAI
from appliance.errors import OutOfSpace
from appliance.ledger.merkle import EMPTY_ROOT
from appliance.store import access, access_book
from appliance.store.access import View
from appliance.store.access_book import AccessBook, Unrecorded
from appliance.store.access_verify import CHANGED, GONE, HIDDEN, UNLIKE, UNWRITTEN, verify_access
from appliance.store.connection import open_database

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
TODAY = "2026-11-26"


def look(at=MONDAY, *, cases=("S1",), login="C1001", **more):
    return View(at, login, "case_handler", "case", cases, ("name",), **more)


@pytest.fixture
def book(tmp_path):
    book = AccessBook(tmp_path / "access.db")
    yield book
    book.close()


@pytest.fixture
def filled(book):
    """Two looks on Monday, none on Tuesday, one on Wednesday; all three days closed."""
    book.record_now([look(), look(MONDAY + timedelta(hours=1), cases=("S1", "S2"), purpose="核对")])
    book.record_now([look(MONDAY + timedelta(days=2), cases=("S3",), login="C1002")])
    return book, {one.day: one for one in book.close_days(TODAY)}


def verdicts(book, digests, today=TODAY):
    return book.read(lambda connection: verify_access(connection, digests, today=today))


def wrong(book, digests):
    return [(one.day, one.problem, one.row) for one in verdicts(book, digests) if not one.ok]


def tamper(book, statement, *values):
    """Change the file as somebody with the file in hand would: without its triggers."""
    connection = apsw.Connection(str(book.path))
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    connection.close()


def test_looks_are_found_by_case_person_and_day_newest_first(filled):
    book, _ = filled
    assert [one.id for one in book.read(partial(access.looks, case="S1"))] == [2, 1]
    assert [one.view.login for one in book.read(partial(access.looks, login="C1002"))] == ["C1002"]
    assert [one.id for one in book.read(partial(access.looks, day="2026-11-23"))] == [2, 1]
    assert book.read(partial(access.looks, case="S2"))[0].view == look(
        MONDAY + timedelta(hours=1), cases=("S1", "S2"), purpose="核对"
    )
    assert book.read(partial(access.looks, case="S9")) == []


def test_days_without_looks_are_closed_too_and_each_once(filled):
    book, digests = filled
    assert [(one.day, one.count) for one in digests.values()] == [
        ("2026-11-23", 2), ("2026-11-24", 0), ("2026-11-25", 1),
    ]  # fmt: skip
    assert digests["2026-11-24"].root == EMPTY_ROOT.hex()
    assert digests["2026-11-24"].head == digests["2026-11-23"].head
    assert {one.day: one for one in book.close_days(TODAY)} == digests
    assert [one.day for one in book.close_days("2026-11-27")][3:] == ["2026-11-26"]


def test_what_was_not_touched_is_as_it_was(filled):
    book, digests = filled
    assert wrong(book, digests) == []
    assert [one.count for one in verdicts(book, digests)] == [2, 0, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE view SET login = 'C9' WHERE id = 1",
        "DELETE FROM view WHERE id = 3",
        "INSERT OR REPLACE INTO view SELECT 1, day, at, '', role, act, cases, '', '', '', '', hash FROM view LIMIT 1",
        "DELETE FROM viewed",
        "INSERT INTO viewed (case_no, view) VALUES ('S9', 1)",
        "UPDATE day SET count = 0",
        "DELETE FROM day",
        "INSERT INTO day SELECT '2026-11-20', count, root, head FROM day LIMIT 1",
        "UPDATE began SET day = '2026-12-01'",
    ],
)
def test_triggers_refuse_every_change(filled, statement):
    book, _ = filled
    connection = open_database(book.path, read_only=False)
    try:
        with pytest.raises(apsw.ConstraintError, match=r"append-only|closed"):
            connection.execute(statement)
    finally:
        connection.close()


@pytest.mark.parametrize("column", ["at", "login", "role", "act", "fields", "purpose", "window", "address"])
def test_a_changed_row_is_found_with_its_day(filled, column):
    book, digests = filled
    tamper(book, f"UPDATE view SET {column} = {column} || 'x' WHERE id = 1")  # noqa: S608 - the table above
    assert wrong(book, digests) == [("2026-11-23", CHANGED, 1)]


def test_a_flipped_bit_is_found(filled):
    book, digests = filled
    tamper(book, "UPDATE view SET login = char(unicode(login) + 1) || substr(login, 2) WHERE id = 3")
    assert wrong(book, digests) == [("2026-11-25", CHANGED, 3)]


def test_a_removed_row_is_found_with_its_day(filled):
    book, digests = filled
    tamper(book, "DELETE FROM view WHERE id = 3")
    assert [(day, problem) for day, problem, _ in wrong(book, digests)] == [("2026-11-25", GONE)]


def test_the_last_look_of_today_cannot_vanish_unseen(book):
    book.record_now([look(), look(cases=("S2",))])
    tamper(book, "DELETE FROM view WHERE id = 2")
    assert [(one.day, one.problem, one.row) for one in verdicts(book, {}, today="2026-11-23") if not one.ok] == [
        ("2026-11-23", GONE, 2)
    ]


def test_a_file_written_anew_with_a_sound_chain_is_found(filled, tmp_path):
    """The chain alone would not do: who has the file can compute it again. The signed log has the digests."""
    _, digests = filled
    (tmp_path / "other").mkdir()
    forged = AccessBook(tmp_path / "other" / "access.db")
    forged.record_now([look(login="C9"), look(MONDAY + timedelta(hours=1), cases=("S1", "S2"), purpose="核对")])
    forged.record_now([look(MONDAY + timedelta(days=2), cases=("S3",), login="C1002")])
    assert [(day, problem) for day, problem, _ in wrong(forged, digests)] == [
        ("2026-11-23", UNLIKE), ("2026-11-24", UNLIKE), ("2026-11-25", UNLIKE),
    ]  # fmt: skip
    forged.close()


def test_a_case_hidden_from_the_index_is_found(filled):
    book, digests = filled
    tamper(book, "DELETE FROM viewed WHERE case_no = 'S2'")
    assert wrong(book, digests) == [("2026-11-23", HIDDEN, 2)]


def test_a_row_put_into_an_old_day_is_found(filled):
    book, digests = filled
    digests.pop("2026-11-24")
    tamper(book, "UPDATE view SET day = '2026-11-24' WHERE id = 2")
    assert {day for day, _, _ in wrong(book, digests)} == {"2026-11-23", "2026-11-24"}


def test_a_past_day_without_its_entry_waits_and_today_does_not(book):
    book.record_now([look()])
    assert [(one.ok, one.waiting) for one in verdicts(book, {}, today="2026-11-23")] == [(True, False)]
    assert [(one.ok, one.problem) for one in verdicts(book, {}, today="2026-11-24")] == [(True, UNWRITTEN)]


def test_a_clock_that_went_back_writes_no_closed_day(filled):
    book, digests = filled
    book.record_now([look(MONDAY)])
    stored = book.read(access.looks)[0]
    assert (stored.day, stored.view.at) == ("2026-11-26", MONDAY)
    assert wrong(book, digests) == []


def test_a_hundred_at_once_keep_one_chain(book):
    def record(number):
        book.record_now([look(cases=(f"S{number}",))])

    threads = [threading.Thread(target=record, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    digests = {one.day: one for one in book.close_days("2026-11-24")}
    assert digests["2026-11-23"].count == 100
    assert wrong(book, digests) == []


def test_two_processes_worth_of_books_keep_one_chain(book):
    other = AccessBook(book.path)
    for _ in range(5):
        book.record_now([look()])
        other.record_now([look(login="os:root")])
    other.close()
    assert wrong(book, {one.day: one for one in book.close_days("2026-11-24")}) == []
    assert len(book.read(access.looks)) == 10


def full_disk(path):
    connection = access_book._open(path)
    pages = connection.execute("PRAGMA page_count").get
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    return connection


def test_a_full_disk_says_so_and_keeps_what_is_there(tmp_path):
    book = AccessBook(tmp_path / "access.db", full_disk)
    many = [look(purpose="长" * 1000)] * 100
    with pytest.raises(OutOfSpace, match="磁盘已满"):
        book.record_now(many)
    book.close()
    again = AccessBook(tmp_path / "access.db")
    again.record_now([look()])
    assert wrong(again, {one.day: one for one in again.close_days("2026-11-24")}) == []
    again.close()


def test_a_broken_file_is_refused_and_works_again_once_it_is_mended(tmp_path):
    path = tmp_path / "access.db"
    path.write_bytes(b"this is no database" * 100)
    book = AccessBook(path)
    with pytest.raises(Unrecorded, match="查看记录写不进去"):
        book.record_now([look()])
    with pytest.raises(Unrecorded, match="读不出来"):
        book.read(access.looks)
    path.unlink()
    asyncio.run(book.record([look()]))
    assert len(book.read(access.looks)) == 1
    book.close()


def test_only_its_owner_reads_the_file(book):
    book.record_now([look()])
    assert book.path.stat().st_mode & 0o077 == 0


@settings(deadline=None, max_examples=25)
@given(days=st.lists(st.integers(0, 6), max_size=12), victim=st.integers(0, 100))
def test_whatever_was_recorded_one_row_less_is_noticed(tmp_path_factory, days, victim):
    folder = tmp_path_factory.mktemp("access")
    book = AccessBook(folder / "access.db")
    book.record_now([look(MONDAY + timedelta(days=day), cases=(f"S{day}",)) for day in sorted(days)] or [look()])
    digests = {one.day: one for one in book.close_days("2026-11-30")}
    assert wrong(book, digests) == []
    count = max(1, len(days))
    tamper(book, "DELETE FROM view WHERE id = ?", 1 + victim % count)
    assert wrong(book, digests)
    book.close()
    shutil.rmtree(folder)


def test_a_look_whose_browser_went_away_leaves_the_book_open(tmp_path):
    book = AccessBook(tmp_path / "access.db")
    gate, inside = threading.Event(), threading.Event()

    def slow(_connection):
        inside.set()
        return gate.wait(10)

    try:
        first = book.submit(slow)
        inside.wait(10)
        gone = book.submit(lambda _connection: 1)
        gone.cancel()
        gate.set()
        assert first.result(10)
        assert book.submit(lambda _connection: 2).result(10) == 2
    finally:
        book.close()
