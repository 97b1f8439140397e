"""并联办理: one intake, notice, acceptance with 45 working days, extension and delivery (许可法 art.26, 42(2)).

Each guard stands with what breaks it; what happens to a member is held by the tests of the case.
"""

from datetime import date

import msgspec
import pytest
from joint_whole import FOOD, FOOD_ITEM, HEALTH, HEALTH_ITEM, PEOPLE, WHOLE

from appliance.domain.decide import prereview, review
from appliance.domain.joint_set import split, whole_name
from appliance.domain.subject import MaterialIn
from appliance.errors import Forbidden, Invalid, WrongState


def code_of(caught):
    return caught.value.code


# ---- intake -------------------------------------------------------------------------------------------------------


def test_what_is_shared_is_asked_once_and_goes_to_every_member(whole):
    whole.receive()
    assert [field.name for field in whole.form.form].count("premises") == 1
    assert {whole.cases[no].form["premises"] for no in (HEALTH, FOOD)} == {"示范区示范路1号"}
    assert all(any(one.code == "principal_id" for one in whole.cases[no].materials) for no in (HEALTH, FOOD))
    taken = {one.name: one.cases for one in whole.joint.materials}
    assert taken["法定代表人（负责人）身份证明"] == (HEALTH, FOOD)
    assert taken["营业执照"] == (FOOD,)
    assert len(taken) == len(whole.joint.materials) < sum(len(whole.cases[no].materials) for no in (HEALTH, FOOD))


def test_each_member_has_its_own_checklist_clock_and_department_and_knows_its_whole(whole):
    whole.receive()
    health, food = whole.cases[HEALTH], whole.cases[FOOD]
    assert health.joint == food.joint == WHOLE == whole.joint.no
    assert health.department_name != food.department_name
    assert {one.code for one in health.materials} != {one.code for one in food.materials}
    assert [case.clock("C1").deadline.due for case in (health, food)] == ["2026-03-09"] * 2
    assert whole.joint.leader.case == HEALTH
    assert whole.joint.query_code == health.query_code == food.query_code


def test_a_fault_in_a_member_is_named_as_the_form_of_the_whole_names_it(whole):
    application = whole.application()
    application.form[f"{FOOD_ITEM}-safety_manager"] = ""
    application.form["floor_area"] = "很大"
    with pytest.raises(Invalid) as caught:
        whole.receive(application)
    assert set(caught.value.fields) == {f"form.{FOOD_ITEM}-safety_manager", "form.floor_area"}
    assert not whole.entries


def test_only_the_window_takes_a_whole_in(whole):
    with pytest.raises(Forbidden):
        whole.receive(who="lead")


def test_a_set_is_not_offered_before_its_day(whole):
    whole.day = date(2025, 12, 31)
    with pytest.raises(Invalid) as caught:
        whole.receive()
    assert code_of(caught) == "set_not_open"


def test_a_situation_of_one_member_asks_its_own_materials_only(whole):
    form = {**whole.application().form, f"{HEALTH_ITEM}-central_air": "yes"}
    given = (
        MaterialIn(code=f"{HEALTH_ITEM}-air_report", name="x"),
        MaterialIn(code="principal_id", name="x"),
    )
    health, food = split(whole.jset, whole.members_items, form, (), given)
    assert [one.code for one in health.materials] == ["principal_id", "air_report"]
    assert [one.code for one in food.materials] == ["principal_id"]
    assert health.variants == ("central_air",)
    assert food.variants == ("catering",) or "agent" not in food.variants
    assert whole_name(whole.jset.fields, FOOD_ITEM, "premises") == "premises"


# ---- one notice ---------------------------------------------------------------------------------------------------


def test_departments_report_and_the_lead_tells_everything_once(whole):
    whole.receive().take_up().examine(HEALTH, "lead", ["plans"]).examine(FOOD, "food", ["layout", "safety_rules"])
    assert whole.state == "pre_review"
    whole.correct()
    assert [(line.no, line.case, line.line.target) for line in whole.joint.lines] == [
        (1, HEALTH, "plans"),
        (2, FOOD, "layout"),
        (3, FOOD, "safety_rules"),
    ]
    assert {whole.cases[no].state for no in (HEALTH, FOOD)} == {"correction_pending"}
    assert whole.state == "correction_pending"
    assert [line.line.no for line in whole.cases[FOOD].notice_lines] == [1, 2]
    assert whole.cases[FOOD].clock("C1").stopped == "2026-03-02"


