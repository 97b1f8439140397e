"""The documentation's diagram of states is the code's: written again, it says the same (domain §2.2, §2.3)."""

from pathlib import Path

import pytest

from appliance.domain import diagram
from appliance.domain.joint import JOINT_TRANSITIONS
from appliance.domain.states import State
from appliance.domain.transitions import TRANSITIONS

PAGE = Path(diagram.__file__).with_name("STATES.md")


def test_the_page_is_what_the_code_writes():
    assert PAGE.read_text(encoding="utf-8") == diagram.page()


@pytest.mark.parametrize("number", TRANSITIONS)
def test_every_transition_and_state_stands_in_it(number):
    row, text = TRANSITIONS[number], PAGE.read_text(encoding="utf-8")
    assert f"| {number} | {row.name} |" in text
    for source in row.sources:
        if row.target not in (None, source):
            assert f"    {source.value if source else '[*]'} --> {row.target.value}: " in text


@pytest.mark.parametrize("number", JOINT_TRANSITIONS)
def test_what_is_done_to_a_whole_stands_in_it(number):
    row = JOINT_TRANSITIONS[number]
    assert f"| {number} | {row.name} |" in PAGE.read_text(encoding="utf-8")


def test_a_transition_that_changes_is_noticed(monkeypatch):
    """The control: with one target moved, the page is no longer what the code writes."""
    row = TRANSITIONS["T11"]
    moved = type(row)(row.number, row.name, row.event, row.sources, State.IN_REVIEW, row.roles, row.source)
    monkeypatch.setitem(TRANSITIONS, "T11", moved)
    assert PAGE.read_text(encoding="utf-8") != diagram.page()
