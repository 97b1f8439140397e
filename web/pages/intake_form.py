"""The page of a draft: fields, materials and scans. Every post saves first, so nothing that was typed is lost."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import BinaryIO, ClassVar, cast

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.response import File

from appliance.clock import format_time
from appliance.domain.case import Case
from appliance.domain.decide import intake as rules
from appliance.domain.joint_set import is_set
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, NotFound, Refusal
from appliance.projections import cases, joint_sets
from appliance.services import tray as trays
from appliance.services import uploads
from appliance.services.desk import Desk
from appliance.services.fallback import check_paper
from appliance.services.intake import application_of
from appliance.store import tray
from web.pages import intake_draft as drafted
from web.pages import intake_fields as fields
from web.pages import intake_view as views
from web.pages import scans
from web.pages.intake_draft import Content, Draft, Edit, Scan
from web.pages.intake_fields import FieldView
from web.pages.intake_view import MaterialsView
from web.visit import HTML, Visit

FILE = "file."
CHOICES = {"choice", "yes_no", "multi_choice"}


class FieldPart(msgspec.Struct, frozen=True, kw_only=True):
    """One field after it was left, and the parts of the page that follow from it (out of band)."""

    TEMPLATE: ClassVar[str] = "intake/_field_part.html"
    draft: str
    field: FieldView | None
    applicant: tuple[FieldView, ...]
    agent: tuple[FieldView, ...]
    with_agent: bool
    materials: MaterialsView | None


class Asked(msgspec.Struct, frozen=True):
    """Whether the page was opened to show what is still to be mended."""

    check: bool = False


def item_of(desk: Desk, content: Content) -> ServiceItem:
    """Give the item version that a draft was made for."""
    if is_set(content.subject):
        now = desk.facts.offered(desk.reader(), content.subject)
        if content.version == now.task_version:
            return now
        facts, jset = desk.facts, joint_sets.get(desk.reader(), content.subject)
        if len(content.members) != len(jset.items):
            return now  # the set itself has other items by now; what it was is kept nowhere
        return facts.wholes.begun(desk.reader(), facts.items, jset, content.members, content.version)
    return desk.facts.items.version(desk.reader(), content.subject, content.version)


def members_of(desk: Desk, code: str) -> tuple[int, ...]:
    """Give the version of each item of a joint set; nothing for an item."""
    if not is_set(code):
        return ()
    items = desk.facts.items
    return tuple(items.current(desk.reader(), one).task_version for one in joint_sets.get(desk.reader(), code).items)


def newer_version(desk: Desk, content: Content) -> int:
    """Give the number of the version that has come since the draft was begun, 0 for none."""
    wanted = wanted_item(desk, content)
    return wanted.task_version if wanted.task_version != content.version else 0


def wanted_item(desk: Desk, content: Content) -> ServiceItem:
    """Give the version to be used: the current one, or for 补录 the one in force when the paper was written."""
    current = desk.facts.offered(desk.reader(), content.subject)
    if not drafted.on_paper(content):
        return current
    day = drafted.written_day(content, date.max)
    return current if day == date.max else desk.facts.items.in_force(desk.reader(), content.subject, day.isoformat())


def submission_of(desk: Desk, content: Content) -> Case | None:
    """Give the case that was handed in at a terminal and that this draft is to receive, if it is for one."""
    return cases.find(desk.reader(), content.submission) if content.submission else None


def problems_of(visit: Visit, desk: Desk, draft: Draft, item: ServiceItem) -> dict[str, str]:
    """Try the rules of T03 on a draft without writing anything; gives messages by field, empty when it may go."""
    command = drafted.command(draft.content, item, fields.kinds_of(item), draft.id)
    application = application_of(command)
    now, calendar = visit.front.clock.now(), desk.facts.calendar(desk.reader())
    today = drafted.written_day(draft.content, now.date())
    found = paper_problems(visit, desk, draft.content)
    try:
        rules.receive(
            item,
            application,
            actor=visit.actor,
            today=today,
            calendar=calendar,
            query_code="",
            submitted=submission_of(desk, draft.content),
        )
    except Refusal as refusal:
        told = found | views.messages(visit, refusal, draft.content)
        return told or {"": visit.text(refusal.message, **refusal.params)}
    return found


def paper_problems(visit: Visit, desk: Desk, content: Content) -> dict[str, str]:
    """Check what the paper says of itself, for 补录."""
    if not drafted.on_paper(content):
        return {}
    number, written = (content.one(f"{drafted.PAPER}{name}") for name in ("paper_no", "written_at"))
    _, _, faults = check_paper(desk.reader(), desk.facts, number, written, now=visit.front.clock.now())
    return {f"{drafted.PAPER}{name}": visit.text(text.msgid, **text.params) for name, text in faults.fields.items()}


async def save_post(visit: Visit, desk: Desk, draft_id: str) -> tuple[Draft, dict[str, str]]:
    """Save what a post carries: texts, and files if there are any. Gives messages about refused files by field."""
    problems: dict[str, str] = {}
    stored: list[tuple[str, Scan]] = []
    for name, value in visit.fields.multi_items():
        if name.startswith(FILE) and isinstance(value, UploadFile) and value.filename:
            code = name.removeprefix(FILE)
            try:
                stored.append((code, await store_upload(desk, value)))
            except Refusal as refusal:
                step = visit.text(refusal.next_step, **refusal.params)
                problems[f"material.{code}"] = visit.text(refusal.message, **refusal.params) + "。" + step

    def edit(content: Content) -> Content:
        content = drafted.absorb(content, visit.fields)
        for code, scan in stored:
            content = add_scan(content, code, scan)
        return content

    return await drafted.change(visit, desk, draft_id, edit), problems


async def store_upload(desk: Desk, file: UploadFile) -> Scan:
    """Store an uploaded file off the event loop: hashing and syncing 50 MB takes a while."""
    kept = await asyncio.to_thread(
        uploads.store,
        desk.store.blobs,
        cast("BinaryIO", file.file),
        name=file.filename,
        limit_bytes=desk.facts.hall.upload_bytes_max,
        claimed=file.content_type or "",
    )
    return Scan(kept.sha256, kept.media_type, kept.size, file.filename[:120])


def add_scan(content: Content, code: str, scan: Scan) -> Content:
    """Put a scan to a material; the same scan twice is one."""
    held = content.scans.get(code, ())
    if any(one.sha256 == scan.sha256 for one in held):
        return content
    if content.one(f"material.{code}").startswith("licence:"):
        content = content.with_field(f"material.{code}", "")
    return msgspec.structs.replace(content, scans={**content.scans, code: (*held, scan)})


def show(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Show a draft as it was left."""
    kept = drafted.load(visit, desk, draft)
    content, item = kept.content, item_of(desk, kept.content)
    # What somebody else typed, or the clerk on another day, stands here with its numbers in full.
    if content.submission:
        visit.saw("numbers", content.submission, "all", purpose=visit.text(N_("自助申请收件")))
    if content.again:
        visit.saw("numbers", content.again, "all", purpose=visit.text(N_("补录重新录入")))
    problems = problems_of(visit, desk, kept, item) if visit.query(Asked).check else {}
    return visit.show(views.form_page(visit, desk, kept, item, problems, newer=newer_version(desk, content)))


