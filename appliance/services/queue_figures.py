"""Figures of the queue: how long people waited and were served, by business, window, person and hour (domain §6.6).

They are counted from the book of movements: waiting ends with each call, handling runs from a start to the finish or
the transfer that follows, so that whoever was passed on counts at both windows with what was done there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean

from appliance.domain.queue import Act, percentile
from appliance.services import queue
from appliance.store import queue_rows
from appliance.store.connection import Connection

NINETY = 0.9
Movement = tuple[int, Act, str, str, str, str]


@dataclass(slots=True)
class Tally:
    """What was counted under one heading; times in seconds."""

    drawn: int = 0
    served: int = 0
    missed: int = 0
    left: int = 0
    waits: list[float] = field(default_factory=list)
    handled: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """One line: tickets drawn, served, missed, left; waiting (mean, 90th) and handling in minutes, None for none."""

    name: str
    drawn: int
    served: int
    missed: int
    left: int
    missed_percent: float | None
    wait_mean: float | None
    wait_ninety: float | None
    handling_mean: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a span of days."""

    total: Figures
    by_business: tuple[Figures, ...]
    by_window: tuple[Figures, ...]
    by_person: tuple[Figures, ...]
    by_hour: tuple[Figures, ...]


def _line(name: str, tally: Tally) -> Figures:
    called = tally.served + tally.missed
    return Figures(
        name=name,
        drawn=tally.drawn,
        served=tally.served,
        missed=tally.missed,
        left=tally.left,
        missed_percent=round(100 * tally.missed / called, 1) if called else None,
        wait_mean=round(fmean(tally.waits) / 60, 1) if tally.waits else None,
        wait_ninety=round(percentile(tally.waits, NINETY) / 60, 1) if tally.waits else None,
        handling_mean=round(fmean(tally.handled) / 60, 1) if tally.handled else None,
    )


class _Count:
    """Walks the movements once; each goes under the whole, its business, window, person and hour."""

    def __init__(self) -> None:
        self.total = Tally()
        self.of: dict[str, defaultdict[str, Tally]] = {
            name: defaultdict(Tally) for name in ("business", "window", "person", "hour")
        }
        self._waiting: dict[int, datetime] = {}
        self._serving: dict[int, datetime] = {}

    def _places(self, at: str, window: str, login: str, business: str) -> Iterable[Tally]:
        yield self.total
        yield self.of["business"][business]
        yield self.of["hour"][at[11:13]]
        if window:
            yield self.of["window"][window]
        if login:
            yield self.of["person"][login]

    def take(self, movement: Movement) -> None:
        """Count one movement."""
        ticket, act, at, window, login, business = movement
        moment = datetime.fromisoformat(at)
        drew = act in {Act.DRAW, Act.CANCEL, Act.ABANDON}  # whoever draws for somebody, or ends a day, serves nobody
        places = tuple(self._places(at, "" if drew else window, "" if drew else login, business))
        if act in {Act.DRAW, Act.REJOIN, Act.TRANSFER}:
            self._waiting[ticket] = moment
        for tally in places:
            if act is Act.DRAW:
                tally.drawn += 1
            elif act is Act.CALL and ticket in self._waiting:
                tally.waits.append((moment - self._waiting[ticket]).total_seconds())
            elif act is Act.MISS:
                tally.missed += 1
            elif act in {Act.CANCEL, Act.ABANDON}:
                tally.left += 1
            elif act in {Act.FINISH, Act.TRANSFER} and ticket in self._serving:
                tally.served += act is Act.FINISH
                tally.handled.append((moment - self._serving[ticket]).total_seconds())
        if act is Act.START:
            self._serving[ticket] = moment
        elif act in {Act.FINISH, Act.TRANSFER, Act.ABANDON}:
            self._serving.pop(ticket, None)

    def lines(self, kind: str, name: Callable[[str], str]) -> tuple[Figures, ...]:
        """Give the lines under a heading, in order."""
        return tuple(_line(name(key), tally) for key, tally in sorted(self.of[kind].items()))


def report(connection: Connection, first: str, last: str, person: Callable[[str], str]) -> Report:
    """Count the movements of a span of days.

    Args:
        connection: a reader.
        first: ISO date.
        last: ISO date, included.
        person: gives a name for a staff number.
    """
    count = _Count()
    for movement in queue_rows.of_days(connection, first, last):
        count.take(movement)
    return Report(
        total=_line("", count.total),
        by_business=count.lines("business", queue.business_name),
        by_window=count.lines("window", str),
        by_person=count.lines("person", person),
        by_hour=count.lines("hour", lambda hour: f"{hour}:00"),
    )
