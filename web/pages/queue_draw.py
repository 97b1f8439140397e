"""取号: at a terminal by whoever comes, or by staff for a person who cannot; the slip on 80 mm paper (domain §6.6)."""

import asyncio
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.queue import AT_THE_TERMINAL, PRIORITY_NAMES, Priority
from appliance.errors import N_, Invalid, NotFound, Refusal, TransportFailure
from appliance.papers.client import RenderClient
from appliance.papers.document import Form, Presentation
from appliance.services import queue
from appliance.services.desk import Desk
from appliance.store import queue_rows
from appliance.store.queue_rows import Ticket
from hardware.receipt_printer import EscposPrinter, PrinterFault
from web.pages.kiosk import has_token
from web.pages.slip import WHY
from web.printing import send_pdf, warm
from web.signin import with_nonce
from web.visit import Visit

EXAMPLES = 3


class Choice(msgspec.Struct, frozen=True):
    """A kind of business to choose: who waits there, and some of its items."""

    code: str
    prefix: str
    name: str
    waiting: int
    examples: tuple[str, ...]


class DrawPage(msgspec.Struct, frozen=True, kw_only=True):
    """Choose a business, and say if one is to be called before others."""

    TEMPLATE: ClassVar[str] = "queue/draw.html"
    choices: tuple[Choice, ...]
    priorities: tuple[tuple[str, str], ...]
    priority: str
    item: str
    problems: dict[str, str]


class TakenPage(msgspec.Struct, frozen=True, kw_only=True):
    """The number. `printed` is None where no printer stands, else whether the slip came out."""

    TEMPLATE: ClassVar[str] = "queue/taken.html"
    id: int
    key: str
    code: str
    business: str
    priority: str
    ahead: int
    minutes: int | None
    drawn: str
    printed: bool | None
    fault: str


class DeskDrawPage(DrawPage, frozen=True, kw_only=True):
    """The same for staff."""

    TEMPLATE: ClassVar[str] = "queue/draw_desk.html"


class DeskTakenPage(TakenPage, frozen=True, kw_only=True):
    """The same for staff."""

    TEMPLATE: ClassVar[str] = "queue/taken_desk.html"


class DrawForm(msgspec.Struct, frozen=True):
    """What was chosen; `item` narrows the choice to the businesses of one item."""

    business: str = ""
    priority: str = ""
    item: str = ""


class SlipForm(msgspec.Struct, frozen=True):
    """The key of the form that drew the ticket: only whoever drew it knows it."""

    ticket: str = ""


def _choices(visit: Visit, desk: Desk, item: str) -> tuple[Choice, ...]:
    reader = desk.reader()
    day = f"{visit.front.clock.now():%Y-%m-%d}"
    tickets = queue_rows.open_tickets(reader, day)
    offered = desk.facts.items.all_current(reader)
    only = next((one.window_groups for one in offered if one.catalog_code == item), ())
    choices = []
    for group in queue.businesses():
        if only and group.code not in only:
            continue
        names = [one.task_name for one in offered if group.code in one.window_groups]
        waiting = len(queue_rows.waiting_for(tickets, group.code))
        choices.append(Choice(group.code, group.prefix, group.name, waiting, tuple(names[:EXAMPLES])))
    return tuple(choices)


def _page(visit: Visit, desk: Desk, form: DrawForm, problems: dict[str, str], *, staff: bool) -> DrawPage:
    allowed = tuple(Priority) if staff else AT_THE_TERMINAL
    kind = DeskDrawPage if staff else DrawPage
    return kind(
        choices=_choices(visit, desk, form.item),
        priorities=tuple((one.value, PRIORITY_NAMES[one]) for one in allowed),
        priority=form.priority or Priority.NONE.value,
        item=form.item,
        problems=problems,
    )


def _told(visit: Visit, refusal: Refusal) -> dict[str, str]:
    text = visit.text(refusal.message, **refusal.params), visit.text(refusal.next_step, **refusal.params)
    return visit.messages(refusal) or {"": "。".join(filter(None, text))}


async def _print(desk: Desk, render: RenderClient, ticket: Ticket, address: str) -> str:
    """Send the slip to a printer; gives what was wrong as a message id, or nothing.

    The ticket is durable before this is called: paper that jams loses no number.
    """
    paper = queue.slip(desk.reader(), desk.facts, ticket)
    try:
        pictures = await render.pages_async(paper, Form.PNG_80MM, Presentation())
        await asyncio.to_thread(EscposPrinter(address).print_slip, pictures)
    except PrinterFault as fault:
        return WHY[fault.reason]
    except TransportFailure as fault:
        return fault.message
    return ""