async def save(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Save by itself while the clerk types (暂存); Ctrl+S goes on to the list of drafts."""
    await save_post(visit, desk, draft)
    if visit.htmx:
        return Response("", status_code=204, media_type=HTML)
    return visit.go("/drafts")


def _find(views_: tuple[FieldView, ...], name: str) -> FieldView | None:
    return next((view for view in views_ if view.name == name), None)


async def leave_field(visit: Visit, desk: Desk, draft: str, name: str) -> Response[str]:
    """Check a field that was left, at the field, and redraw what depends on it."""
    kept, _ = await save_post(visit, desk, draft)
    content, item = kept.content, item_of(desk, kept.content)
    found = problems_of(visit, desk, kept, item) if content.one(name).strip() else {}
    shown = {name: found[name]} if name in found else {}
    applicant = fields.applicant_fields(content, item, shown)
    situation, groups = fields.form_fields(content, item, shown)
    agent = fields.agent_fields(content, shown)
    rest = tuple(field for _, group in groups for field in group)
    view = _find((*applicant, *situation, *agent, *rest), name)
    if view is None:
        raise NotFound(N_("没有这个填写项"), code="field_unknown", subject=name[:80])
    part = FieldPart(
        draft=draft,
        field=None if view.kind in CHOICES else msgspec.structs.replace(view, when=""),
        applicant=applicant if name == "applicant.kind" else (),
        agent=agent if name == f"form.{drafted.BY_AGENT}" else (),
        with_agent=drafted.has_agent(content.fields),
        materials=views.materials_view(visit, desk, kept, item, {}) if view.affects else None,
    )
    return visit.show(part)


async def _materials(
    visit: Visit, desk: Desk, kept: Draft, problems: Mapping[str, str], *, focus: bool
) -> Response[str]:
    """Answer an act on the checklist: the card alone, or the page at the card when there is no script."""
    item = item_of(desk, kept.content)
    status = 422 if problems else 200
    if visit.htmx:
        view = views.materials_view(visit, desk, kept, item, problems, focus=focus)
        return visit.show(views.MaterialsPart(view), status=status)
    if problems:
        return visit.show(views.form_page(visit, desk, kept, item, problems), status=status)
    return visit.go(f"/intake/{kept.id}#materials")


async def materials(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Save and redraw the checklist, after a form was chosen or files were picked."""
    kept, problems = await save_post(visit, desk, draft)
    picked = any(isinstance(value, UploadFile) and value.filename for _, value in visit.fields.multi_items())
    return await _materials(visit, desk, kept, problems, focus=picked and not problems)


async def put_from_tray(visit: Visit, desk: Desk, draft_id: str, code: str) -> tuple[Draft, dict[str, str]]:
    """Take the first scan of the window's tray and put it to a material, in one step."""
    window = visit.session.window or ""

    def edit(content: Content) -> Edit:
        row = next(iter(tray.waiting(desk.reader(), window)), None)
        if row is None:
            return Edit(content)
        added = add_scan(content, code, Scan(row.sha256, row.media_type, row.size, row.name))
        return Edit(added, taken=row.id, window=window)

    kept, done = await drafted.change_with(visit, desk, draft_id, edit)
    empty = done.taken is None
    return kept, {f"material.{code}": visit.text(N_("托盘里没有扫描件，请先扫描"))} if empty else {}


async def take_off(visit: Visit, desk: Desk, draft_id: str, code: str, sha: str) -> Draft:
    """Take a scan off a material; it goes back to the window's tray, so that nothing has to be scanned again."""
    window, at = visit.session.window or "", format_time(visit.front.clock.now())
    mark = visit.front.random(8).hex()

    def edit(content: Content) -> Edit:
        held = content.scans.get(code, ())
        off = tuple(scan for scan in held if scan.sha256 == sha)
        left = tuple(scan for scan in held if scan.sha256 != sha)
        # One that was taken over from an earlier case never lay in the tray.
        came = [scan for scan in off if not scan.reused] if window else []
        back = tuple(trays.returned(window, scan.name, scan.file, at=at, mark=mark) for scan in came)
        return Edit(msgspec.structs.replace(content, scans={**content.scans, code: left}), given_back=back)

    kept, _ = await drafted.change_with(visit, desk, draft_id, edit)
    return kept


async def from_tray(visit: Visit, desk: Desk, draft: str, code: str) -> Response[str]:
    """Put the first scan of the window's tray to a material."""
    await save_post(visit, desk, draft)
    kept, problems = await put_from_tray(visit, desk, draft, code)
    return await _materials(visit, desk, kept, problems, focus=True)


async def remove(visit: Visit, desk: Desk, draft: str, code: str, sha: str) -> Response[str]:
    """Take a scan off a material."""
    await save_post(visit, desk, draft)
    return await _materials(visit, desk, await take_off(visit, desk, draft, code, sha), {}, focus=True)


def look(visit: Visit, desk: Desk, draft: str, sha: str) -> File:
    """Show a scan of one's own draft."""
    visit.saw("scan", "", "scan")
    return look_in(desk, drafted.load(visit, desk, draft), sha)


def look_in(desk: Desk, draft: Draft, sha: str) -> File:
    """Give a scan of a draft; raises NotFound for any other file."""
    found = next((scan for held in draft.content.scans.values() for scan in held if scan.sha256 == sha), None)
    if found is None:
        raise NotFound(N_("这份暂存里没有这个扫描件"), code="scan_unknown", subject=sha[:16])
    return scans.answer(desk, found.sha256, found.media_type)
