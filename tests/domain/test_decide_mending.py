"""T05 当场更正, T36 更正登记, T35 补充材料: what changes, what stays, and who may."""

import msgspec
import pytest

from appliance.domain.states import State
from appliance.domain.subject import MaterialIn
from appliance.errors import Forbidden, Invalid, WrongState

OTHER = "health_certificates"
LETTER = "agent_letter"  # asked for only when an agent acts


def fields_of(call, *args, **named):
    with pytest.raises(Invalid) as caught:
        call(*args, **named)
    return sorted(caught.value.fields) or [caught.value.code]


# ---- T05


def test_a_material_left_at_home_is_handed_in_on_the_spot(told):
    told.receive(left_out=(OTHER,))
    given = tuple(one for one in told.materials() if one.code == OTHER)
    case = told.fix(materials=given)
    assert (case.state, case.missing, case.material(OTHER).corrected) == (State.RECEIVED, (), True)


def test_an_answer_is_put_right_with_old_and_new(told):
    told.to("take")
    case = told.fix(form={"floor_area": "86"})
    event = told.events[-1][1]
    assert (case.form["floor_area"], case.form["premises"]) == ("86", "示范区示范路1号")
    assert (event.fields, event.old, event.new) == (
        ("form.floor_area",),
        {"form.floor_area": "80"},
        {"form.floor_area": "86"},
    )


def test_an_answer_that_adds_a_material_to_the_list_says_so(told):
    told.receive(form={**told.application().form, "by_agent": "no"}, left_out=(LETTER,))
    assert told.case.missing == ()
    case = told.fix(form={"by_agent": "yes"})
    assert case.missing == (LETTER,)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"form": {"floor_area": "86"}, "signed": False}, ["signed"]),
        ({}, ["materials"]),
        ({"form": {"floor_area": "80"}}, ["materials"]),
        ({"form": {"floor_area": "many"}}, ["form.floor_area"]),
        ({"form": {"weather": "晴"}}, ["form.weather", "materials"]),
        ({"materials": (MaterialIn(code="poem", name="诗"),)}, ["material.poem", "materials"]),
    ],
)
def test_what_is_not_put_right_on_the_spot(told, changes, fields):
    told.to("take")
    assert fields_of(told.fix, **changes) == fields


def test_after_acceptance_nothing_is_fixed_on_the_spot(told):
    told.to("accept")
    with pytest.raises(WrongState):
        told.fix(form={"floor_area": "86"})


# ---- T36


def changed(told, **changes):
    return msgspec.structs.replace(told.case.applicant, **changes)


def test_a_telephone_number_is_amended_until_the_decision(told):
    told.to("review")
    case = told.amend(applicant=changed(told, phone="13800005679"))
    event = told.events[-1][1]
    assert (case.applicant.phone, case.amendments, case.state) == ("13800005679", 1, State.IN_REVIEW)
    assert (event.fields, event.old["applicant.phone"]) == (("applicant.phone",), "13800005678")
    told.grant()
    with pytest.raises(WrongState):
        told.amend(applicant=changed(told, phone="13800005670"))


def test_an_agent_is_amended_but_comes_later_only_with_a_letter(told, told_of):
    other = told_of()
    other.receive()
    case = other.amend(agent=changed_agent(other, phone="13900005678"))
    assert case.agent.phone == "13900005678"
    told.receive(agent=None, form={**told.application().form, "by_agent": "no"}, left_out=(LETTER,))
    assert fields_of(told.amend, agent=told.application().agent) == ["agent.name"]


def changed_agent(told, **changes):
    return msgspec.structs.replace(told.case.agent, **changes)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": "另一小吃店（示例）", "id_number": "92420199MADEM002XD"}, ["applicant.id_number", "applicant.name"]),
        ({"phone": "12"}, ["applicant.phone"]),
        ({}, ["reason"]),
        ({"kind": "other_org"}, ["applicant.kind"]),
    ],
)
def test_an_amendment_stays_with_its_applicant(told, changes, fields):
    told.to("take")
    assert fields_of(told.amend, applicant=changed(told, **changes)) == fields


@pytest.mark.parametrize("reason", ["", "  错了 "])
def test_an_amendment_has_its_reason(told, reason):
    told.to("take")
    assert fields_of(told.amend, form={"floor_area": "86"}, reason=reason) == ["reason"]


@pytest.mark.parametrize("who", ["reviewer", "approver", "manager"])
def test_an_amendment_is_made_by_clerk_or_handler(told, who):
    told.to("take")
    with pytest.raises(Forbidden):
        told.amend(who, form={"floor_area": "86"})


def test_after_acceptance_an_amendment_does_not_change_which_materials_apply(told):
    told.receive(form={**told.application().form, "by_agent": "no"}, left_out=(LETTER,))
    told.take()
    told.accept()
    assert fields_of(told.amend, form={"by_agent": "yes"}) == ["materials_would_change"]


# ---- T35


def test_a_request_in_review_stops_no_clock_and_is_met_by_its_materials(told):
    told.to("accept")
    clocks = told.case.clocks
    case = told.request(OTHER)
    assert (case.clocks, [line.met for line in case.requests]) == (clocks, [False])
    case = told.requested(1)
    assert (case.clocks, [line.met for line in case.requests], case.state) == (clocks, [True], State.IN_REVIEW)
    assert told.request("layout").requests[-1].line.no == 2


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"cause": "curiosity"}, ["cause"]),
        ({"cause": "deemed_acceptance"}, ["cause"]),
        ({"reason": "需要"}, ["reason"]),
        ({"texts": {}}, ["lines"]),
        ({"texts": {"poem": ("没有提交这份材料", "请补充一份")}}, ["problem.poem"]),
        ({"texts": {OTHER: ("没有", "请补充一份")}}, [f"problem.{OTHER}"]),
        ({"texts": {OTHER: ("没有提交这份材料", "补")}}, [f"requirement.{OTHER}"]),
    ],
)
def test_what_may_not_be_asked_for_in_review(told, changes, fields):
    told.to("accept")
    assert fields_of(told.request, OTHER, **changes) == fields


def test_after_a_deemed_acceptance_the_missing_material_is_asked_for(told):
    told.receive(left_out=(OTHER,))
    told.wait(8)
    told.deem()
    assert told.request(OTHER, cause="deemed_acceptance").requests
    assert told.requested(1).missing == ()


def test_only_the_cases_handler_asks(told):
    told.to("accept")
    with pytest.raises(Forbidden):
        told.request(OTHER, who="other_handler")


@pytest.mark.parametrize(
    ("lines", "materials", "fields"),
    [
        ((), None, ["lines"]),
        ((7,), None, ["lines"]),
        ((1,), (), [f"material.{OTHER}"]),
        ((1,), (OTHER, "layout"), ["material.layout"]),
    ],
)
def test_what_comes_in_is_what_was_asked_for(told, lines, materials, fields):
    told.to("accept")
    told.request(OTHER)
    given = None if materials is None else tuple(one for one in told.materials() if one.code in materials)
    assert fields_of(told.requested, *lines, materials=given) == fields


def test_the_scope_of_a_reprint_is_told_by_the_number_of_amendments(told):
    told.to("take")
    told.amend(form={"floor_area": "86"})
    assert told.amend(form={"floor_area": "87"}).amendments == 2
