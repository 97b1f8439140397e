"""领办, 预审, 补正告知, 受理, 视为受理: one test for each guard."""

import msgspec
import pytest

from appliance.domain.decide import prereview
from appliance.domain.item_terms import ClockStart
from appliance.errors import Conflict, Forbidden, Invalid, WrongState

OTHER = "health_certificates"
LATE = 8  # Tuesday 2026-12-01, the day after C1


def with_correction(told, **changes):
    correction = msgspec.structs.replace(told.item.correction, **changes)
    told.item = msgspec.structs.replace(told.item, correction=correction)
    return told


@pytest.fixture
def lacking(told):
    """A case in pre-review that lacks two materials."""
    told.receive(left_out=(OTHER, "layout"))
    told.take()
    return told


@pytest.fixture
def asked(lacking):
    """The same after its notice for one of them; the other was not asked for."""
    lacking.notice(OTHER)
    return lacking


# ---- T04


def test_a_case_is_not_taken_from_under_a_colleague(told):
    told.to("take")
    with pytest.raises(Conflict) as caught:
        told.take("other_handler")
    assert (caught.value.code, caught.value.current) == ("taken", {"handler": "C1001"})
    assert told.take("handler").handler == "C1001"


@pytest.mark.parametrize("who", ["clerk", "reviewer", "approver"])
def test_only_a_handler_takes_a_case(told, who):
    told.to("receive")
    with pytest.raises(Forbidden):
        told.take(who)


# ---- 预审


VERDICTS = {
    "a material without a verdict": ({"layout": None}, {}, "verdict.layout"),
    "a verdict that does not exist": ({"layout": "perhaps"}, {}, "verdict.layout"),
    "a problem without its reason": ({"layout": "problem"}, {}, "reason.layout"),
    "a problem with a reason of spaces": ({"layout": "problem"}, {"layout": "      "}, "reason.layout"),
    "a problem with a boilerplate reason": ({"layout": "problem"}, {"layout": "不行"}, "reason.layout"),
    "a reason of more than a thousand characters": (
        {"layout": "problem"},
        {"layout": "长" * 1001},
        "reason.layout",
    ),
    "a verdict on a material that is not there": ({"diploma": "pass"}, {}, "verdict.diploma"),
}


@pytest.mark.parametrize(("changes", "reasons", "field"), VERDICTS.values(), ids=list(VERDICTS))
def test_every_material_has_a_verdict_and_every_problem_its_reason(told, changes, reasons, field):
    told.to("take")
    verdicts = {**told.verdicts()["verdicts"], **changes}
    verdicts = {code: verdict for code, verdict in verdicts.items() if verdict is not None}
    with pytest.raises(Invalid) as caught:
        prereview.pre_review(told.case, verdicts=verdicts, reasons=reasons, actor=told.on("handler")["actor"])
    assert list(caught.value.fields) == [field]


def test_verdict_and_reason_are_kept_with_the_material(told):
    told.to("take")
    case = told.pre_review(layout="没有标注面积")
    assert (case.material("layout").verdict, case.material("layout").reason) == ("problem", "没有标注面积")
    assert told.pre_review().material("layout").reason == ""


@pytest.mark.parametrize("step", ["pre_review", "notice", "accept"])
def test_only_the_handler_who_took_the_case_concludes(told, step):
    told.to("take")
    arguments = (OTHER,) if step == "notice" else ()
    with pytest.raises(Forbidden) as caught:
        getattr(told, step)(*arguments, who="other_handler")
    assert caught.value.code == "not_handler"


@pytest.mark.parametrize("step", ["pre_review", "notice", "accept"])
def test_nothing_is_concluded_before_somebody_took_the_case(told, step):
    told.to("receive")
    arguments = (OTHER,) if step == "notice" else ()
    with pytest.raises(WrongState):
        getattr(told, step)(*arguments)


# ---- T08, T10


def test_a_notice_has_at_least_one_line(lacking):
    with pytest.raises(Invalid) as caught:
        lacking.notice()
    assert list(caught.value.fields) == ["lines"]


NOTICES = {
    "a problem that says nothing": ((" 缺 ", "请补交一份"), "problem.layout"),
    "a requirement that says nothing": (("没有提交", "补"), "requirement.layout"),
    "more than a thousand characters": (("没有提交", "长" * 1001), "requirement.layout"),
}


