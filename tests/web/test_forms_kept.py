"""What was typed is never eaten: expired sessions, locked screens, outdated pages; and no stranger's form is sent."""

import asyncio
from datetime import timedelta

from web import csrf
from web.csrf import Carried
from web.guards import SIGNED_IN
from web.routes import ACCOUNT, Route

ORIGIN = {"Origin": "http://hall.test"}
FIELDS = {"name": "示例·𠮷", "_key": "k-1", "phone": "13800000000"}
HOME = Route("GET", "/", "web.pages.home:show", SIGNED_IN)
ROUTES = (*ACCOUNT, HOME, Route("POST", "/intake", "web.pages.home:alive", SIGNED_IN))


def run(hall, walk):
    async def inside():
        async with hall.client(hall.app(ROUTES)) as client:
            return await walk(client)

    return asyncio.run(inside())


def test_an_expired_session_keeps_a_plain_form(hall, sign_in, hidden_value):
    async def walk(client):
        token = await sign_in(client)
        hall.clock.advance(timedelta(hours=13))
        answer = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers=ORIGIN)
        assert answer.status_code == 401
        assert "您刚才填的内容还在" in answer.text
        back = {name: hidden_value(answer.text, name) for name in ("_csrf", "next", "carry")}
        back |= {"login": "W0312", "password": "correct horse 9", "window": "03"}
        resumed = await client.post("/login", data=back, headers=ORIGIN)
        assert resumed.status_code == 200
        assert 'action="/intake"' in resumed.text
        assert hidden_value(resumed.text, "name") == FIELDS["name"]
        assert hidden_value(resumed.text, "_key") == "k-1"
        form = resumed.text[resumed.text.index('action="/intake"') :]
        sent = await client.post("/intake", data={**FIELDS, "_csrf": hidden_value(form, "_csrf")}, headers=ORIGIN)
        assert sent.status_code == 204

    run(hall, walk)


def test_somebody_else_does_not_get_the_form(hall, sign_in, hidden_value):
    async def walk(client):
        token = await sign_in(client)
        hall.clock.advance(timedelta(hours=13))
        answer = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers=ORIGIN)
        back = {name: hidden_value(answer.text, name) for name in ("_csrf", "carry")}
        back |= {"login": "H0101", "password": "correct horse 9"}
        other = await client.post("/login", data=back, headers=ORIGIN)
        assert other.status_code == 303
        assert other.headers["location"] == "/"

    run(hall, walk)


def test_an_expired_session_opens_a_dialog_over_an_htmx_form(hall, sign_in, hidden_value):
    async def walk(client):
        token = await sign_in(client)
        hall.clock.advance(timedelta(hours=13))
        htmx = {**ORIGIN, "HX-Request": "true"}
        answer = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers=htmx)
        assert answer.status_code == 401
        assert answer.headers["hx-retarget"] == "#dialogs"
        assert "<dialog" in answer.text
        assert "<html" not in answer.text
        fields = {"_csrf": hidden_value(answer.text, "_csrf"), "login": "W0312", "password": "correct horse 9"}
        renewed = await client.post("/login/renew", data={**fields, "expected": "W0312"}, headers=htmx)
        assert renewed.status_code == 200
        assert '"login":"W0312"' in renewed.headers["hx-trigger"]
        row = next(iter(hall.sessions.rows.values()))
        assert row.csrf in renewed.headers["hx-trigger"]
        assert row.window == "03"
        again = await client.post("/intake", data={**FIELDS, "_csrf": row.csrf}, headers=htmx)
        assert again.status_code == 204

    run(hall, walk)


def test_a_locked_screen_keeps_both_kinds_of_form(hall, sign_in, hidden_value):
    async def walk(client):
        token = await sign_in(client)
        await client.post("/lock", data={"_csrf": token}, headers=ORIGIN)
        htmx = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers={**ORIGIN, "HX-Request": "true"})
        assert htmx.status_code == 423
        assert htmx.headers["hx-retarget"] == "#dialogs"
        plain = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers=ORIGIN)
        assert plain.status_code == 423
        fields = {"_csrf": token, "carry": hidden_value(plain.text, "carry"), "password": "correct horse 9"}
        opened = await client.post("/unlock", data=fields, headers=ORIGIN)
        assert hidden_value(opened.text, "phone") == FIELDS["phone"]

    run(hall, walk)


def test_an_outdated_token_is_asked_about_and_never_a_dead_end(hall, sign_in, hidden_value):
    async def walk(client):
        await sign_in(client)
        plain = await client.post("/intake", data={**FIELDS, "_csrf": "old"}, headers=ORIGIN)
        assert plain.status_code == 403
        form = plain.text[plain.text.index('action="/intake"') :]
        sent = await client.post("/intake", data={**FIELDS, "_csrf": hidden_value(form, "_csrf")}, headers=ORIGIN)
        assert sent.status_code == 204
        htmx = await client.post("/intake", data={**FIELDS, "_csrf": "old"}, headers={**ORIGIN, "HX-Request": "true"})
        assert htmx.status_code == 403
        assert "hall:renewed" in htmx.headers["hx-trigger"]

    run(hall, walk)


def test_a_stale_cookie_of_the_sign_in_page_is_replaced(hall):
    async def walk(client):
        client.cookies.set("hall_login", "stale!", path="/login")
        first = await client.post("/login", data={"login": "W0312", "password": "x", "_csrf": "gone"}, headers=ORIGIN)
        assert first.status_code == 422
        token = first.text.split('name="_csrf" value="')[1].split('"')[0]
        assert "W0312" in first.text
        nonce = first.headers["set-cookie"].split("hall_login=")[1].split(";")[0]
        client.cookies.delete("hall_login")
        client.cookies.set("hall_login", nonce)
        fields = {"login": "H0101", "password": "correct horse 9", "_csrf": token}
        assert (await client.post("/login", data=fields, headers=ORIGIN)).status_code == 303

    run(hall, walk)


def test_another_sites_post_is_refused_and_not_carried(hall, sign_in):
    async def walk(client):
        token = await sign_in(client)
        for evil in ({"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await client.post("/intake", data={**FIELDS, "_csrf": token}, headers=evil)
            assert answer.status_code == 403
            assert FIELDS["phone"] not in answer.text
        client.cookies.clear()
        stranger = await client.post("/intake", data=FIELDS, headers={"Origin": "http://evil.test"})
        assert stranger.status_code == 403
        assert 'name="carry"' not in stranger.text
        login = await client.post("/login", data={"login": "W0312"}, headers={"Origin": "http://evil.test"})
        assert login.status_code == 403

    run(hall, walk)


def test_a_carried_form_can_only_come_from_this_server():
    form = Carried("/intake", "W0312", (("name", "示例"),))
    packed = csrf.pack(b"k" * 32, form)
    assert csrf.unpack(b"k" * 32, packed) == form
    assert csrf.unpack(b"x" * 32, packed) is None
    assert csrf.unpack(b"k" * 32, "A" + packed) is None
    assert csrf.unpack(b"k" * 32, "") is None


def test_an_upload_without_a_session_is_not_read(hall):
    async def walk(client):
        async def body():
            yield b"--x\r\n"
            raise AssertionError("the body of a stranger's upload was read to its end")

        headers = {**ORIGIN, "Content-Type": "multipart/form-data; boundary=x"}
        answer = await client.post("/intake", content=b"--x--", headers=headers)
        assert answer.status_code == 401
        assert "附件要重新选择" in answer.text

    run(hall, walk)
