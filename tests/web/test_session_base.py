"""Sessions: nobody can plant one, idleness locks it, requests cost no write, tokens belong to one session."""

import asyncio
from datetime import timedelta

import pytest

from web.session import IDLE_MINUTES, LIFETIME_HOURS, Sessions, Standing, token_id

ORIGIN = {"Origin": "http://hall.test"}


def run(hall, walk, app=None):
    async def inside():
        async with hall.client(app) as client:
            return await walk(client)

    return asyncio.run(inside())


def test_an_id_that_the_client_chose_is_never_taken(hall, sign_in):
    async def walk(client):
        client.cookies.set("hall_session", "planted", domain="hall.test", path="/")
        await sign_in(client)
        assert client.cookies["hall_session"] != "planted"
        assert token_id("planted") not in hall.sessions.rows

    run(hall, walk)


def test_signing_in_rotates_the_id_and_ends_the_old_session(hall, sign_in):
    async def walk(client):
        first_csrf = await sign_in(client)
        first = client.cookies["hall_session"]
        await client.post("/logout", data={"_csrf": first_csrf}, headers=ORIGIN)
        client.cookies.set("hall_session", first, domain="hall.test", path="/")
        second_csrf = await sign_in(client)
        assert second_csrf != first_csrf
        assert len(hall.sessions.rows) == 1
        assert token_id(first) not in hall.sessions.rows

    run(hall, walk)


def test_changing_role_rotates_the_id(hall, sign_in):
    async def walk(client):
        token = await sign_in(client)
        before = client.cookies["hall_session"]
        answer = await client.post("/role", data={"_csrf": token, "role": "case_handler"}, headers=ORIGIN)
        assert answer.status_code == 303
        assert client.cookies["hall_session"] != before
        assert "承办人 李示例" in (await client.get("/")).text
        other = await client.get("/")
        start = other.text.index('name="_csrf" value="') + 20
        token = other.text[start : other.text.index('"', start)]
        refused = await client.post("/role", data={"_csrf": token, "role": "approver"}, headers=ORIGIN)
        assert refused.status_code == 403

    run(hall, walk)


