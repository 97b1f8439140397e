"""Papers beside the main road carry what domain §2.8 says they must, on the printed file itself."""

import io
import unicodedata
from datetime import timedelta

import msgspec
import pypdf
import pytest

from appliance.domain.actor import Actor, Role
from appliance.papers.document import Form, check
from appliance.papers.render import Renderer
from appliance.projections import staff
from appliance.services import papers
from appliance.services.inquiry import CallHearing, HoldHearing, OfferHearing, RequestHearing
from appliance.services.issuance import ReprintPaper
from appliance.services.mending import AmendRegistration, FixOnSite
from appliance.services.outside import CorrectPaper
from appliance.services.prereview import CorrectionWords
from appliance.services.procedure import ConfirmProposal, FindNotRequired, Propose
from appliance.services.review import RequestMaterial
from appliance.services.timing import EndSpecial, ExtendCase, ResumeCase, SuspendCase
from provisioning.walk import STORIES

FOOD, DANCE = "420100001000", "420100009000"
CLERK = Actor("W0312", Role.WINDOW_CLERK, "03")
DEPARTMENT = (Role.CASE_HANDLER, Role.REVIEWER, Role.APPROVER, Role.DEPT_HEAD)
TOLD = {story.name: story for story in STORIES}
REMEDIES = ("六十日内", "申请行政复议", "六个月内", "提起行政诉讼")
REASON = "申请的经营地址不在本区辖区范围之内"
BASIS = "《中华人民共和国行政许可法》第三十二条第一款第二项"


def squeezed(text):
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")


@pytest.fixture(scope="module")
def renderer():
    return Renderer()


class Course:
    """One case brought somewhere by its story, and the people of its department."""

    def __init__(self, hall, story, code=FOOD):
        self.hall = hall
        self.no = hall.walk(TOLD[story], hall.items[code])[0].case

    @property
    def case(self):
        return self.hall.case(self.no)

    def person(self, role):
        if role is Role.CASE_HANDLER and self.case.handler:
            return Actor(self.case.handler, role)
        reader, department = self.hall.desk.reader(), self.case.department
        found = (one for one in staff.names(reader) if staff.holds(reader, one, role))
        return Actor(next(one for one in found if staff.find(reader, one).department == department), role)

    def do(self, make, role, **fields):
        actor = CLERK if role is Role.WINDOW_CLERK else self.person(role)
        return self.hall.do(make(case=self.no, version=self.case.version, **fields), actor)

    def two(self, act, **words):
        self.do(Propose, Role.CASE_HANDLER, act=act, **words)
        self.do(ConfirmProposal, Role.REVIEWER, proposal=1)
        return self

    def paper(self, kind):
        return papers.latest(self.hall.desk.reader(), self.no, kind, self.hall.store.durable_size)

    def made(self, ref):
        return papers.build(self.hall.desk.reader(), self.hall.desk.facts, ref.id, self.hall.store.durable_size)


def not_required(hall):
    course = Course(hall, "pre_review")
    course.do(FindNotRequired, Role.CASE_HANDLER, reason="仅销售预包装食品，依法备案即可")
    return course


def not_accepted(hall):
    return Course(hall, "pre_review").two("not_accepted", reason=REASON, basis=BASIS, authority="邻区市场监督管理局")


def terminated(hall):
    return Course(hall, "handling").two("terminate", ground="dissolution", reason="申请人已经办理注销登记，主体终止")


def requested(hall):
    course = Course(hall, "handling")
    words = (CorrectionWords("layout", "图上没有标明分区", "请补交标明分区的布局图"),)
    course.do(
        RequestMaterial, Role.CASE_HANDLER, cause="found_in_review", reason="现场与图纸不一致，需要核实", lines=words
    )
    return course


def special(hall):
    return Course(hall, "handling", DANCE).two(
        "start_special", ground="hearing", days=10, reason="拟设歌舞娱乐场所，依法应当举行听证"
    )


def extended(hall):
    course = Course(hall, "handling")
    course.do(ExtendCase, Role.DEPT_HEAD, days=5, reason="案情复杂，需要进一步核实现场布局")
    return course


