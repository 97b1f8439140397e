"""The tray 托盘 of a window: what its scanner left in the scan folder, and the verb by which it gets in.

The watch program sees the folder; only the owner writes. So the program names the file over the owner's socket, and
the owner reads it itself, and only from that window's scan folder.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.clock import Clock, format_time
from appliance.config import HallConfig
from appliance.domain.subject import FileRef
from appliance.errors import N_, NotFound
from appliance.services import uploads
from appliance.store import tray
from appliance.store.store import Store

SCAN_FOLDER = "scan"
REFUSED = ".refused"
ADD = "tray.add"


class AddToTray(msgspec.Struct, frozen=True, kw_only=True):
    """What the verb ``tray.add`` takes: the window, and the file's name inside its scan folder."""

    window: str
    name: str


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the file is durable; `fresh` is False when it was there already."""

    sha256: str
    fresh: bool


def scan_folder(directory: Path, window: str) -> Path:
    """Give where a window's scanner puts its files."""
    return directory / SCAN_FOLDER / window


def refused(directory: Path, window: str) -> list[str]:
    """Name the files of a window that were not taken (type, size), the newest last; the clerk is told of them."""
    folder = scan_folder(directory, window) / REFUSED
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if path.is_file()]
    return [path.name for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


def add(store: Store, hall: HallConfig, clock: Clock, request: AddToTray) -> Added:
    """Store a complete file of a scan folder and show it in the window's tray.

    Args:
        store: the hall's store, open for writing in this process.
        hall: settings: windows, size limit.
        clock: for the time shown.
        request: window and file name.

    Raises:
        NotFound: no such window, or no such plain file in its folder.
        Invalid, TooLarge: see `appliance.services.uploads.store`.
    """
    path = scan_folder(store.directory, request.window) / request.name
    if request.window not in hall.windows or Path(request.name).name != request.name or path.is_symlink():
        raise NotFound(N_("没有这个窗口的扫描文件"), code="scan_unknown", subject=request.name[:80])
    try:
        with path.open("rb") as handle:
            stat = path.stat()
            file = uploads.store(
                store.blobs, handle, name=request.name, limit_bytes=hall.upload_bytes_max, size=stat.st_size
            )
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFound(N_("没有这个窗口的扫描文件"), code="scan_unknown", subject=request.name[:80]) from error
    scan = tray.NewScan(
        window=request.window,
        name=request.name,
        sha256=file.sha256,
        media_type=file.media_type,
        size=file.size,
        added=format_time(clock.now()),
        source=f"{request.name}:{stat.st_mtime_ns}:{stat.st_size}",
    )
    fresh = store.writer.local(lambda connection: tray.add(connection, scan)).result()
    return Added(sha256=file.sha256, fresh=fresh)


def returned(window: str, name: str, file: FileRef, *, at: str, mark: str) -> tray.NewScan:
    """Make the tray line of a scan that a clerk took off a material: nothing has to be scanned again.

    Args:
        window: the clerk's window.
        name: the file's name.
        file: the stored file.
        at: time (ISO).
        mark: random text, so that the same scan may come back more than once.
    """
    return tray.NewScan(
        window=window,
        name=name,
        sha256=file.sha256,
        media_type=file.media_type,
        size=file.size,
        added=at,
        source=f"returned:{mark}",
    )


def handler(store: Store, hall: HallConfig, clock: Clock) -> Callable[[str, bytes], bytes]:
    """Make the owner socket's handler for the verbs that begin with ``tray``."""

    def handle(verb: str, payload: bytes) -> bytes:
        if verb != ADD:
            raise NotFound(N_("没有这个操作"), code="unknown_verb", subject=verb[:80])
        request = msgspec.json.decode(payload, type=AddToTray)
        return msgspec.json.encode(add(store, hall, clock, request))

    return handle
