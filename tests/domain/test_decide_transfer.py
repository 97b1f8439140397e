"""T38 and T39: who gives which case to which hall, what must be done before, and who signs for it there."""

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.case.values import Movement, Proposal
from appliance.domain.decide import issuance, proposals, transfer
from appliance.domain.events import CaseMaterialsSent, CaseProposed, MovedLine
from appliance.domain.states import State
from appliance.domain.transfer import Hand, Phase, Purpose
from appliance.domain.transitions import ACTS
from appliance.errors import Forbidden, Invalid, WrongState

HALLS = {"42019901": "示范区政务服务大厅", "42019902": "东湖街道便民服务中心"}
HERE = "42019902"
WHY = "按区级集中审批的安排送区大厅办理"
CLERK, HANDLER, OTHER = (
    Actor("W1", Role.WINDOW_CLERK),
    Actor("C1001", Role.CASE_HANDLER),
    Actor("C2", Role.CASE_HANDLER),
)
MANAGER = Actor("M1", Role.HALL_MANAGER)


def give(case, **changes):
    given = {
        "to": "42019901", "halls": HALLS, "here": HERE, "purpose": "handle", "reason": WHY, "asked": False,
        "actor": CLERK,
    }  # fmt: skip
    return transfer.give(case, **{**given, **changes})


def code_of(call, *args, **named):
    with pytest.raises((Forbidden, Invalid, WrongState)) as caught:
        call(*args, **named)
    return caught.value.code


@pytest.fixture
def case(told):
    told.receive()
    return told.case


def of(case, **changes):
    return msgspec.structs.replace(case, **changes)


def test_a_received_case_is_given_to_another_hall(case):
    event = give(case)
    assert (event.leg, event.to, event.to_name, event.purpose, event.reason) == (
        1, "42019901", "示范区政务服务大厅", "handle", WHY,
    )  # fmt: skip
    assert give(of(case, legs=2)).leg == 3


@pytest.mark.parametrize(("field", "value"), [("to", HERE), ("to", "42019909"), ("purpose", "x"), ("reason", "短")])
def test_what_is_missing_is_named(case, field, value):
    with pytest.raises(Invalid) as caught:
        give(case, **{field: value})
    assert list(caught.value.fields) == [field]


HANDLED = (State.PRE_REVIEW, State.ACCEPTED, State.IN_REVIEW)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_state_has_its_purpose(case, state, purpose):
    fits = {
        Purpose.HANDLE: {State.RECEIVED, *HANDLED, State.CORRECTION_PENDING},
        Purpose.WINDOW: {State.CORRECTION_PENDING, State.RESULT_READY},
    }
    there = of(case, state=state, handler="C1001")
    if state in fits[purpose]:
        assert give(there, purpose=purpose, actor=MANAGER).purpose == purpose
    else:
        expected = "purpose" if state in fits[Purpose.HANDLE] | fits[Purpose.WINDOW] else "wrong_state"
        assert code_of(give, there, purpose=purpose, actor=MANAGER) == expected


@pytest.mark.parametrize("state", HANDLED)
def test_what_somebody_handles_is_given_by_him_or_the_manager(case, state):
    held = of(case, state=state, handler="C1001")
    assert give(held, actor=HANDLER).leg == 1
    assert give(held, actor=MANAGER).leg == 1
    assert code_of(give, held, actor=OTHER) == "not_handler"
    assert code_of(give, held, actor=CLERK) == "not_handler"


def test_what_another_hall_could_not_finish_is_finished_first(case):
    proposed = CaseProposed(proposal=1, act="void_receipt", reason="收错了件")
    assert code_of(give, of(case, joint="J1")) == "joint_member"
    assert code_of(give, of(case, proposal=Proposal(proposed=proposed, by="W2", at="2026-11-23"))) == "proposal_open"
    line = MovedLine(code=case.materials[0].code, name="申请书", form="original", copies=1, pages=1)
    sent = CaseMaterialsSent(handover=1, receiver="x", lines=(line,), purpose="送审")
    moving = Movement(sent=sent, at="2026-11-23T10:00:00+08:00", by="W1")
    assert code_of(give, of(case, movements=(moving,))) == "moving"
    assert code_of(give, case, asked=True) == "asked"


def hand(phase):
    return Hand(leg=1, phase=phase, other="42019902", other_name="站点", purpose="handle", given_at="2026-11-23")


def test_who_signs(case):
    came = of(case, hand=hand(Phase.ARRIVED))
    assert transfer.take_over(came, actor=CLERK).leg == 1
    assert transfer.take_over(came, actor=HANDLER).leg == 1
    reviewed = of(came, state=State.IN_REVIEW, handler="")
    assert code_of(transfer.take_over, reviewed, actor=CLERK) == "handler_takes"
    assert transfer.take_over(reviewed, actor=HANDLER).leg == 1
    assert code_of(transfer.take_over, case, actor=CLERK) == "not_arrived"
    assert code_of(transfer.take_over, of(case, hand=hand(Phase.SENT)), actor=CLERK) == "elsewhere"


def test_a_case_elsewhere_prints_nothing_and_proposes_nothing_here(case):
    away = of(case, hand=hand(Phase.SENT))
    reprint = {"paper": f"{case.no}-receipt-0", "reason": "申请人遗失", "actor": CLERK}
    assert code_of(issuance.reprint, away, **reprint) == "elsewhere"
    propose = {"act": ACTS["void_receipt"], "ground": "", "reason": WHY, "basis": "", "authority": ""}
    assert code_of(proposals.propose, away, **propose, actor=CLERK) == "elsewhere"
