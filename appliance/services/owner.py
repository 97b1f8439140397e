"""The owner's socket: how other processes hand their changes to the one that owns the writer (design §3).

One Unix socket, 0600, in the data directory. A frame is ``uint32be length || msgpack``; a request names a verb and
carries that verb's bytes, an answer carries bytes or an error that is raised again on the other side as what it was.
Calls of one connection may overlap; each answer carries its call's number. Whoever can open the socket runs as the
hall's own user; nothing here is reachable from a network.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import msgspec

from appliance.errors import N_, HallmarkError, Invalid, NotFound, TransportFailure
from appliance.services.owner_frames import LENGTH, Call, Frames, Reply, decode_reply, failure_of, frame, raise_failure
from appliance.store.change import Busy

SOCKET_NAME = "owner.sock"
CALL_TIMEOUT_SECONDS = 120.0
WORKERS = 4

Handler = Callable[[str, bytes], bytes]
AsyncHandler = Callable[[str, bytes], Awaitable[bytes]]


def owner_silent(path: Path) -> TransportFailure:
    """Build the failure for an owner that does not answer."""
    return TransportFailure(
        N_("本厅写入程序没有应答"),
        code="owner_silent",
        subject=path.name,
        next_step=N_("请确认 hall-owner 正在运行，稍后会自动重试"),
    )


class OwnerServer:
    """The owner's end.

    Args:
        path: where the socket is made; a stale one is replaced, because the owner holds the directory's lock.
        handlers: by the verb's first word: ``sync`` serves ``sync.mirror``. They run in a few threads, because they
            wait for the writer.
        waiting: the same for verbs that wait on the event loop, without a thread: as many at once as are sent.
    """

    def __init__(
        self, path: Path, handlers: Mapping[str, Handler], waiting: Mapping[str, AsyncHandler] | None = None
    ) -> None:
        self._path = path
        self._handlers = dict(handlers)
        self._waiting = dict(waiting or {})
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="owner-call")
        self._server: asyncio.AbstractServer | None = None
        self._conversations: set[_Conversation] = set()
        self._calls: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self) -> None:
        """Begin to listen."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_unix_server(lambda: _Conversation(self), path=str(self._path))
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening and finish what was begun."""
        self._closing = True
        if self._server is not None:
            self._server.close()
        if self._calls:
            await asyncio.wait(self._calls)
        self._pool.shutdown(wait=True)
        for conversation in list(self._conversations):
            conversation.end()
        self._path.unlink(missing_ok=True)

    def begin(self, conversation: "_Conversation", call: Call) -> None:
        """Carry out a call and give its answer to the conversation that it came from."""
        task = asyncio.get_running_loop().create_task(self._carry_out(conversation, call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def joined(self, conversation: "_Conversation") -> None:
        """Note a connection."""
        self._conversations.add(conversation)

    def left(self, conversation: "_Conversation") -> None:
        """Forget a connection."""
        self._conversations.discard(conversation)

    async def _carry_out(self, conversation: "_Conversation", call: Call) -> None:
        conversation.answer(await self._answer(call))

    async def _payload(self, call: Call) -> bytes:
        """Let the room that a call is for carry it out."""
        room = call.verb.partition(".")[0]
        if self._closing:
            raise Busy.closing()
        if waits := self._waiting.get(room):
            return await waits(call.verb, call.payload)
        if handler := self._handlers.get(room):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, handler, call.verb, call.payload)
        raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=call.verb)

    async def _answer(self, call: Call) -> Reply:
        try:
            return Reply(call.number, await self._payload(call))
        except HallmarkError as error:
            failure = failure_of(error)
        except msgspec.MsgspecError as error:  # another release's client
            unread = Invalid(N_("内部操作的内容无法读取"), code="bad_payload", subject=str(error))
            failure = failure_of(unread)
        except Exception as error:  # noqa: BLE001 - written down whole, and told to whoever waits
            told = {"message": f"call {call.verb} failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)
            failure = failure_of(
                HallmarkError(
                    N_("程序出错，这一步没有完成"),
                    code="internal",
                    subject=call.verb,
                    next_step=N_("请把时间和办件编号告诉运维人员，内容不会丢失"),
                )
            )
        return Reply(call.number, failure=failure)


class _Conversation(asyncio.Protocol):
    """One connection of the owner's end; the answers of one moment are written together."""

    def __init__(self, server: OwnerServer) -> None:
        self._server = server
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._ready: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._server.joined(self)

    def data_received(self, data: bytes) -> None:
        try:
            calls = self._frames.calls(data)
        except (ValueError, msgspec.MsgspecError):
            # What is no call at all ends the connection, so that the other end hears of it at once.
            self.end()
            return
        for call in calls:
            self._server.begin(self, call)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        self._server.left(self)

    def answer(self, reply: Reply) -> None:
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._flush)
        self._ready.append(frame(reply))

    def end(self) -> None:
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        # Whoever is gone in the meantime asks again with the same key.
        if self._ready and self._transport is not None:
            self._transport.write(b"".join(self._ready))
        self._ready.clear()


class OwnerClient:
    """The end of another process that waits: one connection, opened at need, one call at a time.

    Args:
        path: the owner's socket.
        timeout_seconds: how long one call may take.
    """

    def __init__(self, path: Path, *, timeout_seconds: float = CALL_TIMEOUT_SECONDS) -> None:
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._socket: socket.socket | None = None

    def call(self, verb: str, payload: bytes) -> bytes:
        """Call one verb.

        Raises:
            TransportFailure: nobody listens, or the connection broke; whether the call was carried out is unknown, and
                sending it again with the same idempotency key is safe.
            HallmarkError: what the owner answered.
        """
        try:
            connection = self._connect()
            connection.sendall(frame(Call(0, verb, payload)))
            (length,) = LENGTH.unpack(self._read(connection, LENGTH.size))
            reply = decode_reply(self._read(connection, length))
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self.close()
            raise owner_silent(self._path) from error
        if reply.failure is not None:
            raise_failure(reply.failure)
        return reply.payload

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        if self._socket is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket = connection  # at once, so that a connect that fails is closed by `close`
            connection.settimeout(self._timeout_seconds)
            connection.connect(str(self._path))
        return self._socket

    @staticmethod
    def _read(connection: socket.socket, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = connection.recv(min(count - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)
