"""What the intake pages show beside the form: materials, the law's dates, the window's last cases."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import msgspec

from appliance.catalogue.labels import TERMS, term
from appliance.clock import parse_time
from appliance.domain.actor import Role
from appliance.domain.decide.limits import deadline
from appliance.domain.item_terms import ClockStart, LimitUnit, Necessity
from appliance.domain.masking import Audience
from appliance.domain.service_item import Material, ServiceItem
from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.projections import cases, delegations, licences
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.timeline import case_truth
from appliance.store import tray
from web.pages import intake_draft as drafted
from web.pages import intake_fields as fields
from web.pages.casework import audience_of, shown_name
from web.pages.intake_draft import Content, Draft, Scan
from web.pages.intake_fields import FieldView, Option
from web.pages.review_words import words_of
from web.visit import Visit

FORMS: tuple[Option, ...] = (
    ("original", N_("原件（留存）")),
    ("copy", N_("复印件")),
    ("copy+returned", N_("复印件，原件核验已退还")),
    ("copy+kept", N_("复印件，原件也留存")),
    ("electronic", N_("电子件")),
    ("electronic+returned", N_("电子件，原件核验已退还")),
)
RECENT = 6
SPOT_OPINION = N_("材料齐全，符合法定形式，予以办理。")
SPOT_LABELS = {"spot.checked": N_("审查"), "spot.opinion": N_("审批意见"), "spot.content": N_("准予的内容")}
# Fields whose rule speaks of digits and signs; left out they are simply missing.
BLANKS = frozenset(
    {"applicant.id_number", "applicant.phone", "applicant.representative_id", "agent.id_number", "agent.phone"}
)


class MaterialRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist; texts are message ids or the item's own words."""

    no: int
    code: str
    name: str
    source: str
    wanted: tuple[tuple[str, int], ...]
    necessity: str
    tolerable: bool
    optional: bool
    notes: str
    points: tuple[str, ...]
    options: tuple[Option, ...]
    value: str
    copies: str
    pages: str
    scans: tuple[Scan, ...]
    licence: str
    holder: str
    error: str
    current: bool = False

    @property
    def received(self) -> bool:
        """It is there, on paper, as a scan or by a licence."""
        return bool(self.value or self.scans)


class Limit(msgspec.Struct, frozen=True):
    """A limit in words and its day: count, unit (message id), ISO date, provisional."""

    count: int
    unit: str
    spot: bool
    due: str = ""
    provisional: bool = False


class Promise(msgspec.Struct, frozen=True):
    """What the law promises for this case when it is received today."""

    notice: Limit
    promised: Limit
    legal: Limit
    starts: str
    delivery_days: int
    fees: tuple[str, ...]


class Recent(msgspec.Struct, frozen=True):
    """One of the window's last cases, and where it is safe."""

    no: str
    time: str
    item: str
    applicant: str
    state: str
    safe: str


class MaterialsView(msgspec.Struct, frozen=True):
    """The checklist card."""

    base: str
    rows: tuple[MaterialRow, ...]
    tray: tuple[tray.TrayRow, ...]
    upload_bytes_max: int
    focus: bool = False


class MaterialsPart(msgspec.Struct, frozen=True):
    """The checklist card alone, after an act on it."""

    TEMPLATE: ClassVar[str] = "intake/_materials.html"
    view: MaterialsView


