"""A second notice that asks for more, and what supervision is told: by pages, by the sweep, each limit once (§6.2)."""

import asyncio
from datetime import date

import msgspec
import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState
from appliance.projections import supervision
from appliance.services import conditions, intake, prereview, supervision_cards
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
    assert returned in walk(desk_hall, "C1001", opening("/supervision")).text  # it was on his watch
    assert returned not in walk(desk_hall, "C1003", opening("/supervision")).text
    assert walk(desk_hall, "X9001", opening("/supervision")).status == 403


# ---- cards and orders


def cards_of(hall, rule):
    return [one for one in supervision.listing(hall.desk.reader()) if one.rule == rule]


def overdue_step(hall):
    """Bring a case whose promised limit and step are over, and give its yellow card."""
    no = hall.bring("accepted")
    due = date.fromisoformat(hall.case(no).clock("C3").deadline.due)
    hall.later(days=(due - hall.clock.now().date()).days + 1)
    run(hall)
    return no, cards_of(hall, "R04")[0].index


def posting(number, act, **typed):
    path, action = f"/supervision/{number}", f"/supervision/{number}/{act}"
    return lambda person: person.fill(path, action, **typed)


def standing(hall, number):
    return supervision.find(hall.desk.reader(), number).standing.value


def test_a_step_that_alone_is_over_is_told_too(desk_hall):
    """C8 by itself: neither the promised nor the legal limit is over, and the step's clock is the pressing one."""
    no = desk_hall.bring("accepted")
    case = desk_hall.case(no)
    step, promised = (date.fromisoformat(case.clock(name).deadline.due) for name in ("C8", "C3"))
    assert step < promised
    desk_hall.later(days=(step - desk_hall.clock.now().date()).days + 1)
    run(desk_hall)
    assert [(one.rule, one.clock, one.case) for one in supervision.listing(desk_hall.desk.reader())] == [
        ("R05", "C8", no)
    ]


def test_a_card_is_received_answered_sent_back_answered_again_and_upheld(desk_hall):
    _, card = overdue_step(desk_hall)
    page = walk(desk_hall, "C1001", opening(f"/supervision/{card}"))
    assert "黄牌" in page.text
    assert "等签收" in page.text
    walk(desk_hall, "C1001", posting(card, "receive"))
    assert standing(desk_hall, card) == "received"
    short = walk(desk_hall, "C1001", posting(card, "reply", reply="忙"))
    assert short.status == 422
    assert "请写明情况和整改措施，至少十个字" in short.text
    walk(desk_hall, "C1001", posting(card, "reply", reply="现场核查人员请假，已改由同事在今天完成"))
    assert standing(desk_hall, card) == "replied"
    walk(desk_hall, "S5001", posting(card, "settle", outcome="returned", reason="没有写明以后怎样避免，请补充"))
    assert standing(desk_hall, card) == "returned"
    walk(desk_hall, "R2001", posting(card, "reply", reply="已建立代办名单，请假当天由代办人接手办理"))
    walk(desk_hall, "S5001", posting(card, "settle", outcome="upheld", reason="超期属实，整改措施可行，按期办结"))
    page = walk(desk_hall, "S5001", opening(f"/supervision/{card}"))
    assert "已办结：成立" in page.text
    assert "已建立代办名单" in page.text
    with pytest.raises(WrongState, match="不能再认定"):
        desk_hall.do(
            supervision_cards.SettleCard(card=card, outcome="revoked", reason="办结以后又想撤销这张卡"), "S5001"
        )


def test_a_card_is_revoked_only_by_a_supervisor_and_with_a_reason(desk_hall):
    _, card = overdue_step(desk_hall)
    short = walk(desk_hall, "S5001", posting(card, "settle", outcome="revoked", reason="误判"))
    assert "请写明理由，至少十个字" in short.text
    early = walk(desk_hall, "S5001", posting(card, "settle", outcome="upheld", reason="超期属实，按期办结此卡"))
    assert "责任人还没有回复，只能撤销" in early.text
    for login in ("C1001", "R2001"):
        command = supervision_cards.SettleCard(card=card, outcome="revoked", reason="我们部门认为不应当发卡")
        with pytest.raises(Forbidden, match="监察员认定"):
            desk_hall.do(command, login)
    walk(desk_hall, "S5001", posting(card, "settle", outcome="revoked", reason="停电一天，不是责任人的原因"))
    assert standing(desk_hall, card) == "revoked"


