"""号段 and 移交在途 on the city's pages: a block leased by the operator, and a hand-over that is late."""

import asyncio
import re
from datetime import timedelta

from appliance.projections import number_blocks
from sync.hub import cases

HALL = "42019901"
SCOPE = "document:示区市监:2026"


async def lease(client, **typed):
    page = (await client.get("/numbers")).text
    fields = {name: re.search(rf'name="{name}" value="([^"]*)', page)[1] for name in ("_csrf", "_key")}
    return (await client.post("/numbers", data={**fields, "hall": HALL, **typed}, follow_redirects=True)).text


def test_an_operator_leases_a_block_and_bad_input_is_named(city, enter):
    async def walk():
        city.sync()
        async with city.client() as client:
            await enter(client)
            empty = (await client.get("/numbers")).text
            wrong = await lease(client, scope="市监", count="5")
            none = await lease(client, scope=SCOPE, count="x")
            return empty, wrong, none, await lease(client, scope=SCOPE, count="50", start="101")

    empty, wrong, none, done = asyncio.run(walk())
    assert "各厅自行编号" in empty
    assert "序列写成" in wrong
    assert 'value="市监"' in wrong  # nothing typed is lost
    assert "请填 1 到 100000 之间的数" in none
    assert "101–150" in done
    (row,) = number_blocks.listing(city.hub.store.reader())
    assert (row.hall, row.scope, row.first, row.last, row.left) == (HALL, SCOPE, 101, 150, 50)
    city.sync()
    assert number_blocks.current(city.hall.desk.reader(), SCOPE).next == 101


def test_an_officer_looks_and_leases_nothing(city, enter):
    async def walk():
        async with city.client() as client:
            await enter(client, login="O0101")
            return (await client.get("/numbers")).text, (await client.post("/numbers", data={"hall": HALL})).status_code

    page, status = asyncio.run(walk())
    assert 'name="scope"' not in page
    assert status == 403


def test_a_hand_over_is_shown_and_turns_red(city, enter):
    def write(connection):
        connection.execute(
            "INSERT INTO hub_transfer (case_no, leg, from_hall, to_hall, purpose, given_at, origin, idx)"
            " VALUES ('S1', 1, ?, '42019902', 'handle', ?, 'o', 3)",
            (HALL, city.clock.now().isoformat()),
        )

    city.hub.store.writer.local(write).result()
    assert [one.case_no for one in cases.undelivered(city.hub.store.reader())] == ["S1"]

    async def walk():
        async with city.client() as client:
            await enter(client)
            early = (await client.get("/transfers")).text
            city.clock.advance(timedelta(minutes=5))
        city.clock.advance(timedelta(days=7))
        async with city.client() as client:
            await enter(client)
            return early, (await client.get("/transfers")).text

    early, late = asyncio.run(walk())
    assert "1 件在大厅之间移交，都在期限内" in early
    assert "1 件移交超过两个工作日没有签收" in late
    assert 'href="/runbook/state-handover-late"' in late
