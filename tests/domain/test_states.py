"""States and transitions against a table that a jurist can read, written down a second time here."""

from dataclasses import dataclass

import pytest

from appliance.domain.actor import ADMINISTRATORS, Actor, Role
from appliance.domain.events import EVENTS
from appliance.domain.states import BEFORE_DECISION, STATE_NAMES, TERMINAL, State
from appliance.domain.transfer import Hand, Phase
from appliance.domain.transitions import ACTS, TRANSITIONS, require, require_proposal
from appliance.errors import Forbidden, WrongState

ALL_OPEN = "submitted received pre_review correction_pending accepted in_review special_procedure suspended forwarded"
REGISTERED = ALL_OPEN.removeprefix("submitted ")
GOING = f"{REGISTERED} decided_granted decided_refused result_ready mailed"
EVERY = f"{GOING} closed not_required not_accepted withdrawn terminated"
ACCEPTED = "accepted in_review special_procedure suspended forwarded decided_granted decided_refused result_ready"
# number: from (– is nothing yet), to (= stays), who (domain §2.3); for acts of two persons, who confirms
TABLE = {
    "T02": ("–", "submitted", "applicant"),
    "T03": ("– submitted", "received", "window_clerk case_handler"),
    "T03p": ("received pre_review", "=", "window_clerk"),
    "T03w": (REGISTERED, "=", "window_clerk"),
    "T03a": (GOING, "=", "window_clerk"),
    "T03x": (GOING, "=", "window_clerk"),
    "T03o": (EVERY, "=", "window_clerk"),
    "T03m": (EVERY, "=", "window_clerk case_handler"),
    "T03n": (EVERY, "=", "window_clerk case_handler"),
    "T03b": (GOING, "=", "window_clerk hall_manager"),
    "T03v": ("received", "terminated", "window_clerk hall_manager"),
    "T04": ("received pre_review", "pre_review", "case_handler"),
    "T04r": (
        "pre_review correction_pending accepted in_review special_procedure suspended",
        "=",
        "case_handler reviewer hall_manager",
    ),
    "T05": ("received pre_review", "=", "window_clerk"),
    "T05p": ("pre_review", "pre_review", "case_handler"),
    "T06": ("pre_review", "not_required", "case_handler"),
    "T07": ("pre_review", "not_accepted", "reviewer"),
    "T08": ("pre_review", "correction_pending", "case_handler"),
    "T08j": ("pre_review", "=", "case_handler"),
    "T09": ("correction_pending", "pre_review", "window_clerk"),
    "T10o": ("pre_review", "=", "reviewer"),
    "T11": ("pre_review", "accepted", "case_handler"),
    "T11s": (ACCEPTED, "=", "window_clerk"),
    "T12": ("submitted received pre_review", "accepted", "system"),
    "T13": ("accepted in_review", "in_review", "system case_handler reviewer approver"),
    "T14": ("in_review", "in_review", "case_handler reviewer approver"),
    "T15": ("in_review", "in_review", "reviewer approver"),
    "T16": ("in_review", "special_procedure", "reviewer"),
    "T14c": ("in_review", "=", "case_handler"),
    "T16h": ("in_review", "=", "case_handler"),
    "T16r": ("in_review special_procedure", "=", "window_clerk case_handler"),
    "T16n": ("in_review special_procedure", "=", "case_handler"),
    "T16d": ("in_review special_procedure", "=", "case_handler reviewer approver dept_head"),
    "T23f": ("in_review decided_granted result_ready", "=", "window_clerk case_handler"),
    "T23g": ("in_review decided_granted result_ready", "=", "window_clerk"),
    "T17": ("special_procedure", "in_review", "case_handler"),
    "T18": ("in_review", "=", "dept_head"),
    "T19": ("in_review", "suspended", "dept_head"),
    "T20": ("suspended", "in_review", "case_handler"),
    "R9": (f"{ALL_OPEN} decided_granted decided_refused result_ready mailed", "=", "system"),
    "T21": ("in_review", "forwarded", "approver"),
    "T22": ("forwarded", "decided_granted", "window_clerk"),
    "T22r": ("forwarded", "decided_refused", "window_clerk"),
    "T23": ("in_review", "decided_granted", "approver"),
    "T23v": ("decided_granted result_ready mailed closed", "=", "case_handler"),
    "T24": ("in_review", "decided_refused", "approver"),
    "T25": ("decided_granted", "result_ready", "window_clerk case_handler"),
    "T25s": ("result_ready", "=", "window_clerk"),
    "T26": ("decided_refused", "result_ready", "window_clerk"),
    "T27": ("result_ready", "closed", "window_clerk case_handler"),
    "T28": ("result_ready", "mailed", "window_clerk"),
    "T29": ("mailed", "closed", "window_clerk"),
    "T30": (ALL_OPEN, "withdrawn", "window_clerk"),
    "T31": ("correction_pending", "terminated", "case_handler"),
    "T32": (REGISTERED, "terminated", "reviewer"),
    "T33": ("in_review", "decided_granted", "case_handler"),
    "T34": ("closed", "=", "approver"),
    "T35": ("in_review", "=", "case_handler"),
    "T35r": ("in_review", "=", "window_clerk"),
    "T36": (REGISTERED, "=", "window_clerk case_handler"),
    "T37": ("received pre_review", "terminated", "window_clerk hall_manager"),
    "T38": (
        "received pre_review correction_pending accepted in_review result_ready",
        "=",
        "window_clerk case_handler hall_manager",
    ),
    "T39": (GOING, "=", "window_clerk case_handler"),
}
CELLS = [
    (number, state, role)
    for number in TABLE
    for state in (None, *State)
    for role in (Role.WINDOW_CLERK, Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.SYSTEM, Role.SUPERVISOR)
]


