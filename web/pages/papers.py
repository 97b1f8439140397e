"""The papers 文书 of a case on the screen: preview, print, PDF, the copies, 80 mm paper, and printing again 补打.

A paper is shown only when its entry is durable; administrators never come here (domain §2.6).
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import format_time
from appliance.errors import N_, Invalid, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.papers.data import PaperData
from appliance.papers.document import Form, Presentation
from appliance.papers.kinds import COPY_TITLES, Copy, kind_named
from appliance.projections import cases, joints
from appliance.services import papers
from appliance.services.desk import Desk
from appliance.services.facts import check_department
from appliance.services.issuance import ReprintPaper
from appliance.services.joint_facts import check_member
from appliance.services.joints import ReprintJointPaper
from appliance.services.paper_refs import PaperRef
from web.pages.case_page import correction_notice
from web.printing import first_print, picture, send_pdf, send_svg
from web.visit import HTML, Visit

NARROW = "80mm"
_PAGE = re.compile(r"page-([1-9][0-9]{0,3})\.svg")


class Wish(msgspec.Struct, frozen=True):
    """What the address asks for beside case and kind; an empty copy means the kind's first."""

    index: int | None = None
    copy: str = ""
    save: bool = False


class ReprintForm(msgspec.Struct, frozen=True):
    """Why the paper is printed again."""

    reason: str = ""


class Choice(msgspec.Struct, frozen=True):
    """One way to print this paper: its label, where it leads, whether it is shown now."""

    label: str
    href: str
    current: bool


class Sheet(msgspec.Struct, frozen=True):
    """One paper of the case in the list beside the preview."""

    title: str
    href: str
    at: str
    reprints: int
    current: bool
    corrected: bool


class PaperPage(msgspec.Struct, frozen=True):
    """The preview of one paper, with what can be done with it."""

    TEMPLATE: ClassVar[str] = "papers/paper.html"
    no: str
    item_name: str
    applicant: str
    title: str
    paper_id: str
    at: str
    pictures: tuple[str, ...]
    narrow: bool
    choices: tuple[Choice, ...]
    sheets: tuple[Sheet, ...]
    pdf: str
    print_to: str
    reprint: str
    reprints: int
    mark: str
    corrected: str = ""
    reason: str = ""
    problems: dict[str, str] = {}
    slip: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The paper that an address names, made; `copy` is how the address names the copy, empty for the first."""

    no: str
    item_name: str
    applicant: str
    ref: PaperRef
    paper: PaperData
    presentation: Presentation
    copy: str

    @property
    def narrow(self) -> bool:
        """The 80 mm roll is asked for."""
        return self.copy == NARROW


def printer_of(visit: Visit, desk: Desk) -> str:
    """Give the address of the 80 mm printer at this person's window; empty where none stands."""
    return desk.facts.hall.receipt_printers.get(visit.session.window or "", "")


def find_paper(visit: Visit, desk: Desk, no: str, kind: str, wish: Wish) -> Found:
    """Find and make the paper.

    Raises:
        NotFound: no such case or paper, or it is not durable yet.
        Forbidden: the case is another department's.
        Invalid: the kind has no such copy.
    """
    connection = desk.reader()
    number, item_name, applicant = _subject(visit, desk, no)
    durable = desk.store.durable_size
    ref = papers.latest(connection, number, kind, durable, wish.index)
    narrow = wish.copy == NARROW
    if narrow and not ref.narrow:
        raise Invalid(N_("这份文书不能用80毫米纸打印"), next_step=N_("请选A4纸的一联"))
    _, paper, presentation = papers.build(
        connection,
        desk.facts,
        ref.id,
        durable,
        copy=None if narrow else _copy(ref, wish.copy),
        watermark=_watermark(visit, ref),
        at=visit.front.clock.now(),
    )
    whole = joints.find(connection, number)
    for one in (number, *(whole.cases if whole is not None else ())):
        visit.saw("paper", one, "paper")
    return Found(number, item_name, applicant, ref, paper, presentation, wish.copy)


