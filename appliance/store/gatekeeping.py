"""Which state the gate is in (protocol §5), from what the store knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from appliance.clock import Clock, parse_time
from appliance.domain.entry import read_meta
from appliance.domain.events import ClockSuspected
from appliance.domain.gate import GateState
from appliance.errors import HallmarkError
from appliance.store.appending import CRITICAL_UNKNOWN
from appliance.store.connection import Connection
from appliance.store.event_store import LogRow, logs
from appliance.store.reconcile import ANCHOR_SUSPECT
from appliance.store.timekeeping import Cosigned, TimeGuard, lease_is_past, time_floor

LEASE_UNTIL = "lease_until"
CLOCK_SUSPECT = "clock_suspect"
CITY_BARS = "city_bars"
"""LOCAL: the city holds a head that we signed and no longer have; the state, a space, that head in base64."""
_SETTINGS = (LEASE_UNTIL, CLOCK_SUSPECT, ANCHOR_SUSPECT, CRITICAL_UNKNOWN, CITY_BARS)
_LAST_CLOCK = (
    "SELECT type FROM entry WHERE log = ? AND type IN ('clock.suspected', 'clock.confirmed') ORDER BY idx DESC LIMIT 1"
)


@dataclass(slots=True)
class Gatekeeper:
    """The gate's inputs that do not stand in the tables.

    Attributes:
        guard: what is known of the time.
        barred: ROLLED_BACK or FENCED, found at the start.
        fault: our own bytes did not pass their check; nothing more is written.
    """

    guard: TimeGuard
    barred: GateState | None = None
    fault: HallmarkError | None = None

    def state(self, connection: Connection, now: datetime, floor: datetime | None) -> GateState:
        """Give the state now; the strictest reason wins."""
        if self.fault is not None or self.barred is not None:
            return self.barred or GateState.ROLLED_BACK
        if connection.execute("SELECT 1 FROM log WHERE own = 1 AND closed = 0 LIMIT 1").fetchone() is None:
            return GateState.SEALED
        settings = dict(connection.execute("SELECT name, value FROM setting WHERE name IN (?, ?, ?, ?, ?)", _SETTINGS))
        if CITY_BARS in settings:
            return GateState(settings[CITY_BARS].partition(" ")[0])
        if self.guard.suspect or CLOCK_SUSPECT in settings or ANCHOR_SUSPECT in settings:
            return GateState.SUSPECT
        until = settings.get(LEASE_UNTIL)
        lease = parse_time(until) if until else None
        if CRITICAL_UNKNOWN in settings or lease_is_past(lease, now, floor):
            return GateState.STALE
        return GateState.OPEN


def newest_cosignature(connection: Connection) -> Cosigned | None:
    """Give the newest cosignature stored here."""
    row = connection.execute("SELECT time, received FROM cosignature ORDER BY time DESC LIMIT 1").fetchone()
    return Cosigned(*row) if row is not None else None


def floor_of(connection: Connection, guard: TimeGuard, clock: Clock) -> datetime | None:
    """Give the time floor as of now."""
    return time_floor(guard.last_ok, newest_cosignature(connection), clock.boottime())


def start_guard(connection: Connection, clock: Clock) -> TimeGuard:
    """Rebuild what is known of the time from the log, so that a restart neither forgets nor forgives a doubt."""
    own = [row for row in logs(connection) if row.own]
    times = [time for row in own if (time := _last_ok(connection, row)) is not None]
    suspect = any(
        connection.execute(_LAST_CLOCK, (row.id,)).get == ClockSuspected.TYPE for row in own if not row.closed
    )
    return TimeGuard(max(times, default=None), suspect, clock.now(), clock.boottime())


def _last_ok(connection: Connection, row: LogRow) -> datetime | None:
    bodies: Iterable[tuple[bytes]] = connection.execute(
        "SELECT body FROM entry WHERE log = ? ORDER BY idx DESC", (row.id,)
    )
    for (body,) in bodies:
        meta = read_meta(body)
        if meta.clk == "ok":
            return parse_time(meta.t)
    return None
