"""纸质应急 and 补录: declared periods, pre-printed numbers, the written time, the second person."""

from datetime import date, datetime, timedelta, timezone

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.case import evolve
from appliance.domain.decide import fallback, intake
from appliance.domain.decide.application import Faults
from appliance.domain.identifiers import case_numbers
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 26, 11, 0, tzinfo=ZONE)
CLERK, SECOND = Actor("W0312", Role.WINDOW_CLERK, "03"), Actor("W0313", Role.WINDOW_CLERK, "04")
MANAGER, HANDLER = Actor("M4001", Role.HALL_MANAGER), Actor("C1001", Role.CASE_HANDLER)
PERIOD = fallback.Period("f1", "2026-11-26T08:30:00.000+08:00", "2026-11-26T10:30:00.000+08:00")
PRINTED = "2026-11-20T09:00:00.000+08:00"


def paper(sequence=1, *, kind=case_numbers.NumberKind.PAPER, hall="01"):
    return case_numbers.build(kind, area="420199", hall=hall, day=date(2026, 11, 20), epoch=1, sequence=sequence)


def begin(**changes):
    words = {"began_at": "2026-11-26T08:30", "cause": "power", "note": "", "last": None, "actor": CLERK, "now": NOW}
    return fallback.begin(fallback="f1", **(words | changes))


def test_a_fallback_is_declared_after_it_began_and_ended_later():
    event = begin()
    assert event.began_at == PERIOD.began_at
    ended = fallback.end(fallback.Period("f1", event.began_at), ended_at="2026-11-26T10:30", actor=MANAGER, now=NOW)
    assert ended.ended_at == PERIOD.ended_at


BAD_BEGINNING = {
    "in the future": ({"began_at": "2026-11-26T11:01"}, Invalid),
    "no time": ({"began_at": "早上"}, Invalid),
    "an unknown cause": ({"cause": "rain"}, Invalid),
    "a long note": ({"note": "长" * 201}, Invalid),
    "while one is open": ({"last": fallback.Period("f0", "2026-11-25T08:00:00.000+08:00")}, WrongState),
    "before the last one ended": (
        {"last": fallback.Period("f0", "2026-11-26T07:00:00.000+08:00", "2026-11-26T08:31:00.000+08:00")},
        Invalid,
    ),
    "by a handler": ({"actor": HANDLER}, Forbidden),
}


@pytest.mark.parametrize(("changes", "error"), BAD_BEGINNING.values(), ids=list(BAD_BEGINNING))
def test_what_is_no_fallback(changes, error):
    with pytest.raises(error):
        begin(**changes)


@pytest.mark.parametrize(
    ("period", "ended_at", "error"),
    [
        (None, "2026-11-26T10:30", WrongState),
        (PERIOD, "2026-11-26T10:30", WrongState),
        (fallback.Period("f1", PERIOD.began_at), "2026-11-26T08:29", Invalid),
        (fallback.Period("f1", PERIOD.began_at), "2026-11-26T11:01", Invalid),
    ],
)
def test_what_ends_no_fallback(period, ended_at, error):
    with pytest.raises(error):
        fallback.end(period, ended_at=ended_at, actor=CLERK, now=NOW)


def test_only_the_window_and_the_manager_end_it():
    with pytest.raises(Forbidden):
        fallback.end(fallback.Period("f1", PERIOD.began_at), ended_at="2026-11-26T10:30", actor=HANDLER, now=NOW)


NUMBERS = {
    "a wrong check character": (paper()[:-1] + ("0" if paper()[-1] != "0" else "1"), PRINTED, "", "paper_no"),
    "an intake number": (paper(kind=case_numbers.NumberKind.INTAKE), PRINTED, "", "paper_no"),
    "another hall's": (paper(hall="02"), PRINTED, "", "paper_no"),
    "never printed": (paper(), "", "", "paper_no"),
    "entered before": (paper(), PRINTED, "S420199012026112310001I", "paper_no"),
    "right": (paper(), PRINTED, "", None),
}


