"""材料交接: what waits for a signature, here and there, red after two working days; making a list, signing for one."""

from datetime import date
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.case import Case
from appliance.domain.decide import handover as rules
from appliance.domain.events import SampleLine
from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.projections import cases, departments, handovers, staff
from appliance.projections.handovers import HandoverRow
from appliance.services.desk import Desk
from appliance.services.handovers import WINDOW, SendMaterials, TakeMaterials, place_of
from web.pages import case_marks
from web.pages.case_page import FORM_NAMES, not_now
from web.pages.casework import Head, Light, Sight, head, light, sight
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

SAMPLE_ROWS = 3
WINDOW_CODE = "window"  # how a form says the window, whose own code is empty
CARRIERS = frozenset({Role.WINDOW_CLERK, Role.CASE_HANDLER})
LABELS = {
    "receiver": N_("交给"),
    "lines": N_("交接的材料"),
    "samples": N_("样品"),
    "purpose": N_("交接事由"),
    "counted": N_("核对"),
}


class HandoverLine(msgspec.Struct, frozen=True):
    """One hand-over of a list: where it goes, since when, its light; `href` leads to the signature or the paper."""

    case: str
    item: str
    number: int
    giver: str
    receiver: str
    pieces: int
    sent: str
    by: str
    light: Light
    late: bool
    href: str
    sheet: str
    taken: str = ""
    refused: int = 0


class HandoversPage(msgspec.Struct, frozen=True):
    """What waits for my signature, what I wait for, what is done; for the manager all that is open."""

    TEMPLATE: ClassVar[str] = "handovers/list.html"
    mine: tuple[HandoverLine, ...]
    given: tuple[HandoverLine, ...]
    settled: tuple[HandoverLine, ...]
    all: bool
    late: int


class MaterialChoice(msgspec.Struct, frozen=True):
    """One material that can go: whether it is here."""

    code: str
    name: str
    form: str
    copies: int
    pages: int
    place: str
    here: bool
    ticked: bool


class SendForm(msgspec.Struct, frozen=True):
    """What is typed for a new list."""

    version: int = 0
    receiver: str = ""
    materials: tuple[str, ...] = ()
    sample_name: tuple[str, ...] = ()
    sample_quantity: tuple[str, ...] = ()
    purpose: str = ""

    @property
    def samples(self) -> tuple[SampleLine, ...]:
        """The samples as typed, line by line."""
        pairs = zip(self.sample_name, self.sample_quantity, strict=False)
        return tuple(SampleLine(name=name, quantity=quantity) for name, quantity in pairs)


class SendPage(msgspec.Struct, frozen=True):
    """The form of a new hand-over list."""

    TEMPLATE: ClassVar[str] = "handovers/send.html"
    head: Head
    receivers: tuple[tuple[str, str], ...]
    materials: tuple[MaterialChoice, ...]
    form: SendForm
    samples: tuple[tuple[str, str], ...]
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


class TakeLine(msgspec.Struct, frozen=True):
    """One line of a hand-over as the receiver sees it; a reason means that it is not taken."""

    key: str
    name: str
    form: str
    quantity: str
    reason: str
    error: str
    refused: bool


class TakeForm(msgspec.Struct, frozen=True):
    """What the receiver says."""

    version: int = 0
    counted: bool = False


class TakePage(msgspec.Struct, frozen=True):
    """The lines of a hand-over, to be counted and signed for."""

    TEMPLATE: ClassVar[str] = "handovers/take.html"
    head: Head
    number: int
    giver: str
    receiver: str
    sent: str
    by: str
    purpose: str
    lines: tuple[TakeLine, ...]
    form: TakeForm
    light: Light
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    settled: str
    sheet: str


def place_name(visit: Visit, desk: Desk, code: str) -> str:
    """Name a place: the window, or a department."""
    return departments.get(desk.reader(), code).name if code else visit.text(N_("综合窗口"))