class Spot(msgspec.Struct, frozen=True):
    """即办: what the handler says on the same screen; `delegated` when he may decide, else the approver does."""

    checked: bool
    opinion: str
    content: str
    delegated: bool


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of a draft."""

    TEMPLATE: ClassVar[str] = "intake/form.html"
    draft: str
    title: str
    area: str
    department: str
    version: int
    newer: int
    ticket: FieldView
    walk_in: bool
    applicant: tuple[FieldView, ...]
    situation: tuple[FieldView, ...]
    groups: tuple[tuple[str, tuple[FieldView, ...]], ...]
    agent: tuple[FieldView, ...]
    with_agent: bool
    note: FieldView
    materials: MaterialsView
    promise: Promise
    recent: tuple[Recent, ...]
    mistakes: tuple[str, ...]
    spot: Spot | None
    paper: tuple[FieldView, ...]
    problems: Mapping[str, str]
    labels: Mapping[str, str]
    saved: str
    submission: str = ""


def messages(visit: Visit, refusal: Refusal, content: Content | None = None) -> dict[str, str]:
    """Give a refusal's field messages in the reader's language.

    With the draft's `content`, a number that was left out is asked for; nobody is told that its 0 digits are wrong.
    """
    said = {name: visit.text(text.msgid, **text.params) for name, text in refusal.fields.items()}
    if content is not None:
        said = {f"{drafted.PAPER}{name}" if name in drafted.PAPER_FIELDS else name: text for name, text in said.items()}
        for name in said.keys() & BLANKS:
            if not content.one(name).strip():
                said[name] = visit.text(N_("请填写这一项"))
    return said


def _limit(count: int, unit: LimitUnit, made: tuple[str, bool]) -> Limit:
    return Limit(count, TERMS[unit], unit is LimitUnit.ON_THE_SPOT, *made)


def promise(visit: Visit, desk: Desk, item: ServiceItem, content: Content) -> Promise:
    """Compute the dates as they would be if the case were received, and accepted, today; of 补录 on the written day."""
    today = drafted.written_day(content, visit.front.clock.now().date())
    calendar = desk.facts.calendar(desk.reader())

    def due(clock: str, count: int, unit: LimitUnit) -> tuple[str, bool]:
        made = deadline(clock, today, count, unit, calendar)
        return made.due, made.provisional

    notice, working = item.correction.notice_day, LimitUnit.WORKING_DAY
    return Promise(
        notice=_limit(notice, working, due("C1", notice, working)),
        promised=_limit(item.promise_day, item.promise_type, due("C3", item.promise_day, item.promise_type)),
        legal=_limit(item.anticipate_day, item.anticipate_type, due("C2", item.anticipate_day, item.anticipate_type)),
        starts="" if item.clock_start_event is ClockStart.ACCEPTANCE else term(item.clock_start_event),
        delivery_days=item.delivery_day,
        fees=tuple(fee.name for fee in item.fees),
    )


def recent(visit: Visit, desk: Desk) -> tuple[Recent, ...]:
    """Give the last cases of the clerk's window; names are masked where they are not this person's task."""
    rows = cases.recent(desk.reader(), window=visit.session.window or None, limit=RECENT)
    department = department_of(desk.reader(), visit.actor)

    def name(no: str) -> str:
        case = cases.find(desk.reader(), no)
        if case is None:
            return ""
        audience = audience_of(visit.actor, department, case)
        if audience is Audience.TASK:
            visit.saw("list", no, "name")
        return shown_name(case, audience)

    return tuple(
        Recent(
            no=row.no,
            time=parse_time(row.received_at).strftime("%H:%M"),
            item=row.item_name,
            applicant=name(row.no),
            state=STATE_NAMES[row.state],
            safe=case_truth(desk.store, row.no).value,
        )
        for row in rows
    )


def _options(material: Material, held: list[licences.Licence]) -> tuple[Option, ...]:
    usual = drafted.usual_form(material)
    ordered = sorted(FORMS, key=lambda option: option[0] != usual)
    return (*((f"licence:{one.identifier}", one.type_name) for one in held), *ordered)


def _row(
    content: Content, material: Material, no: int, held: list[licences.Licence], problems: Mapping[str, str]
) -> MaterialRow:
    code = material.code
    options = _options(material, held)
    value = content.one(f"material.{code}")
    scans = content.scans.get(code, ())
    if not value and scans:
        value = drafted.usual_form(material)
    elif not value and material.exempt and held:
        value = options[0][0]  # 免提交: what the hall can look up itself, it does not ask for
    chosen = next((one for one in held if value == f"licence:{one.identifier}"), None)
    if value.startswith("licence:") and chosen is None:
        value = ""  # another applicant was typed meanwhile: the licence is not theirs
    wanted = ((N_("原件"), material.originals), (N_("复印件"), material.copies))
    return MaterialRow(
        no=no,
        code=code,
        name=material.name,
        source=material.source_explain or term(material.source),
        wanted=tuple((text, count) for text, count in wanted if count),
        necessity=term(material.necessity),
        tolerable=material.necessity is Necessity.TOLERABLE,
        optional=material.necessity is Necessity.OPTIONAL,
        notes=material.filling_notes,
        points=material.review_points,
        options=options,
        value=value,
        copies=content.one(f"copies.{code}") or str(drafted.usual_copies(material)),
        pages=content.one(f"pages.{code}"),
        scans=scans,
        licence=chosen.type_name if chosen else "",
        holder=chosen.holder_name if chosen else "",
        error=problems.get(f"material.{code}", ""),
    )


def rows_of(
    desk: Desk, content: Content, materials: tuple[Material, ...], holder: str, day: date, problems: Mapping[str, str]
) -> tuple[MaterialRow, ...]:
    """Draw the checklist; the first line that waits is the current one.

    Args:
        desk: the desk.
        content: the draft.
        materials: the list that applies.
        holder: the applicant's number, under which licences are looked up.
        day: today.
        problems: messages by field.
    """
    connection = desk.reader()
    rows = []
    for no, material in enumerate(materials, start=1):
        held = (
            licences.usable(connection, holder, material.licence_codes, day.isoformat())
            if holder and material.licence_codes
            else []
        )
        rows.append(_row(content, material, no, held, problems))
    first = next((at for at, row in enumerate(rows) if not row.received), None)
    if first is not None:
        rows[first] = msgspec.structs.replace(rows[first], current=True)
    return tuple(rows)


def tray_of(visit: Visit, desk: Desk) -> tuple[tray.TrayRow, ...]:
    """Give what waits in the tray of the clerk's window."""
    window = visit.session.window
    return tuple(tray.waiting(desk.reader(), window)) if window else ()


