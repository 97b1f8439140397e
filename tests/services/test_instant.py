"""即办 in one change and the delegation it rests on; tolerant acceptance and the sweep, on a demo hall."""

from datetime import timedelta

import pytest

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.states import State
from appliance.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from appliance.projections import delegations
from appliance.services.conditions import ProposeToleranceLapse, SupplyTolerated
from appliance.services.instant import GiveDelegation, HandleInstant, RevokeDelegation
from appliance.services.outside import CorrectPaper
from appliance.services.papers import list_papers
from appliance.services.prereview import PreReviewCase, StartReview, TakeCase
from appliance.services.procedure import ConfirmProposal
from appliance.services.sweep import sweep
from provisioning.walk import STORIES

FOOD, TRADER = "420100001000", "420700002000"
TOLD = {story.name: story for story in STORIES}
HANDLER = Actor("C1001", Role.CASE_HANDLER)
REVIEWER = Actor("R2001", Role.REVIEWER)
APPROVER = Actor("A3001", Role.APPROVER)
OTHER_APPROVER = Actor("A3002", Role.APPROVER)
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
LEAVE = {"handler": "C1001", "items": (TRADER,), "until": "2027-06-30"}


def at(hall, no):
    return {"case": no, "version": hall.case(no).version}


def instant(hall, no, **changes):
    verdicts = {one.code: "pass" for one in hall.case(no).materials}
    words = {"verdicts": verdicts, "opinion": "材料齐全，符合规定", "content": "准予设立登记", "shelf": ""} | changes
    return hall.do(HandleInstant(**at(hall, no), **words), HANDLER)


@pytest.fixture
def received(hall):
    return hall.walk(TOLD["received"], hall.items[TRADER])[0].case


# The chain of domain §2.3, T33, but for the hand-over, which is the clerk's.
BEFORE = [
    "case.received", "case.assigned", "case.pre_reviewed", "case.accepted", "case.step_started", "case.opinion_given",
    "case.step_started",
]  # fmt: skip
DECIDED = ["case.opinion_given", "case.granted", "licence.issued", "case.result_produced"]


def test_without_a_delegation_the_case_waits_for_the_approver(hall, received):
    outcome = instant(hall, received)
    assert (outcome.result["state"], hall.types(received)) == ("in_review", BEFORE)
    assert hall.case(received).current_step.role == "approver"


def test_under_a_delegation_it_is_done_at_once_with_every_event(hall, received):
    given = hall.do(GiveDelegation(**LEAVE), APPROVER).result["delegation"]
    outcome = instant(hall, received)
    case = hall.case(received)
    assert hall.types(received) == [*BEFORE, *DECIDED]
    assert (outcome.result["state"], outcome.result["version"]) == ("result_ready", case.version)
    assert (case.decision.delegation, case.decision.by, case.licence.issued.number) == (
        given,
        "C1001",
        outcome.result["number"],
    )
    assert {meta.cmd for meta, _ in hall.events(received)[1:]} == {hall.events(received)[1][0].cmd}


@pytest.mark.parametrize("ended", ["revoked", "over"])
def test_a_delegation_that_ended_decides_nothing(hall, received, ended):
    given = hall.do(GiveDelegation(**LEAVE | {"until": "2026-11-23"}), APPROVER).result["delegation"]
    if ended == "revoked":
        hall.do(RevokeDelegation(delegation=given), APPROVER)
    else:
        hall.clock.advance(timedelta(days=1))
    assert instant(hall, received).result["state"] == "in_review"


def test_a_material_with_a_problem_goes_the_ordinary_way(hall, received):
    size = len(hall.types(received))
    verdicts = {one.code: "problem" for one in hall.case(received).materials}
    with pytest.raises(Invalid):
        instant(hall, received, verdicts=verdicts)
    assert len(hall.types(received)) == size


def test_only_instant_items_and_only_by_a_handler_of_the_department(hall, received):
    food = hall.walk(TOLD["received"], hall.items[FOOD])[0].case
    with pytest.raises(Forbidden) as caught:
        instant(hall, food)
    assert caught.value.code == "not_instant"
    words = {"verdicts": {}, "opinion": "同意", "content": "准予"}
    for actor in (CLERK, Actor("C1002", Role.CASE_HANDLER)):
        with pytest.raises(Forbidden):
            hall.do(HandleInstant(**at(hall, received), **words), actor)
    with pytest.raises(Conflict):
        hall.do(HandleInstant(case=received, version=0, **words), HANDLER)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"handler": "C1002"}, "handler"),
        ({"handler": "W0312"}, "handler"),
        ({"handler": "C9999"}, "handler"),
        ({"items": ()}, "items"),
        ({"items": (FOOD,)}, "items"),
        ({"until": "2026-11-22"}, "until"),
        ({"until": "2029-01-01"}, "until"),
        ({"until": "for ever"}, "until"),
    ],
)
def test_a_delegation_names_a_handler_instant_items_and_an_end(hall, changes, field):
    with pytest.raises(Invalid) as caught:
        hall.do(GiveDelegation(**LEAVE | changes), APPROVER)
    assert list(caught.value.fields) == [field]


