"""Papers on the way to a screen or a printer: warm the renderer, hold pictures, send files."""

import asyncio
import base64
import gzip
from datetime import datetime
from urllib.parse import quote

from litestar import Response

from appliance.papers.client import RenderClient
from appliance.papers.data import Field, GuideSection, Head, Phones, ServiceGuide

PDF = "application/pdf"
SVG = "image/svg+xml"
_A_WORD = "预热"


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
