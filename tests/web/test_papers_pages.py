"""The pages of a case's papers over a real store and the real typst templates, rendered in this process."""

import asyncio
import base64
import importlib.util
import io
import re
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pypdf
import pytest

from appliance.domain.actor import Role
from appliance.domain.entry import read_event
from appliance.domain.events import PaperRendered
from appliance.errors import N_, TransportFailure
from appliance.papers.document import Form, digest
from appliance.papers.render import Renderer
from appliance.services import papers
from appliance.services.desk import OwnDesk
from appliance.services.facts import Facts
from appliance.store import event_store
from web import guards
from web.printing import warm
from web.routes import ACCOUNT, HALL, Route

SPEC = importlib.util.spec_from_file_location("walked_case", Path(__file__).parents[1] / "services" / "walked_case.py")
walked = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(walked)

ROUTES = (
    *ACCOUNT,
    Route("GET", "/", "web.pages.home:show", guards.SIGNED_IN),
    *(route for route in HALL if route.path.startswith("/papers/")),
)
PDF_POINTS_PER_MM = 72 / 25.4


class InProcess:
    """The renderer client's four methods without a second process."""

    def __init__(self):
        self.renderer = Renderer()

    def render(self, paper, form=Form.PDF, presentation=None):
        return self.renderer.render(paper, form, presentation)

    async def render_async(self, paper, form=Form.PDF, presentation=None):
        return self.renderer.render(paper, form, presentation)

    async def pages_async(self, paper, form=Form.SVG, presentation=None):
        return self.renderer.pages(paper, form, presentation)


def squeezed(text):
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")


def pdf_text(body):
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages))


def pictures(page):
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return [base64.b64decode(one) for one in found]


@pytest.fixture(scope="module")
def renderer():
    return InProcess()


@pytest.fixture(scope="module")
def granted(tmp_path_factory):
    made = walked.Walk(tmp_path_factory.mktemp("granted"))
    made.to_end()
    yield made
    made.close()


@pytest.fixture
def received(tmp_path):
    made = walked.Walk(tmp_path)
    made.receive()
    yield made
    made.close()


@pytest.fixture
def drive(hall, sign_in, renderer):
    """Sign in and walk: `drive(desk, walk, login=…)`."""

    def run(desk, walk, login="W0312"):
        other = hall.directory.people["H0101"]
        for number in ("C9009", "C1001", "S5001"):
            role = Role.SUPERVISOR if number == "S5001" else Role.CASE_HANDLER
            hall.directory.people[number] = type(other)(number, "示例", (role,))
            hall.credentials.passwords[number] = hall.credentials.passwords["H0101"]
        app = hall.app(ROUTES, {"desk": desk, "render": renderer})

        async def inside():
            async with hall.client(app) as client:
                token = await sign_in(client, login)
                return await walk(client, token)

        return asyncio.run(inside())

    return run


def get(drive, walk, address, login="W0312"):
    return get_all(drive, walk, [address], login)[0]


def get_all(drive, walk, addresses, login="W0312"):
    async def ask(client, _token):
        return [await client.get(address) for address in addresses]

    return drive(walk.desk, ask, login)


@pytest.mark.conformance("5.2.2.1.2")
def test_receipt_is_shown_page_by_page_as_it_will_be_printed(drive, granted):
    answer = get(drive, granted, f"/papers/{granted.no}/intake_receipt")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "收件回执单" in answer.text
    assert "80毫米小票" in answer.text
    drawn = pictures(answer.text)
    assert len(drawn) == 1
    assert drawn[0].startswith(b"<svg")
    # The copy for the files hangs beside it.
    assert f"/papers/{granted.no}/archive_receipt?index=1" in answer.text


