"""入网审批 and 租约 on the city's pages: two officers, each with an own account, an own key and an own ear."""

import asyncio
import re
from datetime import timedelta
from random import Random

import pytest

from appliance.errors import Forbidden, Invalid
from appliance.ledger.note import VerifierKey
from sync.enrolment import load_hall_keys, make_request
from sync.hub.board import board
from sync.hub.enrolment_desk import list_requests, receive_request
from sync.hub.hall_states import HallState
from sync.hub.officers import signer_of
from sync.trust import fingerprint

NEW = "42019902"


@pytest.fixture
def asked(city, tmp_path):
    """A second hall has sent its request; gives the end of its key's fingerprint."""
    name = city.hub.hall("42019901").ticket.city
    keys = load_hall_keys(
        tmp_path / "second", city=name, hall=NEW, epoch=1, clock=city.clock, random=Random(7).randbytes
    )
    note = make_request(
        keys, city=name, area="420199", hall_code="02", hall_name="流芳街道便民中心", epoch=1, now=city.clock.now()
    )
    assert receive_request(city.hub.directory, note) is None
    request = next(one for one in list_requests(city.hub.directory) if not one.issued)
    return request.id, fingerprint(VerifierKey.parse(request.request.hall_vkey))[-9:]


def key_of(city, officer):
    return (city.hub.directory / "handover" / f"officer-{officer}.seed").read_bytes()


async def post(client, request, heard, key):
    page = (await client.get(f"/enrolments/{request}")).text
    fields = {name: re.search(rf'name="{name}" value="([^"]*)', page)[1] for name in ("_csrf", "_key")}
    return await client.post(
        f"/enrolments/{request}", data={**fields, "heard": heard}, files={"key": ("officer.seed", key)}
    )


def test_two_officers_take_a_hall_in_and_it_stands_on_the_board(city, enter, asked):
    request, heard = asked

    async def walk():
        pages = []
        for login in ("O0101", "O0102"):
            async with city.client() as client:
                await enter(client, login=login)
                pages.append((await client.get("/enrolments")).text)
                pages.append((await post(client, request, heard, key_of(city, login.lower()))).text)
                again = (await client.get(f"/enrolments/{request}")).text
                assert 'name="heard"' not in again  # nobody signs twice
        return pages

    waiting, first, half, issued = asyncio.run(walk())
    assert "1 份入网申请等待审批" in waiting
    assert "还缺一名审批员" in first
    assert "O0101" in half
    assert "已签发" in issued
    assert {row.hall: row.state for row in board(city.hub)}[NEW] is HallState.NEVER
    seed = key_of(city, "o0101").strip()
    kept = [path for path in city.hub.directory.rglob("*") if path.is_file() and "handover" not in path.parts]
    assert all(seed not in path.read_bytes() for path in kept if path.suffix not in {".db", ".db-wal", ".db-shm"})


@pytest.mark.parametrize(
    ("heard", "officer", "words"),
    [
        ("0000 0000", "o0101", "和申请里的密钥不一致"),
        (None, "o0102", "这把密钥不是您本人的"),
        (None, "", "这不是审批员的密钥文件"),
    ],
)
def test_what_was_not_heard_or_is_not_ones_own_signs_nothing(city, enter, asked, heard, officer, words):
    request, right = asked

    async def walk():
        async with city.client() as client:
            await enter(client, login="O0101")
            key = key_of(city, officer) if officer else b"my password"
            return await post(client, request, heard or right, key)

    answer = asyncio.run(walk())
    assert answer.status_code in {403, 422}
    assert words in answer.text
    (one,) = [one for one in list_requests(city.hub.directory) if one.id == request]
    assert one.approvals == ()


def test_the_end_of_the_fingerprint_is_heard_and_never_shown(city, enter, asked):
    request, heard = asked

    async def walk():
        async with city.client() as client:
            await enter(client, login="O0101")
            return (await client.get(f"/enrolments/{request}")).text

    page = asyncio.run(walk())
    assert "流芳街道便民中心" in page
    assert heard not in page
    assert heard.replace(" ", "") not in page


def test_an_operator_sees_the_desk_and_cannot_sign(city, enter, asked):
    request, heard = asked

    async def walk():
        async with city.client() as client:
            await enter(client)
            page = (await client.get(f"/enrolments/{request}")).text
            token = re.search(r'name="_csrf" value="([^"]*)', page)[1]
            data = {"_csrf": token, "heard": heard}
            return page, await client.post(f"/enrolments/{request}", data=data), await client.get("/enrolments/none")

    page, refused, unknown = asyncio.run(walk())
    assert 'name="heard"' not in page
    assert refused.status_code == 403
    assert unknown.status_code == 404


def test_a_key_is_held_against_the_person(city):
    keyring = city.hub.keyring
    assert signer_of(key_of(city, "o0101"), keyring, "O0101").name.endswith("/o0101")
    with pytest.raises(Forbidden):
        signer_of(key_of(city, "o0101"), keyring, "O0102")
    for wrong in (b"", b"zz", b"00" * 31, b"00" * 32, b"\xff\xfe"):
        with pytest.raises(Invalid):
            signer_of(wrong, keyring, "O0101")


def test_leases_say_when_they_end_and_turn_red_a_week_before(city, enter):
    async def walk():
        city.sync()
        async with city.client() as client:
            await enter(client)
            long = (await client.get("/leases")).text
            city.clock.advance(timedelta(minutes=5))
        city.clock.advance(timedelta(days=29))
        async with city.client() as client:
            await enter(client)
            return long, (await client.get("/leases")).text

    long, soon = asyncio.run(walk())
    assert "各厅租约都在七天以上" in long
    assert "1 个厅的租约快到期或已过期" in soon
    assert 'href="/runbook/lease-soon"' in soon
    assert 'href="/bundles?hall=42019901"' in soon
