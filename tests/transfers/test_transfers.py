"""A case moves between halls: intake at a site, decision at the district, the licence back on the site's shelf."""

import pytest

from appliance.domain.states import State
from appliance.domain.transfer import Phase
from appliance.errors import WrongState

ALL_EQUAL = ["equal"] * 3


def test_intake_at_a_site_decision_at_the_district_result_back_on_the_sites_shelf(world, three_halls):
    site, district = world.east, world.district
    no = site.receive()
    received = site.case(no)
    site.give(no, district)
    assert site.case(no).hand.phase == Phase.SENT
    assert world.sync() == ALL_EQUAL
    came = district.case(no)
    assert (came.state, came.hand.phase, came.hand.other) == (State.RECEIVED, Phase.ARRIVED, site.place.code)
    assert came.clocks == received.clocks  # C1 runs from the receipt at the site
    assert (came.applicant, came.form, came.materials) == (received.applicant, received.form, received.materials)
    for material in came.materials:
        for file in material.files:
            assert district.store.blobs.has(file.sha256)
    district.take_over(no)
    district.decide(no)
    assert district.case(no).state is State.RESULT_READY
    district.give(no, site, purpose="window", reason=three_halls.BACK)
    assert world.sync() == ALL_EQUAL
    back = site.case(no)
    assert (back.state, back.hand.phase) == (State.RESULT_READY, Phase.ARRIVED)
    assert back.licence == district.case(no).licence
    site.take_over(no)
    site.hand_over(no)
    assert world.sync() == ALL_EQUAL
    assert site.case(no).state is State.CLOSED
    assert district.case(no).hand.state == State.CLOSED
    assert world.city_case(no) == (site.place.code, State.CLOSED, 2, 0)
    for rebuilt in (world.rebuilt(), *(hall.rebuilt() for hall in world.halls)):
        assert rebuilt.ok, rebuilt.first
    conserved = world.conserved()
    assert (conserved["holds"], conserved["flagged"], conserved["in_flight"]) == (True, 0, 0)
    # Each hall tells the same story of the case, whoever wrote it.
    told = [kind for kind in site.types(no) if kind != "case.reported"]
    assert told[:4] == ["case.received", "case.transferred", "case.entrusted", "case.taken_over"]
    assert told[-4:] == ["case.transferred", "case.entrusted", "case.taken_over", "case.handed_over"]
    there = [kind for kind in district.types(no) if kind != "case.reported"]
    assert there == told[: len(there)]


def test_a_case_that_was_given_up_is_only_read_here_and_waits_for_a_signature_there(world):
    site, district = world.east, world.district
    no = site.receive()
    site.give(no, district)
    with pytest.raises(WrongState) as caught:
        site.give(no, district)
    assert caught.value.code == "elsewhere"
    world.sync()
    with pytest.raises(WrongState) as caught:
        district.give(no, site, purpose="handle", actor=district.handler(no))
    assert caught.value.code == "not_taken_over"
