from datetime import timedelta

import msgspec

from sync.agent import status
from sync.hub.board import board, cases
from sync.hub.hall_states import HallState


def test_a_new_hall_and_its_city_become_equal(world):
    report = world.sync()
    assert report.state == "equal"
    assert report.own_size == report.city_size == 1
    assert report.behind == 0
    assert world.store.log(world.c2h).size == world.hub.stored(world.trust.c2h).size == 3


def test_cases_reach_the_city_with_their_private_parts(world):
    world.write(cases=20)
    report = world.sync()
    assert (report.state, report.pushed) == ("equal", 21)
    assert len(cases(world.hub)) == 20
    assert world.hub.stored(world.trust.h2c).root == world.hall.own().root
    assert world.city.records(world.h2c, 1, 21)[3].private is not None


def test_what_a_terminal_took_is_one_case_at_the_city_when_the_window_receives_it(world, submission, receipt_of_window):
    world.write(case="S4201990120261123", event=submission)
    world.sync()
    assert [(one.case_no, one.state) for one in cases(world.hub)] == [("S4201990120261123", "submitted")]
    receipt = msgspec.structs.replace(receipt_of_window, submitted=True)
    world.write(case="S4201990120261123", event=receipt)
    world.sync()
    assert [(one.case_no, one.state) for one in cases(world.hub)] == [("S4201990120261123", "received")]
    assert [row.flags for row in board(world.hub)] == [0]


def test_a_second_sync_moves_nothing(world):
    world.write(cases=3)
    world.sync()
    report = world.sync()
    assert (report.state, report.pushed, report.pulled) == ("equal", 0, 0)


def test_small_batches_end_at_the_same_place(world):
    world.write(cases=25)
    report = world.sync(records_max=4)
    assert (report.state, report.pushed) == ("equal", 26)
    assert sum(path.endswith("/append") for _, path, _ in world.transport.log) >= 7


def test_the_citys_cosignature_is_kept(world):
    world.write(cases=2)
    world.sync()
    assert world.hall.cosigned_size() == 3


def test_status_without_asking_says_how_far_the_city_is(world):
    assert status(world.hall).last_contact is None
    world.write(cases=2)
    world.sync()
    world.transport.log.clear()
    now = status(world.hall)
    assert (now.state, now.behind) == ("equal", 0)
    world.write(cases=5)
    later = status(world.hall)
    assert (later.state, later.behind, later.city_size) == ("behind", 5, 3)
    assert world.transport.log == []


def test_a_lease_is_renewed_by_contact(world):
    world.sync()
    world.clock.advance(timedelta(days=3))
    assert world.sync().state == "equal"
    row = board(world.hub)[0]
    assert row.lease_until.startswith("2026-12-31")


def test_the_board_sees_contact_head_and_cases(world):
    assert board(world.hub)[0].state is HallState.NEVER
    world.write(cases=4)
    world.sync()
    row = board(world.hub)[0]
    assert (row.state, row.cases, row.size, row.behind_up) == (HallState.EQUAL, 4, 5, 0)
    assert row.root == world.hall.own().root.hex()
    world.clock.advance(timedelta(hours=2))
    assert board(world.hub)[0].state is HallState.SILENT