def _subject(visit: Visit, desk: Desk, no: str) -> tuple[str, str, str]:
    """Give number, item and applicant of the case, or of the joint whole, that papers are asked for.

    Raises:
        NotFound: there is neither.
        Forbidden: it is another department's.
    """
    connection = desk.reader()
    joint = joints.find(connection, no)
    if joint is not None:
        check_member(connection, visit.actor, joint)
        return joint.no, joint.set_name, joint.applicant.name
    case = cases.find(connection, no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    check_department(connection, visit.actor, case)
    return case.no, case.item_name, case.applicant.name


def _copy(ref: PaperRef, name: str) -> Copy | None:
    if not name:
        return None
    if name not in set(ref.copies):
        raise Invalid(N_("这份文书没有这一联"), next_step=N_("请从右侧选一联"))
    return Copy(name)


def _watermark(visit: Visit, ref: PaperRef) -> str:
    """Mark internal copies with who looked and when (domain §7.3); what applicants receive stays clean."""
    if Copy.INTERNAL not in ref.copies:
        return ""
    person = visit.session.login
    return f"{person} {format_time(visit.front.clock.now())[:16].replace('T', ' ')}"


def _address(no: str, ref: PaperRef, *, file: str = "", copy: str = "") -> str:
    query = f"?index={ref.index}" + (f"&copy={copy}" if copy else "")
    return f"/papers/{no}/{ref.kind}{f'/{file}' if file else ''}{query}"


def _choices(visit: Visit, found: Found) -> tuple[Choice, ...]:
    no, ref = found.no, found.ref
    now = found.copy or ref.copies[0].value
    named = [(copy.value, visit.text(COPY_TITLES[copy])) for copy in ref.copies if COPY_TITLES[copy]]
    if ref.kind == "intake_receipt":
        named = [(copy, visit.text(N_("申请人联 A4"))) for copy, _ in named]
    if ref.narrow:
        named.append((NARROW, visit.text(N_("80毫米小票"))))
    return tuple(Choice(label, _address(no, ref, copy=copy), copy == now) for copy, label in named)


def _sheets(visit: Visit, desk: Desk, found: Found) -> tuple[Sheet, ...]:
    listed = papers.list_papers(desk.reader(), found.no, desk.store.durable_size)
    # The approval form grows with every opinion; the list names the latest, and the one that is being looked at.
    grown = max((ref.index for ref in listed if ref.kind == "approval_form"), default=-1)
    return tuple(
        Sheet(
            title=visit.text(ref.title),
            href=_address(found.no, ref),
            at=ref.at.strftime("%m-%d %H:%M"),
            reprints=ref.reprints,
            current=ref.id == found.ref.id,
            corrected=ref.corrected is not None,
        )
        for ref in listed
        if ref.kind != "approval_form" or ref.index == grown or ref.id == found.ref.id
    )


async def _page(
    visit: Visit, desk: Desk, render: RenderClient, found: Found, *, reason: str = "", refusal: Refusal | None = None
) -> Response[str]:
    no, ref = found.no, found.ref
    drawn = await render.pages_async(found.paper, Form.SVG_80MM if found.narrow else Form.SVG, found.presentation)
    again = found.presentation.reprint
    page = PaperPage(
        no=no,
        item_name=found.item_name,
        applicant=found.applicant,
        title=visit.text(ref.title),
        paper_id=ref.id,
        at=ref.at.strftime("%Y-%m-%d %H:%M:%S"),
        pictures=tuple(picture(svg) for svg in drawn),
        narrow=found.narrow,
        choices=_choices(visit, found),
        sheets=_sheets(visit, desk, found),
        pdf=_address(no, ref, file="file.pdf", copy=found.copy),
        print_to=f"/papers/{no}/{ref.kind}/print?index={ref.index}" + (f"&copy={found.copy}" if found.copy else ""),
        reprint=_address(no, ref, file="reprint", copy=found.copy),
        reprints=ref.reprints,
        mark=f"{again.operator} · {again.reason}" if again else "",
        corrected=correction_notice(no, ref),
        reason=reason,
        slip=f"/papers/{no}/{ref.kind}/slip?index={ref.index}&copy={NARROW}"
        if found.narrow and printer_of(visit, desk)
        else "",
        problems=visit.messages(refusal) if refusal else {},
    )
    return visit.show(page, status=refusal.status if refusal else 200)


async def show(visit: Visit, desk: Desk, render: RenderClient, no: str, kind: str) -> Response[str]:
    """Show the newest paper of a kind, or the one of a log index, page by page as it will be printed."""
    return await _page(visit, desk, render, find_paper(visit, desk, no, kind, visit.query(Wish)))


async def file(visit: Visit, desk: Desk, render: RenderClient, no: str, kind: str, name: str) -> Response[bytes]:
    """Send ``file.pdf`` (A4, or 80 mm when that copy is asked for) or the picture ``page-N.svg`` of one page."""
    page = _PAGE.fullmatch(name)
    if name != "file.pdf" and page is None:
        raise NotFound(N_("没有这个文件"), next_step=N_("请从文书页面打开"))
    wish = visit.query(Wish)
    found = find_paper(visit, desk, no, kind, wish)
    if page is None:
        if found.narrow:
            body = await render.render_async(found.paper, Form.PDF_80MM, found.presentation)
        else:
            made = (kind_named(found.ref.kind), found.paper, found.presentation)
            body = await first_print(visit, desk, render, found.no, made)
        return send_pdf(body, f"{visit.text(found.ref.title)}-{found.ref.id}.pdf", attach=wish.save)
    drawn = await render.pages_async(found.paper, Form.SVG, found.presentation)
    number = int(page[1])
    if found.narrow or number > len(drawn):
        raise NotFound(N_("这份文书没有这一页"), next_step=N_("请从文书页面打开"))
    return send_svg(drawn[number - 1], packed="gzip" in visit.request.headers.get("accept-encoding", ""))


async def print_out(visit: Visit, desk: Desk, render: RenderClient, no: str, kind: str) -> Response[str]:
    """Note that the paper is printed now, and keep its file; without script the file itself is what opens."""
    found = find_paper(visit, desk, no, kind, visit.query(Wish))
    await first_print(visit, desk, render, found.no, (kind_named(found.ref.kind), found.paper, found.presentation))
    if visit.htmx:
        return Response("", status_code=204, media_type=HTML)
    return visit.go(_address(found.no, found.ref, file="file.pdf", copy=found.copy))


async def reprint(visit: Visit, desk: Desk, render: RenderClient, no: str, kind: str) -> Response[str]:
    """Note that the paper is printed again and why; the sheet then carries the mark 补打."""
    wish = visit.query(Wish)
    form = visit.form(ReprintForm)
    found = find_paper(visit, desk, no, kind, wish)
    command: ReprintPaper | ReprintJointPaper = ReprintPaper(case=found.no, paper=found.ref.id, reason=form.reason)
    if joints.known(desk.reader(), found.no):
        command = ReprintJointPaper(joint=found.no, paper=found.ref.id, reason=form.reason)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Invalid as refusal:
        return await _page(visit, desk, render, found, reason=form.reason, refusal=refusal)
    return visit.go(_address(found.no, found.ref, copy=wish.copy))
