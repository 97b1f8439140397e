"""Money as decimal strings and in capitals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import amount
from appliance.errors import Invalid


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("100.00", "壹佰元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("10001", "壹万零壹元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000010000", "壹拾亿零壹万元整"),
        ("20300000", "贰仟零叁拾万元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1,234.5", "壹仟贰佰叁拾肆元伍角整"),
    ],
)
def test_capitals(text, capitals):
    assert amount.capitals(text) == capitals


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.234", "1e3", "01", "１２", "1.", ".5", "1,23", "NaN", "1000000000000", "一百"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        amount.parse(text)
    assert refusal.value.code == "amount"


def test_amounts_are_stored_with_two_decimals():
    assert amount.decimal_text(Decimal("12.5")) == "12.50"
    assert amount.decimal_text(Decimal("1E+2")) == "100.00"
    with pytest.raises(Invalid):
        amount.decimal_text(Decimal("0.001"))


VALUES = {character: number for number, character in enumerate(amount.DIGITS)}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(text):
    """Read capitals as a person does: an independent way back to fen."""
    total, group, digit, fen = 0, 0, 0, 0
    for character in text:
        if character in VALUES:
            digit = VALUES[character]
        elif character in UNITS:
            group, digit = group + digit * UNITS[character], 0
        elif character in ("万", "亿"):
            total, group, digit = total + (group + digit) * (10000 if character == "万" else 10**8), 0, 0
        elif character == "元":
            total, group, digit = total + group + digit, 0, 0
        elif character in ("角", "分"):
            fen, digit = fen + digit * (10 if character == "角" else 1), 0
    return total * 100 + fen


@given(fen=st.integers(0, 10**14 - 1))
def test_capitals_can_be_read_back(fen):
    written = amount.capitals(f"{fen // 100}.{fen % 100:02d}")
    assert read_back(written) == fen
    assert "零零" not in written
    assert written.endswith(("整", "分"))
