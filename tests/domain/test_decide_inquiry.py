"""现场核查 (art. 34(3)), 听证 (art. 46–48), 收费 (art. 58–59), 数量限制 (art. 57): one row for each guard."""

from datetime import date

import msgspec
import pytest
from told_inquiry import CHARGE, Inquiry

from appliance.domain.calendar import Calendar, Document, SpecialDay, TableStatus, YearTable
from appliance.domain.decide import inquiry
from appliance.domain.item_terms import LawRank
from appliance.domain.service_item import Fee, LegalBasis, SpecialProcedure
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

MEND = Fee(name="修复费", standard="按面积", basis=(LegalBasis(law="示例条例", rank=LawRank.LAW),))
HEARING = SpecialProcedure(kind="hearing", planned_days=20, mandatory=True, explain="依法应当听证")
REVIEW = SpecialProcedure(kind="expert_review", planned_days=15, mandatory=True, explain="依法应当评审")
FREE = SpecialProcedure(kind="inspection", planned_days=15, explain="可以检验")


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


@pytest.fixture
def inquiry_of(told_of):
    """Make cases in review of the food item with changed fields."""

    def make(last="accept", **changes):
        return Inquiry(told_of(**changes).to(last))

    return make


@pytest.fixture
def looked_into(inquiry_of):
    return inquiry_of(fees=(CHARGE,))


# ---- T14c 现场核查


def test_two_officers_look_and_no_clock_stops(looked_into):
    before = looked_into.case.clocks
    case = looked_into.check()
    assert (case.site_checks, case.clocks, case.state) == ((("2026-11-23", True),), before, State.IN_REVIEW)


SITE = {
    "one officer": ({"officers": ("C1001",)}, ["second"]),
    "one officer twice": ({"officers": ("C1001", "C1001")}, ["second"]),
    "without the handler": ({"officers": ("C1099", "C1050")}, ["second"]),
    "with a stranger": ({"officers": ("C1001", "C7777")}, ["second"]),
    "one certificate": ({"certificates": ("E1",)}, ["certificate", "certificate2"]),
    "a certificate in words": ({"certificates": ("执法证一号", "EB-0002")}, ["certificate"]),
    "no time": ({"started_at": "", "ended_at": "soon"}, ["ended_at", "held_at"]),
    "ended before it began": ({"ended_at": "2026-11-23 08:00"}, ["ended_at"]),
    "not over yet": ({"ended_at": "2026-11-23 10:30"}, ["ended_at"]),
    "no conclusion": ({"conforms": None}, ["result"]),
    "no words": ({"words": {"place": "", "present": "", "findings": ""}}, ["findings", "place", "present"]),
    "no conclusion in words": ({"words": {"conclusion": " "}}, ["conclusion"]),
}


@pytest.mark.parametrize(("changes", "fields"), SITE.values(), ids=list(SITE))
def test_a_check_on_the_spot_has_its_officers_times_and_findings(looked_into, changes, fields):
    assert code_of(looked_into.check, **changes) == ("invalid", fields)
    assert looked_into.case.site_checks == ()


@pytest.mark.parametrize(
    ("who", "code"), [("reviewer", "role"), ("other_handler", "not_handler")], ids=["reviewer", "other"]
)
def test_a_check_on_the_spot_is_the_handlers(looked_into, who, code):
    assert code_of(looked_into.check, who, officers=("C1001", "C1099"))[0] == code


# ---- T16h, T16r, T16n, T16d 听证


def test_a_hearing_goes_its_way_and_its_clocks_with_it(looked_into):
    """Offered on Monday 11-23: C7a to 11-30; asked for on 11-25: C7b to 12-23; called for 12-04; then the decision."""
    told = looked_into.told
    case = looked_into.offer()
    assert case.clock("C7a").deadline.due == "2026-11-30"
    told.handle(), told.review()
    assert code_of(told.grant)[0] == code_of(told.refuse)[0] == "hearing_open"  # it may still be asked for
    told.wait(2)
    case = looked_into.ask()
    assert (case.clock("C7a").stopped, case.clock("C7b").deadline.due) == ("2026-11-25", "2026-12-23")
    assert code_of(told.grant)[0] == code_of(told.refuse)[0] == "hearing_open"
    looked_into.call()
    assert code_of(told.grant)[0] == "hearing_open"
    told.wait(9)
    case = looked_into.hold()
    assert (case.hearing.held, case.clock("C7b").stopped) == ("2026-12-04", "2026-12-04")
    assert told.grant().state is State.DECIDED_GRANTED