def test_a_delegation_is_the_approvers_to_give_and_to_take_back(hall):
    for actor in (HANDLER, REVIEWER):
        with pytest.raises(Forbidden):
            hall.do(GiveDelegation(**LEAVE), actor)
    given = hall.do(GiveDelegation(**LEAVE), APPROVER).result["delegation"]
    with pytest.raises(Forbidden):
        hall.do(RevokeDelegation(delegation=given), OTHER_APPROVER)
    with pytest.raises(NotFound):
        hall.do(RevokeDelegation(delegation="x"), APPROVER)
    hall.do(RevokeDelegation(delegation=given), APPROVER)
    with pytest.raises(WrongState):
        hall.do(RevokeDelegation(delegation=given), APPROVER)
    held = delegations.listing(hall.desk.reader())
    assert [(one.given.handler, one.revoked) for one in held] == [("C1001", True)]
    assert delegations.listing(hall.desk.reader(), "11420199MBDEM0058U") == []


# ---- 容缺 and the sweep


@pytest.fixture
def tolerated(hall):
    """A food case in review for which 健康证明 may follow within five working days."""
    item = hall.items[FOOD]
    missing = next(one.code for one in item.materials if one.tolerable)
    made = hall.walker("tolerated")._application(TOLD["tolerant"], item)
    assert made.later == (missing,)
    from provisioning.case_walk import CaseWalk  # noqa: PLC0415 - the walker's own way to receive

    walk = CaseWalk(
        hall.walker("x")._random, hall.cast, TOLD["tolerant"], made, hall.do, hall.case, hall.desk, hall.clock
    )
    no = hall.do(walk._receive(), CLERK).result["case"]
    hall.do(TakeCase(case=no, version=1), HANDLER)
    verdicts = {one.code: "pass" for one in hall.case(no).materials}
    accept = PreReviewCase(**at(hall, no), verdicts=verdicts, then="accept", tolerate=(missing,), commitment=True)
    hall.do(accept, HANDLER)
    return no, tuple(one for one in made.materials if one.code == missing)


def run(hall):
    today = hall.clock.now().date().isoformat()
    return sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda no, day: f"{no}:{day}")


def test_what_was_not_supplied_in_time_is_proposed_for_an_end(hall, tolerated):
    no, _ = tolerated
    hall.clock.advance(timedelta(days=7))
    assert run(hall) == []
    hall.clock.advance(timedelta(days=1))
    assert run(hall) == [no]
    assert hall.case(no).proposal.proposed.ground == "tolerance_lapsed"
    assert run(hall) == []
    hall.do(ConfirmProposal(**at(hall, no), proposal=1), REVIEWER)
    assert hall.case(no).state is State.TERMINATED


def test_what_was_supplied_is_not_proposed(hall, tolerated):
    """The control of the test above."""
    no, materials = tolerated
    hall.do(SupplyTolerated(**at(hall, no), materials=materials), CLERK)
    hall.clock.advance(timedelta(days=9))
    assert run(hall) == []
    with pytest.raises(WrongState):
        hall.do(ProposeToleranceLapse(case=no), SYSTEM)


# ---- acceptance and the beginning of review apart; papers put right


def test_a_case_may_be_accepted_before_its_review_begins(hall):
    no = hall.walk(TOLD["accepted"], hall.items[FOOD])[0].case
    assert hall.case(no).state is State.ACCEPTED
    with pytest.raises(Forbidden):
        hall.do(StartReview(**at(hall, no)), Actor("C1002", Role.CASE_HANDLER))
    hall.do(StartReview(**at(hall, no)), HANDLER)
    assert (hall.case(no).state, hall.case(no).current_step.role) == (State.IN_REVIEW, "case_handler")
    with pytest.raises(WrongState):
        hall.do(StartReview(**at(hall, no)), HANDLER)


def test_only_a_paper_of_the_case_is_put_right(hall):
    no = hall.walk(TOLD["ordinary"], hall.items[FOOD])[0].case
    paper = next(one.id for one in list_papers(hall.desk.reader(), no, hall.store.durable_size) if "-09-" in one.id)
    words = {"old": "示范路1号", "new": "示范路10号", "reason": "门牌号打印错误"}
    with pytest.raises(Invalid):
        hall.do(CorrectPaper(**at(hall, no), paper="another-09-1", **words), APPROVER)
    with pytest.raises(Forbidden):
        hall.do(CorrectPaper(**at(hall, no), paper=paper, **words), OTHER_APPROVER)
    hall.do(CorrectPaper(**at(hall, no), paper=paper, **words), APPROVER)
    assert hall.case(no).state is State.CLOSED