def test_a_member_in_order_is_accepted_with_the_notice_and_does_not_wait_for_the_other(whole):
    whole.receive().take_up().examine(HEALTH, "lead").examine(FOOD, "food", ["layout"]).correct()
    assert whole.cases[HEALTH].state == "in_review"
    assert whole.cases[HEALTH].acceptance_no == "A1"
    assert not whole.joint.acceptance_no
    assert whole.joint.clock("C2") is None


def test_the_notice_waits_until_every_department_has_examined(whole):
    whole.receive().take_up().examine(FOOD, "food", ["layout"])
    with pytest.raises(WrongState) as caught:
        whole.correct()
    assert code_of(caught) == "not_examined"
    assert "卫生健康局" in str(caught.value)


def test_a_notice_needs_something_to_tell(whole):
    whole.examined()
    with pytest.raises(WrongState) as caught:
        whole.correct()
    assert code_of(caught) == "nothing_reported"


def test_only_the_handler_of_the_lead_department_speaks_for_the_whole(whole):
    whole.receive().take_up().examine(HEALTH, "lead").examine(FOOD, "food", ["layout"])
    with pytest.raises(Forbidden) as caught:
        whole.correct("food")
    assert code_of(caught) == "not_lead"


def test_a_member_is_neither_noticed_nor_accepted_on_its_own(whole):
    whole.examined()
    rest = {"actor": PEOPLE["food"], "today": whole.day, "calendar": whole.calendar}
    food, item = whole.cases[FOOD], whole.item_by_case[FOOD]
    with pytest.raises(WrongState) as caught:
        prereview.accept(food, item, acceptance_no="A9", **rest)
    assert code_of(caught) == "part_of_joint"
    with pytest.raises(WrongState) as caught:
        prereview.require_correction(food, item, texts={"layout": ("没有盖章的", "请盖章后交")}, **rest)
    assert code_of(caught) == "part_of_joint"


def test_a_case_of_its_own_reports_to_nobody(whole):
    whole.receive().take_up()
    alone = msgspec.structs.replace(whole.cases[FOOD], joint="")
    with pytest.raises(WrongState) as caught:
        prereview.report_defects(
            alone, whole.item_by_case[FOOD], texts={"layout": ("没有盖章的", "请盖章后交")}, actor=PEOPLE["food"],
            today=whole.day,
        )  # fmt: skip
    assert code_of(caught) == "not_joint"


def test_no_notice_after_the_five_days(whole):
    whole.receive().take_up().examine(HEALTH, "lead", ["plans"]).examine(FOOD, "food")
    with pytest.raises(WrongState) as caught:
        whole.later(8).correct()
    assert code_of(caught) == "notice_late"


def test_after_the_first_notice_no_member_joins_it(whole):
    whole.receive().take_up().examine(HEALTH, "lead", ["plans"]).examine(FOOD, "food", ["layout"]).correct()
    whole.later(1).supplement(HEALTH, ["plans"]).supplement(FOOD, ["layout"])
    whole.joint = msgspec.structs.replace(
        whole.joint, lines=tuple(line for line in whole.joint.lines if line.case == FOOD)
    )
    whole.examine(HEALTH, "lead", ["plans"]).examine(FOOD, "food")
    with pytest.raises(WrongState) as caught:
        whole.correct()
    assert code_of(caught) == "told_once"


def test_a_repeated_notice_keeps_the_numbers_of_its_lines(whole):
    whole.receive().take_up().examine(HEALTH, "lead", ["plans"]).examine(FOOD, "food", ["layout", "safety_rules"])
    whole.correct().later(1).supplement(HEALTH, ["plans"]).supplement(FOOD, ["layout", "safety_rules"])
    whole.examine(HEALTH, "lead").examine(FOOD, "food", ["safety_rules"]).correct()
    assert whole.joint.notices == 2
    assert [line.no for line in whole.joint.lines] == [1, 2, 3]
    assert whole.entries[-1][0].case in (FOOD, HEALTH)
    assert whole.cases[HEALTH].state == "in_review"  # in order at the second look, so accepted with it


# ---- one acceptance, 45 working days ------------------------------------------------------------------------------


