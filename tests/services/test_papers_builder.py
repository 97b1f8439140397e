"""Every paper of a case walked by the services carries what domain §2.8 says it must, on the printed file itself."""

import hashlib
import importlib.util
import io
import unicodedata
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest

from appliance.errors import NotFound
from appliance.papers.document import Form, check, digest
from appliance.papers.kinds import KINDS, Copy
from appliance.papers.render import Renderer
from appliance.services import paper_sources, papers
from appliance.services.paper_builders.intake import shelf_code
from appliance.services.sweep import sweep

SPEC = importlib.util.spec_from_file_location("walked_case", Path(__file__).with_name("walked_case.py"))
walked = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(walked)


def squeezed(text):
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")


@pytest.fixture(scope="module")
def renderer():
    return Renderer()


@pytest.fixture
def walk(tmp_path):
    made = walked.Walk(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def granted(tmp_path_factory):
    made = walked.Walk(tmp_path_factory.mktemp("granted"))
    made.to_end()
    yield made
    made.close()


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    made = walked.Walk(tmp_path_factory.mktemp("refused"))
    made.receive(complete=True)
    made.take()
    made.accept()
    made.opinions()
    made.refuse()
    made.produce()
    made.hand_over()
    yield made
    made.close()


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory):
    made = walked.Walk(tmp_path_factory.mktemp("withdrawn"))
    made.receive()
    made.withdraw()
    yield made
    made.close()


def made(walk, ref, **rest):
    return papers.build(walk.desk.reader(), walk.desk.facts, ref.id, walk.store.durable_size, **rest)


def printed(renderer, walk, ref, form=Form.PDF, **rest):
    _, data, presentation = made(walk, ref, **rest)
    pdf = renderer.render(data, form, presentation)
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


HEADER = (
    "示范区政务服务大厅",
    "示范区市场监督管理局",
    "食品经营许可证核发（新办）",
    "11420199MBDEM004XU442010000100001",
    "𠮷野小吃店（示例）",
)
QUERY = ("查询码", "凭收件编号")
PHONES = ("027-00000101", "027-00000104", "027-00000100")
RECEIPT = (
    *PHONES,
    *QUERY,
    "92420199MADEM002XC",
    "138****5678",
    "𠮷永·示例",
    "420102********0021",
    "授权委托书（权限：提出申请、补正和补充材料、领取结果和原件）",
    "王窗（工号W0312）03号窗口",
    "食品经营许可申请书",
    "原件",
    "复印件",
    "从业人员健康证明",
    "2026年11月23日",
    "本回执仅证明收到材料，不代表受理",
    "最迟于2026年11月30日",
    "一次性告知",
    "A047",
)

# Kind → what the sheet must say beside the common header (domain §2.8, the column “extra mandatory fields”).
MANDATORY = {
    "intake_receipt": RECEIPT,
    "archive_receipt": (
        *RECEIPT,
        "SPJY-01/20261123-1",
        hashlib.sha256(walked.SCAN).hexdigest(),
        "申请人（代理人）签名",
        "窗口申请",
    ),
    "correction_notice": (
        *PHONES,
        "共1项",
        "从业人员健康证明",
        walked.PROBLEM,
        walked.REQUIREMENT,
        "《中华人民共和国食品安全法》第四十五条",
        "告知日期",
        "一次性告知",
        "补正期限",
        "补正方式",
        "陈𠮷办（工号C1001）",
        "申请人（代理人）签收",
    ),
    "supplement_receipt": (*PHONES, *QUERY, "从业人员健康证明", "第1项", "复印件", "尚未补正的内容（无）"),
    "acceptance_receipt": (
        *PHONES,
        "受理编号A420199",
        "受理日期",
        "法定办结时限",
        "10个工作日",
        "承诺办结时限",
        "5个工作日",
        "承诺办结日期2026年11月30日",
        "不收费",
        "结果送达方式",
        "进度查询方式",
        "陈𠮷办（工号C1001）",
        "承办人电话027-00000104",
        "签收",
    ),
    "approval_form": (
        "受理日期",
        "承办",
        "材料齐全，现场布局符合要求，建议准予",
        "审核",
        "同意承办意见",
        "批准",
        "同意准予",
        "任核（工号R2001）",
        "安批（工号A3001）",
        "办理依据《中华人民共和国食品安全法》第三十五条",
        "准予行政许可：准予从事热食类食品、自制饮品制售",
        "食品经营许可申请书",
        "经营项目：热食类食品制售、自制饮品制售",
    ),
    "decision_granted": (
        "示市监许准〔2026〕1号",
        "准予从事热食类食品、自制饮品制售",
        "许可范围",
        "经营场所：示范区示范路1号",
        "有效期限",
        "5年",
        "食品经营许可证",
        "证照编号",
        "《中华人民共和国食品安全法》",
    ),
    "decision_refused": (
        "示市监许不〔2026〕1号",
        "食品处理区与卫生间相通",
        "操作流程不符合食品安全要求",
        "在规定时间内未整改到位",
        "《中华人民共和国食品安全法》第三十三条",
        "自收到本决定书之日起六十日内依法向示范区人民政府申请行政复议",
        "六个月内依法向示范铁路运输法院提起行政诉讼",
    ),
    "licence": (
        "食品经营许可证",
        "正本",
        "编号：JY2420199000001",
        "阿依·示例",
        "热食类食品制售、自制饮品制售",
        "自2026年11月23日至2031年11月22日",
        "1.2.156.3005.2.11420199MBDEM004XU001",
        "未签章",
    ),
    "collection_receipt": (
        "食品经营许可证JY2420199000001",
        "准予行政许可决定书示市监许准〔2026〕1号",
        "𠮷永·示例",
        "420102********0021",
        "委托代理人",
        "领取时间2026年11月23日",
        "领取人签名",
        "王窗（工号W0312）",
    ),
    "termination_notice": (
        *PHONES,
        "歇业，不再经营",
        "依据",
        "对办理时限的影响",
        "不再计算",
        "示范区人民政府申请行政复议",
        "示范铁路运输法院",
        "退还的材料",
    ),
}
# What these kinds do not print because they are letters or guides with heads of their own.
WITHOUT_HALL = {"decision_granted", "decision_refused", "licence"}


