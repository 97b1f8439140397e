"""The approval form 签批表 and the decision: who may sign, in which order, and what must be written."""

import msgspec
import pytest

from appliance.domain.decide import review
from appliance.errors import Forbidden, Invalid, WrongState


def as_person(told, who, staff_id):
    """Act in a role as another staff number."""
    actor = told.on(who)["actor"]
    return {**told.on(who), "actor": type(actor)(staff_id, actor.role)}


# step that waits, who tries, why it is refused
SIGNERS = [
    ("accept", "reviewer", "other_step"),
    ("accept", "approver", "other_step"),
    ("accept", "other_handler", "not_handler"),
    ("accept", "clerk", "role"),
    ("handle", "handler", "other_step"),
    ("handle", "approver", "other_step"),
    ("review", "handler", "other_step"),
    ("review", "reviewer", "other_step"),
]


@pytest.mark.parametrize(("last", "who", "code"), SIGNERS)
def test_a_step_is_signed_by_its_own_role_only(told, last, who, code):
    told.to(last)
    with pytest.raises(Forbidden) as caught:
        told.sign(who)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("last", "who", "staff_id"),
    [
        ("handle", "reviewer", "C1001"),  # the handler as reviewer
        ("review", "approver", "C1001"),  # the handler as approver
        ("review", "approver", "R2001"),  # the reviewer as approver
    ],
)
def test_one_person_does_not_sign_two_steps(told, last, who, staff_id):
    told.to(last)
    same = as_person(told, who, staff_id)
    signing = {
        "reviewer": lambda: review.opinion(told.case, told.item, result="agree", text="同意", **same),
        "approver": lambda: review.grant(told.case, told.item, text="同意", content="准予", document_no="x", **same),
    }
    with pytest.raises(Forbidden) as caught:
        signing[who]()
    assert caught.value.code == "same_person"


def test_the_same_person_may_sign_his_own_step_again_after_a_return(told):
    told.to("handle")
    told.send_back("reviewer")
    assert told.handle().current_step.step == "review"
    assert told.review().current_step.step == "decide"


@pytest.mark.parametrize("text", ["", "   ", "同"])
def test_a_bare_name_is_no_opinion(told, text):
    told.to("accept")
    with pytest.raises(Invalid) as caught:
        told.sign("handler", text=text)
    assert list(caught.value.fields) == ["opinion"]


def test_an_opinion_has_at_most_two_thousand_characters(told):
    told.to("accept")
    with pytest.raises(Invalid):
        told.sign("handler", text="长" * 2001)
    assert told.sign("handler", text="长" * 2000)


@pytest.mark.parametrize("result", ["", "perhaps", "returned"])
def test_an_opinion_agrees_or_disagrees(told, result):
    told.to("accept")
    with pytest.raises(Invalid) as caught:
        told.sign("handler", result=result)
    assert list(caught.value.fields) == ["result"]


def test_a_dissenting_opinion_goes_on_to_the_next_step(told):
    told.to("accept")
    case = told.sign("handler", result="disagree", text="布局不符合要求")
    assert (case.steps[0].result, case.current_step.step) == ("disagree", "review")


def test_the_last_step_decides_instead_of_giving_an_opinion(told):
    told.to("review")
    with pytest.raises(WrongState) as caught:
        told.sign("approver")
    assert caught.value.code == "last_step"


@pytest.mark.parametrize("last", ["take", "grant"])
def test_there_is_nothing_to_sign_before_acceptance_and_after_the_decision(told, last):
    told.to(last)
    with pytest.raises(WrongState):
        told.sign("handler")


# ---- T15


def test_a_return_goes_one_step_back_and_the_legal_limit_runs_on(told):
    told.to("review")
    due = told.case.clock("C2")
    case = told.send_back("approver")
    assert (case.current_step.step, case.current_step.role, case.clock("C2")) == ("review", "reviewer", due)


@pytest.mark.parametrize("reason", ["", " 不行 ", "再看"])
def test_a_return_has_its_reason(told, reason):
    told.to("handle")
    with pytest.raises(Invalid) as caught:
        told.send_back("reviewer", reason)
    assert list(caught.value.fields) == ["reason"]


