"""Search and the case page: masked for whoever reads, scans for those who handle the case, acts by state and role."""

import asyncio

import pytest

from appliance.services.issuance import HandOver

AGENT = {"name": "李代理", "id_number": "42010220000101001X", "phone": "13900000000"}


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


@pytest.mark.conformance("4.2.3-10")
@pytest.mark.parametrize("query", ["小吃", "示范小吃店", "sfxc", "0013", "0000", "number", "tail"])
def test_finds_by_name_initials_number_and_last_four(desk_hall, query):
    no = desk_hall.bring("received")
    other = desk_hall.receive(name="江城面馆（示例）")
    text = {"number": no[:-1], "tail": no[-5:]}.get(query, query)

    async def search(person):
        return await person.open("/cases", params={"q": text}, headers={"hx-request": "true"})

    page = walk(desk_hall, "C1001", search)
    if query == "number":
        assert f"/cases/{no}" not in page.links  # not a whole number, nor one of its fragments
        return
    assert f"/cases/{no}" in page.links
    if query not in ("0013", "0000"):
        assert f"/cases/{other}" not in page.links
    assert "<html" not in page.html


def filtering(**params):
    return lambda person: person.open("/cases", params=params)


def listed(page):
    return [link.split("/")[2] for link in page.links if link.startswith("/cases/S")]


def test_picks_by_item_state_and_days_of_receipt(desk_hall):
    first = desk_hall.bring("accepted")
    desk_hall.later(days=1)
    second = desk_hall.bring("received", name="江城面馆（示例）")
    food = desk_hall.item.catalog_code
    for params, wanted in (
        ({"item": food}, [second, first]),
        ({"item": "420100003000"}, []),
        ({"state": "received"}, [second]),
        ({"since": "2026-11-24"}, [second]),
        ({"until": "2026-11-23"}, [first]),
        ({"since": "2026-11-23", "until": "2026-11-24", "state": "in_review", "item": food}, [first]),
        ({"q": "示范小吃", "state": "received"}, []),
        ({"q": "江城", "state": "received"}, [second]),
    ):
        assert listed(walk(desk_hall, "C1001", filtering(**params))) == wanted, params


def test_what_was_picked_comes_in_pages_and_stays_picked(desk_hall):
    numbers = [desk_hall.receive() for _ in range(32)]
    page = walk(desk_hall, "C1001", filtering(state="received"))
    assert len(listed(page)) == 30
    assert "/cases?state=received&page=2" in page.links
    page = walk(desk_hall, "C1001", filtering(state="received", page=2))
    assert listed(page) == numbers[1::-1]
    assert '<option value="received" selected>' in page.html


def test_days_that_are_none_are_told_at_their_field(desk_hall):
    page = walk(desk_hall, "C1001", filtering(since="昨天"))
    assert (page.status, "请填写日期，如 2026-11-23" in page.text) == (422, True)
    page = walk(desk_hall, "C1001", filtering(since="2026-11-24", until="2026-11-23"))
    assert "结束日期不能早于开始日期" in page.text


def test_a_whole_number_opens_its_case(desk_hall):
    no = desk_hall.bring("received")
    page = walk(desk_hall, "C1001", lambda person: person.open("/cases", params={"q": no}))
    assert "时间线" in page.text


def test_search_says_when_it_finds_nothing_and_survives_odd_input(desk_hall):
    for text in ('"', "* OR name:", "'; DROP TABLE case_view; --", "𠮷" * 80, "\u00b7"):
        page = walk(desk_hall, "C1001", lambda person, text=text: person.open("/cases", params={"q": text}))
        assert page.status == 200
        assert "没有找到" in page.text