def suspended(hall, basis_kind="statute"):
    course = Course(hall, "handling")
    course.do(
        SuspendCase,
        Role.DEPT_HEAD,
        basis_kind=basis_kind,
        reason="申请人死亡，等待继承人表明是否参加",
        basis="《示范条例》第一条（示例/待核）",
    )
    return course


def resumed(hall):
    course = suspended(hall)
    course.hall.clock.advance(timedelta(days=1))
    course.do(ResumeCase, Role.CASE_HANDLER, reason="继承人已书面表明继续申请")
    return course


def delivered(hall):
    return Course(hall, "delivered")


def corrected(hall):
    course = Course(hall, "ordinary")
    paper = course.paper("decision_granted").id
    course.do(CorrectPaper, Role.APPROVER, paper=paper, old="示范路1号", new="示范路11号", reason="门牌号录入笔误")
    return course


def fitting(story):
    """Give a story told of the first item that it fits."""

    def make(hall):
        return Course(hall, story, next(one.catalog_code for one in hall.items.values() if TOLD[story].fits(one)))

    return make


def offered(hall):
    course = Course(hall, "handling")
    words = {"interest": "噪声影响相邻住户休息", "intended": "拟准予食品经营许可"}
    course.do(OfferHearing, Role.CASE_HANDLER, party="third_party", addressee="相邻业主甲", **words)
    return course


def heard(hall):
    course = offered(hall)
    course.do(RequestHearing, Role.WINDOW_CLERK, party="third_party", addressee="相邻业主甲")
    here = [one for one in staff.everyone(hall.desk.reader()) if one.department == course.case.department]
    free = [one.id for one in here if one.id != course.case.handler]
    words = {"held_at": "2026-12-08T09:30", "place": "大厅三楼听证室", "presider": free[0], "recorder": free[1]}
    course.do(CallHearing, Role.CASE_HANDLER, **words)
    hall.clock.advance(timedelta(days=15, hours=2))
    record = "相邻业主甲陈述噪声情况；申请人出示检测报告并作说明。"
    words = {"ended_at": "2026-12-08T10:40", "attendants": "王示例\n相邻业主甲", "record": record}
    made = HoldHearing(case=course.no, version=course.case.version, evidence="噪声检测报告", **words)
    hall.do(made, Actor(free[1], next(role for role in DEPARTMENT if staff.holds(hall.desk.reader(), free[1], role))))
    return course