@dataclass(frozen=True)
class Standing:
    """What an act is asked of: a state, and no hand-over between halls."""

    state: State
    hand: Hand | None = None


def standing(state):
    return None if state is None else Standing(state)


def test_the_table_of_transitions_is_the_one_of_the_domain_reference():
    told = {
        number: (
            {state.value if state else "–" for state in row.sources},
            row.target or "=",
            {role.value for role in row.roles},
        )
        for number, row in TRANSITIONS.items()
    }
    assert told == {number: (set(a.split()), b, set(who.split())) for number, (a, b, who) in TABLE.items()}


@pytest.mark.parametrize("number", TABLE)
def test_a_transition_is_open_in_its_states_to_its_roles_and_to_nobody_else(number):
    sources, _, who = TABLE[number]
    for _, state, role in (cell for cell in CELLS if cell[0] == number):
        actor = Actor("x", role)
        if role.value not in who.split():
            with pytest.raises(Forbidden) as caught:
                require(number, standing(state), actor)
            assert caught.value.code == "role"
        elif (state.value if state else "–") not in sources.split():
            with pytest.raises(WrongState):
                require(number, standing(state), actor)
        else:
            assert require(number, standing(state), actor).number == number


HANDS = {
    "elsewhere": Hand(leg=1, phase=Phase.SENT, other="42019901", other_name="区大厅", purpose="handle", given_at=""),
    "not_taken_over": Hand(
        leg=1, phase=Phase.ARRIVED, other="42019902", other_name="站点", purpose="handle", given_at=""
    ),
}


@pytest.mark.parametrize("code", HANDS)
@pytest.mark.parametrize("number", [number for number in TABLE if number != "T39"])
def test_no_transition_is_made_of_a_case_that_another_hall_has_or_nobody_has_signed_for(number, code):
    """Whatever state it is in; what runs by itself when a limit ends waits for no signature, but for the owner."""
    row = TRANSITIONS[number]
    for role in row.roles:
        for state in (state for state in row.sources if state is not None):
            held = Standing(state, HANDS[code])
            if role is Role.SYSTEM and code == "not_taken_over":
                assert require(number, held, Actor("x", role)) is row
                continue
            with pytest.raises(WrongState) as caught:
                require(number, held, Actor("x", role))
            assert caught.value.code == code


