"""纸质应急 and 补录: when the hall works on paper, the pads, entering what was written, the second person's look."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.search import item_keys
from appliance.clock import parse_time
from appliance.domain.actor import Role
from appliance.domain.decide.fallback import FALLBACK_CAUSES
from appliance.domain.masking import Audience
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.projections import cases, fallback, staff
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.fallback import (
    BeginFallback,
    ConfirmBackEntry,
    EndFallback,
    PrintPad,
    ReturnBackEntry,
    last_period,
    numbers_of,
)
from appliance.services.paper_builders.desk import fallback_form
from web.pages import intake_draft as drafted
from web.pages import intake_form
from web.pages.case_page import MaterialLine, answers, material_lines, not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.intake_draft import PAPER, Content
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.printing import send_pdf
from web.visit import Visit, uuid_of

LABELS = {
    "began_at": N_("从什么时候起"),
    "cause": N_("原因"),
    "note": N_("说明"),
    "ended_at": N_("到什么时候为止"),
    "count": N_("印几张"),
    "item": N_("事项"),
    "paper_no": N_("应急收件单编号"),
    "written_at": N_("单上写的收件时间"),
    "taken_by": N_("收件人工号"),
    "compared": N_("对照"),
    "reason": N_("哪里不一致"),
}
COUNT_DIGITS_MAX = 3


class FallbackFields(msgspec.Struct, frozen=True):
    """What any of the forms posts; which fields count depends on the form."""

    fallback: str = ""
    began_at: str = ""
    cause: str = ""
    note: str = ""
    ended_at: str = ""
    count: str = ""
    item: str = ""
    paper_no: str = ""
    written_at: str = ""
    taken_by: str = ""

    @property
    def sheets(self) -> int:
        """How many forms; 0, which the rule refuses, for what is no number."""
        digits = self.count.isascii() and self.count.isdigit() and len(self.count) <= COUNT_DIGITS_MAX
        return int(self.count) if digits else 0


class PeriodLine(msgspec.Struct, frozen=True):
    """One fallback: since when, until when, why, declared by whom."""

    began: str
    ended: str
    cause: str
    by: str


class PadLine(msgspec.Struct, frozen=True):
    """One pad: its numbers, when and by whom it was printed, where the sheets are."""

    first: str
    last: str
    count: int
    printed: str
    by: str


class EntryLine(msgspec.Struct, frozen=True):
    """One case entered from paper; `own` when the reader entered it himself, `again` while it may be entered again."""

    no: str
    paper_no: str
    item: str
    written: str
    entered: str
    by: str
    settled: str
    own: bool
    again: bool


class FallbackPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about working on paper."""

    TEMPLATE: ClassVar[str] = "fallback/page.html"
    running: PeriodLine | None
    running_id: str
    periods: tuple[PeriodLine, ...]
    pads: tuple[PadLine, ...]
    waiting: tuple[EntryLine, ...]
    settled: tuple[EntryLine, ...]
    causes: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    enters: bool
    form: FallbackFields
    problems: dict[str, str]
    labels: dict[str, str]


