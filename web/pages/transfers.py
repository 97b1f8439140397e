"""移交大厅: cases on their way between halls, red after two working days; giving one up, signing for one that came."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.case import Case
from appliance.domain.entry import read_event
from appliance.domain.events.transfer import CaseTransferred
from appliance.domain.masking import Audience
from appliance.domain.states import STATE_NAMES
from appliance.domain.transfer import PURPOSE_NAMES, SOURCES, Phase
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_, Refusal
from appliance.projections import cases, halls, staff, transfers
from appliance.projections.transfers import TransferRow
from appliance.services.desk import Desk
from appliance.services.timeline_transfer import purpose_name, state_name
from appliance.services.transfers import TakeOverCase, TransferCase
from appliance.store.case_entries import entries_of
from web.pages.case_page import FORM_NAMES, not_now
from web.pages.casework import Head, Light, Sight, head, sight
from web.pages.hand_notice import hand_light, shown_time
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

LABELS = {"to": N_("交给哪个大厅"), "purpose": N_("目的"), "reason": N_("移交的原因")}


class TransferLine(msgspec.Struct, frozen=True):
    """One hand-over of a list: the other hall, since when, its light, and where the case stands as far as is known."""

    case: str
    item: str
    other: str
    purpose: str
    given: str
    light: Light
    late: bool
    state: str
    taken: str
    link: bool


class TransfersPage(msgspec.Struct, frozen=True):
    """What waits for a signature here, what for one elsewhere, what is elsewhere, and what was signed for last."""

    TEMPLATE: ClassVar[str] = "transfers/list.html"
    came: tuple[TransferLine, ...]
    given: tuple[TransferLine, ...]
    away: tuple[TransferLine, ...]
    settled: tuple[TransferLine, ...]
    late: int
    signs: bool
    alone: bool


class GiveForm(msgspec.Struct, frozen=True):
    """What is typed to give a case up."""

    version: int = 0
    to: str = ""
    purpose: str = ""
    reason: str = ""


class GivePage(msgspec.Struct, frozen=True):
    """The form, and what giving a case up means."""

    TEMPLATE: ClassVar[str] = "transfers/give.html"
    head: Head
    halls: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    form: GiveForm
    paper: tuple[str, ...]
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


class TakeForm(msgspec.Struct, frozen=True):
    """The version that was looked at, and that the paper was counted."""

    version: int = 0
    counted: bool = False


class TakePage(msgspec.Struct, frozen=True):
    """A case that came: from where, why, which paper has to be there, and which scans are still on their way."""

    TEMPLATE: ClassVar[str] = "transfers/take.html"
    head: Head
    source: str
    purpose: str
    reason: str
    given: str
    light: Light
    paper: tuple[str, ...]
    coming: int
    form: TakeForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None


def _line(visit: Visit, desk: Desk, row: TransferRow, names: dict[str, str], *, link: bool = False) -> TransferLine:
    case = cases.find(desk.reader(), row.case_no)
    lamp, late = hand_light(visit, desk, row.given_at)
    state = visit.text(state_name(row.state)) if row.state else ""
    return TransferLine(
        case=row.case_no,
        item=case.item_name if case is not None else "",
        other=row.hall_name or row.other_name,
        purpose=visit.text(purpose_name(row.purpose)),
        given=shown_time(row.given_at),
        light=lamp,
        late=late and not row.taken_at,
        state=f"{state} · {shown_time(row.state_at)}" if state else "",
        taken=f"{shown_time(row.taken_at)} {names.get(row.taken_by, row.taken_by)}".strip() if row.taken_at else "",
        link=link,
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show what is on its way, here and there."""
    connection, names = desk.reader(), staff.names(desk.reader())
    signs = visit.actor.role in TRANSITIONS["T39"].roles

    def lines(rows: list[TransferRow], *, link: bool = False) -> tuple[TransferLine, ...]:
        return tuple(_line(visit, desk, row, names, link=link) for row in rows)

    came = lines(transfers.waiting(connection, came=True), link=signs)
    given = lines(transfers.waiting(connection, came=False))
    page = TransfersPage(
        came=came,
        given=given,
        away=lines(transfers.away(connection)),
        settled=lines(transfers.settled(connection)),
        late=sum(one.late for one in (*came, *given)),
        signs=signs,
        alone=len(halls.names(connection)) < 2,  # noqa: PLR2004 - this hall and another one
    )
    return visit.show(page)


# ---- giving up ---------------------------------------------------------------------------------------------------


def _paper(visit: Visit, case: Case) -> tuple[str, ...]:
    """Name what is on paper and goes along, with its form."""
    return tuple(
        f"{held.name} · {visit.text(FORM_NAMES.get(held.form, held.form))}" for held in case.materials if held.on_paper
    )


