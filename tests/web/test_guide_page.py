"""办事指南: four facets, search, the sixteen elements of clause 5.1.1.2.1, the whole guide as a PDF."""

import asyncio
import importlib.util
import io
import re
import unicodedata
from pathlib import Path

import pypdf
import pytest

from appliance.catalogue.guide import mandatory_elements, service_guide
from appliance.papers.render import Renderer
from web import guards
from web.routes import ACCOUNT, HALL, Route

SPEC = importlib.util.spec_from_file_location("walked_case", Path(__file__).parents[1] / "services" / "walked_case.py")
walked = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(walked)

ROUTES = (
    *ACCOUNT,
    Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN),
    *(route for route in HALL if route.path.startswith("/guides")),
)
FOOD = "420100001000"
ELEMENTS = (
    *("事项名称", "事项编码", "事项类型", "实施机构", "受理机构", "设立依据", "收费情况"),
    *("受理要求", "时限要求", "申请表单及范本", "办理流程", "办理结果及样本"),
    *("办理时间", "办理地点", "联系电话", "监督投诉方式"),
)


class Quick:
    """Renders guides in this process; warming asks `render` from a thread."""

    def __init__(self):
        self.warmed = 0

    def render(self, _paper):
        self.warmed += 1
        return b""

    async def render_async(self, paper):
        return Renderer().render(paper)


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    made = walked.Walk(tmp_path_factory.mktemp("guides"))
    yield made
    made.close()


@pytest.fixture
def get_all(hall, sign_in, walk):
    def ask(addresses, login="W0312", **headers):
        app = hall.app(ROUTES, {"desk": walk.desk, "render": Quick()})

        async def inside():
            async with hall.client(app) as client:
                await sign_in(client, login)
                return [await client.get(address, headers=headers) for address in addresses]

        return asyncio.run(inside())

    return ask


@pytest.fixture
def get(get_all):
    return lambda address, login="W0312", **headers: get_all([address], login, **headers)[0]


def listed(page):
    return re.findall(r'<th scope="row"><a href="/guides/([0-9]+)">', page)


@pytest.mark.conformance("5.1.1.2.1")
def test_items_by_department_kind_theme_and_level(get, get_all):
    page = get("/guides").text
    assert len(listed(page)) == 16
    for facet in ("部门", "类型", "主题", "层级"):
        assert f"<b>{facet}</b>" in page
    links = re.findall(r'<a href="(/guides\?[^"]+)">([^<]+) <span>([0-9]+)</span>', page)
    assert {address.partition("?")[2].partition("=")[0] for address, _, _ in links} == {
        "dept",
        "type",
        "theme",
        "level",
    }
    for address, _, count in links:
        assert len(listed(get(address.replace("&amp;", "&")).text)) == int(count)


def test_facets_narrow_each_other_and_the_search(get):
    both = get("/guides?dept=示范区市场监督管理局&theme=食品药品").text
    assert listed(both) == [FOOD]
    assert "dept=%E7%A4%BA" in both
    none = get("/guides?dept=没有的部门").text
    assert listed(none) == []
    assert "没有符合的事项" in none


@pytest.mark.parametrize("typed", ["食品经营", "spjy", FOOD, "SPJYXK", "小吃店"])
def test_item_is_found_by_name_code_initials_and_keyword(get, typed):
    assert FOOD in listed(get(f"/guides?q={typed}").text)


def test_typing_changes_the_list_only(get):
    part = get("/guides?q=spjy", **{"hx-request": "true"}).text
    assert "<html" not in part
    assert FOOD in listed(part)


@pytest.mark.conformance("5.1.1.2.1")
def test_guide_shows_all_sixteen_elements_in_three_groups(get, walk):
    page = get(f"/guides/{FOOD}").text
    places = [page.index(f"<dt>{name}</dt>") for name in ELEMENTS]
    assert places == sorted(places)
    assert [page.count(f"<h2>{title}</h2>") for title in ("基本要素", "办理要素", "服务要素")] == [1, 1, 1]
    connection = walk.desk.reader()
    for row in mandatory_elements(walk.desk.facts.items.current(connection, FOOD)):
        assert row.lines
        for line in row.lines:
            assert line in page


def test_guide_follows_the_order_of_the_standard_guide(get, get_all, walk):
    page = get(f"/guides/{FOOD}").text
    everything = walk.desk.facts.items.all_current(walk.desk.reader())
    assert {answer.status_code for answer in get_all([f"/guides/{item.catalog_code}" for item in everything])} == {200}
    sections = service_guide(walk.desk.facts.items.current(walk.desk.reader(), FOOD))
    places = [page.index(f'<section class="card" id="{section.code}">') for section in sections]
    assert places == sorted(places)
    assert len(places) >= 20


@pytest.mark.conformance("5.1.1.2.2")
def test_whole_guide_can_be_downloaded(get):
    answer = get(f"/guides/{FOOD}/file.pdf?save=1")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages)
    text = "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")
    order = ["适用范围", "项目信息", "办理依据", "受理机构", "决定机构", "数量限制", "办事条件", "申请材料"]
    order += ["办理基本流程", "办理方式", "审批时限", "收费依据及标准", "审批结果", "结果送达", "咨询途径"]
    order += ["监督和投诉渠道", "办公地址和时间", "公开查询", "附录：常见问题"]
    places = [text.index(f"、{title}") for title in order]
    assert places == sorted(places)
    assert "2026年11月23日09:41:00" in text


def test_unknown_item_is_said_plainly(get):
    for tail in ("", "/file.pdf"):
        answer = get(f"/guides/999999999999{tail}")
        assert answer.status_code == 404
        assert "没有这个事项" in answer.text


def test_administrators_may_read_guides_and_strangers_sign_in_first(get, hall, walk):
    assert get("/guides", "A0001").status_code == 200

    async def stranger():
        async with hall.client(hall.app(ROUTES, {"desk": walk.desk, "render": Quick()})) as client:
            return await client.get("/guides")

    answer = asyncio.run(stranger())
    assert answer.status_code in {303, 401}
    assert FOOD not in answer.text
