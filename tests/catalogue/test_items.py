"""The shipped sample items: each loads, passes every check, and says what domain §4.7 says of it."""

import pytest

from appliance.catalogue.departments import load_departments
from appliance.catalogue.guide import mandatory_elements
from appliance.catalogue.loader import SHIPPED_ITEMS, load_item, load_items
from appliance.catalogue.validators import validate
from appliance.domain.actor import Role
from appliance.domain.service_item import materials_for, variants_for

FILES = sorted(SHIPPED_ITEMS.glob("*.toml"))
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

# code, handling, legal limit and unit, clock start, special procedures, tolerable, fee, validity years (domain §4.7)
TABLE = [
    ("420100001000", "promise", 10, "working_day", "acceptance", [], True, False, 5),
    ("420700002000", "instant", 3, "working_day", "receipt", [], False, False, None),
    ("420100003000", "promise", 20, "working_day", "acceptance", [], False, False, 4),
    ("420100004000", "promise", 15, "working_day", "acceptance", [], False, False, None),
    ("420100005000", "promise", 20, "working_day", "acceptance", [], False, False, None),
    ("420100006000", "promise", 20, "working_day", "receipt", [], False, False, 5),
    ("420100007000", "promise", 7, "natural_day", "receipt", [], False, False, None),
    ("420100008000", "promise", 12, "working_day", "acceptance", ["expert_review"], False, False, 3),
    ("420100009000", "promise", 20, "working_day", "acceptance", ["hearing"], False, False, 2),
    ("420100010000", "promise", 20, "natural_day", "receipt", [], False, False, 5),
    ("420100011000", "joint", 20, "working_day", "acceptance", [], True, True, None),
    ("420100012000", "promise", 60, "natural_day", "complete_materials", [], False, False, 5),
    ("420100013000", "promise", 3, "month", "acceptance", ["expert_review"], True, False, 3),
    ("420700014000", "forward", 20, "working_day", "acceptance", [], True, False, None),
    ("420500015000", "promise", 20, "working_day", "acceptance", [], False, False, None),
    ("421000016000", "record", 5, "working_day", "acceptance", [], False, False, None),
]


def uscc_holds(code):
    """A second, independent implementation of GB 32100's check."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(code[:17], WEIGHTS, strict=True))
    return len(code) == 18 and code[17] == ALPHABET[(31 - total % 31) % 31]


@pytest.fixture(scope="module")
def items():
    return {item.catalog_code: item for item in load_items(known=load_departments())}


def test_there_are_sixteen_items_and_load_items_takes_them_all(items):
    assert len(FILES) == len(items) == len(TABLE) == 16
    assert set(items) == {row[0] for row in TABLE}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_item_passes_every_rule(path):
    assert validate(load_item(path.read_text(encoding="utf-8"), path), load_departments()) == ()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_item_says_what_the_reference_says(items, row):
    code, handling, days, unit, start, special, tolerable, fee, years = row
    item = items[code]
    assert (item.project_type, item.anticipate_day, item.anticipate_type) == (handling, days, unit)
    assert item.clock_start_event == start
    assert [one.kind for one in item.special_procedure] == special
    assert any(material.tolerable for material in item.materials) is tolerable
    assert item.is_fee is fee
    assert (item.licence.validity_years if item.licence else None) == years


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sixteen_elements_are_filled(path):
    elements = mandatory_elements(load_item(path.read_bytes(), path))
    assert [element.label for element in elements] == [
        "事项名称",
        "事项编码",
        "事项类型",
        "实施机构",
        "受理机构",
        "设立依据",
        "收费情况",
        "受理要求",
        "时限要求",
        "申请表单及范本",
        "办理流程",
        "办理结果及样本",
        "办理时间",
        "办理地点",
        "联系电话",
        "监督投诉方式",
    ]
    assert all(element.lines and all(line.strip() for line in element.lines) for element in elements)


def test_authorities_and_licence_types_have_valid_credit_codes(items):
    for item in items.values():
        codes = [item.dept_code, *(code[:18] for material in item.materials for code in material.licence_codes)]
        if item.licence:
            codes.append(item.licence.type_code[:18])
        assert all(uscc_holds(code) for code in codes), item.task_name
    assert all(uscc_holds(department.code) for department in load_departments().departments)
    assert not uscc_holds("11420199MBDEM004X0")


def test_every_item_walks_from_handler_to_approver(items):
    for item in items.values():
        roles = [step.role for step in item.steps]
        assert roles[0] is Role.CASE_HANDLER
        assert Role.APPROVER in roles
        assert roles[-1] is Role.WINDOW_CLERK
        assert (Role.REVIEWER in roles) is (item.project_type != "instant")


def test_mnemonics_are_unique_and_uncertain_values_are_named(items):
    assert len({item.mnemonic for item in items.values()}) == 16
    assert all({"promise_day", "transact_addr", "link_way"} <= set(item.uncertain) for item in items.values())
    assert all("示例" in item.transact_addr and "示例" in item.link_way for item in items.values())


def test_food_licence_has_its_real_material_list(items):
    food = items["420100001000"]
    assert [material.code for material in food.materials] == [
        "application",
        "business_licence",
        "principal_id",
        "layout",
        "safety_rules",
        "health_certificates",
        "agent_letter",
    ]
    assert food.material("business_licence").exempt
    assert food.material("health_certificates").tolerable
    assert food.licence.type_code == "11420199MBDEM004XU001"
    assert food.material("nothing") is None
    assert food.step("review").role is Role.REVIEWER


def test_variants_choose_materials_by_the_answers(items):
    food = items["420100001000"]
    alone = {"by_agent": False, "main_business": "食品销售经营者"}
    assert "agent_letter" not in [material.code for material in materials_for(food, alone)]
    by_agent = {"by_agent": True, "main_business": "餐饮服务经营者"}
    assert variants_for(food, by_agent) == ("agent", "catering")
    assert "agent_letter" in [material.code for material in materials_for(food, by_agent)]
    road = items["420100011000"]
    digging = [material.code for material in materials_for(road, {"kind": "占用并挖掘", "by_agent": "no"})]
    assert digging == ["application", "plans", "planning_approval", "traffic_plan", "pipe_opinion"]
    assert variants_for(road, {}, chosen=["excavation"]) == ("excavation",)
