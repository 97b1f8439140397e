"""补正收件: what a correction notice asked for comes in at the window (T09, clause 5.2.2.2.2)."""

from typing import ClassVar

import msgspec
from litestar import Response
from litestar.response import File

from appliance.clock import parse_time
from appliance.domain.case import Case, NoticeLine
from appliance.domain.item_terms import FieldKind
from appliance.domain.joint_set import is_set
from appliance.domain.service_item import Material, ServiceItem
from appliance.domain.states import State
from appliance.errors import N_, Invalid
from appliance.projections import case_lists, cases, joints
from appliance.projections.case_lists import Wanted
from appliance.services import uploads
from appliance.services.desk import Desk
from appliance.services.intake import SupplementCase
from appliance.services.joint_supplement import SupplementJoint
from appliance.services.timeline import case_truth
from appliance.store import drafts, event_store
from web.pages import intake_draft as drafted
from web.pages import intake_form, intake_view, presenters
from web.pages import supplement_subject as subject
from web.pages.intake_draft import Content, Draft
from web.pages.intake_view import MaterialsPart, MaterialsView
from web.visit import HTML, Visit

FORM = "supplement"
LIST_MAX = 100


class WaitingLine(msgspec.Struct, frozen=True):
    """One case that waits for its applicant: number, who, what, since when, until when, open lines."""

    no: str
    applicant: str
    item: str
    told: str
    due: str
    open: int


class ListPage(msgspec.Struct, frozen=True):
    """The cases in 待补正."""

    TEMPLATE: ClassVar[str] = "supplement/list.html"
    lines: tuple[WaitingLine, ...]
    problem: str = ""
    query: str = ""


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the notice; `code` is empty for a line about the form, which is ticked by hand.

    Such a line has the `field` of the form that it is about and the answer to correct.
    """

    no: int
    name: str
    problem: str
    requirement: str
    basis: str
    code: str
    met: bool
    ticked: bool
    field: str = ""
    answer: str = ""


class SupplementPage(msgspec.Struct, frozen=True, kw_only=True):
    """One case: the lines of its notice and the materials that answer them."""

    TEMPLATE: ClassVar[str] = "supplement/form.html"
    no: str
    version: int
    item: str
    applicant: str
    received: str
    due: str
    lines: tuple[LineView, ...]
    materials: MaterialsView
    note: str
    problems: dict[str, str]
    labels: dict[str, str]
    saved: str
    presenters: tuple[tuple[str, str], ...] = ()
    presenter: str = ""


class DonePage(msgspec.Struct, frozen=True, kw_only=True):
    """The supplement is in."""

    TEMPLATE: ClassVar[str] = "supplement/done.html"
    no: str
    item: str
    applicant: str
    state: str
    due: str
    left: int
    safe: str


class Seen(msgspec.Struct, frozen=True):
    """The version of the case that the form showed, and the note."""

    version: int = 0
    note: str = ""


class Query(msgspec.Struct, frozen=True):
    """A number typed or scanned from the notice."""

    no: str = ""


def draft_id(visit: Visit, no: str) -> str:
    """Name the draft of a case's supplement: one a person."""
    return f"{FORM}-{no}-{visit.session.login}"


def _line(desk: Desk, row: cases.CaseRow) -> WaitingLine:
    case = subject.find(desk, subject.number_of(desk, row.no))
    left = sum(not line.met for line in case.notice_lines)
    return WaitingLine(case.no, row.applicant_name, case.item_name, subject.told_at(row), row.due or "", left)


def show_list(visit: Visit, desk: Desk) -> Response[str]:
    """List the cases in 待补正, the most pressing first; a number leads straight to its case."""
    query = visit.query(Query).no.strip().upper()
    problem = ""
    if query:
        case = cases.find(desk.reader(), query)
        if (case is not None and case.state is State.CORRECTION_PENDING) or joints.known(desk.reader(), query):
            return visit.go(f"/supplement/{subject.number_of(desk, query)}")
        problem = visit.text(
            N_("没有编号为 %(no)s 的办件") if case is None else N_("%(no)s 不在“待补正”"), no=query[:40]
        )
    rows = case_lists.listing(desk.reader(), Wanted(states=(State.CORRECTION_PENDING,)), limit=LIST_MAX)
    status = Invalid.status if problem else 200
    # A whole stands once in the list, where the first of its members that wait would.
    lines = {line.no: line for line in (_line(desk, row) for row in reversed(rows))}
    return visit.show(ListPage(tuple(reversed(lines.values())), problem, query), status=status)


