"""The tray 托盘 of the clerk's window: what its scanner brought and nobody has put to a material yet."""

from typing import ClassVar

import msgspec
from litestar import Response
from litestar.response import File

from appliance.clock import format_time, parse_time
from appliance.errors import N_, NotFound
from appliance.services import tray as trays
from appliance.services.desk import Desk
from appliance.store import tray
from web.pages import scans
from web.visit import Visit

REFUSED_MAX = 10


class TrayLine(msgspec.Struct, frozen=True):
    """One scan: number, file name, size in bytes, when it came."""

    id: int
    name: str
    size: int
    added: str


class TrayPage(msgspec.Struct, frozen=True):
    """The window's tray; `window` is empty for someone who sits at none."""

    TEMPLATE: ClassVar[str] = "tray/tray.html"
    window: str
    lines: tuple[TrayLine, ...]
    refused: tuple[str, ...]


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List the tray."""
    window = visit.session.window or ""
    rows = tray.waiting(desk.reader(), window) if window else []
    lines = tuple(TrayLine(row.id, row.name, row.size, parse_time(row.added).strftime("%m-%d %H:%M")) for row in rows)
    refused = trays.refused(desk.store.directory, window)[-REFUSED_MAX:] if window in desk.facts.hall.windows else []
    return visit.show(TrayPage(window, lines, tuple(reversed(refused))))


def look(visit: Visit, desk: Desk, number: int) -> File:
    """Show a scan of one's own window's tray."""
    row = tray.find(desk.reader(), number, visit.session.window or "")
    if row is None:
        raise NotFound(N_("托盘里没有这个文件：可能已放入材料"), code="scan_unknown", next_step=N_("请刷新托盘"))
    visit.saw("tray", "", "scan")
    return scans.answer(desk, row.sha256, row.media_type)


async def discard(visit: Visit, desk: Desk, number: int) -> Response[str]:
    """Take a scan out of the tray without using it."""
    window, at = visit.session.window or "", format_time(visit.front.clock.now())
    await desk.local(tray.take, number, window, at)
    return visit.go("/tray")
