"""现场核查, 听证, 收费, 数量限制 through the pages (许可法 art. 34(3), 45–48, 57–59): what each bars."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import Fee, LegalBasis, SpecialProcedure
from appliance.domain.states import State
from appliance.errors import Forbidden, Invalid, WrongState
from appliance.services import issuance

LAW = LegalBasis(law="城市道路管理条例", article="第三十七条", rank="administrative_regulation")
FEE = Fee(name="城市道路占用费", standard="每平方米每日一元（示例）", basis=(LAW,))
CHECK = {
    "held_at": "2026-11-23T09:00", "ended_at": "2026-11-23T09:20", "place": "示范区示范路1号", "certificate": "YX10001",
    "second": "C1002", "certificate2": "YX10002", "present": "示例·经营者", "findings": "布局与图纸一致",
    "result": "pass", "conclusion": "可以通过",
}  # fmt: skip
OFFER = {"party": "third_party", "addressee": "相邻业主", "interest": "噪声影响居住", "intended": "拟准予食品经营许可"}
CALL = {"held_at": "2026-12-04T09:30", "place": "大厅三楼会议室", "presider": "R2002", "recorder": "C1002"}
RECORD = {
    "ended_at": "2026-12-04T11:00",
    "attendants": "示例·经营者\n相邻业主",
    "record": "相邻业主陈述噪声情况，申请人出示检测报告，双方质证完毕。",
}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def acting(no, act, **typed):
    action = f"/cases/{no}/acts/{act}"
    return lambda person: person.fill(action, action, **typed)


def kinds(page, no):
    return [link.split("/")[3].split("?")[0] for link in page.links if link.startswith(f"/papers/{no}/")]


# ---- 现场核查


@pytest.fixture
def handling(desk_hall):
    return desk_hall.bring("accepted")


def test_two_officers_check_on_the_spot_and_no_clock_stops(desk_hall, handling):
    before = desk_hall.case(handling).clock("C2")
    page = walk(desk_hall, "C1001", acting(handling, "site-check", **CHECK))
    assert "site_check_record" in kinds(page, handling)
    case = desk_hall.case(handling)
    assert (case.site_checks, case.clock("C2")) == ((("2026-11-23", True),), before)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"second": ""}, "现场核查须有两名以上工作人员"),
        ({"second": "C1003"}, "请选本部门的工作人员"),
        ({"certificate2": ""}, "请填写执法证号"),
        ({"held_at": "今天"}, "请填写日期和时间"),
        ({"ended_at": "2026-11-23T08:00"}, "结束应在开始之后、现在之前"),
        ({"ended_at": "2026-11-24T08:00"}, "结束应在开始之后、现在之前"),
        ({"result": ""}, "请选核查的结论"),
        ({"findings": ""}, "查明的情况"),
    ],
)
def test_each_guard_of_a_check_names_its_field_and_keeps_the_rest(desk_hall, handling, typed, text):
    page = walk(desk_hall, "C1001", acting(handling, "site-check", **CHECK | typed))
    assert page.status == 422
    assert text in page.text
    assert 'value="示范区示范路1号"' in page.html
    assert desk_hall.case(handling).site_checks == ()


def test_an_item_without_checks_offers_none(desk_hall):
    desk_hall.change_item(requires_site_check=False)
    no = desk_hall.bring("accepted")
    assert "现在不能办" in walk(desk_hall, "C1001", opening(f"/cases/{no}/acts/site-check")).text


# ---- 听证


def test_a_hearing_from_the_notice_of_the_right_to_the_record(desk_hall, handling):
    page = walk(desk_hall, "C1001", acting(handling, "hearing-offer", **OFFER))
    assert "hearing_rights_notice" in kinds(page, handling)
    assert desk_hall.case(handling).clock("C7a").deadline.due == "2026-11-30"
    desk_hall.sign(handling, "C1001")
    desk_hall.sign(handling, "R2001")
    with pytest.raises(WrongState, match="听证申请期到"):
        desk_hall.grant(handling)

    page = walk(desk_hall, "W0312", acting(handling, "hearing-request", party="third_party", addressee="相邻业主"))
    case = desk_hall.case(handling)
    assert (case.clock("C7a").stopped, case.clock("C7b").deadline.due) == ("2026-11-23", "2026-12-21")
    desk_hall.later(days=8)
    with pytest.raises(WrongState, match="听证还没有举行"):
        desk_hall.grant(handling)

    desk_hall.clock.advance(timedelta(days=-8))
    page = walk(desk_hall, "C1001", acting(handling, "hearing-call", **CALL))
    assert "hearing_notice" in kinds(page, handling)
    desk_hall.later(days=11, hours=3)
    assert "登记听证笔录" not in walk(desk_hall, "C1001", opening(f"/cases/{handling}")).text  # he reviews the case
    page = walk(desk_hall, "C1001", opening(f"/cases/{handling}/acts/hearing-record"))
    assert "现在不能办" in page.text
    waits = walk(desk_hall, "R2002", opening("/work?tab=hearings"))
    assert ("我的听证" in waits.text, f'href="/cases/{handling}/acts/hearing-record"' in waits.html) == (True, True)
    page = walk(desk_hall, "R2002", acting(handling, "hearing-record", **RECORD))
    assert "hearing_record" in kinds(page, handling)
    assert "我的听证" not in walk(desk_hall, "R2002", opening("/work")).text
    assert desk_hall.case(handling).clock("C7b").stopped == "2026-12-04"
    desk_hall.grant(handling)
    assert desk_hall.case(handling).state is State.DECIDED_GRANTED


def test_when_nobody_asks_in_time_the_decision_is_free(desk_hall, handling):
    walk(desk_hall, "C1001", acting(handling, "hearing-offer", **OFFER))
    desk_hall.sign(handling, "C1001")
    desk_hall.sign(handling, "R2001")
    desk_hall.later(days=8)
    page = walk(desk_hall, "W0312", acting(handling, "hearing-request", party="third_party", addressee="相邻业主"))
    assert "听证申请期已过" in page.text
    desk_hall.grant(handling)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ({"held_at": "2026-12-01T09:30"}, "听证应在通知之后至少 7 个工作日"),
        ({"held_at": "2026-12-25T09:30"}, "听证应在 2026-12-21 之前举行"),
        ({"presider": "R2001"}, "审查这件申请的人员不能主持或者记录听证"),
        ({"recorder": "R2002"}, "主持人和记录人须是两个人"),
        ({"place": ""}, "听证地点"),
    ],
)
def test_each_guard_of_the_call(desk_hall, handling, typed, text):
    walk(desk_hall, "C1001", acting(handling, "hearing-offer", **OFFER))
    walk(desk_hall, "W0312", acting(handling, "hearing-request", party="third_party", addressee="相邻业主"))
    desk_hall.sign(handling, "C1001")
    desk_hall.sign(handling, "R2001")
    page = walk(desk_hall, "C1001", acting(handling, "hearing-call", **CALL | typed))
    assert page.status == 422
    assert text in page.text


def test_what_was_not_offered_cannot_be_asked_for(desk_hall, handling):
    page = walk(desk_hall, "W0312", opening(f"/cases/{handling}/acts/hearing-request"))
    assert "现在不能办" in page.text
    walk(desk_hall, "C1001", acting(handling, "hearing-offer", **OFFER))
    page = walk(desk_hall, "W0312", acting(handling, "hearing-request", party="applicant", addressee="示例"))
    assert "只有被告知听证权利的人可以申请" in page.text
    page = walk(desk_hall, "C1001", acting(handling, "hearing-offer", **OFFER))
    assert "已经告知过听证权利" in page.text


def test_what_the_statute_orders_comes_before_the_grant(desk_hall):
    ordered = SpecialProcedure(
        kind="expert_review", planned_days=10, planned_type=LimitUnit.WORKING_DAY, mandatory=True, explain="专家评审"
    )
    desk_hall.change_item(special_procedure=(ordered,))
    no = desk_hall.bring("reviewed")
    with pytest.raises(WrongState, match="依法必须先进行的程序还没有完成"):
        desk_hall.grant(no)


# ---- 收费


@pytest.fixture
def charging(desk_hall):
    desk_hall.change_item(is_fee=True, fees=(FEE,))
    return desk_hall


def hand_over(hall, no):
    command = issuance.HandOver(
        case=no, version=hall.case(no).version, relation="representative", collector_name="示例·经营者",
        collector_id="420102190001010013", identity_checked=True,
    )  # fmt: skip
    return hall.do(command, "W0312")


def test_a_fee_is_noticed_paid_by_its_receipt_and_bars_the_hand_over_until_then(charging):
    no = charging.bring("ready")
    page = walk(charging, "W0312", acting(no, "fee-notice", fee=FEE.name, quantity="60平方米", amount="1200"))
    assert "fee_notice" in kinds(page, no)
    with pytest.raises(Forbidden, match="还有费用没有缴"):
        hand_over(charging, no)
    page = walk(charging, "W0312", acting(no, "fee-paid", receipt_no="CZ20261123", amount="1000"))
    assert "应缴 1200.00 元" in page.text
    page = walk(charging, "W0312", acting(no, "fee-paid", receipt_no="CZ20261123", amount="1200.00"))
    assert "1200.00 元，票据 CZ20261123" in page.text
    hand_over(charging, no)


def test_no_fee_beside_the_items_own_list(charging, desk_hall):
    no = charging.bring("ready")
    for typed, text in (
        ({"fee": "加急费"}, "只能收清单上有法律、行政法规依据的费用"),
        ({"amount": "0"}, "金额不能是零"),
        ({"amount": "一百"}, "金额应为元"),
    ):
        page = walk(
            charging, "W0312", acting(no, "fee-notice", **{"fee": FEE.name, "quantity": "1", "amount": "9"} | typed)
        )
        assert page.status == 422
        assert text in page.text


# ---- 数量限制


def test_with_a_quota_the_order_of_acceptance_decides(desk_hall):
    desk_hall.change_item(quota=1)
    first, second = desk_hall.bring("reviewed"), desk_hall.bring("reviewed", name="示范面馆（示例）")
    with pytest.raises(WrongState, match="受理在前"):
        desk_hall.grant(second)
    desk_hall.grant(first)
    with pytest.raises(Invalid, match="数量限额"):
        desk_hall.grant(second)


def test_without_a_quota_there_is_no_order(desk_hall):
    """The control."""
    desk_hall.bring("reviewed")
    desk_hall.grant(desk_hall.bring("reviewed", name="示范面馆（示例）"))
    assert msgspec.structs.asdict(desk_hall.item)["quota"] == 0
