"""A clock set back is said on every page, and two persons put it right on one."""

import asyncio
from datetime import timedelta

from appliance.domain.gate import GateState
from web.app import create_app
from web.navigation import HALL_MENU
from web.routes import ACCOUNT, CASEWORK, UPKEEP
from web.visit import Site

PASSWORD = "correct horse 9"  # noqa: S105 - the fixture's


def drive(desk_hall, work):
    desk_hall.app = create_app(
        Site("厅印", "示范区", "hall", HALL_MENU),
        desk_hall._ports(),
        (*ACCOUNT, *CASEWORK, *UPKEEP),
        desk_hall.services,
    )

    async def run():
        async with desk_hall.as_("C1001") as person:
            return await work(person)

    return asyncio.run(run())


def set_back(desk_hall):
    desk_hall.receive()
    desk_hall.clock.at -= timedelta(days=1)
    desk_hall.receive()
    assert desk_hall.store.gate is GateState.SUSPECT
    desk_hall.clock.at += timedelta(days=1)


def test_two_persons_put_the_clock_right(desk_hall):
    set_back(desk_hall)

    async def work(person):
        return await person.fill("/clock", "/clock", day="2026-11-23", first="R2001", password=PASSWORD)

    page = drive(desk_hall, work)
    assert page.status == 200
    assert "日期已由两人确认" in page.text
    assert desk_hall.store.gate is GateState.OPEN


def test_a_wrong_password_another_day_or_the_same_person_leave_the_doubt(desk_hall):
    set_back(desk_hall)

    async def work(person):
        return [
            await person.fill("/clock", "/clock", day="2026-11-23", first="R2001", password=PASSWORD[::-1]),
            await person.fill("/clock", "/clock", day="2026-11-22", first="R2001", password=PASSWORD),
            await person.fill("/clock", "/clock", day="2026-11-23", first="C1001", password=PASSWORD),
        ]

    pages = drive(desk_hall, work)
    assert [page.status for page in pages] == [422, 422, 403]
    assert "不是这一天" in pages[1].text
    assert "两位不同" in pages[2].text
    assert pages[1].fields("/clock")["first"] == "R2001"
    assert desk_hall.store.gate is GateState.SUSPECT


def test_a_clock_without_doubt_asks_nothing(desk_hall):
    page = drive(desk_hall, lambda person: person.open("/clock"))
    assert "没有疑问" in page.text
    assert not any(form["action"] == "/clock" for form in page.forms)
