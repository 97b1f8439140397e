"""Lists that are merged from ordered branches give what one plain statement gives."""

import random

import apsw
import pytest

from appliance.domain.joint import JointState
from appliance.projections import handovers, joints

DEPARTMENTS = ("D1", "D2", "D3")
PLACES = ("", "D1", "D2")


@pytest.fixture
def wholes():
    chance, connection = random.Random(7), apsw.Connection(":memory:")
    connection.execute(joints.SCHEMA)
    for number in range(1, 121):
        state = chance.choice(list(JointState)).value
        due = chance.choice((None, "2026-11-20", "2026-11-24", "2026-12-01"))
        connection.execute(
            "INSERT INTO joint_view (id, no, version, state, set_code, set_name, department, applicant_name, due,"
            " provisional, concluded, received_at, body) VALUES (?, ?, 1, ?, 'S', 'S', 'D1', 'A', ?, 0, 0, 'T', x'00')",
            (number, f"N{number}", state, due),
        )
        for department in chance.sample(DEPARTMENTS, chance.randint(1, 3)):
            row = (f"N{number}", department, number, state, due)
            connection.execute("INSERT INTO joint_department VALUES (?, ?, ?, ?, ?)", row)
    return connection


@pytest.mark.parametrize("states", [(), (JointState.IN_REVIEW,), (JointState.RECEIVED, JointState.DECIDED)])
@pytest.mark.parametrize("department", [None, "D2", "D9"])
def test_wholes_stand_by_their_limit_then_the_newest_page_after_page(wholes, states, department):
    picked = [state.value for state in states or JointState]
    plain = wholes.execute(
        f"SELECT no FROM joint_view WHERE state IN ({','.join('?' * len(picked))})"  # noqa: S608
        " ORDER BY due IS NULL, due, id DESC",
        picked,
    )
    wanted = [no for (no,) in plain]
    if department is not None:
        held = wholes.execute("SELECT joint FROM joint_department WHERE department = ?", (department,))
        inside = {no for (no,) in held}
        wanted = [no for no in wanted if no in inside]
    found = []
    for offset in range(0, 130, 10):
        rows = joints.listing(wholes, states=states, department=department, limit=10, offset=offset)
        found += [row.no for row in rows]
    assert found == wanted
    assert bool(found) == (department != "D9")


@pytest.mark.parametrize("place", PLACES)
def test_settled_hand_overs_stand_once_the_newest_first(place):
    chance, connection = random.Random(9), apsw.Connection(":memory:")
    connection.execute(handovers.SCHEMA)
    for number in range(200):
        taken = chance.choice(("", "2026-11-23T09", "2026-11-23T10", "2026-11-24T09"))
        row = (f"N{number}", chance.choice(PLACES), chance.choice(PLACES), f"2026-11-2{number % 3}", taken)
        connection.execute(
            "INSERT INTO handover (case_no, number, giver, receiver, sent_at, taken_at, pieces, sent_by, sent_index)"
            " VALUES (?, 1, ?, ?, ?, ?, 1, 'W', 1)",
            row,
        )
    plain = "SELECT case_no FROM handover WHERE taken_at <> '' AND (giver = ?1 OR receiver = ?1)"
    wanted = [no for (no,) in connection.execute(f"{plain} ORDER BY taken_at DESC, id DESC LIMIT 20", (place,))]
    assert [row.case_no for row in handovers.settled(connection, place)] == wanted
    assert len(wanted) == 20
    waiting = "SELECT case_no FROM handover WHERE taken_at = '' AND receiver = ? ORDER BY sent_at, id"
    wanted = [no for (no,) in connection.execute(waiting, (place,))]
    assert [row.case_no for row in handovers.waiting(connection, receiver=place)] == wanted
