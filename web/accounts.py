"""The real ports of sign-in: the local tables of the store, and argon2id on threads of its own.

Hashing a password takes tens of milliseconds and 64 MiB, so it never runs on the event loop, and at most two run at
once. A name that does not exist costs the same: its attempt is checked against a verifier that matches nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from appliance.clock import Clock
from appliance.services.passwords import HashLimits, make_verifier, verifies
from appliance.store import credentials, sessions
from appliance.store.credentials import FAILURES_MAX, CredentialRow
from appliance.store.sessions import AccessRow, SessionRow
from web.ports import Answer, Verdict

T = TypeVar("T")
P = ParamSpec("P")


class LocalStore(Protocol):
    """What of the store the accounts need."""

    async def write(self, write: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a listed function (`appliance.store.local_writes`) over the writer's connection."""
        ...

    def reader(self) -> Any:
        """Give this thread's read-only connection."""
        ...


@dataclass(frozen=True, slots=True)
class StoredSessions:
    """`SessionStore` over the table ``session``."""

    store: LocalStore

    async def create(self, row: SessionRow, *, replacing: str | None) -> None:
        """Store a new session and end the old one in one transaction."""
        await self.store.write(sessions.begin, row, replacing=replacing)

    def load(self, session_id: str) -> SessionRow | None:
        """Read a session inline."""
        return sessions.load(self.store.reader(), session_id)

    async def touch(self, session_id: str, seen: datetime) -> None:
        """Note a person's act."""
        await self.store.write(sessions.touch, session_id, seen)

    async def set_locked(self, session_id: str, *, locked: bool, seen: datetime) -> None:
        """Lock or unlock the screen."""
        await self.store.write(sessions.set_locked, session_id, locked=locked, seen=seen)

    async def delete(self, session_id: str) -> None:
        """End a session."""
        await self.store.write(sessions.delete, session_id)

    async def delete_of_login(self, login: str) -> None:
        """End every session of a person."""
        await self.store.write(sessions.delete_of_login, login)


@dataclass(frozen=True, slots=True)
class StoredAccessLog:
    """`AccessLog` over the table ``access_log``."""

    store: LocalStore

    async def record(self, row: AccessRow) -> None:
        """Append one line."""
        await self.store.write(sessions.record_access, row)


class StoredCredentials:
    """`CredentialStore` over the tables ``credential`` and ``login_failure``.

    Args:
        store: the local tables.
        clock: the time for locks.
        threads: where hashing runs; two threads are enough and bound its memory to 128 MiB.
        limits: cost of new verifiers.
        nobody: a verifier that no password fits, checked for names that do not exist; make it once with the
            same limits from random bytes.
    """

    def __init__(self, store: LocalStore, clock: Clock, threads: Executor, limits: HashLimits, nobody: str) -> None:
        self._store = store
        self._clock = clock
        self._threads = threads
        self._limits = limits
        self._nobody = nobody

    def _in_thread(self, work: Callable[..., T], *arguments: Any) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def verify(self, login: str, password: str) -> Verdict:
        """Check a password.

        Each attempt costs one hash, also for unknown and for locked names; only then is the answer looked at.
        """
        row = credentials.find(self._store.reader(), login)
        fits = await self._in_thread(verifies, row.verifier if row else self._nobody, password) and row is not None
        counted = await self._store.write(credentials.settle, login, fits=fits, now=self._clock.now())
        if counted is None:
            return Verdict(Answer.OK, must_change=row is not None and row.must_change)
        if counted.locked_until is not None:
            return Verdict(Answer.LOCKED, locked_until=counted.locked_until)
        return Verdict(Answer.WRONG, attempts_left=FAILURES_MAX - counted.failures)

    async def verifier(self, password: str) -> str:
        """Hash a password."""
        return await self._in_thread(make_verifier, password, self._limits)

    async def change(self, login: str, password: str, *, must_change: bool) -> None:
        """Set a new password."""
        verifier = await self.verifier(password)
        row = CredentialRow(login, verifier, must_change, self._clock.now())
        await self._store.write(credentials.put, row)
