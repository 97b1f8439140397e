"""Joint sets: the shipped ones hold every rule; planted mistakes are found at their field, rule and clause."""

import msgspec
import pytest

from appliance.catalogue import joint_sets
from appliance.catalogue.joint_sets import RULES, load_set, load_sets, validate_set
from appliance.catalogue.loader import ItemFileError, load_items
from appliance.domain.joint_set import JointSet, combined
from appliance.domain.service_item import ServiceItem, materials_for

TOGETHER = "行政许可法第二十六条第二款"
LIMIT = "行政许可法第四十二条第二款"
CHECKS = "DB4201/T 571-2018 5.2.1"
BASIS = "行政许可法第三十条"
FUN, HEALTH, FOOD = "420100009000", "420100003000", "420100001000"
TRADER, RECORD, FORWARD, NURSE = "420700002000", "421000016000", "420700014000", "420100006000"
DROP = object()

# what to change in BL0001 (path -> value; DROP removes), the field blamed, rule, clause
PLANTED = [
    ({"code": "YL01"}, "code", "set_identity", CHECKS),
    ({"name": " "}, "name", "set_identity", CHECKS),
    ({"version": 0}, "version", "set_identity", CHECKS),
    ({"mnemonic": "娱乐"}, "mnemonic", "set_identity", CHECKS),
    ({"items.1": "420100099000"}, "items.1", "set_members", TOGETHER),
    ({"items.2": TRADER}, "items.2", "set_members", TOGETHER),
    ({"items.2": RECORD}, "items.2", "set_members", TOGETHER),
    ({"items.2": FORWARD}, "items.2", "set_members", TOGETHER),
    ({"items": [FUN]}, "items", "set_members", TOGETHER),
    ({"items": [FUN, FUN]}, "items", "set_members", TOGETHER),
    ({"items": [HEALTH, NURSE], "lead": HEALTH}, "items", "set_members", TOGETHER),
    ({"lead": NURSE}, "lead", "set_lead", TOGETHER),
    ({"limit_days": 46}, "limit_days", "set_limit", LIMIT),
    ({"limit_days": 0}, "limit_days", "set_limit", LIMIT),
    ({"limit_days": 5}, "limit_days", "set_limit", LIMIT),
    ({"by_law": []}, "by_law", "set_basis", BASIS),
    ({"by_law.0.article": ""}, "by_law.0.article", "set_basis", BASIS),
    ({"fields.0.name": "经营地址"}, "fields.0.name", "set_fields", TOGETHER),
    ({"fields.1.name": "premises"}, "fields.1.name", "set_fields", TOGETHER),
    ({"fields.0.label": ""}, "fields.0.label", "set_fields", TOGETHER),
    ({"fields.0.members": {FUN: "premises"}}, "fields.0.members", "set_fields", TOGETHER),
    ({f"fields.0.members.{FOOD}": "nothing"}, f"fields.0.members.{FOOD}", "set_fields", TOGETHER),
    ({f"fields.0.members.{NURSE}": "x"}, f"fields.0.members.{NURSE}", "set_fields", TOGETHER),
    ({f"fields.0.members.{FOOD}": "floor_area"}, "fields.0.members", "set_fields", TOGETHER),
    ({f"fields.0.members.{FOOD}": "floor_area"}, f"fields.1.members.{FOOD}", "set_fields", TOGETHER),
    ({f"fields.0.members.{FOOD}": "online_address"}, f"fields.0.members.{FOOD}", "set_fields", TOGETHER),
    ({"fields.7": DROP}, "fields", "set_fields", TOGETHER),
    ({f"materials.0.members.{FOOD}": "nothing"}, f"materials.0.members.{FOOD}", "set_materials", TOGETHER),
    ({f"materials.1.members.{FUN}": "agent_letter"}, f"materials.2.members.{FUN}", "set_materials", TOGETHER),
]


@pytest.fixture(scope="module")
def items():
    return {item.catalog_code: item for item in load_items()}


@pytest.fixture(scope="module")
def sets(items):
    return {one.code: one for one in load_sets(items)}