def test_whose_card_it_is_not_neither_sees_nor_answers_it(desk_hall):
    _, card = overdue_step(desk_hall)
    assert walk(desk_hall, "C1003", opening(f"/supervision/{card}")).status == 403
    with pytest.raises(Forbidden, match="由责任人"):
        desk_hall.do(supervision_cards.ReplyCard(card=card, reply="不是我的件，我来替他答复"), "C1003")
    assert walk(desk_hall, "S5001", opening("/supervision/99999")).status == 404


ORDER = {"cause": "申请人两次来电询问没有得到答复", "demand": "请当日联系申请人并说明办理进度"}


def test_an_order_is_given_answered_and_closed_and_late_answers_give_a_yellow_card(desk_hall):
    no = desk_hall.bring("taken")
    urging = filling("/supervision/urge", case=no, due="2026-11-24", **ORDER)
    page = walk(desk_hall, "S5001", urging)
    assert "督办单" in page.text
    order = supervision.listing(desk_hall.desk.reader())[0].index
    assert "请当日联系申请人" in walk(desk_hall, "C1001", opening(f"/supervision/{order}")).text
    desk_hall.later(days=2)
    run(desk_hall)
    run(desk_hall)
    assert [(one.rule, one.clock, one.level.value) for one in cards_of(desk_hall, "U01")] == [
        ("U01", f"U{order}", "yellow_card")
    ]
    walk(desk_hall, "C1001", posting(order, "reply", reply="已电话联系申请人，说明了办理进度"))
    with pytest.raises(Invalid, match="认定结果"):
        desk_hall.do(supervision_cards.SettleCard(card=order, outcome="revoked", reason="督办单没有撤销一说"), "S5001")
    walk(desk_hall, "S5001", posting(order, "settle", outcome="upheld", reason="已经联系申请人，答复可以接受"))
    assert standing(desk_hall, order) == "upheld"


def test_an_order_given_by_mistake_is_revoked_while_nobody_has_answered_it(desk_hall):
    no = desk_hall.bring("taken")
    walk(desk_hall, "S5001", filling("/supervision/urge", case=no, due="2026-11-24", **ORDER))
    order = supervision.listing(desk_hall.desk.reader())[0].index
    early = walk(desk_hall, "S5001", posting(order, "settle", outcome="upheld", reason="还没有答复就想办结这张单"))
    assert "责任人还没有回复，只能撤销" in early.text
    walk(desk_hall, "S5001", posting(order, "settle", outcome="revoked", reason="编号看错了，不是这一件"))
    assert standing(desk_hall, order) == "revoked"
    desk_hall.later(days=2)
    run(desk_hall)
    assert cards_of(desk_hall, "U01") == []  # nobody waits for its answer any more


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"case": "S1"}, "没有这个编号的办件"),
        ({"due": "2026-11-20"}, "请填写今天或者以后的日期"),
        ({"due": "明天"}, "请填写今天或者以后的日期"),
        ({"cause": "慢"}, "请写明为什么督办"),
        ({"demand": "快"}, "请写明要求做什么"),
    ],
)
def test_an_order_that_is_not_whole_is_named_and_kept(desk_hall, typed, says):
    no = desk_hall.bring("taken")
    fields = {"case": no, "due": "2026-11-25", **ORDER, **typed}
    page = walk(desk_hall, "S5001", filling("/supervision/urge", **fields))
    assert page.status >= 400
    assert says in page.text
    assert fields["cause"] in page.html
    assert supervision.listing(desk_hall.desk.reader()) == []


def test_only_a_supervisor_orders_and_only_about_an_open_case(desk_hall):
    no = desk_hall.bring("taken")
    assert walk(desk_hall, "M4001", opening("/supervision/urge")).status == 403
    with pytest.raises(Forbidden, match="监察员下达"):
        desk_hall.do(supervision_cards.Urge(case=no, due="2026-11-25", **ORDER), "R2001")
