"""The desk 业务台: where every change of a case goes in, whoever sends it, and where reads come from."""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.domain.actor import Actor
from appliance.errors import Refusal
from appliance.projections import cases
from appliance.services.commands import DECIDERS, Command, encode
from appliance.services.facts import Facts, check_actor
from appliance.services.prereview import DeemAccepted
from appliance.store.change import Change, Decision, Outcome, WriteContext
from appliance.store.connection import Connection
from appliance.store.store import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """Sends commands to the writer. Reads go to `reader()` and the query functions of `appliance.projections`."""

    store: Store
    facts: Facts

    def reader(self) -> Connection:
        """Give this thread's read-only connection."""
        return self.store.reader()

    def change(self, command: Command, *, actor: Actor, key: str) -> Change:
        """Bind a command to its actor and idempotency key."""
        decider = DECIDERS[type(command)]

        def decide(context: WriteContext) -> Decision:
            check_actor(context.connection, actor)
            return decider(context, self.facts, actor, command)

        return Change(key=key, actor=actor, content=encode(command), decide=decide)

    async def submit(self, command: Command, *, actor: Actor, key: str) -> Outcome:
        """Send a command and wait until its change is durable.

        Args:
            command: what to do.
            actor: who does it.
            key: idempotency key made when the form was rendered; sending it again gives the first answer.

        Raises:
            Refusal: the command was refused; nothing was written.
            IntegrityFailure: the store found its own bytes wrong.
        """
        return await self.store.writer.submit_async(self.change(command, actor=actor, key=key))

    def submit_now(self, command: Command, *, actor: Actor, key: str) -> Outcome:
        """Do the same from a thread without an event loop."""
        return self.store.writer.submit(self.change(command, actor=actor, key=key)).result()


def sweep(desk: Desk, *, actor: Actor, today: str, make_key: Callable[[str, str], str]) -> list[str]:
    """Run the deadline sweep: every case whose C1 lapsed is deemed accepted (T12).

    Idempotent: a case that someone moved meanwhile refuses and is skipped; the next run finds nothing left.

    Args:
        desk: the desk.
        actor: the system.
        today: ISO date.
        make_key: makes an idempotency key from case number and day.

    Returns:
        The numbers of the cases that were deemed accepted.
    """
    done = []
    for no in cases.lapsed(desk.reader(), today):
        try:
            desk.submit_now(DeemAccepted(case=no), actor=actor, key=make_key(no, today))
        except Refusal:
            continue
        done.append(no)
    return done
