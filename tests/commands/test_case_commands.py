"""``hall case list|show`` and ``hall rebuild --check`` on a demo hall, through the console."""

import pytest

from appliance.domain.states import State
from appliance.store.connection import open_database


def test_every_case_is_listed_by_its_intake_number(place, numbers):
    told = place.told("case", "list")
    assert [row["number"] for row in told] == numbers
    assert [row["state"] for row in told] == ["closed", "closed", "received"]
    assert all(row["state_name"] and row["item_name"] for row in told)
    text = place.run("case", "list").output
    assert all(number in text for number in numbers)


def test_a_list_can_be_of_one_state_and_short(place, numbers):
    assert [row["number"] for row in place.told("case", "list", "--state", "received")] == numbers[2:]
    assert len(place.told("case", "list", "--limit", 1)) == 1
    assert place.told("case", "list", "--state", State.CORRECTION_PENDING.value) == []
    place.run("case", "list", "--state", "no_such_state", code=3)
    place.run("case", "list", "--limit", 0, code=3)


def test_a_case_is_shown_by_either_number(place, numbers):
    told = place.told("case", "show", numbers[0])
    assert told["number"] == numbers[0]
    assert told["state"] == "closed"
    assert told["acceptance_no"]
    assert place.told("case", "show", told["acceptance_no"]) == told
    text = place.run("case", "show", numbers[0]).output
    assert numbers[0] in text
    assert told["acceptance_no"] in text
    assert "到期" in text


def test_a_number_that_nobody_has_is_said_to_be_unknown(place):
    answer = place.run("case", "show", "42019901202001010001", code=2)
    assert "没有编号为" in answer.stderr
    assert answer.stdout == ""
    place.run("case", "show", code=3)


@pytest.mark.parametrize("words", [("case", "list"), ("case", "show", "1"), ("rebuild", "--check")])
def test_a_directory_without_a_hall_is_said_in_one_line(place, tmp_path, words):
    place.hall.rename(tmp_path / "elsewhere")
    answer = place.run(*words, code=2)
    assert "没有本厅的数据库" in answer.stderr
    assert not place.hall.exists()


def test_a_rebuild_finds_the_same_rows(place):
    told = place.told("rebuild", "--check")
    assert told["ok"] is True
    assert told["differences"] == 0
    assert told["tables"] > 5
    assert told["rows"] > 100
    assert sorted(path.name for path in place.hall.glob("rebuild-*")) == []
    assert "0 处不同" in place.run("rebuild", "--check").output
    place.run("rebuild", code=3)


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        ("UPDATE case_view SET state = 'closed' WHERE state = 'received'", 2),  # one row too few, one too many
        ("DELETE FROM case_view WHERE state = 'received'", 1),
    ],
)
def test_a_rebuild_names_what_the_log_does_not_say(place, statement, differences):
    connection = open_database(place.hall / "hall.db", read_only=False)
    connection.execute(statement)
    assert connection.changes() == 1
    connection.close()
    told = place.told("rebuild", "--check", code=2)
    assert (told["ok"], told["differences"]) == (False, differences)
    assert told["first"]


def test_a_joint_whole_names_its_children_and_a_child_its_parent(place):
    number = place.walk_joint()
    whole = place.told("case", "show", number)
    assert (whole["number"], whole["handling"], whole["parent"]) == (number, "joint", None)
    assert len(whole["children"]) == len(whole["members"]) == 2
    for child in whole["children"]:
        shown = place.told("case", "show", child["number"])
        assert (shown["parent"], shown["children"], shown["state"]) == (number, [], child["state"])
        assert f"并联件 {number}" in place.run("case", "show", child["number"]).output
    assert all(child["number"] in place.run("case", "show", number).output for child in whole["children"])
    assert place.told("case", "show", whole["acceptance_no"])["number"] == number
