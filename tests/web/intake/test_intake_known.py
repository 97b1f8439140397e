"""已有信息: a clerk who types number and name of somebody known is offered what was given before, and takes it over."""

import sqlite3
from datetime import timedelta

import msgspec
import pytest

from appliance.projections import cases
from appliance.projections.exports import export_statistics
from web.pages import intake_draft as drafted

WHO = {
    "applicant.kind": "self_employed",
    "applicant.name": "示范小吃店（示例）",
    "applicant.id_number": "92420199MADEM002XC",
}
STATED = {"form.online_trade": "no", "form.by_agent": "no", "material.application": "original"}


@pytest.fixture
def received(window, begin, whole, picture, hidden_value):
    """Receive a case of the known applicant, with a scan of an identity document and of a layout; gives its number."""

    async def act(client, post):
        here = await begin(post)
        for code, shade in (("principal_id", 7), ("layout", 9)):
            files = {f"file.{code}": (f"{code}.png", picture(shade), "image/png")}
            await post(here + "/materials", whole | {"material.application": "original"}, files=files)
        return await send(client, post, here, hidden_value)

    answer = window(act)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[2]


async def send(client, post, here, hidden_value, **changes):
    """Send a draft in."""
    page = (await client.get(here + "/check")).text
    form = {name: hidden_value(page, name) for name in ("_key", "application")}
    return await post(here + "/receive", form | changes)


async def offered(client, here, **changes):
    return (await client.get(f"{here}/known", params=WHO | changes)).text


@pytest.mark.conformance("6.3.2")
def test_what_is_known_is_offered_and_taken_over_with_its_case(window, desk, begin, received, hidden_value, hall):
    hall.clock.advance(timedelta(days=30))

    async def walk(client, post):
        here = await begin(post)
        card = await offered(client, here)
        answer = await post(f"{here}/known", {"whole": "1", "ticket": "A047", "channel": "window", **WHO})
        page = (await client.get(here)).text
        await post(here + "/check", STATED)
        return card, answer, page, await send(client, post, here, hidden_value)

    card, answer, page, sent = window(walk)
    assert received in card
    assert "可填入：手机、经营者" in card
    assert "收过的扫描件" in card
    assert "13800000000" not in card  # values come when they are taken over
    assert answer.status_code == 303
    for value in ("13800000000", "示例·经营者", "示范区示范路1号"):
        assert f'value="{value}"' in page
    assert sent.status_code == 303, sent.text
    case = cases.find(desk.reader(), sent.headers["location"].split("/")[2])
    held = {one.code: one for one in case.materials}
    assert held["principal_id"].reused == received
    assert held["principal_id"].form == "electronic"
    assert "layout" not in held  # what the applicant made himself is made anew


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({"applicant.name": "另一家小吃店（示例）"}, 1),
        ({"applicant.id_number": "91420199MADEM001XY"}, 1),
        ({"applicant.name": ""}, 1),
        ({}, 366),
    ],
)
def test_nothing_is_told_of_anybody_else_or_of_long_ago(window, begin, received, hall, changes, days):
    hall.clock.advance(timedelta(days=days))

    async def walk(client, post):
        return await offered(client, await begin(post), **changes)

    assert window(walk) == ""


def test_what_the_clerk_typed_stays(window, desk, begin, received):
    async def walk(client, post):
        here = await begin(post)
        typed = {"whole": "1", **WHO, "applicant.phone": "13900000000", "material.principal_id": "copy"}
        await post(f"{here}/known", typed)
        return (await client.get(here)).text

    page = window(walk)
    assert 'value="13900000000"' in page
    assert "13800000000" not in page.split('id="known"')[0].split('name="form.contact_phone"')[0]


def test_scans_that_are_said_to_be_of_another_case_are_refused(
    window, desk, begin, received, picture, hidden_value, whole
):
    async def walk(client, post):
        here = await begin(post)
        files = {"file.principal_id": ("x.png", picture(3), "image/png")}
        await post(here + "/materials", whole | {"material.application": "original"}, files=files)
        page = (await client.get(here + "/check")).text
        form = {name: hidden_value(page, name) for name in ("_key", "application")}
        content = drafted.decode(form["application"])
        (scan,) = content.scans["principal_id"]
        forged = msgspec.structs.replace(
            content,
            scans={"principal_id": (msgspec.structs.replace(scan, reused=received),)},
            fields={**content.fields, "material.principal_id": ["electronic"]},
        )
        return await post(here + "/receive", form | {"application": drafted.encode(forged)})

    answer = window(walk)
    assert answer.status_code == 422
    assert "不是这位申请人一年内交过的这份材料" in answer.text
    assert cases.total(desk.reader()) == 1


def test_a_scan_that_was_taken_over_does_not_go_to_the_tray(window, desk, begin, received, picture):
    async def walk(client, post):
        here = await begin(post)
        await post(f"{here}/known", {"whole": "1", **WHO})
        await post(f"{here}/scans/principal_id/{desk.store.blobs.put(picture(7))}/remove", {})
        return (await client.get(here)).text, (await client.get("/tray")).text

    page, tray = window(walk)
    assert "托盘中" not in page
    assert "principal_id" not in tray


def test_what_was_spared_is_counted(window, desk, begin, received, hidden_value, tmp_path):
    async def walk(client, post):
        here = await begin(post)
        await post(f"{here}/known", {"whole": "1", "ticket": "A047", "channel": "window", **WHO})
        await post(here + "/check", STATED)
        return await send(client, post, here, hidden_value)

    assert window(walk).status_code == 303
    export_statistics(desk.reader(), tmp_path / "statistics.db")
    with sqlite3.connect(tmp_path / "statistics.db") as connection:
        ((_, materials, by_licence, reused),) = connection.execute("SELECT * FROM spared").fetchall()
    assert reused == 1
    assert materials > by_licence >= 1
