"""The joint whole after its acceptance: one extension, one notice of outcomes, one delivery (许可法 art.42(2), 44)."""

from datetime import date, datetime, timedelta

import msgspec
import pytest
from joint_whole import APPLICANT, FOOD, HEALTH, PEOPLE, WHOLE

from appliance.clock import SHANGHAI
from appliance.domain.actor import Actor, Role
from appliance.domain.decide import joint as rules
from appliance.domain.decide import joint_results, proposals
from appliance.errors import Forbidden, Invalid, WrongState


def code_of(caught):
    return caught.value.code


# ---- one extension ------------------------------------------------------------------------------------------------


def test_the_whole_is_extended_once_by_fifteen_working_days_at_most(whole):
    whole.examined().accept()
    before = whole.joint.clock("C2").deadline.due
    own = whole.cases[FOOD].clock("C2").deadline
    whole.extend(15)
    clock = whole.joint.clock("C2").deadline
    assert clock.due == whole.calendar.working_day_after(date.fromisoformat(before), 15).isoformat()
    assert whole.cases[FOOD].clock("C2").deadline == own  # members keep their own limits
    with pytest.raises(WrongState) as caught:
        whole.extend(1)
    assert code_of(caught) == "extended_once"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 16}, "days"),
        ({"days": 0}, "days"),
        ({"letter": "函"}, "letter"),
        ({"reason": "太忙"}, "reason"),
    ],
)
def test_an_extension_needs_its_letter_its_reason_and_a_lawful_length(whole, change, field):
    whole.examined().accept()
    with pytest.raises(Invalid) as caught:
        whole.extend(**change)
    assert set(caught.value.fields) == {field}


def test_an_extension_is_for_the_head_and_before_the_limit_is_over(whole):
    whole.examined()
    with pytest.raises(WrongState):
        whole.extend()
    whole.accept()
    with pytest.raises(Forbidden):
        whole.extend(who="lead")
    whole.day = date.fromisoformat(whole.joint.clock("C2").deadline.due) + timedelta(days=1)
    with pytest.raises(WrongState) as caught:
        whole.extend()
    assert code_of(caught) == "too_late_to_extend"


# ---- outcomes and delivery ----------------------------------------------------------------------------------------


def decided(whole, *, refused_food=True):
    whole.examined().accept().later(1)
    return whole.decide(HEALTH, "lead").decide(FOOD, "food", refused=refused_food)


def test_the_refusal_of_one_member_leaves_the_other_granted_and_one_notice_tells_both(whole):
    decided(whole).conclude()
    assert whole.cases[HEALTH].state == "decided_granted"
    assert [(one.case, one.outcome) for one in whole.joint.outcomes] == [(HEALTH, "granted"), (FOOD, "refused")]
    assert whole.joint.clock("C2").stopped == "2026-03-03"


def test_the_limit_stops_with_the_last_decision_not_with_the_notice_of_it(whole):
    decided(whole).later(3).conclude()
    assert whole.joint.concluded_on == "2026-03-06"
    assert whole.joint.clock("C2").stopped == "2026-03-03"


def test_outcomes_are_told_when_all_are_there_once_and_by_the_lead(whole):
    whole.examined().accept().later(1).decide(HEALTH, "lead")
    with pytest.raises(WrongState):
        whole.conclude()
    whole.decide(FOOD, "food")
    with pytest.raises(Forbidden):
        whole.conclude("food")
    whole.conclude()
    with pytest.raises(WrongState) as caught:
        whole.conclude()
    assert code_of(caught) == "concluded"


def test_all_results_leave_in_one_delivery(whole):
    decided(whole, refused_food=False).conclude()
    with pytest.raises(WrongState) as caught:
        whole.hand_over()
    assert code_of(caught) == "not_produced"
    whole.produce(HEALTH).produce(FOOD).hand_over()
    assert whole.state == "closed"
    assert whole.joint.handover.collector_name == "阿依·示例"
    assert {whole.cases[no].state for no in (HEALTH, FOOD)} == {"closed"}


def test_nothing_is_delivered_before_the_outcomes_are_told_or_to_a_stranger(whole):
    decided(whole).produce(HEALTH).produce(FOOD)
    with pytest.raises(WrongState) as caught:
        whole.hand_over()
    assert code_of(caught) == "not_concluded"
    whole.conclude()
    with pytest.raises(Forbidden):
        whole.hand_over(name="路人甲")
    with pytest.raises(Forbidden):
        whole.hand_over(who="lead")


