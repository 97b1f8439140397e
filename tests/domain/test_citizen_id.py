"""公民身份号码: every value of domain §3.1, and what each refusal says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.identifiers import citizen_id
from appliance.domain.identifiers.citizen_id import CardKind, Sex
from appliance.errors import Invalid

TODAY = date(2026, 11, 23)


def numbered(body):
    return body + citizen_id.check_character(body)


@pytest.mark.parametrize(
    ("value", "birth", "sex"),
    [
        ("420102190001010013", date(1900, 1, 1), Sex.MALE),
        ("420106190102150029", date(1901, 2, 15), Sex.FEMALE),
        ("42010219050606018X", date(1905, 6, 6), Sex.FEMALE),
        ("420111190207040134", date(1902, 7, 4), Sex.MALE),
    ],
)
def test_the_reference_numbers(value, birth, sex):
    found = citizen_id.check(value, today=TODAY)
    assert (found.value, found.birth, found.sex, found.kind) == (value, birth, sex, CardKind.RESIDENT)
    assert found.area_name in {"江岸区", "武昌区", "洪山区"}
    assert found.area_warning is None


def test_a_lower_case_x_and_spaces_around_are_put_right():
    assert citizen_id.check(" 42010219050606018x\n", today=TODAY).value == "42010219050606018X"


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        ("420102190001010018", "citizen_id_check", "填的是“8”，按前17位计算应为“3”"),
        ("420102190002300012", "citizen_id_birth", "1900年2月30日"),
        ("420102900101001", "citizen_id_old", "2013年1月1日"),
        ("42010219000101001", "citizen_id_length", "填了17位"),
        ("4201021900010100133", "citizen_id_length", "填了19位"),
        ("", "citizen_id_length", "填了0位"),
        ("42010219O001010013", "citizen_id_character", "第9位应为数字，填的是“O”"),
        ("4201021900010100 3", "citizen_id_character", "第17位"),
        ("42010219000101001Y", "citizen_id_character", "第18位应为数字或X"),
        ("X20102190001010013", "citizen_id_character", "第1位"),
        ("42０102190001010013", "full_width", "第3位是全角字符“０”，请改为半角“0”"),
        ("42010219050606018Ｘ", "full_width", "第18位是全角字符“Ｘ”"),
        ("420102٠90001010013", "citizen_id_character", "第7位"),
        (numbered("42010218991231001"), "citizen_id_birth", "早于1900年"),
        ("420102209901010016", "citizen_id_birth", "晚于今天"),
    ],
)
def test_refusals_say_what_is_wrong(value, code, says):
    with pytest.raises(Invalid) as refusal:
        citizen_id.check(value, today=TODAY)
    assert refusal.value.code == code
    assert says in refusal.value.text()


def test_born_today_is_accepted_and_tomorrow_refused():
    assert citizen_id.check(numbered("42010220261123001"), today=TODAY).birth == TODAY
    with pytest.raises(Invalid):
        citizen_id.check(numbered("42010220261124001"), today=TODAY)


def test_a_district_code_younger_than_the_birth_is_accepted():
    # stdnum.cn.ric refuses 江岸区 before 1983.
    assert citizen_id.check(numbered("42010219750101001"), today=TODAY).area_warning is None


@pytest.mark.parametrize("area", ["420192", "420199", "990000", "000000", "310115", "110101"])
def test_an_unknown_area_is_a_warning_and_never_an_error(area):
    found = citizen_id.check(numbered(f"{area}19050606001"), today=TODAY)
    doubtful = area in {"420192", "000000"}
    assert (found.area_warning is not None) == doubtful
    if doubtful:
        assert area in found.area_warning.text()


@pytest.mark.parametrize(
    ("area", "kind"),
    [
        ("810000", CardKind.COMPATRIOT),
        ("820000", CardKind.COMPATRIOT),
        ("830000", CardKind.COMPATRIOT),
        ("942840", CardKind.FOREIGN_PERMANENT),
    ],
)
def test_other_cards_of_the_same_form(area, kind):
    found = citizen_id.check(numbered(f"{area}19050606001"), today=TODAY)
    assert found.kind is kind
    assert found.area_warning is None


BODIES = st.builds(
    lambda area, day, sequence: f"{area:06d}{day:%Y%m%d}{sequence:03d}",
    st.integers(0, 999999),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(body=BODIES, position=st.integers(0, 16), step=st.integers(1, 9))
def test_every_wrong_digit_is_caught(body, position, step):
    value = numbered(body)
    assert citizen_id.check(value, today=TODAY).value == value
    digit = (int(value[position]) + step) % 10
    with pytest.raises(Invalid):
        citizen_id.check(f"{value[:position]}{digit}{value[position + 1 :]}", today=TODAY)


@given(text=st.text(max_size=24))
def test_any_text_is_either_accepted_or_refused_politely(text):
    try:
        citizen_id.check(text, today=TODAY)
    except Invalid as refusal:
        assert refusal.text()  # noqa: PT017 - acceptance is allowed too
