"""并联件 on the desk: each department's own page, what the lead does for all, one delivery, one public answer."""

import re
import uuid
from datetime import timedelta

import msgspec
import pytest

from appliance.catalogue.joint_sets import load_sets
from appliance.domain.actor import Actor, Role
from appliance.domain.entry import read_meta
from appliance.domain.service_item import materials_for
from appliance.domain.subject import Applicant, MaterialIn
from appliance.errors import NotFound
from appliance.projections import joint_sets, joints, staff
from appliance.services import issuance, joint_facts, joint_intake, prereview, review
from appliance.services.joints import ReprintJointPaper
from appliance.store.case_entries import entries_of
from web.app import create_app
from web.navigation import HALL_MENU
from web.routes import ACCOUNT, CASEWORK, HALL, INTAKE, PUBLIC
from web.visit import Site

pytestmark = pytest.mark.anyio
MARKET, HEALTH = "11420199MBDEM004XU", "11420199MBDEM0058U"
FOOD_ITEM, HEALTH_ITEM = "420100001000", "420100003000"
MORE = (
    ("R2003", "尤核", Role.REVIEWER, HEALTH),
    ("A3003", "何批", Role.APPROVER, HEALTH),
    ("D6003", "何首", Role.DEPT_HEAD, HEALTH),
    ("C1007", "卢办", Role.CASE_HANDLER, "11420199MBDEM0082C"),
)
APPLICANT = Applicant(
    kind="legal_entity",
    name="示范宾馆有限公司（示例）",
    id_type="uscc",
    id_number="92420199MADEM002XC",
    phone="13800000000",
    representative="示例·经营者",
    representative_id="420102190001010013",
)
FORM = {
    "premises": "示范区示范路1号",
    "floor_area": "800",
    "employees": "15",
    "principal_name": "示例·经营者",
    "principal_id": "420102190001010013",
    "contact_name": "张三丰",
    "contact_phone": "13800000000",
    "by_agent": "no",
    f"{HEALTH_ITEM}-place_type": "住宿场所",
    f"{HEALTH_ITEM}-central_air": "no",
    f"{HEALTH_ITEM}-by_promise": "no",
    f"{FOOD_ITEM}-main_business": "餐饮服务经营者",
    f"{FOOD_ITEM}-business_items": ["热食类食品制售"],
    f"{FOOD_ITEM}-domicile": "示范区示范路1号",
    f"{FOOD_ITEM}-safety_manager": "李安全",
    f"{FOOD_ITEM}-online_trade": "no",
}


LETTER = b"\x89PNG\r\n\x1a\nletterIEND\xaeB`\x82"


def hidden(fields):
    """Give the fields of a form without its empty file field, which travels apart."""
    return {name: value for name, value in dict(fields).items() if name != "scan"}


class Joint:
    """A hall that offers joint sets, and the hands that bring a whole to where a test needs it."""

    def __init__(self, hall):
        self.hall = hall
        sets = load_sets({item.catalog_code: item for item in hall.catalogue})
        rows = [joint_sets.SetRow(one.code, one.version, one.name, msgspec.json.encode(one).decode()) for one in sets]
        people = [staff.StaffRow(i, name, (role,), (), where, "", disabled=False) for i, name, role, where in MORE]

        def fill(connection):
            joint_sets.put(connection, rows)
            staff.put(connection, [*staff.everyone(connection), *people])

        hall.store.writer.local(fill).result()
        papers = tuple(route for route in HALL if route.path.startswith("/papers/"))
        routes = (*ACCOUNT, *PUBLIC, *CASEWORK, *INTAKE, *papers)
        hall.app = create_app(Site("厅印", "示范区", "hall", HALL_MENU), hall._ports(), routes, hall.services)

    def do(self, command, login, role, window=None):
        actor = Actor(login, role, window)
        return self.hall.desk.submit_now(command, actor=actor, key=str(uuid.uuid4())).result

    def receive(self, *, without=()):
        form = self.hall.desk.facts.offered(self.hall.desk.reader(), "BL0002")
        command = joint_intake.ReceiveJoint(
            set_code="BL0002",
            form_version=form.task_version,
            applicant=APPLICANT,
            form=FORM,
            materials=tuple(
                MaterialIn(code=one.code, name=one.name) for one in materials_for(form, FORM) if one.code not in without
            ),
            ticket="B012",
        )
        return self.do(command, "W0312", Role.WINDOW_CLERK, "03")["joint"]

    def whole(self, no):
        return joint_facts.find_whole(self.hall.desk.reader(), self.hall.desk.facts.items, no)

    def case(self, no, position):
        return self.whole(no).members[position].case

    def examine(self, no, position, login, problem=""):
        case = self.case(no, position)
        if not case.handler:
            self.do(prereview.TakeCase(case=case.no, version=case.version), login, Role.CASE_HANDLER)
            case = self.case(no, position)
        lines = (prereview.CorrectionWords(problem, "没有加盖公章", "请加盖公章后重新提交"),) if problem else ()
        command = prereview.PreReviewCase(
            case=case.no,
            version=case.version,
            verdicts={one.code: "problem" if one.code == problem else "pass" for one in case.materials},
            reasons={problem: "没有加盖公章"} if problem else {},
            then="correct" if problem else "accept",
            corrections=lines,
        )
        self.do(command, login, Role.CASE_HANDLER)

    def decide(self, no, position, handler, reviewer, approver):
        for login, role in ((handler, Role.CASE_HANDLER), (reviewer, Role.REVIEWER)):
            case = self.case(no, position)
            command = review.GiveOpinion(case=case.no, version=case.version, result="agree", opinion="符合规定，同意")
            self.do(command, login, role)
        case = self.case(no, position)
        grant = review.GrantCase(case=case.no, version=case.version, opinion="同意", content="准予")
        self.do(grant, approver, Role.APPROVER)

    def produce(self, no, position):
        case = self.case(no, position)
        command = issuance.ProduceResult(case=case.no, version=case.version, shelf="A-12")
        self.do(command, "W0312", Role.WINDOW_CLERK, "03")

    def examined(self):
        no = self.receive()
        self.examine(no, 0, "C1003")
        self.examine(no, 1, "C1001")
        return no


@pytest.fixture
def joint(desk_hall):
    return Joint(desk_hall)


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


async def test_what_the_notice_asked_for_comes_in_once_and_answers_each_department(joint):
    no = joint.receive()
    for position, login in ((0, "C1003"), (1, "C1001")):
        joint.examine(no, position, login, problem="principal_id")
    async with joint.hall.as_("C1003") as lead:
        await lead.fill(f"/joints/{no}/acts/correct", f"/joints/{no}/acts/correct")
    async with joint.hall.as_("W0312") as clerk:
        assert (await clerk.open("/supplement")).links.count(f"/supplement/{no}") == 1
        page = await clerk.open(f"/supplement/{joint.case(no, 1).no}")
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
        assert (wrong.status, "不能发件" in wrong.text) == (403, True)
        done = await clerk.send(wrong, path, collector_name="示例·经营者", **who)
        assert "办结" in done.text
        assert joints.listing(joint.hall.desk.reader())[0].state == "closed"
        assert (await clerk.open(f"/papers/{no}/collection_receipt")).status == 200


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
