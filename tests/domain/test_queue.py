"""Who is called next, where one rejoins, and what is said aloud (domain §6.6)."""

import pytest

from appliance.domain import queue
from appliance.domain.queue import ALLOWED, Act, InLine, TicketState, choose, ordinary_since


def called(line, lately=()):
    """Call until nobody is left; ``p`` has priority."""
    waiting = [InLine(number, number, sign == "p") for number, sign in enumerate(line, 1)]
    said, before = [], [sign == "p" for sign in lately]
    while waiting:
        chosen = choose(waiting, ordinary_since(before[:2]))
        waiting.remove(chosen)
        before.insert(0, chosen.priority)
        said.append(chosen.id)
    return said


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("ooo", [1, 2, 3]),
        ("ooop", [4, 1, 2, 3]),
        ("oooooppp", [6, 1, 2, 7, 3, 4, 8, 5]),
        ("pppoo", [1, 4, 5, 2, 3]),
        ("p", [1]),
        ("", []),
    ],
)
def test_one_with_priority_after_two_ordinary_and_nobody_is_starved(line, order):
    assert called(line) == order


def test_after_ordinary_calls_priority_comes_at_once_and_after_priority_two_ordinary_come_first():
    assert called("oop", lately="oo") == [3, 1, 2]
    assert called("oop", lately="p") == [1, 2, 3]
    assert called("oop", lately="op") == [1, 3, 2]


def test_the_line_is_by_place_not_by_number():
    assert choose([InLine(1, 5000, priority=False), InLine(2, 2000, priority=False)], 0).id == 2
    assert choose([InLine(3, 2000, priority=False), InLine(2, 2000, priority=False)], 0).id == 2


@pytest.mark.parametrize(("places", "place"), [((), 0), ((1000,), 1001), ((1000, 2000, 3000, 4000), 3001)])
def test_who_rejoins_stands_behind_the_next_three(places, place):
    assert queue.place_behind(places) == place


def test_a_ticket_is_a_letter_and_three_digits_and_grows_beyond_them():
    assert [queue.code_of("A", number) for number in (1, 47, 999, 1000)] == ["A001", "A047", "A999", "A1000"]


def test_voice_says_digits_singly_and_windows_as_people_say_them():
    assert queue.voice_line("A010", "03") == "请 A 零 一 零 号，到 3 号窗口办理"
    assert queue.led_line("A001", "03") == "请 A001 号到 3 号窗口"
    assert [queue.window_words(one) for one in ("03", "12", "0")] == ["3", "12", "0"]


def test_every_act_but_drawing_has_its_states_and_ends_are_ends():
    assert set(ALLOWED) == set(Act) - {Act.DRAW}
    ends = {TicketState.DONE, TicketState.CANCELLED, TicketState.ABANDONED}
    assert not any(ends & before for before, _ in ALLOWED.values())
    assert {after for _, after in ALLOWED.values()} == set(TicketState)


@pytest.mark.parametrize(
    ("ahead", "mean", "windows", "minutes"),
    [(0, 300, 1, 0), (1, 300, 1, 5), (3, 300, 2, 10), (12, 600, 3, 40), (2, 60, 0, 5)],
)
def test_the_wait_is_rounded_up_to_five_minutes(ahead, mean, windows, minutes):
    assert queue.waiting_minutes(ahead, mean, windows) == minutes


def test_the_ninetieth_percentile_is_the_nearest_rank():
    assert queue.percentile(range(1, 11), 0.9) == 9
    assert queue.percentile([7], 0.9) == 7
    assert queue.percentile([], 0.9) == 0


def test_every_state_and_reason_has_its_words():
    assert set(queue.STATE_NAMES) == set(TicketState)
    assert set(queue.PRIORITY_NAMES) == set(queue.Priority)
    assert set(queue.WINDOW_STATES) == set(queue.WindowState)
    assert set(queue.OUTCOME_NAMES) == set(queue.Outcome)
    assert queue.Priority.BOOKED not in queue.AT_THE_TERMINAL