async def _draft(visit: Visit, desk: Desk, case: Case) -> Draft:
    name = draft_id(visit, case.no)
    await drafted.create(visit, desk, name, FORM, Content(case.no, case.version))
    return drafted.load(visit, desk, name)


def _asked(case: Case, item: ServiceItem) -> tuple[Material, ...]:
    """Give the materials that open lines ask for, in the notice's order."""
    found = (item.material(line.line.target) for line in case.notice_lines if not line.met)
    return tuple(material for material in found if material is not None)


def _materials(
    visit: Visit, desk: Desk, draft: Draft, case: Case, problems: dict[str, str], *, focus: bool = False
) -> MaterialsView:
    day = visit.front.clock.now().date()
    asked = _asked(case, subject.item_of(desk, case))
    return MaterialsView(
        base=f"/supplement/{case.no}",
        rows=intake_view.rows_of(desk, draft.content, asked, case.applicant.id_number, day, problems),
        tray=intake_view.tray_of(visit, desk),
        upload_bytes_max=desk.facts.hall.upload_bytes_max,
        focus=focus,
    )


def _written(answer: str | list[str]) -> str:
    return answer if isinstance(answer, str) else "、".join(answer)


def _corrected(draft: Draft, case: Case, item: ServiceItem, lines: tuple[int, ...]) -> dict[str, str | list[str]]:
    """Read the corrected answers of the lines that were ticked; choices are written one after the other with 、."""
    many = {field.name for field in item.form if field.kind is FieldKind.MULTI_CHOICE}
    form: dict[str, str | list[str]] = {}
    for line in case.notice_lines:
        name = line.line.target.removeprefix("form:")
        if line.line.no in lines and name != line.line.target:
            text = draft.content.one(f"form.{name}")
            form[name] = [part for part in text.split("、") if part] if name in many else text
    return form


def _line_view(line: NoticeLine, draft: Draft, case: Case) -> LineView:
    target = line.line.target
    name = target.removeprefix("form:") if target.startswith("form:") else ""
    return LineView(
        no=line.line.no,
        name=line.line.name,
        problem=line.problem,
        requirement=line.requirement,
        basis=line.line.basis,
        code="" if target.startswith("form:") else target,
        met=line.met,
        ticked=bool(draft.content.one(f"line.{line.line.no}")),
        field=f"form.{name}" if name else "",
        answer=(draft.content.one(f"form.{name}") or _written(case.form.get(name, ""))) if name else "",
    )


def _page(visit: Visit, desk: Desk, draft: Draft, case: Case, problems: dict[str, str]) -> SupplementPage:
    clock = case.clock("C5")
    lines = tuple(_line_view(line, draft, case) for line in case.notice_lines)
    labels = {f"material.{line.code}": line.name for line in lines if line.code}
    labels |= {line.field: line.name for line in lines if line.field}
    visit.saw("case", case.no, "name", *(("form",) if any(line.field for line in lines) else ()))
    return SupplementPage(
        no=case.no,
        version=case.version,
        item=case.item_name,
        applicant=case.applicant.name,
        received=parse_time(case.received_at).strftime("%Y-%m-%d %H:%M"),
        due=clock.deadline.due if clock else "",
        lines=lines,
        materials=_materials(visit, desk, draft, case, problems),
        note=draft.content.one("note"),
        problems=problems,
        labels={**labels, "lines": visit.text(N_("补正内容")), "presenter": visit.text(presenters.LABEL)},
        saved=drafted.saved_at(draft),
        presenters=presenters.options(visit, case),
        presenter=draft.content.one("presenter"),
    )


async def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the lines of the notice and what has come in so far; a member of a whole is corrected with the whole."""
    number = subject.number_of(desk, no)
    if number != no:
        return visit.go(f"/supplement/{number}")
    case = subject.waiting(desk, no)
    return visit.show(_page(visit, desk, await _draft(visit, desk, case), case, {}))


async def save(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Save by itself, or by Ctrl+S and on to the list."""
    case = subject.waiting(desk, no)
    await _draft(visit, desk, case)
    await intake_form.save_post(visit, desk, draft_id(visit, case.no))
    if visit.htmx:
        return Response("", status_code=204, media_type=HTML)
    return visit.go("/supplement")


