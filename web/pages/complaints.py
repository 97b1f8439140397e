"""投诉: the list of those that this person may read, a new one, and one complaint with the act that is his now."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import to_the_minute
from appliance.domain import masking
from appliance.domain.actor import Role
from appliance.domain.complaints import (
    CATEGORY_NAMES,
    CHANNEL_NAMES,
    GROUND_NAMES,
    INVESTIGATORS,
    OBJECT_NAMES,
    OVER,
    REGISTRARS,
    RESULT_NAMES,
    SATISFACTION_NAMES,
    STANDING_NAMES,
    Category,
    Channel,
    Ground,
    Object,
    Result,
    Satisfaction,
    Standing,
)
from appliance.domain.decide import complaints as rules
from appliance.domain.events import ComplaintRegistered
from appliance.domain.masking import Audience
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.papers.client import RenderClient
from appliance.papers.document import Presentation
from appliance.projections import complaints, staff
from appliance.projections.complaints import Complaint
from appliance.services.commands import Command
from appliance.services.complaints import (
    AdmitComplaint,
    AnswerComplaint,
    CloseComplaint,
    ExtendComplaint,
    ReassignComplaint,
    RegisterComplaint,
    RejectComplaint,
    concerned,
    may_read,
)
from appliance.services.desk import Desk
from appliance.services.paper_builders.complaints import receipt_paper, reply_paper
from web.pages.stale import NOTHING, Refused, refused
from web.printing import send_pdf
from web.visit import Visit

PAGE_ROWS = 50
TONES: dict[Standing, str] = {
    Standing.REGISTERED: "warn",
    Standing.ADMITTED: "b",
    Standing.ANSWERED: "b",
    Standing.REJECTED: "",
    Standing.CLOSED: "ok",
}
LABELS = {
    "channel": N_("投诉渠道"),
    "about": N_("投诉对象"),
    "subject": N_("办件编号、工号、窗口号或者事项编码"),
    "category": N_("投诉类别"),
    "complainant": N_("投诉人姓名（匿名的不填）"),
    "contact": N_("联系方式（电话或者地址）"),
    "content": N_("投诉内容"),
    "investigator": N_("调查人"),
    "complex": N_("情况复杂或者涉及几个部门"),
    "ground": N_("不予受理的理由"),
    "reply": N_("给投诉人的答复"),
    "reason": N_("延期的理由"),
    "result": N_("调查结果"),
    "findings": N_("调查核实的情况（内部）"),
    "measures": N_("处理和整改措施"),
    "satisfaction": N_("投诉人的意见"),
    "archive_no": N_("档案号"),
    "note": N_("意见说明"),
}
Option = tuple[str, str]


class ComplaintRow(msgspec.Struct, frozen=True):
    """One line of the list."""

    no: str
    about: str
    category: str
    channel: str
    at: str
    standing: str
    tone: str
    due: str
    late: bool
    mine: bool


class ComplaintsPage(msgspec.Struct, frozen=True):
    """The list, in pages."""

    TEMPLATE: ClassVar[str] = "complaints/list.html"
    rows: tuple[ComplaintRow, ...]
    page: int
    more: bool
    registers: bool


class NewComplaint(msgspec.Struct, frozen=True):
    """A complaint as it is typed."""

    channel: str = ""
    about: str = ""
    subject: str = ""
    category: str = ""
    complainant: str = ""
    contact: str = ""
    content: str = ""


class NewPage(msgspec.Struct, frozen=True):
    """The form of a new complaint."""

    TEMPLATE: ClassVar[str] = "complaints/new.html"
    channels: tuple[Option, ...]
    objects: tuple[Option, ...]
    categories: tuple[Option, ...]
    labels: dict[str, str]
    problems: dict[str, str]
    form: NewComplaint


class ActForm(msgspec.Struct, frozen=True):
    """What was typed on a complaint's page."""

    investigator: str = ""
    complex: bool = False
    ground: str = ""
    reply: str = ""
    reason: str = ""
    result: str = ""
    findings: str = ""
    measures: str = ""
    satisfaction: str = ""
    archive_no: str = ""
    note: str = ""


