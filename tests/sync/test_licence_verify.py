"""A licence verified at another hall with the link cut: before and after the bundle or sync that revokes it."""

from datetime import date, timedelta

import pytest

from appliance.domain.events import LicenceStatus
from appliance.errors import Invalid
from appliance.projections import certificates, licence_status, licences
from appliance.services.licence_check import check_code, check_file, judge
from appliance.signing.authority import public_of, read_certificate
from appliance.signing.code import CodeReader, write_code
from appliance.signing.values import LicenceClaims
from sync.hub.licence_status import publish_status

IDENTIFIER = "1.2.156.3005.2.11420199MBDEM004XU002.11420199MBDEM004XU.2026A1B2C3D4E5F6G7H8.001.1"


class Tables:
    """The read models that a check needs, over the small hall of these tests."""

    def schemas(self):
        return tuple((model.name, model.schema) for model in (licences.MODEL, certificates.MODEL, licence_status.MODEL))

    def ready(self, applied):
        return True

    def apply(self, connection, applied):
        for model in (certificates.MODEL, licence_status.MODEL):
            model.apply(connection, applied)


@pytest.fixture
def hall(world_with):
    return world_with(Tables())


def code_of(world, **changes):
    now = world.clock.now()
    said = LicenceClaims(
        **{
            "identifier": IDENTIFIER,
            "number": "JY14201990000013",
            "type_name": "食品经营许可证",
            "issuer": "示范区市场监督管理局",
            "holder": "示范区老街小面馆",
            "holder_code": "92420********T3X",
            "valid_from": now.date(),
            "valid_to": date(2031, 11, 22),
            "issued_at": now.replace(microsecond=0),
            "digest": bytes(16),
            **changes,
        }
    )
    credential = certificates.in_force(world.store.reader(), now.isoformat(timespec="milliseconds"))
    return write_code(said, world.keys.document, credential.code)


def ask(world, code):
    reader = world.store.reader()
    return check_code(reader, code, world.clock.now(), licence_status.heard(reader))


def revoke(world, status="revoked", day="2026-11-23"):
    return publish_status(world.hub, (LicenceStatus(identifier=IDENTIFIER, status=status, on=day),))


def test_before_the_first_contact_nothing_can_be_said(hall):
    found = ask(hall, "HL1:ABC")
    assert (found.verdict, found.code, found.exit_code) == ("unknown", "no_authority", 1)


def test_a_revoked_licence_is_valid_until_the_word_comes_then_refused_and_old_news_is_called_old(hall):
    hall.sync()
    code = code_of(hall)
    found = ask(hall, code)
    assert (found.verdict, found.exit_code) == ("valid", 0)
    assert found.text().startswith("有效，数据截至 2026-11-23")
    assert found.claims.holder == "示范区老街小面馆"

    hall.transport.stopped = True
    assert revoke(hall) == 1
    hall.clock.advance(timedelta(hours=25))
    hall.sync()
    found = ask(hall, code)
    assert (found.verdict, found.code, found.exit_code) == ("stale", "stale", 1)
    assert "无法确认最新状态，数据截至 2026-11-23" in found.text()

    hall.transport.stopped = False
    hall.sync()
    found = ask(hall, code)
    assert (found.verdict, found.code, found.exit_code) == ("refused", "revoked", 2)
    assert "已撤销（自2026-11-23）" in found.text()

    revoke(hall, "valid", "2026-11-24")
    hall.sync()
    assert ask(hall, code).verdict == "valid"


def test_a_licence_after_its_last_day_and_before_its_first_is_refused(hall):
    hall.sync()
    today = hall.clock.now().date()
    assert ask(hall, code_of(hall, valid_to=today)).verdict == "valid"
    over = ask(hall, code_of(hall, valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)))
    assert (over.code, over.exit_code) == ("expired", 2)
    early = ask(hall, code_of(hall, valid_from=today + timedelta(days=1)))
    assert (early.code, early.exit_code) == ("not_yet", 2)
    assert ask(hall, code_of(hall, valid_to=None)).verdict == "valid"


@pytest.mark.parametrize("text", ["", "HL1:", "HL1:ABC", "HM1:A:B", "hello", "HL1:" + "A" * 3000])
def test_nonsense_is_refused_with_a_reason_in_chinese(hall, text):
    hall.sync()
    found = ask(hall, text)
    assert (found.verdict, found.exit_code) == ("refused", 2)
    assert any("\u4e00" <= one <= "\u9fff" for one in found.text())


def test_a_file_that_is_no_signed_pdf_is_refused(hall):
    hall.sync()
    found = check_file(hall.store.reader(), b"%PDF-1.7 x", hall.clock.now(), "")
    assert (found.code, found.exit_code) == ("not_signed", 2)


def test_a_hall_that_never_heard_of_states_says_so(hall):
    hall.sync()
    reader = hall.store.reader()
    keys = [public_of(read_certificate(one)) for one in certificates.authorities(reader)]
    found = judge(reader, CodeReader(keys).read(code_of(hall)), hall.clock.now(), "")
    assert (found.code, found.exit_code) == ("never_heard", 1)


def test_an_unknown_state_or_identifier_is_not_published(hall):
    with pytest.raises(Invalid):
        revoke(hall, "gone")
    with pytest.raises(Invalid):
        publish_status(hall.hub, (LicenceStatus(identifier=IDENTIFIER[:-1] + "2", status="revoked", on="2026-11-23"),))
    with pytest.raises(Invalid):
        publish_status(hall.hub, ())
