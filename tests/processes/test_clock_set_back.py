import asyncio
from datetime import timedelta
from random import Random

import httpx
import pytest

from appliance.clock import FixedClock, SystemClock
from appliance.domain.actor import Actor, Role
from appliance.domain.entry import read_meta
from appliance.domain.gate import GateState
from appliance.errors import Forbidden, GateClosed
from appliance.papers.client import RenderClient, spawner
from appliance.projections import cases
from appliance.services.clockwatch import ConfirmClock
from appliance.services.review import GrantCase
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.event_store import read_entry
from provisioning.demo_people import STAFF
from provisioning.walk import STORIES, Walker
from sync.opening import open_enrolled
from web.serving import hall_app

ORIGIN = "wuhan-demo/42019901/h2c/e1"
APPROVING = next(story for story in STORIES if story.name == "approving")
RECEIVED = next(story for story in STORIES if story.name == "received")


@pytest.fixture
def clock():
    return FixedClock(SystemClock().now() + timedelta(minutes=1), SystemClock().boottime() + 60)


@pytest.fixture
def hall(served, clock):
    hall = open_enrolled(served.directory, clock)
    yield hall
    hall.store.close()


def walk(hall, clock, story, name):
    walker = Walker(hall.desk, Random(name), clock, name=name)
    food = hall.desk.facts.items.current(hall.desk.reader(), "420100001000")
    return list(walker.walk_one(story, food))


def meta_of(hall, done):
    return read_meta(read_entry(hall.store.reader(), ORIGIN, done.outcome.first).entry)


def home_page(hall, clock, intake_posts):
    client = intake_posts.open_sessions(hall, 1)[0]
    render = RenderClient(hall.directory / "render.sock", spawner(hall.directory / "render.sock", idle_seconds=1))
    book = AccessBook(hall.directory / ACCESS_NAME)
    app = hall_app(hall, clock=clock, renderer=render, book=book)

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            return await browser.get("/", headers={"Cookie": client.cookie})

    try:
        return asyncio.run(ask())
    finally:
        render.close()
        book.close()


def test_a_clock_set_back_a_day_stops_decisions_only_until_two_persons_confirm(hall, clock, intake_posts):
    waiting = walk(hall, clock, APPROVING, "approving")[-1]
    assert meta_of(hall, waiting).clk == "ok"
    clock.at -= timedelta(days=1)
    received = walk(hall, clock, RECEIVED, "received")[-1]
    assert hall.store.gate is GateState.SUSPECT
    assert meta_of(hall, received).clk == "suspect"
    page = home_page(hall, clock, intake_posts)
    assert page.status_code == 200
    assert "时钟存疑" in page.text
    case = cases.find(hall.desk.reader(), waiting.case)
    item = hall.desk.facts.item_of(hall.desk.reader(), case)
    approver = next(
        Actor(one.id, Role.APPROVER) for one in STAFF if Role.APPROVER in one.roles and one.department == item.dept_code
    )
    grant = GrantCase(case=case.no, version=case.version, opinion="同意", content="准予（示例）")
    with pytest.raises(GateClosed):
        hall.desk.submit_now(grant, actor=approver, key="grant while in doubt")
    # The clock is put right; the doubt stays until two persons have looked at the date.
    clock.at += timedelta(days=1)
    with pytest.raises(GateClosed):
        hall.desk.submit_now(grant, actor=approver, key="grant before anyone looked")
    day = clock.now().date().isoformat()
    alone = Actor("M4001", Role.HALL_MANAGER)
    with pytest.raises(Forbidden):
        hall.desk.submit_now(ConfirmClock(first="M4001", day=day), actor=alone, key="alone")
    hall.desk.submit_now(ConfirmClock(first="S5001", day=day), actor=alone, key="two")
    assert hall.store.gate is GateState.OPEN
    done = hall.desk.submit_now(grant, actor=approver, key="grant afterwards")
    assert done.count
