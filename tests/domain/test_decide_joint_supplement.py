"""J09 统一补交: what came in once answers every department that asked for it, and nothing else."""

import pytest
from joint_whole import FOOD, HEALTH, PEOPLE

from appliance.domain.decide import joint_supplement as rules
from appliance.domain.subject import MaterialIn
from appliance.errors import Forbidden, Invalid, WrongState

SHARED = MaterialIn(code="principal_id", name="", form="copy", copies=1, pages=2)
LAYOUT = MaterialIn(code="420100001000-layout", name="", copies=1)


def told(whole):
    """Bring the whole to its collective notice: both found the shared paper wanting, the kitchen its layout too."""
    whole.receive().take_up().examine(HEALTH, "lead", ["principal_id"])
    return whole.examine(FOOD, "food", ["principal_id", "layout"]).correct().later(1)


def came_in(whole, *materials, who="clerk", form=None):
    return rules.supplement(
        whole.joint, whole.members, whole.jset, materials=materials, form=form or {}, note=" 原件已核 ",
        presenter="applicant", actor=PEOPLE[who], today=whole.day, calendar=whole.calendar,
    )  # fmt: skip


def open_targets(whole, no):
    return {line.line.target for line in whole.cases[no].notice_lines if not line.met}


def test_a_shared_material_comes_in_once_and_meets_the_line_of_each_member(whole):
    told(whole)
    event, members = came_in(whole, SHARED)
    assert event.cases == (HEALTH, FOOD)
    assert [(one.name, one.copies, one.pages, one.lines) for one in event.supplies] == [
        (next(one.label for one in whole.jset.materials if one.name == "principal_id"), 1, 2, (1, 2))
    ]
    assert event.note == "原件已核"
    assert [(no, one.joint, [m.code for m in one.materials]) for no, one in members] == [
        (HEALTH, whole.joint.no, ["principal_id"]),
        (FOOD, whole.joint.no, ["principal_id"]),
    ]
    whole.take((event, members), "clerk")
    assert open_targets(whole, HEALTH) == set()
    assert open_targets(whole, FOOD) == {"layout"}


def test_the_five_days_begin_anew_for_each_member_that_got_something_and_for_no_other(whole):
    told(whole)
    whole.take(came_in(whole, LAYOUT), "clerk")
    assert whole.cases[FOOD].state == "pre_review"
    assert whole.cases[FOOD].clock("C1").deadline.start == whole.day.isoformat()
    assert whole.cases[HEALTH].state == "correction_pending"
    assert whole.cases[HEALTH].clock("C1").stopped is not None
    waiting = [line.told.line.target for line in rules.open_lines(whole.joint, whole.members, whole.jset)]
    assert waiting == ["principal_id"]


def test_the_form_shows_each_open_line_under_the_name_of_the_whole(whole):
    told(whole)
    case, item = rules.as_one(whole.joint, whole.members, whole.jset)
    assert (case.no, case.item_code, case.state) == (whole.joint.no, "BL0002", "correction_pending")
    assert [line.line.target for line in case.notice_lines] == ["principal_id", "420100001000-layout"]
    assert [line.line.no for line in case.notice_lines] == [1, 3]
    assert all(name in case.notice_lines[0].line.name for name in ("公共场所卫生许可", "食品经营许可证核发"))
    assert case.notice_lines[0].problem.count("没有加盖公章") == 2
    assert all(item.material(line.line.target) for line in case.notice_lines)
    assert case.form["premises"] == "示范区示范路1号"


def test_a_shared_answer_is_corrected_once_for_both(whole):
    whole.receive().take_up()
    for no, who in ((HEALTH, "lead"), (FOOD, "food")):
        whole.examine(no, who)
        whole.report(no, who, ["form:floor_area"])
    whole.correct().later(1)
    event, members = came_in(whole, form={"floor_area": "820"})
    assert [(one.form, one.lines) for one in event.supplies] == [("", (1, 2))]
    whole.take((event, members), "clerk")
    assert {whole.cases[no].form["floor_area"] for no in (HEALTH, FOOD)} == {"820"}
    assert {whole.cases[no].state for no in (HEALTH, FOOD)} == {"pre_review"}


def test_only_what_was_asked_for_comes_in_and_faults_are_named_as_the_form_names_them(whole):
    told(whole)
    for materials, form, spot in (
        ((), {}, "lines"),
        ((MaterialIn(code="420100003000-plans", name=""),), {}, "material.420100003000-plans"),
        ((), {"premises": "别处"}, "form.premises"),
        ((MaterialIn(code="420100001000-layout", name="", form="smoke"),), {}, "material.420100001000-layout"),
    ):
        with pytest.raises(Invalid) as caught:
            came_in(whole, *materials, form=form)
        assert set(caught.value.fields) == {spot}


def test_it_is_the_windows_act_while_something_waits(whole):
    told(whole)
    with pytest.raises(Forbidden):
        came_in(whole, SHARED, who="lead")
    whole.take(came_in(whole, SHARED, LAYOUT), "clerk")
    with pytest.raises(WrongState):
        came_in(whole, SHARED)