def test_a_right_that_nobody_used_bars_nothing_after_its_five_days(looked_into):
    told = looked_into.told
    looked_into.offer()
    told.handle(), told.review()
    told.wait(7)
    assert code_of(told.refuse)[0] == "hearing_open"  # 11-30 is its last day
    told.wait(1)
    assert told.refuse().state is State.DECIDED_REFUSED


OFFERS = {
    "to nobody": ({"party": "neighbours"}, ["party"]),
    "without a name": ({"addressee": " "}, ["addressee"]),
    "without the interest": ({"interest": "无"}, ["interest"]),
    "without what is intended": ({"intended": ""}, ["intended"]),
}


@pytest.mark.parametrize(("changes", "fields"), OFFERS.values(), ids=list(OFFERS))
def test_a_right_to_be_heard_is_told_to_someone_in_words(looked_into, changes, fields):
    assert code_of(looked_into.offer, **changes) == ("invalid", fields)


def test_a_right_to_be_heard_is_told_once_to_each_by_the_handler(looked_into):
    looked_into.offer()
    assert code_of(looked_into.offer) == ("invalid", ["party"])
    assert code_of(looked_into.offer, "other_handler", party="third_party")[0] == "not_handler"
    assert code_of(looked_into.offer, "clerk", party="third_party")[0] == "role"
    assert looked_into.offer(party="third_party").hearing.offered == ("applicant", "third_party")


def test_a_hearing_is_asked_for_by_who_was_told_in_time_and_once(looked_into):
    assert code_of(looked_into.ask) == ("invalid", ["party"])
    looked_into.offer()
    assert code_of(looked_into.ask, party="third_party") == ("invalid", ["party"])
    assert code_of(looked_into.ask, by="") == ("invalid", ["addressee"])
    assert code_of(looked_into.ask, "reviewer")[0] == "role"
    looked_into.told.wait(7)
    looked_into.ask()
    assert code_of(looked_into.ask)[0] == "hearing_requested"


def test_a_hearing_asked_for_on_the_day_after_the_last_comes_too_late(looked_into):
    looked_into.offer()
    looked_into.told.wait(8)
    assert code_of(looked_into.ask)[0] == "request_late"
    looked_into.told.case = msgspec.structs.replace(looked_into.case, clocks=())
    assert code_of(looked_into.ask)[0] == "request_late"  # no limit on the file is no limit that still runs


def test_each_party_has_five_days_of_its_own(looked_into):
    """The applicant was told on 11-23, a neighbour on 11-27: on 12-01 only the neighbour's time still runs."""
    looked_into.offer()
    looked_into.told.wait(4)
    looked_into.offer(party="third_party")
    looked_into.told.wait(4)
    assert code_of(looked_into.ask)[0] == "request_late"
    assert looked_into.ask(party="third_party").hearing.requested == "2026-12-01"


def test_a_new_calendar_counts_each_partys_days_and_takes_none_away(looked_into, working_days):
    """Told on 12-28 and 12-29. With 01-04 off each has a day more; with 01-02 worked each keeps what was printed."""
    told = looked_into.told
    told.wait(35)
    looked_into.offer()
    told.wait(1)
    looked_into.offer(party="third_party")
    printed = told.case
    later = told.recompute(official_2027(working_days, {date(2027, 1, 4): True, date(2027, 1, 9): False}))
    assert [one.deadline.due for one in rights(printed)] == ["2027-01-05", "2027-01-06"]
    assert [one.deadline.due for one in rights(later)] == ["2027-01-06", "2027-01-07"]
    told.case = printed
    kept = told.recompute(official_2027(working_days, {date(2027, 1, 2): False}))
    assert [(one.deadline.due, one.deadline.provisional) for one in rights(kept)] == [
        ("2027-01-05", False),
        ("2027-01-06", False),
    ]


def rights(case):
    return [clock for clock in case.clocks if clock.deadline.clock == "C7a"]


def official_2027(known, days):
    """Give a calendar whose 2027 is published: New Year's Day off, and these days off (True) or worked (False)."""
    special = {date(2027, 1, 1): True} | days
    table = YearTable(
        2027, TableStatus.OFFICIAL, (), (Document(number="x", title="x", issued=date(2026, 12, 30)),), "x",
        tuple(SpecialDay(name="示例", date=day, is_off_day=off) for day, off in sorted(special.items())),
    )  # fmt: skip
    return Calendar.build([*(one for one in known.tables if one.year < table.year), table])


def test_a_hearing_is_not_asked_for_after_it_was_held(inquiry_of):
    """A third party told beside a hearing that the statute ordered: with the hearing its time to ask is over."""
    heard = inquiry_of(special_procedure=(HEARING,))
    heard.call(days=10)
    heard.told.wait(10)
    heard.offer(party="third_party")
    heard.hold()
    assert code_of(heard.ask, party="third_party")[0] == "request_late"


