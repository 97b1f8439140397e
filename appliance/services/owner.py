"""The owner's socket: how other processes hand their changes to the one that owns the writer (design §3).

One Unix socket, 0600, in the data directory. A frame is ``uint32be length || msgpack``; a request names a verb and
carries that verb's bytes, an answer carries bytes or an error that is raised again on this side as what it was. Whoever
can open the socket runs as the hall's own user; nothing here is reachable from a network.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from appliance import errors
from appliance.errors import N_, HallmarkError, Invalid, NotFound, Refusal, TransportFailure

SOCKET_NAME = "owner.sock"
FRAME_BYTES_MAX = 64 * 1024 * 1024
CALL_TIMEOUT_SECONDS = 120.0
WORKERS = 4
_LENGTH = struct.Struct(">I")

Handler = Callable[[str, bytes], bytes]


class _Call(msgspec.Struct, frozen=True):
    verb: str
    payload: bytes


class _Failure(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    message: str
    code: str
    subject: str
    next_step: str
    params: dict[str, Any]
    fields: dict[str, tuple[str, dict[str, Any]]] = {}
    current: dict[str, Any] = {}


class _Reply(msgspec.Struct, frozen=True):
    payload: bytes = b""
    failure: _Failure | None = None


_encode = msgspec.msgpack.Encoder(enc_hook=str).encode
_decode_call = msgspec.msgpack.Decoder(_Call).decode
_decode_reply = msgspec.msgpack.Decoder(_Reply).decode


def _kind(error: HallmarkError) -> str:
    """Name the nearest class of `appliance.errors`; rooms have subclasses that the far end may not know."""
    return next(base.__name__ for base in type(error).__mro__ if hasattr(errors, base.__name__))


def _failure(error: HallmarkError) -> _Failure:
    failure = _Failure(
        kind=_kind(error),
        message=error.message,
        code=error.code,
        subject=error.subject,
        next_step=error.next_step,
        params=error.params,
    )
    if not isinstance(error, Refusal):
        return failure
    fields = {name: (text.msgid, text.params) for name, text in error.fields.items()}
    return msgspec.structs.replace(failure, fields=fields, current=error.current)


def _raise(failure: _Failure) -> None:
    kind: type[HallmarkError] = getattr(errors, failure.kind)
    common: dict[str, Any] = {
        "code": failure.code,
        "subject": failure.subject,
        "next_step": failure.next_step,
        "params": failure.params,
    }
    if issubclass(kind, Refusal):
        fields = {name: errors.Message(msgid, **params) for name, (msgid, params) in failure.fields.items()}
        raise kind(failure.message, fields=fields, current=failure.current, **common)
    raise kind(failure.message, **common)


class OwnerServer:
    """The owner's end. Handlers run in a few threads, because they wait for the writer.

    Args:
        path: where the socket is made; a stale one is replaced, because the owner holds the directory's lock.
        handlers: by the verb's first word: ``sync`` serves ``sync.mirror``.
    """

    def __init__(self, path: Path, handlers: Mapping[str, Handler]) -> None:
        self._path = path
        self._handlers = dict(handlers)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="owner-call")
        self._server: asyncio.Server | None = None
        self._calls: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Begin to listen."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, path=self._path)
        finally:
            os.umask(before)

    async def close(self) -> None:
        """Stop listening and finish what was begun."""
        if self._server is not None:
            self._server.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for writer in self._calls.values():
            writer.close()
        await asyncio.gather(*self._calls, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._calls[task] = writer
            task.add_done_callback(self._calls.pop)
        await self._converse(reader, writer)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What is no call at all ends the connection, so that the other end hears of it at once.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError), closing(writer):
            while True:
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                if length > FRAME_BYTES_MAX:
                    break
                call = _decode_call(await reader.readexactly(length))
                reply = _encode(await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, call))
                writer.write(_LENGTH.pack(len(reply)) + reply)
                await writer.drain()

    def _answer(self, call: _Call) -> _Reply:
        handler = self._handlers.get(call.verb.partition(".")[0])
        try:
            if handler is None:
                raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=call.verb)
            return _Reply(payload=handler(call.verb, call.payload))
        except HallmarkError as error:
            return _Reply(failure=_failure(error))
        except msgspec.MsgspecError as error:  # another release's client
            unread = Invalid(N_("内部操作的内容无法读取"), code="bad_payload", subject=str(error))
            return _Reply(failure=_failure(unread))


class OwnerClient:
    """Another process's end; one connection, opened at need, one call at a time.

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
        request = _encode(_Call(verb, payload))
        try:
            connection = self._connect()
            connection.sendall(_LENGTH.pack(len(request)) + request)
            (length,) = _LENGTH.unpack(self._read(connection, _LENGTH.size))
            reply = _decode_reply(self._read(connection, length))
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            self.close()
            raise TransportFailure(
                N_("本厅主程序没有应答"),
                code="owner_silent",
                subject=self._path.name,
                next_step=N_("请确认 hall-web 正在运行，稍后会自动重试"),
            ) from error
        if reply.failure is not None:
            _raise(reply.failure)
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
