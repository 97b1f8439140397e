"""Exports and imports that a page starts: one at a time in a thread of its own, with progress to look at."""

import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import structlog

from appliance.clock import Clock
from appliance.errors import N_, Conflict, HallmarkError, Message, NotFound, OutOfSpace
from sync.carried.inbox import SUFFIX, Result, keep, recent, result_of
from sync.carried.words import Told, tell_refusal
from sync.carried.writing import Exported, Progress

OUT: Final = "out"
UPLOADS: Final = "uploads"
PAGE_VOLUME_BYTES: Final = 100 * 1024 * 1024
KEPT_OUT: Final = 5
NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,100}")


class Export(Protocol):
    """Writes a bundle for a hall (empty at the hall itself) and tells of its progress."""

    def __call__(self, hall: str, target: Path, tell: Callable[[Progress], None]) -> Exported:
        """Write it."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What is being done now, or was done last.

    Attributes:
        kind: ``export``, ``import`` or empty.
        running: it is not done yet.
        progress: one line.
        told: how it ended, in words.
        files: names of the volumes written.
    """

    kind: str = ""
    running: bool = False
    progress: Message | None = None
    told: Told | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hall stands.

    Attributes:
        pending: entries that the city has not confirmed; -1 when that is not asked (at the city).
        carried: when the newest answer that was taken in was written, ISO 8601; empty without one.
        hall: its code.
    """

    pending: int = -1
    carried: str = ""
    hall: str = ""


class Errands:
    """The page's errands over one ``bundles/`` folder.

    Args:
        folder: ``bundles/`` in the data directory.
        export: writes a bundle.
        take: takes a bundle in and tells of each volume.
        clock: names files and dates results.
        standing: says how a hall stands.
    """

    def __init__(
        self,
        folder: Path,
        export: Export,
        take: Callable[[Path], list[Told]],
        clock: Clock,
        standing: Callable[[], Standing] = Standing,
    ) -> None:
        self.folder = folder
        self.standing = standing
        self._export, self._take, self._clock = export, take, clock
        self._lock = threading.Lock()
        self._work = Work()
        self._thread: threading.Thread | None = None

    @property
    def work(self) -> Work:
        """What is being done, or was done last."""
        return self._work

    def results(self, count: int) -> list[Result]:
        """Give what became of bundles, newest first."""
        return recent(self.folder, count)

    def start_export(self, prefix: str, hall: str = "") -> None:
        """Begin to write a bundle named after what it is; raises Conflict while another errand runs."""
        moment = self._clock.now().strftime("%Y%m%d-%H%M%S")
        target = self.folder / OUT / f"{prefix}-{moment}{SUFFIX}"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._start("export", lambda: self._run_export(hall, target))

    def start_import(self, first: Path) -> None:
        """Begin to take in a bundle; the uploaded files are removed afterwards. Raises Conflict like `start_export`."""
        self._start("import", lambda: self._run_import(first))

    def upload_folder(self) -> Path:
        """Make an empty folder for what a browser sends."""
        folder = self.folder / UPLOADS / secrets.token_hex(8)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def file(self, name: str) -> Path:
        """Find a written volume by its name; raises NotFound."""
        path = self.folder / OUT / name
        if not NAME.fullmatch(name) or not path.is_file():
            raise NotFound(N_("没有这个数据包文件"), code="no_file", next_step=N_("请重新导出"))
        return path

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the errand that runs."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _start(self, kind: str, run: Callable[[], None]) -> None:
        with self._lock:
            if self._work.running:
                raise Conflict(
                    N_("上一次导出或装入还没有做完"), code="errand_runs", next_step=N_("请等它做完，页面会显示结果")
                )
            self._work = Work(kind=kind, running=True)
            self._thread = threading.Thread(target=self._guarded, args=(run,), name="bundle", daemon=True)
            self._thread.start()

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except HallmarkError as error:
            self._end(tell_refusal(error))
        except OSError as error:
            structlog.get_logger("bundles").exception("errand_failed")
            self._end(tell_refusal(_no_medium(error)))
        finally:
            self._work = replace(self._work, running=False)

    def _run_export(self, hall: str, target: Path) -> None:
        def tell(progress: Progress) -> None:
            line = Message(
                N_("第 %(volume)s 卷：记录 %(done)s / %(total)s 条，附件 %(files)s 件"),
                volume=progress.volume,
                done=progress.records,
                total=progress.records_total,
                files=progress.files,
            )
            self._work = replace(self._work, progress=line)

        done = self._export(hall, target, tell)
        self._forget_old(target)
        outcome = Message(
            N_("已写好 %(volumes)s 卷：记录 %(records)s 条，附件 %(files)s 件"),
            volumes=len(done.files),
            records=done.records,
            files=done.blobs,
        )
        told = Told(ok=True, lines=(outcome,), next_step=Message(N_("请把下面的文件全部存到 U 盘")))
        self._work = replace(self._work, told=told, files=tuple(path.name for path in done.files))

    def _run_import(self, first: Path) -> None:
        told: Sequence[Told]
        try:
            told = self._take(first)
        except HallmarkError as error:
            told = [tell_refusal(error)]
        except OSError as error:
            structlog.get_logger("bundles").exception("errand_failed")
            told = [tell_refusal(_no_medium(error))]
        finally:
            for path in first.parent.iterdir():
                path.unlink()
            first.parent.rmdir()
        keep(self.folder, result_of(told, first.name, self._clock), secrets.token_hex(8))
        self._end(next((one for one in told if not one.ok), told[-1]))

    def _end(self, told: Told) -> None:
        self._work = replace(self._work, told=told)

    def _forget_old(self, newest: Path) -> None:
        # The end of a name is the moment, which has one dash; what stands before it says whose bundle it is.
        whose = newest.name.rsplit("-", 2)[0]
        firsts = sorted(path for path in newest.parent.glob(f"{whose}-*{SUFFIX}") if path != newest)
        for old in firsts[: -(KEPT_OUT - 1)]:
            for path in newest.parent.glob(f"{old.name}*"):
                path.unlink(missing_ok=True)


def _no_medium(error: OSError) -> OutOfSpace:
    return OutOfSpace(
        N_("没有做完：本机磁盘已满或读写出错（%(reason)s）"),
        code="disk_failed",
        params={"reason": error.strerror or type(error).__name__},
        next_step=N_("请腾出磁盘空间后再做一次；一直不行请联系运维"),
    )
