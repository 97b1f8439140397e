"""并联件 on the desk: what the window and the lead do for the whole after its receipt, each once for all members."""

import re

import msgspec
import pytest

from appliance.domain.actor import Role
from appliance.domain.entry import read_meta
from appliance.errors import NotFound
from appliance.services.joints import ReprintJointPaper
from appliance.store.case_entries import entries_of

pytestmark = pytest.mark.anyio
LETTER = b"\x89PNG\r\n\x1a\nletterIEND\xaeB`\x82"


def hidden(fields):
    """Give the fields of a form without its empty file field, which travels apart."""
    return {name: value for name, value in dict(fields).items() if name != "scan"}


async def test_a_paper_of_the_whole_is_printed_again_with_its_reason_and_says_so(joint):
    no = joint.receive()
    path = f"/papers/{no}/joint_receipt"
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(path)
        target = next(form["action"] for form in page.forms if "/reprint" in form["action"])
        refused = await lead.send(page, target, reason=" ")
        assert (refused.status, "请写明补打的原因" in refused.text) == (422, True)
        done = await lead.send(refused, target, reason="申请人遗失")
        assert "已补打 1 次" in done.text
        assert "C1003" in done.text
        twice = await lead.send(done, target, reason="打印机卡纸")
        assert "已补打 2 次" in twice.text
        whole = await lead.open(f"/joints/{no}")
        assert "并联收件回执单，第 2 次补打" in whole.text
        assert "已补打 2 次" in whole.text
    index = joint.whole(joint.receive()).joint.first_index
    foreign = ReprintJointPaper(joint=no, paper=f"{no}-40-{index}", reason="申请人遗失")
    with pytest.raises(NotFound):
        joint.do(foreign, "C1003", Role.CASE_HANDLER)
    async with joint.hall.as_("C1007") as stranger:
        assert (await stranger.open(path)).status == 403


async def test_every_line_of_the_whole_is_verified_on_a_click(joint):
    no = joint.receive()
    joint.examine(no, 0, "C1003")
    async with joint.hall.as_("C1003") as lead:
        page = await lead.open(f"/joints/{no}")
        (link,) = (one for one in page.links if "/entries/" in one)
        checked = await lead.open(link)
        assert checked.status == 200
        assert "核对通过" in checked.text
        assert {f"/joints/{no}"} <= set(checked.links)
        proof = next(one for one in checked.links if "/proof" in one)
        assert (await lead.open(proof)).status == 200
        member = joint.case(no, 0)
        assert (await lead.open(f"/cases/{no}/entries/{member.first_index}/verify")).status == 404


@pytest.mark.conformance("4.2.5.2")
async def test_what_the_notice_asked_for_comes_in_once_and_answers_each_department(joint):
    no = joint.receive()
    for position, login in ((0, "C1003"), (1, "C1001")):
        joint.examine(no, position, login, problem="principal_id")
    async with joint.hall.as_("C1003") as lead:
        await lead.fill(f"/joints/{no}/acts/correct", f"/joints/{no}/acts/correct")
    async with joint.hall.as_("W0312") as clerk:
        assert (await clerk.open("/supplement")).links.count(f"/supplement/{no}") == 1
        page = await clerk.open(f"/supplement/{joint.case(no, 1).no}")
        assert "开办宾馆（提供餐饮）并联办理" in (await clerk.open("/drafts")).text
        assert "补正收件：开办宾馆（提供餐饮）并联办理" in page.text
        assert page.html.count('name="material.principal_id"') == 1
        empty = await clerk.send(page, f"/supplement/{no}")
        assert (empty.status, "请至少勾选一条已补交的内容" in empty.text) == (422, True)
        assert joint.case(no, 0).state == "correction_pending"
        typed = {"material__principal_id": "copy", "copies__principal_id": "1", "pages__principal_id": "2"}
        done = await clerk.send(empty, f"/supplement/{no}", **typed)
        assert "没有，已全部补齐" in done.text
        assert f"/papers/{no}/supplement_receipt" in done.links
        slip = await clerk.open(f"/papers/{no}/supplement_receipt")
        assert (slip.status, "补正材料收件回执" in slip.text) == (200, True)
        assert (await clerk.open(f"/papers/{joint.case(no, 0).no}/supplement_receipt")).status == 404
    for position in (0, 1):
        case = joint.case(no, position)
        assert (case.state, all(line.met for line in case.notice_lines)) == ("pre_review", True)
        assert (case.material("principal_id").pages, case.clock("C1").stopped) == (2, None)
    async with joint.hall.as_("C1003") as lead:
        assert "对应第 1、2 条" in (await lead.open(f"/joints/{no}")).text


