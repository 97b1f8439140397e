"""A second notice that asks for more, and what supervision is told: by pages, by the sweep, each limit once (§6.2)."""

import asyncio
from datetime import date

import msgspec
import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.states import State
from appliance.errors import Forbidden
from appliance.projections import supervision
from appliance.services import conditions, intake, prereview
from appliance.services.sweep import sweep

REASON = "第一次预审漏看了布局图没有标明面积"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def filling(path, **typed):
    return lambda person: person.fill(path, path, **typed)


def rules_of(hall):
    return [(one.rule, one.case, one.staff) for one in supervision.listing(hall.desk.reader())]


def notice(hall, no, target):
    words = (prereview.CorrectionWords(target, "没有标明面积", "请标明各区域面积"),)
    verdicts = {one.code: "problem" if one.code == target else "pass" for one in hall.case(no).materials}
    reasons = {target: "没有标明面积"} if target in verdicts else {}
    command = prereview.PreReviewCase(
        case=no, version=hall.case(no).version, verdicts=verdicts, reasons=reasons, then="correct", corrections=words
    )
    return hall.do(command, "C1001")


@pytest.fixture
def returned(desk_hall):
    """A case that was told once about its application form, and came back."""
    no = desk_hall.bring("taken")
    notice(desk_hall, no, "application")
    line = desk_hall.case(no).notice_lines[0].line
    material = next(one for one in desk_hall.materials() if one.code == "application")
    back = intake.SupplementCase(case=no, version=desk_hall.case(no).version, lines=(line.no,), materials=(material,))
    desk_hall.do(back, "W0312")
    return no


def test_nothing_new_may_be_asked_for_until_a_reviewer_answers_for_it(desk_hall, returned):
    with pytest.raises(Exception, match="处需要更正"):
        notice(desk_hall, returned, "layout")
    page = walk(desk_hall, "R2001", opening(f"/cases/{returned}"))
    assert f"/cases/{returned}/widen" in page.links
    action = f"/cases/{returned}/widen"
    page = walk(desk_hall, "R2001", filling(action, targets="layout", reason="漏看"))
    assert page.status == 422
    assert "请写明为什么第一次没有告知，至少十个字" in page.text
    assert 'value="layout" checked' in page.html
    page = walk(desk_hall, "R2001", filling(action, targets="layout", reason=REASON))
    assert "可以再告知" in page.text
    assert rules_of(desk_hall) == [("R02", returned, "C1001")]
    notice(desk_hall, returned, "layout")
    case = desk_hall.case(returned)
    assert case.state is State.CORRECTION_PENDING
    assert [(line.line.no, line.line.target, line.met) for line in case.notice_lines] == [
        (1, "application", True),
        (2, "layout", False),
    ]


def test_the_second_notice_comes_prefilled_with_what_was_let_in(desk_hall, returned):
    walk(desk_hall, "R2001", filling(f"/cases/{returned}/widen", targets="form:floor_area", reason=REASON))

    async def draft(person):
        page = await person.open(f"/prereview/{returned}")
        return await person.post(f"/prereview/{returned}", {**page.fields(f"/prereview/{returned}"), "then": "draft"})

    assert 'name="problem.form:floor_area"' in walk(desk_hall, "C1001", draft).html


def test_only_the_departments_other_reviewer_and_only_after_a_notice(desk_hall, returned):
    assert walk(desk_hall, "C1001", opening(f"/cases/{returned}/widen")).status == 403
    fresh = desk_hall.bring("taken")
    page = walk(desk_hall, "R2001", opening(f"/cases/{fresh}/widen"))
    assert "只有发过一次性告知" in page.text
    page = walk(desk_hall, "R2001", filling(f"/cases/{returned}/widen", targets="application", reason=REASON))
    assert "第一次告知里没有的材料或填写项" in page.text  # what was told already needs no leave


def run(hall):
    today = hall.clock.now().date().isoformat()
    return sweep(hall.desk, actor=SYSTEM, today=today, make_key=lambda name, day: f"{name}:{day}")


def test_limits_that_are_over_are_told_once_each_with_the_handlers_name(desk_hall):
    no = desk_hall.bring("accepted")
    assert run(desk_hall) == []
    case, today = desk_hall.case(no), desk_hall.clock.now().date()
    promised, lawful = (date.fromisoformat(case.clock(name).deadline.due) for name in ("C3", "C2"))
    assert promised < lawful
    desk_hall.later(days=(promised - today).days + 1)
    assert run(desk_hall) == []  # no case was changed
    told = [(one.rule, one.clock, one.staff) for one in supervision.listing(desk_hall.desk.reader())]
    assert set(told) == {("R04", "C3", "C1001"), ("R05", "C8", "C1001")}
    run(desk_hall)
    assert len(rules_of(desk_hall)) == len(told)
    desk_hall.later(days=(lawful - promised).days)
    run(desk_hall)
    assert ("R03", no, "C1001") in rules_of(desk_hall)


def test_a_case_nobody_took_is_accepted_by_law_and_told(desk_hall):
    no = desk_hall.bring("received")
    desk_hall.later(days=8)
    assert no in run(desk_hall)
    assert rules_of(desk_hall)[-1] == ("R01", no, "")


def test_a_false_promise_is_told_and_bars_the_next_one(desk_hall):
    materials = tuple(
        msgspec.structs.replace(one, promise_allowed=one.code == "health_certificates")
        for one in desk_hall.item.materials
    )
    desk_hall.change_item(promise_based_allowed=True, promise_template="已告知全部条件", materials=materials)

    def promise(no):
        version = desk_hall.case(no).version
        words = conditions.MakePromise(case=no, version=version, signer="示例·经营者", told=True, signed=True)
        return desk_hall.do(words, "W0312")

    no = desk_hall.bring("received", without=("health_certificates",))
    promise(no)
    desk_hall.take(no)
    desk_hall.accept(no)
    desk_hall.sign(no, "C1001")
    desk_hall.sign(no, "R2001")
    desk_hall.grant(no)
    found = conditions.VerifyPromise(
        case=no, version=desk_hall.case(no).version, result="broken", findings="现场人员没有健康证明"
    )
    desk_hall.do(found, "C1001")
    assert rules_of(desk_hall) == [("P01", no, "C1001")]
    again = desk_hall.bring("received", without=("health_certificates",))
    with pytest.raises(Forbidden) as caught:
        promise(again)
    assert caught.value.code == "false_promise"


def test_who_reads_the_warnings(desk_hall, returned):
    walk(desk_hall, "R2001", filling(f"/cases/{returned}/widen", targets="layout", reason=REASON))
    for login in ("S5001", "M4001", "R2001"):
        page = walk(desk_hall, login, opening("/supervision"))
        assert returned in page.text
        assert "第二次告知新增了要求" in page.text
    assert walk(desk_hall, "C1001", opening("/supervision")).status == 403
    assert walk(desk_hall, "X9001", opening("/supervision")).status == 403
