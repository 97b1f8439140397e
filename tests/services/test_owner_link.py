"""The way from the pages to the owner: calls overlap, a dead owner is told truly, a new one is found again."""

import asyncio
import time

import msgspec
import pytest

from appliance import errors
from appliance.domain.actor import Actor, Role
from appliance.domain.gate import GateState
from appliance.services.facts import Facts
from appliance.services.opening import STATE, DeskHandler, OwnerState
from appliance.services.owner import SOCKET_NAME, OwnerServer
from appliance.services.owner_frames import LENGTH
from appliance.services.owner_link import OwnerAway, OwnerLink
from appliance.services.prereview import TakeCase
from appliance.services.remote import remote_desk
from appliance.store import drafts
from appliance.store.change import Busy, OutcomeUnknown
from appliance.store.drafts import DraftRow
from appliance.store.durable import PAGE_NAME, DurablePage
from appliance.store.writer import StorageFailure

HANDLER = Actor("C1001", Role.CASE_HANDLER)
OUT_OF_ROOM = StorageFailure("存储设备出错，本次操作未写入", subject="FullError", next_step="请通知系统管理员")


def walk(path, steps, waiting, **options):
    """Run steps against an owner's socket in one event loop."""

    async def run():
        server = OwnerServer(path, {}, waiting)
        await server.start()
        link = OwnerLink(path, **options)
        try:
            return await steps(link, server)
        finally:
            link.close()
            await server.close()

    return asyncio.run(run())


def test_calls_overlap_and_each_gets_its_own_answer(tmp_path):
    open_calls, most = 0, 0

    async def echo(_verb, payload):
        nonlocal open_calls, most
        open_calls += 1
        most = max(most, open_calls)
        await asyncio.sleep(0.05 if payload[0] % 2 else 0.01)  # the later call may be answered first
        open_calls -= 1
        return payload * 1000

    async def steps(link, _server):
        return await asyncio.gather(*(link.call("echo", bytes([n])) for n in range(200)))

    assert walk(tmp_path / SOCKET_NAME, steps, {"echo": echo}) == [bytes([n]) * 1000 for n in range(200)]
    assert most > 100


@pytest.mark.parametrize(
    ("error", "family", "status"),
    [(Busy.full(), errors.Refusal, 503), (OUT_OF_ROOM, errors.HallmarkError, 503), (errors.Invalid("不对"), None, 422)],
    ids=["full", "storage", "invalid"],
)
def test_an_error_keeps_family_words_and_status(tmp_path, error, family, status):
    async def refuse(_verb, _payload):
        raise error

    async def steps(link, _server):
        with pytest.raises(family or type(error)) as caught:
            await link.call("v", b"")
        return caught.value

    back = walk(tmp_path / SOCKET_NAME, steps, {"v": refuse})
    assert (back.status, back.code, back.text(), back.next_step) == (status, error.code, error.text(), error.next_step)


def test_nobody_there_says_that_nothing_was_taken(tmp_path):
    async def steps():
        await OwnerLink(tmp_path / SOCKET_NAME, patience_seconds=0.1).call("v", b"")

    with pytest.raises(OwnerAway) as caught:
        asyncio.run(steps())
    assert caught.value.status == 503
    assert "未受理" in caught.value.text()


def test_an_owner_that_dies_with_the_call_leaves_it_unknown_and_the_next_call_finds_the_new_one(tmp_path):
    path = tmp_path / SOCKET_NAME
    begun = asyncio.Event()

    async def never(_verb, _payload):
        begun.set()
        await asyncio.sleep(60)
        return b""

    async def here(_verb, _payload):
        return b"here"

    async def steps():
        first = OwnerServer(path, {}, {"v": never})
        await first.start()
        link = OwnerLink(path)
        call = asyncio.ensure_future(link.call("v", b""))
        await begun.wait()
        for conversation in list(first._conversations):
            conversation._transport.abort()
        with pytest.raises(OutcomeUnknown) as caught:
            await call
        assert "结果未知" in caught.value.text()
        for task in first._calls:
            task.cancel()
        await first.close()
        waiting = asyncio.ensure_future(link.call("v", b""))  # sent while nobody is there: it waits
        await asyncio.sleep(0.1)
        assert not waiting.done()
        second = OwnerServer(path, {}, {"v": here})
        await second.start()
        assert await waiting == b"here"
        link.close()
        await second.close()

    asyncio.run(steps())


def test_an_owner_that_hangs_is_left_after_the_time_for_a_call(tmp_path):
    async def hang(_verb, _payload):
        await asyncio.sleep(3)
        return b""

    async def steps(link, _server):
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await link.call("v", b"")
        return time.monotonic() - began

    assert walk(tmp_path / SOCKET_NAME, steps, {"v": hang}, timeout_seconds=0.2) < 2.9


