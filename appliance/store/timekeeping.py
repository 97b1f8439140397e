"""The time floor and the lease (protocol §5): how far the wall clock can be believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.clock import SHANGHAI

BELOW_FLOOR_MAX = timedelta(minutes=5)
DRIFT_SECONDS_MAX = 300.0
AHEAD_AT_START_MAX = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The newest cosignature here: its signed time in seconds since 1970, and CLOCK_BOOTTIME when it was received."""

    time: int
    received_seconds: float


def time_floor(last_ok: datetime | None, cosigned: Cosigned | None, boottime_seconds: float) -> datetime | None:
    """Give the earliest instant that it can be now; None when nothing is known.

    The greater of the time of the last entry with ``clk: ok`` and the last cosignature's time plus what has passed
    since it was received. If it was received before this boot, only the time since boot is known to have passed; a
    receipt time within this boot's range then gives even less, so the floor is never too high.
    """
    floor = last_ok
    if cosigned is not None:
        passed = boottime_seconds - cosigned.received_seconds
        if passed < 0:
            passed = boottime_seconds
        signed = datetime.fromtimestamp(cosigned.time + passed, SHANGHAI)
        floor = signed if floor is None else max(floor, signed)
    return floor


def lease_is_past(lease_until: datetime | None, wall: datetime, floor: datetime | None) -> bool:
    """Judge the lease at max(wall clock, floor), so that a clock set back gains nothing; no lease, none is past."""
    if lease_until is None:
        return False
    return (wall if floor is None else max(wall, floor)) > lease_until


@dataclass(slots=True)
class TimeGuard:
    """What the writer remembers of time between batches.

    Attributes:
        last_ok: time of the last own entry with ``clk: ok``.
        suspect: the clock is in doubt; only two persons' confirmation ends that.
        wall: wall clock at the reference point of the drift check.
        boottime_seconds: CLOCK_BOOTTIME there.
    """

    last_ok: datetime | None
    suspect: bool
    wall: datetime
    boottime_seconds: float

    def doubt_at_start(self, now: datetime, floor: datetime | None) -> bool:
        """Tell whether the clock stands more than 35 days ahead of all that is known."""
        return not self.suspect and floor is not None and now > floor + AHEAD_AT_START_MAX

    def doubt(self, now: datetime, boottime_seconds: float, floor: datetime | None) -> bool:
        """Tell whether the clock has just become doubtful: below the floor, or drifted while running."""
        if self.suspect:
            return False
        if floor is not None and now < floor - BELOW_FLOOR_MAX:
            return True
        drift = (now - self.wall).total_seconds() - (boottime_seconds - self.boottime_seconds)
        return abs(drift) > DRIFT_SECONDS_MAX

    def confirm(self, now: datetime, boottime_seconds: float) -> None:
        """Two persons confirmed the date: believe the clock again, and measure drift from here."""
        self.suspect = False
        self.last_ok = now
        self.wall = now
        self.boottime_seconds = boottime_seconds
