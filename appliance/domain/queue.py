"""排队叫号: a ticket's life, who is called next, and what is said aloud (clause 5.2.2.1.1; domain §6.6).

Pure: the tables of the queue are LOCAL (`appliance.store.queue`), because who waits is no fact of any case (decision
0032). Numbers begin at 001 each day; a letter names the kind of business.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appliance.errors import N_

BOOKED_SERIES: Final = "Y"
"""Letter of those who come at an hour that they booked 预约; their kind of business is kept beside it."""
PRIORITY_EVERY: Final = 2
"""So many ordinary tickets are called between two with priority while both wait (domain §6.6: 1:2)."""
RECALLS_MAX: Final = 3
REJOIN_AFTER: Final = 3
"""Who was not there and comes back stands behind so many others."""
STEP: Final = 1000
"""Room between two places in the line, for those who come back into it."""
PAUSE_MINUTES_MAX: Final = 15
"""A window that pauses longer is shown to the hall manager (R15)."""
NUMBER_DIGITS: Final = 3


class TicketState(StrEnum):
    """Where a ticket stands (domain §6.6)."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"
    MISSED = "missed"
    ABANDONED = "abandoned"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What happens to a ticket; each is one line of the book of movements."""

    DRAW = "draw"
    CALL = "call"
    RECALL = "recall"
    MISS = "miss"
    REJOIN = "rejoin"
    TRANSFER = "transfer"
    START = "start"
    FINISH = "finish"
    CANCEL = "cancel"
    ABANDON = "abandon"


class Priority(StrEnum):
    """Why somebody is called before others; marked on the ticket, never a number of its own but for bookings."""

    NONE = "none"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    ILL = "ill"
    SOLDIER = "soldier"
    FIRE_RESCUE = "fire_rescue"
    RETURNING = "returning"
    BOOKED = "booked"


class WindowState(StrEnum):
    """State of a window; that it serves somebody is told by its ticket."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class Outcome(StrEnum):
    """What came of it: a case was received, a question answered, or nothing done."""

    CASE = "case"
    ENQUIRY = "enquiry"
    NOTHING = "nothing"


STATE_NAMES: Final[Mapping[TicketState, str]] = {
    TicketState.WAITING: N_("等候"),
    TicketState.CALLED: N_("已叫号"),
    TicketState.SERVING: N_("办理中"),
    TicketState.DONE: N_("已办完"),
    TicketState.MISSED: N_("过号"),
    TicketState.ABANDONED: N_("未到离开"),
    TicketState.TRANSFERRED: N_("转来等候"),
    TicketState.CANCELLED: N_("退号"),
}
PRIORITY_NAMES: Final[Mapping[Priority, str]] = {
    Priority.NONE: N_("普通"),
    Priority.ELDERLY: N_("老年人"),
    Priority.DISABLED: N_("残疾人"),
    Priority.PREGNANT: N_("孕妇"),
    Priority.ILL: N_("病弱"),
    Priority.SOLDIER: N_("现役、退役军人"),
    Priority.FIRE_RESCUE: N_("消防救援人员"),
    Priority.RETURNING: N_("补正回来"),
    Priority.BOOKED: N_("预约"),
}
WINDOW_STATES: Final[Mapping[WindowState, str]] = {
    WindowState.CLOSED: N_("未开"),
    WindowState.OPEN: N_("开放"),
    WindowState.PAUSED: N_("暂停"),
}
OUTCOME_NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.CASE: N_("收件或发件"),
    Outcome.ENQUIRY: N_("咨询"),
    Outcome.NOTHING: N_("没有办成"),
}
AT_THE_TERMINAL: Final = tuple(one for one in Priority if one is not Priority.BOOKED)
"""What a person may say of himself at a terminal; a booking is looked up by staff."""

