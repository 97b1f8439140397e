"""Composition of the page for carried bundles: what a hall and what a city write and take in, and the city's inbox."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from appliance.clock import Clock
from sync.agent import status
from sync.carried.errands import PAGE_VOLUME_BYTES, Errands, Standing
from sync.carried.hall_side import export_to_city, import_from_city
from sync.carried.inbox import Inbox
from sync.carried.words import Told, tell_received, tell_taken_in
from sync.carried.writing import Exported, Progress
from sync.hall import Hall
from sync.hub.carried import export_to_hall, folder_of, import_from_hall
from sync.hub.hub import Hub
from sync.opening import BesideOwner, OpenHall
from sync.running import remote_hall

LOOK_SECONDS: Final = 1.0
FOLDER: Final = "bundles"


def port_of(hall: object, clock: Clock) -> AbstractContextManager[Hall]:
    """Open the sync port of a served hall: over its own store, or beside its owner.

    Args:
        hall: an `OpenHall` or a `BesideOwner`.
        clock: wall clock.

    Raises:
        TypeError: neither of the two.
    """
    if isinstance(hall, OpenHall):
        return nullcontext(hall.as_sync_port(""))
    if isinstance(hall, BesideOwner):
        return remote_hall(hall.directory, clock)
    raise TypeError(type(hall).__name__)


def hall_errands(port: Callable[[], AbstractContextManager[Hall]], folder: Path, clock: Clock) -> Errands:
    """Make a hall's errands.

    Args:
        port: opens the hall's sync port.
        folder: ``bundles/`` in its data directory.
        clock: dates what is written.
    """

    def export(hall: str, target: Path, tell: Callable[[Progress], None]) -> Exported:  # noqa: ARG001
        with port() as opened:
            return export_to_city(opened, target, folder, clock, volume_bytes_max=PAGE_VOLUME_BYTES, tell=tell)

    def take(path: Path) -> list[Told]:
        with port() as hall:
            return [tell_taken_in(one) for one in import_from_city(hall, path, folder, clock)]

    def standing() -> Standing:
        with port() as hall:
            contact = hall.contact()
            carried = contact.detail.get("carried") if contact else None
            return Standing(status(hall).behind, str(carried["created"]) if carried else "", hall.trust.ticket.hall)

    return Errands(folder, export, take, clock, standing)


def take_at_city(hub: Hub, path: Path) -> list[Told]:
    """Take a hall's bundle in and tell of each volume; raises HallmarkError."""
    return [
        tell_received(
            one.manifest, taken=one.taken, known=one.known, files=one.files, refused=one.refused, size=one.size
        )
        for one in import_from_hall(hub, path)
    ]


def city_errands(hub: Hub, clock: Clock) -> Errands:
    """Make the city's errands.

    Args:
        hub: the open hub.
        clock: dates what is written.
    """
    return Errands(
        folder_of(hub),
        lambda hall, target, tell: export_to_hall(hub, hall, target, volume_bytes_max=PAGE_VOLUME_BYTES, tell=tell),
        lambda path: take_at_city(hub, path),
        clock,
    )


@contextmanager
def watching(hub: Hub, sticks: tuple[str, ...], clock: Clock) -> Iterator[None]:
    """Look at the city's watched folders once a second for as long as the block lasts."""
    inbox = Inbox(folder_of(hub), [Path(stick) for stick in sticks], lambda path: take_at_city(hub, path), clock)
    stop = threading.Event()

    def look() -> None:
        inbox.prepare()
        while not stop.wait(LOOK_SECONDS):
            inbox.look()

    thread = threading.Thread(target=look, name="bundle-inbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
