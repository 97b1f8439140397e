"""Acts of two persons and the endings without a decision: one test for each guard (T06, T07, T31, T32, T37)."""

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import proposals
from appliance.domain.service_item import CorrectionPolicy
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
LATE = 8  # Tuesday 2026-12-01, the day after C1
SHORT = "理由不足九个字"


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code, sorted(caught.value.fields)


@pytest.fixture
def in_pre_review(told):
    return told.to("take")


# what is proposed, by whom, with which words, what is refused
REFUSED_PROPOSALS = {
    "a reason too short": (("not_accepted",), {"reason": SHORT}, ("invalid", ["reason"])),
    "no basis": (("not_accepted",), {"basis": " "}, ("invalid", ["basis"])),
    "another handler": (("not_accepted", "other_handler"), {}, ("not_handler", [])),
    "a clerk": (("not_accepted", "clerk"), {}, ("role", [])),
    "a reviewer": (("terminate", "reviewer"), {"ground": "death"}, ("role", [])),
    "no ground": (("terminate",), {}, ("invalid", ["ground"])),
    "an unknown ground": (("terminate",), {"ground": "bad_mood"}, ("invalid", ["ground"])),
    "another ground without its basis": (("terminate",), {"ground": "other", "basis": ""}, ("invalid", ["basis"])),
    "a voiding by the handler": (("void_receipt",), {}, ("role", [])),
}


@pytest.mark.parametrize(("what", "words", "refused"), REFUSED_PROPOSALS.values(), ids=list(REFUSED_PROPOSALS))
def test_what_may_not_be_proposed(in_pre_review, what, words, refused):
    code, fields = code_of(in_pre_review.propose, *what, **words)
    assert (code, fields) == refused
    assert in_pre_review.case.proposal is None


def test_one_proposal_waits_at_a_time(in_pre_review):
    in_pre_review.propose("not_accepted")
    assert code_of(in_pre_review.propose, "terminate", ground="death")[0] == "proposal_waits"
    in_pre_review.drop()
    assert in_pre_review.propose("terminate", ground="death").proposal.proposed.proposal == 2


def test_a_proposal_alone_changes_nothing(in_pre_review):
    before = in_pre_review.case
    after = in_pre_review.propose("not_accepted")
    assert (after.state, after.clocks, after.ending) == (before.state, before.clocks, None)


def test_who_proposed_does_not_confirm(in_pre_review):
    in_pre_review.propose("not_accepted")
    same = Actor("C1001", Role.REVIEWER)
    with pytest.raises(Forbidden) as caught:
        proposals.second_person(in_pre_review.case.proposal, same, in_pre_review.case)
    assert caught.value.code == "same_person"


def test_the_handler_does_not_confirm_what_a_colleague_proposed_for_him(in_pre_review):
    in_pre_review.propose("terminate", ground="death")
    other = msgspec.structs.replace(in_pre_review.case.proposal, by="C1099")
    with pytest.raises(Forbidden):
        proposals.second_person(other, Actor("C1001", Role.REVIEWER), in_pre_review.case)


@pytest.mark.parametrize("who", ["handler", "clerk", "approver"])
def test_a_non_acceptance_is_confirmed_by_a_reviewer(in_pre_review, who):
    in_pre_review.propose("not_accepted")
    assert code_of(in_pre_review.not_accepted, who)[0] == "role"


@pytest.mark.parametrize("missing", ["review_body", "court"])
def test_endings_say_where_to_turn(in_pre_review, missing):
    in_pre_review.propose("not_accepted")
    assert code_of(in_pre_review.not_accepted, **{missing: ""})[0] == "no_remedies"
    in_pre_review.drop()
    in_pre_review.propose("terminate", ground="death")
    assert code_of(in_pre_review.terminate, **{missing: ""})[0] == "no_remedies"


def test_a_proposal_is_confirmed_as_what_it_is_and_once(in_pre_review):
    in_pre_review.propose("terminate", ground="death")
    assert code_of(in_pre_review.not_accepted)[0] == "no_proposal"
    case = in_pre_review.terminate()
    assert (case.state, case.ending.by, case.ending.proposed_by) == (State.TERMINATED, "R2001", "C1001")
    assert code_of(in_pre_review.terminate)[0] == "no_proposal"


def test_a_proposal_lapses_with_the_state_that_it_was_for(in_pre_review):
    in_pre_review.propose("not_accepted")
    assert in_pre_review.accept().proposal is None
    assert code_of(in_pre_review.not_accepted)[0] == "no_proposal"


def test_a_proposal_that_still_fits_waits_on(in_pre_review):
    """The control of the test above: a termination may come from any state before the decision."""
    in_pre_review.propose("terminate", ground="dissolution")
    assert in_pre_review.accept().proposal is not None
    assert in_pre_review.terminate().state is State.TERMINATED