class ReviewForm(msgspec.Struct, frozen=True):
    """What the second person says."""

    version: int = 0
    compared: bool = False
    reason: str = ""


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered, to be compared with the paper."""

    TEMPLATE: ClassVar[str] = "fallback/review.html"
    head: Head
    paper: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    materials: tuple[MaterialLine, ...]
    form: ReviewForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    deemed: bool


def _time(text: str) -> str:
    return text[:16].replace("T", " ")


def _person(names: dict[str, str], number: str) -> str:
    return f"{names.get(number, '')} {number}".strip()


def _entries(desk: Desk, names: dict[str, str], own: str, *, waiting: bool) -> tuple[EntryLine, ...]:
    lines = []
    for row in fallback.entries(desk.reader(), waiting=waiting, limit=100 if waiting else 10):
        case = cases.find(desk.reader(), row.case_no)
        lines.append(
            EntryLine(
                no=row.case_no,
                paper_no=row.paper_no,
                item=case.item_name if case is not None else "",
                written=_time(row.written_at),
                entered=_time(row.entered_at),
                by=_person(names, row.entered_by),
                settled=row.settled,
                own=row.entered_by == own,
                again=row.settled in ("returned", "voided")
                and fallback.undone(desk.reader(), row.paper_no) == row.case_no
                and not fallback.entered(desk.reader(), row.paper_no),
            )
        )
    return tuple(lines)


def _items(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Give the items with their pinyin initials before them: a list is walked by typing its first letters."""
    current = desk.facts.items.all_current(desk.reader())
    named = sorted((item_keys(item).initials[0], item.task_name, item.catalog_code) for item in current)
    return tuple((code, f"{initials} {name}") for initials, name, code in named)