def materials_view(
    visit: Visit, desk: Desk, draft: Draft, item: ServiceItem, problems: Mapping[str, str], *, focus: bool = False
) -> MaterialsView:
    """Draw the checklist of a draft."""
    content = draft.content
    holder = content.one("applicant.id_number").strip().upper()
    rows = rows_of(desk, content, drafted.listed(content, item), holder, visit.front.clock.now().date(), problems)
    if any(row.holder for row in rows):
        visit.saw("licence", "", "name")
    return MaterialsView(
        base=f"/intake/{draft.id}",
        rows=rows,
        tray=tray_of(visit, desk),
        upload_bytes_max=desk.facts.hall.upload_bytes_max,
        focus=focus,
    )


def with_licences(content: Content, view: MaterialsView) -> Content:
    """Write the licences that stand in for materials 免提交 into the draft: what is shown is what is received."""
    for row in view.rows:
        if row.value != content.one(f"material.{row.code}"):
            content = content.with_field(f"material.{row.code}", row.value)
    return content


def spot_of(visit: Visit, desk: Desk, content: Content, item: ServiceItem) -> Spot:
    """Give what the handler says to decide on the spot; what he would type anyway stands there already."""
    words, today = words_of(item.project_type), visit.front.clock.now().date().isoformat()
    return Spot(
        checked=content.one("spot.checked") == "1",
        opinion=content.one("spot.opinion") or visit.text(SPOT_OPINION),
        content=content.one("spot.content") or visit.text(words.prefill, item=item.task_name),
        delegated=delegations.valid(desk.reader(), visit.actor.id, item.catalog_code, today) is not None,
    )


def form_page(
    visit: Visit, desk: Desk, draft: Draft, item: ServiceItem, problems: Mapping[str, str], *, newer: int = 0
) -> FormPage:
    """Draw the page of a draft.

    Args:
        visit: the request.
        desk: the desk.
        draft: the draft.
        item: the item version that it was made for.
        problems: messages by field.
        newer: number of the version that has come since, 0 for none.
    """
    content = draft.content
    applicant = fields.applicant_fields(content, item, problems)
    agent = fields.agent_fields(content, problems)
    situation, groups = fields.form_fields(content, item, problems)
    paper = fields.paper_fields(content, problems)

    def single(name: str, label: str) -> FieldView:
        values = tuple(content.fields.get(name, ()))
        return FieldView(name=name, label=label, values=values, error=problems.get(name, ""), width=1, key="alt+1")

    ticket, note = single("ticket", N_("票号")), single("note", N_("备注"))
    return FormPage(
        draft=draft.id,
        title=item.task_name,
        area=desk.facts.hall.area,
        department=item.dept_name,
        version=item.task_version,
        newer=newer,
        ticket=ticket,
        walk_in=content.one("channel") == drafted.WALK_IN,
        applicant=applicant,
        situation=situation,
        groups=groups,
        agent=agent,
        with_agent=drafted.has_agent(content.fields),
        note=msgspec.structs.replace(note, key="", required=False, width=6),
        materials=materials_view(visit, desk, draft, item, problems),
        promise=promise(visit, desk, item, content),
        recent=recent(visit, desk),
        paper=paper,
        mistakes=item.guide.common_mistakes,
        spot=spot_of(visit, desk, content, item) if visit.actor.role is Role.CASE_HANDLER else None,
        problems=problems,
        labels={
            name: visit.text(text)
            for name, text in {
                **fields.labels_of(item, (*applicant, *agent, *paper, ticket, note)),
                **SPOT_LABELS,
            }.items()
        },
        saved=drafted.saved_at(draft),
        submission=draft.content.submission,
    )
