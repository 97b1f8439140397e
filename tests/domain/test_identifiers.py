"""Credit codes, areas, item codes, case numbers, licence identifiers, phones, names, paper numbers (domain §3)."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.identifiers import areas, case_numbers, document_no, item_codes, licence_id, names, phone, uscc
from appliance.domain.identifiers.case_numbers import NumberKind
from appliance.domain.identifiers.phone import PhoneKind
from appliance.errors import Invalid

DEMO_CODES = [
    ("91420199MADEM0011P", "企业"),
    ("92420199MADEM002XC", "个体工商户"),
    ("11420199MBDEM00314", "机关"),
    ("11420199MBDEM004XU", "机关"),
    ("11420199MBDEM0058U", "机关"),
    ("11420199MBDEM0082C", "机关"),
    ("11420199MBDEM00907", "机关"),
    ("11420199MBDEM00A94", "机关"),
    ("11420199MBDEM00B7Y", "机关"),
    ("11420199MBDEM00C5R", "机关"),
    ("11420199MBDEM00D3L", "机关"),
    ("51420199MJDEM0065X", "社会团体"),
    ("52420199MJDEM0073M", "民办非企业单位"),
]


@pytest.mark.parametrize(("code", "category"), DEMO_CODES)
def test_the_reference_credit_codes(code, category):
    found = uscc.check(code.lower())
    assert (found.value, found.category, found.area, found.warnings) == (code, category, "420199", ())


@pytest.mark.parametrize(
    ("code", "error", "says"),
    [
        ("11420199MBDEM0082D", "uscc_check", "第18位校验不符：填的是“D”，按前17位计算应为“C”"),
        ("11420199MBDEM0O82C", "uscc_character", "第15位不能是“O”（代码不用 I、O、S、V、Z），可能是“0”"),
        ("11420199MBDEM0-82C", "uscc_character", "第15位应为数字或大写字母"),
        ("11420199MBDEM0082", "uscc_length", "填了17位"),
        ("11420199MBDEM0082CC", "uscc_length", "填了19位"),
        ("１1420199MBDEM0082C", "full_width", "第1位是全角字符"),
        ("", "uscc_length", "填了0位"),
    ],
)
def test_credit_code_refusals(code, error, says):
    with pytest.raises(Invalid) as refusal:
        uscc.check(code)
    assert refusal.value.code == error
    assert says in refusal.value.text()


@pytest.mark.parametrize("start", ["N2420199", "Y1420199", "A1000000", "N24A0199"])
def test_letters_in_the_first_eight_places_are_accepted(start):
    body = start + "MADEM001" + uscc.body_check_character("MADEM001")
    found = uscc.check(body + uscc.check_character(body))
    assert found.register
    assert {notice.code for notice in found.warnings} <= {"uscc_area"}


def test_a_failing_inner_check_is_a_warning():
    body = "91420199MADEM0012"
    found = uscc.check(body + uscc.check_character(body))
    assert [notice.code for notice in found.warnings] == ["uscc_body_check"]
    assert "填的是“2”，应为“1”" in found.warnings[0].text()


def test_an_unknown_register_is_a_warning():
    body = "B1420199MADEM0011"
    assert [notice.code for notice in uscc.check(body + uscc.check_character(body)).warnings] == ["uscc_register"]


@given(position=st.integers(0, 16), step=st.integers(1, 30), code=st.sampled_from([code for code, _ in DEMO_CODES]))
def test_every_wrong_character_of_a_credit_code_is_caught(position, step, code):
    wrong = uscc.ALPHABET[(uscc.ALPHABET.index(code[position]) + step) % 31]
    with pytest.raises(Invalid):
        uscc.check(code[:position] + wrong + code[position + 1 :])


def test_the_thirteen_districts():
    assert len(areas.DISTRICTS) == 13
    assert areas.area_name("420102") == "江岸区"
    assert areas.area_name("420117003") == "新洲区"
    assert areas.area_name("310115") == ""
    assert areas.DEMO not in areas.DISTRICTS
    assert len(areas.PROVINCES) == 34


def test_area_codes():
    assert areas.check("420199") == "420199"
    assert areas.check("420102001") == "420102001"
    assert areas.check("42011X", local_codes=frozenset({"42011X"})) == "42011X"
    for text, code in [("42011X", "area_code"), ("4201", "area_code"), ("420192", "area_unknown"), ("99", "area_code")]:
        with pytest.raises(Invalid) as refusal:
            areas.check(text)
        assert refusal.value.code == code


def test_task_codes_from_two_provinces():
    first = item_codes.check_task_code("113708" + "00MB28559184" + "3" + "370117002011")
    assert (first.level, first.catalog.item_type, first.catalog.main_item, first.catalog.sub_item) == (
        "3",
        "01",
        "17002",
        "011",
    )
    assert item_codes.check_task_code("12441500196720244T3442199806003").catalog.item_type == "21"
    assert item_codes.check_catalog_code("310150356000").item_type == "01"


def test_task_codes_are_built_and_refused():
    built = item_codes.build_task_code("11420199MBDEM004XU", "4", "000131023000")
    assert len(built) == 31
    assert item_codes.check_task_code(built + "01").handle == "01"
    for text, code in [
        (built[:-1], "task_code_length"),
        (built[:18] + "7" + built[19:], "task_code_level"),
        (built[:17] + "X" + built[18:], "uscc_check"),
        (built + "0A", "task_code_handle"),
        (built[:19] + "00013102300A", "catalog_code"),
        (built[:19] + "009931023000", "catalog_code_type"),
    ]:
        with pytest.raises(Invalid) as refusal:
            item_codes.check_task_code(text)
        assert refusal.value.code == code
    assert item_codes.check_catalog_code("00013102300Y").sub_item == "00Y"


DAY = date(2026, 11, 23)


def test_the_reference_case_numbers():
    parts = {"area": "420102", "hall": "01", "day": DAY, "epoch": 1, "sequence": 7}
    assert case_numbers.intake_no(**parts) == "S4201020120261123100079"
    assert case_numbers.acceptance_no(**parts) == "A420102012026112310007H"
    found = case_numbers.parse(" s4201020120261123100079 ")
    assert (found.kind, found.area, found.hall, found.day, found.epoch, found.sequence) == (
        NumberKind.INTAKE,
        "420102",
        "01",
        DAY,
        1,
        7,
    )


@given(
    kind=st.sampled_from(NumberKind),
    day=st.dates(date(2026, 1, 1), date(2099, 12, 31)),
    epoch=st.integers(0, 35),
    sequence=st.integers(1, case_numbers.SEQUENCE_MAX),
)
def test_case_numbers_round_trip_and_sort(kind, day, epoch, sequence):
    text = case_numbers.build(kind, area="420199", hall="01", day=day, epoch=epoch, sequence=sequence)
    assert len(text) == case_numbers.LENGTH
    assert case_numbers.parse(text).sequence == sequence
    assert str(case_numbers.parse(text)) == text
    if sequence > 1:
        before = case_numbers.build(kind, area="420199", hall="01", day=day, epoch=epoch, sequence=sequence - 1)
        assert before[:-1] < text[:-1]


@pytest.mark.parametrize(("sequence", "written"), [(9999, "9999"), (10000, "A000"), (10036, "A010"), (1223055, "ZZZZ")])
def test_the_sequence_goes_on_after_9999(sequence, written):
    text = case_numbers.intake_no(area="420199", hall="01", day=DAY, epoch=35, sequence=sequence)
    assert text[17:22] == "Z" + written


@pytest.mark.parametrize(
    "change", [{"sequence": 0}, {"sequence": 1223056}, {"epoch": 36}, {"hall": "1"}, {"area": "x"}]
)
def test_parts_that_do_not_fit_are_refused(change):
    parts = {"area": "420199", "hall": "01", "day": DAY, "epoch": 1, "sequence": 1}
    with pytest.raises(Invalid) as refusal:
        case_numbers.intake_no(**{**parts, **change})
    assert refusal.value.code == "case_number_part"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("S4201020120261123100078", "case_number_check"),
        ("S420102012026112310007", "case_number_form"),
        ("S4201020120261323100079", "case_number_form"),
        ("S420102012026112310000A", "case_number_form"),
        ("X4201020120261123100079", "case_number_form"),
        ("", "case_number_form"),
        ("Ｓ4201020120261123100079", "full_width"),
    ],
)
def test_numbers_that_are_none_are_refused(text, code):
    with pytest.raises(Invalid) as refusal:
        case_numbers.parse(text)
    assert refusal.value.code == code


def test_national_numbers():
    code = "11420199MBDEM004XU4000131023000"
    assert case_numbers.national_no(code, DAY, 68) == code + "202611230068"
    assert case_numbers.national_no(code, DAY, 12345).endswith("2026112312345")
    with pytest.raises(Invalid):
        case_numbers.national_no(code, DAY, 100000)


def test_query_codes_are_six_digits_from_the_given_randomness():
    assert case_numbers.query_code(lambda count: (7).to_bytes(count, "big")) == "000007"
    draws = iter([b"\xff\xff\xff\xff", b"\x00\x0f\x42\x3f"])  # the first lies in the uneven rest and is thrown away
    assert case_numbers.query_code(lambda _: next(draws)) == "999999"
    source = random.Random(1)
    codes = {case_numbers.query_code(source.randbytes) for _ in range(500)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 490


REAL = "1.2.156.3005.2.11100000000013338W"
LICENCES = [
    REAL + "011.11430000006122244L.20230000403.001.U",
    REAL + "032.11220000013544541J.2430599.001.F",
    REAL + "009.11330105002500287C.2025052201.002.0",
    "1.2.156.3005.2.11420199MBDEM004XU001.11420199MBDEM004XU.20260000000000000001.001.L",
    "1.2.156.3005.2.11420199MBDEM004XU002.11420199MBDEM004XU.2026A1B2C3D4E5F6G7H8.001.1",
]


@pytest.mark.parametrize("text", LICENCES)
def test_the_reference_licence_identifiers(text):
    found = licence_id.check(text)
    assert str(found) == text
    assert licence_id.read(text)[1] is None


@pytest.mark.parametrize("text", LICENCES[3:])
def test_a_licence_identifier_is_built(text):
    found = licence_id.check(text)
    assert str(licence_id.build(found.type_code, found.issuer, found.serial, found.version)) == text


def test_a_wrong_check_is_an_error_on_issue_and_a_notice_on_import():
    wrong = LICENCES[0][:-1] + "V"
    with pytest.raises(Invalid) as refusal:
        licence_id.check(wrong)
    assert "给出“V”，应为“U”" in refusal.value.text()
    found, notice = licence_id.read(wrong)
    assert str(found) == wrong
    assert notice.code == "licence_identifier_check"


@pytest.mark.parametrize("text", ["", "1.2.156.3005.2", LICENCES[0].replace(".001.", ".1."), LICENCES[0][2:]])
def test_what_is_no_licence_identifier_is_refused(text):
    with pytest.raises(Invalid) as refusal:
        licence_id.read(text)
    assert refusal.value.code == "licence_identifier_form"


@pytest.mark.parametrize(
    ("type_code", "issuer", "serial", "version"),
    [
        ("11420199MBDEM004XU01", "11420199MBDEM004XU", "1", 1),
        ("11420199MBDEM004XU001", "11420199MBDEM004XA", "1", 1),
        ("11420199MBDEM004XU001", "11420199MBDEM004XU", "a.b", 1),
        ("11420199MBDEM004XU001", "11420199MBDEM004XU", "", 1),
        ("11420199MBDEM004XU001", "11420199MBDEM004XU", "1" * 33, 1),
        ("11420199MBDEM004XU001", "11420199MBDEM004XU", "1", 1000),
        ("11420199MBDEM004XU001", "11420199MBDEM004XU", "1", 0),
    ],
)
def test_a_licence_identifier_is_not_built_from_bad_parts(type_code, issuer, serial, version):
    with pytest.raises(Invalid):
        licence_id.build(type_code, issuer, serial, version)


def test_random_serials():
    source = random.Random(1)
    serials = {licence_id.random_serial(2026, source.randbytes) for _ in range(200)}
    assert len(serials) == 200
    assert all(len(serial) == 20 and serial.startswith("2026") and serial.isalnum() for serial in serials)


def test_food_licence_numbers():
    number = licence_id.food_licence_no(1, "420199", 12)
    assert len(number) == 16
    assert licence_id.check_food_licence_no(number) == (number, None)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert licence_id.check_food_licence_no(wrong)[1].code == "food_licence_check"
    for bad in [(1, "4201", 12), (1, "420199", 0), (10, "420199", 1)]:
        with pytest.raises(Invalid):
            licence_id.food_licence_no(*bad)
    with pytest.raises(Invalid):
        licence_id.check_food_licence_no("JY1")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("13800005678", "13800005678", PhoneKind.MOBILE),
        ("+86 138 0000 5678", "13800005678", PhoneKind.MOBILE),
        ("138-0000-5678", "13800005678", PhoneKind.MOBILE),
        ("027-82700001", "027-82700001", PhoneKind.FIXED),
        ("02782700001", "027-82700001", PhoneKind.FIXED),
        ("0714-6250001", "0714-6250001", PhoneKind.FIXED),
        ("010-62000001转123", "010-62000001-123", PhoneKind.FIXED),
    ],
)
def test_phones(text, value, kind):
    assert phone.check(text) == phone.Phone(value, kind)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1380000567", "phone_length"),
        ("138000056789", "phone_length"),
        ("12000005678", "phone"),
        ("82700001", "phone"),
        ("027-12345678", "phone"),
        ("１3800005678", "full_width"),
        ("", "phone"),
        ("电话", "phone"),
    ],
)
def test_what_is_no_phone_is_refused(text, code):
    with pytest.raises(Invalid) as refusal:
        phone.check(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "𠮷田",  # U+20BB7, plane 2
        "㐂",
        "\U000323af",  # newer than this interpreter's tables
        "阿卜杜拉·买买提",
        "买买提·" * 12 + "艾力",
        "John Smith",
        "O'Neill-Müller Jr.",
        "\ufa0e\uf9dc",  # compatibility ideographs stay what they are
    ],
)
def test_names_are_kept_as_they_are(name):
    assert names.check(name) == names.PersonName(name, ())


def test_fifty_characters_and_more_are_a_name():
    assert names.check("买" * 100).value == "买" * 100
    with pytest.raises(Invalid) as refusal:
        names.check("买" * 101)
    assert refusal.value.code == "name_length"


@pytest.mark.parametrize("dot", "‧•・･⋅∙●．")
def test_other_dots_become_the_separator_with_a_notice(dot):
    found = names.check(f"迪丽{dot}热巴")
    assert found.value == "迪丽·热巴"
    assert [notice.code for notice in found.notices] == ["name_separator"]


def test_spaces_and_composition():
    assert names.check("\u3000张 三 ").value == "张 三"
    assert names.check("Mu\u0308ller").value == "Müller"
    assert names.check("\ue863").notices[0].code == "name_private_use"


@pytest.mark.parametrize(
    ("text", "code", "point"),
    [
        ("张\x00三", "name_character", "U+0000"),
        ("张\n三", "name_character", "U+000A"),
        ("张\u202e三", "name_character", "U+202E"),
        ("张\u200b三", "name_character", "U+200B"),
        ("张\ud800", "name_character", "U+D800"),
        ("张\U0001f600", "name_character", "U+1F600"),
        ("", "name_empty", ""),
        (" ·", "name_empty", ""),
    ],
)
def test_what_is_no_name_is_refused(text, code, point):
    with pytest.raises(Invalid) as refusal:
        names.check(text)
    assert refusal.value.code == code
    assert point in refusal.value.text()


def test_paper_numbers():
    assert document_no.build("示行审", 2026, 12) == "示行审〔2026〕12号"
    assert document_no.check(" 国办发明电〔2025〕7号 ") == document_no.DocumentNo("国办发明电", 2025, 7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("示行审[2026]12号", "document_no_brackets"),
        ("示行审（2026）12号", "document_no_brackets"),
        ("示行审〔2026〕012号", "document_no_zero"),
        ("示行审〔2026〕第12号", "document_no_ordinal"),
        ("示行审〔26〕12号", "document_no"),
        ("〔2026〕12号", "document_no"),
        ("", "document_no"),
    ],
)
def test_paper_numbers_of_another_form_are_refused(text, code):
    with pytest.raises(Invalid) as refusal:
        document_no.check(text)
    assert refusal.value.code == code