CALLS = {
    "seven working days ahead at least": ({"days": 8}, ["held_at"]),
    "within twenty": ({"days": 31}, ["held_at"]),
    "on a day that no calendar knows": ({"held_at": "2099-01-05 09:00"}, ["held_at"]),
    "at a time": ({"held_at": "next week"}, ["held_at"]),
    "at a place": ({"place": ""}, ["place"]),
    "not by a stranger": ({"presider": "C7777"}, ["presider"]),
    "not recorded by a stranger": ({"recorder": ""}, ["recorder"]),
    "not by the handler": ({"presider": "C1001"}, ["presider"]),
    "not by who signed": ({"recorder": "R2001"}, ["recorder"]),
    "not by one alone": ({"recorder": "C1050"}, ["recorder"]),
}


@pytest.mark.parametrize(("changes", "fields"), CALLS.values(), ids=list(CALLS))
def test_a_hearing_is_called_in_time_and_led_by_others(looked_into, changes, fields):
    told = looked_into.told
    looked_into.offer(), looked_into.ask()
    told.handle(), told.review()
    assert code_of(looked_into.call, **changes) == ("invalid", fields)
    assert looked_into.call().hearing.presider == "C1050"


def test_a_substitute_who_handled_the_case_does_not_preside(looked_into):
    looked_into.offer(), looked_into.ask()
    looked_into.told.case = msgspec.structs.replace(looked_into.case, handlers=("C1001", "C1050"))
    assert code_of(looked_into.call) == ("invalid", ["presider"])


def test_a_hearing_is_called_by_the_handler_when_one_is_due_and_not_twice_held(looked_into):
    assert code_of(looked_into.call)[0] == "no_hearing"
    looked_into.offer()
    assert code_of(looked_into.call)[0] == "no_hearing"
    looked_into.ask()
    assert code_of(looked_into.call, "reviewer")[0] == "role"
    assert code_of(looked_into.call, "other_handler")[0] == "not_handler"
    looked_into.call()
    looked_into.told.wait(9)
    looked_into.hold()
    assert code_of(looked_into.call)[0] == "hearing_held"


RECORDS = {
    "no time": ({"ended_at": ""}, ["ended_at"]),
    "over before it began": ({"ended_at": "2026-12-02 08:50"}, ["ended_at"]),
    "not over yet": ({"ended_at": "2026-12-02 10:10"}, ["ended_at"]),
    "nobody there": ({"attendants": ""}, ["attendants"]),
    "nothing said": ({"record": "无异议"}, ["record"]),
}


@pytest.mark.parametrize(("changes", "fields"), RECORDS.values(), ids=list(RECORDS))
def test_a_hearing_has_its_record(looked_into, changes, fields):
    looked_into.offer(), looked_into.ask(), looked_into.call()
    looked_into.told.wait(9)
    assert code_of(looked_into.hold, **changes) == ("invalid", fields)


def test_a_hearing_is_held_once_after_it_was_called(looked_into):
    assert code_of(looked_into.hold)[0] == "not_called"
    looked_into.offer()
    assert code_of(looked_into.hold)[0] == "not_called"
    looked_into.ask(), looked_into.call()
    assert code_of(looked_into.hold) == ("invalid", ["ended_at"])  # its time has not come
    looked_into.told.wait(9)
    assert code_of(looked_into.hold, "clerk")[0] == "role"
    looked_into.hold()
    assert code_of(looked_into.hold)[0] == "not_called"


@pytest.mark.parametrize("who", ["handler", "other_handler", "reviewer", "approver", "head"])
def test_the_record_of_a_hearing_is_not_written_by_who_reviews_or_stands_by(looked_into, who):
    """Art. 48: who examines the application does not preside; so it is not he who says what was said there."""
    looked_into.offer(), looked_into.ask(), looked_into.call()
    looked_into.told.wait(9)
    assert code_of(looked_into.hold, who)[0] == "not_presiding"
    assert looked_into.hold("recorder").hearing.held


# ---- what must come before a grant


def test_a_hearing_that_the_statute_orders_comes_before_the_grant_only(inquiry_of):
    heard = inquiry_of("review", special_procedure=(FREE, HEARING))
    assert code_of(heard.told.grant)[0] == "special_open"
    heard.call(days=10)
    assert code_of(heard.told.refuse)[0] == "hearing_open"  # called, so it is heard before any decision
    heard.told.wait(10)
    heard.hold()
    assert heard.told.grant().state is State.DECIDED_GRANTED


