"""The watch program: what a scanner leaves in a window's folder goes to that window's tray, complete files only.

watchfiles has no event for a file that was closed, and a stick mounted over a watched folder is invisible to inotify.
So events and a slow poll only say *look*; a file is taken when its size and time stood still for two seconds and it
parses to its end, whether it was written there or renamed into place. The program holds nothing: it scans once when it
starts, and a file leaves its folder only after the owner has made it durable.
"""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

import click
import msgspec
import structlog
from watchfiles import watch

from appliance.clock import Clock, SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import Refusal, TransportFailure
from appliance.logs import configure_logs
from appliance.services import uploads
from appliance.services.owner import SOCKET_NAME, OwnerClient
from appliance.services.tray import ADD, REFUSED, SCAN_FOLDER, AddToTray, scan_folder
from sync.carried.hall_side import import_from_city
from sync.carried.inbox import Inbox
from sync.carried.words import Told, tell_taken_in
from sync.running import remote_hall

STILL_SECONDS = 2.0
POLL_SECONDS = 1.0
EVENT_PAUSE_MILLISECONDS = 500
TAKEN = ".taken"
BUNDLES = "bundles"


class Owner(Protocol):
    """The owner's socket (`appliance.services.owner.OwnerClient`), or a stand-in."""

    def call(self, verb: str, payload: bytes) -> bytes:
        """Call one verb; raises Refusal or TransportFailure."""
        ...


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file looked like: size in bytes, time of change in nanoseconds, and since when (monotonic seconds)."""

    size: int
    changed_ns: int
    since: float


@dataclass(slots=True)
class ScanWatch:
    """Decides which files are complete and hands them over; `look` is one round.

    Attributes:
        directory: the hall's data directory.
        windows: the window numbers.
        owner: who stores them.
        monotonic: seconds that never run backwards.
    """

    directory: Path
    windows: Sequence[str]
    owner: Owner
    monotonic: Callable[[], float]
    _seen: dict[Path, _Look] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the folders."""
        for window in self.windows:
            for place in ("", TAKEN, REFUSED):
                (scan_folder(self.directory, window) / place).mkdir(mode=0o700, parents=True, exist_ok=True)

    def look(self) -> None:
        """Look at every folder once and hand over what is complete."""
        present: set[Path] = set()
        for window in self.windows:
            for path in _files(scan_folder(self.directory, window)):
                present.add(path)
                self._consider(window, path)
        for gone in self._seen.keys() - present:
            del self._seen[gone]

    def _consider(self, window: str, path: Path) -> None:
        try:
            stat = path.stat()
        except FileNotFoundError:
            return
        now = self.monotonic()
        held = self._seen.get(path)
        if held is None or (held.size, held.changed_ns) != (stat.st_size, stat.st_mtime_ns):
            self._seen[path] = _Look(stat.st_size, stat.st_mtime_ns, now)
        elif now - held.since >= STILL_SECONDS and is_complete(path):
            self._hand_over(window, path)

    def _hand_over(self, window: str, path: Path) -> None:
        log = structlog.get_logger("watch")
        try:
            self.owner.call(ADD, msgspec.json.encode(AddToTray(window=window, name=path.name)))
        except TransportFailure as failure:
            # The owner is away: the file stays, and the next look tries again.
            log.warning("owner_silent", window=window, code=failure.code)
            return
        except Refusal as refusal:
            log.warning("scan_refused", window=window, code=refusal.code)
            _move(path, REFUSED)
            return
        # Power fails here: the scan is durable in the tray and still in the folder. Handed over once more, it is known
        # by name, time and size and gives no second line.
        _move(path, TAKEN)
        log.info("scan_taken", window=window)


def is_complete(path: Path) -> bool:
    """Tell whether a file parses to its end; what is no accepted type at all counts as complete, to be refused."""
    try:
        with path.open("rb") as handle:
            found = uploads.media_type(handle)
            if found is not None:
                return uploads.complete(handle, found)
            head = handle.read(4)
    except OSError:
        return False
    # A zip without its directory is an OFD that is still being written; an empty file has not begun.
    return bool(head) and not head.startswith(b"PK\x03\x04")


def _files(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError, PermissionError):
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~")):
                yield path


def _move(path: Path, place: str) -> None:
    """Put a file aside under a name that is free."""
    target = path.parent / place / path.name
    number = 1
    while target.exists():
        number += 1
        target = path.parent / place / f"{path.stem}-{number}{path.suffix}"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.replace(target)


def events(folder: Path, stop: Event) -> Iterable[object]:
    """Give a tick when something happened in the folder, and at the latest every second.

    The clock's ticks are for mounted sticks, and for files that have to stand still first.
    """
    return watch(
        folder,
        stop_event=stop,
        step=EVENT_PAUSE_MILLISECONDS,
        rust_timeout=int(POLL_SECONDS * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )


def run(
    scans: ScanWatch,
    stop: Event,
    *,
    bundles: Inbox | None = None,
    ticks: Callable[[Path, Event], Iterable[object]] = events,
) -> None:
    """Watch until `stop` is set.

    Args:
        scans: the rounds.
        stop: set by the program's signal handler.
        bundles: the folders of bundles, looked at in the same rounds.
        ticks: gives an item whenever it is time to look.
    """
    watched: tuple[ScanWatch | Inbox, ...] = (scans,) if bundles is None else (scans, bundles)
    for one in watched:
        one.prepare()
        one.look()
    for _ in ticks(scans.directory / SCAN_FOLDER, stop):
        for one in watched:
            one.look()


def bundle_inbox(directory: Path, sticks: Sequence[str], clock: Clock) -> Inbox:
    """Make the hall's watched folders of bundles; what lies there is taken in through the owner.

    Args:
        directory: the hall's data directory.
        sticks: further folders, such as mount points.
        clock: dates results.
    """
    folder = directory / BUNDLES

    def take(path: Path) -> list[Told]:
        with remote_hall(directory, clock) as hall:
            return [tell_taken_in(one) for one in import_from_city(hall, path, folder, clock)]

    return Inbox(folder, [Path(stick) for stick in sticks], take, clock)


@click.command("run")
@click.pass_obj
def watch_run(obj: dict[str, Path]) -> None:
    """运行扫描文件夹程序：把扫描件送进各窗口的托盘，把市级的数据包装入本厅。"""
    directory = obj["data"]
    config = load(directory / HALL_FILE, HallConfig)
    clock = SystemClock()
    configure_logs("hall-watch", stream=sys.stderr, clock=clock)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    client = OwnerClient(directory / SOCKET_NAME)
    try:
        bundles = bundle_inbox(directory, config.bundle_folders, clock)
        run(ScanWatch(directory, config.windows, client, time.monotonic), stop, bundles=bundles)
    finally:
        client.close()
