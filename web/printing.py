"""Papers on the way to a screen or a printer: warm the renderer, hold pictures, send files."""

import asyncio
import base64
import contextlib
import gzip
from datetime import datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from litestar import Response
from msgspec.structs import replace

from appliance.errors import Refusal
from appliance.papers.client import RenderClient
from appliance.papers.data import Field, GuideSection, Head, PaperData, Phones, ServiceGuide
from appliance.papers.document import Form, Presentation, digest
from appliance.papers.kinds import Kind
from appliance.projections import prints as rows
from appliance.services import prints, seals
from appliance.services.desk import Desk
from web.visit import Visit

PDF = "application/pdf"
SVG = "image/svg+xml"
_A_WORD = "预热"

Made = tuple[Kind, PaperData, Presentation]


def _smallest(at: datetime) -> ServiceGuide:
    """Make the smallest paper there is: its rendering loads typst and the fonts, and nobody sees it."""
    head = Head(paper_id="warm", hall=_A_WORD, authority=_A_WORD, item_name=_A_WORD, item_code="0", issued_at=at)
    section = GuideSection(title=_A_WORD, rows=(Field(label=_A_WORD, value=_A_WORD),))
    return ServiceGuide(
        head=head,
        version="0",
        effective_on=at.date(),
        sections=(section,),
        phones=Phones(consult="0", supervision="0"),
    )


def warm(render: RenderClient, at: datetime) -> None:
    """Start the renderer in the background, so that the next paper takes tens of milliseconds; returns at once.

    Call it where a paper is likely soon: a page that leads to one is opened, a form that produces one is posted. A
    failure is kept silent here: the paper itself will meet it again and say so.

    Args:
        render: the way to the renderer.
        at: now.
    """
    waiting = asyncio.get_running_loop().run_in_executor(None, render.render, _smallest(at))
    waiting.add_done_callback(lambda done: None if done.cancelled() else _look(done))


def _look(done: "asyncio.Future[bytes]") -> None:
    # Read the outcome, or the loop complains about it at the end.
    done.exception()


async def first_print(visit: Visit, desk: Desk, render: RenderClient, case: str, made: Made) -> bytes:
    """Give the file of a paper: that of its first print, or now the first one, kept and noted in the log.

    A sheet with a mark of its own is made anew each time. A hall that may not write prints all the same; the next print
    is then the one that is noted.

    Args:
        visit: the request.
        desk: the desk.
        render: the way to the renderer.
        case: 收件编号.
        made: kind, data and presentation.
    """
    kind, paper, presentation = made
    if not prints.is_first(presentation):
        return await render.render_async(paper, Form.PDF, presentation)
    name, copy = paper.head.paper_id, (presentation.copy or kind.copies[0]).value
    if (kept := _kept(desk, name, copy)) is not None:
        return kept
    seal = seals.offered(desk.reader(), case, kind, visit.actor, visit.front.clock.now().date())
    key = str(uuid5(NAMESPACE_URL, f"print:{name}:{copy}"))
    if seal is not None and desk.store.blobs.has(seal.image):
        marked = replace(presentation, imprint=seals.imprint_of(seal, desk.store.blobs.read(seal.image)))
        body, command = await _made(desk, render, case, (kind, paper, marked))
        sealed = replace(command, seal=seals.SealOn(no=seal.no, version=seal.version))
        # Blocked, used up or without a link for too long in the meantime: the sheet goes without the imprint.
        with contextlib.suppress(Refusal):
            await desk.submit(sealed, actor=visit.actor, key=key)
            return body
        # Or somebody else printed it in the same moment, and this is that sheet.
        if (kept := _kept(desk, name, copy)) is not None:
            return kept
    body, command = await _made(desk, render, case, made)
    with contextlib.suppress(Refusal):
        await desk.submit(command, actor=visit.actor, key=key)
    return body


def _kept(desk: Desk, paper: str, copy: str) -> bytes | None:
    """Give the file that a copy was first printed as, or None."""
    first = rows.find(desk.reader(), paper, copy)
    return desk.store.blobs.read(first.file) if first is not None and desk.store.blobs.has(first.file) else None


async def _made(desk: Desk, render: RenderClient, case: str, made: Made) -> tuple[bytes, prints.NotePrint]:
    """Render and store a file, and give it with the command that notes it."""
    kind, paper, presentation = made
    body = await render.render_async(paper, Form.PDF, presentation)
    file = await asyncio.to_thread(desk.store.blobs.put, body)
    return body, prints.NotePrint(
        case=case, paper=paper.head.paper_id, kind=kind.name, copy=(presentation.copy or kind.copies[0]).value,
        file=file, size=len(body), digest=digest(paper, presentation.salt),
    )  # fmt: skip


def picture(svg: bytes) -> str:
    """Give a page's SVG as an address that needs no second request."""
    return f"data:{SVG};base64,{base64.b64encode(svg).decode()}"


def send_pdf(body: bytes, name: str, *, attach: bool) -> Response[bytes]:
    """Send a PDF, to be shown in the browser or saved under `name`."""
    place = "attachment" if attach else "inline"
    headers = {"Content-Disposition": f"{place}; filename*=UTF-8''{quote(name)}"}
    return Response(body, media_type=PDF, headers=headers)


def send_svg(body: bytes, *, packed: bool) -> Response[bytes]:
    """Send a page's picture, compressed for a browser that takes it so."""
    headers = {"Vary": "Accept-Encoding"}
    if packed:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body, 1, mtime=0)
    return Response(body, media_type=SVG, headers=headers)
