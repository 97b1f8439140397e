"""The owner's socket: another process's commands arrive whole, and refusals come back as what they were.

Unix sockets in the test's own folder; nothing listens on a network.
"""

import asyncio
import socket
import stat
import threading
import uuid
from contextlib import contextmanager

import pytest

from appliance import errors
from appliance.domain.actor import Actor, Role
from appliance.services.opening import DeskHandler, WaitingDesk, desk_for_commands
from appliance.services.owner import SOCKET_NAME, OwnerClient, OwnerServer
from appliance.services.prereview import TakeCase
from appliance.store.change import Busy
from provisioning.walk import STORIES, Walker

HANDLER = Actor("C1001", Role.CASE_HANDLER)
TOLD = {story.name: story for story in STORIES}


@contextmanager
def serving(path, handlers, waiting=None):
    """Serve in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    server = OwnerServer(path, handlers, waiting)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def client(tmp_path):
    made = OwnerClient(tmp_path / SOCKET_NAME, timeout_seconds=10)
    yield made
    made.close()


def test_the_socket_is_the_users_own(tmp_path, client):
    with serving(tmp_path / SOCKET_NAME, {"echo": lambda verb, payload: verb.encode() + payload}):
        assert stat.S_IMODE((tmp_path / SOCKET_NAME).stat().st_mode) == 0o600
        assert client.call("echo.it", b"\x00\xff") == b"echo.it\x00\xff"
        assert client.call("echo", b"x" * 3_000_000) == b"echo" + b"x" * 3_000_000
    assert not (tmp_path / SOCKET_NAME).exists()


REFUSALS = [
    errors.Invalid("有 %(n)d 处", fields={"ticket": errors.Message("最多 %(max)d 个字", max=12)}, params={"n": 1}),
    errors.Conflict("有新的进展", code="stale", current={"version": 3, "state": "in_review"}, next_step="请对照"),
    errors.Forbidden("不由您办理", code="other_step", subject="S1"),
    errors.WrongState("不能再办"),
    errors.NotFound("没有"),
    errors.GateClosed("闸门关闭"),
    errors.IntegrityFailure("摘要不符", code="root"),
    errors.TransportFailure("不通"),
]


@pytest.mark.parametrize("error", REFUSALS, ids=[type(error).__name__ for error in REFUSALS])
def test_an_error_comes_back_as_what_it_was(tmp_path, client, error):
    def refuse(_verb, _payload):
        raise error

    with serving(tmp_path / SOCKET_NAME, {"v": refuse}), pytest.raises(type(error)) as caught:
        client.call("v", b"")
    back = caught.value
    assert type(back) is type(error)
    assert (back.text(), back.code, back.subject, back.next_step) == (
        error.text(), error.code, error.subject, error.next_step,
    )  # fmt: skip
    if isinstance(error, errors.Refusal):
        assert (back.fields, back.current, back.status) == (error.fields, error.current, error.status)
        assert [text.params for text in back.fields.values()] == [text.params for text in error.fields.values()]


def test_a_rooms_own_error_comes_back_as_its_family(tmp_path, client):
    def busy(_verb, _payload):
        raise Busy.full()

    with serving(tmp_path / SOCKET_NAME, {"v": busy}), pytest.raises(errors.Refusal) as caught:
        client.call("v", b"")
    assert caught.value.code == "busy"


def test_the_connection_goes_on_after_a_refusal(tmp_path, client):
    with serving(tmp_path / SOCKET_NAME, {"echo": lambda _verb, payload: payload}):
        with pytest.raises(errors.NotFound):
            client.call("other.verb", b"")
        assert client.call("echo", b"still here") == b"still here"


def test_nobody_there_is_a_transport_failure(client):
    with pytest.raises(errors.TransportFailure) as caught:
        client.call("echo", b"")
    assert caught.value.code == "owner_silent"


def test_bytes_that_are_no_call_end_the_connection_at_once(tmp_path):
    with serving(tmp_path / SOCKET_NAME, {}), socket.socket(socket.AF_UNIX) as raw:
        raw.settimeout(5)
        raw.connect(str(tmp_path / SOCKET_NAME))
        raw.sendall(b"\x00\x00\x00\x03abc")
        assert raw.recv(100) == b""


def test_a_payload_of_another_release_is_refused_and_not_waited_for(hall, client):
    with serving(client._path, {}, {"desk": DeskHandler(hall.desk)}), pytest.raises(errors.Invalid) as caught:
        client.call("desk.submit", b"\xc1 not msgpack")
    assert caught.value.code == "bad_payload"


def test_a_case_walks_over_the_socket_beside_its_owner(hall):
    keys = hall.opened.keys
    with (
        serving(hall.directory / SOCKET_NAME, {}, {"desk": DeskHandler(hall.desk)}),
        desk_for_commands(hall.directory, clock=hall.clock, signer=keys.h2c, mirror=hall.opened.trust.c2h) as desk,
    ):
        assert isinstance(desk, WaitingDesk)
        from random import Random  # noqa: PLC0415 - here only

        done = list(Walker(desk, Random(1), hall.clock, name="remote").walk_one(TOLD["ordinary"]))
        command, same = TakeCase(case=done[0].case, version=1), str(uuid.uuid4())
        with pytest.raises(errors.Conflict) as caught:
            desk.submit_now(command, actor=HANDLER, key=same)
    assert caught.value.current["state_name"] == "办结"
    assert hall.case(done[0].case).state.value == "closed"


def test_without_an_owner_the_command_line_is_the_owner(hall):
    hall.close()
    keys = hall.opened.keys
    with desk_for_commands(hall.directory, clock=hall.clock, signer=keys.h2c, mirror=hall.opened.trust.c2h) as desk:
        assert not isinstance(desk, WaitingDesk)
        assert desk.reader().execute("SELECT count(*) FROM staff").get > 0
