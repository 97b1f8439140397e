"""自助申报: an application handed in at a terminal, and its receipt at a window."""

import asyncio
import datetime as dt
import io
import uuid
from urllib.parse import urlencode

import httpx
import pytest

from appliance.domain.actor import KIOSK
from appliance.domain.service_item import materials_for
from appliance.domain.states import State
from appliance.domain.subject import Applicant, MaterialIn
from appliance.projections import numbers
from appliance.services import papers
from appliance.services.intake import SubmitCase

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 8 + b"IEND\xaeB`\x82"
FORM = {
    "main_business": "餐饮服务经营者", "business_items": "热食类食品制售", "premises": "示范区示范路1号",
    "domicile": "示范区示范路1号", "floor_area": "80", "employees": "5", "principal_name": "示例·经营者",
    "principal_id": "420102190001010013", "safety_manager": "李安全", "online_trade": "no", "contact_name": "张三丰",
    "contact_phone": "13800000000", "by_agent": "no",
}  # fmt: skip
APPLICANT = {
    "kind": "self_employed", "name": "示范小吃店（示例）", "id_number": "92420199MADEM002XC", "phone": "13800000000",
    "representative": "示例·经营者", "representative_id": "420102190001010013",
}  # fmt: skip
FIRST = {"applicant.kind": "self_employed", "form.main_business": FORM["main_business"]}


def running(action):
    return asyncio.run(action)


def typed(hall, *, bring=True, **more):
    fields = {f"applicant.{name}": value for name, value in APPLICANT.items()}
    fields |= {f"form.{name}": value for name, value in FORM.items()}
    if bring:
        fields |= {f"material.{one.code}": "original" for one in hall.materials()}
    return {**fields, "notice": "1", **more}


def applying(hall, *, files=(), times=1, leave=(), **more):
    """From the terminal's first page to the answer of the form, as whoever stands there."""

    async def act():
        async with hall.anyone() as person:
            home = await person.open("/kiosk")
            here = f"/kiosk/{hall.item.catalog_code}"
            assert here in home.links
            first = await person.open(here)
            page = await person.open(f"{here}/form?{urlencode({**first.fields(f'{here}/form'), **FIRST})}")
            sent = {**page.fields(f"{here}/form"), **typed(hall, **more)}
            sent = {name: value for name, value in sent.items() if name not in leave}
            attached = [(f"file.{code}", (f"{code}.png", io.BytesIO(PNG), "image/png")) for code in files]
            answers = [await person.client.post(f"{here}/form", data=sent, files=attached or None)]
            answers += [await person.client.post(f"{here}/form", data=sent) for _ in range(times - 1)]
            return [type(page)(answer) for answer in answers]

    return running(act())


async def token(person):
    """Give the form token of this browser."""
    page = await person.open("/status")
    return {"_csrf": page.fields("/status")["_csrf"]}


def number_of(page):
    return next(word for word in page.text.split() if word.startswith("S4"))


def receiving(hall, no, login="W0312", **change):
    """At the window: the list, the form as it was typed, the check page, the receipt."""

    async def act():
        async with hall.as_(login) as person:
            page = await person.open("/submissions")
            fields = {**page.fields(f"/submissions/{no}"), "ticket": "A047"}
            answer = await person.client.post(f"/submissions/{no}", data=fields)
            here = answer.url.path
            page = type(page)(answer)
            sent = {**page.fields(f"{here}/check"), **chosen(answer.text), **change}
            answer = await person.client.post(f"{here}/check", data=sent)
            page = type(page)(answer)
            if answer.url.path.endswith("/check") and answer.status_code == 200:
                answer = await person.client.post(f"{here}/receive", data=page.fields(f"{here}/receive"))
            return type(page)(answer), answer.url.path

    return running(act())


def chosen(html):
    """Read the chosen options of a page's lists, which a browser would send along."""
    found, name = {}, ""
    for part in html.split("<")[1:]:
        if part.startswith("select"):
            name = part.partition('name="')[2].partition('"')[0]
        elif part.startswith("option") and "selected" in part:
            found[name] = part.partition('value="')[2].partition('"')[0]
    return found


@pytest.mark.conformance("4.3.3.1", "4.3.3.2")
def test_an_application_at_the_terminal_gets_a_number_and_is_no_acceptance(desk_hall):
    page = applying(desk_hall)[0]
    assert page.status == 200, page.text
    assert "已提交，还没有受理" in page.text
    case = desk_hall.case(number_of(page))
    assert (case.state, case.clerk, case.acceptance_no, case.clocks) == (State.SUBMITTED, "", "", ())
    assert case.query_code in page.text
    assert case.applicant.name == APPLICANT["name"]


def test_the_same_form_sent_again_is_one_application(desk_hall):
    first, second = applying(desk_hall, times=2)
    assert number_of(first) == number_of(second)


