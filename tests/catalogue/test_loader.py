"""Reading item files: malformed ones are refused with file, field and rule; the digest follows the content only."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from appliance.catalogue.commands import item_validate
from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import SHIPPED_ITEMS, ItemFileError, canonical_item, item_digest, load_item, load_items
from appliance.errors import Invalid

FOOD = SHIPPED_ITEMS / "420100001000.toml"


@pytest.fixture
def text():
    return FOOD.read_text(encoding="utf-8")


MALFORMED = [
    ("task_version = 1", 'task_version = "一"', "task_version", "类型应为"),
    ("task_version = 1\n", "", "task_version", "缺少必填字段"),
    ("task_version = 1", "task_versoin = 2\ntask_version = 1", "task_versoin", "没有名为"),
    ('project_type = "promise"', 'project_type = "slow"', "project_type", "不在允许的范围内"),
    ('necessity = "tolerable"', 'necessity = "perhaps"', "materials", "不在允许的范围内"),
    ('use_level = "county"', 'use_level = "moon"', "use_level", "不在允许的范围内"),
    ("plan_effective_date = 2026-01-01", 'plan_effective_date = "soon"', "plan_effective_date", "应为日期，实为文本"),
    ('role = "reviewer"', 'role = "clerk"', "steps", "不在允许的范围内"),
    ("[guide]\n", '[guide]\nsecret = "x"\n', "guide.secret", "没有名为"),
    ("[guide]", "[guide", "", "不是有效的TOML"),
]


@pytest.mark.parametrize(("old", "new", "field", "says"), MALFORMED)
def test_malformed_file_is_refused_in_chinese(text, old, new, field, says):
    assert old in text
    with pytest.raises(ItemFileError) as caught:
        load_item(text.replace(old, new, 1), FOOD)
    error = caught.value
    finding = error.findings[0]
    assert finding.field.startswith(field)
    assert finding.rule == "structure"
    assert says in error.text()
    assert "420100001000.toml" in error.text()
    assert isinstance(error, Invalid)


def test_bytes_that_are_not_text_are_refused():
    with pytest.raises(ItemFileError):
        load_item(b"\xff\xfe", "x.toml")


def test_digest_ignores_layout_and_follows_content(text):
    item = load_item(text, FOOD)
    assert item_digest(load_item("# 注释\n\n" + text.replace(" = ", "  =  "), FOOD)) == item_digest(item)
    changed = load_item(text.replace("promise_day = 5", "promise_day = 4"), FOOD)
    assert item_digest(changed) != item_digest(item)
    assert json.loads(canonical_item(item))["catalog_code"] == "420100001000"
    assert msgspec.json.decode(canonical_item(item), type=type(item)) == item


def test_load_items_refuses_a_broken_rule_a_wrong_name_and_a_repeated_code(tmp_path, text):
    good = tmp_path / FOOD.name
    good.write_text(text, encoding="utf-8")
    assert [item.catalog_code for item in load_items(tmp_path, load_departments())] == ["420100001000"]
    twin = tmp_path / "420100001001.toml"
    twin.write_text(text, encoding="utf-8")
    with pytest.raises(ItemFileError, match="code_unique"):
        load_items(tmp_path)
    good.unlink()
    with pytest.raises(ItemFileError, match=r"420100001000\.toml"):
        load_items(tmp_path)
    twin.unlink()
    good.write_text(text.replace("promise_day = 5", "promise_day = 50"), encoding="utf-8")
    with pytest.raises(ItemFileError, match="promise_within_legal"):
        load_items(tmp_path)


def test_departments_refuse_a_repeated_code_and_an_unknown_key(tmp_path):
    path = tmp_path / "departments.toml"
    one = '[[departments]]\ncode = "1"\nname = "a"\nshort_name = "a"\ndocument_prefix = "a"\nphone = "1"\n'
    groups = '[[window_groups]]\ncode = "g"\nname = "g"\nprefix = "A"\n'
    path.write_text(one + groups, encoding="utf-8")
    assert load_departments(path).department("1").name == "a"
    assert load_departments(path).department("2") is None
    path.write_text(one + one + groups, encoding="utf-8")
    with pytest.raises(Invalid, match="重复"):
        load_departments(path)
    path.write_text(one + "colour = 1\n" + groups, encoding="utf-8")
    with pytest.raises(Invalid, match="无法读取"):
        load_departments(path)


def test_command_says_so_with_exit_codes(tmp_path, text):
    run = CliRunner().invoke
    passed = run(item_validate, [str(FOOD), "--json"])
    assert passed.exit_code == 0
    assert json.loads(passed.output)["ok"] is True
    assert "校验通过" in run(item_validate, [str(FOOD)]).output
    bad = tmp_path / "bad.toml"
    bad.write_text(text.replace("promise_day = 5", "promise_day = 50"), encoding="utf-8")
    found = run(item_validate, [str(bad), "--json"])
    assert found.exit_code == 1
    assert json.loads(found.output)["findings"][0]["field"] == "promise_day"
    bad.write_text("x = [", encoding="utf-8")
    broken = run(item_validate, [str(bad)])
    assert broken.exit_code == 2
    assert "不是有效的TOML" in broken.output