def test_after_c1_nothing_but_the_deemed_acceptance_is_left(in_pre_review):
    """许可法 art.32(4): who is late has accepted."""
    in_pre_review.propose("not_accepted")
    in_pre_review.wait(LATE)
    assert code_of(in_pre_review.not_accepted)[0] == "notice_late"
    assert code_of(in_pre_review.not_required)[0] == "notice_late"
    in_pre_review.drop()
    assert code_of(in_pre_review.propose, "not_accepted")[0] == "notice_late"


@pytest.mark.parametrize(("who", "code"), [("reviewer", "role"), ("other_handler", "not_handler")])
def test_that_no_licence_is_needed_says_the_cases_handler(in_pre_review, who, code):
    assert code_of(in_pre_review.not_required, who)[0] == code


def test_that_no_licence_is_needed_has_its_reason(in_pre_review):
    assert code_of(in_pre_review.not_required, reason=SHORT) == ("invalid", ["reason"])


@pytest.mark.parametrize(("who", "reason", "code"), [("clerk", "不成立，退回", "role"), ("reviewer", "否", "invalid")])
def test_a_proposal_is_dropped_by_who_could_confirm_it_and_with_a_reason(in_pre_review, who, reason, code):
    in_pre_review.propose("not_accepted")
    assert code_of(in_pre_review.drop, who, reason)[0] == code


def test_one_takes_back_ones_own_proposal(in_pre_review):
    in_pre_review.propose("not_accepted")
    assert in_pre_review.drop("handler").proposal is None


# ---- T31


def lapsing(told, **policy):
    told.item = msgspec.structs.replace(
        told.item,
        correction=CorrectionPolicy(**({"valid_days": 10, "valid_basis": told.item.by_law[:1]} | policy)),
    )
    told.receive(left_out=(OTHER,))
    told.take()
    told.notice(OTHER)
    return told


def test_a_lapse_is_proposed_by_the_system_and_confirmed_by_the_handler(told):
    lapsing(told).wait(15)  # C5 ends on Monday 2026-12-07
    case = told.propose_lapse()
    assert (case.proposal.by, case.proposal.proposed.ground) == ("system", "correction_lapsed")
    assert "《" in case.proposal.proposed.basis
    assert code_of(told.terminate)[0] == "role"
    assert code_of(told.terminate, "other_handler")[0] == "not_handler"
    case = told.terminate("handler")
    assert (case.state, case.ending.ground, case.clock("C5").stopped) == (
        State.TERMINATED,
        "correction_lapsed",
        "2026-12-08",
    )


def test_a_lapse_waits_for_its_last_day(told):
    lapsing(told).wait(14)
    assert code_of(told.propose_lapse)[0] == "not_lapsed"


@pytest.mark.parametrize("policy", [{"valid_days": 0}, {"valid_basis": ()}])
def test_without_a_rule_that_sets_a_limit_the_applicant_has_all_the_time(told, policy):
    """The Act sets no limit for the applicant (domain §2.5, C5)."""
    lapsing(told, **policy).wait(60)
    assert code_of(told.propose_lapse)[0] == "not_lapsed"


def test_nobody_proposes_a_lapse_by_hand(told):
    lapsing(told).wait(15)
    assert code_of(told.propose, "lapse_correction", ground="correction_lapsed")[0] == "role"


def test_a_supplement_makes_the_proposed_lapse_void(told):
    lapsing(told).wait(15)
    told.propose_lapse()
    assert told.supplement(1).proposal is None


# ---- T37


@pytest.fixture
def void_proposed(told):
    told.receive()
    told.propose("void_receipt", "clerk")
    return told


@pytest.mark.parametrize(("who", "code"), [("clerk", "same_person"), ("handler", "role"), ("reviewer", "role")])
def test_a_receipt_is_voided_by_a_second_person_of_the_hall(void_proposed, who, code):
    assert code_of(void_proposed.void, who)[0] == code
    assert void_proposed.void("manager").ending.kind == "voided"


def test_a_receipt_is_not_voided_while_the_applicant_holds_the_slip(void_proposed):
    assert code_of(void_proposed.void, slip_returned=False) == ("invalid", ["slip_returned"])


def test_a_receipt_is_voided_on_its_day_only(void_proposed):
    void_proposed.wait(1)
    assert code_of(void_proposed.void)[0] == "too_late_to_void"
    void_proposed.drop("clerk")
    assert code_of(void_proposed.propose, "void_receipt", "clerk")[0] == "too_late_to_void"


def test_a_receipt_is_not_voided_once_the_applicant_was_told_anything(told):
    told.receive(left_out=(OTHER,))
    told.take()
    told.notice(OTHER)
    told.supplement(1)
    assert code_of(told.propose, "void_receipt", "clerk")[0] == "too_late_to_void"


def test_an_unknown_act_is_refused():
    with pytest.raises(Invalid):
        proposals.act_named("abolish")
