"""并联件 on the desk: each department's own page, what the lead does for all, one delivery, one public answer."""

import uuid
from datetime import timedelta

import pytest
from joint_hands import APPLICANT, FOOD_ITEM

from appliance.projections import joints

pytestmark = pytest.mark.anyio


async def test_the_page_shows_every_member_with_its_department_light_and_what_it_said(joint):
    no = joint.receive()
    joint.examine(no, 1, "C1001", problem="layout")
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(f"/joints/{no}")
        assert page.status == 200
        for words in ("公共场所卫生许可（新办）", "食品经营许可证核发（新办）", "报送补正 1 条", "等领办", "牵头"):
            assert words in page.text
        assert "没有加盖公章" in page.text
        assert {f"/cases/{joint.case(no, n).no}" for n in (0, 1)} <= set(page.links)
        assert f"/joints/{no}/acts/correct" in page.links
        assert "420102190001010013" not in page.html
        assert (await lead.open(f"/cases/{no}")).text == page.text


async def test_a_department_without_a_member_reads_masked_and_does_nothing(joint):
    no = joint.receive()
    joint.examine(no, 1, "C1001", problem="layout")
    async with joint.hall.as_("C1007") as other:
        page = await other.open(f"/joints/{no}")
        assert "您不办理这一件" in page.text
        assert "没有加盖公章" not in page.text
        assert not [link for link in page.links if "/acts/" in link]
        assert (await other.open(f"/papers/{no}/joint_receipt")).status == 403
        assert (await other.open("/joints")).text.count(no) == 0


async def test_the_case_and_its_pre_review_say_that_they_are_part_of_a_whole(joint):
    no = joint.receive()
    joint.examine(no, 1, "C1001")
    food = joint.case(no, 1).no
    async with joint.hall.as_("C1001") as handler:
        for path in (f"/cases/{food}", f"/prereview/{food}"):
            page = await handler.open(path)
            assert f"并联件的一部分： {no}" in page.text
            assert f"/joints/{no}" in page.links
        assert "材料符合，报牵头部门" in page.text
        assert "发出补正告知" not in page.text
        assert not [link for link in (await handler.open(f"/joints/{no}")).links if "/acts/" in link]


async def test_the_lead_tells_all_defects_in_one_notice(joint):
    no = joint.receive()
    joint.examine(no, 0, "C1003")
    joint.examine(no, 1, "C1001", problem="layout")
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(f"/joints/{no}/acts/correct")
        assert "将要告知的补正内容" in page.text
        done = await lead.send(page, f"/joints/{no}/acts/correct")
        assert "已经统一告知的补正内容" in done.text
        assert joint.case(no, 1).state == "correction_pending"
        assert joint.case(no, 0).state == "in_review"
        paper = await lead.open(f"/papers/{no}/joint_correction_notice")
        assert (paper.status, "并联补正告知书" in paper.text) == (200, True)
        assert "补打原因" in paper.text


async def test_an_act_that_is_not_open_says_so_and_a_stranger_is_kept_out(joint):
    no = joint.receive()
    joint.examine(no, 0, "C1003")
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(f"/joints/{no}/acts/accept")
        refused = await lead.send(page, f"/joints/{no}/acts/accept")
        assert refused.status == 409
        assert "还有部门没有完成预审" in refused.text
        assert "现在不能办" in (await lead.open(f"/joints/{no}/acts/conclude")).text
        assert (await lead.open(f"/joints/{no}/acts/dance")).status == 404
        assert (await lead.open("/joints/S0")).status == 404
        assert (await lead.open(f"/joints/{no}/acts/hand-over")).status == 403
    async with joint.hall.as_("W0312") as clerk:
        assert (await clerk.open(f"/joints/{no}/acts/accept")).status == 403


async def test_two_people_on_one_whole_the_second_sees_what_is_so_now(joint):
    no = joint.receive()
    joint.examine(no, 0, "C1003")
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(f"/joints/{no}/acts/accept")
        joint.examine(no, 1, "C1001")
        late = await lead.send(page, f"/joints/{no}/acts/accept")
        assert late.status == 409
        assert "有了新的进展" in late.text
        assert "材料符合" in late.text
        assert joint.case(no, 0).state == "pre_review"
        again = await lead.send(late, f"/joints/{no}/acts/accept")
        assert again.status == 200
        assert joint.case(no, 0).state == "in_review"


@pytest.mark.conformance("4.2.5.2", "A7")
async def test_acceptance_shows_the_limit_and_extension_needs_its_letter(joint):
    no = joint.examined()
    async with joint.hall.as_("C1003") as lead:
        page = await lead.fill(f"/joints/{no}/acts/accept", f"/joints/{no}/acts/accept")
        due = joint.whole(no).joint.clock("C2").deadline.due
        assert due in page.text
        assert (await lead.open(f"/joints/{no}/acts/extend")).status == 403
    async with joint.hall.as_("D6003") as head:
        path = f"/joints/{no}/acts/extend"
        wrong = await head.fill(path, path, days="16", letter="", approver="", reason="太忙")
        assert wrong.status == 422
        assert "延长 1 到 15 个工作日" in wrong.text
        words = {"letter": "示政函〔2026〕31号", "approver": "王副区长", "reason": "消防验收整改尚未完成，不能按期决定"}
        done = await head.send(wrong, path, days="15", **words)
        assert done.status == 200
        assert joint.whole(no).joint.extended == 15
        assert path not in done.links


