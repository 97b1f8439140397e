"""The administrators' pages: accounts made, reset and closed by two persons, with real passwords and sessions."""

import asyncio
import dataclasses
import re

import pytest
from nacl import pwhash

from appliance.domain.actor import Actor, Role
from appliance.errors import Forbidden
from appliance.projections import staff
from appliance.services.passwords import HashLimits, make_verifier
from appliance.services.staffing import ProposeStaffChange
from appliance.store import credentials
from appliance.store.credentials import CredentialRow
from web.accounts import StoredAccessLog, StoredCredentials, StoredSessions
from web.app import create_app
from web.local import OwnTables
from web.navigation import HALL_MENU
from web.routes import ACCOUNT, ADMINISTRATION, CASEWORK
from web.visit import Site

CHEAP = HashLimits(pwhash.argon2id.OPSLIMIT_MIN, pwhash.argon2id.MEMLIMIT_MIN)
PASSWORD = "correct horse 9"  # noqa: S105 - the fixture's
SHOWN = re.compile(r'id="password">([a-z0-9-]+)<')


@pytest.fixture
def hall(desk_hall, threads):
    """The hall with passwords and sessions as they really are."""
    tables, verifier = OwnTables(desk_hall.store), make_verifier(PASSWORD, CHEAP)

    def fill(connection):
        for login in ("W0312", "X9001", "X9002", "X9003"):
            row = CredentialRow(login, verifier, must_change=False, changed=desk_hall.clock.now())
            credentials.put(connection, row)

    desk_hall.store.writer.local(fill).result()
    ports = dataclasses.replace(
        desk_hall._ports(),
        sessions=StoredSessions(tables),
        credentials=StoredCredentials(tables, desk_hall.clock, threads, CHEAP, make_verifier("nobody", CHEAP)),
        access_log=StoredAccessLog(tables),
    )
    desk_hall.app = create_app(
        Site("厅印", "示范区", "hall", HALL_MENU), ports, (*ACCOUNT, *CASEWORK, *ADMINISTRATION), desk_hall.services
    )
    return desk_hall


def drive(work):
    return asyncio.run(work())


async def ask(hall, act, number="W0312"):
    async with hall.as_("X9001") as person:
        return await person.fill(f"/staff/{number}", f"/staff/{number}", act=act, reason="本人当面要求办理")


def waiting(page):
    return next(form["action"] for form in page.forms if form["action"].endswith("/confirm"))


async def settle(hall, login="X9002"):
    async with hall.as_(login) as person:
        page = await person.open("/staff")
        action = waiting(page)
        return await person.send(page, action), await person.send(page, action)


def test_a_reset_shows_a_password_once_forces_a_change_and_ends_the_sessions(hall):
    async def work():
        async with hall.as_("W0312") as clerk:
            assert (await clerk.open("/cases")).status == 200
            await ask(hall, "reset")
            assert (await clerk.open("/cases")).status == 200
            first, again = await settle(hall)
            out = await clerk.client.get("/cases", follow_redirects=False)
        return first, again, out

    first, again, out = drive(work)
    (password,) = SHOWN.findall(first.html)
    assert SHOWN.findall(again.html) == []
    assert "不再显示" in again.text
    assert out.status_code == 303
    row = credentials.find(hall.desk.reader(), "W0312")
    assert row.must_change

    async def sign_in():
        async with hall.client() as client:
            page = (await client.get("/login")).text
            token = re.search(r'name="_csrf" value="([^"]+)"', page)[1]
            fields = {"login": "W0312", "window": "03", "_csrf": token}
            old = await client.post("/login", data=fields | {"password": PASSWORD})
            new = await client.post("/login", data=fields | {"password": password})
            after = await client.get("/cases", follow_redirects=False)
            return old.status_code, new.status_code, after.headers.get("location")

    assert drive(sign_in) == (422, 303, "/account/password")
    log = b"".join(bytes(body) for (body,) in hall.desk.reader().execute("SELECT body FROM entry"))
    parts = b"".join(bytes(part) for (part,) in hall.desk.reader().execute("SELECT part FROM private"))
    for secret in (password, row.verifier):
        assert secret.encode() not in log + parts


def test_a_closed_account_is_out_at_once_and_marked_local(hall):
    async def work():
        async with hall.as_("W0312") as clerk:
            await ask(hall, "disable")
            await settle(hall)
            return await clerk.client.get("/cases", follow_redirects=False)

    assert drive(work).status_code == 303
    row = staff.find(hall.desk.reader(), "W0312")
    assert row.disabled
    assert row.local is not None
    with pytest.raises(Forbidden):
        hall.receive()


