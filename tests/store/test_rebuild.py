import random

import pytest

from appliance.domain.events import CaseStepReturned
from appliance.errors import Conflict
from appliance.store.connection import open_database
from appliance.store.rebuild import compare, rebuild_and_compare

WORDS = ["缺页", "印章不清", "签名", "地址", "日期"]


def fill(hall, city_records, changes=60):
    rng = random.Random(7)
    for _ in range(changes):
        if rng.random() < 0.2:
            city_records(rng.randint(1, 3))
        if rng.random() < 0.4:
            reason = " ".join(rng.choices(WORDS, k=3))
            hall.do(CaseStepReturned(step="a", to_step="b", to_step_name="c", reason=reason))
        else:
            hall.do()
    city_records(2)


def rebuilt(hall, name="fresh.db"):
    return rebuild_and_compare(hall.directory / "hall.db", hall.directory.parent / name, hall.projector, hall.clock)


def test_a_replay_gives_the_same_tables_row_for_row(open_hall, city_records):
    open_hall.projector.fails_for = {(open_hall.other, 1)}
    fill(open_hall, city_records)
    report = rebuilt(open_hall)
    assert (report.ok, report.first) == (True, "")
    seen = len(open_hall.seen())
    assert report.tables == 2
    assert report.entries == open_hall.store.log(open_hall.own).size + open_hall.store.log(open_hall.other).size
    assert report.rows > seen > 60


def test_the_order_in_which_the_two_logs_were_lived_is_kept(open_hall, city_records):
    fill(open_hall, city_records)
    rebuilt(open_hall)
    fresh = open_database(open_hall.directory.parent / "fresh.db", read_only=True)
    again = fresh.execute("SELECT origin, idx, type, handler FROM seen ORDER BY place").fetchall()
    fresh.close()
    assert again == open_hall.seen()
    kinds = [origin for origin, *_ in again]
    assert kinds != sorted(kinds)


@pytest.mark.parametrize(
    ("spoil", "table"),
    [
        ("UPDATE seen SET handler = 'x' WHERE place = 5", "seen"),
        ("DELETE FROM seen WHERE place = 9", "seen"),
        ("INSERT INTO seen (type) VALUES ('x')", "seen"),
        ("INSERT INTO words (rowid, reason) VALUES (9999, '多余')", "words"),
        ("DELETE FROM words WHERE rowid = (SELECT min(id) FROM words_docsize)", "words"),
        ("DROP TABLE words", "words"),
    ],
)
def test_one_changed_row_is_found(open_hall, city_records, spoil, table):
    fill(open_hall, city_records)
    open_hall.store.writer.local(lambda connection: connection.execute(spoil)).result(20)
    report = rebuilt(open_hall)
    assert not report.ok
    assert report.differences >= 1
    assert report.first.startswith(f"{table}: ")


def test_rows_in_another_order_are_no_difference(tmp_path, open_hall, city_records):
    fill(open_hall, city_records)
    assert rebuilt(open_hall).ok
    fresh = open_database(tmp_path / "fresh.db", read_only=False)
    live = open_database(open_hall.directory / "hall.db", read_only=True)
    live.execute("PRAGMA query_only = OFF")
    fresh.execute("CREATE TABLE turned AS SELECT * FROM seen ORDER BY place DESC")
    fresh.execute("DROP TABLE seen")
    fresh.execute("CREATE TABLE seen (place, origin, idx, type, case_no, handler)")
    fresh.execute("INSERT INTO seen SELECT * FROM turned")
    assert compare(live, fresh).ok
    fresh.execute("UPDATE seen SET place = 10000 WHERE place = 1")
    assert compare(live, fresh).differences == 2
    live.close()
    fresh.close()


def test_a_rebuild_never_overwrites(open_hall):
    with pytest.raises(Conflict):
        rebuild_and_compare(
            open_hall.directory / "hall.db", open_hall.directory / "hall.db", open_hall.projector, open_hall.clock
        )


def test_changed_read_models_are_rebuilt_in_place_at_the_next_start(open_hall, city_records, small_projector):
    fill(open_hall, city_records)
    before = open_hall.seen()
    open_hall.store.writer.local(lambda connection: connection.execute("DELETE FROM seen")).result(20)
    open_hall.reopen()
    assert open_hall.seen() == []
    open_hall.projector = small_projector(version=2)
    open_hall.reopen()
    assert open_hall.seen() == before
    assert rebuilt(open_hall).ok
