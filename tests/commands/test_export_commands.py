"""``hall export statistics|audit`` through the console: a file that any SQLite tool opens."""

import sqlite3

import pytest


def rows(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.conformance("5.2.4")
def test_statistics_by_department_item_window_person_and_channel_add_up(place, numbers, tmp_path):
    path = tmp_path / "statistics.db"
    assert f"{len(numbers)} 件" in place.run("export", "statistics", path).stdout
    assert sorted(number for (number,) in rows(path, "SELECT number FROM cases")) == sorted(numbers)
    for view in ("by_department", "by_item", "by_window", "by_person_and_year", "by_channel"):
        assert sum(count for (count,) in rows(path, f"SELECT cases FROM {view}")) == len(numbers), view  # noqa: S608
    place.run("export", "statistics", path, code=2)


def test_an_audit_has_a_line_for_every_entry_of_the_log(place, tmp_path):
    path = tmp_path / "audit.db"
    place.run("export", "audit", path)
    size = place.told("log", "verify")["size"]
    assert rows(path, 'SELECT count(*), max("index") FROM hall_log') == [(size, size - 1)]