def _answer(
    visit: Visit, desk: Desk, draft: Draft, case: Case, problems: dict[str, str], *, focus: bool
) -> Response[str]:
    status = Invalid.status if problems else 200
    if visit.htmx:
        view = _materials(visit, desk, draft, case, problems, focus=focus)
        return visit.show(MaterialsPart(view), status=status)
    if problems:
        return visit.show(_page(visit, desk, draft, case, problems), status=status)
    return visit.go(f"/supplement/{case.no}#materials")


async def materials(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Save and redraw the checklist."""
    case = subject.waiting(desk, no)
    await _draft(visit, desk, case)
    kept, problems = await intake_form.save_post(visit, desk, draft_id(visit, case.no))
    return _answer(visit, desk, kept, case, problems, focus=not problems)


async def from_tray(visit: Visit, desk: Desk, no: str, code: str) -> Response[str]:
    """Put the first scan of the tray to a material."""
    case = subject.waiting(desk, no)
    await _draft(visit, desk, case)
    await intake_form.save_post(visit, desk, draft_id(visit, case.no))
    kept, problems = await intake_form.put_from_tray(visit, desk, draft_id(visit, case.no), code)
    return _answer(visit, desk, kept, case, problems, focus=True)


async def remove(visit: Visit, desk: Desk, no: str, code: str, sha: str) -> Response[str]:
    """Take a scan off a material, back to the tray."""
    case = subject.waiting(desk, no)
    await intake_form.save_post(visit, desk, draft_id(visit, case.no))
    kept = await intake_form.take_off(visit, desk, draft_id(visit, case.no), code, sha)
    return _answer(visit, desk, kept, case, {}, focus=True)


def look(visit: Visit, desk: Desk, no: str, sha: str) -> File:
    """Show a scan that was put here."""
    visit.saw("scan", no, "scan")
    return intake_form.look_in(desk, drafted.load(visit, desk, draft_id(visit, no)), sha)


def command(draft: Draft, case: Case, item: ServiceItem, seen: Seen) -> SupplementCase | SupplementJoint:
    """Read a draft into the command: a material answers its line, a tick answers a line about the form."""
    handed = tuple(
        found for material in _asked(case, item) if (found := drafted.material_in(draft.content, material)) is not None
    )
    codes = {material.code for material in handed}
    lines = tuple(
        line.line.no
        for line in case.notice_lines
        if not line.met and (line.line.target in codes or draft.content.one(f"line.{line.line.no}"))
    )
    if is_set(case.item_code):
        return SupplementJoint(
            joint=case.no,
            version=seen.version,
            materials=handed,
            form=_corrected(draft, case, item, lines),
            presenter=presenters.came(case, draft.content.one("presenter")),
            note=seen.note,
        )
    return SupplementCase(
        case=case.no,
        version=seen.version,
        lines=lines,
        materials=handed,
        form=_corrected(draft, case, item, lines),
        presenter=presenters.came(case, draft.content.one("presenter")),
        note=seen.note,
    )


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T09. The same form sent again leads to the same answer."""
    known = event_store.request(desk.reader(), visit.key) if visit.key else None
    if known is not None and known.result.get("case") == no and known.size <= desk.store.durable_size(known.log):
        return visit.go(f"/supplement/{no}/done")
    case = subject.waiting(desk, no)
    await _draft(visit, desk, case)
    kept, problems = await intake_form.save_post(visit, desk, draft_id(visit, case.no))
    item = subject.item_of(desk, case)
    request = command(kept, case, item, visit.form(Seen))
    if problems:
        return visit.show(_page(visit, desk, kept, case, problems), status=Invalid.status)
    try:
        uploads.check_stored(desk.store.blobs, (file for one in request.materials for file in one.files))
        await desk.submit(request, actor=visit.actor, key=visit.key)
    except Invalid as refusal:
        found = intake_view.messages(visit, refusal) or {"": visit.text(refusal.message, **refusal.params)}
        return visit.show(_page(visit, desk, kept, case, found), status=refusal.status)
    await desk.local(drafts.delete, draft_id(visit, case.no))
    return visit.go(f"/supplement/{case.no}/done")


def done(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Say what is in, until when it is checked, and give the slip."""
    case = subject.find(desk, no)
    visit.saw("case", case.no, "name")
    return visit.show(
        DonePage(
            no=case.no,
            item=case.item_name,
            applicant=case.applicant.name,
            state=subject.state_name(desk, case),
            due=subject.checked_by(desk, case),
            left=sum(not line.met for line in case.notice_lines),
            safe=case_truth(desk.store, case.no).value,
        )
    )
