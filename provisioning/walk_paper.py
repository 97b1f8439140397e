"""A demo case that was taken in on paper 补录: a pad, a fallback declared afterwards, the entry, the second person."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from appliance.clock import format_time
from appliance.domain.actor import Actor
from appliance.domain.decide.fallback import Period
from appliance.services.commands import Command
from appliance.services.fallback import BeginFallback, ConfirmBackEntry, EndFallback, EnterFromPaper, PrintPad
from appliance.services.intake import ReceiveCase
from appliance.store.change import Outcome


class Sent(Protocol):
    """What was carried out; see `provisioning.walk.Done`."""

    @property
    def outcome(self) -> Outcome:
        """The answer."""
        ...


S = TypeVar("S", bound=Sent)


def enter(
    do: Callable[[Command, Actor], S],
    receipt: ReceiveCase,
    clerk: Actor,
    second: Actor,
    *,
    now: Callable[[], datetime],
    last: Callable[[], Period | None],
    waits: bool,
) -> Iterator[S]:
    """Print a form, write on it while the appliance stands still, and enter it afterwards.

    Args:
        do: sends a command.
        receipt: what the applicant brings.
        clerk: who prints, writes and enters.
        second: who compares.
        now: the time.
        last: the newest fallback.
        waits: the second person has not looked yet.
    """
    pad = do(PrintPad(count=1), clerk)
    printed = format_time(now())
    yield pad
    before = last()
    began = max(printed, before.ended_at) if before is not None else printed
    begun = do(BeginFallback(began_at=began, cause="drill", note="应急演练（示例）"), clerk)
    # Declared and ended in one breath, after the power is back: nobody else's case finds it open.
    yield do(EndFallback(fallback=str(begun.outcome.result["fallback"]), ended_at=format_time(now())), clerk)
    paper = str(pad.outcome.result["first"])
    entered = do(EnterFromPaper(application=receipt, paper_no=paper, written_at=began, taken_by=clerk.id), clerk)
    yield entered
    if not waits:
        yield do(ConfirmBackEntry(case=str(entered.outcome.result["case"]), version=1, compared=True), second)