@pytest.mark.parametrize(("words", "field"), NOTICES.values(), ids=list(NOTICES))
def test_a_line_says_what_is_wrong_and_what_to_do(lacking, words, field):
    with pytest.raises(Invalid) as caught:
        prereview.require_correction(lacking.case, lacking.item, texts={"layout": words}, **lacking.on("handler"))
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("target", ["diploma", "form:horoscope"])
def test_nothing_outside_the_items_list_is_asked_for(lacking, target):
    """许可法 art.31: no unrelated materials."""
    with pytest.raises(Invalid) as caught:
        lacking.notice(target)
    assert list(caught.value.fields) == [f"problem.{target}"]


def test_a_line_names_material_or_field_and_its_basis(lacking):
    lines = lacking.notice(OTHER, "form:premises").notice_lines
    assert [(line.line.no, line.line.name, line.line.basis) for line in lines] == [
        (1, "从业人员健康证明", "《中华人民共和国食品安全法》第四十五条"),
        (
            2,
            "经营场所",
            "《中华人民共和国食品安全法》第三十五条；《中华人民共和国食品安全法实施条例》第十五条",
        ),
    ]


def test_the_notice_may_come_on_the_last_day_and_not_after(lacking):
    lacking.wait(LATE - 1)
    assert prereview.lapsed(lacking.case, lacking.day) is False
    lacking.wait(1)
    with pytest.raises(WrongState) as caught:
        lacking.notice(OTHER)
    assert (caught.value.code, caught.value.params["due"]) == ("notice_late", "2026-11-30")
    lacking.wait(-1)
    assert lacking.notice(OTHER).state.value == "correction_pending"


def test_a_repeat_adds_no_line(asked):
    """许可法 art.72(4): telling in pieces makes the official liable."""
    asked.supplement(1)
    with pytest.raises(Invalid) as caught:
        asked.notice(OTHER, "layout")
    assert list(caught.value.fields) == ["problem.layout"]
    assert asked.notice(OTHER).notices == 2


def test_a_repeat_does_not_ask_again_for_what_was_found_in_order(asked):
    """Domain §2.3 T10: only lines of the first notice that are still unmet."""
    asked.supplement(1)
    asked.pre_review()
    with pytest.raises(Invalid) as caught:
        asked.notice(OTHER)
    assert list(caught.value.fields) == [f"problem.{OTHER}"]
    asked.pre_review(**{OTHER: "缺两名员工的证明"})
    assert asked.notice(OTHER).notices == 2


def test_a_repeat_has_five_days_from_the_supplement(asked):
    asked.wait(1)
    asked.supplement(1)
    asked.wait(LATE)
    with pytest.raises(WrongState) as caught:
        asked.notice(OTHER)
    assert caught.value.code == "notice_late"


def test_where_the_statute_knows_no_deemed_acceptance_a_late_notice_is_better_than_none(lacking):
    with_correction(lacking, deemed_acceptance=False).wait(LATE)
    assert lacking.notice(OTHER, "layout").state.value == "correction_pending"


def test_the_applicant_has_a_limit_only_where_the_item_names_one(lacking):
    assert lacking.notice(OTHER).clock("C5") is None


def test_the_limit_that_the_item_names_runs_from_the_notice(lacking):
    with_correction(lacking, valid_days=10).wait(1)
    assert lacking.notice(OTHER).clock("C5").deadline.due == "2026-12-08"


# ---- T11


def test_nothing_is_accepted_while_a_material_is_missing(lacking):
    with pytest.raises(Invalid) as caught:
        lacking.accept()
    assert caught.value.code == "materials_incomplete"
    assert caught.value.fields == {
        "material.health_certificates": "还缺“从业人员健康证明”",
        "material.layout": "还缺“与食品经营相适应的主要设备设施布局、操作流程等文件”",
    }


def test_nothing_is_accepted_while_a_material_has_not_passed(told):
    told.to("take")
    told.pre_review(layout="没有标注面积")
    with pytest.raises(Invalid) as caught:
        prereview.accept(told.case, told.item, acceptance_no="S-1", **told.on("handler"))
    assert list(caught.value.fields) == ["material.layout"]


def test_nothing_is_accepted_while_a_line_of_the_notice_is_open(told):
    told.to("take")
    told.notice("layout", "safety_rules")
    told.supplement(1)
    told.pre_review()
    with pytest.raises(Invalid) as caught:
        prereview.accept(told.case, told.item, acceptance_no="S-1", **told.on("handler"))
    assert list(caught.value.fields) == ["line.2"]


