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


PAUSABLE = ("C2", "C3", "C8")
"""The clocks that a special procedure or a statutory suspension stops (domain §2.5)."""


def pause(clocks: tuple[Running, ...]) -> tuple[Running, ...]:
    """Let C2, C3 and C8 stand still."""
    return tuple(
        msgspec.structs.replace(clock, paused=True)
        if clock.deadline.clock in PAUSABLE and clock.stopped is None
        else clock
        for clock in clocks
    )


def replace(clocks: tuple[Running, ...], deadlines: tuple[ev.Deadline, ...]) -> tuple[Running, ...]:
    """Put recomputed deadlines in the place of the running clocks of the same name and first day; they run."""
    fresh = {(deadline.clock, deadline.start): deadline for deadline in deadlines}
    return tuple(
        Running(deadline=fresh[of(clock)], paused=False) if clock.stopped is None and of(clock) in fresh else clock
        for clock in clocks
    )


def of(clock: Running) -> tuple[str, str]:
    """Name one clock among those of its case: two parties told of a hearing have a C7a each."""
    return clock.deadline.clock, clock.deadline.start


def recompute(clocks: tuple[Running, ...], deadlines: tuple[ev.Deadline, ...]) -> tuple[Running, ...]:
    """Do the same for a new calendar: what stands still goes on standing still."""
    still = {clock.deadline.clock for clock in clocks if clock.stopped is None and clock.paused}
    return tuple(
        msgspec.structs.replace(clock, paused=clock.stopped is None and clock.deadline.clock in still)
        for clock in replace(clocks, deadlines)
    )
