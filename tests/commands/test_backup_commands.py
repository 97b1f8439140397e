"""``hall backup FILE``: the copy is a whole database that the other commands accept in the place of the first."""

import pytest

from appliance.clock import SystemClock
from sync.opening import open_enrolled


@pytest.mark.conformance("6.1")
def test_a_backup_taken_while_the_hall_works_stands_in_for_its_database(place, tmp_path, numbers):
    opened = open_enrolled(place.hall, SystemClock())
    try:
        told = place.told("backup", tmp_path / "copy.db")
    finally:
        opened.store.close()
    before = place.told("log", "verify")
    assert told["ok"] is True
    assert told["bytes"] == (tmp_path / "copy.db").stat().st_size
    assert told["sizes"]["wuhan-demo/42019901/h2c/e1"] == before["size"]

    for old in place.hall.glob("hall.db*"):
        old.unlink()
    (tmp_path / "copy.db").rename(place.hall / "hall.db")
    assert place.told("log", "verify") == before
    assert [row["number"] for row in place.told("case", "list")] == numbers
    assert place.told("rebuild", "--check")["differences"] == 0
    assert place.walk("received")


def test_a_backup_is_for_its_owner_alone_and_overwrites_nothing(place, tmp_path):
    target = tmp_path / "copy.db"
    assert str(target) in place.run("backup", target).output
    assert target.stat().st_mode & 0o077 == 0
    held = target.read_bytes()
    place.run("backup", target, code=2)
    assert target.read_bytes() == held
    place.run("backup", code=3)
    place.run("backup", tmp_path / "missing" / "copy.db", code=2)
