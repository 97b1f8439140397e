"""Planted mistakes: each is found, at its field, under its rule and clause, and nothing else is blamed for it."""

import copy

import msgspec
import pytest

from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import load_items
from appliance.catalogue.validators import RULES, validate
from appliance.domain.service_item import ServiceItem

FOOD = "420100001000"
ROAD = "420100011000"
TRADER = "420700002000"
FUN = "420100009000"

CODES = "GB/T 39554.1-2020"
LIMITS = "行政许可法第四十二条"
STATUTORY = "行政许可法第三十二条、第四十二条、第四十四条"
GUIDE = "DB4201/T 571-2018 5.1.1.2.1"
CHECKS = "DB4201/T 571-2018 5.2.1"
BASIS = "行政许可法第三十条"
FEE = "行政许可法第五十八条、第五十九条"
SPECIAL = "行政许可法第四十五条"

# item, what to change (path -> value; DROP removes), the field blamed, rule, clause
DROP = object()
PLANTED = [
    (FOOD, {"task_name": " "}, "task_name", "identity", CHECKS),
    (FOOD, {"task_name": "名" * 1001}, "task_name", "identity", CHECKS),
    (FOOD, {"task_version": 0}, "task_version", "identity", CHECKS),
    (FOOD, {"plan_cancel_date": "2025-12-31"}, "plan_cancel_date", "identity", CHECKS),
    (FOOD, {"mnemonic": "食品"}, "mnemonic", "identity", CHECKS),
    (ROAD, {"other_dept": []}, "other_dept", "identity", CHECKS),
    (FOOD, {"catalog_code": "4201000010"}, "catalog_code", "code_structure", CODES),
    (FOOD, {"task_type": "07"}, "catalog_code", "code_structure", CODES),
    (FOOD, {"dept_code": "11420199MBDEM004X0"}, "dept_code", "code_structure", CODES),
    (FOOD, {"task_code": "11420199MBDEM004XU3420100001000"}, "task_code", "code_structure", CODES),
    (FOOD, {"task_handle_item": "11420199MBDEM004XU4420100001000A1"}, "task_handle_item", "code_structure", CODES),
    (FOOD, {"by_law": [], "uncertain": []}, "by_law", "legal_basis", BASIS),
    (FOOD, {"by_law.1.article": ""}, "by_law.1.article", "legal_basis", BASIS),
    (FOOD, {"by_law.0.law": ""}, "by_law.0.law", "legal_basis", BASIS),
    (FOOD, {"promise_day": 11}, "promise_day", "promise_within_legal", LIMITS),
    (FOOD, {"promise_day": 1, "promise_type": "month"}, "promise_day", "promise_within_legal", LIMITS),
    (FOOD, {"anticipate_day": 0}, "anticipate_day", "promise_within_legal", LIMITS),
    (TRADER, {"promise_day": 1, "promise_type": "working_day"}, "promise_type", "promise_within_legal", LIMITS),
    (FOOD, {"extension_max_days": 11}, "extension_max_days", "statutory_days", STATUTORY),
    (FOOD, {"extension_explain": ""}, "extension_explain", "statutory_days", STATUTORY),
    (FOOD, {"correction.notice_day": 6}, "correction.notice_day", "statutory_days", STATUTORY),
    (FOOD, {"correction.valid_days": 10}, "correction.valid_basis", "statutory_days", STATUTORY),
    (FOOD, {"delivery_day": 11}, "delivery_day", "statutory_days", STATUTORY),
    (FOOD, {"is_fee": True}, "fees", "fee_basis", FEE),
    (ROAD, {"is_fee": False}, "is_fee", "fee_basis", FEE),
    (ROAD, {"fees.0.basis.0.rank": "department_rule"}, "fees.0.basis", "fee_basis", FEE),
    (ROAD, {"fees.1.standard": ""}, "fees.1.standard", "fee_basis", FEE),
    (FUN, {"special_procedure.0.kind": "site_check"}, "special_procedure.0.kind", "special_procedure", SPECIAL),
    (FUN, {"special_procedure.0.planned_days": 0}, "special_procedure.0.planned_days", "special_procedure", SPECIAL),
    (FOOD, {"result_name": ""}, "result_name", "result_present", GUIDE),
    (FOOD, {"result_sample": ""}, "result_sample", "result_present", GUIDE),
    (FOOD, {"result_validity": ""}, "result_validity", "result_present", GUIDE),
    (FOOD, {"link_way": ""}, "link_way", "contacts", GUIDE),
    (FOOD, {"supervise_way": "大厅投诉窗口"}, "supervise_way", "contacts", GUIDE),
    (FOOD, {"transact_time": ""}, "transact_time", "contacts", GUIDE),
    (FOOD, {"handle_depth": "IV"}, "limit_scene_num", "depth_visits", "DB4201/T 571-2018 附录B"),
    (FOOD, {"limit_scene_explain": ""}, "limit_scene_explain", "depth_visits", "DB4201/T 571-2018 附录B"),
    (FOOD, {"window_groups": []}, "window_groups", "window_group", "DB4201/T 571-2018 4.2.2.1"),
    (FOOD, {"licence": None, "renewal": None, "uncertain": []}, "licence", "licence_linked", "GB/T 36902-2018"),
    (FOOD, {"result_type": "approval"}, "result_type", "licence_linked", "GB/T 36902-2018"),
    (FOOD, {"licence.type_code": "0001"}, "licence.type_code", "licence_linked", "GB/T 36902-2018"),
    (FOOD, {"uncertain": ["by_law.9.article"]}, "uncertain.0", "uncertain_paths", CHECKS),
    (FOOD, {"materials.0.name": ""}, "materials.0.name", "material_complete", CHECKS),
    (FOOD, {"materials.0.originals": 0}, "materials.0.copies", "material_complete", CHECKS),
    (FOOD, {"materials.2.source_explain": ""}, "materials.2.source_explain", "material_complete", CHECKS),
    (FOOD, {"materials.3.review_points": []}, "materials.3.review_points", "material_complete", CHECKS),
    (FOOD, {"materials.3.by_law": []}, "materials.3.by_law", "material_complete", CHECKS),
    (FOOD, {"materials.4.by_law.0.article": "若干"}, "materials.4.by_law.0.article", "material_complete", CHECKS),
    (FOOD, {"materials.4.code": "layout"}, "materials.4.code", "material_complete", CHECKS),
    (FOOD, {"materials.4.order": 10}, "materials.4.order", "material_complete", CHECKS),
    (FOOD, {"materials.3.name": "其他材料"}, "materials.3.name", "no_catch_all", "行政许可法第三十一条"),
    (
        FOOD,
        {"materials.3.name": "法律法规规定的其他材料"},
        "materials.3.name",
        "no_catch_all",
        "行政许可法第三十一条",
    ),
    (FOOD, {"materials.1.licence_codes": []}, "materials.1.licence_codes", "licence_reuse", "国办函〔2016〕108号"),
    (
        FOOD,
        {"materials.1.licence_codes.0": "11420199MBDEM004X0002"},
        "materials.1.licence_codes.0",
        "licence_reuse",
        "国办函〔2016〕108号",
    ),
    (FOOD, {"tolerance_policy": None, "uncertain": []}, "tolerance_policy", "tolerance", "国发〔2022〕5号"),
    (FOOD, {"materials.5.necessity": "required"}, "tolerance_policy", "tolerance", "国发〔2022〕5号"),
    (FOOD, {"promise_based_allowed": True}, "promise_template", "tolerance", "国发〔2022〕5号"),
    (FOOD, {"materials.5.promise_allowed": True}, "materials.5.promise_allowed", "tolerance", "国发〔2022〕5号"),
    (FOOD, {"form.10.when.0.field": "nothing"}, "form.10.when.0.field", "question_tree", CHECKS),
    (FOOD, {"form.10.when.0.values": ["often"]}, "form.10.when.0.values", "question_tree", CHECKS),
    (FOOD, {"form.10.when.0.field": "by_agent"}, "form.10.when.0.field", "question_tree", CHECKS),
    (FOOD, {"form.10.when.0.field": "premises"}, "form.10.when.0.field", "question_tree", CHECKS),
    (FOOD, {"form.10.when.0.field": "online_address"}, "form.10.when.0.field", "question_tree", CHECKS),
    (FOOD, {"variants.0.when.0.field": "nothing"}, "variants.0.when.0.field", "variants", CHECKS),
    (FOOD, {"variants.1.when.0.values": ["饭店"]}, "variants.1.when.0.values", "variants", CHECKS),
    (FOOD, {"materials.6.variants": ["abroad"]}, "materials.6.variants.0", "variants", CHECKS),
    (FOOD, {"form.5.name": "floor_area"}, "form.5.name", "form_fields", GUIDE),
    (FOOD, {"form.4.label": ""}, "form.4.label", "form_fields", GUIDE),
    (FOOD, {"form.4.max_length": 0}, "form.4.max_length", "form_fields", GUIDE),
    (FOOD, {"form.1.choices": ["热食类食品制售"]}, "form.1.choices", "form_fields", GUIDE),
    (FOOD, {"form.4.minimum": 9, "form.4.maximum": 1}, "form.4.minimum", "form_fields", GUIDE),
    (FOOD, {"steps.4.role": "case_handler"}, "steps.4.role", "flow_steps", "DB4201/T 571-2018 5.2.2.4"),
    (FOOD, {"steps.4": DROP}, "steps", "flow_steps", "DB4201/T 571-2018 5.2.2.4"),
    (FOOD, {"steps.3.code": "handle"}, "steps.3.code", "flow_steps", "DB4201/T 571-2018 5.2.2.4"),
    (FOOD, {"steps.2.limit_day": 4}, "steps", "step_limits", "DB4201/T 571-2018 4.2.3.3"),
    (FOOD, {"steps.0.limit_day": 0}, "steps.0.limit_day", "step_limits", "DB4201/T 571-2018 4.2.3.3"),
    (
        FOOD,
        {"licence.fields.0.source": "form.nothing"},
        "licence.fields.0.source",
        "licence_fields",
        "GB/T 36903-2018",
    ),
    (
        FOOD,
        {"licence.number.template": "JY{where}{sequence:06}"},
        "licence.number.template",
        "licence_fields",
        "GB/T 36903-2018",
    ),
    (
        FOOD,
        {"licence.number.kinds": {"餐饮服务经营者": "2"}},
        "licence.number.kinds",
        "licence_fields",
        "GB/T 36903-2018",
    ),
    (FOOD, {"licence.validity_years": 0}, "licence.validity_years", "licence_fields", "GB/T 36903-2018"),
    (FOOD, {"faq.0.answer": " "}, "faq.0.answer", "faq", "DB4201/T 571-2018 5.1.1.1"),
    (FOOD, {"guide.scope": ""}, "guide.scope", "guide_complete", GUIDE),
    (FOOD, {"guide.accept_authority": ""}, "guide", "guide_complete", GUIDE),
    (FOOD, {"dept_name": "示范区食药局"}, "dept_name", "directory", CHECKS),
    (FOOD, {"window_groups": ["roof"]}, "window_groups.0", "directory", CHECKS),
]


