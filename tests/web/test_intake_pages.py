"""Intake by its pages: from ticket to slip, with everything that a counter can go wrong with on the way."""

import asyncio
import json
import struct
import zlib
from pathlib import Path

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.catalogue.departments import load_departments
from appliance.catalogue.loader import load_items
from appliance.config import HallConfig, Remedy
from appliance.domain.actor import Actor, Role
from appliance.domain.item_terms import TaskState
from appliance.ledger.signer import LogSigner
from appliance.projections import calendar_view, cases, departments, items, licences, staff
from appliance.projections.registry import HallProjector
from appliance.services import papers, prereview
from appliance.services.desk import Desk
from appliance.services.facts import Facts
from appliance.services.tray import AddToTray, add
from appliance.store import drafts, tray
from appliance.store.blobs import BlobStore
from appliance.store.store import open_store
from web.routes import ACCOUNT, INTAKE, Route

ITEMS = {item.catalog_code: item for item in load_items(Path(items.__file__).parents[1] / "catalogue" / "items")}
FOOD, ELDERLY, LICENCE_TYPE = "420100001000", "420500015000", "11420199MBDEM004XU002"
HOLDER = "92420199MADEM002XC"
HANDLER = Actor("C1001", Role.CASE_HANDLER)
ROUTES = (*ACCOUNT, Route("GET", "/", "web.pages.home:show", INTAKE[0].access), *INTAKE)
APPLICANT = {
    "applicant.kind": "self_employed",
    "applicant.name": "示范小吃店（示例）",
    "applicant.id_number": HOLDER,
    "applicant.phone": "13800000000",
    "applicant.representative": "示例·经营者",
    "applicant.representative_id": "420102190001010013",
}
FORM = {
    "form.main_business": "餐饮服务经营者",
    "form.business_items": ["热食类食品制售", "自制饮品制售"],
    "form.premises": "示范区示范路1号",
    "form.domicile": "示范区示范路1号",
    "form.floor_area": "80",
    "form.employees": "5",
    "form.principal_name": "示例·经营者",
    "form.principal_id": "420102190001010013",
    "form.safety_manager": "李安全",
    "form.online_trade": "no",
    "form.contact_name": "张三",
    "form.contact_phone": "13800000000",
    "form.by_agent": "no",
}
WHOLE = {"whole": "1", "ticket": "A047", "channel": "window", **APPLICANT, **FORM}
PAPER = {"material.application": "original", "pages.application": "4", "material.principal_id": "copy"}


