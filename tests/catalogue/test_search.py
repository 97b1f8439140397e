"""Finding an item as a clerk types: name, code, mnemonic, full pinyin, initials, in any width and case."""

import pytest

from appliance.catalogue.loader import load_items
from appliance.catalogue.search import item_keys, search_items


@pytest.fixture(scope="module")
def index():
    return [item_keys(item) for item in load_items()]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("食品经营", "420100001000"),
        ("spjyxk", "420100001000"),
        ("SPJYXK", "420100001000"),
        ("ｓｐｊｙ", "420100001000"),
        ("shipinjingying", "420100001000"),
        ("shipin jingying", "420100001000"),
        ("食品 许可证", "420100001000"),
        ("420100001000", "420100001000"),
        ("420100005", "420100005000"),
        ("11420199MBDEM004XU4420100001000", "420100001000"),
        ("SPJY-01", "420100001000"),
        ("奶茶", "420100001000"),
        ("naicha", "420100001000"),
        ("gtgsh", "420700002000"),
        ("hszyzc", "420100006000"),
        ("电梯", "420100004000"),
        ("高龄", "420500015000"),
        ("glj", "420500015000"),
    ],
)
def test_finds(index, typed, first):
    assert search_items(index, typed)[0] == first


@pytest.mark.parametrize("typed", ["", "   ", "——", "婚姻登记", "zzzz", "食品 电梯"])
def test_finds_nothing(index, typed):
    assert search_items(index, typed) == ()


def test_gives_at_most_the_limit(index):
    assert len(search_items(index, "示范区")) == 16
    assert len(search_items(index, "示范区", limit=3)) == 3