def test_a_mistake_is_named_and_nothing_typed_is_lost(desk_hall):
    here = f"/kiosk/{desk_hall.item.catalog_code}/form"
    code = desk_hall.materials()[0].code
    page = applying(desk_hall, files=(code,), **{"applicant.phone": "12"})[0]
    assert page.status == 422
    assert "手机号码应为11位" in page.text
    assert page.fields(here)["applicant.name"] == APPLICANT["name"]
    assert f"{code}.png" in page.text

    async def again():
        async with desk_hall.anyone() as person:
            fresh = await person.open(f"{here}?{urlencode(FIRST)}")
            tokens = {name: fresh.fields(here)[name] for name in ("_csrf", "_key")}
            sent = {**page.fields(here), **chosen(page.html), **typed(desk_hall), **tokens}
            return type(page)(await person.client.post(here, data=sent))

    done = running(again())
    assert done.status == 200, done.text
    held = {one.code: one.files for one in desk_hall.case(number_of(done)).materials}
    assert [file.media_type for file in held[code]] == ["image/png"]


@pytest.mark.parametrize("spoilt", ["x", "eyJwYXRoIjoiL2tpb3NrIn0=.0000"])
def test_files_are_named_by_this_server_only(desk_hall, spoilt):
    page = applying(desk_hall, kept=spoilt)[0]
    assert page.status == 200
    assert all(not one.files for one in desk_hall.case(number_of(page)).materials)


def test_without_the_notice_nothing_is_taken(desk_hall):
    page = applying(desk_hall, leave=("notice",))[0]
    assert page.status == 422
    assert "请阅读个人信息处理告知，并勾选同意" in page.text