def test_a_review_by_experts_that_the_statute_orders_comes_before_the_grant(inquiry_of):
    told = inquiry_of("review", special_procedure=(FREE, REVIEW)).told
    assert code_of(told.grant)[0] == "special_open"
    told.propose_special("expert_review", 5)
    told.start_special()
    told.wait(4)
    told.end_special()
    assert told.grant().state is State.DECIDED_GRANTED


def test_a_refusal_does_not_wait_for_a_review_by_experts(inquiry_of):
    assert inquiry_of("review", special_procedure=(REVIEW,)).told.refuse().state is State.DECIDED_REFUSED


# ---- T23f, T23g 收费


FEES = {
    "not on the list": ({"fee": "卫生费"}, ["fee"]),
    "no quantity": ({"quantity": ""}, ["quantity"]),
    "nothing": ({"amount": "0"}, ["amount"]),
    "in words": ({"amount": "一百元"}, ["amount"]),
}


@pytest.mark.parametrize(("changes", "fields"), FEES.values(), ids=list(FEES))
def test_a_fee_stands_on_the_items_list_and_has_its_amount(looked_into, changes, fields):
    assert code_of(looked_into.charge, **changes) == ("invalid", fields)


def test_a_fee_is_noticed_by_clerk_or_handler_and_once_until_it_is_paid(looked_into):
    assert code_of(looked_into.charge, "reviewer")[0] == "role"
    assert code_of(looked_into.charge, "other_handler")[0] == "not_handler"
    looked_into.charge("handler")
    assert code_of(looked_into.charge) == ("invalid", ["fee"])
    looked_into.pay()
    assert [(one.amount, bool(one.receipt_no)) for one in looked_into.charge().fees] == [
        ("120.00", True),
        ("120.00", False),
    ]


def test_nothing_is_charged_after_a_refusal(inquiry_of):
    asked = inquiry_of("review", fees=(CHARGE,))
    asked.told.refuse()
    asked.told.produce()
    assert asked.case.state is State.RESULT_READY
    assert code_of(asked.charge)[0] == code_of(asked.charge, "handler")[0] == "fee_after_refusal"


PAYMENTS = {
    "no receipt": ({"receipt_no": ""}, ["receipt_no"]),
    "a fen less": ({"amount": "119.99"}, ["amount"]),
    "in words": ({"amount": "一百二十元"}, ["amount"]),
}


@pytest.mark.parametrize(("changes", "fields"), PAYMENTS.values(), ids=list(PAYMENTS))
def test_a_payment_is_what_was_asked_for_with_its_receipt(looked_into, changes, fields):
    looked_into.charge()
    assert code_of(looked_into.pay, **changes) == ("invalid", fields)


def test_a_fee_is_paid_at_the_window_when_one_is_open(looked_into):
    assert code_of(looked_into.pay)[0] == "no_fee"
    looked_into.charge()
    assert code_of(looked_into.pay, "handler")[0] == "role"
    looked_into.pay()
    assert code_of(looked_into.pay)[0] == "no_fee"


def test_one_receipt_is_for_one_fee(inquiry_of):
    charged = inquiry_of("produce", fees=(CHARGE, MEND))
    charged.charge(), charged.charge(fee=MEND.name, amount="50")
    assert [bool(one.receipt_no) for one in charged.pay().fees] == [True, False]
    assert code_of(charged.told.hand_over)[0] == "fee_open"
    charged.pay(amount="50")
    assert charged.told.hand_over().state is State.CLOSED


def test_a_refusal_waits_for_no_fee(inquiry_of):
    charged = inquiry_of("review", fees=(CHARGE,))
    charged.charge()
    charged.told.refuse(), charged.told.produce()
    assert charged.told.hand_over().state is State.CLOSED


def test_no_result_is_handed_over_while_a_fee_is_open(inquiry_of):
    charged = inquiry_of("produce", fees=(CHARGE,))
    charged.charge()
    assert code_of(charged.told.hand_over)[0] == "fee_open"
    charged.pay()
    assert charged.told.hand_over().state is State.CLOSED


# ---- art. 57 数量限制


def test_where_the_number_is_limited_the_order_of_acceptance_decides(told_of):
    limited, free = told_of(quota=2).item, told_of().item
    assert inquiry.check_quota(limited, granted=1, earlier=None) is None
    assert inquiry.check_quota(free, granted=999, earlier="S-1") is None
    assert code_of(inquiry.check_quota, limited, granted=2, earlier=None)[0] == "quota_used"
    assert code_of(inquiry.check_quota, limited, granted=1, earlier="S-1")[0] == "quota_order"
