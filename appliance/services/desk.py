"""The desk 业务台: where every change of a case goes in, whoever sends it, and where reads come from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from appliance.domain.actor import Actor
from appliance.services.commands import AHEAD, DECIDERS, Command, encode
from appliance.services.facts import Facts, check_actor
from appliance.services.staffing import with_password
from appliance.store import local_writes
from appliance.store.change import Change, Decision, Outcome, Random, WriteContext
from appliance.store.connection import Connection
from appliance.store.store import Store, StoreView

T = TypeVar("T")
P = ParamSpec("P")


class Desk(Protocol):
    """The desk as pages know it: in the owner's process, or beside it (`appliance.services.remote`)."""

    @property
    def store(self) -> StoreView:
        """What of the store can be looked at."""
        ...

    @property
    def facts(self) -> Facts:
        """Catalogue, calendar and settings."""
        ...

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        ...

    async def submit(self, command: Command, *, actor: Actor, key: str, verifier: str = "") -> Outcome:
        """Send a command and wait until its change is durable.

        Args:
            command: what to do.
            actor: who does it.
            key: idempotency key made when the form was rendered; sending it again gives the first answer.
            verifier: argon2id string of the one-time password that a confirmed change of an account sets; it goes
                into the LOCAL tables of the same transaction and never into the log.

        Raises:
            Refusal: the command was refused; nothing was written.
            OutcomeUnknown: whether it was carried out is not known yet; the same key finds out.
            IntegrityFailure: the store found its own bytes wrong.
        """
        ...

    async def local(self, write: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out a listed write to LOCAL tables (`appliance.store.local_writes`); it makes no entry.

        Args:
            write: a listed function.
            *args: its arguments after the connection.
            **kwargs: the same by name.
        """
        ...


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """The desk in the owner's process. Reads go to `reader()` and the query functions of `appliance.projections`."""

    store: Store
    facts: Facts

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self.store.reader()

    def change(self, command: Command, *, actor: Actor, key: str, content: bytes = b"") -> Change:
        """Bind a command to its actor and idempotency key; `content` is the command encoded, when it came so."""
        decider, look = DECIDERS[type(command)], AHEAD.get(type(command))
        seen_ahead: list[Any] = []

        def decide(context: WriteContext) -> Decision:
            check_actor(context, self.facts, actor)
            return decider(context, self.facts, actor, command, *seen_ahead)

        def prepare(now: datetime, random: Random) -> None:
            if look is not None:
                seen_ahead[:] = [look(self.facts, actor, command, now, random)]

        return Change(
            key=key,
            actor=actor,
            content=content or encode(command),
            decide=decide,
            prepare=prepare if look is not None else None,
        )

    async def submit(
        self, command: Command, *, actor: Actor, key: str, verifier: str = "", content: bytes = b""
    ) -> Outcome:
        """Send a command and wait until its change is durable (`Desk.submit`)."""
        change = self.change(command, actor=actor, key=key, content=content)
        return await self.store.writer.submit_async(with_password(change, verifier) if verifier else change)

    def submit_now(self, command: Command, *, actor: Actor, key: str) -> Outcome:
        """Do the same from a thread without an event loop."""
        return self.store.writer.submit(self.change(command, actor=actor, key=key)).result()

    async def local(self, write: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out a listed write to LOCAL tables (`Desk.local`)."""
        return await local_writes.run(self.store.writer, write, *args, **kwargs)

    def durable_size(self, origin: str) -> int:
        """Give how many entries of a log are durable in database and journal."""
        return self.store.durable_size(origin)
