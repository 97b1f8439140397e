"""The desk 业务台: where every change of a case goes in, whoever sends it, and where reads come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import BEFORE_DECISION
from appliance.errors import Refusal
from appliance.projections import case_deadlines, cases
from appliance.services.commands import DECIDERS, Command, encode
from appliance.services.conditions import ProposeToleranceLapse
from appliance.services.facts import Facts, check_actor
from appliance.services.prereview import DeemAccepted
from appliance.services.procedure import ProposeLapse
from appliance.services.timing import RecomputeDue
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

    def durable_size(self, origin: str) -> int:
        """Give how many entries of a log are durable in database and journal."""
        return self.store.durable_size(origin)


Page = Callable[[Connection, tuple[str, int]], list[tuple[str, str, int]]]


def _due(desk: Desk, next_page: Page, wanted: Callable[[Case], bool]) -> Iterator[str]:
    """Give the cases whose clock has run out and which concern the sweep; page by page, so that none hides another."""
    after = ("", 0)
    while page := next_page(desk.reader(), after):
        for no, due, row in page:
            after = (due, row)
            case = cases.find(desk.reader(), no)
            if case is not None and wanted(case):
                yield no


def _provisional(desk: Desk) -> Iterator[str]:
    """Give the cases with provisional limits that the calendar in force would change."""
    after = 0
    while page := cases.provisional(desk.reader(), after=after):
        calendar = desk.facts.calendar(desk.reader())
        for no, row in page:
            after = row
            case = cases.find(desk.reader(), no)
            running = case.clocks if case is not None else ()
            if any(
                clock.stopped is None and clock.deadline.provisional and clock.deadline.calendar != calendar.version
                for clock in running
            ):
                yield no


def _work(desk: Desk, today: str) -> Iterator[tuple[str, Command]]:
    def item_of(case: Case) -> ServiceItem:
        return desk.facts.item_of(desk.reader(), case)

    def lapsed(clock: str) -> Page:
        return lambda connection, after: case_deadlines.lapsed(connection, clock, today, after=after)

    def tolerance(connection: Connection, after: tuple[str, int]) -> list[tuple[str, str, int]]:
        return case_deadlines.tolerance_lapsed(connection, today, after=after)

    for no in _due(desk, lapsed("C1"), lambda case: item_of(case).correction.deemed_acceptance):
        yield no, DeemAccepted(case=no)
    for no in _due(desk, lapsed("C5"), lambda case: not case.proposal and bool(item_of(case).correction.valid_basis)):
        yield f"lapse:{no}", ProposeLapse(case=no)
    for no in _due(desk, tolerance, lambda case: case.proposal is None and case.state in BEFORE_DECISION):
        yield f"tolerance:{no}", ProposeToleranceLapse(case=no)
    for no in _provisional(desk):
        yield f"recompute:{no}", RecomputeDue(case=no)


def sweep(desk: Desk, *, actor: Actor, today: str, make_key: Callable[[str, str], str]) -> list[str]:
    """Run the deadline sweep: what the passing of time does by itself.

    Cases whose C1 lapsed are deemed accepted (T12); where C5 lapsed and a rule sets it, the end of the case is proposed
    (T31), and where C6 lapsed (T32); provisional limits are recomputed with the calendar in force (domain §5.3).

    Idempotent: a case that someone moved meanwhile refuses and is skipped; the next run finds nothing left.

    Args:
        desk: the desk.
        actor: the system.
        today: ISO date.
        make_key: makes an idempotency key from what is done to which case, and the day.

    Returns:
        The numbers of the cases that were changed.
    """
    done = []
    for name, command in _work(desk, today):
        try:
            outcome = desk.submit_now(command, actor=actor, key=make_key(name, today))
        except Refusal:
            continue
        done.append(str(outcome.result["case"]))
    return done
