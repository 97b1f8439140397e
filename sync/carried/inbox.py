"""What became of bundles, kept for the page, and the watched folders: whatever lies there complete is taken in.

A bundle in ``bundles/inbox`` is moved aside when it was dealt with. On a mounted stick nothing is moved or written;
what was dealt with is remembered by name, size and time. Results are LOCAL and may be lost.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from appliance.clock import Clock, format_time
from appliance.errors import HallmarkError, Message, TransportFailure
from sync.carried.volume import volume_paths
from sync.carried.words import Told, tell_refusal
from sync.enrolment import write_file

SUFFIX: Final = ".hmb"
STILL_SECONDS: Final = 2.0
RESULTS_KEPT: Final = 50
INBOX: Final = "inbox"
TAKEN: Final = ".taken"
REFUSED: Final = ".refused"
RESULTS: Final = "results"
# What lies on a stick beside what is for us: our own bundle on its way out, or another hall's. Nobody need be told.
OTHERS: Final = frozenset({"wrong_direction", "wrong_hall", "wrong_recipient", "unknown_hall"})

Line = tuple[str, dict[str, Any]]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one bundle.

    Attributes:
        time: when, ISO 8601.
        file: the first volume's name.
        ok: nothing needs anybody.
        lines: message ids with their parameters, the outcome first.
        next_step: the same, what to do now; None when nothing is.
    """

    time: str
    file: str
    ok: bool
    lines: tuple[Line, ...]
    next_step: Line | None = None


def result_of(told: Sequence[Told], file: str, clock: Clock) -> Result:
    """Put what was told of a bundle's volumes together: the last volume's lines, the first trouble's next step."""
    trouble = next((one for one in told if not one.ok), None)
    shown = trouble or told[-1]
    return Result(
        time=format_time(clock.now()),
        file=file,
        ok=trouble is None,
        lines=tuple(_line(message) for message in shown.lines),
        next_step=_line(shown.next_step) if shown.next_step else None,
    )


def keep(folder: Path, result: Result, name: str) -> None:
    """Keep a result under a name; beyond the newest fifty the oldest go (files)."""
    write_file(folder / RESULTS / f"{name}.json", msgspec.json.encode(result), mode=0o600)
    for _, path in _results(folder)[RESULTS_KEPT:]:
        path.unlink(missing_ok=True)


def recent(folder: Path, count: int = RESULTS_KEPT) -> list[Result]:
    """Give the newest results first (files); one that cannot be read is left out."""
    return [result for result, _ in _results(folder)[:count]]


def _results(folder: Path) -> list[tuple[Result, Path]]:
    found = []
    for path in (folder / RESULTS).glob("*.json"):
        with contextlib.suppress(msgspec.MsgspecError, OSError):
            found.append((msgspec.json.decode(path.read_bytes(), type=Result), path))
    return sorted(found, key=lambda one: (one[0].time, one[1].name), reverse=True)


def _line(message: Message) -> Line:
    return message.msgid, message.params


@dataclass(slots=True)
class Inbox:
    """Looks at the watched folders; `look` is one round.

    Attributes:
        folder: ``bundles/`` in the data directory.
        sticks: further folders, such as mount points.
        take: takes a bundle in and tells of each volume; raises HallmarkError.
        clock: dates results.
        monotonic: seconds that never run backwards.
    """

    folder: Path
    sticks: Sequence[Path]
    take: Callable[[Path], list[Told]]
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[int, int, float]] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        """Make the inbox."""
        for place in ("", TAKEN, REFUSED):
            (self.folder / INBOX / place).mkdir(mode=0o700, parents=True, exist_ok=True)

    def look(self) -> None:
        """Look at every folder once and take in what is complete."""
        present = set()
        for place in (self.folder / INBOX, *self.sticks):
            for path in _bundles(place):
                present.add(path)
                if self._stands_still(path):
                    self._consider(path, own=place == self.folder / INBOX)
        for gone in self._seen.keys() - present:
            del self._seen[gone]

    def _stands_still(self, path: Path) -> bool:
        try:
            volumes = volume_paths(path)
            size, changed = sum(one.stat().st_size for one in volumes), max(one.stat().st_mtime_ns for one in volumes)
        except (OSError, HallmarkError):
            return False
        held, now = self._seen.get(path), self.monotonic()
        if held is None or held[:2] != (size, changed):
            self._seen[path] = (size, changed, now)
            return False
        return now - held[2] >= STILL_SECONDS

    def _consider(self, path: Path, *, own: bool) -> None:
        size, changed, _ = self._seen[path]
        name = hashlib.sha256(f"{path}\n{size}\n{changed}".encode()).hexdigest()[:16]
        if not own and (name in self._done or (self.folder / RESULTS / f"{name}.json").is_file()):
            return
        try:
            told = self.take(path)
        except TransportFailure as failure:
            # The owner is away: the file stays, and a later look tries again.
            structlog.get_logger("bundles").warning("owner_silent", code=failure.code)
            return
        except HallmarkError as error:
            if not own and error.code in OTHERS:
                self._done.add(name)
                return
            told = [tell_refusal(error)]
        result = result_of(told, path.name, self.clock)
        keep(self.folder, result, name)
        self._done.add(name)
        structlog.get_logger("bundles").info("bundle", file=path.name, ok=result.ok)
        if own:
            # Power fails before this: it is taken in once more, which changes nothing.
            self._put_aside(path, TAKEN if result.ok else REFUSED)

    def _put_aside(self, path: Path, place: str) -> None:
        for volume in volume_paths(path):
            volume.replace(self.folder / INBOX / place / volume.name)


def _bundles(folder: Path) -> Iterator[Path]:
    """Give the first volumes in a folder; a stick that is not there has none."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.suffix == SUFFIX and not path.name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path
