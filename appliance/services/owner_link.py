"""The way to the owner for a process with an event loop: one connection, many calls at once, made again by itself.

A call that could not be sent was not carried out, and says so. A call that was sent and whose answer did not come has
an unknown outcome, and says that: sent again with the same key it gives its first answer.
"""

import asyncio
import contextlib
import time
from collections import deque
from pathlib import Path
from typing import cast

import msgspec

from appliance.errors import N_
from appliance.services.owner import CALL_TIMEOUT_SECONDS
from appliance.services.owner_frames import Call, Frames, Reply, frame, raise_failure
from appliance.store.change import Busy, OutcomeUnknown

CONNECT_PATIENCE_SECONDS = 3.0
CONNECT_PAUSE_SECONDS = 0.05
LOOK_SECONDS = 1.0


class OwnerAway(Busy):
    """The owner is not running; nothing was sent and nothing was written."""

    code = "owner_away"

    @classmethod
    def now(cls) -> "OwnerAway":
        """Build the refusal."""
        return cls(N_("写入程序正在重新启动，本次操作未受理"), next_step=N_("请稍候几秒后重新提交，内容不会丢失"))


class _Connection(asyncio.Protocol):
    """One connection: calls out, answers in; when it breaks, whoever waits hears that the outcome is unknown."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._sent: deque[tuple[float, int]] = deque()
        self._number = 0
        self._ready: list[bytes] = []

    @property
    def open(self) -> bool:
        """Whether calls can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._look()

    def data_received(self, data: bytes) -> None:
        try:
            replies = self._frames.replies(data)
        except (ValueError, msgspec.MsgspecError):
            self.end()
            return
        for reply in replies:
            waiter = self._waiting.pop(reply.number, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None
        for waiter in self._waiting.values():
            if not waiter.done():
                waiter.set_exception(OutcomeUnknown.checking())
        self._waiting.clear()

    def send(self, verb: str, payload: bytes) -> "asyncio.Future[Reply]":
        """Send a call; the calls of one moment are written together."""
        loop = asyncio.get_running_loop()
        self._number += 1
        waiter: asyncio.Future[Reply] = loop.create_future()
        self._waiting[self._number] = waiter
        self._sent.append((time.monotonic(), self._number))
        if not self._ready:
            loop.call_soon(self._flush)
        self._ready.append(frame(Call(self._number, verb, payload)))
        return waiter

    def end(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._ready))
        self._ready.clear()

    def _look(self) -> None:
        """Break a connection whose oldest call has waited too long; look again in a second."""
        if self._transport is None:
            return
        while self._sent and self._sent[0][1] not in self._waiting:
            self._sent.popleft()
        if self._sent and time.monotonic() - self._sent[0][0] > self._timeout_seconds:
            self._transport.abort()
            return
        asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)


class OwnerLink:
    """Calls to the owner from an event loop.

    Args:
        path: the owner's socket.
        timeout_seconds: how long one call may take.
        patience_seconds: how long a call waits for an owner that is not there, as during a restart.
    """

    def __init__(
        self,
        path: Path,
        *,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        patience_seconds: float = CONNECT_PATIENCE_SECONDS,
    ) -> None:
        self._path = path
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def call(self, verb: str, payload: bytes) -> bytes:
        """Call one verb.

        Raises:
            OwnerAway: the owner did not come back in time; nothing was sent.
            OutcomeUnknown: it was sent, and the connection broke before its answer came.
            HallmarkError: what the owner answered.
        """
        connection = self._connection
        if connection is None or not connection.open:
            connection = await self._connect()
        reply = await connection.send(verb, payload)
        if reply.failure is not None:
            raise_failure(reply.failure)
        return reply.payload

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.end()

    async def _connect(self) -> _Connection:
        until = time.monotonic() + self._patience_seconds
        async with self._connecting:
            if self._connection is not None and self._connection.open:
                return self._connection
            while True:
                with contextlib.suppress(OSError):
                    self._connection = await self._try()
                    return self._connection
                if time.monotonic() >= until:
                    raise OwnerAway.now()
                await asyncio.sleep(CONNECT_PAUSE_SECONDS)

    async def _try(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_unix_connection(lambda: _Connection(self._timeout_seconds), str(self._path))
        return made