async def test_the_whole_is_withdrawn_at_the_window(joint):
    no = joint.examined()
    path = f"/joints/{no}/acts/withdraw"
    async with joint.hall.as_("W0312") as clerk:
        wrong = await clerk.fill(path, path, reason="")
        assert wrong.status == 422
        letter = {"scan": ("撤回申请书.png", LETTER, "image/png")}
        again = await clerk.client.post(path, data=hidden(wrong.fields(path)), files=letter)
        assert (again.status_code, "已收下 1 份" in again.text) == (422, True)
        lie = {"scan": ("撤回申请书.pdf", b"MZ\x90 a program", "application/pdf")}
        (kept,) = re.findall('name="letter_files" value="([0-9a-f]{64})"', again.text)
        fields = {**hidden(wrong.fields(path)), "letter_files": kept}
        refused = await clerk.client.post(path, data=fields, files=lie)
        assert (refused.status_code, 'id="e-scan"' in refused.text, "已收下 1 份" in refused.text) == (422, True, True)
        done = await clerk.post(path, {**fields, "reason": "不再开办"})
        assert "申请人撤回" in done.text
    assert {joint.case(no, n).state for n in (0, 1)} == {"withdrawn"}
    store = joint.hall.store
    *_, last = entries_of(store.reader(), no)
    assert [store.blobs.read(digest) for digest in read_meta(last.record.entry).blobs] == [LETTER]


@pytest.mark.conformance("A7")
async def test_what_waits_for_the_lead_stands_on_its_work_desk_until_it_is_done(joint):
    no = joint.receive()
    joint.examine(no, 0, "C1003")
    async with joint.hall.as_("C1003") as lead, joint.hall.as_("C1001") as member:
        waits = await lead.open("/work?tab=lead")
        assert "没有等牵头部门统一办理的并联件" in waits.text
        joint.examine(no, 1, "C1001", problem="layout")
        for path in ("/", "/work?tab=lead"):
            page = await lead.open(path)
            assert f"/joints/{no}/acts/correct" in page.links
            assert "统一告知补正" in page.text
        assert "待牵头部门" not in (await member.open("/work")).text
        await lead.fill(f"/joints/{no}/acts/correct", f"/joints/{no}/acts/correct")
        assert f"/joints/{no}/acts/correct" not in (await lead.open("/work?tab=lead")).links
    other = joint.examined()
    async with joint.hall.as_("C1003") as lead:
        path = f"/joints/{other}/acts/accept"
        assert path in (await lead.open("/work?tab=lead")).links
        await lead.fill(path, path)
        assert path not in (await lead.open("/work?tab=lead")).links
        joint.decide(other, 0, "C1003", "R2003", "A3003")
        joint.decide(other, 1, "C1001", "R2001", "A3001")
        assert f"/joints/{other}/acts/conclude" in (await lead.open("/work?tab=lead")).links


async def test_a_draft_begun_before_a_new_version_shows_the_old_form_beside_the_new(joint):
    layout = next(one for one in joint.hall.item.materials if one.code == "layout")
    async with joint.hall.as_("W0312") as clerk:
        begun = await clerk.fill("/intake", "/intake", item="BL0002", ticket="B017")
        draft = next(form["action"].split("/")[2] for form in begun.forms if form["action"].startswith("/intake/"))
        more = msgspec.structs.replace(layout, copies=layout.copies + 3)
        joint.hall.change_item(
            materials=tuple(more if one is layout else one for one in joint.hall.item.materials), promise_day=2
        )
        page = await clerk.open(f"/intake/{draft}/check")
        assert page.status == 409
        assert f"材料：{layout.name}" in page.text
        old, new = (f"×{one.originals + one.copies}" for one in (layout, more))
        assert old in page.text
        assert new in page.text
        renewed = await clerk.send(page, f"/intake/{draft}/renew")
        assert renewed.status == 200
        again = await clerk.open(f"/intake/{draft}/check")
        assert "事项已更新" not in again.text
