"""The service guide: sections in the order of domain §4.3, nothing dropped, empty ones marked."""

import msgspec
import pytest

from appliance.catalogue.guide import fee_lines, limit_lines, mandatory_elements, material_table, service_guide
from appliance.catalogue.loader import load_items

ORDER = [
    "适用范围",
    "项目信息",
    "办理依据",
    "受理机构",
    "决定机构",
    "数量限制",
    "办事条件",
    "申请材料",
    "申请接收",
    "办理基本流程",
    "办理方式",
    "审批时限",
    "收费依据及标准",
    "审批结果",
    "结果送达",
    "申请人权利和义务",
    "咨询途径",
    "监督和投诉渠道",
    "办公地址和时间",
    "公开查询",
    "附录：流程图",
    "附录：表格样本",
    "附录：常见错误示例",
    "附录：常见问题",
]


@pytest.fixture(scope="module")
def items():
    return {item.catalog_code: item for item in load_items()}


def test_sections_stand_in_order_and_none_is_empty(items):
    for item in items.values():
        sections = service_guide(item)
        assert [section.title for section in sections] == ORDER
        assert [section.title for section in sections if section.empty] == []


def test_an_empty_section_is_marked_and_kept(items):
    food = items["420100001000"]
    bare = msgspec.structs.replace(
        food, guide=msgspec.structs.replace(food.guide, public_query=" ", common_mistakes=()), faq=()
    )
    sections = {section.code: section for section in service_guide(bare)}
    assert list(sections) == [section.code for section in service_guide(food)]
    assert [code for code, section in sections.items() if section.empty] == ["query", "annex_mistakes", "annex_faq"]


def test_limits_say_unit_and_start(items):
    assert limit_lines(items["420100001000"])[0].startswith("自受理之日起10个工作日")
    assert limit_lines(items["420100012000"])[0].startswith("自收到全部有效文件之日起60日")
    assert limit_lines(items["420100013000"])[0].startswith("自受理之日起3个月")
    assert limit_lines(items["420700002000"])[1].startswith("当场")


def test_fee_and_special_procedure_are_told(items):
    assert fee_lines(items["420100001000"]) == ("不收费",)
    assert "《城市道路管理条例》（国务院令第198号）第三十七条" in fee_lines(items["420100011000"])[0]
    limits = next(section for section in service_guide(items["420100009000"]) if section.code == "limits")
    assert any("听证：20个工作日" in line for row in limits.rows for line in row.lines)


def test_material_table_tells_exemption_and_situation(items):
    table = material_table(items["420100001000"])
    assert len(table.rows) == 7
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert table.rows[1][2] == "免提交（电子证照核验）"
    assert table.rows[5][4] == "可容缺后补"
    assert table.rows[6][6] == "委托代办"


def test_labels_pass_through_the_translation(items):
    english = mandatory_elements(
        items["420100001000"], lambda text: {"事项名称": "Name", "不收费": "free"}.get(text, text)
    )
    assert english[0].label == "Name"
    assert english[6].lines == ("free",)
