"""离岗, 代办 and 改派 as a table: who may arrange what, and what is refused with which field (domain §2.6)."""

from datetime import date

import msgspec
import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.case.values import StepRecord
from appliance.domain.decide import absences as rules
from appliance.domain.decide.absences import Member, Span
from appliance.domain.events import StaffAbsent
from appliance.domain.states import State
from appliance.domain.subject import Applicant
from appliance.errors import Forbidden, Invalid, WrongState

HERE, THERE = "11420199MBDEM004XU", "11420199MBDEM0058U"
TODAY = date(2026, 11, 23)
CHEN = Member("C1001", HERE, (Role.CASE_HANDLER,))
CHENG = Member("C1002", HERE, (Role.CASE_HANDLER,))
STRANGER = Member("C1003", THERE, (Role.CASE_HANDLER,))
CLOSED = Member("C1004", HERE, (Role.CASE_HANDLER,), disabled=True)
REN = Member("R2001", HERE, (Role.REVIEWER,))
MANAGER, REVIEWER = Actor("M4001", Role.HALL_MANAGER), Actor("R2001", Role.REVIEWER)
HANDLER = Actor("C1001", Role.CASE_HANDLER)
ASKED = StaffAbsent(
    absence="C1001-1", staff="C1001", substitute="C1002", department="", starts="2026-11-24", until="2026-11-27",
    reason="年休假",
)  # fmt: skip


def register(actor=HANDLER, at=HERE, person=CHEN, substitute=CHENG, away=(), **changes):
    asked = msgspec.structs.replace(ASKED, **changes)
    return rules.register(
        asked, person=person, substitute=substitute, away=away, actor=actor, actor_department=at, today=TODAY
    )


@pytest.mark.parametrize(("actor", "at"), [(HANDLER, HERE), (REVIEWER, HERE), (MANAGER, "")])
def test_who_may_register(actor, at):
    assert register(actor, at).department == HERE


@pytest.mark.parametrize(
    ("actor", "at"), [(Actor("C1002", Role.CASE_HANDLER), HERE), (Actor("R2009", Role.REVIEWER), THERE)]
)
def test_who_may_not(actor, at):
    with pytest.raises(Forbidden):
        register(actor, at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": REN}, "staff"),
        ({"person": None}, "staff"),
        ({"substitute": STRANGER}, "substitute"),
        ({"substitute": CLOSED}, "substitute"),
        ({"substitute": CHEN}, "substitute"),
        ({"substitute": REN}, "substitute"),
        ({"substitute": None}, "substitute"),
        ({"starts": "下周一"}, "starts"),
        ({"until": ""}, "until"),
        ({"until": "2026-11-20"}, "until"),
        ({"starts": "2026-11-27", "until": "2026-11-25"}, "until"),
        ({"starts": "2026-11-16", "until": "2026-11-20"}, "until"),
        ({"until": "2028-01-01"}, "until"),
        ({"away": [("C1001", Span("2026-11-27", "2026-12-02"))]}, "starts"),
        ({"away": [("C1002", Span("2026-11-20", "2026-11-24"))]}, "substitute"),
        ({"reason": " "}, "reason"),
        ({"reason": "假" * 501}, "reason"),
    ],
)
def test_each_guard_names_its_field(changes, field):
    with pytest.raises(Invalid) as caught:
        register(actor=MANAGER, at="", **changes)
    assert field in caught.value.fields


def test_spans_that_do_not_meet_are_no_trouble():
    """The control of the table above."""
    assert register(away=[("C1001", Span("2026-11-28", "2026-12-02")), ("C1002", Span("2026-11-16", "2026-11-23"))])


def test_an_absence_ends_once_and_by_the_entitled():
    assert rules.come_back(ASKED, over=False, actor=HANDLER, actor_department=HERE).absence == "C1001-1"
    with pytest.raises(WrongState):
        rules.come_back(ASKED, over=True, actor=HANDLER, actor_department=HERE)
    with pytest.raises(Forbidden):
        rules.come_back(
            msgspec.structs.replace(ASKED, department=HERE), over=False, actor=Actor("C1002", Role.CASE_HANDLER),
            actor_department=HERE,
        )  # fmt: skip


def case(state=State.PRE_REVIEW, handler="C1001", steps=()):
    words = ("item_code", "item_name", "task_code", "handling", "department_name", "channel", "ticket", "window")
    return Case(
        no="S420199012026112310001I", state=state, version=3, first_index=0, last_index=2, item_version=1,
        department=HERE, clerk="W0312", received_at="2026-11-23T09:30:00.000+08:00", handler=handler, steps=steps,
        applicant=Applicant(kind="person", name="张三", id_type="id_card", id_number="420102199001010013", phone=""),
        **dict.fromkeys(words, ""),
    )  # fmt: skip


def signed(by):
    return StepRecord(
        step="review", name="审核", role="reviewer", started="2026-11-23", by=by, ended="2026-11-23", result="agree"
    )


def reassign(of=None, to=CHENG, actor=REVIEWER, at=HERE, **more):
    words = {"pool": False, "reason": "原承办人调离"} | more
    return rules.reassign(of or case(), to=to, actor=actor, actor_department=at, **words)


@pytest.mark.parametrize(("actor", "at"), [(REVIEWER, HERE), (MANAGER, "")])
def test_a_case_passes_to_a_colleague(actor, at):
    event = reassign(actor=actor, at=at)
    assert (event.before, event.handler, event.department) == ("C1001", "C1002", HERE)


def test_a_handler_may_only_give_his_own_case_back():
    assert reassign(actor=HANDLER, to=None, pool=True).handler == ""
    with pytest.raises(Forbidden):
        reassign(actor=HANDLER)
    with pytest.raises(Forbidden):
        reassign(of=case(handler="C1002"), actor=HANDLER, to=None, pool=True)


def test_a_reviewer_of_another_department_may_not():
    with pytest.raises(Forbidden):
        reassign(at=THERE)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "调"}, "reason"),
        ({"reason": "调" * 501}, "reason"),
        ({"to": None}, "to"),
        ({"to": CHEN}, "to"),
        ({"to": STRANGER}, "to"),
        ({"to": CLOSED}, "to"),
        ({"to": REN}, "to"),
        ({"of": case(State.IN_REVIEW, steps=(signed("C1002"),))}, "to"),
        ({"of": case(State.IN_REVIEW), "to": None, "pool": True}, "to"),
        ({"of": case(handler=""), "to": None, "pool": True}, "cases"),
    ],
)
def test_each_guard_of_a_reassignment_names_its_field(changes, field):
    with pytest.raises(Invalid) as caught:
        reassign(**changes)
    assert field in caught.value.fields


def test_who_signed_nothing_else_may_take_it_in_review():
    """The control of the last three."""
    assert reassign(of=case(State.IN_REVIEW, steps=(signed("R2001"),))).handler == "C1002"


@pytest.mark.parametrize("state", [State.RECEIVED, State.FORWARDED, State.DECIDED_GRANTED, State.CLOSED])
def test_only_open_cases_of_the_department_pass_on(state):
    with pytest.raises(WrongState):
        reassign(of=case(state))
