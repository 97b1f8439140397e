"""核验回执 at a kiosk: a slip's signed code is held against the hall's log, and what came after it is told."""

import asyncio
from random import Random

import msgspec
import pytest

from appliance.papers.document import digest, promise_claims, qr_text
from appliance.projections import certificates
from appliance.services import papers
from appliance.services.issuance import HandOver
from appliance.services.mending import AmendRegistration
from appliance.services.outside import CorrectPaper
from appliance.services.procedure import ConfirmProposal, Propose
from appliance.signing.keys import DocumentKey
from appliance.signing.promise import write_promise

KEY = DocumentKey(Random("slip").randbytes(32))
STRANGER = DocumentKey(Random("stranger").randbytes(32))
COLLECTOR = {"relation": "representative", "collector_name": "示例·经营者", "collector_id": "420102190001010013"}


@pytest.fixture
def hall(desk_hall):
    def certify(connection):
        connection.execute(
            "INSERT INTO certificate (idx, hall, public, certificate, authority, code, starts, ends)"
            " VALUES (0, '42019901', ?, x'', x'', x'', '2026', '2027')",
            (KEY.public_bytes.hex(),),
        )

    desk_hall.store.writer.local(certify).result()
    return desk_hall


class Slip:
    """The newest paper of a kind: what it says, its place in the log, its codes."""

    def __init__(self, hall, no, kind="intake_receipt"):
        durable, reader = hall.store.durable_size, hall.store.reader()
        ref = papers.latest(reader, no, kind, durable)
        _, self.data, self.presentation = papers.build(reader, hall.desk.facts, ref.id, durable)
        self.ref = ref

    def claims(self, **changes):
        claims = promise_claims(self.data, self.presentation, self.presentation.place)
        return msgspec.structs.replace(claims, **changes)

    def code(self, key=KEY, **changes):
        return write_promise(self.claims(**changes), key)

    def elsewhere(self, **changes):
        return self.code(place=msgspec.structs.replace(self.presentation.place, **changes))


def seen(hall, no):
    return {"case": no, "version": hall.case(no).version}


def handed_over(hall):
    no = hall.bring("ready")
    hall.do(HandOver(**seen(hall, no), identity_checked=True, **COLLECTOR), "W0312")
    return no


def ask(hall, code):
    async def run():
        async with hall.anyone() as anyone:
            page = await anyone.open("/verify")
            data = {**page.fields("/verify"), "code": code}
            return type(page)(await anyone.client.post("/verify", data=data, files={"file": ("", b"")}))

    return asyncio.run(run())


def test_the_key_of_the_hall_is_the_one_that_the_city_certified(hall):
    assert certificates.document_keys(hall.store.reader()) == [KEY.public_bytes]


@pytest.mark.parametrize("kind", ["intake_receipt", "acceptance_receipt", "collection_receipt"])
def test_a_slip_is_genuine_and_shows_its_place_in_the_log_and_no_name(hall, kind):
    no = handed_over(hall)
    slip = Slip(hall, no, kind)
    page = ask(hall, slip.code())
    assert "真实 是本厅出具的，与签名日志一致" in page.text
    for said in (slip.ref.id, no, f"日志序号 {slip.ref.index}", "尚未上报，只由本厅保证"):
        assert said in page.text
    assert "示范小吃店" not in page.html


def test_the_plain_code_of_any_paper_is_checked_by_its_digest(hall):
    no = hall.receive()
    slip = Slip(hall, no, "archive_receipt")
    code = qr_text(slip.data, slip.presentation.salt)
    assert "与签名日志一致" in ask(hall, code).text
    page = ask(hall, code[:-32] + "0" * 32)
    assert "不予认可 文书的内容与本厅日志里的不同" in page.text
    assert no not in page.text


def test_a_stranger_s_code_is_refused_and_another_hall_s_is_not_judged(hall):
    slip = Slip(hall, hall.receive())
    assert "不予认可 不是用本厅的文书签名密钥签的" in ask(hall, slip.code(STRANGER)).text
    other = ask(hall, slip.elsewhere(origin="hallmark.example/other/h2c/e1"))
    assert "这里不能核验 这是 hallmark.example/other/h2c/e1 的凭单" in other.text


def test_an_entry_that_is_not_the_log_s_is_refused(hall):
    slip = Slip(hall, hall.receive())
    assert "凭单所写的记录与本厅日志里的不同" in ask(hall, slip.elsewhere(leaf=bytes(32))).text
    assert "没有这份文书" in ask(hall, slip.code(paper=slip.ref.id + "9")).text


def test_a_slip_that_would_say_something_else_today_is_genuine_but_not_its_words(hall):
    slip = Slip(hall, hall.receive())
    page = ask(hall, slip.code(digest=bytes(16)))
    assert "真实，但后来有变动" in page.text
    assert "内容请与本厅核对" in page.text


def test_what_it_said_at_its_first_print_counts(hall):
    slip = Slip(hall, hall.receive())
    said = digest(slip.data, b"what it said then")
    keep = (
        "INSERT INTO print (paper, copy, file, size, digest, at, by) VALUES (?, 'applicant', 'f', 1, ?, 't', 'W0312')"
    )
    hall.store.writer.local(lambda connection: connection.execute(keep, (slip.ref.id, said))).result()
    assert "与签名日志一致" in ask(hall, slip.code(digest=bytes.fromhex(said)[:16])).text


def test_a_slip_that_was_replaced_voided_or_corrected_says_so(hall):
    no = hall.receive()
    slip = Slip(hall, no)
    hall.do(AmendRegistration(**seen(hall, no), form={"floor_area": "77"}, reason="登记时录入错误"), "W0312")
    newer = Slip(hall, no)
    assert newer.ref.id != slip.ref.id
    assert f"后来换发了更正的一份 {newer.ref.id}" in ask(hall, slip.code()).text
    assert "与签名日志一致" in ask(hall, newer.code()).text
    hall.do(Propose(**seen(hall, no), act="void_receipt", reason="误选了事项，申请人同意重新取号"), "W0312")
    hall.do(ConfirmProposal(**seen(hall, no), proposal=1, slip_returned=True), "W0313")
    assert "这次收件后来作废" in ask(hall, newer.code()).text


def test_a_slip_whose_words_were_put_right_names_the_notice(hall):
    no = handed_over(hall)
    slip = Slip(hall, no, "acceptance_receipt")
    words = {"old": "示范路1号", "new": "示范路7号", "reason": "打印时笔误，已与申请人核对"}
    hall.do(CorrectPaper(**seen(hall, no), paper=slip.ref.id, **words), "A3001")
    assert "以更正通知书为准" in ask(hall, slip.code()).text
