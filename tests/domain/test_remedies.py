"""The remedies sentence: who reviews, which court, and nothing printed without both (domain §2.7)."""

from datetime import date

import msgspec
import pytest

from appliance.catalogue.calendar import load_calendar
from appliance.domain.remedies import AuthorityKind, RemedyData, court_due, remedies_text, review_due
from appliance.errors import Invalid

DATA = RemedyData(
    kind=AuthorityKind.DISTRICT_DEPARTMENT,
    district_government="示范区人民政府",
    higher_department="武汉市司法局",
    court_name="武汉铁路运输法院",
)


def test_the_standard_sentence():
    assert remedies_text(DATA) == (
        "如不服本决定，可以自收到本决定书之日起六十日内依法向示范区人民政府申请行政复议，"
        "也可以自收到本决定书之日起六个月内依法向武汉铁路运输法院提起行政诉讼。"
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (AuthorityKind.DISTRICT_DEPARTMENT, "向示范区人民政府申请"),
        (AuthorityKind.VERTICAL, "向武汉市司法局申请"),
        (AuthorityKind.JUSTICE, "向示范区人民政府或者武汉市司法局申请"),
    ],
)
def test_the_review_body_follows_the_authority(kind, body):
    assert body in remedies_text(msgspec.structs.replace(DATA, kind=kind))


def test_online_delivery_names_the_channel():
    with_channel = msgspec.structs.replace(DATA, online_channel="示范区行政复议网上窗口")
    assert remedies_text(with_channel, delivered_online=True).endswith("行政复议申请：示范区行政复议网上窗口。")
    assert remedies_text(with_channel) == remedies_text(DATA)


@pytest.mark.parametrize(
    ("change", "online"),
    [
        ({"court_name": " "}, False),
        ({"district_government": ""}, False),
        ({"kind": AuthorityKind.VERTICAL, "higher_department": ""}, False),
        ({"kind": AuthorityKind.JUSTICE, "higher_department": ""}, False),
        ({}, True),
    ],
)
def test_without_a_name_there_is_no_sentence(change, online):
    with pytest.raises(Invalid) as refusal:
        remedies_text(msgspec.structs.replace(DATA, **change), delivered_online=online)
    assert refusal.value.code == "remedies_missing"


def test_the_last_days_for_review_and_court():
    calendar = load_calendar()
    assert review_due(calendar, date(2026, 3, 2)).date == date(2026, 5, 6)
    assert court_due(calendar, date(2026, 3, 31)).date == date(2026, 9, 30)
