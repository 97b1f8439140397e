"""核验证照 at a kiosk or on a phone: the answer in plain words, masked fields for the eye, refusals with a reason."""

import asyncio
import base64
from datetime import date, timedelta
from random import Random

import pytest

from appliance.clock import format_time
from appliance.domain.events import CertificateIssued
from appliance.projections import certificates
from appliance.signing.authority import create_authority, issue
from appliance.signing.code import write_code
from appliance.signing.keys import DocumentKey
from appliance.signing.values import LicenceClaims
from appliance.store.change import AppliedEntry

IDENTIFIER = "1.2.156.3005.2.11420199MBDEM004XU002.11420199MBDEM004XU.2026A1B2C3D4E5F6G7H8.001.1"
PERSON = {"holder": "欧阳小明", "holder_code": "420102********0013"}


class City:
    """The city's document authority, what it issued to the hall, and what it last said of licences."""

    def __init__(self, hall):
        random, self.hall = Random("verify"), hall
        now = hall.clock.now()
        authority_key, self.key = DocumentKey(random.randbytes(32)), DocumentKey(random.randbytes(32))
        authority = create_authority(authority_key, city="demo", now=now, random=random.randbytes)
        self.credential = issue(
            authority_key, authority, hall="42019901", name="示范区政务服务大厅", public=self.key.public_bytes, now=now,
            random=random.randbytes,
        )  # fmt: skip
        hall.store.writer.local(self._heard).result()

    def _heard(self, connection):
        texts = {
            name: base64.b64encode(getattr(self.credential, name)).decode()
            for name in ("certificate", "authority", "code")
        }
        event = CertificateIssued(hall="42019901", public="", starts="2026", ends="2027", **texts)
        certificates.apply(connection, AppliedEntry("c2h", 0, own=False, meta=None, event=event))
        self._word(connection)

    def _word(self, connection):
        connection.execute(
            "INSERT OR REPLACE INTO city_word (one, t) VALUES (1, ?)", (format_time(self.hall.clock.now()),)
        )

    def says(self, status):
        change = "INSERT OR REPLACE INTO licence_status (identifier, status, since, idx) VALUES (?, ?, '2026-11-23', 1)"
        self.hall.store.writer.local(lambda connection: connection.execute(change, (IDENTIFIER, status))).result()

    def code(self, **changes):
        today = self.hall.clock.now().date()
        said = {
            "identifier": IDENTIFIER,
            "number": "JY14201990000013",
            "type_name": "食品经营许可证",
            "issuer": "示范区市场监督管理局",
            "holder": "示范区老街小面馆",
            "holder_code": "92420199MADEM002XC",
            "valid_from": today,
            "valid_to": date(2031, 11, 22),
            "issued_at": self.hall.clock.now().replace(microsecond=0),
            "digest": bytes(16),
            **changes,
        }
        return write_code(LicenceClaims(**said), self.key, self.credential.code)


@pytest.fixture
def city(desk_hall):
    return City(desk_hall)


def ask(hall, code="", file=None, *, times=1, english=False):
    async def run():
        async with hall.anyone() as anyone:
            if english:
                anyone.client.cookies.set("hall_lang", "en")
            page = await anyone.open("/verify")
            for _ in range(times):
                files = {"file": ("licence.pdf", file, "application/pdf")} if file is not None else {"file": ("", b"")}
                data = {**page.fields("/verify"), "code": code}
                answer = await anyone.client.post("/verify", data=data, files=files)
            return type(page)(answer)

    return asyncio.run(run())


def test_a_licence_is_valid_while_the_word_is_fresh_and_says_how_fresh(desk_hall, city):
    page = ask(desk_hall, f" {city.code()}\t")
    assert page.status == 200
    assert "有效，数据截至 2026-11-23 09:30" in page.text
    for said in ("食品经营许可证", "JY14201990000013", "示范区老街小面馆", "92420199MADEM002XC", "示范区政务服务大厅"):
        assert said in page.text
    desk_hall.clock.advance(timedelta(hours=25))
    late = ask(desk_hall, city.code())
    assert "无法确认最新状态，数据截至 2026-11-23 09:30" in late.text
    assert "请联系颁发机构确认" in late.text


def test_a_person_who_holds_one_is_named_in_part_and_by_no_number(desk_hall, city):
    page = ask(desk_hall, city.code(**PERSON))
    assert "欧**" in page.text
    assert "欧阳小明" not in page.html
    assert "0013" not in page.html.replace("JY14201990000013", "")


@pytest.mark.parametrize(
    ("status", "headline"), [("withdrawn", "已吊销"), ("revoked", "已撤销"), ("suspended", "已暂扣")]
)
def test_what_the_city_took_back_is_refused(desk_hall, city, status, headline):
    city.says(status)
    page = ask(desk_hall, city.code())
    assert f"{headline}（自2026-11-23）" in page.text
    assert 'class="banner bad"' in page.html


def test_one_past_its_last_day_is_expired(desk_hall, city):
    day = desk_hall.clock.now().date()
    page = ask(desk_hall, city.code(valid_from=day - timedelta(days=9), valid_to=day - timedelta(days=1)))
    assert "已过期：有效期至 2026-11-22" in page.text


def test_an_altered_code_and_a_file_that_is_none_are_refused_with_the_reason(desk_hall, city):
    code = city.code()
    place = len(code) // 2
    altered = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
    for page in (ask(desk_hall, altered), ask(desk_hall, file=b"%PDF-1.7 nothing"), ask(desk_hall, "hello")):
        assert page.status == 200
        assert "不予认可" in page.text
        assert "请不要凭这份证照办理" in page.text
        assert "食品经营许可证" not in page.text
    assert "不是证照的签名码" in ask(desk_hall, "hello").text


def test_before_the_first_contact_nothing_is_known(desk_hall):
    page = ask(desk_hall, "HL1:ABC")
    assert "无法确认最新状态" in page.text
    assert "本机还没有市级文书证书" in page.text


def test_an_empty_question_and_too_large_a_file_and_too_many_are_told(desk_hall, city):
    assert "请扫描或粘贴二维码的文字" in ask(desk_hall).text
    assert ask(desk_hall, file=b"%PDF-" + bytes(4 * 1024 * 1024)).status == 413
    last = ask(desk_hall, city.code(), times=30)
    assert last.status == 200
    again = ask(desk_hall, city.code())
    assert (again.status, "请稍等一分钟" in again.text) == (429, True)
    desk_hall.clock.advance(timedelta(seconds=61))
    assert ask(desk_hall, city.code()).status == 200


def test_the_answer_is_there_in_english(desk_hall, city):
    city.says("withdrawn")
    page = ask(desk_hall, city.code(), english=True)
    assert "Compare each line with the licence in your hand" in page.text
    assert "已吊销" not in page.text