def test_only_a_terminal_of_the_hall_takes_applications(desk_hall):
    async def elsewhere(address):
        transport = httpx.ASGITransport(app=desk_hall.app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
            return (await client.get("/kiosk")).status_code

    assert running(elsewhere("10.0.0.9")) == 403
    assert running(elsewhere("127.0.0.1")) == 200  # the control


def test_what_is_sent_from_elsewhere_is_refused_before_it_is_read(desk_hall):
    async def reading(address):
        read = []

        async def body():
            read.append(1)
            yield b"x" * 1000

        transport = httpx.ASGITransport(app=desk_hall.app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
            form = {"content-type": "application/x-www-form-urlencoded"}
            here = f"/kiosk/{desk_hall.item.catalog_code}/form"
            answer = await client.post(here, content=body(), headers=form)
            return answer.status_code, bool(read)

    assert running(reading("10.0.0.9")) == (403, False)
    assert running(reading("127.0.0.1")) == (422, True)  # the control: no token, but read


def test_files_of_an_old_page_are_not_stored_and_are_asked_for_again(desk_hall):
    code = desk_hall.materials()[0].code
    page = applying(desk_hall, files=(code,), _csrf="stale")[0]
    assert (page.status, "附件要重新选择" in page.text, f"{code}.png" in page.text) == (422, True, False)


def test_the_slip_asks_for_the_token_of_the_page(desk_hall):
    sent = applying(desk_hall)[0].fields("/kiosk/slip")

    async def printing():
        async with desk_hall.anyone() as person:
            return await person.client.post("/kiosk/slip", data=sent)

    answer = running(printing())
    assert (answer.status_code, "打开得太久" in answer.text) == (400, True)


def test_an_old_page_is_shown_again_with_everything(desk_hall):
    page = applying(desk_hall, _csrf="stale")[0]
    assert page.status == 422
    assert "打开得太久" in page.text
    assert page.fields(f"/kiosk/{desk_hall.item.catalog_code}/form")["applicant.name"] == APPLICANT["name"]


def test_the_window_receives_it_under_its_number(desk_hall):
    no = number_of(applying(desk_hall)[0])
    code = desk_hall.case(no).query_code
    desk_hall.later(days=1)
    page, path = receiving(desk_hall, no, **{"applicant.phone": "13900009999"})
    assert path == f"/cases/{no}/received", page.text
    case = desk_hall.case(no)
    assert (case.state, case.clerk, case.ticket, case.query_code) == (State.RECEIVED, "W0312", "A047", code)
    assert case.applicant.phone == "13900009999"
    assert case.received_at[:10] == "2026-11-24"
    assert case.submitted_at[:10] == "2026-11-23"
    assert case.clock("C1").deadline.start == "2026-11-24"
    kinds = [ref.kind for ref in papers.list_papers(desk_hall.desk.reader(), no, desk_hall.store.durable_size)]
    assert kinds[:2] == ["submission_slip", "intake_receipt"]


def test_all_electronic_the_clock_runs_from_the_terminal(desk_hall):
    every = tuple(one.code for one in desk_hall.materials())
    page = applying(desk_hall, files=every)[0]
    assert page.status == 200, page.text
    no = number_of(page)
    started = desk_hall.case(no).clock("C1")
    assert started is not None
    assert started.deadline.due in page.text
    desk_hall.later(days=2)
    _, path = receiving(desk_hall, no)
    assert path == f"/cases/{no}/received"
    case = desk_hall.case(no)
    assert case.clock("C1") == started
    assert case.received_at[:10] == "2026-11-23"


def test_nobody_receives_it_twice(desk_hall):
    no = number_of(applying(desk_hall)[0])

    async def act():
        async with desk_hall.as_("W0312") as one, desk_hall.as_("W0313") as other:
            page = await one.open("/submissions")
            fields = {**page.fields(f"/submissions/{no}"), "ticket": "A047"}
            mine = await one.client.post(f"/submissions/{no}", data=fields)
            theirs = await other.client.post(
                f"/submissions/{no}",
                data={**(await other.open("/submissions")).fields(f"/submissions/{no}"), "ticket": "A048"},
            )
            answers = []
            for person, answer in ((other, theirs), (one, mine)):
                here = answer.url.path
                page = type(page)(answer)
                sent = {**page.fields(f"{here}/check"), **chosen(answer.text)}
                check = type(page)(await person.client.post(f"{here}/check", data=sent))
                form = [form for form in check.forms if form["action"] == f"{here}/receive"]
                if not form:
                    answers.append(check.status)
                    continue
                answers.append((await person.client.post(f"{here}/receive", data=dict(form[0]["fields"]))).status_code)
            return answers

    assert running(act()) == [200, 422]
    assert desk_hall.case(no).clerk == "W0313"


def test_number_and_code_give_the_slip(desk_hall):
    page = applying(desk_hall)[0]
    sent = page.fields("/kiosk/slip")

    async def printing(**change):
        async with desk_hall.anyone() as person:
            return await person.client.post("/kiosk/slip", data={**sent, **await token(person), **change})

    answer = running(printing())
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert running(printing(code="000000")).status_code == 404


def test_a_submission_is_found_by_its_number_and_counts_in_the_sequence(desk_hall):
    no = number_of(applying(desk_hall)[0])
    scope, place = numbers.scope_of_case_number(no)
    assert desk_hall.desk.reader().execute("SELECT last FROM number_sequence WHERE scope = ?", (scope,)).get == place
    assert desk_hall.receive() != no
    day = dt.date(2026, 11, 23)
    assert no[9:17] == f"{day:%Y%m%d}"


def test_five_wrong_codes_pause_the_number_on_every_public_page(desk_hall):
    page = applying(desk_hall)[0]
    sent = page.fields("/kiosk/slip")

    async def printing(**change):
        async with desk_hall.anyone() as person:
            return (await person.client.post("/kiosk/slip", data={**sent, **await token(person), **change})).status_code

    assert [running(printing(code="000000")) for _ in range(5)] == [404] * 5
    assert running(printing()) not in (200, 404)  # the right code, too late

    async def asking():
        async with desk_hall.anyone() as person:
            fresh = await person.open("/status")
            return (await person.send(fresh, "/status", no=sent["no"], code=sent["code"])).status

    assert running(asking()) == 429
    desk_hall.later(minutes=16)
    assert running(printing()) == 200  # the control


def pension(hall):
    """A person applies for the old-age allowance at the terminal."""
    item = next(one for one in hall.catalogue if one.catalog_code == "420500015000")
    choices = {field.name: field.choices[0] for field in item.form if field.choices}
    form = {
        "birth_date": "1940-01-01", "household_address": "示范区示范路1号",
        "bank": "示范银行", "account_no": "6222000000",
        "residence": "yes",
        "contact_name": "示例", "contact_phone": "13800000000", **choices, "by_agent": "no",
    }  # fmt: skip
    who = Applicant(
        kind="person", name="欧待收", id_type="resident_id", id_number=FORM["principal_id"], phone="13800000000"
    )
    materials = tuple(MaterialIn(code=one.code, name=one.name) for one in materials_for(item, form))
    command = SubmitCase(
        item_code=item.catalog_code, item_version=item.task_version, applicant=who, notice=1, agent=None,
        form=form, materials=materials,
    )  # fmt: skip
    return hall.desk.submit_now(command, actor=KIOSK, key=str(uuid.uuid4())).result["case"]


def test_the_list_hides_a_persons_name_and_the_draft_with_the_numbers_is_recorded(desk_hall):
    no = pension(desk_hall)

    async def act():
        async with desk_hall.as_("W0312") as clerk:
            page = await clerk.open("/submissions")
            sent = {**page.fields(f"/submissions/{no}"), "ticket": "A047"}
            return page, (await clerk.client.post(f"/submissions/{no}", data=sent)).text

    page, draft = running(act())
    assert ("欧*收" in page.text, "欧待收" in page.html) == (True, False)
    assert (FORM["principal_id"] in draft, "欧待收" in draft) == (True, True)
    (look,) = desk_hall.looks(login="W0312", case=no)
    assert (look.act, look.fields, look.purpose) == ("numbers", ("all",), "自助申请收件")