def listed(jset):
    """Give the set with lists in place of tuples, so that a mistake can be planted anywhere."""
    return msgspec.json.decode(msgspec.json.encode(jset))


@pytest.mark.parametrize(("changes", "field", "rule", "clause"), PLANTED)
def test_a_planted_mistake_is_found_where_it_is(sets, items, changes, field, rule, clause):
    body = listed(sets["BL0001"])
    for path, value in changes.items():
        *way, last = path.split(".")
        at = body
        for key in way:
            at = at[int(key)] if isinstance(at, list) else at[key]
        if value is DROP:
            del at[int(last)]
        else:
            at[int(last) if isinstance(at, list) else last] = value
    found = validate_set(msgspec.convert(body, JointSet, strict=False), items)
    assert (field, rule, clause) in {(one.field, one.rule, one.clause) for one in found}
    assert all(one.text() and "%(" not in one.text() for one in found)


def test_every_rule_has_a_planted_mistake_or_a_test_of_its_own():
    assert {rule.code for rule in RULES} == {row[2] for row in PLANTED} | {"set_applicants"}


def test_a_set_that_nobody_can_apply_for_as_a_whole_is_found(sets, items):
    item = items[FOOD]
    only_people = msgspec.structs.replace(item, server_type=("natural_person",))
    found = validate_set(sets["BL0001"], {**items, FOOD: only_people})
    assert [(one.field, one.rule) for one in found] == [("items", "set_applicants")]


def test_materials_that_differ_in_form_are_not_taken_once(sets, items):
    item = items[FOOD]
    materials = tuple(
        msgspec.structs.replace(one, material_form="electronic") if one.code == "principal_id" else one
        for one in item.materials
    )
    found = validate_set(sets["BL0001"], {**items, FOOD: msgspec.structs.replace(item, materials=materials)})
    assert ("materials.0.members", "set_materials") in {(one.field, one.rule) for one in found}


def test_the_shipped_sets_hold_every_rule_and_span_departments(sets, items):
    assert set(sets) == {"BL0001", "BL0002", "BL0003"}
    for jset in sets.values():
        assert validate_set(jset, items) == ()
        assert len({items[code].dept_code for code in jset.items}) >= 2


def test_the_form_of_the_whole_asks_each_shared_thing_once_and_loses_nothing(sets, items):
    for jset in sets.values():
        members = tuple(items[code] for code in jset.items)
        whole = combined(jset, members)
        assert isinstance(whole, ServiceItem)
        spared = sum(len(one.members) - 1 for one in jset.fields)
        assert len(whole.form) == sum(len(item.form) for item in members) - spared
        spared = sum(len(one.members) - 1 for one in jset.materials)
        assert len(whole.materials) == sum(len(item.materials) for item in members) - spared
        assert len({one.code for one in whole.materials}) == len(whole.materials)
        assert materials_for(whole, {"by_agent": "yes"})[0].order == 1
        assert any(one.code == "agent_letter" for one in materials_for(whole, {"by_agent": "yes"}))
        assert all(one.code != "agent_letter" for one in materials_for(whole, {"by_agent": "no"}))


def test_the_form_of_the_whole_is_newer_when_one_item_is(sets, items):
    jset = sets["BL0001"]
    members = tuple(items[code] for code in jset.items)
    newer = (*members[:2], msgspec.structs.replace(members[2], task_version=members[2].task_version + 1))
    assert combined(jset, newer).task_version == combined(jset, members).task_version + 1


def test_a_file_named_otherwise_or_malformed_is_refused(tmp_path, items):
    text = (joint_sets.SHIPPED_SETS / "BL0001.toml").read_text(encoding="utf-8")
    (tmp_path / "BL0009.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ItemFileError, match="BL0009"):
        load_sets(items, tmp_path)
    with pytest.raises(ItemFileError, match="limit_days"):
        load_set(text.replace("limit_days = 30", 'limit_days = "长"'), "x.toml")
    with pytest.raises(ItemFileError, match="TOML"):
        load_set("code = ", "x.toml")
