"""小票: a paper on the 80 mm printer that stands at the window, and what to do when it did not come out."""

import asyncio
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.errors import N_, Invalid, TransportFailure
from appliance.papers.client import RenderClient
from appliance.papers.document import Form
from appliance.papers.kinds import kind_named
from appliance.services.desk import Desk
from hardware.receipt_printer import EscposPrinter, PrinterFault
from web.pages.papers import Wish, find_paper, printer_of
from web.printing import first_print
from web.visit import Visit

WHY = {
    "address": N_("小票打印机的地址不对"),
    "unreachable": N_("小票打印机没有响应，或者没有收完"),
    "picture": N_("小票的图样不能打印"),
}


class SlipDone(msgspec.Struct, frozen=True):
    """The slip was sent whole."""

    TEMPLATE: ClassVar[str] = "papers/slip.html"
    no: str
    title: str
    back: str


async def print_slip(visit: Visit, desk: Desk, render: RenderClient, no: str, kind: str) -> Response[str]:
    """Send a paper to the window's printer.

    Only what is durable is found here at all, and its first print is noted in the log before it leaves (protocol §3).

    Raises:
        Invalid: the window has no printer, or the paper is none for 80 mm.
        TransportFailure: the slip did not come out whole; nothing changed, it can be printed again.
    """
    found = find_paper(visit, desk, no, kind, visit.query(Wish))
    address = printer_of(visit, desk)
    if not found.narrow or not address:
        raise Invalid(
            N_("这个窗口没有小票打印机"), code="no_printer", next_step=N_("请在 A4 打印机上打印，或换一个窗口")
        )
    pictures = await render.pages_async(found.paper, Form.PNG_80MM, found.presentation)
    await first_print(visit, desk, render, found.no, (kind_named(found.ref.kind), found.paper, found.presentation))
    try:
        await asyncio.to_thread(EscposPrinter(address).print_slip, pictures)
    except PrinterFault as fault:
        raise TransportFailure(
            WHY[fault.reason],
            code="slip_not_printed",
            subject=fault.detail,
            next_step=N_("请检查电源、网线和纸，再打印一次；办件没有受影响"),
        ) from fault
    back = f"/papers/{found.no}/{found.ref.kind}?index={found.ref.index}"
    return visit.show(SlipDone(found.no, visit.text(found.ref.title), back))
