"""Time as data: every part that needs the time is handed a `Clock`."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Where wall-clock and boot time come from."""

    def now(self) -> datetime:
        """Give the wall-clock time, aware, in Asia/Shanghai."""
        ...

    def boottime(self) -> float:
        """Give seconds since boot, suspended time included; it never runs backwards."""
        ...


class SystemClock:
    """The machine's own clocks."""

    __slots__ = ()

    def now(self) -> datetime:
        """Give the wall-clock time, aware, in Asia/Shanghai."""
        return datetime.now(SHANGHAI)

    def boottime(self) -> float:
        """Give CLOCK_BOOTTIME in seconds."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class FixedClock:
    """A clock that moves only when told to, for tests, demonstrations and the simulator."""

    at: datetime
    since_boot_seconds: float = 1000.0

    def now(self) -> datetime:
        """Give the set time in Asia/Shanghai."""
        return self.at.astimezone(SHANGHAI)

    def boottime(self) -> float:
        """Give the set seconds since boot."""
        return self.since_boot_seconds

    def advance(self, by: timedelta) -> None:
        """Move both clocks forward by `by`."""
        self.at += by
        self.since_boot_seconds += by.total_seconds()


def format_time(moment: datetime) -> str:
    """Write an instant as entries carry it: ISO 8601, milliseconds, +08:00 (protocol §2)."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def to_the_minute(text: str) -> str:
    """Write an instant of `format_time` as people read it; nothing for nothing."""
    return f"{parse_time(text):%Y-%m-%d %H:%M}" if text else ""


def parse_time(text: str) -> datetime:
    """Read an instant written by `format_time`; raises ValueError for a time without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"time without a zone: {text}"
        raise ValueError(message)
    return moment.astimezone(SHANGHAI)
