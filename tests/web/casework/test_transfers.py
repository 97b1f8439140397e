"""移交大厅 at the desks: a case handed over and read only, one that came and is signed for, red when late."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.events.transfer import CaseEntrusted, CaseReported, CaseTransferred
from appliance.projections import halls
from appliance.projections.halls import HallRow
from appliance.store.change import Change, Decision, NewEntry

SITE, DISTRICT = "42019902", "42019901"
WHY = "按区级集中审批的安排送区大厅办理"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def opening(path):
    return lambda person: person.open(path)


@pytest.fixture
def city_hall(desk_hall):
    """The hall as one of a city of two."""
    rows = [HallRow(code=DISTRICT, name="示范区政务服务大厅"), HallRow(code=SITE, name="东湖街道便民服务中心")]
    desk_hall.store.writer.local(lambda connection: halls.put(connection, rows)).result()
    return desk_hall


def said(hall, no, *events):
    """Write what the city, or the other hall, says of a case into this hall's log, which reads it alike."""
    decision = Decision(tuple(NewEntry(event, case=no) for event in events), {})
    change = Change(key=str(uuid.uuid4()), actor=SYSTEM, content=uuid.uuid4().bytes, decide=lambda _context: decision)
    hall.store.writer.submit(change).result()


def arrive(hall, no):
    at = hall.clock.now().isoformat()
    said(
        hall, no,
        CaseTransferred(leg=1, to=DISTRICT, to_name="示范区政务服务大厅", purpose="handle", reason=WHY),
        CaseEntrusted(
            leg=2, source=SITE, source_name="东湖街道便民服务中心", purpose="handle", state="received", given_at=at,
            origin="demo/42019902/h2c/e1", index=3, entries=2,
        ),
    )  # fmt: skip


def giving(no, **fields):
    async def act(person):
        return await person.fill(f"/cases/{no}/transfer", f"/cases/{no}/transfer", **fields)

    return act


def test_a_case_is_handed_to_another_hall_and_only_read_from_then_on(city_hall):
    no = city_hall.receive()
    page = walk(city_hall, "W0312", opening(f"/cases/{no}"))
    assert f"/cases/{no}/transfer" in page.links
    short = walk(city_hall, "W0312", giving(no, to=SITE, reason="太短"))
    assert "至少 10 个字" in short.text
    assert "太短" in short.html
    done = walk(city_hall, "W0312", giving(no, to=SITE, reason=WHY))
    assert "已移交东湖街道便民服务中心，本厅只能查看" in done.text
    assert "期间两边都不办理这件" in done.text
    assert f"/cases/{no}/withdraw" not in done.links  # nothing is offered any more
    assert walk(city_hall, "C1001", opening(f"/cases/{no}")).links.count(f"/prereview/{no}") == 0
    said(
        city_hall, no,
        CaseReported(
            leg=1, hall=SITE, hall_name="东湖街道便民服务中心", state="pre_review", at="2026-11-23T11:00:00.000+08:00",
            taken=True,
        ),
    )  # fmt: skip
    told = walk(city_hall, "W0312", opening(f"/cases/{no}"))
    assert "对方已签收，现在“预审中”（2026-11-23 11:00）" in told.text
    listed = walk(city_hall, "M4001", opening("/transfers"))
    assert "预审中 · 2026-11-23 11:00" in listed.text


def test_what_came_is_counted_and_signed_for_and_worked_on_then(city_hall):
    no = city_hall.receive()
    arrive(city_hall, no)
    page = walk(city_hall, "W0313", opening(f"/cases/{no}"))
    assert "东湖街道便民服务中心移交来的件，还没有人签收" in page.text
    listed = walk(city_hall, "W0313", opening("/transfers"))
    assert f"/transfers/{no}" in listed.links
    address = f"/transfers/{no}"
    looked = walk(city_hall, "W0313", opening(address))
    assert WHY in looked.text
    bare = walk(city_hall, "W0313", lambda person: person.fill(address, address))
    assert "齐了再打勾签收" in bare.text
    walk(city_hall, "W0313", lambda person: person.fill(address, address, counted="1"))
    assert city_hall.case(no).hand is None
    assert "最近签收的" in walk(city_hall, "W0313", opening("/transfers")).text
    city_hall.take(no)
    again = walk(city_hall, "W0313", opening(address))
    assert "不在等待签收" in again.text


def test_what_nobody_signs_for_turns_red(city_hall):
    no = city_hall.receive()
    walk(city_hall, "W0312", giving(no, to=SITE, reason=WHY))
    assert "超过两个工作日" not in walk(city_hall, "W0312", opening(f"/cases/{no}")).text
    city_hall.clock.advance(timedelta(days=3))
    assert "超过两个工作日没有签收" in walk(city_hall, "W0312", opening(f"/cases/{no}")).text
    assert "1 件超过两个工作日没有签收" in walk(city_hall, "M4001", opening("/transfers")).text


def test_a_hall_alone_offers_no_transfer(desk_hall):
    no = desk_hall.receive()
    assert f"/cases/{no}/transfer" not in walk(desk_hall, "W0312", opening(f"/cases/{no}")).links
    assert "暂时没有可以移交的大厅" in walk(desk_hall, "M4001", opening("/transfers")).text
