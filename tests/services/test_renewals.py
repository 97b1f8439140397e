"""A renewal replaces the licence it renews, and until it is filed the licence stands on the reminder list (art. 50)."""

from datetime import date

from appliance.domain.states import State
from appliance.projections import licences
from appliance.services.renewals import ending
from provisioning.walk import STORIES

NURSE = "420100006000"
TOLD = {story.name: story for story in STORIES}


def licence_of(hall, done):
    return hall.case(done[0].case).licence.issued


def listed(hall, today, **more):
    return ending(hall.desk.reader(), hall.desk.facts, today, **more)


def test_a_renewed_licence_supersedes_the_one_before(hall):
    first = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="nurse"))
    second = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="nurse"))
    assert (first.holder_code, first.supersedes) == (second.holder_code, None)
    assert second.supersedes == first.identifier
    reader = hall.desk.reader()
    assert licences.find(reader, first.identifier).status == "superseded"
    assert licences.find(reader, second.identifier).status == "valid"


def test_another_holders_licence_is_left_alone(hall):
    first = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="one"))
    second = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="two"))
    assert first.holder_code != second.holder_code
    assert second.supersedes is None


def test_a_licence_comes_onto_the_list_before_its_end_and_the_filed_renewal_stands_beside_it(hall):
    issued = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="nurse"))
    end = date.fromisoformat(issued.valid_to)
    early = date(end.year - 1, end.month, 1)
    assert listed(hall, early) == []
    (found,) = listed(hall, end.replace(day=1))
    assert (found.licence.identifier, found.item.catalog_code, found.filed) == (issued.identifier, NURSE, None)
    assert (end - found.file_by).days == 30
    waiting = next(one for one in STORIES if one.until is State.RECEIVED and not one.withdrawn and not one.act)
    renewal = hall.walk(waiting, hall.items[NURSE], seed="nurse")[0].case
    assert hall.case(renewal).applicant.id_number == issued.holder_code
    (found,) = listed(hall, end.replace(day=1))
    assert found.filed == renewal


def test_a_department_sees_its_own_licences_and_pages_go_on(hall):
    nurse = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items[NURSE], seed="nurse"))
    food = licence_of(hall, hall.walk(TOLD["ordinary"], hall.items["420100001000"], seed="food"))
    day = date.fromisoformat(min(nurse.valid_to, food.valid_to)).replace(day=1)
    both = [one.licence.identifier for one in listed(hall, day)]
    assert {*both} == {nurse.identifier, food.identifier}
    assert [one.licence.identifier for one in listed(hall, day, issuer=food.issuer_name)] == [food.identifier]
    assert [one.licence.identifier for one in listed(hall, day, limit=1, offset=1)] == both[1:]
