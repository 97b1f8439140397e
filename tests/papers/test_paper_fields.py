"""Every paper carries what domain §2.8 says it must, and everything that its data says."""

import datetime as dt
import re

import msgspec
import pytest

from appliance.errors import Invalid
from appliance.papers.document import Form, Presentation, Reprint, canonical_bytes, check, digest
from appliance.papers.kinds import COPY_TITLES, KINDS, Copy, Numbers, kind_named
from appliance.papers.render import TEMPLATES

NAMES = [kind.name for kind in KINDS]

# Fixed wording and sample values that domain §2.8 (and the articles it cites) asks of each kind.
MANDATORY = {
    "intake_receipt": (
        "食品经营许可申请书",
        "原件",
        "从业人员健康证明",
        "收件时间",
        "2026年11月23日10:01:02",
        "本回执仅证明收到材料，不代表受理",
        "最迟于2026年11月30日",
        "一次性告知",
        "查询码",
        "493027",
        "咨询电话：027-82000001",
        "监督投诉电话：027-12345",
        "收件专用章",
    ),
    "archive_receipt": (
        "申请人（代理人）签名",
        "代理人王小明",
        "授权委托书（经办人）",
        "申请渠道窗口申请",
        "1" * 64,
        "摘要（SHA-256）",
        "档案架位号2026-SP-A03-0117",
        "本回执仅证明收到材料，不代表受理",
    ),
    "correction_notice": (
        "序号",
        "材料或事项",
        "存在的问题",
        "补正要求",
        "依据",
        "共3项",
        "告知日期2026年11月23日",
        "一次性告知",
        "补正期限2026年12月23日",
        "补正方式",
        "申请人（代理人）签收",
        "本告知书已送达",
        "行政许可专用章",
    ),
    "supplement_receipt": (
        "补正告知书S4201990120261123100079-03-1",
        "对应补正项",
        "第1项",
        "尚未补正的内容",
        "查询码493027",
    ),
    "acceptance_receipt": (
        "受理编号A420199012026112310007H",
        "受理日期2026年11月27日",
        "法定办结时限自受理之日起20个工作日",
        "承诺办结时限自受理之日起10个工作日",
        "承诺办结日期2026年12月11日",
        "检验检测（餐饮具消毒效果）",
        "约5个工作日",
        "不计算在办结时限内",
        "是否收费不收费",
        "结果送达方式窗口领取",
        "进度查询方式",
        "承办人赵敏",
        "承办人电话027-82000012",
        "申请人（代理人）签收",
        "行政许可专用章",
    ),
    "not_required_notice": ("依法不需要取得行政许可", "第三十二条第一款第一项", "不受理", "理由", "行政许可专用章"),
    "not_accepted_notice": (
        "不予受理",
        "第三十二条第一款第二项",
        "理由",
        "依据",
        "有管辖权的行政机关武汉市江岸区市场监督管理局",
        "六十日内",
        "申请行政复议",
        "六个月内",
        "提起行政诉讼",
        "行政许可专用章",
        "示市监不受〔2026〕3号",
    ),
    "approval_form": (
        "承办人意见",
        "审核人意见",
        "批准人意见",
        "同意准予许可，依法制发决定书和许可证。",
        "结论准予",
        "签署：孙立（工号0203）2026年11月30日17:02:09",
        "申请材料",
        "办理依据",
        "拟作决定",
    ),
    "decision_granted": (
        "准予行政许可",
        "许可内容",
        "许可范围",
        "有效期限",
        "许可条件和要求",
        "证照编号：JY24201990000017",
        "示市监许准〔2026〕12号",
        "机关印章",
    ),
    "decision_refused": (
        "经审查查明",
        "不予许可的理由",
        "1.经营场所与有毒",
        "2.未设置独立",
        "技术标准",
        "不予行政许可",
        "六十日内",
        "武汉市示范区人民政府",
        "六个月内",
        "武汉市江岸区人民法院",
        "机关印章",
        "示市监许不〔2026〕2号",
    ),
    "licence": (
        "食品经营许可证",
        "正本",
        "编号：JY24201990000017",
        "电子证照标识",
        "有效期限",
        "自2026年11月30日至2031年11月29日",
        "未签章",
        "不得作为有效证照使用",
        "发证机关",
        "2026年11月30日",
    ),
    "collection_receipt": (
        "名称",
        "编号",
        "份数",
        "食品经营许可证（正本）",
        "领取人王小明",
        "420102********0013",
        "与申请人关系受委托人",
        "领取时间2026年11月30日17:30:00",
        "领取人签名",
        "窗口经办人签名",
    ),
    "termination_notice": ("终止办理", "理由", "依据", "对办理时限的影响", "六十日内", "六个月内", "行政许可专用章"),
    "service_guide": (
        "一、适用范围",
        "二十一、附录",
        "八、申请材料",
        "（本节暂无内容）",
        "版本第4版",
        "施行日期2026年1月1日",
    ),
}

