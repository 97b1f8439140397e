"""核对 and 收件: what was typed is shown once more as it will stand in the log, then received; then the receipt."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.labels import TERMS
from appliance.clock import parse_time
from appliance.domain.masking import Audience, document_number
from appliance.domain.service_item import ServiceItem
from appliance.errors import N_, Conflict, Invalid, NotFound, Refusal
from appliance.projections import cases
from appliance.services import uploads
from appliance.services.desk import Desk
from appliance.services.facts import ITEM_CHANGED
from appliance.services.timeline import case_truth
from web.pages import intake_draft as drafted
from web.pages import intake_fields as fields
from web.pages import intake_form, intake_view
from web.pages.intake_draft import Content, Draft
from web.pages.intake_view import MaterialRow, Promise
from web.visit import Visit

Row = tuple[str, str, str]


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything once more, before it is received."""

    TEMPLATE: ClassVar[str] = "intake/check.html"
    draft: str
    title: str
    version: int
    application: str
    who: tuple[Row, ...]
    form: tuple[Row, ...]
    materials: tuple[MaterialRow, ...]
    missing: tuple[MaterialRow, ...]
    promise: Promise
    ticket: str
    paper: tuple[Row, ...] = ()


class ChangedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The item has a newer version: both side by side, and the choice to go on with the new one."""

    TEMPLATE: ClassVar[str] = "intake/changed.html"
    draft: str
    title: str
    mine: int
    theirs: int
    rows: tuple[Row, ...]


class ReceivedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The case has its number."""

    TEMPLATE: ClassVar[str] = "intake/received.html"
    no: str
    query_code: str
    item: str
    applicant: str
    number: str
    received: str
    due: str
    deemed: bool
    provisional: bool
    ticket: str
    materials: int
    missing: tuple[str, ...]
    safe: str
    slip: str = "intake_receipt"
    paper_no: str = ""
    unconfirmed: bool = False


class ReceiveForm(msgspec.Struct, frozen=True):
    """What the check page posts: the content that was shown."""

    application: str = ""


def _labelled(visit: Visit, view: fields.FieldView) -> str:
    """Give a field's value in words."""
    names = dict(view.options)
    words = "、".join(visit.text(names.get(value, value)) for value in view.values)
    return f"{words} {view.unit}" if words and view.unit else words


def _who(visit: Visit, draft: Draft, item: ServiceItem) -> tuple[Row, ...]:
    content, here = draft.content, f"/intake/{draft.id}"
    shown = fields.applicant_fields(content, item, {})
    if drafted.has_agent(content.fields):
        shown += fields.agent_fields(content, {})
    rows = [(visit.text(view.label), _labelled(visit, view), f"{here}#f-{view.name}") for view in shown]
    return tuple((label.partition("（")[0], value, href) for label, value, href in rows)


def _paper(visit: Visit, draft: Draft) -> tuple[Row, ...]:
    shown = fields.paper_fields(draft.content, {})
    return tuple(
        (visit.text(view.label), view.value.replace("T", " "), f"/intake/{draft.id}#f-{view.name}") for view in shown
    )


def _form(visit: Visit, draft: Draft, item: ServiceItem) -> tuple[Row, ...]:
    situation, groups = fields.form_fields(draft.content, item, {})
    shown = [view for view in (*situation, *(view for _, group in groups for view in group)) if view.shown]
    rows = [(view.label, _labelled(visit, view), f"/intake/{draft.id}#f-{view.name}") for view in shown]
    if note := draft.content.one("note"):
        rows.append((visit.text(N_("备注")), note, f"/intake/{draft.id}#f-note"))
    return tuple(rows)


def _check_page(visit: Visit, desk: Desk, draft: Draft, item: ServiceItem) -> CheckPage:
    rows = intake_view.materials_view(visit, desk, draft, item, {}).rows
    return CheckPage(
        draft=draft.id,
        title=item.task_name,
        version=item.task_version,
        application=drafted.encode(draft.content),
        who=_who(visit, draft, item),
        form=_form(visit, draft, item),
        materials=tuple(row for row in rows if row.received),
        missing=tuple(row for row in rows if not row.received and not row.optional),
        promise=intake_view.promise(visit, desk, item, draft.content),
        ticket=draft.content.one("ticket"),
        paper=_paper(visit, draft),
    )


def changed_page(visit: Visit, desk: Desk, draft_id: str, content: Content) -> ChangedPage:
    """Show the version that a draft was made for beside the one that has come since."""
    old = intake_form.item_of(desk, content)
    new = intake_form.wanted_item(desk, content)
    return ChangedPage(
        draft=draft_id,
        title=new.task_name,
        mine=content.version,
        theirs=new.task_version,
        rows=tuple(_differences(visit, old, new)),
    )


def _said(visit: Visit, item: ServiceItem) -> dict[str, str]:
    """Give what a clerk must know of a version, by what it is about."""
    words = TERMS

    def limit(count: int, unit: object) -> str:
        text = visit.text(words[unit])  # type: ignore[index]  # a limit's unit is a key of the labels
        return f"{count} {text}" if count else text

    said = {visit.text(N_("承诺时限")): limit(item.promise_day, item.promise_type)}
    said[visit.text(N_("法定时限"))] = limit(item.anticipate_day, item.anticipate_type)
    for material in item.materials:
        parts = [visit.text(words[material.necessity]), visit.text(words[material.material_type])]
        parts.append(f"×{material.originals + material.copies or 1}")
        said[visit.text(N_("材料：%(name)s"), name=material.name)] = " · ".join(parts)
    for field in item.form:
        said[visit.text(N_("填写项：%(name)s"), name=field.label)] = "、".join(field.choices) or visit.text(
            N_("必填") if field.required else N_("选填")
        )
    return said


