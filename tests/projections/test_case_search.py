"""Searching cases: parts of names, initials, numbers, and queries that are no words at all."""

import math
import uuid
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.projections import rare_terms, search
from appliance.services.intake import ReceiveCase
from provisioning.applications import make_application

FOOD = "420100001000"
NAMES = {
    "noodles": ("示范张三面馆（示例）", "欧阳小示", "420102190001010013", "13800001234"),
    "soup": ("示范𠮷野汤馆（示例）", "阿依·示例", "420102190001010021", "13800005678"),
    "chongqing": ("重庆面食坊（示例）", "李示", "42010219000101003X", "13800009012"),
    "tea": ('王"AND"茶饮 OR*（示例）', "赵示茶", "420102190001010048", "13800003456"),
}


@pytest.fixture(scope="module")
def found(shared_hall):
    item = shared_hall.items[FOOD]
    given_numbers = {}
    for label, (name, representative, number, phone) in NAMES.items():
        made = make_application(Random(label), item, today=shared_hall.clock.now().date(), by_agent=False)
        applicant = msgspec.structs.replace(
            made.applicant, name=name, representative=representative, representative_id=check(number), phone=phone
        )
        command = ReceiveCase(
            item_code=FOOD, item_version=1, applicant=applicant, form=made.form, materials=made.materials, ticket="A1"
        )
        given_numbers[label] = shared_hall.do(command, key=str(uuid.uuid4())).result["case"]

    def find(query, **more):
        labels = {no: label for label, no in given_numbers.items()}
        return [labels[row.no] for row in search.find(shared_hall.desk.reader(), query, **more)]

    find.numbers = given_numbers
    return find


def check(number):
    from appliance.domain.identifiers import citizen_id  # noqa: PLC0415 - for the fixture only

    return number[:17] + citizen_id.check_character(number[:17])


# what is typed: which cases are found, the newest first
QUERIES = {
    "two characters": ("张三", ["noodles"]),
    "the middle of a name": ("三面馆", ["noodles"]),
    "one character": ("馆", ["soup", "noodles"]),
    "the first character": ("张", ["noodles"]),
    "characters that do not stand together": ("张面", []),
    "a name that only begins like one": ("示范张三面店", []),
    "an agent or representative": ("阿依·示例", ["soup"]),
    "a whole name": ("示范张三面馆（示例）", ["noodles"]),
    "half-width brackets": ("面馆(示例)", ["noodles"]),
    "spaces in between": ("张 三", ["noodles"]),
    "the representative": ("欧阳", ["noodles"]),
    "outside the basic plane": ("𠮷", ["soup"]),
    "outside the basic plane, with its neighbour": ("𠮷野", ["soup"]),
    "the separator": ("阿依·示例", ["soup"]),
    "pinyin initials": ("zsmg", ["noodles"]),
    "initials in capitals": ("ZSMG", ["noodles"]),
    "initials of a character with two readings": ("cqms", ["chongqing"]),
    "initials of its other reading": ("zqms", ["chongqing"]),
    "one letter": ("m", ["chongqing", "noodles"]),
    "the last four of a phone": ("5678", ["soup"]),
    "a whole phone": ("13800001234", ["noodles"]),
    "the last four of an identity number": ("0013", ["noodles"]),
    "three digits are too few": ("013", []),
    "nothing": ("", []),
    "spaces": ("  \u3000", []),
    "a name that nobody bears": ("诸葛", []),
    "two names run together": ("）欧", []),
}


@pytest.mark.parametrize(("query", "labels"), QUERIES.values(), ids=list(QUERIES))
def test_what_is_found(found, query, labels):
    assert found(query) == labels


def test_numbers_and_their_ends_are_found(found):
    no = found.numbers["soup"]
    assert found(no) == ["soup"]
    assert found(no.lower()) == ["soup"]
    assert found(no[-5:]) == ["soup"]


OPERATORS = [
    *('"', '""', 'a"', '"a', '王"', "*", "馆*", "AND", "张三 AND 王", "NOT 张", "name:张", "{name}", "^张", "-张"),
    *("(", ")", "张+三", "NEAR(张 三)", "\\", "'", "';--", "%", "_", "\x00", "张\x00三", "\ud800", "😀"),
    *("\ufdfd" * 60, "a" * 10_000),
]


@pytest.mark.parametrize("query", OPERATORS, ids=[repr(query[:12]) for query in OPERATORS])
def test_operators_quotes_and_odd_characters_do_no_harm(found, query):
    assert set(found(query)) <= set(NAMES)


def test_a_quoted_name_is_found_as_it_is_written(found):
    assert found('王"AND"茶') == ["tea"]
    assert found('"AND"') == ["tea"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=70))
def test_no_query_fails(found, query):
    assert set(found(query)) <= set(NAMES)


@pytest.mark.parametrize(
    ("module", "setting", "value"), [(search, "CHECKED_MAX", 1), (rare_terms, "SPACING_MIN", math.nan)]
)
@pytest.mark.parametrize("label", ["a whole name", "half-width brackets", "a name that only begins like one"])
def test_where_nothing_in_a_name_is_rare_the_whole_phrase_is_asked(found, monkeypatch, module, setting, value, label):
    monkeypatch.setattr(module, setting, value)
    query, labels = QUERIES[label]
    assert found(query) == labels


def test_a_short_name_has_no_rarest_part_and_a_long_one_has(shared_hall, found):
    reader = shared_hall.desk.reader()
    assert rare_terms.rarest(reader, "示范张三") is None
    part = rare_terms.rarest(reader, "示范张三面馆")
    assert part in "示范张三面馆"
    assert len(part) == rare_terms.PART


def test_the_limit_holds(found):
    assert len(found("示例", limit=2)) == 2


def test_bigrams_and_initials():
    assert search.bigrams("张三丰") == "张三 三丰 丰"
    assert search.bigrams("𠮷野") == "𠮷野 野"
    assert "sfxc" in search.initials("示范小吃")
    assert {"zq", "cq"} <= set(search.initials("重庆"))
