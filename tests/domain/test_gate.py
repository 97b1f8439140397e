import pytest

from appliance.domain.events import EVENTS
from appliance.domain.gate import GATE_NAMES, TABLE, Family, GateState, allows, family_of

INTAKE_SIDE = ["case.received", "case.supplemented", "case.withdrawn", "case.deemed_accepted", "queue.called"]
NEEDS_THE_CITY = ["case.granted", "case.refused", "licence.issued", "seal.applied", "number.allocated", "novel.thing"]


@pytest.mark.parametrize("state", [GateState.STALE, GateState.SUSPECT])
def test_a_hall_that_lost_its_lease_or_its_clock_still_serves_but_grants_nothing(state):
    assert all(allows(state, name) for name in INTAKE_SIDE)
    assert not any(allows(state, name) for name in NEEDS_THE_CITY)


@pytest.mark.parametrize("state", [GateState.ROLLED_BACK, GateState.FENCED])
def test_nothing_is_written_to_a_log_whose_past_is_in_doubt(state):
    assert not any(allows(state, name) for name in [*EVENTS, *INTAKE_SIDE, *NEEDS_THE_CITY])


def test_open_allows_everything_and_sealed_only_the_first_entry():
    assert all(allows(GateState.OPEN, name) for name in [*EVENTS, *NEEDS_THE_CITY])
    assert [name for name in EVENTS if allows(GateState.SEALED, name)] == ["epoch.opened"]


@pytest.mark.parametrize("state", [GateState.OPEN, GateState.STALE, GateState.SUSPECT])
@pytest.mark.parametrize("name", ["clock.confirmed", "clock.suspected", "lease.granted", "gate.changed"])
def test_the_way_out_of_doubt_is_never_barred(state, name):
    assert allows(state, name)


def test_every_known_event_has_a_family_and_every_state_a_row_and_a_name():
    assert [name for name in EVENTS if family_of(name) is Family.OTHER] == []
    assert set(TABLE) == set(GATE_NAMES) == set(GateState)
