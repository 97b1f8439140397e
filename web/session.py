"""Sessions: opened at sign-in under an id that only the server makes, kept in memory, locked when idle.

A cookie carries 32 random bytes; the table holds their SHA-256. An id that a client chose matches nothing, and
signing in always makes a new one, so a session cannot be planted (fixation). A request costs no write: what is
known is kept in memory and `seen` is stored at most once a minute.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from appliance.clock import Clock
from appliance.store.sessions import SessionRow
from web.ports import SessionStore

IDLE_MINUTES = 15
LIFETIME_HOURS = 12
TOUCH_SECONDS = 60
RELOAD_SECONDS = 60
CACHED_SESSIONS_MAX = 4096


class Standing(StrEnum):
    """How a session stands at this moment."""

    OPEN = "open"
    LOCKED = "locked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Found:
    """A session that the cookie names, and how it stands."""

    row: SessionRow
    standing: Standing


@dataclass(slots=True)
class _Held:
    """A session in memory; its times are seconds of the boot clock, which nobody can set back."""

    row: SessionRow
    seen_at: float
    stored_at: float
    loaded_at: float


def token_id(token: str) -> str:
    """Give the table's id of a cookie's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


class Sessions:
    """Opens, finds, locks and ends sessions.

    Args:
        store: where they are kept.
        clock: wall clock for what is stored, boot clock for idleness.
        random: source of random bytes.
    """

    def __init__(self, store: SessionStore, clock: Clock, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._clock = clock
        self._random = random
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def _token(self) -> str:
        return urlsafe_b64encode(self._random(32)).decode().rstrip("=")

    def _hold(self, row: SessionRow) -> _Held:
        boot = self._clock.boottime()
        idle = max(0.0, (self._clock.now() - row.seen).total_seconds())
        held = _Held(row, seen_at=boot - idle, stored_at=boot - idle, loaded_at=boot)
        self._held[row.id] = held
        self._held.move_to_end(row.id)
        while len(self._held) > CACHED_SESSIONS_MAX:
            self._held.popitem(last=False)
        return held

    def _look_up(self, session_id: str) -> _Held | None:
        held = self._held.get(session_id)
        boot = self._clock.boottime()
        if held is not None and boot - held.loaded_at < RELOAD_SECONDS:
            return held
        row = self._store.load(session_id)
        if row is None:
            self._held.pop(session_id, None)
            return None
        if held is None:
            return self._hold(row)
        held.row, held.loaded_at = row, boot
        return held

    def find(self, token: str | None) -> Found | None:
        """Give the session of a cookie's token, or None when the server never made it or ended it."""
        if not token:
            return None
        held = self._look_up(token_id(token))
        if held is None:
            return None
        if held.row.expires <= self._clock.now():
            return Found(held.row, Standing.EXPIRED)
        idle = self._clock.boottime() - held.seen_at
        if held.row.locked or idle >= IDLE_MINUTES * 60:
            return Found(held.row, Standing.LOCKED)
        return Found(held.row, Standing.OPEN)

    async def open(
        self,
        login: str,
        role: str,
        window: str | None,
        *,
        must_change: bool = False,
        replacing: str | None = None,
    ) -> tuple[str, SessionRow]:
        """Start a session under a fresh id and end the one whose token is `replacing`.

        Returns:
            The token for the cookie, and the stored row.
        """
        now = self._clock.now()
        token = self._token()
        old = token_id(replacing) if replacing else None
        row = SessionRow(
            id=token_id(token),
            login=login,
            role=role,
            window=window,
            created=now,
            seen=now,
            expires=now + timedelta(hours=LIFETIME_HOURS),
            csrf=self._token(),
            must_change=must_change,
        )
        await self._store.create(row, replacing=old)
        if old:
            self._held.pop(old, None)
        self._hold(row)
        return token, row

    async def seen(self, session_id: str) -> None:
        """Note that a person acted; stored at most once a minute."""
        held = self._held.get(session_id)
        if held is None:
            return
        held.seen_at = self._clock.boottime()
        if held.seen_at - held.stored_at >= TOUCH_SECONDS:
            held.stored_at = held.seen_at
            await self._store.touch(session_id, self._clock.now())

    async def lock(self, session_id: str) -> None:
        """Lock the screen (锁屏)."""
        await self._set_locked(session_id, locked=True)

    async def unlock(self, session_id: str) -> None:
        """Open the screen again after the password was given."""
        await self._set_locked(session_id, locked=False)

    async def _set_locked(self, session_id: str, *, locked: bool) -> None:
        now = self._clock.now()
        await self._store.set_locked(session_id, locked=locked, seen=now)
        held = self._held.get(session_id)
        if held is not None:
            held.row = replace(held.row, locked=locked, seen=now)
            held.seen_at = held.stored_at = self._clock.boottime()

    async def close(self, token: str | None) -> None:
        """End the session of a cookie's token, if there is one."""
        if token:
            session_id = token_id(token)
            self._held.pop(session_id, None)
            await self._store.delete(session_id)

    async def close_all_of(self, login: str) -> None:
        """End every session of a person: after a change of password, or when the account is closed."""
        for session_id in [key for key, held in self._held.items() if held.row.login == login]:
            del self._held[session_id]
        await self._store.delete_of_login(login)

    def forget(self) -> None:
        """Drop what is in memory, so that the next request reads the table again (after a roster change)."""
        self._held.clear()