@pytest.mark.conformance("5.2.2.1.2", "5.2.2.2.2", "5.2.2.3", "5.2.2.4", "5.2.2.5")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("intake_receipt", ("收件回执单", "不代表受理", "𠮷野小吃店（示例）")),
        ("archive_receipt", ("存档回执单", "SHA-256")),
        ("correction_notice", ("补正回执单", "一次性告知", walked.REQUIREMENT)),
        ("supplement_receipt", ("补正材料收件回执",)),
        ("acceptance_receipt", ("受理回执单", "承诺办结日期")),
        ("approval_form", ("签批表", "同意承办意见", "内部存档联")),
        ("decision_granted", ("准予行政许可决定书",)),
        ("licence", ("食品经营许可证", "未签章")),
        ("collection_receipt", ("领证回执单", "𠮷永·示例")),
    ],
)
def test_each_slip_can_be_had_as_a_file(drive, granted, kind, words):
    answer = get(drive, granted, f"/papers/{granted.no}/{kind}/file.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("inline;")
    text = pdf_text(answer.content)
    assert [one for one in (*words, granted.no) if squeezed(one) not in text] == []


def test_download_is_saved_under_the_papers_name(drive, granted):
    answer = get(drive, granted, f"/papers/{granted.no}/licence/file.pdf?save=1")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%A3%9F")


def test_the_copy_asked_for_is_the_copy_made(drive, granted):
    first = get(drive, granted, f"/papers/{granted.no}/acceptance_receipt/file.pdf")
    filed = get(drive, granted, f"/papers/{granted.no}/acceptance_receipt/file.pdf?copy=file")
    assert "申请人联" in pdf_text(first.content)
    assert "存档联" in pdf_text(filed.content)
    page = get(drive, granted, f"/papers/{granted.no}/acceptance_receipt?copy=file")
    assert 'copy=file" aria-current="true">存档联' in page.text
    assert get(drive, granted, f"/papers/{granted.no}/acceptance_receipt?copy=gold").status_code == 422


def test_the_slip_on_80_mm_paper(drive, granted):
    page = get(drive, granted, f"/papers/{granted.no}/intake_receipt?copy=80mm")
    assert page.status_code == 200
    assert "file.pdf?index=1&amp;copy=80mm" in page.text
    answer = get(drive, granted, f"/papers/{granted.no}/intake_receipt/file.pdf?copy=80mm")
    width = float(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].mediabox.width)
    assert width == pytest.approx(80 * PDF_POINTS_PER_MM, abs=1)
    assert get(drive, granted, f"/papers/{granted.no}/licence?copy=80mm").status_code == 422


@pytest.mark.parametrize(
    ("name", "status"),
    [("page-1.svg", 200), ("page-9.svg", 404), ("page-0.svg", 404), ("page-1.svg.exe", 404), ("x", 404)],
)
def test_single_pages_as_pictures(drive, granted, name, status):
    answer = get(drive, granted, f"/papers/{granted.no}/licence/{name}")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.content.startswith(b"<svg")


@pytest.mark.parametrize("login", ["A0001", "A0002", "A0003", "S5001"])
@pytest.mark.parametrize("tail", ["", "/file.pdf", "/page-1.svg"])
def test_whoever_works_on_no_case_sees_none(drive, granted, login, tail):
    answer = get(drive, granted, f"/papers/{granted.no}/intake_receipt{tail}", login)
    assert answer.status_code == 403
    assert "𠮷野" not in answer.text
    assert not answer.content.startswith((b"%PDF", b"<svg"))


def test_another_departments_handler_is_turned_away(drive, granted):
    address = f"/papers/{granted.no}/approval_form"
    assert get(drive, granted, address, "C9009").status_code == 403
    assert get(drive, granted, address, "C1001").status_code == 200


def test_internal_copies_say_who_looked(drive, granted):
    answer = get(drive, granted, f"/papers/{granted.no}/approval_form/file.pdf", "C1001")
    assert "C10012026-11-2309:41" in pdf_text(answer.content)


@pytest.mark.parametrize("address", ["/papers/S1/intake_receipt", "/papers/{no}/termination_notice", "/papers/{no}/x"])
def test_what_is_not_there_is_said_plainly(drive, granted, address):
    answer = get(drive, granted, address.replace("{no}", granted.no))
    assert answer.status_code == 404
    assert "没有" in answer.text


def test_older_paper_of_a_kind_is_had_by_its_index(drive, granted):
    forms = [ref for ref in granted.papers() if ref.kind == "approval_form"]
    texts = [
        pdf_text(get(drive, granted, f"/papers/{granted.no}/approval_form/file.pdf?index={ref.index}").content)
        for ref in forms
    ]
    assert ["同意承办意见" in text for text in texts] == [False, True, True]


def test_no_paper_before_its_entry_is_durable(drive, received):
    behind = SimpleNamespace(
        reader=received.desk.reader, facts=received.desk.facts, store=SimpleNamespace(durable_size=lambda _origin: 1)
    )

    async def ask(client, _token):
        return await client.get(f"/papers/{received.no}/intake_receipt/file.pdf")

    answer = drive(behind, ask)
    assert answer.status_code == 404
    assert not answer.content.startswith(b"%PDF")