@pytest.mark.parametrize(("number", "printed", "used_by", "field"), NUMBERS.values(), ids=list(NUMBERS))
def test_the_number_is_of_a_printed_form_of_this_hall_and_used_once(number, printed, used_by, field):
    faults = Faults({})
    found = fallback.check_paper_no(number, area="420199", hall="01", printed=printed, used_by=used_by, faults=faults)
    assert list(faults.fields) == ([field] if field else [])
    assert field or found == number


WRITTEN = [  # written, fits
    ("2026-11-26T08:30", True),
    ("2026-11-26T10:30", True),
    ("2026-11-26T08:29", False),  # before the fallback began
    ("2026-11-26T10:31", False),  # after it ended
    ("2026-11-26T11:01", False),  # in the future
    ("2026-11-25T09:00", False),
    ("", False),
    ("九点", False),
]


@pytest.mark.parametrize(("written", "fits"), WRITTEN)
def test_the_paper_was_written_in_a_declared_fallback_and_not_in_the_future(written, fits):
    faults = Faults({})
    found = fallback.check_written(written, periods=(PERIOD,), printed=PRINTED, now=NOW, faults=faults)
    assert (not faults.fields) == fits
    assert not fits or found.isoformat() == f"{written}:00+08:00"


def test_no_form_was_written_before_its_pad_was_printed():
    late = "2026-11-26T09:00:40.000+08:00"
    # A person writes minutes: the one in which the pad came out is not too early.
    for written, told in (("2026-11-26T08:59", ["written_at"]), ("2026-11-26T09:00", [])):
        faults = Faults({})
        fallback.check_written(written, periods=(PERIOD,), printed=late, now=NOW, faults=faults)
        assert list(faults.fields) == told


def test_an_open_fallback_takes_what_was_written_until_now():
    faults, running = Faults({}), (fallback.Period("f1", PERIOD.began_at),)
    assert fallback.check_written("2026-11-26T10:59", periods=running, printed="", now=NOW, faults=faults)
    assert not faults.fields


def entered(told, *, written="2026-11-20T09:12:00+08:00", day=date(2026, 11, 26)):
    """A receipt of Friday 20 November, entered on Thursday 26."""
    at = datetime.fromisoformat(written)
    event = intake.receive(
        told.item,
        told.application(channel="walk_in", ticket=""),
        actor=CLERK,
        today=at.date(),
        calendar=told.calendar,
        query_code="482913",
    )
    told.day = day
    event = fallback.back_entered(event, paper_no=paper(), written=at, taken_by="W0315", actor=CLERK)
    return told.fold(event, "clerk")


def test_every_clock_counts_from_the_written_time(told):
    """The applicant loses nothing: five working days from Friday, though the entry was made on Thursday."""
    case = entered(told)
    assert case.received_at == "2026-11-20T09:12:00.000+08:00"
    assert (case.clock("C1").deadline.start, case.clock("C1").deadline.due) == ("2026-11-20", "2026-11-27")
    assert case.completed_on == "2026-11-20"
    entry = case.back_entry
    assert (entry.entered_by, entry.entered_at[:10], entry.taken_by) == ("W0312", "2026-11-26", "W0315")
    assert case.unconfirmed


def test_until_the_second_person_has_looked_nothing_is_done_with_it(told):
    case = entered(told)
    with pytest.raises(WrongState) as caught:
        fallback.require_confirmed(case)
    assert caught.value.code == "unconfirmed"
    told.fold(fallback.confirm(case, compared=True, actor=SECOND), "other_clerk")
    fallback.require_confirmed(told.case)
    assert (told.case.state.value, told.case.back_entry.settled_by) == ("received", "W0313")
    with pytest.raises(WrongState) as again:
        fallback.confirm(told.case, compared=True, actor=MANAGER)
    assert again.value.code == "nothing_to_confirm"


