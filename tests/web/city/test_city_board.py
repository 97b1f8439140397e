"""The city's pages over a real hub: what the operator sees of a hall, live and guarded."""

import asyncio
import functools
import hashlib
import re
from datetime import timedelta
from itertools import pairwise

import httpx
import msgspec
import pytest

from appliance.clock import format_time, parse_time
from appliance.config import CityPerson
from appliance.domain.actor import Role
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.note import open_note
from appliance.store.contacts import Contact, store_contact
from provisioning.demo import city_config, set_demo_passwords
from provisioning.demo_people import DEMO_PASSWORD, Person
from sync.messages import log_hash
from web import serving
from web.assets import load_assets
from web.catalogues import PACKAGE
from web.city_feed import BoardFeed
from web.pages import city_board
from web.serving import city_app
from web.templating import make_renderer

HALL = "42019901"


def eventually(test):
    """Run an asynchronous test in a loop of its own."""

    @functools.wraps(test)
    def run(*arguments, **named):
        return asyncio.run(test(*arguments, **named))

    return run


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def row_of(page, hall=HALL):
    start = page.index(f'<tr data-hall="{hall}"')
    return page[start : page.index("</tr>", start)]


@eventually
async def test_the_heading_is_the_answer_and_the_row_tells_size_and_root(city, enter):
    city.write()
    assert city.sync().state == "equal"
    stored = city.hub.stored(city.hub.hall(HALL).h2c)
    async with city.client() as client:
        await enter(client)
        page = (await client.get("/")).text
    assert "1 个厅，全部正常" in page
    row = text_of(row_of(page))
    assert f"{stored.size} · {stored.root.hex()[:12]}" in row
    assert "一致" in row
    assert "1 / 1" in row
    assert f"各厅最近报告共 {stored.size} 条记录：市级已存并核对 {stored.size} 条，在途 0 条" in page


@eventually
async def test_what_a_hall_reports_and_has_not_sent_is_behind(city, enter):
    city.sync()
    stored = city.hub.stored(city.hub.hall(HALL).h2c).size
    status = {"own_size": stored + 7, "applied": 0, "oldest_unacknowledged": "2026-11-23T08:51:00.000+08:00"}
    contact = Contact(HALL, "behind", format_time(city.clock.now()), None, {"status": status})
    city.hub.store.writer.local(lambda connection: store_contact(connection, contact)).result()
    async with city.client() as client:
        await enter(client)
        page = (await client.get("/")).text
    row = row_of(page)
    assert 'data-state="behind"' in row
    assert '<td class="n">7</td>' in row
    assert 'datetime="2026-11-23T08:51:00.000+08:00" data-ago' in row
    assert "在途 7 条" in page


@eventually
async def test_silence_is_red_and_first_though_nothing_was_said(city, enter):
    city.sync()
    city.clock.advance(timedelta(minutes=16))
    async with city.client() as client:
        await enter(client)
        page = (await client.get("/")).text
    assert "1 个厅，0 个正常" in page
    assert '<a class="tag bad" href="/runbook/state-silent">失去联系</a>' in row_of(page)
    assert "打电话确认大厅供电和链路" in row_of(page)


@eventually
async def test_a_refused_head_turns_the_head_red_and_leads_to_the_evidence(city, enter):
    city.sync()
    trust = city.hub.hall(HALL)
    async with city.client() as client:
        await enter(client)
        assert 'class="head"' in row_of((await client.get("/")).text)
        city.hub.keep_evidence(trust, "fork", b"another head\n")
        city.clock.advance(timedelta(seconds=3))
        page = (await client.get("/")).text
        assert 'class="head late"' in row_of(page)
        assert "两边不一致" in row_of(page)
        assert f'href="/halls/{HALL}#evidence"' in row_of(page)
        hall = (await client.get(f"/halls/{HALL}")).text
    assert 'id="evidence"' in hall
    assert "another head" in hall