def _give_page(visit: Visit, desk: Desk, seen: Sight, form: GiveForm, why: Refused = NOTHING) -> Response[str]:
    hall = desk.facts.hall
    here = f"{hall.area}{hall.hall}"
    page = GivePage(
        head=head(visit, desk, seen),
        halls=tuple((code, name) for code, name in halls.names(desk.reader()).items() if code != here),
        purposes=tuple(
            (kind.value, visit.text(PURPOSE_NAMES[kind])) for kind in SOURCES if seen.case.state in SOURCES[kind]
        ),
        form=form,
        paper=_paper(visit, seen.case) if seen.audience is Audience.TASK else (),
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=why.stale,
        open=seen.case.hand is None and seen.case.state in TRANSITIONS["T38"].sources,
    )
    return visit.show(page, status=why.status)


def _back(seen: Sight, desk: Desk) -> str:
    """Give the hall that the case came from last, which is where it goes back to; empty for one that never moved."""
    rows = [row for row in transfers.of_case(desk.reader(), seen.case.no) if row.came]
    return rows[-1].other if rows else ""


def show_give(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form; a case that came from another hall goes back there unless said otherwise."""
    seen = sight(visit, desk, no)
    if seen.case.hand is not None:
        return not_now(visit, desk, seen, visit.text(N_("这件正在移交，现在不能再移交")))
    if seen.case.state not in TRANSITIONS["T38"].sources:
        return not_now(visit, desk, seen, visit.text(N_("这个状态的件不能移交")))
    purposes = [kind.value for kind in SOURCES if seen.case.state in SOURCES[kind]]
    others = [code for code in halls.names(desk.reader()) if code != f"{desk.facts.hall.area}{desk.facts.hall.hall}"]
    to = _back(seen, desk) or (others[0] if others else "")
    return _give_page(visit, desk, seen, GiveForm(version=seen.case.version, to=to, purpose=purposes[0]))


async def give(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T38: give the case up."""
    form = visit.form(GiveForm)
    command = TransferCase(case=no, version=form.version, to=form.to, purpose=form.purpose, reason=form.reason)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if not is_stale(refusal):
            return _give_page(visit, desk, seen, form, refused(visit, refusal))
        sides = {
            visit.text(N_("状态")): ("–", visit.text(STATE_NAMES[seen.case.state])),
            visit.text(LABELS["reason"]): (form.reason, "–"),
        }
        return _give_page(visit, desk, seen, form, both_sides(visit, desk, seen, refusal, form.version, sides))
    return visit.go(f"/cases/{no}")


# ---- signing for -------------------------------------------------------------------------------------------------


def _reason(desk: Desk, no: str) -> str:
    """Give why the case was handed over last, from the entry that came along."""
    reason = ""
    for entry in entries_of(desk.reader(), no):
        _, event = read_event(entry.record.entry, entry.record.private)
        if isinstance(event, CaseTransferred):
            reason = event.reason
    return reason


def _coming(desk: Desk, case: Case) -> int:
    """Count the scans of a case that are not here yet."""
    named = {file.sha256 for material in case.materials for file in material.files} | set(case.letters)
    return sum(not desk.store.blobs.has(digest) for digest in named)


def _take_page(visit: Visit, desk: Desk, seen: Sight, form: TakeForm, why: Refused = NOTHING) -> Response[str]:
    hand = seen.case.hand
    if hand is None or hand.phase is not Phase.ARRIVED:
        return not_now(visit, desk, seen, visit.text(N_("这件不在等待签收")))
    lamp, _late = hand_light(visit, desk, hand.given_at)
    task = seen.audience is Audience.TASK
    page = TakePage(
        head=head(visit, desk, seen),
        source=hand.other_name,
        purpose=visit.text(purpose_name(hand.purpose)),
        reason=_reason(desk, seen.case.no) if task else "",
        given=shown_time(hand.given_at),
        light=lamp,
        paper=_paper(visit, seen.case) if task else (),
        coming=_coming(desk, seen.case),
        form=form,
        problems=why.problems,
        labels={"counted": visit.text(N_("核对"))},
        stale=why.stale,
    )
    return visit.show(page, status=why.status)


def show_take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what came."""
    seen = sight(visit, desk, no)
    return _take_page(visit, desk, seen, TakeForm(version=seen.case.version))


async def take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T39: sign for it."""
    form = visit.form(TakeForm)
    if not form.counted:
        problem = {"counted": visit.text(N_("请清点纸质材料，齐了再打勾签收"))}
        return _take_page(visit, desk, sight(visit, desk, no), form, Refused(422, problem))
    try:
        await desk.submit(TakeOverCase(case=no, version=form.version), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if not is_stale(refusal):
            return _take_page(visit, desk, seen, form, refused(visit, refusal))
        sides = {visit.text(N_("状态")): ("–", visit.text(STATE_NAMES[seen.case.state]))}
        return _take_page(visit, desk, seen, form, both_sides(visit, desk, seen, refusal, form.version, sides))
    return visit.go(f"/cases/{no}")
