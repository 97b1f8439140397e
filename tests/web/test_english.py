"""Pages in English: walks by role over a demo with cases of many stories find Chinese only in data.

What may stay Chinese on an English page is data: names, what people typed, the catalogue's own texts, papers. Data is
known from where it is kept (log, catalogue, roster, list of departments, settings), or stands in an element that says
so by ``lang="zh…"``, or in a box that a person types in. A value that is also a text of the interface is no data.
"""

import asyncio
import re
from collections import Counter
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from appliance.catalogue.departments import load_departments
from appliance.catalogue.joint_sets import load_sets
from appliance.clock import SHANGHAI, FixedClock
from appliance.domain.actor import SYSTEM
from appliance.papers.document import Form
from appliance.papers.render import Renderer
from appliance.services.passwords import HashLimits
from appliance.services.sweep import sweep
from appliance.store.access import ACCESS_NAME
from appliance.store.access_book import AccessBook
from appliance.store.event_store import iterate, logs
from provisioning.demo import city_config, make_demo
from provisioning.demo_people import CITY_STAFF, DEMO_PASSWORD, STAFF
from provisioning.load import load_cases
from sync.agent import sync_once
from sync.city_client import CityClient
from sync.hub.hub import make_hub
from sync.opening import open_enrolled
from sync.transports.local import LocalTransport
from web.assets import load_assets
from web.catalogues import PACKAGE, held, is_chinese
from web.serving import city_app, hall_app
from web.signin import LANGUAGE_COOKIE
from web.templating import make_renderer

START = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
LIMITS = HashLimits(passes=1, memory_bytes=8192)
CASES, SEED = 40, 3
HALL_ROLES = ("", "W0312", "C1001", "A3001", "S5001", "M4001", "X9001", "X9003")
CITY_ROLES = ("O0001",)
ENTRANCES = ("/", "/login", "/kiosk", "/guide", "/status", "/conformance")
LEFT_ALONE = {"/language", "/logout", "/lock", "/login"}
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description", "label"}
SILENT = {"script", "style", "textarea"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
PER_SHAPE = 2
MASKED = re.compile(r"[\u4e00-\u9fff]+\*+[\u4e00-\u9fff]*")
SALT_BYTES = 16


class Look(HTMLParser):
    """A page: the texts a person sees or hears outside Chinese elements, its links, its forms as they stand."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.links, self.forms = [], [], []
        self._open, self._box = [], None
        self.feed(html)

    @property
    def _quiet(self):
        return any(quiet for _tag, quiet in self._open)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        quiet = tag in SILENT or (tag != "html" and given.get("lang", "").startswith("zh"))
        if not (quiet or self._quiet):
            self.texts += [
                value for name, value in given.items() if name in SHOWN_ATTRIBUTES or name[:9] == "data-text"
            ]
        if tag not in VOID:
            self._open.append((tag, quiet))
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and self.forms and given.get("type", "text") != "file":
            ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if ticked and given.get("name"):
                self.forms[-1][1][given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self._quiet:
            self.texts.append(data)


def stray(pages, data):
    """The texts in which Chinese is left once the known data, longest first, is taken out, each with a page of it."""
    shown = {" ".join(text.split()): address for address, html in pages.items() for text in Look(html).texts}
    found = {}
    for text, address in shown.items():
        rest = MASKED.sub("", text)
        for value in data if is_chinese(text) else ():
            if value in rest:
                rest = rest.replace(value, "")
        if any("\u4e00" <= sign <= "\u9fff" for sign in rest):
            found[text] = address
    return found


def strings(value):
    """Every text within a value of plain types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def shape(href):
    """An address without what names one case, draft or paper, so that pages of one kind count as one."""
    parts = urlsplit(href)
    return re.sub(r"/[^/]*\d[^/]*", "/*", parts.path) + "?" + ",".join(sorted(re.findall(r"([^&=]+)=", parts.query)))


class HereRenderer:
    """The renderer without its process: the real templates, made when first asked."""

    def __init__(self):
        self.renderer = Renderer()

    async def render_async(self, paper, form=Form.PDF, presentation=None):
        return self.renderer.render(paper, form, presentation)

    async def pages_async(self, paper, form, presentation=None):
        return self.renderer.pages(paper, form, presentation)


@dataclass
class Demo:
    """A hall and a city that lived, each with its application."""

    hall: object
    apps: dict

    def data(self):
        """Every Chinese value that hall and city keep and that is no text of the interface, longest first."""
        reader, facts = self.hall.store.reader(), self.hall.desk.facts
        items = facts.items.all_current(reader)
        kept = [items, load_departments(), facts.hall, city_config(port=0), STAFF, CITY_STAFF]
        kept.append(load_sets({item.catalog_code: item for item in items}))
        found = [msgspec.to_builtins(one) for one in kept]
        for log in logs(reader):
            for record in iterate(reader, log.origin):
                found.append(msgspec.json.decode(record.entry))
                if record.private:
                    found.append(msgspec.json.decode(record.private[SALT_BYTES:]))
        interface = held(PACKAGE / "messages" / "en").keys()
        values = {" ".join(value.split()) for value in strings(found) if is_chinese(value)} - interface
        return sorted(values, key=len, reverse=True)

    @asynccontextmanager
    async def browser(self, side, login):
        """Give a browser in English in which somebody is signed in, or nobody."""
        transport = httpx.ASGITransport(app=self.apps[side])
        async with httpx.AsyncClient(
            transport=transport, base_url=f"http://{side}.test", follow_redirects=True
        ) as client:
            client.cookies.set(LANGUAGE_COOKIE, "en")
            if login:
                fields = dict(Look((await client.get("/login")).text).forms)["/login"]
                fields |= {"login": login, "password": DEMO_PASSWORD} | ({"window": "03"} if side == "hall" else {})
                assert (await client.post("/login", data=fields)).status_code == 200
            yield client


async def walk(client, entrances):
    """Follow the links from the entrances, some pages of each shape, then send each form once as it stands."""
    pages, seen, forms, todo = {}, Counter(), {}, list(entrances)

    async def see(name, answer):
        if answer.headers.get("content-type", "").startswith("text/html"):
            pages[name] = answer.text
            return Look(answer.text)
        return None

    while todo:
        href = todo.pop(0).partition("#")[0]
        if href in pages or seen[shape(href)] >= PER_SHAPE or not href.startswith("/") or href.startswith("/static"):
            continue
        seen[shape(href)] += 1
        page = await see(href, await client.get(href))
        if page is not None:
            todo += page.links
            for action, fields in page.forms:
                forms.setdefault(shape(action), (action, fields))
    for action, fields in forms.values():
        if action.startswith("/") and action not in LEFT_ALONE:
            await see(f"POST {action}", await client.post(action, data=fields))
    return pages


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    directory, clock = tmp_path_factory.mktemp("demo"), FixedClock(START)
    make_demo(directory / "hall", directory / "city", hall_port=0, city_port=0, clock=clock, limits=LIMITS)
    hall, hub = open_enrolled(directory / "hall", clock), make_hub(directory / "city", clock)
    book = AccessBook(directory / "hall" / ACCESS_NAME)
    with closing(hub), closing(hall.store), closing(book):
        origin = hall.trust.ticket.h2c_origin
        load_cases(hall.desk, origin=origin, count=CASES, seed=SEED, clock=clock, progress=False, book=book)
        sweep(hall.desk, actor=SYSTEM, today=clock.now().date().isoformat(), make_key=lambda no, at: f"sweep:{no}:{at}")
        sync_once(hall.as_sync_port("demo"), CityClient(LocalTransport(hub)), clock)
        apps = {
            "hall": hall_app(hall, clock=clock, renderer=HereRenderer(), book=book, limits=LIMITS),
            "city": city_app(hub, city_config(port=0), clock=clock, limits=LIMITS),
        }
        yield Demo(hall, apps)


def walked(demo, side, login):
    """The pages of one walk."""

    async def run():
        async with demo.browser(side, login) as client:
            return await walk(client, ("/",) if login else ENTRANCES)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("side", "login"), [*(("hall", login) for login in HALL_ROLES), *(("city", login) for login in CITY_ROLES)]
)
def test_pages_in_english_hold_chinese_only_in_data(demo, side, login):
    pages = walked(demo, side, login)
    assert len(pages) >= (5 if not login or side == "city" else 12), sorted(pages)
    found = stray(pages, demo.data())
    assert not found, "\n".join(f"{address} | {text}" for text, address in found.items())


def test_a_text_without_translation_is_found(demo):
    pages = {
        "/work": """<html lang="en"><h1>Tasks</h1><p>示范区市场监督管理局、示范区卫生健康局 张*三</p>
        <button title="请刷新">Go</button><p>审核</p><p lang="zh-CN">食品</p><textarea>原因</textarea></html>"""
    }
    data = ["示范区市场监督管理局", "示范区卫生健康局"]
    assert stray(pages, data) == {"请刷新": "/work", "审核": "/work"}
    assert "审核" not in demo.data()  # an item's step is called so, and so is a text of the interface
    assert "示范区市场监督管理局" in demo.data()


def test_parameters_that_are_texts_are_translated_too():
    renderer = make_renderer(PACKAGE, load_assets(PACKAGE / "static"))
    message = "这件现在是“%(state)s”，不能再“%(act)s”"
    said = renderer.text("en", message, {"state": "已受理", "act": "延期"})
    assert said == "The case is now “Accepted”, “Extension” is no longer possible"
    assert renderer.text("zh", message, {"state": "已受理", "act": "延期"}) == "这件现在是“已受理”，不能再“延期”"
