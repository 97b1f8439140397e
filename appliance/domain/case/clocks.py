"""How an event starts and stops the clocks of a case (domain §2.5)."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case.values import Running

BEFORE_DECISION = ("C1", "C2", "C3", "C5", "C6", "C8", "C9")
"""Every clock that an ending before the decision stops."""


def stop(clocks: tuple[Running, ...], day: str, *names: str) -> tuple[Running, ...]:
    """Stop the running clocks of these names on a day."""
    return tuple(
        msgspec.structs.replace(clock, stopped=day)
        if clock.deadline.clock in names and clock.stopped is None
        else clock
        for clock in clocks
    )


def start(clocks: tuple[Running, ...], deadlines: tuple[ev.Deadline, ...]) -> tuple[Running, ...]:
    """Add clocks that begin to run."""
    return clocks + tuple(Running(deadline=deadline) for deadline in deadlines)