def test_character_without_a_glyph_is_refused_and_named(drive, tmp_path):
    walk = walked.Walk(tmp_path)
    try:
        walk.receive(applicant=msgspec.structs.replace(walked.APPLICANT, name="\U00030006记小吃店（示例）"))
        for tail in ("", "/file.pdf", "?copy=80mm"):
            answer = get(drive, walk, f"/papers/{walk.no}/intake_receipt{tail}")
            assert answer.status_code == 422
            assert "字库中没有这些字" in answer.text
            assert "U+30006" in answer.text
            assert "文书未生成" in answer.text
    finally:
        walk.close()


def test_renderer_that_cannot_be_reached_says_that_the_case_is_safe(hall, sign_in, granted):
    class Gone:
        async def pages_async(self, *_arguments):
            raise TransportFailure(N_("文书渲染进程不能启动"), next_step=N_("办件已保存；请稍后在办件页重新打印"))

    async def inside():
        async with hall.client(hall.app(ROUTES, {"desk": granted.desk, "render": Gone()})) as client:
            await sign_in(client)
            return await client.get(f"/papers/{granted.no}/licence")

    answer = asyncio.run(inside())
    assert answer.status_code == 502
    assert "办件已保存" in answer.text


def test_reprint_asks_for_a_reason_and_marks_the_sheet(drive, received, hidden_value):
    address = f"/papers/{received.no}/intake_receipt"

    async def ask(client, token):
        page = (await client.get(address)).text
        fields = {"_csrf": token, "_key": hidden_value(page, "_key")}
        index = received.paper("intake_receipt").index
        silent = await client.post(f"{address}/reprint?index={index}", data={**fields, "reason": " "})
        after_silence = received.paper("intake_receipt").reprints
        given = {**fields, "_key": hidden_value(silent.text, "_key"), "reason": "申请人遗失"}
        done = [await client.post(f"{address}/reprint?index={index}", data=given) for _ in range(2)]
        return silent, after_silence, done, await client.get(address), await client.get(f"{address}/file.pdf")

    silent, after_silence, done, page, file = drive(received.desk, ask)
    assert silent.status_code == 422
    assert "请写明补打的原因" in silent.text
    assert after_silence == 0
    assert [answer.status_code for answer in done] == [303, 303]
    # The same key twice is one reprint.
    assert received.paper("intake_receipt").reprints == 1
    assert "已补打 1 次" in page.text
    text = pdf_text(file.content)
    assert "补打第1次" in text
    assert "事由：申请人遗失" in text


def rendered(walk):
    """Give what the log says of first prints."""
    entries = event_store.iterate(walk.store.reader(), walk.origin, 0, walk.store.durable_size(walk.origin))
    found = (read_event(record.entry, record.private) for record in entries)
    return [(meta, event) for meta, event in found if isinstance(event, PaperRendered)]


def test_the_first_print_is_kept_by_digest_and_noted_with_a_salted_one(drive, received):
    address = f"/papers/{received.no}/intake_receipt/file.pdf"
    before = received.case.version
    assert rendered(received) == []
    first, second = get_all(drive, received, [address, address])
    ((meta, event),) = rendered(received)
    assert first.content == second.content == received.store.blobs.read(event.file)
    assert (meta.case, event.kind, event.copy, event.size) == (None, "intake_receipt", "applicant", len(first.content))
    assert received.case.version == before  # a form that is open for the case does not become stale by printing
    ref = papers.latest(received.store.reader(), received.no, "intake_receipt", received.store.durable_size)
    _, data, marks = papers.build(received.store.reader(), received.desk.facts, ref.id, received.store.durable_size)
    assert len(marks.salt) == 16
    assert event.digest == digest(data, marks.salt) != digest(data)
    assert digest(data, marks.salt)[:32].upper() in pdf_text(first.content)


