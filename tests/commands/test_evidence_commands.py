"""``city evidence …``: a refused head is settled by two officers, each with the own key; a fork never is."""

import pytest

from appliance.clock import SystemClock
from provisioning.console import city
from sync.hub.evidence import Evidence, keep
from sync.hub.hub import make_hub

HALL = "42019901"
WHY = "交换机故障造成，已更换，两端核对一致"


def head(text):
    return f"wuhan-demo/{HALL}/h2c/e1\n{text}\nAAAA=\n\n— wuhan-demo/{HALL}/h2c/e1 AAAA\n".encode()


@pytest.fixture
def refused(place):
    """A city that refused a head for its proof, and one as a fork."""
    hub = make_hub(place.city, SystemClock())
    for kind, note in (("proof", head(9)), ("fork", head(7))):
        kept = Evidence(HALL, kind, note, "2026-11-23T10:00:00.000+08:00")
        hub.store.writer.local(lambda connection, kept=kept: keep(connection, kept)).result()
    hub.close()
    return place


def officer(place, name):
    """Name the key of the first or the second officer."""
    keys = sorted((place.city / "handover").glob("officer-*.seed"))
    return ("--officer-key", keys["ab".index(name)])


def states(place):
    told = place.halls()
    rows = told["halls"] if isinstance(told, dict) else told
    return next(row for row in rows if row["hall"] == HALL)["evidence"]


def test_two_officers_settle_a_refused_head_and_the_board_is_red_for_it_no_longer(refused, tmp_path):
    place, order = refused, tmp_path / "order.note"
    assert states(place) == 2
    first = place.run("evidence", "sign", HALL, "1", "--order", order, *officer(place, "a"), program=city)
    assert "还需 1 名" in first.output
    early = place.run("evidence", "settle", order, "--reason", WHY, "--operator", "O0001", program=city, code=2)
    assert "两名不同的" in early.output
    place.run("evidence", "sign", HALL, "1", "--order", order, *officer(place, "a"), program=city)
    again = place.run("evidence", "settle", order, "--reason", WHY, "--operator", "O0001", program=city, code=2)
    assert "现有 1 名" in again.output
    place.run("evidence", "sign", HALL, "1", "--order", order, *officer(place, "b"), program=city)
    short = place.run("evidence", "settle", order, "--reason", "好", "--operator", "O0001", program=city, code=2)
    assert "结论" in short.output
    for _ in range(2):
        place.run("evidence", "settle", order, "--reason", WHY, "--operator", "O0001", program=city)
    assert states(place) == 1
    listed = place.told("evidence", "list", HALL, program=city)
    assert [(one["kind"], one["settled"]) for one in listed] == [("proof", True), ("fork", False)]
    assert "已结案" in place.run("evidence", "list", HALL, program=city).output


def test_a_fork_is_not_settled_so_and_an_order_is_about_one_head(refused, tmp_path):
    place, order = refused, tmp_path / "order.note"
    barred = place.run("evidence", "sign", HALL, "2", "--order", order, *officer(place, "a"), program=city, code=2)
    assert "新纪元" in barred.output
    place.run("evidence", "sign", HALL, "9", "--order", order, *officer(place, "a"), program=city, code=2)
    assert not order.exists()


def test_another_officers_order_about_another_head_is_not_signed(refused, tmp_path):
    place, order = refused, tmp_path / "order.note"
    hub = make_hub(place.city, SystemClock())
    other = Evidence(HALL, "root", head(11), "2026-11-23T11:00:00.000+08:00")
    hub.store.writer.local(lambda connection: keep(connection, other)).result()
    hub.close()
    place.run("evidence", "sign", HALL, "1", "--order", order, *officer(place, "a"), program=city)
    wrong = place.run("evidence", "sign", HALL, "3", "--order", order, *officer(place, "b"), program=city, code=2)
    assert "不是这个日志头" in wrong.output