async def test_what_may_follow_later_is_offered_with_the_acceptance(joint):
    no = joint.receive(without=(f"{FOOD_ITEM}-health_certificates",))
    joint.examine(no, 0, "C1003")
    joint.examine(no, 1, "C1001")
    food = joint.case(no, 1).no
    path = f"/joints/{no}/acts/accept"
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(path)
        assert "从业人员健康证明" in page.text
        await lead.send(page, path, tolerate=f"{food}:health_certificates", commitment="true")
    assert joint.hall.case(food).open_tolerance == ("health_certificates",)


@pytest.mark.conformance("4.2.5.2")
async def test_results_wait_on_the_shelf_and_leave_in_one_delivery(joint):
    no = joint.examined()
    async with joint.hall.as_("C1003") as lead:
        await lead.fill(f"/joints/{no}/acts/accept", f"/joints/{no}/acts/accept")
        joint.decide(no, 0, "C1003", "R2003", "A3003")
        joint.produce(no, 0)
        async with joint.hall.as_("W0312") as clerk:
            waits = await clerk.open(f"/issuance/{joint.case(no, 0).no}")
            assert "等并联件的其他事项" in waits.text
            assert f"/joints/{no}" in waits.links
        joint.decide(no, 1, "C1001", "R2001", "A3001")
        joint.produce(no, 1)
        told = await lead.fill(f"/joints/{no}/acts/conclude", f"/joints/{no}/acts/conclude")
        assert "并联办理结果告知书" in told.text
    async with joint.hall.as_("W0312") as clerk:
        path = f"/joints/{no}/acts/hand-over"
        page = await clerk.open(path)
        who = {"relation": "representative", "collector_id": "420102190001010013", "identity_checked": "true"}
        wrong = await clerk.send(page, path, collector_name="路人甲", **who)
        assert (wrong.status, "不能交给他" in wrong.text) == (403, True)
        done = await clerk.send(wrong, path, collector_name="示例·经营者", **who)
        assert "办结" in done.text
        assert joints.listing(joint.hall.desk.reader())[0].state == "closed"
        assert (await clerk.open(f"/papers/{no}/collection_receipt")).status == 200
        assert "示例·经营者" in (await clerk.open(f"/joints/{no}")).text
    async with joint.hall.as_("S5001") as supervisor:  # he reads that results were handed over, not to whom by name
        page = (await supervisor.open(f"/joints/{no}")).text
        assert "领取人" in page
        assert "示例·经营者" not in page


async def test_whoever_looks_at_the_whole_has_looked_at_each_member(joint):
    no = joint.receive()
    numbers = (no, *joint.whole(no).joint.cases)
    async with joint.hall.as_("C1003") as lead, joint.hall.as_("C1007") as stranger:
        await lead.open(f"/joints/{no}")
        await stranger.open(f"/joints/{no}")
        await lead.open(f"/papers/{no}/joint_receipt")
    for number in numbers:
        found = [(view.login, view.act, view.fields) for view in joint.hall.looks(case=number) if view.act != "list"]
        assert found == [("C1003", "paper", ("paper",)), ("C1007", "case", ()), ("C1003", "case", ("name",))]


async def test_lists_and_search_find_the_whole_and_its_members(joint):
    no = joint.receive()
    alone = joint.hall.receive()
    async with joint.hall.as_("M4001") as manager:
        assert no in (await manager.open("/joints")).text
        assert no not in (await manager.open("/joints?state=closed")).text
        assert no in (await manager.open("/joints?state=all")).text
        found = await manager.open("/cases?joint=1")
        assert joint.case(no, 0).no in found.text
        assert alone not in found.text
        assert "各部门的事项" in (await manager.open(f"/cases?q={no}")).text


async def test_the_public_answer_shows_the_whole_and_each_member(joint):
    no = joint.receive()
    code = joint.whole(no).joint.query_code
    async with joint.hall.anyone() as person:
        page = await person.fill("/status", "/status", no=no, code=code)
        for words in (
            "牵头部门",
            "示范区卫生健康局",
            "食品经营许可证核发（新办）",
            "公共场所卫生许可（新办）",
            "已收件",
        ):
            assert words in page.text
        assert APPLICANT.name not in page.text
        wrong = await person.fill("/status", "/status", no=no, code="000000")
        assert (wrong.status, "牵头部门" in wrong.text) == (422, False)


async def test_the_limit_that_is_over_stands_red_on_the_list_and_with_supervision(joint):
    no = joint.examined()
    async with joint.hall.as_("C1003") as lead:
        await lead.fill(f"/joints/{no}/acts/accept", f"/joints/{no}/acts/accept")
    due = joint.whole(no).joint.clock("C2").deadline.due
    while joint.hall.clock.now().date().isoformat() <= due:
        joint.hall.clock.advance(timedelta(days=1))
    from appliance.domain.actor import SYSTEM  # noqa: PLC0415 - the sweep's actor
    from appliance.services.joints import RaiseJointOverdue  # noqa: PLC0415

    joint.hall.desk.submit_now(RaiseJointOverdue(joint=no), actor=SYSTEM, key=str(uuid.uuid4()))
    async with joint.hall.as_("S5001") as watcher:
        assert "超期" in (await watcher.open("/joints")).text
        assert "开办宾馆（提供餐饮）并联办理" in (await watcher.open("/supervision")).text