def _differences(visit: Visit, old: ServiceItem, new: ServiceItem) -> list[Row]:
    before, after = _said(visit, old), _said(visit, new)
    return [
        (what, before.get(what, ""), after.get(what, ""))
        for what in dict.fromkeys((*before, *after))
        if before.get(what) != after.get(what)
    ]


def check_page(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Show everything once more; whatever is wrong leads back to the form."""
    kept = drafted.load(visit, desk, draft)
    if intake_form.newer_version(desk, kept.content):
        return visit.show(changed_page(visit, desk, draft, kept.content), status=Conflict.status)
    item = intake_form.item_of(desk, kept.content)
    if intake_form.problems_of(visit, desk, kept, item):
        return visit.go(f"/intake/{draft}?check=1")
    return visit.show(_check_page(visit, desk, kept, item))


async def check(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Save, look for errors, and lead on to the check page."""
    kept, problems = await intake_form.save_post(visit, desk, draft)
    item = intake_form.item_of(desk, kept.content)
    view = intake_view.materials_view(visit, desk, kept, item, {})
    kept = await drafted.change(visit, desk, draft, lambda content: intake_view.with_licences(content, view))
    problems = intake_form.problems_of(visit, desk, kept, item) | problems
    if problems:
        page = intake_view.form_page(visit, desk, kept, item, problems)
        return visit.show(page, status=Invalid.status)
    return visit.go(f"/intake/{draft}/check")


async def receive(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """T03: receive what the check page showed. The same form sent again gives the same case."""
    form = visit.form(ReceiveForm)
    try:
        content = drafted.decode(form.application)
    except msgspec.MsgspecError as error:
        raise Invalid(N_("这个表单不完整，没有收件"), next_step=N_("请返回核对页再按一次收件")) from error
    # The version that the form was made for; whether it is still in force is the writer's to say.
    item = intake_form.item_of(desk, content)
    receipt = drafted.command(content, item, fields.kinds_of(item), draft)
    try:
        uploads.check_stored(desk.store.blobs, (file for one in receipt.materials for file in one.files))
        done = await desk.submit(drafted.as_entered(content, receipt), actor=visit.actor, key=visit.key)
    except Conflict as conflict:
        if conflict.code != ITEM_CHANGED:
            raise
        return visit.show(changed_page(visit, desk, draft, content), status=Conflict.status)
    except Invalid as refusal:
        return await _again(visit, desk, Draft(draft, content, ""), item, refusal)
    return visit.go(f"/{'joints' if 'joint' in done.result else 'cases'}/{done.result['case']}/received")


async def _again(visit: Visit, desk: Desk, draft: Draft, item: ServiceItem, refusal: Refusal) -> Response[str]:
    """Show the form with what was refused; a draft that is gone comes back with all that was typed."""
    await drafted.create(visit, desk, draft.id, drafted.FORM, draft.content)
    kept = drafted.load(visit, desk, draft.id)
    problems: Mapping[str, str] = intake_view.messages(visit, refusal, draft.content) or {
        "": visit.text(refusal.message, **refusal.params)
    }
    return visit.show(intake_view.form_page(visit, desk, kept, item, problems), status=refusal.status)


async def renew(visit: Visit, desk: Desk, draft: str) -> Response[str]:
    """Go on with the item's newest version; what was typed stays."""
    kept = drafted.load(visit, desk, draft)
    new = intake_form.wanted_item(desk, kept.content).task_version
    members = intake_form.members_of(desk, kept.content.subject)
    await drafted.change(
        visit, desk, draft, lambda content: msgspec.structs.replace(content, version=new, members=members)
    )
    return visit.go(f"/intake/{draft}")


def received(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show number, query code and the day by which the applicant hears more; the slip is one key away."""
    case = cases.find(desk.reader(), no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no[:40]})
    clock = case.clock("C1")
    item = desk.facts.item_of(desk.reader(), case)
    lacking = {material.code: material.name for material in item.materials}
    visit.saw("case", case.no, "name")
    return visit.show(
        ReceivedPage(
            no=case.no,
            query_code=case.query_code,
            item=case.item_name,
            applicant=case.applicant.name,
            number=document_number(case.applicant.id_type, case.applicant.id_number, Audience.RECEIPT),
            received=parse_time(case.received_at).strftime("%Y-%m-%d %H:%M"),
            due=clock.deadline.due if clock else "",
            deemed=item.correction.deemed_acceptance,
            provisional=clock.deadline.provisional if clock else False,
            ticket=case.ticket,
            materials=len(case.materials),
            missing=tuple(lacking.get(code, code) for code in case.missing),
            safe=case_truth(desk.store, case.no).value,
            paper_no=case.back_entry.paper_no if case.back_entry is not None else "",
            unconfirmed=case.unconfirmed,
        )
    )