@pytest.mark.parametrize("kind", sorted(MANDATORY))
def test_paper_carries_every_mandatory_field(kind, granted, refused, withdrawn, renderer):
    walk = {"decision_refused": refused, "termination_notice": withdrawn}.get(kind, granted)
    ref = walk.paper(kind)
    text = printed(renderer, walk, ref)
    wanted = [*MANDATORY[kind], *(HEADER[1:] if kind in WITHOUT_HALL else HEADER), walk.no]
    absent = [one for one in wanted if squeezed(one) not in text]
    assert absent == []


# Walked and read in tests/services/test_papers_procedures.py; a terminal's slip in tests/web/casework/test_kiosk.py.
BESIDE_THE_MAIN_ROAD = {
    "not_required_notice",
    "not_accepted_notice",
    "material_request_notice",
    "special_procedure_notice",
    "extension_notice",
    "suspension_notice",
    "resumption_notice",
    "opinion_forward",
    "transfer_list",
    "shipping_slip",
    "service_certificate",
    "paper_correction_notice",
    "tolerant_commitment",
    "promise_document",
    "record_receipt",
    "site_check_record",
    "hearing_rights_notice",
    "hearing_notice",
    "hearing_record",
    "fee_notice",
    "original_return",
    "submission_slip",
}
# Made from the catalogue, from what supervision holds, a complaint, a pad, the queue, a whole 并联 of several cases.
NOT_OF_A_CASE = {
    "service_guide",
    "urge_order",
    "warning_notice",
    "complaint_receipt",
    "complaint_reply",
    "personal_data_notice",
    "fallback_form",
    "queue_ticket",
    "joint_receipt",
    "joint_correction_notice",
    "joint_acceptance",
    "joint_result",
}
# These kinds can be rendered, but no event of this release produces them.
NOT_YET = {
    "withdrawal_letter",
}


def test_table_covers_every_kind_that_an_event_produces():
    produced = {name for names in paper_sources.PRODUCED.values() for name in names} | paper_sources.ON_CONDITION
    assert produced == set(MANDATORY) | BESIDE_THE_MAIN_ROAD
    assert {one.name for one in KINDS} - produced - NOT_OF_A_CASE == NOT_YET


def test_papers_of_a_whole_case_in_order(granted):
    assert [ref.kind for ref in granted.papers()] == [
        "intake_receipt",
        "archive_receipt",
        "correction_notice",
        "supplement_receipt",
        "acceptance_receipt",
        "approval_form",
        "approval_form",
        "approval_form",
        "decision_granted",
        "licence",
        "collection_receipt",
    ]
    first = granted.papers()[0]
    assert first.id == f"{granted.no}-01-{first.index}"
    assert first.copies == (Copy.APPLICANT,)
    assert first.narrow
    assert granted.paper("licence").title == "食品经营许可证"


def test_every_paper_of_every_walk_passes_its_own_check(granted, refused, withdrawn):
    for walk in (granted, refused, withdrawn):
        for ref in walk.papers():
            kind, data, _ = made(walk, ref)
            assert check(data) == kind
            assert data.head.paper_id == ref.id