def test_a_new_account_opens_when_the_second_has_confirmed(hall):
    async def work():
        async with hall.as_("X9001") as person:
            page = await person.open("/staff/new")
            short = await person.send(page, "/staff/new", staff="W0314", name="", roles="window_clerk", reason="新到岗")
            kept = await person.send(
                short, "/staff/new", name="钱示例", roles="window_clerk", reason="新到岗人员", windows="03"
            )
        before = staff.find(hall.desk.reader(), "W0314")
        done, _ = await settle(hall)
        return short, kept, before, done

    short, kept, before, done = drive(work)
    assert short.status == 422
    assert "请填写姓名" in short.text
    assert short.fields("/staff/new")["staff"] == "W0314"
    assert "钱示例" in kept.text
    assert before is None
    assert SHOWN.findall(done.html)
    made = staff.find(hall.desk.reader(), "W0314")
    assert (made.name, made.roles, made.windows, made.disabled) == ("钱示例", (Role.WINDOW_CLERK,), ("03",), False)
    assert made.local is not None


def test_the_same_person_and_the_person_himself_are_refused_in_words(hall):
    async def work():
        await ask(hall, "reset")
        async with hall.as_("X9001") as first:
            page = await first.open("/staff")
            form = next(form for form in page.forms if form["action"].endswith("/drop"))
            action = form["action"].replace("/drop", "/confirm")
            fields = dict(form["fields"])
            same = await first.post(action, fields)
            own = await first.open("/staff/X9001")
        async with hall.as_("X9003") as auditor:
            third = await auditor.open("/staff")
        return page, same, own, third

    page, same, own, third = drive(work)
    assert not any(form["action"].endswith("/confirm") for form in page.forms + third.forms)
    assert same.status == 403
    assert "要由两个人办理" in same.text
    assert "不能变动自己的账号" in own.text
    assert not any(form["action"] == "/staff/X9001" for form in own.forms)


@pytest.mark.parametrize("login", ["X9001", "X9002", "X9003"])
def test_no_administrator_sees_a_case_and_nobody_else_the_accounts(hall, login):
    no = hall.bring("received")

    async def work():
        async with hall.as_(login) as person:
            pages = [await person.open(path) for path in ("/cases", f"/cases/{no}", "/work", "/issuance")]
            roster = await person.open("/staff")
        async with hall.as_("W0312") as clerk:
            return pages, roster, await clerk.open("/staff")

    pages, roster, shut = drive(work)
    assert [page.status for page in pages] == [403] * 4
    assert all("示范小吃店" not in page.text for page in [*pages, roster])
    assert roster.status == 200
    assert shut.status == 403


def test_a_roster_that_did_not_know_of_a_local_change_leaves_it_and_one_that_did_decides(hall):
    async def work():
        await ask(hall, "disable")
        await settle(hall)

    drive(work)
    before = staff.everyone(hall.desk.reader())
    index = staff.find(hall.desk.reader(), "W0312").local
    city = [dataclasses.replace(row, disabled=False, local=None) for row in before if row.id != "W0313"]

    def published(seen):
        hall.store.writer.local(lambda connection: staff.put(connection, city, seen=seen)).result()
        return staff.find(hall.desk.reader(), "W0312")

    assert published(index).disabled
    assert staff.find(hall.desk.reader(), "W0313") is None
    known = published(index + 1)
    assert (known.disabled, known.local) == (False, None)


def test_an_account_is_unlocked_only_while_it_is_locked(hall):
    def fail(connection):
        for _ in range(credentials.FAILURES_MAX):
            credentials.note_failure(connection, "W0312", hall.clock.now())

    async def work():
        early = await ask(hall, "unlock")
        hall.store.writer.local(fail).result()
        asked = await ask(hall, "unlock")
        await settle(hall)
        return early, asked

    early, asked = drive(work)
    assert early.status == 409
    assert "没有被锁" in early.text
    assert "待确认" in asked.text
    assert credentials.failure(hall.desk.reader(), "W0312") is None


def test_each_persons_act_is_an_entry_of_his_own(hall):
    hall.desk.submit_now(
        ProposeStaffChange(act="disable", staff="W0313", reason="调离窗口岗位"),
        actor=Actor("X9001", Role.SYSADMIN),
        key="0193593e-7b00-7000-8000-000000000009",
    )

    async def work():
        await settle(hall)

    drive(work)
    acts = hall.desk.reader().execute("SELECT type, body FROM entry ORDER BY idx").fetchall()
    assert [kind for kind, _ in acts] == ["staff.proposed", "staff.changed"]
    assert [b"X9001" in bytes(body) and b"sysadmin" in bytes(body) for _, body in acts] == [True, False]
    assert b"secadmin" in bytes(acts[1][1])
    assert staff.find(hall.desk.reader(), "W0313").local == 1
