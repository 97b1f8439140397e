"""What the city remembers of a hall over time, as graphs with their tables and as the changes of its state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from appliance.clock import format_time
from appliance.errors import N_
from appliance.store.connection import Connection
from sync.hub import history
from sync.hub.hall_states import RULES, TURN_NAMES, HallState, Turn
from sync.hub.history import Span
from web.pages import city_graphs
from web.pages.city_graphs import Graph
from web.visit import Visit

CHANGES_SHOWN: Final = 20
HOURS_SHOWN: Final = 48
DAYS_SHOWN: Final = 35
MONTH: Final = "month"


class Wish(msgspec.Struct, frozen=True):
    """Which span is asked for: ``month`` by day, anything else two days by hour."""

    span: str = ""


class Turned(msgspec.Struct, frozen=True):
    """A change of state: since when, what, whose turn (message ids), and its look."""

    at: str
    name: str
    turn: str
    tone: str


class History(msgspec.Struct, frozen=True):
    """The part of the hall's page about its past.

    Attributes:
        month: the span is 35 days by day, not 48 hours by hour.
        graphs: heads, and what was behind.
        rows: the same figures as a table, newest first.
        changes: the last changes of state, newest first.
    """

    month: bool
    graphs: tuple[Graph, ...]
    rows: tuple[Span, ...]
    changes: tuple[Turned, ...]


def history_of(visit: Visit, reader: Connection, hall: str, now: datetime, tones: dict[HallState, str]) -> History:
    """Make the part.

    Args:
        visit: who looks; the address says which span.
        reader: the city's reader.
        hall: the hall.
        now: the instant that the page holds for.
        tones: looks of the states.
    """
    month = visit.query(Wish).span == MONTH
    step = timedelta(days=1) if month else timedelta(hours=1)
    count = DAYS_SHOWN if month else HOURS_SHOWN
    digits = history.DAY_DIGITS if month else history.HOUR_DIGITS
    slots = [format_time(now - step * back)[:digits] for back in range(count - 1, -1, -1)]
    found = history.hours(reader, hall, now - step * (count - 1))
    if month:
        found = history.days(found)
    seen = {span.start: span for span in found}
    spans = [seen.get(slot) for slot in slots]
    names = [slot[5:10] if month else f"{slot[5:10]} {slot[11:]}:00" for slot in slots]
    return History(
        month=month,
        graphs=(_heads(visit, spans, names), _behind(visit, spans, names)) if found else (),
        rows=tuple(reversed(found)),
        changes=tuple(_turned(change, tones) for change in history.changes(reader, hall, CHANGES_SHOWN)),
    )


def _heads(visit: Visit, spans: Sequence[Span | None], names: Sequence[str]) -> Graph:
    values = [span.size if span else None for span in spans]
    known = [value for value in values if value is not None]
    low, high = min(known), max(*known, min(known) + 1)
    return Graph(
        name="heads",
        title=N_("市级已存的记录"),
        text=visit.text(
            N_("从 %(first)s 条到 %(last)s 条"), first=f"{known[0]:,}", last=f"{known[-1]:,}"
        ),
        lines=(city_graphs.line(N_("已存记录"), "one", values, low, high),),
        across=city_graphs.labels(names),
        up=city_graphs.scale(low, high),
        spans=_silent(visit, spans),
    )  # fmt: skip


def _behind(visit: Visit, spans: Sequence[Span | None], names: Sequence[str]) -> Graph:
    ups = [span.behind_up if span else None for span in spans]
    downs = [span.behind_down if span else None for span in spans]
    most_up, most_down = (max(value for value in values if value is not None) for values in (ups, downs))
    high = city_graphs.round_top(max(most_up, most_down, 1))
    silent = sum(bool(span and span.silent) for span in spans)
    return Graph(
        name="behind",
        title=N_("落后的记录"),
        text=visit.text(
            N_("最多待上报 %(up)s 条，待下发 %(down)s 条；有 %(silent)s 段时间失去联系"),
            up=f"{most_up:,}", down=f"{most_down:,}", silent=silent,
        ),
        lines=(
            city_graphs.line(N_("待上报"), "one", ups, 0, high),
            city_graphs.line(N_("待下发"), "two", downs, 0, high),
        ),
        across=city_graphs.labels(names),
        up=city_graphs.scale(0, high),
        spans=_silent(visit, spans),
    )  # fmt: skip


def _silent(visit: Visit, spans: Sequence[Span | None]) -> tuple[city_graphs.Mark, ...]:
    return city_graphs.spans([bool(span and span.silent) for span in spans], visit.text(RULES[HallState.SILENT].name))


def _turned(change: history.Change, tones: dict[HallState, str]) -> Turned:
    if change.state not in set(HallState):
        return Turned(change.at, change.state, "", "warn")  # of another version
    state = HallState(change.state)
    turn = RULES[state].turn
    return Turned(change.at, RULES[state].name, "" if turn is Turn.NOBODY else TURN_NAMES[turn], tones[state])
