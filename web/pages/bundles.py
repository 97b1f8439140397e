"""用 U 盘交换: the page of whoever carries the stick, at a hall and at the city: write, take in, and what became of it.

No case is shown here: a bundle is counted, not read.
"""

from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.response import File

from appliance.clock import parse_time
from appliance.errors import N_, Invalid, Refusal
from sync.carried.errands import NAME, Errands, Work
from sync.carried.inbox import INBOX, SUFFIX, Result
from sync.hub.hub import Hub
from web.visit import Visit

RESULTS_SHOWN: Final = 10


class Volume(msgspec.Struct, frozen=True):
    """A file that was written: its name and size in bytes."""

    name: str
    size: int


class BundlePage(msgspec.Struct, frozen=True):
    """The page.

    Attributes:
        city: shown at the city.
        halls: code and name of each hall, at the city.
        chosen: the hall that is chosen.
        pending: entries that the other side has not confirmed, at a hall; -1 when not known.
        carried: when the newest bundle of the city that was taken in here was written, ISO 8601; empty without one.
        work: what is being done, or was done last.
        volumes: the files that were written last.
        results: what became of bundles, newest first.
        inbox: the watched folder, inside the data directory.
        problems: messages by field.
    """

    TEMPLATE: ClassVar[str] = "bundles/bundles.html"
    city: bool
    halls: tuple[tuple[str, str], ...]
    chosen: str
    pending: int
    carried: str
    work: Work
    volumes: tuple[Volume, ...]
    results: tuple[Result, ...]
    inbox: str
    problems: dict[str, str] = {}


class WorkPart(msgspec.Struct, frozen=True):
    """The part of the page that is asked for while an errand runs."""

    TEMPLATE: ClassVar[str] = "bundles/_work.html"
    work: Work
    volumes: tuple[Volume, ...]


class ExportForm(msgspec.Struct, frozen=True):
    """What the export form posts."""

    hall: str = ""


# ---- at a hall ---------------------------------------------------------------------------------------------------


def show(visit: Visit, errands: Errands) -> Response[str]:
    """Show a hall's page."""
    return visit.show(_hall_page(errands))


def export(visit: Visit, errands: Errands) -> Response[str]:
    """Begin to write what the city lacks."""
    return _started(visit, errands, lambda: errands.start_export(f"hall-{errands.standing().hall}"))


async def take_in(visit: Visit, errands: Errands) -> Response[str]:
    """Begin to take in the city's answer that the browser sent."""
    try:
        await _upload(visit, errands)
    except Refusal as refusal:
        page = msgspec.structs.replace(_hall_page(errands), problems=_problems(visit, refusal))
        return visit.show(page, status=refusal.status)
    return visit.go("/bundles")


def _hall_page(errands: Errands) -> BundlePage:
    stands = errands.standing()
    return BundlePage(
        city=False,
        halls=(),
        chosen="",
        pending=stands.pending,
        carried=_minute(stands.carried) if stands.carried else "",
        work=errands.work,
        volumes=_volumes(errands),
        results=tuple(errands.results(RESULTS_SHOWN)),
        inbox=f"{errands.folder.name}/{INBOX}",
    )


# ---- at the city -------------------------------------------------------------------------------------------------


def show_city(visit: Visit, errands: Errands, hub: Hub) -> Response[str]:
    """Show the city's page."""
    return visit.show(_city_page(visit, errands, hub))


def export_city(visit: Visit, errands: Errands, hub: Hub) -> Response[str]:
    """Begin to write the answer for a hall."""
    code = visit.form(ExportForm).hall
    if code not in {trust.ticket.hall for trust in hub.halls}:
        refusal = Invalid(N_("请先选择大厅"), fields={"hall": N_("请选择给哪个大厅的回件")})
        page = msgspec.structs.replace(_city_page(visit, errands, hub), problems=_problems(visit, refusal))
        return visit.show(page, status=refusal.status)
    return _started(visit, errands, lambda: errands.start_export(f"city-{code}", code))


async def take_in_city(visit: Visit, errands: Errands, hub: Hub) -> Response[str]:
    """Begin to take in a hall's bundle that the browser sent."""
    try:
        await _upload(visit, errands)
    except Refusal as refusal:
        page = msgspec.structs.replace(_city_page(visit, errands, hub), problems=_problems(visit, refusal))
        return visit.show(page, status=refusal.status)
    return visit.go("/bundles")


def _city_page(visit: Visit, errands: Errands, hub: Hub) -> BundlePage:
    return BundlePage(
        city=True,
        halls=tuple((trust.ticket.hall, trust.ticket.hall_name) for trust in hub.halls),
        chosen=visit.request.query_params.get("hall", ""),
        pending=-1,
        carried="",
        work=errands.work,
        volumes=_volumes(errands),
        results=tuple(errands.results(RESULTS_SHOWN)),
        inbox=f"{errands.folder.name}/{INBOX}",
    )


# ---- at both -----------------------------------------------------------------------------------------------------


def progress(visit: Visit, errands: Errands) -> Response[str]:
    """Show how far the errand is; when it is done the browser loads the page anew."""
    work = errands.work
    headers = {} if work.running else {"HX-Refresh": "true"}
    return visit.show(WorkPart(work, _volumes(errands)), headers=headers)


def download(visit: Visit, errands: Errands, name: str) -> File:  # noqa: ARG001 - the first argument of every page
    """Send a written volume to be saved on the stick."""
    path = errands.file(name)
    return File(path, filename=path.name, media_type="application/octet-stream", content_disposition_type="attachment")


def _started(visit: Visit, errands: Errands, start: Callable[[], None]) -> Response[str]:
    if not errands.work.running:  # pressed twice: the page shows the one that runs
        start()
    return visit.go("/bundles")


def _volumes(errands: Errands) -> tuple[Volume, ...]:
    found = []
    for name in errands.work.files:
        try:
            found.append(Volume(name, errands.file(name).stat().st_size))
        except Refusal:
            continue
    return tuple(found)


def _problems(visit: Visit, refusal: Refusal) -> dict[str, str]:
    return visit.messages(refusal) or {"file": visit.text(refusal.message, **refusal.params)}


async def _upload(visit: Visit, errands: Errands) -> None:
    """Store the files under their own plain names and begin with the first volume; raises Refusal."""
    given = [file for file in visit.fields.getall("file", []) if isinstance(file, UploadFile) and file.filename]
    names = [PurePath(file.filename).name for file in given]
    first = next((name for name in names if name.endswith(SUFFIX)), "")
    if not first or not all(NAME.fullmatch(name) and name.startswith(first) for name in names):
        words = N_("请选择一份数据包：一个 .hmb 文件，和它后面编号的各卷")
        raise Invalid(words, fields={"file": words})
    folder = errands.upload_folder()
    for file, name in zip(given, names, strict=True):
        (folder / name).write_bytes(await file.read())
    errands.start_import(folder / first)


def _minute(moment: str) -> str:
    return parse_time(moment).strftime("%Y-%m-%d %H:%M")
