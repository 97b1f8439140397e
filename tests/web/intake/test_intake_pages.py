"""Intake by its pages: from ticket to slip, with everything that can go wrong at a counter on the way."""

import asyncio

import msgspec
import pytest

from appliance.domain.item_terms import TaskState
from appliance.projections import cases, items
from appliance.services import papers
from appliance.services.tray import AddToTray, add
from appliance.store import drafts, tray
from web.pages import intake_draft as drafted

FOOD, ELDERLY = "420100001000", "420500015000"


@pytest.mark.conformance("5.2.2.1.2")
def test_from_ticket_to_both_receipts(window, desk, hall, hidden_value, picture, whole, begin):
    folder = desk.store.directory / "scan" / "03"
    folder.mkdir(parents=True)
    (folder / "layout.png").write_bytes(picture(90))
    add(desk.store, desk.facts.hall, hall.clock, AddToTray(window="03", name="layout.png"))

    async def walk(client, post):
        here = await begin(post)
        page = (await client.get(here)).text
        assert "最迟 2026-11-30" in page
        assert "布局图未标注食品处理区、面积和清洗消毒设施" in page
        answer = await post(
            here + "/materials", whole, files={"file.application": ("申请书.png", picture(50), "image/png")}
        )
        assert answer.headers["location"] == here + "#materials"
        assert (await post(here + "/tray/layout", whole)).status_code == 303
        page = (await client.get(here)).text
        assert "3 / 6 已收" in page
        assert "1 份由证照免提交" in page
        answer = await post(here + "/check", whole)
        assert answer.headers["location"] == here + "/check"
        page = (await client.get(here + "/check")).text
        assert "还缺 3 份" in page
        form = {name: hidden_value(page, name) for name in ("_key", "application")}
        answer = await post(here + "/receive", form)
        assert answer.status_code == 303, answer.text
        page = await client.get(answer.headers["location"])
        assert (await client.get(here)).status_code == 404
        return answer.headers["location"].split("/")[2], page.text

    no, page = window(walk)
    case = cases.find(desk.reader(), no)
    assert no in page
    assert case.query_code in page
    assert "最迟 2026-11-30" in page
    assert case.ticket == "A047"
    assert {material.code: material.form for material in case.materials} == {
        "application": "original",
        "business_licence": "licence",
        "layout": "original",
    }
    assert [desk.store.blobs.read(one.sha256) for m in case.materials for one in m.files] == [picture(50), picture(90)]
    assert case.clock("C1").deadline.due == "2026-11-30"
    kinds = {one.kind for one in papers.list_papers(desk.reader(), no, desk.store.durable_size)}
    assert kinds == {"intake_receipt", "archive_receipt"}
    assert not drafts.of_staff(desk.reader(), "W0312")
    assert not tray.waiting(desk.reader(), "03")


def test_twenty_equal_posts_make_one_case(window, desk, checked):
    async def walk(client, post):
        here, form = await checked(client, post)
        answers = await asyncio.gather(*(post(here + "/receive", form) for _ in range(20)))
        other = drafted.decode(form["application"]).with_field("applicant.phone", "13900000000")
        return answers, await post(here + "/receive", {**form, "application": drafted.encode(other)})

    answers, reused = window(walk)
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    assert cases.total(desk.reader()) == 1
    assert desk.store.durable_size(desk.facts.hall.origin("h2c", 1)) == 1
    assert reused.status_code == 409
    assert "同一操作编号已用于另一内容" in reused.text


def test_wrong_check_digit_is_told_at_the_field_and_nothing_is_lost(window, desk, whole, begin):
    wrong = {**whole, "applicant.id_number": "92420199MADEM002XD"}

    async def walk(client, post):
        here = await begin(post)
        htmx = {"hx-request": "true"}
        left = await post(here + "/field/applicant.id_number", wrong, headers=htmx)
        right = await post(here + "/field/applicant.id_number", whole, headers=htmx)
        return left.text, right.text, await post(here + "/check", wrong)

    left, right, answer = window(walk)
    assert "第18位校验不符" in left
    assert "应为“C”" in left
    assert "校验不符" not in right
    assert answer.status_code == 422
    assert "有 1 处要改，其余内容都在" in answer.text
    assert 'id="e-applicant.id_number"' in answer.text
    for value in ("示例·经营者", "92420199MADEM002XD", "示范区示范路1号", "李安全"):
        assert f'value="{value}"' in answer.text
    assert cases.total(desk.reader()) == 0


def person(**changed):
    return {
        "whole": "1", "ticket": "A048", "channel": "window", "applicant.kind": "person",
        "applicant.name": "𠮷田·买买提", "applicant.id_type": "citizen_id", "applicant.id_number": "420106190102150029",
        "applicant.phone": "13800000000", **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("applicant.id_number", "420102190001010", "第一代身份证已于2013年1月1日停止使用"),
        ("applicant.id_number", "420102190001010018", "应为“3”"),
        ("applicant.id_number", "420102190002300012", "不是存在的日期"),
        ("applicant.name", "𠮷田·买买提", ""),
        ("applicant.name", "", "请填写姓名"),
        ("applicant.phone", "1380000000", "手机号码应为11位，填了10位"),
        ("ticket", "", "请填写排队票号"),
    ],
)
def test_people_are_checked_by_the_real_rules(window, field, value, message, begin):
    async def walk(client, post):
        here = await begin(post, ELDERLY)
        return await post(here + "/check", person(**{field: value}))

    page = window(walk).text
    if message:
        assert message in page
    else:
        assert f'id="e-{field}"' not in page
        assert f'value="{value}"' in page


