"""用 U 盘交换, driven as the person with the stick does: export, save, choose, import, and read what became of it."""

import asyncio
import functools
import re
import shutil
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import httpx
import pytest

from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import Actor, Role
from appliance.domain.events import CaseReceived
from appliance.domain.identifiers.case_numbers import intake_no
from appliance.domain.subject import Applicant
from appliance.services.passwords import HashLimits
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.event_store import iterate
from provisioning.demo import city_config, make_demo
from provisioning.demo_people import DEMO_PASSWORD
from sync.carried.inbox import recent
from sync.hub.hub import make_hub
from sync.opening import open_enrolled
from web.bundling import watching
from web.serving import city_app, hall_app

START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
LIMITS = HashLimits(passes=1, memory_bytes=8192)


def eventually(test):
    @functools.wraps(test)
    def run(*arguments, **named):
        return asyncio.run(test(*arguments, **named))

    return run


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo")
    make_demo(directory / "hall", directory / "city", hall_port=0, city_port=0, clock=FixedClock(START), limits=LIMITS)
    return directory


class Pair:
    """A hall and a city, each with its application."""

    def __init__(self, directory):
        self.directory, self.clock = directory, FixedClock(START)
        self.hub = make_hub(directory / "city", self.clock)
        self.hall = open_enrolled(directory / "hall", self.clock)
        self.book = AccessBook(directory / "hall" / ACCESS_NAME)
        self.apps = {
            "hall": hall_app(self.hall, clock=self.clock, renderer=None, book=self.book, limits=LIMITS),
            "city": city_app(self.hub, city_config(port=0), clock=self.clock, limits=LIMITS),
        }

    def client(self, side):
        transport = httpx.ASGITransport(app=self.apps[side], raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{side}.test", follow_redirects=True)

    def change(self):
        number = intake_no(area="420199", hall="01", day=self.clock.now().date(), epoch=1, sequence=900)
        event = CaseReceived(
            item_code="food",
            item_version=1,
            item_name="食品经营许可证核发",
            task_code="t",
            handling="promise",
            department="scjg",
            department_name="市场监管局",
            channel="window",
            materials=(),
            missing=(),
            deadlines=(),
            applicant=Applicant(kind="person", name="欧阳测试", id_type="111", id_number="420102190001010013"),
            query_code="123456",
        )
        entry = NewEntry(event=event, case=number)
        return Change(
            key=str(UUID(int=900)),
            actor=Actor(id="W0312", role=Role.WINDOW_CLERK, window="01"),
            content=number.encode(),
            decide=lambda _context: Decision(entries=(entry,), result={}),
        )

    def same(self):
        ticket = self.hall.trust.ticket
        return all(
            list(iterate(self.hall.store.reader(), origin)) == list(iterate(self.hub.store.reader(), origin))
            for origin in (ticket.h2c_origin, ticket.c2h_origin)
        )

    def close(self):
        self.book.close()
        self.hall.store.close()
        self.hub.close()


@pytest.fixture
def pair(demo, tmp_path):
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True)
    made = Pair(tmp_path)
    yield made
    made.close()


@pytest.fixture
def at(pair, sign_in):
    @asynccontextmanager
    async def enter(side):
        async with pair.client(side) as client:
            if side == "hall":
                await sign_in(client, login="W0312", password=DEMO_PASSWORD, window="01")
            else:
                await sign_in(client, login="O0001", password=DEMO_PASSWORD, window="")
            yield client

    return enter


def hidden_of(page):
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(fields)


async def settled(client):
    for _ in range(200):
        part = await client.get("/bundles/work")
        if part.headers.get("hx-refresh"):
            return (await client.get("/bundles")).text
        await asyncio.sleep(0.05)
    raise AssertionError(part.text)


async def export(client, **fields):
    page = (await client.get("/bundles")).text
    await client.post("/bundles/export", data=hidden_of(page) | fields)
    page = await settled(client)
    links = re.findall(r'href="(/bundles/out/[^"]+)"', page)
    assert links, page
    saved = [(link.rpartition("/")[2], (await client.get(link)).content) for link in links]
    return page, saved


async def take_in(client, files):
    page = (await client.get("/bundles")).text
    sent = [("file", (name, content, "application/octet-stream")) for name, content in files]
    answer = await client.post("/bundles/import", data=hidden_of(page), files=sent)
    return answer if answer.status_code != 200 else await settled(client)


@eventually
async def test_the_whole_errand_by_pages(pair, at):
    pair.hall.store.writer.submit(pair.change()).result()
    async with at("hall") as hall, at("city") as city:
        page, up = await export(hall)
        assert "条记录市级还没有确认" in page
        assert "请把下面的文件全部存到 U 盘" in page
        page = await take_in(city, up)
        assert "请导出回件" in page
        page, down = await export(city, hall="42019901")
        page = await take_in(hall, down)
        assert "写这份回件时，两侧一致" in page
        assert "市级已确认本厅的全部记录" in page
        assert "最近一份市级回件写于 2026-11-23 09:00" in page
        assert pair.same()
        page = await take_in(hall, down)
        assert "里面没有新内容，没有变化" in page
        page = await take_in(hall, up)
        assert "这是本厅发给市级的数据包" in page
        assert "需要处理" in page
        page = await take_in(city, [("broken.hmb", up[0][1][:-9])])
        assert "请重新拷贝" in page
    assert not list((pair.directory / "hall/bundles/uploads").iterdir())


@eventually
async def test_what_is_no_choice_is_said_at_the_field(at):
    async with at("city") as city:
        page = (await city.get("/bundles?hall=42019901")).text
        assert 'value="42019901" selected' in page
        answer = await city.post("/bundles/export", data=hidden_of(page) | {"hall": "1"})
        assert (answer.status_code, "请选择给哪个大厅的回件" in answer.text) == (422, True)
        for files in ([("scan.pdf", b"x")], [("a.hmb", b"x"), ("b.hmb", b"x")], [("../a.hmb.002", b"x")]):
            answer = await take_in(city, files)
            assert (answer.status_code, "一个 .hmb 文件" in answer.text) == (422, True)
        for name in ("no.hmb", "..%2Fcity.db", ".hidden"):
            assert (await city.get(f"/bundles/out/{name}")).status_code == 404


@eventually
async def test_who_carries_nothing_has_no_page(pair, sign_in):
    async with pair.client("hall") as client:
        await sign_in(client, login="A3001", password=DEMO_PASSWORD, window="")
        assert (await client.get("/bundles")).status_code == 403


@eventually
async def test_the_city_takes_in_what_is_dropped_into_its_inbox(pair, at):
    async with at("hall") as hall:
        _, ((_, content),) = await export(hall)
    city = pair.hub.directory / "bundles"
    with watching(pair.hub, (), pair.clock):
        for _ in range(600):
            if (city / "inbox").is_dir() and not (city / "inbox/fromhall.hmb").exists():
                (city / "inbox/fromhall.hmb").write_bytes(content)
            if recent(city):
                break
            await asyncio.sleep(0.1)
    (result,) = recent(city)
    assert (result.ok, result.file) == (True, "fromhall.hmb")
    assert (city / "inbox/.taken/fromhall.hmb").is_file()
    origin = pair.hall.trust.h2c
    assert pair.hub.stored(origin).size == pair.hall.store.durable_size(origin.name)