def test_the_handler_returns_nothing(told):
    told.to("accept")
    with pytest.raises(Forbidden):
        told.send_back("handler")


def test_nobody_returns_a_step_that_waits_for_somebody_else(told):
    told.to("handle")
    with pytest.raises(Forbidden):
        told.send_back("approver")


# ---- T23, T24


@pytest.mark.parametrize("decide", ["grant", "refuse"])
@pytest.mark.parametrize(("last", "who"), [("accept", "approver"), ("handle", "approver")])
def test_nobody_decides_before_the_form_is_signed(told, decide, last, who):
    told.to(last)
    with pytest.raises(Forbidden):
        getattr(told, decide)(who)


@pytest.mark.parametrize("decide", ["grant", "refuse"])
@pytest.mark.parametrize("who", ["clerk", "handler", "reviewer"])
def test_only_the_approver_decides(told, decide, who):
    told.to("review")
    with pytest.raises(Forbidden) as caught:
        getattr(told, decide)(who)
    assert caught.value.code == "role"


def test_an_approver_who_holds_an_earlier_step_does_not_decide_there(told_of):
    """Some flows give the approver two steps; only the last of them decides."""
    told = told_of()
    decide = told.item.step("decide")
    first = msgspec.structs.replace(decide, code="sign_off", stage="review")
    told.item = msgspec.structs.replace(told.item, steps=(first, decide))
    told.to("accept")
    with pytest.raises(WrongState) as caught:
        told.grant()
    assert caught.value.code == "form_incomplete"


DECISIONS = {
    "a grant without content": ("grant", {"content": " "}, "content"),
    "a grant without an opinion": ("grant", {"text": ""}, "opinion"),
    "a refusal without facts": ("refuse", {"facts": "不符合条件"}, "facts"),
    "a refusal without reasons": ("refuse", {"reasons": ""}, "reasons"),
    "a refusal with boilerplate reasons": ("refuse", {"reasons": "不符合规定"}, "reasons"),
    "a refusal without its basis": ("refuse", {"basis": "法律"}, "basis"),
    "a refusal without an opinion": ("refuse", {"text": "否"}, "opinion"),
}


@pytest.mark.parametrize(("decide", "changes", "field"), DECISIONS.values(), ids=list(DECISIONS))
def test_a_decision_says_what_the_law_demands(told, decide, changes, field):
    """许可法 art.38: a refusal without reasons is impossible."""
    told.to("review")
    with pytest.raises(Invalid) as caught:
        getattr(told, decide)(**changes)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("missing", ["review_body", "court"])
def test_a_refusal_says_where_to_turn(told, missing):
    told.to("review")
    with pytest.raises(Invalid) as caught:
        told.refuse(**{missing: ""})
    assert caught.value.code == "no_remedies"


def test_a_decision_is_made_once(told):
    told.to("grant")
    for decide in (told.grant, told.refuse):
        with pytest.raises(WrongState):
            decide()


def test_decision_and_the_approvers_row_belong_together(told):
    told.to("review")
    case = told.refuse()
    assert (case.steps[-1].by, case.steps[-1].result) == ("A3001", "disagree")
    assert (case.decision.kind, case.decision.decided_on, case.decision.by) == ("refused", "2026-11-23", "A3001")
    assert case.decision.court == "示范铁路运输法院"
    assert case.clock("C4").deadline.due == "2026-12-07"


def test_a_case_without_an_open_step_waits_for_nobody(told):
    told.to("accept")
    told.case = msgspec.structs.replace(told.case, steps=())
    with pytest.raises(WrongState) as caught:
        told.handle()
    assert caught.value.code == "no_step"


def test_the_first_step_has_none_before_it(told):
    told.item = msgspec.structs.replace(told.item, steps=(told.item.step("review"), told.item.step("decide")))
    told.to("accept")
    with pytest.raises(WrongState) as caught:
        told.send_back("reviewer")
    assert caught.value.code == "first_step"