def png(shade=200, width=8):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes([shade]) * width) * 8)
    head = struct.pack(">IIBBBBB", width, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def row(item):
    return items.ItemRow(item.catalog_code, item.task_version, item.task_name, str(item.task_version), _json(item))


def _json(value):
    return msgspec.json.encode(value).decode()


def seed(connection):
    items.put(connection, [row(item) for item in ITEMS.values()])
    departments.put(
        connection,
        [
            departments.DepartmentRow(one.code, one.name, one.short_name, one.document_prefix, one.phone)
            for one in load_departments().departments
        ],
    )
    calendar_view.put(connection, [(table.year, _json(table)) for table in load_calendar().tables])
    people = [("W0312", Role.WINDOW_CLERK, ""), ("C1001", Role.CASE_HANDLER, "11420199MBDEM004XU")]
    staff.put(
        connection, [staff.StaffRow(who, who, (role,), (), where, "", disabled=False) for who, role, where in people]
    )
    held = {"type_code": LICENCE_TYPE, "type_name": "营业执照", "number": HOLDER, "holder_name": "示范小吃店（示例）"}
    more = {"holder_code": HOLDER, "issuer_name": "示范区市场监督管理局", "issued_on": "2026-01-05", "valid_to": None}
    rest = {"status": "valid", "source": "city", "case_no": None, "as_of": "2026-11-20", "fields": "{}"}
    licences.put_cached(connection, [licences.Licence(identifier="LIC1", **held, **more, **rest)])


@pytest.fixture
def desk(tmp_path, hall):
    config = HallConfig(
        city="wuhan-demo",
        area="420199",
        hall="01",
        name="示范区政务服务大厅",
        short_name="示范区",
        address="示范区政务大道1号",
        hours="工作日 9:00–17:00",
        consult_phone="027-00000104",
        supervision_phone="027-00000100",
        remedy=Remedy(review_body="示范区人民政府", court="示范区人民法院"),
        upload_bytes_max=1024 * 1024,
    )
    origin = config.origin("h2c", 1)
    store = open_store(
        tmp_path,
        clock=hall.clock,
        projector=HallProjector(BlobStore(tmp_path / "blobs")),
        signers={origin: LogSigner(origin, b"1" * 32)},
    )
    store.writer.local(seed).result()
    yield Desk(store, Facts(config))
    store.close()


@pytest.fixture
def window(hall, desk, sign_in):
    """Run a walk as the clerk of window 03: ``walk(client, post)``, where post sends a form with the page's token."""

    def run(walk):
        async def inside():
            async with hall.client(hall.app(routes=ROUTES, services={"desk": desk})) as client:
                token = await sign_in(client)

                async def post(path, data=None, **rest):
                    return await client.post(path, data={"_csrf": token, **(data or {})}, **rest)

                return await walk(client, post)

        return asyncio.run(inside())

    return run


async def begin(post, item=FOOD):
    answer = await post("/intake", {"ticket": "a047", "item": item})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def checked(client, post, hidden_value, fields=None):
    """Fill a draft in and give its address with the fields of the check page's form."""
    here = await begin(post)
    answer = await post(here + "/check", {**WHOLE, **PAPER, **(fields or {})})
    assert answer.status_code == 303, answer.text
    page = (await client.get(here + "/check")).text
    application = hidden_value(page, "application").replace("&#34;", '"').replace("&amp;", "&")
    return here, {"_key": hidden_value(page, "_key"), "application": application}


@pytest.mark.conformance("5.2.2.1.2")
def test_from_ticket_to_both_receipts(window, desk, hall, hidden_value):
    folder = desk.store.directory / "scan" / "03"
    folder.mkdir(parents=True)
    (folder / "layout.png").write_bytes(png(90))
    add(desk.store, desk.facts.hall, hall.clock, AddToTray(window="03", name="layout.png"))

    async def walk(client, post):
        here = await begin(post)
        page = (await client.get(here)).text
        assert "最迟 2026-11-30" in page
        assert "布局图未标注食品处理区、面积和清洗消毒设施" in page
        answer = await post(
            here + "/materials", WHOLE, files={"file.application": ("申请书.png", png(50), "image/png")}
        )
        assert answer.headers["location"] == here + "#materials"
        assert (await post(here + "/tray/layout", WHOLE)).status_code == 303
        page = (await client.get(here)).text
        assert "3 / 6 已收" in page
        assert "1 份由证照免提交" in page
        answer = await post(here + "/check", WHOLE)
        assert answer.headers["location"] == here + "/check"
        page = (await client.get(here + "/check")).text
        assert "还缺 3 份" in page
        application = hidden_value(page, "application").replace("&#34;", '"').replace("&amp;", "&")
        answer = await post(here + "/receive", {"_key": hidden_value(page, "_key"), "application": application})
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
    assert [desk.store.blobs.read(one.sha256) for m in case.materials for one in m.files] == [png(50), png(90)]
    assert case.clock("C1").deadline.due == "2026-11-30"
    kinds = {one.kind for one in papers.list_papers(desk.reader(), no, desk.store.durable_size)}
    assert kinds == {"intake_receipt", "archive_receipt"}
    assert not drafts.of_staff(desk.reader(), "W0312")
    assert not tray.waiting(desk.reader(), "03")


def test_twenty_equal_posts_make_one_case(window, desk, hidden_value):
    async def walk(client, post):
        here, form = await checked(client, post, hidden_value)
        answers = await asyncio.gather(*(post(here + "/receive", form) for _ in range(20)))
        other = json.loads(form["application"])
        other["fields"]["applicant.phone"] = ["13900000000"]
        return answers, await post(here + "/receive", {**form, "application": json.dumps(other)})

    answers, reused = window(walk)
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, answers[0].headers["location"])
    }
    assert cases.total(desk.reader()) == 1
    assert desk.store.durable_size(desk.facts.hall.origin("h2c", 1)) == 1
    assert reused.status_code == 409
    assert "同一操作编号已用于另一内容" in reused.text