def test_identity_numbers_of_people_are_masked_on_every_paper(granted, renderer):
    # The licence itself states what the licence type prints; everything else is for the applicant's hands.
    for ref in granted.papers():
        text = printed(renderer, granted, ref)
        assert walked.AGENT.id_number not in text
        assert walked.AGENT.phone not in text
        if ref.kind != "licence":
            assert walked.APPLICANT.representative_id not in text
            assert walked.APPLICANT.phone not in text


def test_receipt_on_80_mm_paper_says_the_same(granted, renderer):
    text = printed(renderer, granted, granted.paper("intake_receipt"), Form.PDF_80MM)
    for one in (granted.no, "𠮷野小吃店（示例）", "本回执仅证明收到材料，不代表受理", granted.case.query_code):
        assert squeezed(one) in text


def test_paper_is_the_case_as_it_was_then(granted):
    # Later entries change the case, not the paper: an early approval form has one row, the notice is still unmet.
    forms = [ref for ref in granted.papers() if ref.kind == "approval_form"]
    assert [len(made(granted, ref)[1].steps) for ref in forms] == [1, 2, 3]
    assert made(granted, forms[0])[1].draft_decision.startswith("拟准予")
    receipt = made(granted, granted.paper("intake_receipt"))[1]
    assert receipt.head.acceptance_no == ""
    assert [one.name for one in receipt.receipt.missing] == ["从业人员健康证明"]


def test_supplement_receipt_names_the_notice_it_answers(granted):
    notice = granted.paper("correction_notice")
    data = made(granted, granted.paper("supplement_receipt"))[1]
    assert data.notice == notice.id


def test_reprint_carries_its_mark_and_the_same_digest(walk, renderer):
    walk.receive()
    ref = walk.paper("intake_receipt")
    _, before, first = made(walk, ref)
    assert first.reprint is None
    walk.reprint(ref.id)
    walk.reprint(ref.id, "申请人遗失")
    _, after, again = made(walk, walk.paper("intake_receipt"))
    assert digest(after) == digest(before)
    assert (again.reprint.number, again.reprint.reason) == (2, "申请人遗失")
    assert walk.paper("intake_receipt").reprints == 2
    text = printed(renderer, walk, ref)
    assert "补打第2次" in text
    assert "事由：申请人遗失" in text
    assert "王窗（工号W0312）" in text


def test_nothing_leaves_before_it_is_durable(walk):
    walk.receive()
    ref = walk.paper("intake_receipt")

    def not_yet(_origin):
        return ref.index

    assert papers.list_papers(walk.desk.reader(), walk.no, not_yet) == ()
    with pytest.raises(NotFound):
        papers.build(walk.desk.reader(), walk.desk.facts, ref.id, not_yet)
    with pytest.raises(NotFound):
        papers.latest(walk.desk.reader(), walk.no, "intake_receipt", not_yet)


@pytest.mark.parametrize("mistake", ["", "x", "S1-01-1", "{no}-99-1", "{no}-05-1", "{no}-01-x", "{no}-01-٣"])
def test_unknown_paper_is_refused(walk, mistake):
    walk.receive()
    with pytest.raises(NotFound):
        papers.build(walk.desk.reader(), walk.desk.facts, mistake.replace("{no}", walk.no), walk.store.durable_size)


def test_deemed_acceptance_names_no_person_who_did_not_act(walk, renderer):
    walk.receive()
    walk.clock.advance(timedelta(days=14))
    actor = walked.Actor("system", walked.Role.SYSTEM)
    day = walk.clock.now().date().isoformat()
    assert sweep(walk.desk, actor=actor, today=day, make_key=lambda no, day: f"{no}{day}") == [walk.no]
    text = printed(renderer, walk, walk.paper("acceptance_receipt"))
    assert "系统（期限届满自动办理）" in text
    assert "即为受理" in text
    assert "承办人示范区市场监督管理局" in text


def test_guide_paper_of_every_item_has_all_sections(granted, renderer):
    connection = granted.desk.reader()
    for item in granted.desk.facts.items.all_current(connection):
        data = papers.build_guide(connection, granted.desk.facts, item.catalog_code, granted.clock.now())
        check(data)
        assert len(data.sections) >= 20
        assert data.head.paper_id == f"{item.catalog_code}-14-{item.task_version}"
    pdf = renderer.render(papers.build_guide(connection, granted.desk.facts, "420100001000", granted.clock.now()))
    text = squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))
    for one in ("服务指南", "适用范围", "申请材料", "从业人员健康证明", "可容缺后补", "附录：常见问题", "027-00000104"):
        assert squeezed(one) in text


def test_shelf_code_follows_the_case_number():
    assert shelf_code("SPJY-01", "S4201990120261123100079") == "SPJY-01/20261123-10007"