# Signed between bodies, or a result that the applicant keeps; nobody asks the hall about them.
WITHOUT_PHONES = {
    "original_return",
    "transfer_list",
    "service_certificate",
    "record_receipt",
    "site_check_record",
    "hearing_record",
}
MADE = {
    "original_return": (fitting("originals_returned"), ("原件退还单", "领取人", "退还的原件", "签名")),
    "opinion_forward": (fitting("forwarded"), ("受理日期", "承办", "审核", "《中华人民共和国")),
    "transfer_list": (fitting("forwarded"), ("材料移交清单", "《中华人民共和国行政许可法》第三十五条")),
    "shipping_slip": (delivered, ("运单", "准予行政许可决定书", "收件编号和查询码")),
    "service_certificate": (delivered, ("邮寄", "准予行政许可决定书", "送达")),
    "paper_correction_notice": (corrected, ("准予行政许可决定书", "示范路1号", "示范路11号", "门牌号录入笔误")),
    "tolerant_commitment": (
        fitting("tolerant"),
        ("从业人员健康证明", "容缺受理", "补齐期限", "任一综合窗口", "不予许可或者终止办理"),
    ),
    "promise_document": (
        fitting("promised"),
        ("第一部分", "第二部分", "自愿", "依法终止办理", "核查", "真实、准确", "法律责任"),
    ),
    "record_receipt": (
        lambda hall: Course(hall, "ordinary", "421000016000"),
        ("备案回执", "仅销售预包装食品备案", "第三十五条", "销售方式", "及时办理变更"),
    ),
    "site_check_record": (
        fitting("site_checked"),
        ("第三十四条", "核查人员", "执法证", "现场负责人（示例）", "与申请材料一致", "符合"),
    ),
    "hearing_rights_notice": (
        offered,
        ("相邻业主甲", "利害关系人", "噪声影响相邻住户休息", "拟准予食品经营许可", "五个工作日内", "第四十七条"),
    ),
    "hearing_notice": (heard, ("相邻业主甲", "2026年12月8日", "大厅三楼听证室", "主持", "记录", "不到场")),
    "hearing_record": (heard, ("相邻业主甲", "噪声检测报告", "出示检测报告并作说明", "主持", "签名")),
    "fee_notice": (fitting("charged"), ("第五十八条", "大写", "城市道路管理条例", "第三十七条", "1项")),
    "not_required_notice": (not_required, ("仅销售预包装食品，依法备案即可", "第三十二条第一款第一项", "不受理")),
    "not_accepted_notice": (not_accepted, (REASON, BASIS, "邻区市场监督管理局", "许不受〔2026〕1号", *REMEDIES)),
    "termination_notice": (terminated, ("法人或其他组织依法终止", "主体终止", "不再计算", *REMEDIES)),
    "material_request_notice": (
        requested,
        ("受理日期", "现场与图纸不一致", "共1项", "图上没有标明分区", "请补交标明分区的布局图", "不因本通知停止计算"),
    ),
    "special_procedure_notice": (
        special,
        ("听证", "拟设歌舞娱乐场所", "10个工作日", "不计算在办理时限内", "《娱乐场所管理条例》", "预计结束日期"),
    ),
    "extension_notice": (
        extended,
        ("5个工作日", "案情复杂", "第四十二条第一款", "本行政机关负责人", "原办结期限", "延长后办结期限"),
    ),
    "suspension_notice": (suspended, ("申请人死亡", "《示范条例》第一条", "停止计算", "恢复办理")),
    "resumption_notice": (resumed, ("继承人已书面表明", "法定办结日期", "承诺办结日期", "顺延")),
}


@pytest.mark.parametrize("kind", sorted(MADE))
def test_paper_carries_every_mandatory_field(kind, hall, renderer):
    make, wanted = MADE[kind]
    course = make(hall)
    ref = course.paper(kind)
    known, data, presentation = course.made(ref)
    assert check(data) == known
    assert data.head.paper_id == ref.id
    pdf = renderer.render(data, Form.PDF, presentation)
    text = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))
    case = course.case
    header = [case.no, case.item_name, case.department_name, case.applicant.name]
    if kind not in WITHOUT_PHONES:
        header.append("027-00000")
    assert [one for one in (*header, *wanted) if squeezed(one) not in text] == []


def test_a_suspension_without_a_statute_says_that_the_limits_run_on(hall):
    course = suspended(hall, "other")
    _, data, _ = course.made(course.paper("suspension_notice"))
    assert "照常计算" in data.effect
    assert "停止计算" in data.effect  # said of the statute, denied of the limits
    course.do(ResumeCase, Role.CASE_HANDLER, reason="继承人已书面表明继续申请")
    _, data, _ = course.made(course.paper("resumption_notice"))
    assert "办结日期不变" in data.effect


def test_an_extension_leaves_the_promise_as_it_was_printed(hall):
    course = Course(hall, "handling")
    before = {name: course.case.clock(name).deadline.due for name in ("C2", "C3")}
    course.do(ExtendCase, Role.DEPT_HEAD, days=5, reason="案情复杂，需要进一步核实现场布局")
    _, data, _ = course.made(course.paper("extension_notice"))
    assert data.original_due.isoformat() == before["C2"]
    assert data.new_due.isoformat() == course.case.clock("C2").deadline.due > before["C2"]
    assert before["C3"] in data.promise_effect