def test_the_table_does_not_hold_the_cookie(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        token = client.cookies["hall_session"]
        assert all(token not in (row.id, row.csrf) for row in hall.sessions.rows.values())

    run(hall, walk)


def test_a_token_of_another_session_is_not_accepted(hall, sign_in):
    async def walk(client):
        mine = await sign_in(client)
        async with hall.client(client._transport.app) as other:
            theirs = await sign_in(other, login="H0101", window="")
        assert theirs != mine
        answer = await client.post("/frame/alive", data={"_csrf": theirs}, headers=ORIGIN)
        assert answer.status_code == 403
        good = await client.post("/frame/alive", data={"_csrf": mine}, headers=ORIGIN)
        assert good.status_code == 204
        by_header = await client.post("/frame/alive", headers={**ORIGIN, "X-CSRF-Token": mine})
        assert by_header.status_code == 204

    run(hall, walk)


def test_requests_cost_a_write_a_minute_at_most(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        before = hall.sessions.writes
        for _ in range(20):
            await client.get("/")
            hall.clock.advance(timedelta(seconds=2))
        assert hall.sessions.writes == before
        hall.clock.advance(timedelta(seconds=30))
        await client.get("/")
        assert hall.sessions.writes == before + 1

    run(hall, walk)


def test_idleness_locks_and_polling_does_not_keep_awake(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        for _ in range(IDLE_MINUTES):
            hall.clock.advance(timedelta(minutes=1))
            poll = await client.get("/frame/link", headers={"HX-Request": "true"})
        assert poll.status_code == 423
        page = await client.get("/")
        assert page.status_code == 423
        assert "李示例" in page.text
        assert "待办" not in page.text

    run(hall, walk)


def test_setting_the_clock_back_does_not_reopen(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        hall.clock.advance(timedelta(minutes=IDLE_MINUTES))
        hall.clock.at -= timedelta(days=1)
        assert (await client.get("/")).status_code == 423

    run(hall, walk)


def test_locks_at_once_and_opens_with_the_password(hall, sign_in):
    async def walk(client):
        token = await sign_in(client)
        locked = await client.post("/lock", data={"_csrf": token, "next": "/"}, headers=ORIGIN)
        assert locked.status_code == 303
        assert (await client.get("/")).status_code == 423
        wrong = await client.post("/unlock", data={"_csrf": token, "password": "no"}, headers=ORIGIN)
        assert wrong.status_code == 422
        assert "还可以试 4 次" in wrong.text
        right = await client.post(
            "/unlock", data={"_csrf": token, "password": "correct horse 9", "next": "/account/password"}, headers=ORIGIN
        )
        assert right.headers["location"] == "/account/password"
        assert (await client.get("/")).status_code == 200

    run(hall, walk)


def test_a_locked_screen_does_not_open_the_password_page(hall, sign_in):
    async def walk(client):
        token = await sign_in(client)
        await client.post("/lock", data={"_csrf": token}, headers=ORIGIN)
        assert (await client.get("/account/password")).status_code == 423

    run(hall, walk)


def test_ends_after_its_lifetime_whatever_happens(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        for _ in range(LIFETIME_HOURS * 6):
            hall.clock.advance(timedelta(minutes=10))
            answer = await client.get("/")
        assert answer.headers["location"] == "/login"

    run(hall, walk)


def test_signing_out_ends_the_session_and_clears_the_browser(hall, sign_in):
    async def walk(client):
        token = await sign_in(client)
        stolen = client.cookies["hall_session"]
        answer = await client.post("/logout", data={"_csrf": token}, headers=ORIGIN)
        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        client.cookies.set("hall_session", stolen, domain="hall.test", path="/")
        assert (await client.get("/")).headers["location"] == "/login"

    run(hall, walk)


def test_a_closed_account_is_out_at_the_next_request(hall, sign_in):
    async def walk(client):
        await sign_in(client)
        del hall.directory.people["W0312"]
        assert (await client.get("/")).status_code == 403
        assert hall.sessions.rows == {}

    run(hall, walk)


def test_a_password_set_by_others_must_be_changed_first(hall, sign_in):
    hall.credentials.must_change.add("H0101")

    async def walk(client):
        page = (await client.get("/login")).text
        token = page.split('name="_csrf" value="')[1].split('"')[0]
        await client.post("/login", data={"login": "H0101", "password": "correct horse 9", "_csrf": token})
        assert (await client.get("/")).headers["location"] == "/account/password"
        form = (await client.get("/account/password")).text
        token = form.split('name="_csrf" value="')[1].split('"')[0]
        weak = {"_csrf": token, "old": "correct horse 9", "new": "H0101-H0101", "again": "H0101-H0101"}
        assert (await client.post("/account/password", data=weak, headers=ORIGIN)).status_code == 422
        good = {**weak, "new": "battery staple", "again": "battery staple"}
        assert (await client.post("/account/password", data=good, headers=ORIGIN)).status_code == 303
        assert (await client.get("/")).status_code == 200

    run(hall, walk)


def test_sessions_outlive_the_process(hall):
    async def walk():
        first = Sessions(hall.sessions, hall.clock, hall.ports.random)
        token, _ = await first.open("W0312", "window_clerk", "03")
        again = Sessions(hall.sessions, hall.clock, hall.ports.random)
        assert again.find(token).standing is Standing.OPEN
        assert again.find(token + "x") is None
        hall.clock.advance(timedelta(minutes=IDLE_MINUTES))
        assert Sessions(hall.sessions, hall.clock, hall.ports.random).find(token).standing is Standing.LOCKED

    asyncio.run(walk())


@pytest.mark.parametrize("path", ["//evil.test/", "/\\evil.test", "https://evil.test", "javascript:1", "/a\nb", ""])
def test_signing_in_never_leads_to_another_host(hall, path, hidden_value):
    async def walk(client):
        page = (await client.get("/login", params={"next": path})).text
        assert hidden_value(page[page.index('class="card sign"') :], "next") == "/"

    run(hall, walk)
