"""个人信息请求 by its pages: written down, weighed, decided by another, told on paper; restricted, seen on record."""

import asyncio

import pytest

from appliance.projections import cases, personal_data, search
from appliance.services.issuance import WithdrawCase
from appliance.store import replay

CONTROLS = "没有受理，不归档"


def walk(hall, login, action):
    async def run():
        async with hall.as_(login) as person:
            return await action(person)

    return asyncio.run(run())


def filling(path, action, **typed):
    return lambda person: person.fill(path, action, **typed)


def opening(path):
    return lambda person: person.open(path)


@pytest.fixture(autouse=True)
def _with_roster_and_catalogue(desk_hall, monkeypatch):
    """Give back after a replay what this hall has from no pack."""
    remake = replay.remake

    def again(connection, projector):
        remake(connection, projector)
        desk_hall._fill(connection)

    monkeypatch.setattr(replay, "remake", again)


@pytest.fixture
def withdrawn(desk_hall):
    """A case that was received and withdrawn; gives it as it was."""
    no = desk_hall.receive()
    case = cases.find(desk_hall.desk.reader(), no)
    desk_hall.do(WithdrawCase(case=no, version=None, reason="不办了"), "W0312")
    return case


def asked(hall, case, **typed):
    """Let the clerk find the person's cases and write the request down; gives its address."""

    async def run(person):
        found = await person.fill(
            "/personal-data/new", "/personal-data/new", name=case.applicant.name, id_number=case.applicant.id_number
        )
        assert case.no in found.text, found.text
        given = {"right": "erase", "channel": "window", "ground": "purpose", "contact": "13900009999"} | typed
        fields = {**found.fields("/personal-data/new"), "matters": case.no, **given, "name": case.applicant.name}
        return await person.post("/personal-data/new", {**fields, "id_number": case.applicant.id_number})

    page = walk(hall, "W0312", run)
    assert page.status == 200, page.text
    return f"/personal-data/{personal_data.newest(hall.desk.reader())[0].subject}", page


def weighed(hall, address, outcome, no, login="A3001", reason=CONTROLS):
    typed = {f"outcome__{no}": outcome, "reason": reason}
    return walk(hall, login, filling(address, f"{address}/propose", **typed))


def test_two_persons_erase_and_the_pages_name_nobody(desk_hall, withdrawn):
    hall = desk_hall
    name, no = withdrawn.applicant.name, withdrawn.no
    address, page = asked(hall, withdrawn)
    assert name in page.text
    page = weighed(hall, address, "erase", no)
    assert "等另一位有权的人员复核" in page.text
    page = walk(hall, "M4001", filling(address, f"{address}/confirm"))
    assert "已删除" in page.text
    assert name not in page.text
    for path in ("/personal-data", address, f"/cases/{no}"):
        page = walk(hall, "S5001", opening(path))
        assert (page.status, name in page.html) == (200, False), path
    assert search.find(hall.desk.reader(), name) == []
    sheet = walk(hall, "M4001", opening(f"{address}/notice.pdf"))
    assert sheet.status == 200


def test_the_same_person_cannot_decide_and_the_law_is_asked_again(desk_hall, withdrawn):
    hall = desk_hall
    address, _ = asked(hall, withdrawn)
    weighed(hall, address, "erase", withdrawn.no)
    page = walk(hall, "A3001", opening(address))
    assert f"{address}/confirm" not in [form["action"] for form in page.forms]
    page = weighed(hall, address, "lift", withdrawn.no)
    assert "不能这样处理" in page.text
    assert CONTROLS in page.html  # what was typed stays


def test_who_is_not_found_is_said(desk_hall):
    hall = desk_hall
    page = walk(hall, "W0312", filling("/personal-data/new", "/personal-data/new", name="甲", id_number="1"))
    assert "没有查到这个人的办件" in page.text


def test_restricted_is_seen_by_few_with_a_purpose_on_record(desk_hall, withdrawn):
    hall = desk_hall
    name, no = withdrawn.applicant.name, withdrawn.no
    address, _ = asked(hall, withdrawn, right="restrict", ground="objection")
    weighed(hall, address, "restrict", no)
    page = walk(hall, "M4001", filling(address, f"{address}/confirm"))
    assert "已限制处理" in page.text
    assert name not in page.html
    page = walk(hall, "S5001", opening(address))
    assert name not in page.html
    page = walk(hall, "S5001", filling(address, f"{address}/see", purpose="无"))
    assert "请写明用途" in page.text
    page = walk(hall, "S5001", filling(address, f"{address}/see", purpose="核对投诉 TS1"))
    assert name in page.text
    assert "核对投诉 TS1" in [one.purpose for one in hall.looks() if one.act == "personal_data"]
    weighed(hall, address, "lift", no, login="M4001")
    page = walk(hall, "A3001", filling(address, f"{address}/confirm"))
    assert "已解除限制" in page.text
    assert cases.find(hall.desk.reader(), no).applicant.name == name