async def _taken(visit: Visit, desk: Desk, render: RenderClient, ticket: Ticket, *, address: str) -> TakenPage:
    fault = await _print(desk, render, ticket, address) if address else ""
    stands = queue.standing(desk.reader(), ticket)
    return (DeskTakenPage if visit.found else TakenPage)(
        id=ticket.id,
        key=visit.key,
        code=ticket.code,
        business=queue.business_name(ticket.business),
        priority="" if ticket.priority is Priority.NONE else PRIORITY_NAMES[ticket.priority],
        ahead=stands.ahead,
        minutes=stands.minutes if stands.ahead else None,
        drawn=ticket.drawn[11:16],
        printed=not fault if address else None,
        fault=fault,
    )


def _printer(visit: Visit, desk: Desk) -> str:
    """Give the printer of this terminal: the settings name it by the terminal's address."""
    client = visit.request.client
    return desk.facts.hall.receipt_printers.get(client.host if client else "", "")


def show(visit: Visit, desk: Desk, render: RenderClient) -> Response[str]:
    """Ask at a terminal what somebody came for."""
    visit, cookies = with_nonce(visit)
    warm(render, visit.front.clock.now())
    return visit.show(_page(visit, desk, visit.query(DrawForm), {}, staff=False), cookies=cookies)


async def take(visit: Visit, desk: Desk, render: RenderClient) -> Response[str]:
    """Draw a ticket at a terminal and print its slip."""
    form = visit.form(DrawForm)
    if not has_token(visit):
        visit, cookies = with_nonce(visit)
        problems = {"": visit.text(N_("这一页打开得太久了，请再选一次业务"))}
        return visit.show(_page(visit, desk, form, problems, staff=False), status=Invalid.status, cookies=cookies)
    try:
        ticket = await queue.draw(
            desk, business=form.business, priority=form.priority, key=visit.key, at=visit.front.clock.now(),
            window="", login="",
        )  # fmt: skip
    except Refusal as refusal:
        page = _page(visit, desk, form, _told(visit, refusal), staff=False)
        return visit.show(page, status=refusal.status)
    return visit.show(await _taken(visit, desk, render, ticket, address=_printer(visit, desk)))


async def slip(visit: Visit, desk: Desk, render: RenderClient) -> Response[bytes]:
    """Give the slip as a file where no 80 mm printer stands; for whoever drew the ticket."""
    ticket = queue_rows.of_key(desk.reader(), visit.form(SlipForm).ticket)
    if ticket is None or not has_token(visit):
        raise NotFound(N_("没有这个号"), next_step=N_("请记住屏幕上的号码，或者重新取号"))
    paper = queue.slip(desk.reader(), desk.facts, ticket)
    body = await render.render_async(paper, Form.PDF_80MM, Presentation())
    return send_pdf(body, f"排队票-{ticket.code}.pdf", attach=False)


def show_desk(visit: Visit, desk: Desk, render: RenderClient) -> Response[str]:
    """Ask at a desk for what to draw a ticket, for a person who cannot use the terminal."""
    warm(render, visit.front.clock.now())
    return visit.show(_page(visit, desk, visit.query(DrawForm), {}, staff=True))


async def take_desk(visit: Visit, desk: Desk, render: RenderClient) -> Response[str]:
    """Draw a ticket for a person; a booking 预约 is looked up by whoever draws it."""
    form = visit.form(DrawForm)
    try:
        ticket = await queue.draw(
            desk, business=form.business, priority=form.priority, key=visit.key, at=visit.front.clock.now(),
            window=visit.session.window or "", login=visit.session.login,
        )  # fmt: skip
    except Refusal as refusal:
        page = _page(visit, desk, form, _told(visit, refusal), staff=True)
        return visit.show(page, status=refusal.status)
    address = desk.facts.hall.receipt_printers.get(visit.session.window or "", "")
    return visit.show(await _taken(visit, desk, render, ticket, address=address))


async def slip_desk(_visit: Visit, desk: Desk, render: RenderClient, ticket: int) -> Response[bytes]:
    """Give the slip of a ticket of today as a file."""
    found = queue_rows.get(desk.reader(), ticket)
    paper = queue.slip(desk.reader(), desk.facts, found)
    body = await render.render_async(paper, Form.PDF_80MM, Presentation())
    return send_pdf(body, f"排队票-{found.code}.pdf", attach=False)