@pytest.mark.parametrize("who", [SECOND, MANAGER], ids=["a colleague", "the manager"])
def test_the_second_person_is_another_one(told, who):
    case = entered(told)
    for act in (
        lambda actor: fallback.confirm(case, compared=True, actor=actor),
        lambda actor: fallback.give_back(case, reason="号码录错一位", actor=actor, today=told.day),
    ):
        with pytest.raises(Forbidden) as caught:
            act(CLERK)
        assert caught.value.code == "same_person"
        with pytest.raises(Forbidden):
            act(HANDLER)
        assert act(who).entered_by == "W0312"
    with pytest.raises(Invalid):
        fallback.confirm(case, compared=False, actor=who)
    with pytest.raises(Invalid):
        fallback.give_back(case, reason="错", actor=who, today=told.day)


def test_a_returned_entry_ends_and_is_not_settled_again(told):
    case = entered(told)
    told.fold(fallback.give_back(case, reason="号码录错一位", actor=SECOND, today=told.day), "other_clerk")
    assert (told.case.state.value, told.case.ending.kind, told.case.clock("C1").stopped) == (
        "terminated", "voided", "2026-11-26",
    )  # fmt: skip
    with pytest.raises(WrongState):
        fallback.confirm(told.case, compared=True, actor=SECOND)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.IN_REVIEW])
def test_what_the_law_accepted_meanwhile_is_confirmed_and_not_returned(told, state):
    """许可法 art.32(4): returning it would take the acceptance from the applicant."""
    case = msgspec.structs.replace(entered(told), state=state)
    with pytest.raises(WrongState) as caught:
        fallback.give_back(case, reason="号码录错一位", actor=SECOND, today=told.day)
    assert (caught.value.code, "更正登记" in caught.value.next_step) == ("deemed", True)
    assert fallback.confirm(case, compared=True, actor=SECOND).entered_by == "W0312"


def test_a_case_received_at_a_window_waits_for_nobody(told):
    """The control."""
    told.receive()
    fallback.require_confirmed(told.case)
    with pytest.raises(WrongState):
        fallback.confirm(told.case, compared=True, actor=SECOND)


@pytest.mark.parametrize("number", ["W", "甲", "0312", "W0312 "])
def test_who_wrote_it_is_a_staff_number(told, number):
    at = datetime.fromisoformat("2026-11-20T09:12:00+08:00")
    told.receive()
    event = told.events[0][1]
    if number.strip() == "W0312":
        assert fallback.back_entered(event, paper_no=paper(), written=at, taken_by=number, actor=CLERK)
        return
    with pytest.raises(Invalid):
        fallback.back_entered(event, paper_no=paper(), written=at, taken_by=number, actor=CLERK)


@pytest.mark.parametrize(
    ("written", "today", "late"),
    [("2026-11-20", "2026-11-25", False), ("2026-11-20", "2026-11-26", True), ("2026-11-23", "2026-11-26", False)],
)
def test_paper_that_lay_too_long_is_told_to_supervision(working_days, written, today, late):
    assert fallback.is_late(date.fromisoformat(written), date.fromisoformat(today), working_days) == late


def test_the_fold_takes_the_written_time_only_from_a_receipt_with_one(told):
    case = entered(told)
    meta, event = told.events[0]
    plain = evolve(
        None, meta, 1, type(event)(**{n: getattr(event, n) for n in event.__struct_fields__ if n != "fallback"})
    )
    assert (plain.received_at, plain.back_entry) == (meta.t, None)
    assert case.received_at != meta.t


def test_a_pad_is_numbered_by_the_window_or_the_manager_and_is_not_too_thick():
    for who in (CLERK, MANAGER):
        for count in (1, fallback.PAD_MAX):
            fallback.check_pad(count, actor=who)
    with pytest.raises(Forbidden):
        fallback.check_pad(1, actor=HANDLER)
    for count in (0, -1, fallback.PAD_MAX + 1):
        with pytest.raises(Invalid) as caught:
            fallback.check_pad(count, actor=CLERK)
        assert f"1 到 {fallback.PAD_MAX} 张" in caught.value.fields["count"]