@pytest.mark.conformance("4.2.2-7")
def test_numbers_are_masked_and_looked_at_in_full_only_with_a_logged_purpose(desk_hall):
    no = desk_hall.bring("taken", agent=AGENT)

    async def look(person):
        page = await person.open(f"/cases/{no}")
        empty = await person.send(page, f"/cases/{no}/numbers", purpose="")
        full = await person.send(page, f"/cases/{no}/numbers", purpose="与申请人电话核对")
        return page, empty, full, await person.open(f"/cases/{no}")

    page, empty, full, again = walk(desk_hall, "C1001", look)
    # A credit code (GB 32100) is public and never masked; people's numbers are.
    numbers = ("420102190001010013", "13800000000", "42010220000101001X")
    assert "92420199MADEM002XC" in page.html
    for masked in (page, empty, again):
        assert not any(number in masked.html for number in numbers)
    assert "420102********0013" in page.html
    assert "138****0000" in page.html
    assert empty.status == 422
    assert "请写明查看的用途" in empty.text
    assert all(number in full.html for number in numbers)
    views = [view for view in desk_hall.looks(case=no) if view.act == "numbers"]
    assert [(view.login, view.cases, view.purpose) for view in views] == [("C1001", (no,), "与申请人电话核对")]
    assert {"id_number", "phone", "name"} <= set(views[0].fields)


@pytest.mark.parametrize("login", ["C1003", "S5001", "M4001", "W0313"])
def test_staff_without_the_task_see_stars_no_scans_and_no_numbers(desk_hall, login):
    no = desk_hall.bring("taken", agent=AGENT)

    async def look(person):
        page = await person.open(f"/cases/{no}")
        return page, await person.post(f"/cases/{no}/numbers", {"_csrf": csrf(page), "purpose": "看看"})

    page, refused = walk(desk_hall, login, look)
    for name in ("李代理", "示例·经营者", "张三丰", "420102190001010013", "13800000000"):
        assert name not in page.html, name
    assert "李*理" in page.html
    assert "/files/" not in page.html
    assert refused.status == 403


def csrf(page):
    return next(value for form in page.forms for name, value in form["fields"] if name == "_csrf")


def test_a_scan_is_sent_safely_and_only_to_those_who_handle_its_case(desk_hall):
    no, other = desk_hall.bring("taken"), desk_hall.bring("taken")
    stray = desk_hall.store.blobs.put(b"\x89PNG\r\n\x1a\nsomebody else's")
    path = f"/cases/{no}/files/{desk_hall.scan.sha256}"

    async def fetch(person):
        return (
            await person.client.get(path),
            (await person.client.get(f"/cases/{no}/files/{stray}")).status_code,
            (await person.client.get(f"/cases/{no}/files/..%2f..%2fhall.db")).status_code,
            (await person.client.get(f"/cases/{other[:-1]}/files/{desk_hall.scan.sha256}")).status_code,
        )

    answer, *refused = walk(desk_hall, "C1001", fetch)
    assert answer.content == desk_hall.store.blobs.read(desk_hall.scan.sha256)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert refused == [404, 404, 404]
    for login in ("C1003", "W0313", "S5001", "M4001"):
        status = walk(desk_hall, login, lambda person: person.client.get(path)).status_code
        assert status == 403, login


@pytest.mark.parametrize(
    ("stage", "login", "offered"),
    [
        ("received", "C1001", "领办并预审"),
        ("taken", "C1001", "继续预审"),
        ("taken", "C1002", None),
        ("taken", "W0312", "登记撤回"),
        ("accepted", "C1001", "签署意见"),
        ("accepted", "R2001", None),
        ("handled", "R2001", "签署意见"),
        ("handled", "A3001", None),
        ("reviewed", "A3001", "签署意见"),
        ("reviewed", "W0312", "登记撤回"),
        ("granted", "W0312", "制证"),
        ("ready", "W0312", "发件"),
        ("ready", "A3001", None),
        ("received", "C1003", None),
        ("received", "S5001", None),
    ],
)
def test_only_what_state_and_role_allow_is_offered(desk_hall, stage, login, offered):
    no = desk_hall.bring(stage)
    page = walk(desk_hall, login, lambda person: person.open(f"/cases/{no}"))
    acts = ("领办并预审", "继续预审", "签署意见 Alt", "制证 Alt", "发件 Alt", "登记撤回", "补正收件 Alt")
    found = [text for text in acts if text in page.text]
    assert [text.removesuffix(" Alt") for text in found] == ([offered] if offered else [])