def test_a_frame_of_an_absurd_length_ends_the_connection(tmp_path):
    async def steps(link, _server):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET_NAME))
        writer.write(LENGTH.pack(2**31))
        assert await reader.read(10) == b""
        writer.close()
        return await link.call("v", b"still here")

    async def echo(_verb, payload):
        return payload

    assert walk(tmp_path / SOCKET_NAME, steps, {"v": echo}) == b"still here"


def test_the_remote_desk_does_what_the_owners_own_does(hall):
    """Reads, a refusal, a LOCAL write, the gate and the durable size, from a process that does not own the store."""
    row = DraftRow("remote", "W0312", "intake", b"{}", "2026-11-27T09:30:01+08:00")

    async def steps(_link, _server):
        desk = remote_desk(hall.directory, Facts(hall.desk.facts.hall))
        await desk.store.wait_for_owner()
        try:
            assert desk.store.gate is hall.opened.store.gate is GateState.OPEN
            assert desk.store.fault is None
            assert desk.store.durable_size(hall.origin) == hall.opened.store.durable_size(hall.origin) > 0
            assert await desk.local(drafts.create, row) is None
            assert await desk.local(drafts.delete, "remote") is None
            assert drafts.get(desk.reader(), "remote", "W0312") is None
            with pytest.raises(LookupError):
                await desk.local(drafts.put, row)
            with pytest.raises(errors.NotFound):
                await desk.submit(TakeCase(case="no such", version=1), actor=HANDLER, key="remote desk")
        finally:
            desk.store.close()

    walk(hall.directory / SOCKET_NAME, steps, {"desk": DeskHandler(hall.desk)})


def test_while_the_owner_is_away_the_store_says_so_and_is_well_again_afterwards(hall, monkeypatch):
    monkeypatch.setattr("appliance.services.remote.STATE_SECONDS", 0.01)

    async def until(what):
        end = time.monotonic() + 20
        while not what():
            assert time.monotonic() < end
            await asyncio.sleep(0.01)

    async def steps():
        path, verbs = hall.directory / SOCKET_NAME, {"desk": DeskHandler(hall.desk)}
        first = OwnerServer(path, {}, verbs)
        await first.start()
        desk = remote_desk(hall.directory, Facts(hall.desk.facts.hall))
        desk.link._patience_seconds = 0.05
        await desk.store.wait_for_owner()
        watching = asyncio.ensure_future(desk.store.watch())
        await first.close()
        await until(lambda: desk.store.fault is not None)
        assert desk.store.fault.code == "owner_silent"
        second = OwnerServer(path, {}, verbs)
        await second.start()
        await until(lambda: desk.store.fault is None)
        watching.cancel()
        desk.store.close()
        await second.close()

    asyncio.run(steps())


def test_a_mistake_of_ours_is_told_to_whoever_waits(tmp_path, caplog):
    async def broken(_verb, _payload):
        raise ZeroDivisionError

    async def steps(link, _server):
        with pytest.raises(errors.HallmarkError) as caught:
            await link.call("broken.now", b"")
        return caught.value.code, caught.value.subject

    assert walk(tmp_path / SOCKET_NAME, steps, {"broken": broken}) == ("internal", "broken.now")
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("answer", ["error", "nonsense"])
def test_a_page_process_waits_patiently_for_an_owner_that_answers_wrongly(tmp_path, answer):
    calls, right = [], msgspec.msgpack.encode(OwnerState(GateState.OPEN, None))

    async def state(_verb, _payload):
        calls.append(1)
        if wrong[0]:
            if answer == "error":
                raise OUT_OF_ROOM
            return b"\xc1"
        return right

    wrong = [True]

    async def steps(_link, _server):
        owner, store = DurablePage(tmp_path / PAGE_NAME, owner=True), remote_desk(tmp_path, None).store
        try:
            waiting = asyncio.create_task(store.wait_for_owner())
            await asyncio.sleep(0.5)
            asked = len(calls)
            wrong[0] = False
            await asyncio.wait_for(waiting, 5)
            watching = asyncio.create_task(store.watch())
            wrong[0] = True
            await asyncio.sleep(1.3)
            fault, alive = store.fault, not watching.done()
            watching.cancel()
            return asked, fault is not None, alive, store.gate
        finally:
            store.close()
            owner.close()

    asked, told, alive, gate = walk(tmp_path / SOCKET_NAME, steps, {STATE.partition(".")[0]: state})
    assert 1 <= asked <= 5  # not thousands
    assert (told, alive, gate) == (True, True, GateState.OPEN)