def test_a_case_is_signed_for_where_it_arrived_and_not_where_it_was_given_up():
    for role in TRANSITIONS["T39"].roles:
        actor = Actor("x", role)
        assert require("T39", Standing(State.RECEIVED, HANDS["not_taken_over"]), actor).number == "T39"
        with pytest.raises(WrongState) as caught:
            require("T39", Standing(State.RECEIVED, HANDS["elsewhere"]), actor)
        assert caught.value.code == "elsewhere"


# act of two persons: its row, who proposes
PROPOSALS = {
    "not_accepted": ("T07", "case_handler"),
    "lapse_correction": ("T31", "system"),
    "terminate": ("T32", "case_handler system"),
    "start_special": ("T16", "case_handler"),
    "void_receipt": ("T37", "window_clerk"),
}


def test_the_acts_of_two_persons_are_proposed_by_whom_the_reference_says():
    told = {act.code: (act.number, {role.value for role in act.proposers}) for act in ACTS.values()}
    assert told == {code: (number, set(who.split())) for code, (number, who) in PROPOSALS.items()}


@pytest.mark.parametrize("code", PROPOSALS)
def test_an_act_is_proposed_where_it_could_be_confirmed_and_by_nobody_else(code):
    act, (number, who) = ACTS[code], PROPOSALS[code]
    for role in Role:
        for state in State:
            may = role.value in who.split() and state.value in TABLE[number][0].split()
            if may:
                assert require_proposal(act, standing(state), Actor("x", role)).number == number
            else:
                with pytest.raises((Forbidden, WrongState)):
                    require_proposal(act, standing(state), Actor("x", role))


# act: its grounds, and whether it needs a basis (domain §2.3)
GROUNDS = {
    "not_accepted": (set(), True),
    "lapse_correction": ({"correction_lapsed"}, True),
    "terminate": (
        {"death", "dissolution", "item_abolished", "object_vanished", "false_promise", "tolerance_lapsed", "other"},
        False,
    ),
    "start_special": (
        {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"},
        False,
    ),
    "void_receipt": (set(), False),
}


def test_the_grounds_of_an_act_of_two_persons_are_a_closed_list():
    assert {code: (set(act.grounds), act.basis) for code, act in ACTS.items()} == GROUNDS


def test_no_administrator_may_do_anything_with_a_case():
    assert [row.number for row in TRANSITIONS.values() if row.roles & ADMINISTRATORS] == []


def test_a_decision_is_the_approvers_or_under_his_delegation_the_handlers_and_never_a_clerks():
    decisions = {row.number: row.roles for row in TRANSITIONS.values() if row.event in ("case.granted", "case.refused")}
    approver = frozenset({Role.APPROVER})
    assert decisions == {"T23": approver, "T24": approver, "T33": frozenset({Role.CASE_HANDLER})}


def test_nothing_leads_out_of_a_terminal_state():
    """Nothing is reopened: a paper is put right, a promise verified, and paper carried, while the case stays closed."""
    after = {"T34", "T23v", "T03o", "T03m", "T03n"}
    assert {row.number for row in TRANSITIONS.values() if row.sources & TERMINAL} == after
    assert {TRANSITIONS[number].target for number in after} == {None}


def test_withdrawal_ends_with_the_decision():
    assert TRANSITIONS["T30"].sources == BEFORE_DECISION
    assert not BEFORE_DECISION & {State.DECIDED_GRANTED, State.DECIDED_REFUSED, State.RESULT_READY, State.MAILED}


def test_every_transition_names_an_event_of_the_vocabulary_and_a_source():
    assert [row.number for row in TRANSITIONS.values() if row.event not in EVENTS or not row.source] == []


def test_every_state_has_its_chinese_name():
    assert STATE_NAMES.keys() == set(State)
    assert len(set(STATE_NAMES.values())) == len(State)


def test_the_refusal_says_what_may_be_done_by_whom_and_where_the_case_stands():
    with pytest.raises(Forbidden, match="role") as role:
        require("T23", Standing(State.IN_REVIEW), Actor("W0312", Role.WINDOW_CLERK))
    assert role.value.text() == "“准予”由批准人办理，您现在的身份是窗口工作人员"
    with pytest.raises(WrongState) as state:
        require("T23", Standing(State.CLOSED), Actor("A3001", Role.APPROVER))
    assert state.value.text() == "这件现在是“办结”，不能再“准予”"
