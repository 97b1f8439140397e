"""What the pages' base needs from the rest of the house, as protocols.

The composition root hands real ones in (`web.accounts` over the store); tests hand in ones kept in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from appliance.store.access import View
from appliance.store.sessions import AccessRow, SessionRow


class SessionStore(Protocol):
    """Where sessions live between requests and restarts."""

    async def create(self, row: SessionRow, *, replacing: str | None) -> None:
        """Store a new session and, in the same transaction, end the one with id `replacing`."""
        ...

    def load(self, session_id: str) -> SessionRow | None:
        """Read a session by the hash of its token, expired ones included."""
        ...

    async def touch(self, session_id: str, seen: datetime) -> None:
        """Note a person's act at `seen`."""
        ...

    async def set_locked(self, session_id: str, *, locked: bool, seen: datetime) -> None:
        """Lock or unlock the screen."""
        ...

    async def delete(self, session_id: str) -> None:
        """End a session."""
        ...

    async def delete_of_login(self, login: str) -> None:
        """End every session of a person."""
        ...


class Answer(StrEnum):
    """What became of a name and a password."""

    OK = "ok"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one attempt.

    Attributes:
        answer: ok, wrong (unknown names included), or locked after five failures.
        must_change: the password was set by someone else and has to be changed first.
        locked_until: when the lock ends, if locked.
        attempts_left: tries before the lock, when wrong.
    """

    answer: Answer
    must_change: bool = False
    locked_until: datetime | None = None
    attempts_left: int = 0


class CredentialStore(Protocol):
    """Passwords: argon2id verifiers, failures and locks."""

    async def verify(self, login: str, password: str) -> Verdict:
        """Check a password off the event loop; takes the same time for names that do not exist."""
        ...

    async def verifier(self, password: str) -> str:
        """Hash a password off the event loop, to be stored with a change that another person confirms."""
        ...

    async def change(self, login: str, password: str, *, must_change: bool) -> None:
        """Set a new password and end the person's other sessions' right to it."""
        ...


class ViewLog(Protocol):
    """The access log 查看记录: looks at personal data; nothing is shown that could not be recorded."""

    async def record(self, views: Sequence[View]) -> None:
        """Record looks and wait until they are durable; raises a Refusal when that cannot be."""
        ...


class AccessLog(Protocol):
    """The account log: sign-ins, locks, questions of the public."""

    async def record(self, row: AccessRow) -> None:
        """Append one line."""
        ...


class Staff(Protocol):
    """One person of the roster."""

    @property
    def id(self) -> str:
        """Staff number 工号, which is also the sign-in name."""
        ...

    @property
    def name(self) -> str:
        """Name as shown to applicants and colleagues."""
        ...

    @property
    def roles(self) -> Sequence[str]:
        """Role codes held (domain §0.2), the usual one first."""
        ...

    @property
    def windows(self) -> Sequence[str]:
        """Windows the person may sit at; empty means any."""
        ...

    @property
    def departments(self) -> Sequence[str]:
        """Department codes the person works for."""
        ...

    @property
    def disabled(self) -> bool:
        """The account is closed."""
        ...


class StaffDirectory(Protocol):
    """The roster, read from its projection."""

    def find(self, login: str) -> Staff | None:
        """Give the person with this staff number, disabled ones included."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """The link to the city in four facts.

    Attributes:
        online: the last contact succeeded.
        offline_minutes: minutes since the last contact when offline; None when there never was one.
        pending: entries not yet at the city.
        stopped: why the gate is closed to new entries, as a message id, or empty.
        remedy: address of the page where it can be mended, or empty.
    """

    online: bool
    offline_minutes: int | None = None
    pending: int = 0
    stopped: str = ""
    remedy: str = ""


class LinkStatus(Protocol):
    """Where the pill in the top bar reads."""

    def current(self) -> Link | None:
        """Give the state of the link now, from memory or one cheap read; None where there is nothing above."""
        ...


@dataclass(frozen=True, slots=True)
class WindowChoice:
    """A service window 窗口 that can be chosen at sign-in: its number, and its label in words."""

    id: str
    label: str


class Windows(Protocol):
    """The hall's windows."""

    def choices(self) -> Sequence[WindowChoice]:
        """Give all windows in order; empty where nobody sits at one (the city)."""
        ...


class MenuCounts(Protocol):
    """The small figures beside menu entries."""

    def counts(self, session: SessionRow) -> Mapping[str, int]:
        """Give figures by menu address; one cheap read, addresses without a figure left out."""
        ...