def test_newer_item_version_shows_both_and_writes_nothing(window, desk, catalogue, item_row, checked):
    old = catalogue[FOOD]
    health = msgspec.structs.replace(old.material("health_certificates"), necessity="required")
    layout = tuple(health if one.code == health.code else one for one in old.materials if one.code != "safety_rules")
    new = msgspec.structs.replace(old, task_version=2, promise_day=3, materials=layout)
    rows = [item_row(new), *(item_row(item) for code, item in catalogue.items() if code != FOOD)]

    async def walk(client, post):
        here, form = await checked(client, post)
        await desk.store.writer.local_async(lambda connection: items.put(connection, rows))
        refused = await post(here + "/receive", form)
        banner = await client.get(here)
        onward = await post(here + "/renew")
        page = await client.get(onward.headers["location"])
        return refused, banner, page

    refused, banner, page = window(walk)
    assert refused.status_code == 409
    assert "事项已更新到第 2 版，您填写时是第 1 版" in refused.text
    assert "材料：保证食品安全的规章制度文本" in refused.text
    assert "5 个工作日" in refused.text
    assert "3 个工作日" in refused.text
    assert cases.total(desk.reader()) == 0
    assert "事项已更新到第 2 版" in banner.text
    assert "事项版本 2" in page.text
    assert 'value="示范小吃店（示例）"' in page.text


def test_items_that_are_closed_or_unknown(window, desk, catalogue, item_row):
    closed = msgspec.structs.replace(catalogue[ELDERLY], task_state=TaskState.SUSPENDED)
    rows = [item_row(closed), *(item_row(item) for code, item in catalogue.items() if code != ELDERLY)]
    desk.store.writer.local(lambda connection: items.put(connection, rows)).result()

    async def walk(client, post):
        suspended = await post("/intake", {"ticket": "A1", "item": ELDERLY})
        unknown = await post("/intake", {"ticket": "A1", "item": "999999999999"})
        ticketless = await post("/intake", {"item": FOOD})
        walk_in = await post("/intake", {"item": FOOD, "walk_in": "1"})
        return suspended, unknown, ticketless, walk_in

    suspended, unknown, ticketless, walk_in = window(walk)
    assert suspended.status_code == unknown.status_code == ticketless.status_code == 422
    assert "已挂起，暂不收件；已收的件继续办理" in suspended.text
    assert "没有这个事项：999999999999" in unknown.text
    assert "没有取票的勾选“未取号”" in ticketless.text
    assert walk_in.status_code == 303


@pytest.mark.parametrize("query", ["食品经营", "spjy", "420100001000", "小吃店", "SHIPIN"])
def test_finds_items_by_name_code_and_pinyin(window, query):
    async def walk(client, post):
        del post
        return await client.get("/intake/items", params={"q": query})

    page = window(walk).text
    assert page.index(FOOD) == page.index('name="item" value="') + len('name="item" value="')


def test_expired_session_does_not_eat_the_draft(window, hall, sign_in, minutes, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        saved = await post(here + "/save", whole, headers={"hx-request": "true"})
        hall.clock.advance(minutes(60 * 24))
        lost = await post(here + "/check", {**whole, "applicant.phone": "13900000000"}, headers={"hx-request": "true"})
        await sign_in(client)
        return saved, lost, await client.get(here)

    saved, lost, page = window(walk)
    assert saved.status_code == 204
    assert lost.headers.get("hx-retarget") == "#dialogs"
    assert 'value="示范小吃店（示例）"' in page.text
    assert "已自动暂存" in page.text


def test_licence_of_somebody_else_is_not_offered(window, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/save", whole)
        own = (await client.get(here)).text
        await post(here + "/save", {**whole, "applicant.id_number": "91420199MADEM0011P"})
        return own, (await client.get(here)).text

    own, other = window(walk)
    assert 'value="licence:LIC1" selected' in own
    assert "licence:LIC1" not in other


def test_drafts_are_listed_and_thrown_away(window, desk, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/save", whole)
        listed = (await client.get("/drafts")).text
        await post(f"/drafts/{here.rpartition('/')[2]}/discard")
        return listed, (await client.get("/drafts")).text

    listed, empty = window(walk)
    assert "示范小吃店（示例）" in listed
    assert "没有暂存" in empty
    assert not drafts.of_staff(desk.reader(), "W0312")


def test_agent_asks_for_letter_and_identity(window, whole, begin):
    async def walk(client, post):
        here = await begin(post)
        part = await post(
            here + "/field/form.by_agent", {**whole, "form.by_agent": "yes"}, headers={"hx-request": "true"}
        )
        return part.text, await post(here + "/check", {**whole, "form.by_agent": "yes"})

    part, answer = window(walk)
    assert "授权委托书及代办人身份证明" in part
    assert 'name="agent.id_number"' in part
    assert answer.status_code == 422
    assert 'id="e-agent.name"' in answer.text


@pytest.mark.parametrize(
    ("typed", "ticked", "begun"),
    [
        ("spjyxkz", ELDERLY, FOOD),  # Enter came before the list followed the typing
        ("spjyxkz", FOOD, FOOD),
        ("", ELDERLY, ELDERLY),
        ("没有这样的事项", FOOD, ""),
    ],
)
def test_enter_takes_what_was_typed_even_before_the_list_follows(window, desk, typed, ticked, begun):
    async def walk(client, post):
        answer = await post("/intake", {"ticket": "a047", "q": typed, "item": ticked})
        if answer.status_code != 303:
            return answer.status_code, answer.text
        return answer.status_code, (await client.get(answer.headers["location"])).text

    status, page = window(walk)
    if not begun:
        assert (status, "没有找到事项" in page) == (422, True)
        return
    assert status == 303
    names = {FOOD: "食品经营许可证核发（新办）", ELDERLY: "高龄津贴申领"}
    assert f"<h1>{names[begun]}</h1>" in page