def _page(visit: Visit, desk: Desk, form: FallbackFields, why: Refused = NOTHING) -> Response[str]:
    connection, names = desk.reader(), staff.names(desk.reader())
    periods = tuple(
        PeriodLine(
            began=_time(row.period.began_at),
            ended=_time(row.period.ended_at),
            cause=visit.text(FALLBACK_CAUSES.get(row.cause, row.cause)),
            by=_person(names, row.by),
        )
        for row in fallback.periods(connection, limit=100)
    )
    last = last_period(connection)
    running = last is not None and not last.ended_at
    page = FallbackPage(
        running=periods[0] if running else None,
        running_id=last.fallback if running and last is not None else "",
        periods=periods[1:] if running else periods,
        pads=tuple(
            PadLine(row.first, row.last, row.count, _time(row.printed_at), _person(names, row.by))
            for row in fallback.pads(connection, limit=10)
        ),
        waiting=_entries(desk, names, visit.actor.id, waiting=True),
        settled=_entries(desk, names, visit.actor.id, waiting=False),
        causes=tuple((code, visit.text(text)) for code, text in FALLBACK_CAUSES.items()),
        items=_items(desk),
        enters=visit.actor.role is Role.WINDOW_CLERK,
        form=form,
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the state, the pads and what waits."""
    return _page(visit, desk, FallbackFields(taken_by=visit.actor.id))


async def _send(visit: Visit, desk: Desk, form: FallbackFields, command: Command) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, form, refused(visit, refusal))
    return visit.go("/fallback")


async def begin(visit: Visit, desk: Desk) -> Response[str]:
    """启用纸质应急."""
    form = visit.form(FallbackFields)
    return await _send(visit, desk, form, BeginFallback(began_at=form.began_at, cause=form.cause, note=form.note))


async def end(visit: Visit, desk: Desk) -> Response[str]:
    """结束纸质应急."""
    form = visit.form(FallbackFields)
    return await _send(visit, desk, form, EndFallback(fallback=form.fallback, ended_at=form.ended_at))


async def print_pad(visit: Visit, desk: Desk) -> Response[str]:
    """Number a pad; its sheets are one click away."""
    form = visit.form(FallbackFields)
    return await _send(visit, desk, form, PrintPad(count=form.sheets))


async def pad(visit: Visit, desk: Desk, render: RenderClient, first: str) -> Response[bytes]:
    """Send the sheets of a pad as a PDF."""
    row = fallback.pad(desk.reader(), first)
    if row is None:
        raise NotFound(N_("没有印过这一本应急收件单"), subject=first[:40], next_step=N_("请在“纸质应急”里选一本"))
    paper = fallback_form(numbers_of(row.first, row.count), desk.facts.hall, parse_time(row.printed_at))
    body = await render.render_async(paper)
    name = f"{visit.text(N_('应急收件单'))}-{row.first}.pdf"
    return send_pdf(body, name, attach="save" in visit.request.query_params)


async def enter(visit: Visit, desk: Desk) -> Response[str]:
    """Begin 补录: a draft of the item's version that was in force when the paper was written."""
    form = visit.form(FallbackFields)
    content = Content(form.item, 0, {"channel": [drafted.WALK_IN], "ticket": [""]})
    for name in drafted.PAPER_FIELDS:
        content = content.with_field(f"{PAPER}{name}", getattr(form, name).strip())
    if not form.item:
        return _page(visit, desk, form, Refused(422, {"item": visit.text(N_("请选单上写的事项"))}))
    problems = {
        name.removeprefix(PAPER): text for name, text in intake_form.paper_problems(visit, desk, content).items()
    }
    if problems:
        return _page(visit, desk, form, Refused(422, problems))
    return await _begin(visit, desk, content)


async def _begin(visit: Visit, desk: Desk, content: Content) -> Response[str]:
    item = intake_form.wanted_item(desk, content)
    content = msgspec.structs.replace(content, version=item.task_version)
    draft_id = uuid_of(visit.front.random(16))
    await drafted.create(visit, desk, draft_id, drafted.FORM, content)
    return visit.go(f"/intake/{draft_id}")


async def again(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Enter a paper again whose entry was returned or whose receipt was voided, from what was typed the first time."""
    seen = sight(visit, desk, no)
    entry, reader = seen.case.back_entry, desk.reader()
    if entry is None or no != fallback.undone(reader, entry.paper_no) or fallback.entered(reader, entry.paper_no):
        return not_now(visit, desk, seen, visit.text(N_("退回的补录、作废的收件可以按原单重录一次")))
    return await _begin(visit, desk, drafted.from_case(seen.case))


def _review(visit: Visit, desk: Desk, seen: Sight, form: ReviewForm, why: Refused = NOTHING) -> Response[str]:
    case, names = seen.case, staff.names(desk.reader())
    entry = case.back_entry
    if entry is None:
        return not_now(visit, desk, seen, visit.text(N_("这件不是补录的")))
    if seen.audience is Audience.TASK:
        visit.saw("numbers", case.no, "all", purpose=visit.text(N_("补录复核")))
    rows = (
        (N_("应急收件单编号"), entry.paper_no),
        (N_("单上写的收件时间"), _time(case.received_at)),
        (N_("书写人"), _person(names, entry.taken_by)),
        (N_("录入"), f"{_time(entry.entered_at)} {_person(names, entry.entered_by)}"),
        (N_("备注"), case.note or "–"),
        *(((N_("此前录为"), entry.instead_of),) if entry.instead_of else ()),
    )
    page = ReviewPage(
        head=head(visit, desk, seen, full=True),
        paper=tuple((visit.text(label), value) for label, value in rows),
        answers=answers(visit, seen.item, seen, full=True),
        materials=material_lines(visit, desk, seen.item, seen),
        form=form,
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=why.stale,
        open=case.unconfirmed and entry.entered_by != visit.actor.id,
        deemed=case.unconfirmed and case.state is not State.RECEIVED,
    )
    return visit.show(page, status=why.status)


def review(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what was entered; to whose task it is with the numbers in full, which goes into the access log."""
    seen = sight(visit, desk, no)
    return _review(visit, desk, seen, ReviewForm(version=seen.case.version))


async def _settle(visit: Visit, desk: Desk, no: str, form: ReviewForm, command: Command) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        else:
            why = refused(visit, refusal)
        return _review(visit, desk, seen, form, why)
    return visit.go("/fallback")


async def confirm(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T03b: entry and paper agree."""
    form = visit.form(ReviewForm)
    command = ConfirmBackEntry(case=no, version=form.version, compared=form.compared)
    return await _settle(visit, desk, no, form, command)


async def give_back(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T03v: they do not."""
    form = visit.form(ReviewForm)
    return await _settle(visit, desk, no, form, ReturnBackEntry(case=no, version=form.version, reason=form.reason))