@pytest.fixture(scope="module")
def sound():
    return {item.catalog_code: msgspec.to_builtins(item) for item in load_items()}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def planted(item, changes):
    tree = plain(copy.deepcopy(item))
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = tree
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        key = int(last) if isinstance(place, list) else last
        if value is DROP:
            del place[key]
        else:
            place[key] = value
    return msgspec.convert(tree, ServiceItem)


@pytest.mark.parametrize(
    ("code", "changes", "field", "rule", "clause"),
    PLANTED,
    ids=[f"{row[3]}-{row[2]}-{n}" for n, row in enumerate(PLANTED)],
)
def test_mistake_is_found_at_its_field(sound, code, changes, field, rule, clause):
    findings = validate(planted(sound[code], changes), load_departments())
    assert (field, rule, clause) in [(found.field, found.rule, found.clause) for found in findings]
    assert all(found.text() and "%(" not in found.text() for found in findings)


def test_control_without_changes_nothing_is_found(sound):
    for item in sound.values():
        assert validate(planted(item, {}), load_departments()) == ()


def test_every_rule_has_a_planted_mistake():
    assert {rule.code for rule in RULES} | {"directory"} == {row[3] for row in PLANTED}


def test_a_material_name_that_mentions_others_is_no_catch_all(sound):
    named = planted(sound[FOOD], {"materials.3.name": "投资人员、拟任法定代表人和其他负责人的书面声明"})
    assert validate(named, load_departments()) == ()