class ComplaintPage(msgspec.Struct, frozen=True):
    """One complaint: what it says, how far it is, and the forms that are this person's now."""

    TEMPLATE: ClassVar[str] = "complaints/one.html"
    row: ComplaintRow
    case: str
    facts: tuple[tuple[str, str], ...]
    decides: bool
    reassigns: bool
    extends: bool
    answers: bool
    closes: bool
    receipt: bool
    replied: bool
    investigators: tuple[Option, ...]
    grounds: tuple[Option, ...]
    results: tuple[Option, ...]
    satisfactions: tuple[Option, ...]
    labels: dict[str, str]
    problems: dict[str, str]
    form: ActForm


class Wish(msgspec.Struct, frozen=True):
    """Which page of the list."""

    page: int = 1


def _labels(visit: Visit) -> dict[str, str]:
    return {name: visit.text(label) for name, label in LABELS.items()}


def _options(visit: Visit, names: dict[Channel, str] | dict[Object, str] | dict[Category, str]) -> tuple[Option, ...]:
    return tuple((str(code), visit.text(name)) for code, name in names.items())


def _today(visit: Visit) -> str:
    return visit.front.clock.now().date().isoformat()


def _waits_for(visit: Visit, one: Complaint) -> bool:
    """Tell whether the next step is this person's."""
    if one.standing is Standing.ADMITTED:
        return one.investigator == visit.actor.id
    return visit.actor.role is Role.SUPERVISOR and one.standing not in OVER