def test_a_result_leaves_alone_only_when_its_ten_days_press_or_all_is_told(whole):
    whole.examined().accept().later(1).decide(HEALTH, "lead").produce(HEALTH)
    case = whole.cases[HEALTH]
    now = datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)

    def leave(at):
        return joint_results.may_leave_alone(whole.joint, case, now=at, calendar=whole.calendar)

    with pytest.raises(WrongState) as caught:
        leave(now)
    assert code_of(caught) == "delivered_together"
    due = datetime.fromisoformat(f"{case.clock('C4').deadline.due}T09:00:00+08:00")
    with pytest.raises(WrongState):
        leave(due - timedelta(days=5))
    leave(due - timedelta(days=1))
    whole.decide(FOOD, "food").conclude()
    joint_results.may_leave_alone(whole.joint, case, now=now, calendar=whole.calendar)


# ---- withdrawal, and what the law does ----------------------------------------------------------------------------


def test_the_withdrawal_of_the_whole_withdraws_what_is_not_decided(whole):
    whole.examined().accept().later(1).decide(HEALTH, "lead").withdraw()
    assert whole.cases[FOOD].state == "withdrawn"
    assert whole.cases[HEALTH].state == "decided_granted"
    assert whole.joint.withdrawn_reason == "不再开办"
    assert whole.state == "decided"


def test_a_withdrawal_needs_a_reason_and_the_window(whole):
    whole.examined()
    with pytest.raises(Forbidden):
        whole.withdraw("lead")
    with pytest.raises(Invalid):
        joint_results.withdraw(whole.members, reason=" ", letter_files=(), actor=PEOPLE["clerk"], today=whole.day)


def test_a_decided_whole_is_not_withdrawn(whole):
    decided(whole)
    with pytest.raises(WrongState):
        whole.withdraw()


def test_a_member_that_ends_before_holds_nobody_up(whole):
    whole.receive().take_up().examine(HEALTH, "lead")
    event = proposals.not_required(
        whole.cases[FOOD],
        whole.item_by_case[FOOD],
        reason="依法不需要取得许可的情形",
        actor=PEOPLE["food"],
        today=whole.day,
    )
    whole.fold(FOOD, event, "food")
    whole.accept()
    assert whole.cases[HEALTH].state == "in_review"
    assert whole.joint.acceptance_no == "A0"


def test_a_provisional_limit_is_recomputed_by_the_system(whole):
    whole.examined().accept()
    provisional = msgspec.structs.replace(whole.joint.clocks[0].deadline, due="2026-04-01", provisional=True)
    clocks = (msgspec.structs.replace(whole.joint.clocks[0], deadline=provisional),)
    whole.joint = msgspec.structs.replace(whole.joint, clocks=clocks)
    event = rules.recompute(whole.joint, whole.members, actor=PEOPLE["system"], calendar=whole.calendar)
    whole.fold(WHOLE, event, "system")
    assert not whole.joint.clock("C2").deadline.provisional
    with pytest.raises(WrongState):
        rules.recompute(whole.joint, whole.members, actor=PEOPLE["system"], calendar=whole.calendar)
    with pytest.raises(Forbidden):
        rules.recompute(whole.joint, whole.members, actor=PEOPLE["lead"], calendar=whole.calendar)


def test_the_same_entries_give_the_same_whole_and_forgetting_one_is_seen(whole):
    decided(whole).conclude().produce(HEALTH).produce(FOOD).hand_over()
    joint, again = whole.retold()
    assert (joint, again) == (whole.joint, whole.cases)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(joint), type=type(joint)) == joint
    whole.entries.pop(-3)
    assert whole.retold() != (joint, again)


def test_a_whole_begins_with_its_receipt(whole):
    whole.receive().withdraw()
    meta, event = next(entry for entry in whole.entries if entry[1].TYPE == "joint.withdrawn")
    with pytest.raises(ValueError, match="first event"):
        type(whole)().fold(meta.case, event, "clerk")


def test_the_applicant_is_the_same_in_every_member(whole):
    whole.receive()
    assert {whole.cases[no].applicant for no in (HEALTH, FOOD)} == {whole.joint.applicant} == {APPLICANT}


def test_a_paper_of_the_whole_is_printed_again_with_a_reason(whole):
    whole.examined().accept()
    told = joint_results.reprint(whole.joint, whole.members, paper="p", reason=" 遗失 ", actor=PEOPLE["clerk"])
    assert (told.paper, told.copy, told.reason) == ("p", 1, "遗失")
    with pytest.raises(Invalid) as caught:
        joint_results.reprint(whole.joint, whole.members, paper="p", reason=" 丢 ", actor=PEOPLE["clerk"])
    assert "reason" in caught.value.fields
    with pytest.raises(Forbidden):
        joint_results.reprint(
            whole.joint, whole.members, paper="p", reason="遗失", actor=Actor("S5001", Role.SUPERVISOR)
        )