def test_the_page_tells_state_clocks_materials_papers_and_index(desk_hall):
    no = desk_hall.bring("ready")
    page = walk(desk_hall, "C1001", lambda person: person.open(f"/cases/{no}"))
    case = desk_hall.case(no)
    number = case.licence.issued.number
    for words in (
        no,
        case.acceptance_no,
        "待领取",
        "还剩 10 个工作日",
        "按期",
        "食品经营许可申请书",
        "已存本机",
        number,
    ):
        assert words in page.text, words
    assert f"#{case.last_index}" in page.text
    for kind in ("intake_receipt", "acceptance_receipt", "approval_form", "decision_granted", "licence"):
        assert any(link.startswith(f"/papers/{no}/{kind}") for link in page.links), kind
    clerk = walk(desk_hall, "W0312", lambda person: person.open(f"/cases/{no}"))
    assert not any("approval_form" in link for link in clerk.links)  # an internal paper


def test_an_unknown_number_is_answered_plainly(desk_hall):
    page = walk(desk_hall, "C1001", lambda person: person.open("/cases/S000"))
    assert page.status == 404
    assert "没有编号为 S000 的办件" in page.text


def test_a_withdrawal_needs_its_reason_stops_the_case_and_keeps_the_letter(desk_hall):
    no = desk_hall.bring("taken")
    path = f"/cases/{no}/withdraw"
    letter = {"letter": ("letter.png", b"\x89PNG\r\n\x1a\nletterIEND\xaeB`\x82", "image/png")}

    async def act(person):
        page = await person.open(path)
        empty = await person.client.post(path, data={**page.fields(path), "reason": ""}, files=letter)
        from_empty = type(page)(empty)
        kept = dict(from_empty.fields(path))
        done = await person.client.post(path, data={**kept, "reason": "不再经营"})
        return from_empty, kept, done

    empty, kept, done = walk(desk_hall, "W0312", act)
    assert empty.status == 422
    assert "请写明撤回的原因" in empty.text
    assert desk_hall.store.blobs.has(kept["letter_files"])
    assert done.status_code == 200
    case = desk_hall.case(no)
    assert case.state == "withdrawn"
    assert case.withdrawn_reason == "不再经营"
    assert all(clock.stopped for clock in case.clocks)
    again = walk(desk_hall, "W0312", lambda person: person.open(path))
    assert "作出决定之后不能再撤回" in again.text


def test_a_letter_that_lies_about_its_type_is_refused_at_its_field(desk_hall):
    no = desk_hall.bring("taken")
    path = f"/cases/{no}/withdraw"
    lie = {"letter": ("letter.pdf", b"MZ\x90\x00 a program", "application/pdf")}

    async def act(person):
        page = await person.open(path)
        return type(page)(await person.client.post(path, data={**page.fields(path), "reason": "不再经营"}, files=lie))

    page = walk(desk_hall, "W0312", act)
    assert page.status == 422
    assert 'id="e-letter"' in page.html
    assert "不再经营" in page.html
    assert desk_hall.case(no).state == "pre_review"


def test_a_supervisor_reads_opinions_but_not_who_collected(desk_hall):
    no = desk_hall.bring("ready")
    collector = {"relation": "representative", "collector_name": "示例·经营者", "collector_id": "420102190001010013"}
    command = HandOver(case=no, version=desk_hall.case(no).version, identity_checked=True, **collector)
    desk_hall.do(command, "W0312")
    page = walk(desk_hall, "S5001", lambda person: person.open(f"/cases/{no}"))
    assert "材料齐全，同意" in page.text
    assert "示例·经营者" not in page.html
    assert "材料齐全，同意" not in walk(desk_hall, "M4001", lambda person: person.open(f"/cases/{no}")).text
