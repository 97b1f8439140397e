"""A result that goes by post, through the pages: sent with its waybill, closed when it was signed for."""

import asyncio

import pytest

from appliance.domain.states import State

PARCEL = {
    "recipient": "示例·经营者",
    "phone": "13800000000",
    "address": "示范区示范路1号",
    "carrier": "中国邮政",
    "waybill": "EA123456789CN",
}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def doing(no, act, **typed):
    return lambda person: person.fill(f"/cases/{no}/acts/{act}", f"/cases/{no}/acts/{act}", **typed)


@pytest.mark.conformance("4.2.2-4")
def test_from_the_parcel_to_the_signature(desk_hall):
    no = desk_hall.bring("ready")
    page = walk(desk_hall, "W0312", doing(no, "ship", **{**PARCEL, "waybill": ""}))
    assert (page.status, 'id="e-waybill"' in page.html) == (422, True)
    assert page.fields(f"/cases/{no}/acts/ship")["address"] == "示范区示范路1号"
    page = walk(desk_hall, "W0312", doing(no, "ship", **PARCEL))
    assert desk_hall.case(no).state is State.MAILED
    assert desk_hall.case(no).clock("C4").stopped is None
    assert any(link.startswith(f"/papers/{no}/shipping_slip") for link in page.links)
    page = walk(desk_hall, "W0313", lambda person: person.open("/work?tab=mailed"))
    assert f"/cases/{no}/acts/deliver" in page.links
    desk_hall.later(days=2)
    typed = {"proof": "signed_slip", "delivered_on": "2026-11-24", "recipient": "示例·经营者"}
    page = walk(desk_hall, "W0313", doing(no, "deliver", **{**typed, "delivered_on": ""}))
    assert (page.status, 'id="e-delivered_on"' in page.html) == (422, True)
    page = walk(desk_hall, "W0313", doing(no, "deliver", **typed))
    case = desk_hall.case(no)
    assert (case.state, case.clock("C4").stopped) == (State.CLOSED, "2026-11-24")