def test_the_whole_is_accepted_at_once_and_counts_its_agreed_limit(whole):
    whole.examined().accept()
    assert {whole.cases[no].state for no in (HEALTH, FOOD)} == {"in_review"}
    assert [whole.cases[no].acceptance_no for no in (HEALTH, FOOD)] == ["A1", "A2"]
    assert (whole.joint.acceptance_no, whole.joint.accepted_on) == ("A0", "2026-03-02")
    clock = whole.joint.clock("C2").deadline
    assert (clock.limit, clock.unit, clock.start) == (25, "working_day", "2026-03-02")
    own = {no: whole.cases[no].clock("C2").deadline.limit for no in (HEALTH, FOOD)}
    assert own == {HEALTH: 20, FOOD: 10}  # each keeps the limit of its own statute


@pytest.mark.parametrize(("agreed", "limit", "due"), [(45, 45, "2026-05-08"), (60, 45, "2026-05-08"), (25, 25, None)])
def test_the_limit_of_the_whole_is_45_working_days_at_most(whole, agreed, limit, due):
    """2026-03-02 + 45 working days is the vector of domain §2.5."""
    whole.examined()
    whole.joint = msgspec.structs.replace(whole.joint, limit_days=agreed)
    clock = whole.accept().joint.clock("C2").deadline
    assert clock.limit == limit
    assert due in (None, clock.due)


def test_after_a_correction_the_whole_counts_from_the_last_material(whole):
    whole.receive().take_up().examine(HEALTH, "lead").examine(FOOD, "food", ["layout"]).correct()
    whole.later(2).supplement(FOOD, ["layout"]).later(1).examine(FOOD, "food").accept()
    assert whole.cases[HEALTH].accepted_on == "2026-03-02"
    assert whole.cases[FOOD].accepted_on == "2026-03-04"
    assert whole.joint.accepted_on == "2026-03-04"


def test_nothing_is_accepted_while_a_department_has_not_examined_or_has_reported(whole):
    whole.receive().take_up().examine(HEALTH, "lead")
    with pytest.raises(WrongState) as caught:
        whole.accept()
    assert code_of(caught) == "not_examined"
    whole.examine(FOOD, "food", ["layout"])
    with pytest.raises(WrongState) as caught:
        whole.accept()
    assert code_of(caught) == "reported"


def test_a_whole_is_accepted_once_and_by_the_lead(whole):
    whole.examined()
    with pytest.raises(Forbidden):
        whole.accept("food")
    with pytest.raises(Forbidden):
        whole.accept("clerk")
    whole.accept()
    with pytest.raises(WrongState) as caught:
        whole.accept()
    assert code_of(caught) == "joint_accepted"


def test_a_whole_of_which_nothing_is_left_is_not_accepted(whole):
    whole.examined().withdraw()
    with pytest.raises(WrongState):
        whole.accept()


def test_what_may_follow_later_follows_later_in_its_own_member(whole):
    code = f"{FOOD_ITEM}-health_certificates"
    whole.receive(whole.application(without=[code])).take_up().examine(HEALTH, "lead").examine(FOOD, "food")
    with pytest.raises(Invalid):
        whole.accept()
    with pytest.raises(Invalid):
        whole.accept(tolerate={FOOD: ("health_certificates",)})
    whole.accept(tolerate={FOOD: ("health_certificates",)}, commitment=True)
    assert whole.cases[FOOD].open_tolerance == ("health_certificates",)


def test_who_acted_for_a_member_signs_nothing_else_of_it(whole):
    """The lead's handler wrote the acceptance of the food case, so he may not be its reviewer (domain §2.6)."""
    whole.examined().accept()
    assert set(whole.cases[FOOD].handlers) == {"C1001", "C1002"}
    rest = {"today": whole.day, "calendar": whole.calendar}
    for event in review.opinion(
        whole.cases[FOOD], whole.item_by_case[FOOD], result="agree", text="符合规定，同意", actor=PEOPLE["food"], **rest
    ):
        whole.fold(FOOD, event, "food")
    reviewer = msgspec.structs.replace(PEOPLE["reviewer"], id="C1001")
    with pytest.raises(Forbidden):
        review.opinion(
            whole.cases[FOOD], whole.item_by_case[FOOD], result="agree", text="符合规定，同意", actor=reviewer, **rest
        )
