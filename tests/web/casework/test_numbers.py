"""号段 at the hall: what is left, numbers voided with a reason, a block returned, the ledger of gaps."""

import asyncio
import uuid

import pytest

from appliance.domain.actor import SYSTEM
from appliance.domain.events.numbers import NumberLeased
from appliance.store.change import Change, Decision, NewEntry

BLOCK = "0193593e-7b00-7000-8000-0000000000b1"
WHY = "打印时纸张损坏，号码不能再用"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


@pytest.fixture
def leased(desk_hall):
    event = NumberLeased(block=BLOCK, scope="document:示区市监:2026", first=101, last=110)
    decision = Decision((NewEntry(event),), {})
    change = Change(key=str(uuid.uuid4()), actor=SYSTEM, content=b"", decide=lambda _context: decision)
    desk_hall.store.writer.submit(change).result()
    return desk_hall


def test_a_manager_voids_numbers_and_returns_the_rest(leased):
    page = walk(leased, "M4001", lambda person: person.open("/numbers"))
    assert ("文号 示区市监〔2026〕" in page.text, "101–110" in page.text, "没有缺号" in page.text) == (True, True, True)
    short = walk(
        leased,
        "M4001",
        lambda person: person.fill("/numbers", "/numbers", block=BLOCK, act="void", count="99", reason="短"),
    )
    assert "请写明原因" in short.text or "请填 1 到剩余个数之间的数" in short.text
    done = walk(
        leased,
        "M4001",
        lambda person: person.fill("/numbers", "/numbers", block=BLOCK, act="void", count="2", reason=WHY),
    )
    assert ("101–102" in done.text, "作废" in done.text) == (True, True)
    back = walk(
        leased, "M4001", lambda person: person.fill("/numbers", "/numbers", block=BLOCK, act="return", reason=WHY)
    )
    assert ("103–110" in back.text, "用完" in back.text) == (True, True)


def test_nobody_else_keeps_numbers(leased):
    assert walk(leased, "W0312", lambda person: person.open("/numbers")).status == 403


def test_a_hall_without_a_block_says_that_it_counts_by_itself(desk_hall):
    assert "本厅自行编号" in walk(desk_hall, "M4001", lambda person: person.open("/numbers")).text