def test_wrong_check_digit_is_told_at_the_field_and_nothing_is_lost(window, desk):
    wrong = {**WHOLE, **PAPER, "applicant.id_number": "92420199MADEM002XD"}

    async def walk(client, post):
        here = await begin(post)
        htmx = {"hx-request": "true"}
        left = await post(here + "/field/applicant.id_number", wrong, headers=htmx)
        right = await post(here + "/field/applicant.id_number", WHOLE, headers=htmx)
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
    given = {field.name: [] for field in ITEMS[ELDERLY].form}
    form = {f"form.{name}": FORM.get(f"form.{name}", "") for name in given}
    return {
        "whole": "1", "ticket": "A048", "channel": "window", "applicant.kind": "person",
        "applicant.name": "𠮷田·买买提", "applicant.id_type": "citizen_id", "applicant.id_number": "420106190102150029",
        "applicant.phone": "13800000000", **form, **changed,
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
def test_people_are_checked_by_the_real_rules(window, field, value, message):
    async def walk(client, post):
        here = await begin(post, ELDERLY)
        return await post(here + "/check", person(**{field: value}))

    page = window(walk).text
    if message:
        assert message in page
    else:
        assert f'id="e-{field}"' not in page
        assert f'value="{value}"' in page


def test_newer_item_version_shows_both_and_writes_nothing(window, desk, hidden_value):
    old = ITEMS[FOOD]
    health = msgspec.structs.replace(old.material("health_certificates"), necessity="required")
    layout = tuple(health if one.code == health.code else one for one in old.materials if one.code != "safety_rules")
    new = msgspec.structs.replace(old, task_version=2, promise_day=3, materials=layout)
    rows = [row(new), *(row(item) for code, item in ITEMS.items() if code != FOOD)]

    async def walk(client, post):
        here, form = await checked(client, post, hidden_value)
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


def test_items_that_are_closed_or_unknown(window, desk):
    closed = msgspec.structs.replace(ITEMS[ELDERLY], task_state=TaskState.SUSPENDED)
    rows = [row(closed), *(row(item) for code, item in ITEMS.items() if code != ELDERLY)]
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


def test_expired_session_does_not_eat_the_draft(window, hall, sign_in, minutes):
    async def walk(client, post):
        here = await begin(post)
        saved = await post(here + "/save", WHOLE, headers={"hx-request": "true"})
        hall.clock.advance(minutes(60 * 24))
        lost = await post(here + "/check", {**WHOLE, "applicant.phone": "13900000000"}, headers={"hx-request": "true"})
        await sign_in(client)
        return saved, lost, await client.get(here)

    saved, lost, page = window(walk)
    assert saved.status_code == 204
    assert lost.headers.get("hx-retarget") == "#dialogs"
    assert 'value="示范小吃店（示例）"' in page.text
    assert "已自动暂存" in page.text


def test_upload_that_lies_is_refused_and_the_rest_stays(window, desk):
    async def walk(client, post):
        here = await begin(post)
        answers = []
        for name, data, claim in (
            ("申请书.pdf", png(), "application/pdf"),
            ("申请书.pdf", b"MZ\x90\0" + bytes(100), "application/pdf"),
            ("申请书.png", png(), "application/pdf"),
            ("空.pdf", b"", "application/pdf"),
            ("大.png", png() + bytes(2 * 1024 * 1024), "image/png"),
        ):
            files = {"file.application": (name, data, claim)}
            answers.append(await post(here + "/materials", WHOLE, files=files))
        return answers, await client.get(here)

    answers, page = window(walk)
    assert [answer.status_code for answer in answers] == [422] * 5
    for answer, text in zip(
        answers,
        ("内容是 PNG", "不是 PDF、JPEG", "与文件名或声明的类型不符", "是空文件", "超过 1 MB 的上限"),
        strict=True,
    ):
        assert text in answer.text
    assert 'value="示范小吃店（示例）"' in page.text
    assert not [path for path in (desk.store.directory / "blobs").rglob("*") if path.is_file()]


def test_a_gigabyte_is_refused_before_it_is_read(window, desk):
    read = []

    async def body():
        for _ in range(1024):
            read.append(1)
            yield bytes(1024 * 1024)

    async def walk(client, post):
        here = await begin(post)
        headers = {
            "content-type": "multipart/form-data; boundary=x",
            "content-length": str(1 << 30),
            "hx-request": "true",
        }
        return await client.post(here + "/materials", content=body(), headers=headers)

    answer = window(walk)
    assert answer.status_code == 413
    assert "发送的内容太大" in answer.text
    assert answer.headers["hx-retarget"] == "#notices"
    assert len(read) <= 2


def test_scans_of_other_drafts_and_forged_references_are_refused(window, desk, hidden_value):
    digest = desk.store.blobs.put(png(1))

    async def walk(client, post):
        here, form = await checked(client, post, hidden_value)
        stranger = await client.get(f"{here}/scans/{digest}")
        content = json.loads(form["application"])
        content["scans"] = {"layout": [{"sha256": digest, "media_type": "application/pdf", "size": len(png(1))}]}
        return stranger, await post(here + "/receive", {**form, "application": json.dumps(content)})

    stranger, forged = window(walk)
    assert stranger.status_code == 404
    assert forged.status_code == 422
    assert "扫描件不在本机或与登记的不符" in forged.text
    assert cases.total(desk.reader()) == 0


def test_scan_taken_off_goes_back_to_the_tray(window, desk):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/materials", WHOLE, files={"file.layout": ("图.png", png(7), "image/png")})
        digest = desk.store.blobs.put(png(7))
        shown = await client.get(f"{here}/scans/{digest}")
        await post(f"{here}/scans/layout/{digest}/remove", WHOLE)
        return shown, (await client.get(here)).text, (await client.get("/tray")).text

    shown, page, waiting = window(walk)
    assert shown.content == png(7)
    assert shown.headers["content-type"] == "image/png"
    assert "托盘中 1 个文件" in page
    assert "图.png" in waiting


def test_licence_of_somebody_else_is_not_offered(window):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/save", WHOLE)
        own = (await client.get(here)).text
        await post(here + "/save", {**WHOLE, "applicant.id_number": "91420199MADEM0011P"})
        return own, (await client.get(here)).text

    own, other = window(walk)
    assert 'value="licence:LIC1" selected' in own
    assert "licence:LIC1" not in other


def test_drafts_are_listed_and_thrown_away(window, desk):
    async def walk(client, post):
        here = await begin(post)
        await post(here + "/save", WHOLE)
        listed = (await client.get("/drafts")).text
        await post(f"/drafts/{here.rpartition('/')[2]}/discard")
        return listed, (await client.get("/drafts")).text

    listed, empty = window(walk)
    assert "示范小吃店（示例）" in listed
    assert "没有暂存" in empty
    assert not drafts.of_staff(desk.reader(), "W0312")


def test_agent_asks_for_letter_and_identity(window):
    async def walk(client, post):
        here = await begin(post)
        part = await post(
            here + "/field/form.by_agent", {**WHOLE, "form.by_agent": "yes"}, headers={"hx-request": "true"}
        )
        return part.text, await post(here + "/check", {**WHOLE, "form.by_agent": "yes"})

    part, answer = window(walk)
    assert "授权委托书及代办人身份证明" in part
    assert 'name="agent.id_number"' in part
    assert answer.status_code == 422
    assert 'id="e-agent.name"' in answer.text


def test_supplement_comes_in_once(window, desk, hidden_value):
    def correct(no):
        def now():
            return cases.find(desk.reader(), no)

        desk.submit_now(prereview.TakeCase(case=no, version=now().version), actor=HANDLER, key=f"{no}-take")
        words = (
            prereview.CorrectionWords("layout", "没有提交这份材料", "请补交布局图原件一份"),
            prereview.CorrectionWords("form:floor_area", "面积与平面图不一致", "请核对后更正"),
        )
        verdicts = {material.code: "pass" for material in now().materials}
        command = prereview.PreReviewCase(
            case=no, version=now().version, verdicts=verdicts, then="correct", corrections=words
        )
        desk.submit_now(command, actor=HANDLER, key=f"{no}-correct")

    async def walk(client, post):
        here, form = await checked(client, post, hidden_value)
        no = (await post(here + "/receive", form)).headers["location"].split("/")[2]
        early = await client.get(f"/supplement/{no}")
        await asyncio.to_thread(correct, no)
        listed = await client.get("/supplement")
        page = (await client.get(f"/supplement/{no}")).text
        fields = {"whole": "1", "version": hidden_value(page, "version"), "_key": hidden_value(page, "_key")}
        nothing = await post(f"/supplement/{no}", fields)
        await post(
            f"/supplement/{no}/materials", {"whole": "1"}, files={"file.layout": ("图.png", png(3), "image/png")}
        )
        fields |= {"line.2": "1", "material.layout": "original", "copies.layout": "1", "pages.layout": "2"}
        answers = await asyncio.gather(*(post(f"/supplement/{no}", fields) for _ in range(5)))
        return no, early, listed, nothing, answers, await client.get(answers[0].headers["location"])

    no, early, listed, nothing, answers, done = window(walk)
    assert early.status_code == 409
    assert "这件现在不在“待补正”" in early.text
    assert "有 1 件等申请人补正" in listed.text
    assert nothing.status_code == 422
    assert "请至少勾选一条已补交的内容" in nothing.text
    assert {answer.headers["location"] for answer in answers} == {f"/supplement/{no}/done"}
    case = cases.find(desk.reader(), no)
    assert case.state == "pre_review"
    assert all(line.met for line in case.notice_lines)
    assert desk.store.blobs.read(case.material("layout").files[0].sha256) == png(3)
    assert case.material("layout").pages == 2
    assert "没有，已全部补齐" in done.text
    kinds = [one.kind for one in papers.list_papers(desk.reader(), no, desk.store.durable_size)]
    assert kinds.count("supplement_receipt") == 1
