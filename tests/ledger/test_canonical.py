import json
from unicodedata import normalize

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import Invalid, TooLarge
from appliance.ledger.canonical import (
    DEPTH_MAX,
    INTEGER_MAX,
    canonical_bytes,
    canonical_entry,
    normalised,
    require_canonical,
)
from appliance.ledger.records import ENTRY_BYTES_MAX

nfc = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: normalize("NFC", text))
ascii_keys = st.text(st.characters(max_codepoint=127))


def values_with(keys):
    leaves = st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | nfc
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(values_with(ascii_keys))
@settings(max_examples=500, deadline=None)
def test_the_fast_way_writes_the_bytes_of_rfc_8785(value):
    assert canonical_bytes(value) == rfc8785.dumps(value)
    assert canonical_bytes(value) == msgspec.json.encode(value, order="sorted")


@given(values_with(nfc))
@settings(max_examples=200, deadline=None)
def test_any_keys_are_written_as_rfc_8785_says_and_read_back(value):
    data = canonical_bytes(value)
    assert data == rfc8785.dumps(value)
    assert json.loads(data) == value
    assert require_canonical(data) == value


def test_keys_are_ordered_by_utf_16_units_where_that_differs_from_code_points():
    value = {"\U0001f600": 1, "\ufb33": 2}
    value = {normalize("NFC", key): item for key, item in value.items()} | {"\uff01": 3}
    assert canonical_bytes(value) == rfc8785.dumps(value)
    assert canonical_bytes(value) != msgspec.json.encode(value, order="sorted")


def test_every_control_and_ascii_character_is_escaped_alike():
    text = "".join(map(chr, range(0x180))) + "\u2028\u2029\U0001f600"
    assert canonical_bytes({"k": text}) == rfc8785.dumps({"k": text})


def test_golden_bytes():
    value = {"v": 1, "type": "case.accepted", "data": {"名": "张三", "a": [True, None, -1]}, "n": 0}
    expected = '{"data":{"a":[true,null,-1],"名":"张三"},"n":0,"type":"case.accepted","v":1}'
    assert canonical_bytes(value).decode() == expected


class Subclass(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        {"a": [1, {"b": 0.5}]},
        float("nan"),
        INTEGER_MAX + 1,
        -INTEGER_MAX - 1,
        {1: "a"},
        {"a": b"bytes"},
        {"a": {1, 2}},
        "e\u0301",
        {"e\u0301": 1},
        "\ud800",
        {"\ud800": 1},
        Subclass("x"),
    ],
)
def test_what_may_not_be_signed(value):
    with pytest.raises(Invalid):
        canonical_bytes(value)


def test_nesting_is_limited():
    value = 1
    for _ in range(DEPTH_MAX):
        value = [value]
    assert canonical_bytes(value) == b"[" * DEPTH_MAX + b"1" + b"]" * DEPTH_MAX
    with pytest.raises(Invalid):
        canonical_bytes([value])
    with pytest.raises(Invalid):
        canonical_bytes({"a": value})


def test_text_is_brought_to_nfc_on_request():
    value = {"e\u0301": ["e\u0301", 1, None, ("e\u0301",)]}
    assert normalised(value) == {"é": ["é", 1, None, ["é"]]}
    assert canonical_bytes(normalised(value)) == '{"é":["é",1,null,["é"]]}'.encode()


def test_an_entry_ends_at_32_kib():
    frame = len(canonical_entry({"a": ""}))
    assert len(canonical_entry({"a": "x" * (ENTRY_BYTES_MAX - frame)})) == ENTRY_BYTES_MAX
    with pytest.raises(TooLarge) as caught:
        canonical_entry({"a": "x" * (ENTRY_BYTES_MAX - frame + 1)})
    assert str(ENTRY_BYTES_MAX + 1) in caught.value.text()


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":1.0}', b'"\\u0041"', b"[" * 100_000]
)
def test_bytes_that_are_not_canonical(data):
    assert require_canonical(b'{"a":1,"b":2}') == {"a": 1, "b": 2}
    with pytest.raises(Invalid):
        require_canonical(data)
