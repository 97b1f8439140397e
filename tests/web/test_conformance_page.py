"""标准符合性: every row of the table is on the page, with the status that tests give it and the tests by name."""

import asyncio
import json

import pytest

import web.pages.conformance
from appliance.conformance import count, rows, summary, table_directory
from web import guards
from web.routes import ACCOUNT, HALL, Route

ROUTES = (
    *ACCOUNT,
    Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN),
    *(route for route in HALL if route.path == "/conformance"),
)
TABLE = """
[groups]
"a" = "第一组"
"b" = "第二组"
[[row]]
id = "1.1"
kind = "clause"
group = "a"
title = "做完的"
text = "有测试证明"
scope = "core"
needs = ["test_done"]
[[row]]
id = "1.2"
kind = "clause"
group = "a"
title = "一半的"
text = "还差一个"
scope = "lite"
needs = ["test_done", "test_to_come"]
note = "还缺离线的部分"
[[row]]
id = "2.1"
kind = "function"
group = "b"
title = "计划的"
text = "没有测试"
scope = "adapter"
"""


@pytest.fixture
def get(hall, sign_in):
    def ask(address, login="W0312"):
        async def inside():
            async with hall.client(hall.app(ROUTES)) as client:
                await sign_in(client, login)
                return await client.get(address)

        return asyncio.run(inside())

    return ask


@pytest.fixture
def planted(tmp_path, monkeypatch):
    (tmp_path / "table.toml").write_text(TABLE, "utf-8")
    proven = {"1.1": ["tests/web/test_x.py::test_done"], "1.2": ["tests/web/test_x.py::test_done"]}
    (tmp_path / "proofs.json").write_text(json.dumps(proven), "utf-8")
    monkeypatch.setattr(web.pages.conformance, "table_directory", lambda: tmp_path)


@pytest.mark.conformance("1")
def test_every_clause_and_function_stands_on_the_page(get):
    page = get("/conformance").text
    table = rows(table_directory())
    assert [row.id for row in table if f'<th scope="row" class="id">{row.id}</th>' not in page] == []
    counts = count(tuple(standing for group in summary(table_directory()) for standing in group.standings))
    for figure in (counts.total, counts.done, counts.partial, counts.planned):
        assert f"<kbd>{figure}</kbd>" in page


def test_status_comes_from_the_tests_and_names_them(get, planted):
    page = get("/conformance").text
    body = page[page.index("<tbody>") :]
    done, partial, planned = (body.index(text) for text in ("已实现</span>", "部分实现</span>", "计划中</span>"))
    assert body.index("做完的") < done < body.index("一半的") < partial < body.index("计划的") < planned
    assert "✓ test_done" in page
    assert "○ test_to_come" in page
    assert "还缺离线的部分" in page
    assert "已实现 1 · 部分实现 1 · 计划中 0" in page
    for words in ("断网可用", "本地简化", "联网时可用，断网排队"):
        assert words in page


@pytest.mark.parametrize(
    ("status", "shown"),
    [("done", {"1.1"}), ("partial", {"1.2"}), ("planned", {"2.1"}), ("gold", {"1.1", "1.2", "2.1"})],
)
def test_filter_by_status(get, planted, status, shown):
    page = get(f"/conformance?status={status}").text
    assert {one for one in ("1.1", "1.2", "2.1") if f'class="id">{one}</th>' in page} == shown
    # The counts of a heading stay those of all its rows.
    assert "已实现 1 · 部分实现 1" in page or status == "planned"


def test_filter_that_leaves_nothing_says_so(get, planted, tmp_path):
    (tmp_path / "proofs.json").write_text("{}", "utf-8")
    assert "没有这种状态的条款" in get("/conformance?status=done").text


def test_administrators_may_read_it(get):
    for login in ("A0001", "A0002", "A0003"):
        assert get("/conformance", login).status_code == 200