def test_the_notice_of_a_special_procedure_is_told_before_it_ends_and_nothing_after(hall):
    course = special(hall)
    kinds = [ref.kind for ref in papers.list_papers(hall.desk.reader(), course.no, hall.store.durable_size)]
    course.do(EndSpecial, Role.CASE_HANDLER, document="听证笔录", result="听证已经举行，无反对意见")
    after = [ref.kind for ref in papers.list_papers(hall.desk.reader(), course.no, hall.store.durable_size)]
    assert kinds[-1] == "special_procedure_notice"
    assert after == kinds


def test_a_termination_without_a_basis_of_its_own_still_names_one(hall):
    course = terminated(hall)
    _, data, _ = course.made(course.paper("termination_notice"))
    assert "《中华人民共和国行政许可法》" in data.basis
    lied = Course(hall, "handling").two("terminate", ground="false_promise", reason="现场核查与承诺的内容不符")
    _, data, _ = lied.made(lied.paper("termination_notice"))
    assert "国办发〔2020〕42号" in data.basis


def test_an_amended_registration_gives_the_slip_anew_marked_and_keeps_the_old_one(hall, renderer):
    course = Course(hall, "received")
    first = course.paper("intake_receipt")
    applicant = course.case.applicant
    right = msgspec.structs.replace(applicant, name="示范朝阳豆浆店（示例）")
    course.do(AmendRegistration, Role.WINDOW_CLERK, applicant=right, reason="登记时录入错误")
    again = course.paper("intake_receipt")
    _, data, presentation = course.made(again)
    assert data.head.applicant.name == right.name
    mark = presentation.reprint
    assert (mark.kind, mark.number, mark.reason, mark.replaces) == ("更正", 1, "登记时录入错误", first.id)
    text = squeezed(
        "".join(
            page.extract_text()
            for page in pypdf.PdfReader(io.BytesIO(renderer.render(data, Form.PDF, presentation))).pages
        )
    )
    assert squeezed(right.name) in text
    assert "更正第1次" in text
    _, old, unmarked = course.made(first)
    assert (old.head.applicant.name, unmarked.reprint) == (applicant.name, None)
    assert data.receipt.received_at == old.receipt.received_at
    assert data.receipt.query_code == old.receipt.query_code
    hall.do(ReprintPaper(case=course.no, paper=again.id, reason="打印机缺墨"))
    assert course.made(again)[2].reprint.kind == "补打"


def test_what_was_mended_on_the_spot_stands_on_the_file_copy_only(hall):
    course = Course(hall, "received")
    course.do(FixOnSite, Role.WINDOW_CLERK, form={"floor_area": "77"}, signed=True)
    kinds = [ref.kind for ref in papers.list_papers(hall.desk.reader(), course.no, hall.store.durable_size)]
    assert kinds == ["intake_receipt", "archive_receipt", "archive_receipt"]
    mark = course.made(course.paper("archive_receipt"))[2].reprint
    assert (mark.kind, mark.reason) == ("更正", "申请人当场更正并签名")


def test_a_voided_receipt_leaves_no_paper_behind(hall):
    course = Course(hall, "received")
    before = [ref.id for ref in papers.list_papers(hall.desk.reader(), course.no, hall.store.durable_size)]
    course.do(Propose, Role.WINDOW_CLERK, act="void_receipt", reason="误选了事项，申请人同意重新取号")
    second = Actor("W0313", Role.WINDOW_CLERK, "04")
    hall.do(ConfirmProposal(case=course.no, version=course.case.version, proposal=1, slip_returned=True), second)
    assert [ref.id for ref in papers.list_papers(hall.desk.reader(), course.no, hall.store.durable_size)] == before


@pytest.mark.parametrize("kind", ["hearing_rights_notice", "hearing_notice"])
def test_an_interested_party_reads_nothing_of_the_applicants_telephone_or_agent(kind, hall):
    course = heard(hall)
    _, data, _ = course.made(course.paper(kind))
    assert (data.addressee.role, data.head.applicant.phone_masked, data.head.agent) == ("利害关系人", "", None)
    _, record, _ = course.made(course.paper("hearing_record"))
    assert record.head.applicant.phone_masked  # the control: the file's own record has it