IN_LINE: Final = frozenset({TicketState.WAITING, TicketState.TRANSFERRED})
AT_WINDOW: Final = frozenset({TicketState.CALLED, TicketState.SERVING})
OPEN_STATES: Final = IN_LINE | AT_WINDOW

ALLOWED: Final[Mapping[Act, tuple[frozenset[TicketState], TicketState]]] = {
    Act.CALL: (IN_LINE, TicketState.CALLED),
    Act.RECALL: (frozenset({TicketState.CALLED}), TicketState.CALLED),
    Act.MISS: (frozenset({TicketState.CALLED}), TicketState.MISSED),
    Act.REJOIN: (frozenset({TicketState.MISSED}), TicketState.WAITING),
    Act.TRANSFER: (AT_WINDOW, TicketState.TRANSFERRED),
    Act.START: (frozenset({TicketState.CALLED}), TicketState.SERVING),
    Act.FINISH: (frozenset({TicketState.SERVING}), TicketState.DONE),
    Act.CANCEL: (IN_LINE | {TicketState.MISSED}, TicketState.CANCELLED),
    Act.ABANDON: (OPEN_STATES | {TicketState.MISSED}, TicketState.ABANDONED),
}
"""From which states an act is possible, and to which it leads; `Act.DRAW` begins."""


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody who waits: the ticket's row, its place in the line, whether it has priority."""

    id: int
    place: int
    priority: bool


def code_of(series: str, number: int) -> str:
    """Write a ticket: ``A001``; the thousandth of a day is ``A1000``."""
    return f"{series}{number:0{NUMBER_DIGITS}d}"


def ordinary_since(lately: Iterable[bool]) -> int:
    """Count the ordinary calls since the last one with priority.

    Args:
        lately: whether each call had priority, the newest first; no call at all counts as enough.
    """
    count = 0
    for priority in lately:
        if priority:
            return count
        count += 1
    return max(count, PRIORITY_EVERY)


def choose(line: Sequence[InLine], since: int) -> InLine | None:
    """Say who is called next: in the order of the line, one with priority after each two ordinary ones.

    Args:
        line: who waits for this window's business.
        since: ordinary calls since the last one with priority (`ordinary_since`).
    """
    ordered = sorted(line, key=lambda one: (one.place, one.id))
    first = next((one for one in ordered if one.priority), None)
    ordinary = next((one for one in ordered if not one.priority), None)
    if first is None or ordinary is None:
        return first or ordinary
    return first if since >= PRIORITY_EVERY else ordinary


def place_behind(places: Iterable[int]) -> int:
    """Give the place of somebody who rejoins: behind the next three of those in line.

    Args:
        places: places of all who wait for the same business.
    """
    ahead = sorted(places)[:REJOIN_AFTER]
    return ahead[-1] + 1 if ahead else 0


_DIGITS: Final = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def window_words(window: str) -> str:
    """Write a window's number as people say it: ``03`` is 3."""
    return window.lstrip("0") or window


def led_line(code: str, window: str) -> str:
    """Give the line of an LED strip; Chinese always, like the voice."""
    return f"请 {code} 号到 {window_words(window)} 号窗口"


def voice_line(code: str, window: str) -> str:
    """Give what is said aloud: letter, then the digits one by one (domain §6.6)."""
    spoken = " ".join(_DIGITS.get(sign, sign) for sign in code)
    return f"请 {spoken} 号，到 {window_words(window)} 号窗口办理"


def waiting_minutes(ahead: int, mean_seconds: float, windows: int) -> int:
    """Estimate a wait in whole minutes, rounded up to five: those ahead, at the pace of the windows that are open.

    Args:
        ahead: tickets before this one.
        mean_seconds: mean handling time lately.
        windows: open windows that take this business; none counts as one.
    """
    minutes = ahead * mean_seconds / 60 / max(windows, 1)
    return int(-(-minutes // 5) * 5)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile of values (a share of 0.9 is the 90th); 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(round(len(ordered) * share, 6)) - 1)] if ordered else 0.0
