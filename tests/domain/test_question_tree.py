"""The question tree 导办问答: what is asked follows from what was answered, and so do situations and materials."""

import msgspec
import pytest

from appliance.catalogue.loader import load_items
from appliance.domain.decide.application import Faults, check_form
from appliance.domain.item_terms import FieldKind
from appliance.domain.service_item import Condition, FormField, Variant, asked_fields, materials_for, variants_for

FOOD = next(item for item in load_items() if item.catalog_code == "420100001000")


def choice(name, *choices, when=()):
    return FormField(name=name, label=name, kind=FieldKind.CHOICE, choices=choices, when=when)


def given(field, *values):
    return (Condition(field=field, values=values),)


# 泳池 leads to 深水; 深水 leads to one material more. Two levels below the first question.
TREE = (
    choice("kind", "泳池", "旅店"),
    choice("pool", "浅水", "深水", when=given("kind", "泳池")),
    choice("lifeguards", "有", "无", when=given("pool", "深水")),
)
ITEM = msgspec.structs.replace(
    FOOD,
    form=TREE,
    variants=(Variant(code="deep", name="深水泳池", when=given("pool", "深水")),),
    materials=(*FOOD.materials[:1], msgspec.structs.replace(FOOD.materials[1], variants=("deep",))),
)
ASKED = [
    ({}, ["kind"]),
    ({"kind": "旅店"}, ["kind"]),
    ({"kind": "泳池"}, ["kind", "pool"]),
    ({"kind": "泳池", "pool": "浅水"}, ["kind", "pool"]),
    ({"kind": "泳池", "pool": "深水"}, ["kind", "pool", "lifeguards"]),
    ({"kind": "旅店", "pool": "深水"}, ["kind"]),  # left over from a changed mind: two levels fall away
]


@pytest.mark.parametrize(("answers", "asked"), ASKED)
def test_what_is_asked_follows_from_the_answers_before_it(answers, asked):
    assert [field.name for field in asked_fields(ITEM, answers)] == asked


def test_what_is_not_asked_is_neither_required_nor_kept():
    faults = Faults({})
    kept = check_form(ITEM, {"kind": "旅店", "pool": "深水", "lifeguards": "无"}, None, faults)
    assert (kept, faults.fields) == ({"kind": "旅店"}, {})


def test_what_is_asked_is_required():
    faults = Faults({})
    check_form(ITEM, {"kind": "泳池", "pool": "深水"}, None, faults)
    assert list(faults.fields) == ["form.lifeguards"]


@pytest.mark.parametrize(
    ("answers", "count"), [({"kind": "泳池", "pool": "深水"}, 2), ({"kind": "旅店", "pool": "深水"}, 1)]
)
def test_the_material_list_follows_the_walk_through_the_tree(answers, count):
    kept = check_form(ITEM, {**answers, "lifeguards": "有"}, None, Faults({}))
    assert len(materials_for(ITEM, kept, variants_for(ITEM, kept))) == count


def test_an_item_of_the_catalogue_asks_where_it_trades_online():
    names = [field.name for field in asked_fields(FOOD, {"online_trade": "yes"})]
    assert "online_address" in names
    assert "online_address" not in [field.name for field in asked_fields(FOOD, {"online_trade": "no"})]
