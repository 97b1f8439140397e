"""The queue's tables: numbers, calls, and what happens when two do the same thing in the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from appliance.clock import SystemClock
from appliance.domain.queue import Act, Outcome, Priority, TicketState, WindowState
from appliance.errors import Conflict, NotFound
from appliance.store import queue, queue_rows
from appliance.store.connection import open_database
from appliance.store.queue_rows import Hand, NewTicket, WindowRow
from appliance.store.schema import migrate

DAY = "2026-11-23"
EVERY = ("general", "construction")


@pytest.fixture
def database(tmp_path):
    connection = open_database(tmp_path / "hall.db", read_only=False)
    migrate(connection, SystemClock())
    return connection


def at(minute=0, day=DAY):
    return f"{day}T09:{minute:02d}:00.000+08:00"


def new(key, *, business="general", priority=Priority.NONE, day=DAY, minute=0):
    series = {"general": "A", "construction": "C"}[business]
    return NewTicket(key, series, business, priority, at(minute, day), "", "")


def draw(connection, *keys, **more):
    return [queue.draw(connection, new(key, **more)) for key in keys]


def hand(window="03", minute=5, day=DAY):
    return Hand(window, "W0312", at(minute, day))


def test_numbers_run_by_letter_and_begin_anew_each_day(database):
    codes = [one.code for one in draw(database, "a", "b")] + [draw(database, "c", business="construction")[0].code]
    codes += [
        draw(database, "d", priority=Priority.BOOKED)[0].code,
        draw(database, "e", priority=Priority.ELDERLY)[0].code,
    ]
    assert codes == ["A001", "A002", "C001", "Y001", "A003"]
    assert draw(database, "f", day="2026-11-24")[0].code == "A001"
    # A clock that was set back finds the day's numbers where they were.
    assert draw(database, "g")[0].code == "A004"


def test_the_same_form_sent_twice_draws_one_ticket(database):
    first, second = draw(database, "same", "same")
    assert first == second
    assert len(queue_rows.of_day(database, DAY)) == 1


def test_the_table_refuses_a_number_twice_whatever_the_program_does(database):
    draw(database, "a")
    columns = "day, series, number, code, business, priority, place, state, drawn, key"
    with pytest.raises(apsw.ConstraintError):
        database.execute(
            f"INSERT INTO queue_ticket ({columns}) VALUES (?, 'A', 1, 'A001', 'general', 'none', 1, 'waiting', ?, 'b')",  # noqa: S608
            (DAY, at()),
        )
    draw(database, "c")
    queue.call_next(database, hand(), EVERY)
    with pytest.raises(apsw.ConstraintError):
        database.execute("UPDATE queue_ticket SET state = 'called', window = '03' WHERE code = 'A002'")


def test_from_call_to_finish_every_movement_is_in_the_book(database):
    draw(database, "a")
    ticket = queue.call_next(database, hand(), EVERY)
    assert (ticket.code, ticket.state, ticket.window) == ("A001", TicketState.CALLED, "03")
    queue.move(database, ticket.id, Act.RECALL, hand(minute=6))
    queue.move(database, ticket.id, Act.START, hand(minute=7))
    done = queue.finish(database, ticket.id, hand(minute=20), Outcome.CASE)
    assert (done.state, done.outcome) == (TicketState.DONE, "case")
    assert (done.called, done.started, done.ended) == (at(5), at(7), at(20))
    acts = [act for act, *_ in queue_rows.movements(database, ticket.id)]
    assert acts == [Act.DRAW, Act.CALL, Act.RECALL, Act.START, Act.FINISH]


def test_a_window_has_one_person_and_a_second_press_calls_nobody(database):
    draw(database, "a", "b")
    queue.call_next(database, hand(), EVERY)
    with pytest.raises(Conflict) as caught:
        queue.call_next(database, hand(), EVERY)
    assert caught.value.code == "window_taken"
    assert queue.call_next(database, hand("04"), EVERY).code == "A002"
    assert queue.call_next(database, hand("05"), EVERY) is None


def test_recalled_three_times_then_passed_then_back_once_behind_three(database):
    draw(database, *"abcde")
    ticket = queue.call_next(database, hand(), EVERY)
    for _ in range(3):
        queue.move(database, ticket.id, Act.RECALL, hand())
    with pytest.raises(Conflict) as caught:
        queue.move(database, ticket.id, Act.RECALL, hand())
    assert caught.value.code == "recalled"
    queue.move(database, ticket.id, Act.MISS, hand())
    queue.move(database, ticket.id, Act.REJOIN, hand("04"))
    order = []
    for _ in range(5):
        one = queue.call_next(database, hand(), EVERY)
        order.append(one.code)
        queue.move(database, one.id, Act.MISS, hand())
    assert order == ["A002", "A003", "A004", "A001", "A005"]
    with pytest.raises(Conflict) as caught:
        queue.move(database, ticket.id, Act.REJOIN, hand())
    assert caught.value.code == "rejoined"


def test_who_rejoins_does_not_jump_the_line_by_priority(database):
    first = draw(database, "p", priority=Priority.ELDERLY)[0]
    draw(database, *"abcd")
    queue.call_next(database, hand(), EVERY)
    queue.move(database, first.id, Act.MISS, hand())
    queue.move(database, first.id, Act.REJOIN, hand())
    assert queue.call_next(database, hand(), EVERY).code == "A002"


def test_transferred_to_a_window_one_is_called_there_alone_and_keeps_the_time(database):
    first, *_ = draw(database, "a", "b")
    queue.call_next(database, hand(), EVERY)
    passed = queue.transfer(database, first.id, hand(), "general", "05")
    assert (passed.state, passed.place, passed.drawn) == (TicketState.TRANSFERRED, first.place, first.drawn)
    assert queue.call_next(database, hand("04"), EVERY).code == "A002"
    assert queue.call_next(database, hand("03"), EVERY) is None
    assert queue.call_next(database, hand("05"), EVERY).code == "A001"


def test_transferred_to_another_business_one_stands_where_one_came(database):
    first, *_ = draw(database, "a")
    draw(database, "c", business="construction", minute=1)
    queue.call_next(database, hand(), ("general",))
    queue.move(database, first.id, Act.START, hand())
    queue.transfer(database, first.id, hand(), "construction", "")
    assert queue.call_next(database, hand("04"), ("construction",)).code == "A001"


def test_a_window_calls_what_it_chose_and_not_while_it_pauses(database):
    draw(database, "a")
    draw(database, "c", business="construction")
    queue.set_window(database, WindowRow("03", WindowState.OPEN, "", "W0312", at(), ("construction",)))
    called = queue.call_next(database, hand(), EVERY)
    assert called.code == "C001"
    with pytest.raises(Conflict):
        queue.set_window(database, WindowRow("03", WindowState.PAUSED, "喝水", "W0312", at(), EVERY))
    queue.move(database, called.id, Act.MISS, hand())
    queue.set_window(database, WindowRow("03", WindowState.PAUSED, "喝水", "W0312", at(), EVERY))
    with pytest.raises(Conflict) as caught:
        queue.call_next(database, hand(), EVERY)
    assert caught.value.code == "window_paused"


def test_only_its_own_window_moves_a_called_ticket_and_only_as_its_state_allows(database):
    ticket = draw(database, "a")[0]
    with pytest.raises(Conflict):
        queue.move(database, ticket.id, Act.START, hand())
    queue.call_next(database, hand(), EVERY)
    for act in (Act.RECALL, Act.MISS, Act.START):
        with pytest.raises(Conflict) as caught:
            queue.move(database, ticket.id, act, hand("04"))
        assert caught.value.code == "other_window"
    with pytest.raises(Conflict):
        queue.transfer(database, ticket.id, hand("04"), "general", "05")
    with pytest.raises(Conflict):
        queue.finish(database, ticket.id, hand(), Outcome.CASE)
    with pytest.raises(NotFound):
        queue.move(database, 99, Act.CANCEL, hand())
    with pytest.raises(NotFound):
        queue.move(database, ticket.id, Act.RECALL, hand(day="2026-11-24"))


def test_a_new_day_ends_what_was_open_and_closes_the_windows(database):
    ticket = draw(database, "a")[0]
    draw(database, "b")
    queue.call_next(database, hand(), EVERY)
    draw(database, "n", day="2026-11-24")
    assert {one.state for one in queue_rows.of_day(database, DAY)} == {TicketState.ABANDONED}
    assert queue_rows.movements(database, ticket.id)[-1][0] is Act.ABANDON
    assert queue_rows.windows(database, "2026-11-24") == []
    assert queue.call_next(database, hand(day="2026-11-24"), EVERY).day == "2026-11-24"


def test_two_windows_and_many_terminals_at_once_get_different_people_and_numbers(open_hall):
    """The guard is the one writer: the same calls on connections of their own would collide."""
    writer, barrier = open_hall.store.writer, threading.Barrier(8)

    def drawing(number):
        barrier.wait()
        return [writer.local(lambda one, n=n: queue.draw(one, new(f"{number}-{n}"))).result().code for n in range(25)]

    def calling(window):
        got = []
        barrier.wait()
        while len(got) < 20:
            one = writer.local(lambda connection: queue.call_next(connection, hand(window), EVERY)).result()
            if one is not None:
                got.append(one.code)
                writer.local(
                    lambda connection, one=one: queue.move(connection, one.id, Act.MISS, hand(window))
                ).result()
        return got

    with ThreadPoolExecutor(8) as threads:
        drawn = [threads.submit(drawing, number) for number in range(4)]
        called = [threads.submit(calling, f"{number:02d}") for number in range(4)]
        codes = [code for one in drawn for code in one.result()]
        people = [code for one in called for code in one.result()]
    assert len(codes) == len(set(codes)) == 100
    assert sorted(codes) == [f"A{number:03d}" for number in range(1, 101)]
    assert len(people) == len(set(people)) == 80