def _row(visit: Visit, one: Complaint) -> ComplaintRow:
    waits = one.standing not in OVER
    about = visit.text(OBJECT_NAMES[Object(one.about)])
    return ComplaintRow(
        no=one.no,
        about=f"{about} {one.subject}".strip(),
        category=visit.text(CATEGORY_NAMES[Category(one.category)]),
        channel=visit.text(CHANNEL_NAMES[Channel(one.channel)]),
        at=to_the_minute(one.at),
        standing=visit.text(STANDING_NAMES[one.standing]),
        tone=TONES[one.standing],
        due=one.due if waits else "",
        late=waits and one.due < _today(visit),
        mine=_waits_for(visit, one),
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List complaints: supervision and the hall's manager all but those about themselves, others their own."""
    page, reader = max(1, visit.query(Wish).page), desk.reader()
    all_of_them = visit.actor.role in (Role.SUPERVISOR, Role.HALL_MANAGER)
    found = complaints.listing(
        reader,
        person="" if all_of_them else visit.actor.id,
        limit=PAGE_ROWS + 1,
        offset=(page - 1) * PAGE_ROWS,
    )
    rows = tuple(_row(visit, one) for one in found[:PAGE_ROWS] if may_read(reader, visit.actor, one))
    return visit.show(ComplaintsPage(rows, page, len(found) > PAGE_ROWS, visit.actor.role in REGISTRARS))


def _new(visit: Visit, form: NewComplaint, why: Refused = NOTHING) -> Response[str]:
    page = NewPage(
        channels=_options(visit, CHANNEL_NAMES),
        objects=_options(visit, OBJECT_NAMES),
        categories=_options(visit, CATEGORY_NAMES),
        labels=_labels(visit),
        problems=why.problems,
        form=form,
    )
    return visit.show(page, status=why.status)


def show_new(visit: Visit) -> Response[str]:
    """Offer the form; what it is about may come along in the address."""
    return _new(visit, visit.query(NewComplaint))


async def register(visit: Visit, desk: Desk) -> Response[str]:
    """Write a complaint down."""
    form = visit.form(NewComplaint)
    command = RegisterComplaint(**msgspec.structs.asdict(form))
    try:
        outcome = await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _new(visit, form, refused(visit, refusal))
    return visit.go(f"/complaints/{outcome.result['complaint']}")


def _found(visit: Visit, desk: Desk, no: str) -> Complaint:
    one = complaints.find(desk.reader(), no)
    if one is None:
        raise NotFound(N_("没有编号为 %(no)s 的投诉"), params={"no": no[:40]}, next_step=N_("请从投诉清单进入"))
    if not may_read(desk.reader(), visit.actor, one):
        raise Forbidden(N_("这件投诉不由您登记、调查或者监察"), next_step=N_("请从投诉清单进入"))
    return one


def _who(visit: Visit, one: Complaint, registered: ComplaintRegistered | None) -> tuple[str, str]:
    """Give who complained and how to reach him, as this person may know it; the look is noted."""
    if registered is None:
        return visit.text(N_("（内容已依法删除）")), ""
    if not registered.complainant and not registered.contact:
        return visit.text(N_("匿名")), ""
    if not rules.may_know_who(by=one.by, investigator=one.investigator, actor=visit.actor):
        return masking.person_name(registered.complainant, Audience.LIST), ""
    visit.saw("complaint", one.subject if one.about == Object.CASE else "", "name", "phone")
    return registered.complainant or visit.text(N_("匿名")), registered.contact


def _facts(visit: Visit, desk: Desk, one: Complaint) -> tuple[tuple[str, str], ...]:
    reader = desk.reader()
    names = staff.names(reader)
    registered, answered = complaints.registration(reader, one), complaints.reply(reader, one)
    refusal, ended = complaints.refusal(reader, one), complaints.ending(reader, one)
    who, contact = _who(visit, one, registered)

    def by(number: str, at: str) -> str:
        return f"{names.get(number, '')} {number} · {to_the_minute(at)}" if number else ""

    rows = (
        (N_("投诉人"), who),
        (N_("投诉人的联系方式"), contact),
        (N_("投诉内容"), registered.content if registered is not None else ""),
        (N_("登记"), by(one.by, one.at)),
        (N_("受理或者不予受理"), by(one.decided_by, one.decided_at)),
        (N_("不予受理的理由"), visit.text(GROUND_NAMES[Ground(one.ground)]) if one.ground else ""),
        (N_("调查人"), f"{names.get(one.investigator, '')} {one.investigator}".strip()),
        (N_("答复期限"), one.answer_due),
        (N_("延期"), visit.text(N_("已延期一次")) if one.extended else ""),
        (N_("调查结果"), visit.text(RESULT_NAMES[Result(one.result)]) if one.result else ""),
        (N_("调查核实的情况（内部）"), answered.findings if answered is not None else ""),
        (N_("处理和整改措施"), answered.measures if answered is not None else ""),
        (N_("给投诉人的答复"), (answered or refusal).reply if answered or refusal else ""),  # type: ignore[union-attr]
        (N_("答复"), by(one.replied_by, one.replied_at)),
        (
            N_("投诉人的意见"),
            visit.text(SATISFACTION_NAMES[Satisfaction(ended.satisfaction)]) if ended is not None else "",
        ),
        (N_("意见说明"), ended.note if ended is not None else ""),
        (N_("档案号"), ended.archive_no if ended is not None else ""),
    )
    return tuple((visit.text(label), text) for label, text in rows if text)


def _investigators(desk: Desk, one: Complaint) -> tuple[Option, ...]:
    not_them = {*concerned(desk.reader(), one), one.investigator}
    return tuple(
        (person.id, f"{person.name} {person.id}")
        for person in staff.everyone(desk.reader())
        if INVESTIGATORS & set(person.roles) and not person.disabled and person.id not in not_them
    )


def _page(visit: Visit, desk: Desk, no: str, why: Refused = NOTHING) -> Response[str]:
    one = _found(visit, desk, no)
    supervisor = visit.actor.role is Role.SUPERVISOR
    decides = supervisor and one.standing is Standing.REGISTERED
    admitted = one.standing is Standing.ADMITTED
    page = ComplaintPage(
        row=_row(visit, one),
        case=one.subject if one.about == Object.CASE else "",
        facts=_facts(visit, desk, one),
        decides=decides,
        reassigns=supervisor and admitted,
        extends=supervisor and admitted and not one.extended and _today(visit) <= one.due,
        answers=admitted and visit.actor.id == one.investigator,
        closes=supervisor and one.standing is Standing.ANSWERED,
        receipt=bool(one.investigator),
        replied=one.replied >= 0,
        investigators=_investigators(desk, one) if decides or (supervisor and admitted) else (),
        grounds=tuple((str(code), visit.text(name)) for code, name in GROUND_NAMES.items()),
        results=tuple((str(code), visit.text(name)) for code, name in RESULT_NAMES.items()),
        satisfactions=tuple((str(code), visit.text(name)) for code, name in SATISFACTION_NAMES.items()),
        labels=_labels(visit),
        problems=why.problems,
        form=visit.form(ActForm),
    )
    return visit.show(page, status=why.status)


def show_one(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show a complaint."""
    return _page(visit, desk, no)


async def _act(visit: Visit, desk: Desk, no: str, command: Command) -> Response[str]:
    _found(visit, desk, no)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, no, refused(visit, refusal))
    return visit.go(f"/complaints/{no}")


async def admit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Take it up."""
    form = visit.form(ActForm)
    return await _act(visit, desk, no, AdmitComplaint(no=no, investigator=form.investigator, complex=form.complex))


async def reassign(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Name somebody else to inquire."""
    return await _act(visit, desk, no, ReassignComplaint(no=no, investigator=visit.form(ActForm).investigator))


async def reject(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Refuse to take it up."""
    form = visit.form(ActForm)
    return await _act(visit, desk, no, RejectComplaint(no=no, ground=form.ground, reply=form.reply))


async def extend(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Put the answer off."""
    return await _act(visit, desk, no, ExtendComplaint(no=no, reason=visit.form(ActForm).reason))


async def answer(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Answer it."""
    form = visit.form(ActForm)
    command = AnswerComplaint(
        no=no, result=form.result, findings=form.findings, measures=form.measures, reply=form.reply
    )
    return await _act(visit, desk, no, command)


async def close(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """File it after the call back."""
    form = visit.form(ActForm)
    command = CloseComplaint(no=no, satisfaction=form.satisfaction, archive_no=form.archive_no, note=form.note)
    return await _act(visit, desk, no, command)


async def receipt(visit: Visit, desk: Desk, render: RenderClient, no: str) -> Response[bytes]:
    """Send 投诉受理单 as a PDF, to those who may know who complained."""
    one = _for_paper(visit, desk, no)
    body = await render.render_async(receipt_paper(desk.reader(), desk.facts, one), presentation=_salted(desk, one))
    return send_pdf(body, f"{visit.text(N_('投诉受理单'))}-{no}.pdf", attach=False)


async def replied(visit: Visit, desk: Desk, render: RenderClient, no: str) -> Response[bytes]:
    """Send 投诉答复单 as a PDF, to those who may know who complained."""
    one = _for_paper(visit, desk, no)
    body = await render.render_async(reply_paper(desk.reader(), desk.facts, one), presentation=_salted(desk, one))
    return send_pdf(body, f"{visit.text(N_('投诉答复单'))}-{no}.pdf", attach=False)


def _salted(desk: Desk, one: Complaint) -> Presentation:
    return Presentation(salt=complaints.salt(desk.reader(), one))


def _for_paper(visit: Visit, desk: Desk, no: str) -> Complaint:
    one = _found(visit, desk, no)
    if not rules.may_know_who(by=one.by, investigator=one.investigator, actor=visit.actor):
        raise Forbidden(N_("文书上有投诉人的姓名，只有登记人、调查人和监察员可以打印"))
    visit.saw("complaint", one.subject if one.about == Object.CASE else "", "name", "phone", "paper")
    return one