def _line(visit: Visit, desk: Desk, row: HandoverRow, names: dict[str, str], *, signs: bool) -> HandoverLine:
    calendar = desk.facts.calendar(desk.reader())
    due = rules.due_day(date.fromisoformat(row.sent_at[:10]), calendar)
    case = cases.find(desk.reader(), row.case_no)
    sheet = f"/papers/{row.case_no}/transfer_list?index={row.sent_index}"
    return HandoverLine(
        case=row.case_no,
        item=case.item_name if case is not None else "",
        number=row.number,
        giver=place_name(visit, desk, row.giver),
        receiver=place_name(visit, desk, row.receiver),
        pieces=row.pieces,
        sent=row.sent_at[:16].replace("T", " "),
        by=f"{names.get(row.sent_by, '')} {row.sent_by}".strip(),
        light=light(visit, calendar, due),
        late=not row.taken_at and visit.front.clock.now().date().isoformat() > due,
        href=f"/handovers/{row.case_no}/{row.number}" if signs else sheet,
        sheet=sheet,
        taken=f"{row.taken_at[:16].replace('T', ' ')} {names.get(row.taken_by, row.taken_by)}" if row.taken_at else "",
        refused=row.refused,
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show what waits; a manager sees everything that is open."""
    connection, names = desk.reader(), staff.names(desk.reader())

    def lines(rows: list[HandoverRow], *, signs: bool = False) -> tuple[HandoverLine, ...]:
        return tuple(_line(visit, desk, row, names, signs=signs) for row in rows)

    if visit.actor.role not in CARRIERS:
        every = lines(handovers.waiting(connection))
        return visit.show(HandoversPage((), every, (), all=True, late=sum(one.late for one in every)))
    place = place_of(connection, visit.actor)
    mine = lines(handovers.waiting(connection, receiver=place), signs=True)
    given = lines(handovers.waiting(connection, giver=place))
    page = HandoversPage(
        mine=mine,
        given=given,
        settled=lines(handovers.settled(connection, place)),
        all=False,
        late=sum(one.late for one in (*mine, *given)),
    )
    return visit.show(page)


def _choices(visit: Visit, desk: Desk, case: Case, form: SendForm, place: str) -> tuple[MaterialChoice, ...]:
    return tuple(
        MaterialChoice(
            code=held.code,
            name=held.name,
            form=_form_words(visit, held.form, case_marks.original_words(held)),
            copies=held.copies or 1,
            pages=held.pages,
            place=case_marks.place_of(visit, desk.reader(), case, held),
            here=held.place == place and held.code not in case.moving,
            ticked=held.code in form.materials,
        )
        for held in case.materials
        if held.on_paper
    )


def _form_words(visit: Visit, form: str, original: str) -> str:
    words = visit.text(FORM_NAMES.get(form, form))
    return visit.text(N_("%(form)s，%(original)s"), form=words, original=visit.text(original)) if original else words


def _receivers(visit: Visit, desk: Desk, case: Case, place: str) -> tuple[tuple[str, str], ...]:
    known = {row.code: row.name for row in departments.listing(desk.reader())}
    ordered = sorted(known.items(), key=lambda one: one[0] != case.department)
    found = [(WINDOW_CODE, visit.text(N_("综合窗口"))), *ordered]
    return tuple((code, name) for code, name in found if code != (place or WINDOW_CODE))


def _send_page(visit: Visit, desk: Desk, seen: Sight, form: SendForm, why: Refused = NOTHING) -> Response[str]:
    place = place_of(desk.reader(), visit.actor)
    typed = [(one.name, one.quantity) for one in form.samples]
    page = SendPage(
        head=head(visit, desk, seen),
        receivers=_receivers(visit, desk, seen.case, place),
        materials=_choices(visit, desk, seen.case, form, place),
        form=form,
        samples=tuple(typed + [("", "")] * max(1, SAMPLE_ROWS - len(typed))),
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=why.stale,
        open=True,
    )
    return visit.show(page, status=why.status)


def show_send(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form; from the window it goes to the deciding department unless said otherwise."""
    seen = sight(visit, desk, no)
    if seen.case.unconfirmed:
        return not_now(visit, desk, seen, visit.text(N_("补录的件复核之后才能交接材料")))
    place = place_of(desk.reader(), visit.actor)
    receiver = seen.case.department if place == WINDOW else WINDOW_CODE
    return _send_page(visit, desk, seen, SendForm(version=seen.case.version, receiver=receiver))


async def send(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T03m: make the list, and lead to its paper."""
    form = visit.form(SendForm)
    nobody = place_of(desk.reader(), visit.actor)  # refused: nothing goes from a place to itself
    command = SendMaterials(
        case=no,
        version=form.version,
        receiver=WINDOW if form.receiver == WINDOW_CODE else form.receiver or nobody,
        materials=form.materials,
        samples=form.samples,
        purpose=form.purpose,
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
            sides[visit.text(LABELS["purpose"])] = (form.purpose, "")
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        else:
            why = refused(visit, refusal)
        return _send_page(visit, desk, seen, form, why)
    return visit.go(f"/papers/{no}/transfer_list")


def _typed(visit: Visit, key: str) -> tuple[bool, str]:
    if visit.request.method != "POST":
        return False, ""
    reason = visit.fields.get(f"reason.{key}", "")
    return key in visit.fields.getall("refused", []), reason if isinstance(reason, str) else ""


def _take_lines(visit: Visit, seen: Sight, number: int, problems: dict[str, str]) -> tuple[TakeLine, ...]:
    movement = seen.case.movement(number)
    if movement is None:
        return ()
    found = []
    names = [(line.name, visit.text(FORM_NAMES.get(line.form, line.form)), line) for line in movement.sent.lines]
    for name, form, line in names:
        pages = visit.text(N_("%(copies)s 份 %(pages)s 页"), copies=line.copies, pages=line.pages or "–")
        found.append((line.code, name, form, pages))
    for no in range(1, movement.sent.sample_count + 1):
        known = movement.sent.samples[no - 1] if no <= len(movement.sent.samples) else None
        sample = visit.text(N_("样品"))
        found.append((rules.sample_key(no), known.name if known else sample, sample, known.quantity if known else "–"))
    lines = []
    for key, name, form, quantity in found:
        refused_, reason = _typed(visit, key)
        if movement.taken is not None:
            refused_, reason = key in movement.taken.refused, movement.taken.reasons.get(key, "")
        lines.append(TakeLine(key, name, form, quantity, reason, problems.get(f"reason.{key}", ""), refused_))
    return tuple(lines)


def _take_page(
    visit: Visit, desk: Desk, seen: Sight, number: int, form: TakeForm, why: Refused = NOTHING
) -> Response[str]:
    movement, names = seen.case.movement(number), staff.names(desk.reader())
    if movement is None:
        return not_now(visit, desk, seen, visit.text(N_("这件没有这张交接单")))
    calendar = desk.facts.calendar(desk.reader())
    due = rules.due_day(date.fromisoformat(movement.at[:10]), calendar)
    lines = _take_lines(visit, seen, number, why.problems)
    settled = ""
    if movement.taken is not None:
        who = f"{names.get(movement.taken_by, '')} {movement.taken_by}".strip()
        settled = visit.text(N_("%(at)s %(who)s 已签收"), at=movement.taken_at[:16].replace("T", " "), who=who)
    index = next(
        (row.sent_index for row in handovers.of_case(desk.reader(), seen.case.no) if row.number == number),
        seen.case.last_index,
    )
    page = TakePage(
        head=head(visit, desk, seen),
        number=number,
        giver=place_name(visit, desk, movement.sent.giver),
        receiver=place_name(visit, desk, movement.sent.receiver),
        sent=movement.at[:16].replace("T", " "),
        by=f"{names.get(movement.by, '')} {movement.by}".strip(),
        purpose=movement.sent.purpose,
        lines=lines,
        form=form,
        light=light(visit, calendar, due),
        problems=why.problems,
        labels={
            **{name: visit.text(label) for name, label in LABELS.items()},
            **{f"reason.{line.key}": line.name for line in lines},
        },
        stale=why.stale,
        open=movement.taken is None and movement.sent.receiver == place_of(desk.reader(), visit.actor),
        settled=settled,
        sheet=f"/papers/{seen.case.no}/transfer_list?index={index}",
    )
    return visit.show(page, status=why.status)


def show_take(visit: Visit, desk: Desk, no: str, number: int) -> Response[str]:
    """Show the lines to be counted."""
    seen = sight(visit, desk, no)
    return _take_page(visit, desk, seen, number, TakeForm(version=seen.case.version))


async def take(visit: Visit, desk: Desk, no: str, number: int) -> Response[str]:
    """T03n: sign; what is refused goes back with its reason."""
    form, seen = visit.form(TakeForm), sight(visit, desk, no)
    keys = [line.key for line in _take_lines(visit, seen, number, {})]
    typed = {key: _typed(visit, key) for key in keys}
    command = TakeMaterials(
        case=no,
        version=form.version,
        handover=number,
        counted=form.counted,
        refused={key: reason for key, (marked, reason) in typed.items() if marked},
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        else:
            why = refused(visit, refusal)
        return _take_page(visit, desk, seen, number, form, why)
    return visit.go("/handovers")