def test_what_is_complete_is_accepted_on_the_day(told):
    told.to("take").wait(2)
    case = told.accept()
    assert (case.accepted_on, case.acceptance_no) == ("2026-11-25", "S-1")


def test_after_a_correction_it_counts_from_the_completing_supplement(lacking):
    """§2.5 rule 1: not from the day on which the clerk gets round to it."""
    lacking.notice(OTHER, "layout")
    lacking.wait(1)
    lacking.supplement(1, 2)
    lacking.wait(2)
    case = lacking.accept()
    assert case.accepted_on == "2026-11-24"
    assert case.clock("C2").deadline.start == "2026-11-24"


def test_after_c1_there_is_no_acceptance_with_a_later_date(told):
    told.to("take").wait(LATE)
    with pytest.raises(WrongState) as caught:
        told.accept()
    assert caught.value.code == "notice_late"


@pytest.mark.parametrize(
    ("start", "first_day"),
    [
        (ClockStart.ACCEPTANCE, "2026-11-25"),
        (ClockStart.RECEIPT, "2026-11-23"),
        (ClockStart.COMPLETE_MATERIALS, "2026-11-23"),
    ],
)
def test_the_decision_limit_starts_where_the_items_statute_says(told_of, start, first_day):
    told = told_of(clock_start_event=start)
    told.to("take").wait(2)
    case = told.accept()
    assert {case.clock(name).deadline.start for name in ("C2", "C3")} == {first_day}


@pytest.mark.parametrize("start", [ClockStart.RECEIPT, ClockStart.COMPLETE_MATERIALS])
def test_a_completing_supplement_starts_it_anew(told_of, start):
    told = told_of(clock_start_event=start)
    told.receive(left_out=(OTHER,))
    told.take()
    told.notice(OTHER)
    told.wait(1)
    told.supplement(1)
    told.wait(1)
    assert told.accept().clock("C2").deadline.start == "2026-11-24"


def test_the_first_step_begins_with_the_acceptance(told):
    step = told.to("accept").case.current_step
    assert (step.step, step.role, told.case.clock("C8").deadline.limit) == ("handle", "case_handler", 3)


# ---- T12


@pytest.mark.parametrize("last", ["receive", "take"])
def test_silence_accepts_as_of_the_receipt(told, last):
    told.to(last).wait(LATE)
    case = told.deem()
    assert (case.accepted_on, case.deemed_accepted, case.state.value) == ("2026-11-23", True, "in_review")
    assert case.clock("C2").deadline.start == "2026-11-23"


def test_silence_after_a_supplement_accepts_as_of_the_supplement(asked):
    asked.wait(2)
    asked.supplement(1)
    asked.wait(LATE)
    assert asked.deem().accepted_on == "2026-11-25"


def test_on_the_last_day_nothing_is_deemed_yet(told):
    told.to("receive").wait(LATE - 1)
    with pytest.raises(WrongState) as caught:
        told.deem()
    assert caught.value.code == "not_lapsed"


def test_a_notice_in_time_is_no_silence(asked):
    asked.wait(30)
    with pytest.raises(WrongState):
        asked.deem()


def test_where_the_statute_does_not_say_so_silence_accepts_nothing(told):
    with_correction(told, deemed_acceptance=False).to("receive").wait(LATE)
    with pytest.raises(WrongState):
        told.deem()


@pytest.mark.parametrize("who", ["clerk", "handler", "approver"])
def test_nobody_deems_by_hand(told, who):
    told.to("receive").wait(LATE)
    with pytest.raises(Forbidden):
        told.deem(who)


def test_a_deemed_case_waits_for_any_handler_of_the_department(told):
    told.to("receive").wait(LATE)
    told.deem()
    assert told.handle("other_handler").current_step.step == "review"


@pytest.mark.parametrize(
    ("last", "who", "error"),
    [
        ("receive", "handler", WrongState),
        ("accept", "handler", WrongState),
        ("take", "clerk", Forbidden),
        ("take", "other_handler", Forbidden),
    ],
)
def test_acceptance_has_its_own_guards_apart_from_the_verdicts(told, last, who, error):
    told.to(last)
    passed = tuple(msgspec.structs.replace(one, verdict="pass") for one in told.case.materials)
    told.case = msgspec.structs.replace(told.case, materials=passed)
    with pytest.raises(error):
        prereview.accept(told.case, told.item, acceptance_no="S-2", **told.on(who))