def test_the_print_key_notes_the_print_and_without_script_opens_the_file(drive, received, hidden_value):
    address = f"/papers/{received.no}/intake_receipt"

    async def press(client, token):
        page = (await client.get(address)).text
        fields = {"_csrf": token, "_key": hidden_value(page, "_key")}
        quiet = await client.post(f"{address}/print", data=fields, headers={"HX-Request": "true"})
        loud = await client.post(f"{address}/print", data=fields)
        return quiet, loud

    quiet, loud = drive(received.desk, press)
    assert (quiet.status_code, loud.status_code) == (204, 303)
    assert "/file.pdf?index=1" in loud.headers["location"]
    assert len(rendered(received)) == 1


def test_a_sheet_with_a_mark_of_its_own_is_no_first_print(drive, granted):
    get(drive, granted, f"/papers/{granted.no}/approval_form/file.pdf", "C1001")  # carries who looked
    assert [event.kind for _, event in rendered(granted) if event.kind == "approval_form"] == []


def test_reprint_of_anothers_paper_is_refused(drive, received):
    address = f"/papers/{received.no}/intake_receipt"

    async def ask(client, token):
        return await client.post(f"{address}/reprint", data={"_csrf": token, "_key": "k", "reason": "试一试"})

    for login in ("A0001", "S5001", "C9009"):
        assert drive(received.desk, ask, login).status_code == 403
    assert received.paper("intake_receipt").reprints == 0


def test_warming_returns_at_once_and_hides_no_later_failure(renderer, hall):
    asked = []

    class Broken:
        def render(self, paper):
            asked.append(renderer.render(paper))
            raise TransportFailure(N_("文书渲染进程不能启动"))

    async def inside():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: asked.append(context))
        warm(Broken(), hall.clock.now())
        before = len(asked)
        await asyncio.get_running_loop().shutdown_default_executor()
        await asyncio.sleep(0)
        return before

    assert asyncio.run(inside()) == 0
    assert len(asked) == 1
    assert asked[0].startswith(b"%PDF")


def test_every_listed_paper_opens(drive, granted):
    refs = granted.papers()
    addresses = [f"/papers/{granted.no}/{ref.kind}?index={ref.index}" for ref in refs]
    answers = get_all(drive, granted, addresses)
    assert {answer.status_code for answer in answers} == {200}
    # The list beside a paper names every paper, but of the growing approval form only the latest.
    forms = [ref.index for ref in refs if ref.kind == "approval_form"]
    for ref, address in list(zip(refs, addresses, strict=True))[1:]:
        assert (f'href="{address}"' in answers[0].text) is (ref.index not in forms[:-1])


# ---- the printer at the window


def with_printer(walk, address):
    """The walk's desk in a hall where an 80 mm printer stands at every window."""
    config = walk.desk.facts.hall
    printers = dict.fromkeys(("01", "02", "03", "04"), address)
    return OwnDesk(walk.desk.store, Facts(msgspec.structs.replace(config, receipt_printers=printers)))


def send_slip(drive, desk, no, kind="intake_receipt"):
    async def walk(client, token):
        page = await client.get(f"/papers/{no}/{kind}?copy=80mm")
        action = re.search(r'action="(/papers/[^"]+/slip[^"]*)"', page.text)
        if action is None:
            return page, None
        return page, await client.post(action[1].replace("&amp;", "&"), data={"_csrf": token})

    return drive(desk, walk)


@pytest.mark.parametrize("kind", ["intake_receipt", "acceptance_receipt", "collection_receipt"])
def test_a_slip_goes_to_the_printer_at_the_window(drive, granted, tmp_path, kind):
    device = tmp_path / "lp0"
    device.touch()
    page, answer = send_slip(drive, with_printer(granted, f"file://{device}"), granted.no, kind)
    assert len(pictures(page.text)) == 1
    assert answer.status_code == 200
    assert "小票已送到打印机" in answer.text
    sent = device.read_bytes()
    assert sent.startswith(b"\x1b@\x1dv0\x00H\x00")  # 72 bytes a row: the 576 dots of the print head
    assert sent.endswith(b"\x1dV\x00")


def test_a_printer_that_is_away_is_said_and_nothing_is_lost(drive, granted):
    _, answer = send_slip(drive, with_printer(granted, "tcp://127.0.0.1:1"), granted.no)
    assert answer.status_code == 502
    assert "小票打印机没有响应" in answer.text
    assert "办件没有受影响" in answer.text


def test_a_window_without_a_printer_offers_the_pdf_alone(drive, granted):
    page, answer = send_slip(drive, granted.desk, granted.no)
    assert answer is None
    assert "打印小票" in page.text