@eventually
async def test_the_halls_page_shows_a_cosigned_head_that_verifies(city, enter):
    city.write()
    city.sync()
    trust = city.hub.hall(HALL)
    async with city.client() as client:
        await enter(client)
        page = (await client.get(f"/halls/{HALL}")).text
    shown = re.search(r'<pre class="note"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    note = shown.replace("&#43;", "+").replace("&#34;", '"').encode()
    stored = city.hub.stored(trust.h2c)
    checkpoint = open_checkpoint(note, trust.h2c)
    assert (checkpoint.size, checkpoint.root) == (stored.size, stored.root)
    assert open_note(note, (trust.city_cosigner,)).signed_by(trust.city_cosigner) is not None


@eventually
async def test_entries_and_cases_show_no_personal_data(city, enter):
    number = city.write()
    city.sync()
    async with city.client() as client:
        await enter(client)
        pages = [(await client.get(address)).text for address in ("/", f"/halls/{HALL}", "/cases")]
    assert "case.received" in pages[1]
    assert "窗口收件" in pages[1]
    assert number in pages[2]
    assert "食品经营许可证核发" in pages[2]
    for page in pages:
        for secret in city.secrets:
            assert secret not in page


@eventually
async def test_the_cases_of_one_hall_and_pages_of_fifty(city, enter):
    for _ in range(51):
        city.write()
    city.sync()
    async with city.client() as client:
        await enter(client)
        first = (await client.get("/cases", params={"hall": HALL})).text
        second = (await client.get("/cases", params={"hall": HALL, "page": 2})).text
        unknown = await client.get("/cases", params={"hall": "99999999"})
    assert first.count('<th scope="row"') == 50
    assert second.count('<th scope="row"') == 1
    assert f"hall={HALL}&amp;page=2" in first
    assert unknown.status_code == 404
    assert "没有代码为 99999999 的大厅" in unknown.text


@pytest.mark.parametrize("address", ["/", "/board/stream", f"/halls/{HALL}", "/cases"])
@eventually
async def test_nobody_comes_in_without_signing_in(city, address):
    async with city.client() as client:
        answer = await client.get(address, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@eventually
async def test_other_roles_may_not_come_in(city):
    auditor = Person("O0009", "审计", (Role.AUDITOR,))
    set_demo_passwords(city.hub.store, [auditor], city.clock, city.limits)
    config = city_config(port=0)
    people = (*config.people, CityPerson(id=auditor.id, name=auditor.name, roles=auditor.roles))
    app = city_app(city.hub, msgspec.structs.replace(config, people=people), clock=city.clock, limits=city.limits)
    async with city.client(app) as client:
        page = (await client.get("/login")).text
        token = re.search(r'name="_csrf" value="([^"]*)', page)[1]
        fields = {"login": auditor.id, "password": DEMO_PASSWORD, "window": "", "_csrf": token}
        assert (await client.post("/login", data=fields, follow_redirects=False)).status_code == 303
        answers = [await client.get(address) for address in ("/", "/board/stream", f"/halls/{HALL}", "/cases")]
    assert [answer.status_code for answer in answers] == [403] * 4


def events_of(body):
    """Read a stream as its events: (event, id, data)."""
    found = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n") if line]
        fields = {name: value for name, _, value in lines if name != "data"}
        if lines:
            data = "\n".join(value for name, _, value in lines if name == "data")
            found.append((fields.get("event"), fields.get("id"), data))
    return found


@pytest.fixture
def listened(city, enter, monkeypatch):
    """Listen to the stream until it ends by itself; `acts` maps the number of a pause to what happens in it."""

    def act(acts):
        pauses = []

        async def pause(seconds):
            pauses.append(seconds)
            city.clock.advance(timedelta(seconds=seconds))
            if len(pauses) in acts:
                await asyncio.to_thread(acts[len(pauses)])

        monkeypatch.setattr(serving, "BoardFeed", lambda hub, clock: BoardFeed(hub, clock, pause))

        async def walk():
            async with city.client() as client:
                await enter(client)
                return await client.get("/board/stream"), pauses, (await client.get("/")).status_code

        return asyncio.run(walk())

    return act


def test_the_stream_sends_the_board_whole_then_only_changes_and_beats(city, listened):
    city.sync()

    def work():
        city.write()
        city.sync()

    answer, _, _ = listened({20: work})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    found = events_of(answer.text)
    boards = [event for event in found if event[0] == "board"]
    assert "0 / 0" in text_of(row_of(boards[0][2]))
    assert "1 / 1" in text_of(row_of(boards[1][2]))
    assert boards[0][1] != boards[1][1]
    beats = [parse_time(data) for event, _, data in found if event == "beat"]
    assert max(later - earlier for earlier, later in pairwise(beats)) <= timedelta(seconds=12)


def test_the_stream_tells_of_silence_though_nobody_acted(city, listened):
    city.sync()
    city.clock.advance(timedelta(minutes=14))
    answer, _, _ = listened({})
    states = [
        re.search(r'data-state="(\w+)"', data)[1] for event, _, data in events_of(answer.text) if event == "board"
    ]
    assert states == ["equal", "silent"]


def test_the_stream_ends_with_the_idle_lock_and_does_not_put_it_off(listened):
    _, pauses, after = listened({})
    assert sum(pauses) == pytest.approx(15 * 60, abs=4)
    assert after == 423


def test_the_stream_ends_when_the_session_is_closed(city, listened):
    def close():
        city.hub.store.writer.local(lambda connection: connection.execute("DELETE FROM session")).result()

    _, pauses, _ = listened({3: close})
    # Sessions are kept in memory for a minute.
    assert sum(pauses) <= 3 * 2 + 62


@eventually
async def test_a_fresh_connection_gets_what_the_page_already_shows_by_the_same_id(city, enter):
    city.sync()
    async with city.client() as client:
        await enter(client)
        page = (await client.get("/")).text
    shown = re.search(r'data-part="([0-9a-f]+)"', page)[1]
    feed = BoardFeed(city.hub, city.clock)
    part = city_board.part_of(await feed.current())
    renderer = make_renderer(PACKAGE, load_assets(PACKAGE / "static"))
    text = renderer.render(part, "zh", None)
    assert hashlib.sha256(text.encode()).hexdigest().startswith(shown)


@eventually
async def test_english_reads_without_chinese_of_ours(city, enter):
    city.sync()
    async with city.client() as client:
        await enter(client)
        await client.post("/language", data={"language": "en", "next": "/"})
        page = (await client.get("/")).text
    assert "1 halls, all fine" in page


@eventually
async def test_the_protocol_has_its_addresses_and_the_pages_theirs(city):
    city.sync()
    trust = city.hub.hall(HALL)
    async with city.client() as client:
        found = await client.get(f"/v1/log/{log_hash(trust.ticket.h2c_origin)}/checkpoint")
        missing = await client.head(f"/v1/blob/{'0' * 64}/0")
        put = await client.put("/login")
        beside = await client.get("/v1x", follow_redirects=False)
    assert open_checkpoint(found.content, trust.h2c).size == city.hub.stored(trust.h2c).size
    assert missing.status_code == 404
    assert put.status_code == 405
    assert beside.status_code == 404


@eventually
async def test_who_is_not_on_this_machine_gets_no_log_over_plain_http(city):
    trust = city.hub.hall(HALL)
    transport = httpx.ASGITransport(app=city.app(), client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://city.test") as client:
        answer = await client.get(f"/v1/log/{log_hash(trust.ticket.h2c_origin)}/checkpoint")
    assert answer.status_code == 403


@eventually
async def test_however_many_listen_the_board_is_drawn_once_a_snapshot_and_language(city):
    feed, drawings = BoardFeed(city.hub, city.clock), []

    def draw(snapshot):
        drawings.append(snapshot)
        return f"board {len(drawings)}"

    first = await asyncio.gather(*(feed.drawn("zh", draw) for _ in range(20)))
    assert len(drawings) == 1
    assert len(set(map(id, first))) == 1
    assert (await feed.drawn("en", draw)).text == "board 2"
    city.clock.advance(timedelta(seconds=3))
    assert (await feed.drawn("zh", draw)).text == "board 3"
