"""The joint whole against tables that a jurist can read: who may do what when, and what state its members give it."""

import pytest

from appliance.domain.actor import Actor, Role
from appliance.domain.events import EVENTS, JOINT_EVENTS
from appliance.domain.joint import JOINT_STATE_NAMES, JOINT_TRANSITIONS, JointState, require, state_of
from appliance.domain.states import State
from appliance.errors import Forbidden, WrongState

# number: while the whole is, who (domain §2.4; 许可法 art.26, 32, 42(2))
TABLE = {
    "J03": ("–", "window_clerk"),
    "J08": ("pre_review correction_pending", "case_handler"),
    "J09": ("correction_pending", "window_clerk"),
    "J11": ("pre_review in_review decided", "case_handler system"),
    "J18": ("in_review", "dept_head"),
    "J9": ("in_review", "system"),
    "J23": ("decided closed", "case_handler"),
    "J27": ("decided", "window_clerk"),
    "J31": (
        "received pre_review correction_pending in_review decided closed withdrawn ended",
        "window_clerk case_handler reviewer approver dept_head",
    ),
    "J30": ("received pre_review correction_pending in_review", "window_clerk"),
}
# the members' states, the state of the whole
DERIVED = [
    ("received received", "received"),
    ("received pre_review", "pre_review"),
    ("pre_review accepted", "pre_review"),
    ("pre_review correction_pending", "correction_pending"),
    ("correction_pending in_review", "correction_pending"),
    ("accepted in_review", "in_review"),
    ("special_procedure decided_granted", "in_review"),
    ("suspended result_ready", "in_review"),
    ("forwarded closed", "in_review"),
    ("decided_granted decided_refused", "decided"),
    ("result_ready mailed", "decided"),
    ("result_ready closed", "decided"),
    ("result_ready withdrawn", "decided"),
    ("closed closed", "closed"),
    ("closed withdrawn", "closed"),
    ("closed not_accepted", "closed"),
    ("withdrawn withdrawn", "withdrawn"),
    ("withdrawn terminated", "ended"),
    ("not_accepted not_required", "ended"),
    ("withdrawn pre_review", "pre_review"),
    ("not_accepted in_review", "in_review"),
]


def test_the_table_is_the_one_written_down_here():
    told = {
        number: (
            {state.value if state else "–" for state in row.sources},
            {role.value for role in row.roles},
        )
        for number, row in JOINT_TRANSITIONS.items()
    }
    assert told == {number: (set(states.split()), set(who.split())) for number, (states, who) in TABLE.items()}


def test_every_event_of_a_whole_has_its_row():
    assert {row.event for row in JOINT_TRANSITIONS.values()} == {kind.TYPE for kind in JOINT_EVENTS}
    assert {row.event for row in JOINT_TRANSITIONS.values()} <= EVENTS.keys()


@pytest.mark.parametrize("number", TABLE)
def test_an_act_is_open_in_its_states_to_its_roles_and_to_nobody_else(number):
    states, who = TABLE[number]
    for state in (None, *JointState):
        for role in Role:
            actor = Actor("x", role)
            if role.value not in who.split():
                with pytest.raises(Forbidden) as caught:
                    require(number, state, actor)
                assert caught.value.code == "role"
            elif (state.value if state else "–") not in states.split():
                with pytest.raises(WrongState):
                    require(number, state, actor)
            else:
                assert require(number, state, actor).number == number


@pytest.mark.parametrize(("members", "whole"), DERIVED)
def test_the_state_of_the_whole_follows_its_members(members, whole):
    assert state_of(State(one) for one in members.split()) == whole
    assert state_of(State(one) for one in reversed(members.split())) == whole


def test_every_pair_of_states_gives_the_whole_one_that_has_a_name():
    assert {state_of((one, other)) for one in State for other in State} == set(JointState) == set(JOINT_STATE_NAMES)