# What a kind's data holds and its sheet rightly leaves out: a letter addresses the applicant without a telephone
# number, a licence shows its own fields about the holder.
NOT_SHOWN = {
    "decision_granted": ("head.applicant.phone_masked", "head.agent.phone_masked"),
    "decision_refused": ("head.applicant.phone_masked", "head.agent.phone_masked"),
    "licence": ("head.hall", "head.applicant", "head.agent"),
}


@pytest.fixture(scope="module")
def texts(renderer, samples, text_of):
    return {name: text_of(renderer.render(paper)) for name, paper in samples.every_sample().items()}


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, path)
    elif isinstance(value, str) and value:
        yield path, value


def as_printed(value):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", value):
        return value
    moment = dt.datetime.fromisoformat(value)
    shown = f"{moment.year}年{moment.month}月{moment.day}日"
    return shown if len(value) == len("2026-11-23") else shown + moment.strftime("%H:%M:%S")


def test_every_kind_has_a_sample_a_template_and_a_row_in_the_table(samples):
    assert list(samples.every_sample()) == NAMES
    assert set(MANDATORY) == set(NAMES)
    assert all((TEMPLATES / kind.template).is_file() for kind in KINDS)
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_mandatory_fields_of_the_kind_are_on_the_paper(texts, squeeze, name):
    missing = [field for field in MANDATORY[name] if squeeze(field) not in texts[name]]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_the_common_header_is_on_every_paper(texts, samples, squeeze, name):
    paper, kind = samples.every_sample()[name], kind_named(name)
    wanted = [paper.head.authority, paper.head.item_name, paper.head.item_code, f"文书编号{paper.head.paper_id}"]
    wanted += ["第1页共", f"摘要{digest(paper)[:32].upper()}"]
    if name != "licence":
        wanted += [paper.head.hall, kind.title]
    if kind.numbers is not Numbers.NONE:
        wanted += [paper.head.intake_no, paper.head.operator.name, f"工号{paper.head.operator.staff_no}"]
        wanted += ["2026年11月23日10:01:02"]
    if kind.numbers in {Numbers.ACCEPTANCE, Numbers.DECISION}:
        wanted += [paper.head.acceptance_no]
    if kind.seal:
        wanted += [kind.seal, "本机构内部电子印记"]
    wanted += [COPY_TITLES[kind.copies[0]]]
    assert [one for one in wanted if squeeze(one) not in texts[name]] == []


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_data_says_is_on_the_paper(texts, samples, squeeze, name):
    data = msgspec.json.decode(canonical_bytes(samples.every_sample()[name]))["data"]
    hidden = NOT_SHOWN.get(name, ())
    lost = [
        (path, value)
        for path, value in leaves(data)
        if not path.startswith(hidden or ("\0",)) and squeeze(as_printed(value)) not in texts[name]
    ]
    assert lost == []


def test_the_field_checks_can_fail(texts):
    assert "A420199012026112310007H" not in texts["intake_receipt"]
    assert "盖章处" not in texts["archive_receipt"]


def test_the_receipt_on_80_mm_paper_says_the_same(renderer, samples, text_of, squeeze):
    text = text_of(renderer.render(samples.intake_receipt(), Form.PDF_80MM))
    for field in MANDATORY["intake_receipt"]:
        assert squeeze(field) in text
    assert samples.ITEM_CODE in text
    with pytest.raises(Invalid) as caught:
        renderer.render(samples.licence(), Form.PDF_80MM)
    assert caught.value.code == "paper_form"


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_each_copy_says_which_it_is_and_all_share_a_digest(renderer, samples, text_of, kind):
    paper = samples.every_sample()[kind.name]
    for copy in kind.copies:
        text = text_of(renderer.render(paper, presentation=Presentation(copy=copy)))
        assert COPY_TITLES[copy] in text
        assert digest(paper)[:32].upper() in text
    for copy in set(Copy) - set(kind.copies):
        with pytest.raises(Invalid):
            renderer.render(paper, presentation=Presentation(copy=copy))


