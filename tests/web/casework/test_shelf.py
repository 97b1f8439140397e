"""取件柜: a place on arrival, found by its code, one result in one place, free again when it leaves."""

import asyncio

import msgspec
import pytest

from appliance.services.facts import Facts
from appliance.services.issuance import HandOver, ProduceResult
from appliance.services.outside import ShipResult


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


def moving(no, code):
    async def act(person):
        page = await person.open("/shelf?days=0")
        fields = page.fields("/shelf/move")
        fields |= {"case": no, "shelf": code}
        return await person.post("/shelf/move", fields)

    return act


def hand_over(hall, no):
    words = {"relation": "representative", "collector_name": "示例·经营者", "collector_id": "420102190001010013"}
    hall.do(HandOver(case=no, version=hall.case(no).version, identity_checked=True, **words), "W0312")


@pytest.mark.conformance("4.2.2-4")
def test_each_result_has_a_place_of_its_own_until_it_leaves(desk_hall):
    first = desk_hall.bring("ready")
    second = desk_hall.bring("ready", name="江城面馆（示例）")
    assert (desk_hall.case(first).shelf, desk_hall.case(second).shelf) == ("A-01", "A-02")
    page = walk(desk_hall, "W0312", opening("/shelf?q=a-02"))
    assert (second in page.text, first in page.text) == (True, False)
    hand_over(desk_hall, first)
    third = desk_hall.bring("ready", name="第三家（示例）")
    assert desk_hall.case(third).shelf == "A-01"  # freed at issuance
    ship = {"recipient": "示例·经营者", "phone": "13800000000", "address": "示范区示范路1号", "carrier": "邮政"}
    desk_hall.do(ShipResult(case=second, version=desk_hall.case(second).version, waybill="EY1234", **ship), "W0312")
    assert "是空的" in walk(desk_hall, "W0312", opening("/shelf?q=A-02")).text


def test_one_place_holds_one_result(desk_hall):
    lying = desk_hall.bring("ready")
    no = desk_hall.bring("granted", name="江城面馆（示例）")
    address = f"/issuance/{no}/produce"
    page = walk(desk_hall, "W0312", lambda person: person.fill(f"/issuance/{no}", address, shelf="a-01"))
    assert f"柜位 A-01 已放着 {lying} 的结果" in page.text
    page = walk(desk_hall, "W0312", lambda person: person.fill(f"/issuance/{no}", address, shelf="Z-99"))
    assert "没有柜位 Z-99" in page.text
    walk(desk_hall, "W0312", lambda person: person.fill(f"/issuance/{no}", address, shelf="B-07"))
    assert desk_hall.case(no).shelf == "B-07"


def test_a_result_moves_to_a_free_place_only(desk_hall):
    first = desk_hall.bring("ready")
    second = desk_hall.bring("ready", name="江城面馆（示例）")
    desk_hall.later(days=1)

    async def both(person):
        page = await person.open("/shelf?q=A-02")
        fields = {**page.fields("/shelf/move"), "shelf": "A-01"}
        taken = await person.post("/shelf/move", fields)
        assert f"已放着 {first}" in taken.text
        fields = {**(await person.open("/shelf?q=A-02")).fields("/shelf/move"), "shelf": "c-05"}
        return await person.post("/shelf/move", fields)

    page = walk(desk_hall, "W0312", both)
    assert "C-05" in page.text
    assert desk_hall.case(second).shelf == "C-05"
    assert desk_hall.bring("ready", name="第三家（示例）")  # A-02 is free again
    assert "结果上架" in walk(desk_hall, "W0312", opening(f"/cases/{second}")).text


def test_what_lies_too_long_is_listed(desk_hall):
    no = desk_hall.bring("ready")
    desk_hall.later(days=29)
    assert no not in walk(desk_hall, "W0312", opening("/shelf")).text
    desk_hall.later(days=2)
    page = walk(desk_hall, "W0312", opening("/shelf"))
    assert (no in page.text, "没有放得这么久的结果" in page.text) == (True, False)
    assert no not in walk(desk_hall, "W0312", opening("/shelf?days=60")).text
    assert walk(desk_hall, "C1001", opening("/shelf")).status == 403


def test_a_full_shelf_stops_no_result(desk_hall):
    hall = desk_hall
    object.__setattr__(hall.desk, "facts", Facts(msgspec.structs.replace(hall.desk.facts.hall, shelves=("A-01",))))
    hall.bring("ready")
    no = hall.bring("granted", name="江城面馆（示例）")
    hall.do(ProduceResult(case=no, version=hall.case(no).version), "W0312")
    assert hall.case(no).shelf == ""
    page = walk(hall, "W0312", opening("/shelf"))
    assert ("没有空柜位" in page.text, "还没有柜位的结果" in page.text, no in page.text) == (True, True, True)
