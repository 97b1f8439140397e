"""The masking table of domain §7.3, row by row and column by column."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain import masking
from appliance.domain.masking import Audience

ORDER = (Audience.TASK, Audience.LIST, Audience.RECEIPT, Audience.PUBLIC, Audience.SCREEN, Audience.PUBLICITY)
TABLE = [
    (masking.person_name, "张三", ("张三", "张*", "张三", "张*", "", "张*")),
    (masking.person_name, "王小明", ("王小明", "王*明", "王小明", "王*明", "", "王**")),
    (masking.person_name, "欧阳小明", ("欧阳小明", "欧**明", "欧阳小明", "欧**", "", "欧**")),
    (masking.person_name, "𠮷田明", ("𠮷田明", "𠮷*明", "𠮷田明", "𠮷*明", "", "𠮷**")),
    (masking.person_name, "迪丽·热巴", ("迪丽·热巴", "迪***巴", "迪丽·热巴", "迪**", "", "迪**")),
    (masking.person_name, "Bob", ("Bob", "B*b", "Bob", "B**", "", "B**")),
    (masking.person_name, "龘", ("龘", "*", "龘", "*", "", "*")),
    (
        masking.person_name,
        "葛\U000e0100城",
        ("葛\U000e0100城", "葛\U000e0100*", "葛\U000e0100城", "葛\U000e0100*", "", "葛\U000e0100*"),
    ),
    (masking.person_name, "", ("", "", "", "", "", "")),
    (masking.enterprise_name, "示范区张三小吃店", ("示范区张三小吃店",) * 6),
    (
        masking.id_number,
        "420102190001010013",
        ("420102190001010013", "420102********0013", "420102********0013", "", "", ""),
    ),
    (masking.id_number, "E12345678", ("E12345678", "E1*****78", "E1*****78", "", "", "")),
    (masking.id_number, "123456", ("123456", "******", "******", "", "", "")),
    (masking.phone, "13800005678", ("13800005678", "138****5678", "138****5678", "", "", "")),
    (masking.phone, "027-82700001", ("027-82700001", "027-****0001", "027-****0001", "", "", "")),
    (masking.phone, "027-82700001-123", ("027-82700001-123", "027-****0001", "027-****0001", "", "", "")),
    (
        masking.address,
        "武汉市江岸区台北街道台北一路12号3栋",
        (
            "武汉市江岸区台北街道台北一路12号3栋",
            "武汉市江岸区台北街道***",
            "武汉市江岸区台北街道台北一路12号3栋",
            "",
            "",
            "",
        ),
    ),
    (
        masking.address,
        "江汉区解放大道688号",
        ("江汉区解放大道688号", "江汉区解放大道***", "江汉区解放大道688号", "", "", ""),
    ),
    (masking.address, "幸福小区3栋", ("幸福小区3栋", "***", "幸福小区3栋", "", "", "")),
    (masking.address, "江岸区12号", ("江岸区12号", "江岸区***", "江岸区12号", "", "", "")),
    (masking.bank_card, "6222000011112222", ("****2222", "****2222", "****2222", "", "", "")),
    (masking.bank_card, "12345", ("****", "****", "****", "", "", "")),
    (masking.sensitive, "持有健康证明", ("持有健康证明", "", "", "", "", "")),
]


@pytest.mark.parametrize(("kind", "value", "shown"), TABLE)
def test_the_masking_table(kind, value, shown):
    assert tuple(kind(value, audience) for audience in ORDER) == shown


@pytest.mark.parametrize("audience", [Audience.TASK, Audience.LIST, Audience.RECEIPT, Audience.PUBLIC])
def test_staff_are_shown_to_everybody(audience):
    assert masking.staff("李四", "0012", audience) == "李四 0012"


def test_screens_show_staff_by_number_surname_and_title():
    assert masking.staff("李四", "0012", Audience.SCREEN, title="老师") == "0012 李老师"
    assert masking.staff("欧阳小明", "0012", Audience.SCREEN, title="老师") == "0012 欧阳老师"


@given(name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=50))
def test_no_masked_name_gives_the_whole_away(name):
    for audience in (Audience.LIST, Audience.PUBLIC, Audience.SCREEN, Audience.PUBLICITY):
        masked = masking.person_name(name, audience)
        assert masked != name
        assert sum(character != "*" for character in masked) <= 2


@given(number=st.text("0123456789X", min_size=1, max_size=18))
def test_no_masked_number_shows_the_birth_part(number):
    masked = masking.id_number(number, Audience.LIST)
    assert "*" in masked
    assert len(masked) == len(number)