@pytest.mark.parametrize("name", NAMES)
def test_reprint_mark_and_watermark_are_on_every_paper(renderer, samples, text_of, name):
    paper = samples.every_sample()[name]
    mark = Reprint(kind="补打", number=2, at=samples.at(24, 9, 0, 5), operator="李四光", reason="申请人遗失")
    presentation = Presentation(reprint=mark, watermark="仅供档案查阅")
    text = text_of(renderer.render(paper, presentation=presentation))
    for part in ("补打", "第2次", "2026年11月24日09:00:05", "申请人遗失", "仅供档案查阅", digest(paper)[:32].upper()):
        assert part in text
    assert "补打" not in text_of(renderer.render(paper))


def test_a_corrected_paper_names_the_one_it_replaces(renderer, samples, text_of):
    old = samples.correction_notice()
    mark = Reprint(kind="更正", number=1, at=samples.at(24, 9, 0), operator="李四光", replaces=old.head.paper_id)
    text = text_of(renderer.render(samples.correction_notice(sequence=2), presentation=Presentation(reprint=mark)))
    assert "更正" in text
    assert f"替代文书：{old.head.paper_id}" in text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.numbers is not Numbers.NONE], ids=lambda one: one.name)
@pytest.mark.parametrize("field", ["applicant", "operator", "intake_no"])
def test_a_case_paper_without_its_header_is_refused(samples, kind, field):
    paper = samples.every_sample()[kind.name]
    check(paper)
    empty = "" if field == "intake_no" else None
    broken = msgspec.structs.replace(paper, head=msgspec.structs.replace(paper.head, **{field: empty}))
    with pytest.raises(Invalid) as caught:
        check(broken)
    assert field in caught.value.text()


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("decision_refused", "reasons", ()),
        ("decision_refused", "basis", ""),
        ("correction_notice", "lines", ()),
        ("not_accepted_notice", "competent_authority", ""),
        ("acceptance_receipt", "promised_limit", ""),
        ("collection_receipt", "items", ()),
        ("approval_form", "steps", ()),
        ("licence", "identifier", ""),
    ],
)
def test_a_paper_without_a_mandatory_field_is_refused(renderer, samples, name, field, value):
    broken = msgspec.structs.replace(samples.every_sample()[name], **{field: value})
    with pytest.raises(Invalid) as caught:
        renderer.render(broken)
    assert caught.value.code == "paper_incomplete"
    assert field in caught.value.text()


@pytest.mark.parametrize("name", ["decision_granted", "decision_refused", "not_accepted_notice"])
def test_an_official_letter_needs_its_number(samples, name):
    paper = samples.every_sample()[name]
    with pytest.raises(Invalid, match="incomplete"):
        check(msgspec.structs.replace(paper, head=msgspec.structs.replace(paper.head, document_no="")))


def test_an_opinion_that_is_only_a_name_is_no_opinion(samples):
    form = samples.approval_form()
    bare = msgspec.structs.replace(form.steps[0], opinion="")
    with pytest.raises(Invalid):
        check(msgspec.structs.replace(form, steps=(bare,)))


def test_deemed_acceptance_and_provisional_dates_are_said(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.acceptance_receipt(), deemed=True, promised_finish_provisional=True)
    text = text_of(renderer.render(paper))
    assert "逾期未告知补正" in text
    assert "（暂定）" in text
    plain = text_of(renderer.render(samples.acceptance_receipt()))
    assert "逾期未告知补正" not in plain
    assert "暂定" not in plain


def test_a_signed_licence_is_not_marked_unsigned_and_a_duplicate_says_so(renderer, samples, text_of):
    paper = msgspec.structs.replace(samples.licence(), signed=True, original=False, duplicate_no="第2号", valid_to=None)
    text = text_of(renderer.render(paper))
    assert "未签章" not in text
    assert "副本第2号" in text
    assert "长期" in text
