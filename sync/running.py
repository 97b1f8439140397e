"""The agent as a process: sync, wait, sync again; failures are waited out with growing pauses, never given up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from appliance.clock import Clock
from appliance.errors import Conflict, HallmarkError
from appliance.services.opening import DATABASE
from appliance.services.owner import SOCKET_NAME, OwnerClient
from appliance.store.blobs import BlobStore
from appliance.store.connection import Readers, open_database
from appliance.store.store import BLOBS_NAME
from sync.agent import BEHIND, EQUAL, SyncReport, next_delay, sync_once
from sync.city_client import CityClient
from sync.hall import Hall
from sync.opening import keys_of, open_enrolled, require_trust

FINE: Final = frozenset({EQUAL, BEHIND})


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses of the agent in seconds.

    Attributes:
        interval_seconds: after a sync that reached the city.
        failure_seconds_min: after the first failure; doubled each time.
        failure_seconds_max: never longer than this.
    """

    interval_seconds: float = 5.0
    failure_seconds_min: float = 1.0
    failure_seconds_max: float = 300.0


def keep_syncing(
    hall: Hall,
    city: CityClient,
    clock: Clock,
    random: Random,
    pauses: Pauses,
    *,
    wait: Callable[[float], bool],
    tell: Callable[[SyncReport | HallmarkError, float], None],
) -> None:
    """Sync until `wait` says to stop.

    Args:
        hall: the hall's port.
        city: the city's port.
        clock: dates contacts.
        random: jitter of the pauses.
        pauses: how long to wait.
        wait: waits that many seconds; True ends the loop.
        tell: is told each outcome and the pause that follows.
    """
    failures = 0
    while True:
        outcome: SyncReport | HallmarkError
        try:
            outcome = sync_once(hall, city, clock)
        except HallmarkError as error:
            # The owner is restarting, or refuses: nothing is lost, the next round asks both sides anew.
            outcome = error
        if isinstance(outcome, SyncReport) and outcome.state in FINE:
            failures, pause = 0, pauses.interval_seconds
        else:
            # A link that dies again and again but carries something each time is used again at once.
            failures = 1 if isinstance(outcome, SyncReport) and outcome.moved else failures + 1
            pause = next_delay(
                failures, random, first_seconds=pauses.failure_seconds_min, last_seconds=pauses.failure_seconds_max
            )
        tell(outcome, pause)
        if wait(pause):
            return


@contextmanager
def remote_hall(directory: Path, clock: Clock, *, version: str = "") -> Iterator[Hall]:
    """Open the port to a hall that another process owns: reads here, writes over its socket."""
    trust = require_trust(directory)
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    client = OwnerClient(directory / SOCKET_NAME)
    try:
        yield Hall(
            reader=readers.get,
            blobs=BlobStore(directory / BLOBS_NAME),
            incoming=directory / "incoming",
            owner=client,
            trust=trust,
            keys=keys_of(directory, trust, clock),
            clock=clock,
            version=version,
        )
    finally:
        client.close()
        readers.close()


@contextmanager
def hall_port(directory: Path, clock: Clock, *, version: str = "") -> Iterator[Hall]:
    """Become the owner when nobody is, else talk to the owner's socket (design §3)."""
    try:
        opened = open_enrolled(directory, clock)
    except Conflict as conflict:
        if conflict.code != "owner_busy":
            raise
        with remote_hall(directory, clock, version=version) as hall:
            yield hall
        return
    try:
        yield opened.as_sync_port(version)
    finally:
        opened.store.close()


def signed_floor(hall: Hall) -> datetime | None:
    """Give the newest time that the city has signed here, which it cannot be before; None when it has signed none."""
    newest = hall.newest_cosignature_time()
    return None if newest is None else datetime.fromtimestamp(newest, UTC)
