"""Parallel people: two acts on one case in the same instant have one winner, and the other is told what happened."""

import threading
from datetime import timedelta

import pytest

from appliance.domain.actor import SYSTEM, Actor, Role
from appliance.domain.states import State
from appliance.errors import Conflict, Forbidden, Refusal, WrongState
from appliance.services.issuance import WithdrawCase
from appliance.services.prereview import DeemAccepted, PreReviewCase, TakeCase
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase
from appliance.services.sweep import sweep
from provisioning.walk import STORIES

FOOD = "420100001000"
TOLD = {story.name: story for story in STORIES}
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
ROUNDS = 12


def at_once(hall, *acts):
    """Send each command from a thread of its own, all released by one barrier; gives outcomes and refusals in order."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def send(place, command, actor):
        gate.wait()
        try:
            results[place] = hall.do(command, actor)
        except Refusal as refusal:
            results[place] = refusal

    threads = [threading.Thread(target=send, args=(place, *act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def won(results):
    return [place for place, result in enumerate(results) if not isinstance(result, Refusal)]


def bring(hall, story):
    return hall.walk(TOLD[story], hall.items[FOOD], seed=f"{story}:{hall._walkers}")[0].case


def at(hall, no):
    return {"case": no, "version": hall.case(no).version}


def handler_of(hall, no):
    return Actor(hall.case(no).handler, Role.CASE_HANDLER)


def test_two_handlers_take_one_case_and_one_of_them_has_it(hall, second_handler):
    for _ in range(ROUNDS):
        no = bring(hall, "received")
        first, second = Actor("C1001", Role.CASE_HANDLER), second_handler
        results = at_once(hall, (TakeCase(**at(hall, no)), first), (TakeCase(**at(hall, no)), second))
        (winner,) = won(results)
        assert hall.case(no).handler == (first, second)[winner].id
        (loser,) = {0, 1} - {winner}
        assert isinstance(results[loser], Conflict)
        assert hall.types(no) == ["case.received", "case.assigned"]


def test_a_handlers_acceptance_and_a_withdrawal(hall):
    seen = set()
    for _ in range(ROUNDS):
        no = bring(hall, "pre_review")
        verdicts = {one.code: "pass" for one in hall.case(no).materials}
        accept = PreReviewCase(**at(hall, no), verdicts=verdicts, then="accept")
        withdraw = WithdrawCase(**at(hall, no), reason="申请人改变计划")
        results = at_once(hall, (accept, handler_of(hall, no)), (withdraw, CLERK))
        (winner,) = won(results)
        seen.add(winner)
        assert hall.case(no).state is (State.IN_REVIEW, State.WITHDRAWN)[winner]
        assert isinstance(results[1 - winner], Conflict | WrongState)
    assert seen <= {0, 1}


def test_two_opinions_on_one_step_leave_one_row(hall):
    for _ in range(ROUNDS):
        no = bring(hall, "handling")
        words = {"result": "agree", "opinion": "材料齐全，符合规定"}
        acts = [(GiveOpinion(**at(hall, no), **words), handler_of(hall, no)) for _ in range(2)]
        results = at_once(hall, *acts)
        assert len(won(results)) == 1
        assert hall.types(no).count("case.opinion_given") == 1


def test_a_grant_and_a_refusal_in_the_same_second(hall):
    for _ in range(ROUNDS):
        no = bring(hall, "approving")
        approver = Actor("A3001", Role.APPROVER)
        grant = GrantCase(**at(hall, no), opinion="同意", content="准予食品经营许可")
        refuse = RefuseCase(
            **at(hall, no), opinion="不同意", facts="经审查，现场与所报不一致", reasons="所报情况不符合规定的条件",
            basis="《中华人民共和国食品安全法》第三十五条",
        )  # fmt: skip
        (winner,) = won(at_once(hall, (grant, approver), (refuse, approver)))
        assert hall.case(no).state is (State.DECIDED_GRANTED, State.DECIDED_REFUSED)[winner]
        kinds = [kind for kind in hall.types(no) if kind in ("case.granted", "case.refused")]
        assert len(kinds) == 1


def test_a_sweep_and_a_click_in_the_same_second(hall):
    """C1 is over: the law has accepted the case. The handler's acceptance comes too late, whoever is first."""
    for _ in range(4):
        no = bring(hall, "pre_review")
        verdicts = {one.code: "pass" for one in hall.case(no).materials}
        click = PreReviewCase(**at(hall, no), verdicts=verdicts, then="accept")
        hall.clock.advance(timedelta(days=8))
        handler = handler_of(hall, no)
        results = at_once(hall, (click, handler), (DeemAccepted(case=no), SYSTEM))
        assert won(results) == [1]
        assert isinstance(results[0], Conflict | WrongState)
        case = hall.case(no)
        assert (case.deemed_accepted, hall.types(no).count("case.deemed_accepted")) == (True, 1)
        today = hall.clock.now().date().isoformat()
        again = sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda name, day: f"{name}:{day}")
        assert no not in again


def test_one_key_sent_twice_at_once_is_one_change(hall):
    no = bring(hall, "received")
    command, handler = TakeCase(**at(hall, no)), Actor("C1001", Role.CASE_HANDLER)
    gate, results = threading.Barrier(2), []

    def send():
        gate.wait()
        results.append(hall.do(command, handler, key="0193593e-7b00-7000-8000-000000000099"))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results[0].result == results[1].result
    assert hall.types(no) == ["case.received", "case.assigned"]


@pytest.fixture
def second_handler(hall):
    """Another handler of the market department."""
    from appliance.projections import staff  # noqa: PLC0415 - only here

    rows = staff.everyone(hall.desk.reader())
    here = next(one.department for one in rows if one.id == "C1001")
    found = [one for one in rows if one.department == here and Role.CASE_HANDLER in one.roles and one.id != "C1001"]
    if found:
        return Actor(found[0].id, Role.CASE_HANDLER)
    row = staff.StaffRow("C1901", "程示例", (Role.CASE_HANDLER,), (), here, "", disabled=False)
    hall.store.writer.local(lambda connection: staff.put(connection, [*rows, row])).result()
    return Actor("C1901", Role.CASE_HANDLER)


def test_the_control_of_the_barrier(hall):
    """Acts on two cases do not stand in each other's way."""
    one, two = bring(hall, "received"), bring(hall, "received")
    handler = Actor("C1001", Role.CASE_HANDLER)
    results = at_once(hall, (TakeCase(**at(hall, one)), handler), (TakeCase(**at(hall, two)), handler))
    assert won(results) == [0, 1]
    with pytest.raises(Forbidden):
        hall.do(TakeCase(**at(hall, one)), CLERK)
