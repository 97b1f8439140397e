"""预审: take a case, judge each material against its review points, then accept or tell once what must be corrected."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.guide import limit_text
from appliance.domain.case import Case
from appliance.domain.decide.application import applying_materials
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, Refusal
from appliance.projections import staff
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.instant import HandleInstant
from appliance.services.prereview import PreReviewCase, TakeCase
from web.pages.case_page import MaterialLine, answers, material_lines, not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.intake_draft import Content
from web.pages.intake_view import Spot, spot_of
from web.pages.prereview_lines import LineDraft, drafted, posted_lines
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

DRAFT_CORRECTION = "draft"
ON_THE_SPOT = "spot"


class Review(msgspec.Struct, frozen=True):
    """One material under review: what was handed in, what to look at, the verdict so far."""

    material: MaterialLine
    points: tuple[str, ...]
    basis: str
    verdict: str
    reason: str


class Tolerance(msgspec.Struct, frozen=True):
    """What may follow later 容缺: the missing materials that the item lets wait, by when, and what was ticked."""

    lines: tuple[tuple[str, str], ...]
    explain: str
    chosen: tuple[str, ...]
    commitment: bool


class PreReviewPage(msgspec.Struct, frozen=True):
    """The materials with their verdicts; with `lines`, the one-time notice before it goes out."""

    TEMPLATE: ClassVar[str] = "prereview/prereview.html"
    head: Head
    reviews: tuple[Review, ...]
    missing: tuple[MaterialLine, ...]
    tolerance: Tolerance | None
    spot: Spot | None
    lines: tuple[LineDraft, ...]
    correcting: bool
    repeat: bool
    notice_due: str
    answers: tuple[tuple[str, str], ...]
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


class TakePage(msgspec.Struct, frozen=True):
    """A case that nobody has taken yet."""

    TEMPLATE: ClassVar[str] = "prereview/take.html"
    head: Head
    materials: tuple[MaterialLine, ...]
    answers: tuple[tuple[str, str], ...]
    problems: dict[str, str]
    stale: Stale | None


class PreReviewForm(msgspec.Struct, frozen=True):
    """The fixed fields of the form; verdicts, reasons and lines come by name."""

    version: int = 0
    then: str = ""
    commitment: str = ""
    opinion: str = ""
    content: str = ""


class Typed(msgspec.Struct, frozen=True):
    """Everything that the handler typed."""

    version: int
    then: str
    verdicts: dict[str, str]
    reasons: dict[str, str]
    lines: tuple[LineDraft, ...]
    tolerate: tuple[str, ...] = ()
    commitment: bool = False
    opinion: str = ""
    content: str = ""


def _by_prefix(visit: Visit, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in visit.fields.multi_items()
        if name.startswith(prefix) and isinstance(value, str)
    }


def _typed(visit: Visit) -> Typed:
    form = visit.form(PreReviewForm)
    return Typed(
        form.version,
        form.then,
        _by_prefix(visit, "verdict."),
        _by_prefix(visit, "reason."),
        posted_lines(visit),
        tuple(code for code in visit.fields.getall("tolerate", []) if isinstance(code, str)),
        bool(form.commitment),
        form.opinion,
        form.content,
    )


def _stored(case: Case) -> Typed:
    return Typed(
        case.version,
        "",
        {material.code: material.verdict for material in case.materials},
        {material.code: material.reason for material in case.materials},
        (),
    )


def _is_mine(visit: Visit, case: Case) -> bool:
    return case.state is State.PRE_REVIEW and case.handler == visit.actor.id


def _labels(item: ServiceItem, typed: Typed) -> dict[str, str]:
    labels: dict[str, str] = {}
    for material in item.materials:
        labels |= {f"{kind}.{material.code}": material.name for kind in ("verdict", "reason", "material")}
    for line in typed.lines:
        labels |= {f"problem.{line.target}": line.name, f"requirement.{line.target}": line.name}
    return labels


def _tolerance(visit: Visit, item: ServiceItem, missing: tuple[MaterialLine, ...], typed: Typed) -> Tolerance | None:
    """Offer what the item lets follow later, by the words of its own list; None when nothing missing is on it."""
    policy = item.tolerance_policy
    allowed = {one.code for one in item.materials if one.tolerable}
    lines = tuple((line.code, line.name) for line in missing if line.code in allowed)
    if policy is None or not lines:
        return None
    explain = policy.explain
    if policy.days:
        limit = limit_text(policy.days, policy.day_type, visit.text)
        explain = visit.text(N_("%(explain)s；受理之后 %(limit)s内补齐"), explain=explain, limit=limit)
    return Tolerance(lines, explain, typed.tolerate, typed.commitment)


def _spot(visit: Visit, desk: Desk, case: Case, item: ServiceItem, typed: Typed) -> Spot | None:
    """Offer to finish an instant item here (T33), once and only before any notice."""
    if item.project_type is not HandlingType.INSTANT or case.notices:
        return None
    said = {"spot.opinion": typed.opinion, "spot.content": typed.content}
    return spot_of(visit, desk, Content(item.catalog_code, 0, {k: [v] for k, v in said.items()}), item)


def _page(visit: Visit, desk: Desk, seen: Sight, typed: Typed, why: Refused = NOTHING) -> PreReviewPage:
    case = seen.case
    item = desk.facts.item_of(desk.reader(), case)
    lines = material_lines(visit, desk, item, seen)
    reviews = []
    for line in lines:
        if line.missing:
            continue
        known = item.material(line.code)
        reviews.append(
            Review(
                material=line,
                points=known.review_points if known else (),
                basis="；".join(f"《{law.law}》{law.article}" for law in known.by_law[:2]) if known else "",
                verdict=typed.verdicts.get(line.code, ""),
                reason=typed.reasons.get(line.code, ""),
            )
        )
    clock = case.clock("C1")
    missing = tuple(line for line in lines if line.missing)
    # Fields named for a material as a whole have no input of their own; they point at its verdict.
    problems = {name.replace("material.", "verdict.") if name.startswith("material.") else name: text
                for name, text in why.problems.items()}  # fmt: skip
    return PreReviewPage(
        head=head(visit, desk, seen),
        reviews=tuple(reviews),
        missing=missing,
        tolerance=_tolerance(visit, item, missing, typed),
        spot=_spot(visit, desk, case, item, typed),
        lines=typed.lines,
        correcting=bool(typed.lines) or typed.then == "correct",
        repeat=bool(case.notices),
        notice_due=clock.deadline.due if clock else "",
        answers=answers(visit, item, seen),
        problems=problems,
        labels=_labels(item, typed),
        stale=why.stale,
        open=_is_mine(visit, case),
    )


def _take_page(visit: Visit, desk: Desk, seen: Sight, why: Refused = NOTHING) -> Response[str]:
    item = desk.facts.item_of(desk.reader(), seen.case)
    page = TakePage(
        head(visit, desk, seen),
        material_lines(visit, desk, item, seen),
        answers(visit, item, seen),
        why.problems,
        why.stale,
    )
    return visit.show(page, status=why.status)


def _elsewhere(visit: Visit, desk: Desk, seen: Sight) -> Response[str]:
    if seen.case.state is State.PRE_REVIEW:
        name = staff.names(desk.reader()).get(seen.case.handler, "")
        text = visit.text(N_("这件由 %(name)s %(id)s 承办，请由承办人预审"), name=name, id=seen.case.handler)
    elif seen.case.state is State.RECEIVED:
        department = desk.facts.item_of(desk.reader(), seen.case).dept_name
        text = visit.text(N_("这件归%(department)s预审，请由那里的承办人领办"), department=department)
    else:
        text = visit.text(N_("预审只在收件之后、受理之前进行"))
    return not_now(visit, desk, seen, text)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the case for pre-review, or offer to take it."""
    seen = sight(visit, desk, no)
    untaken = seen.case.state is State.PRE_REVIEW and not seen.case.handler  # given back to the department
    if (seen.case.state is State.RECEIVED or untaken) and seen.own:
        return _take_page(visit, desk, seen)
    if not _is_mine(visit, seen.case):
        return _elsewhere(visit, desk, seen)
    return visit.show(_page(visit, desk, seen, _stored(seen.case)))


async def take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T04: take the case; a colleague who was faster is named."""
    version = visit.form(PreReviewForm).version
    try:
        await desk.submit(TakeCase(case=no, version=version), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if not is_stale(refusal):
            refused(visit, refusal)
            raise
        why = both_sides(visit, desk, seen, refusal, version, _take_sides(visit, desk, seen.case))
        return _take_page(visit, desk, seen, why)
    return visit.go(f"/prereview/{no}")


def _take_sides(visit: Visit, desk: Desk, case: Case) -> dict[str, tuple[str, str]]:
    names = staff.names(desk.reader())
    now = f"{names.get(case.handler, '')} {case.handler}".strip()
    return {
        visit.text(N_("承办人")): (f"{names.get(visit.actor.id, '')} {visit.actor.id}".strip(), now),
        visit.text(N_("状态")): (visit.text(STATE_NAMES[State.PRE_REVIEW]), visit.text(STATE_NAMES[case.state])),
    }


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Keep the verdicts, accept, or tell what must be corrected.

    ``then=draft`` writes nothing: it shows the notice with a line for each problem and each missing material.
    """
    typed = _typed(visit)
    if typed.then == DRAFT_CORRECTION:
        seen = sight(visit, desk, no)
        if not _is_mine(visit, seen.case):
            return _elsewhere(visit, desk, seen)
        item = desk.facts.item_of(desk.reader(), seen.case)
        lines = drafted(visit, item, seen.case, typed.verdicts, typed.reasons)
        return visit.show(_page(visit, desk, seen, msgspec.structs.replace(typed, lines=lines, then="correct")))
    if typed.then == ON_THE_SPOT:
        spot = HandleInstant(
            case=no, version=typed.version, verdicts=typed.verdicts, opinion=typed.opinion, content=typed.content
        )
        return await _send(visit, desk, no, typed, spot, f"/cases/{no}/spot")
    command = PreReviewCase(
        case=no,
        version=typed.version,
        verdicts=typed.verdicts,
        reasons={code: text for code, text in typed.reasons.items() if text},
        then=typed.then if typed.then in ("accept", "correct") else "",
        corrections=tuple(line.words() for line in typed.lines if line.chosen),
        tolerate=typed.tolerate if typed.then == "accept" else (),
        commitment=typed.commitment,
    )
    return await _send(visit, desk, no, typed, command, f"/prereview/{no}" if not command.then else f"/cases/{no}")


async def _send(visit: Visit, desk: Desk, no: str, typed: Typed, command: Command, to: str) -> Response[str]:
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _again(visit, desk, no, typed, refusal)
    return visit.go(to)


def _again(visit: Visit, desk: Desk, no: str, typed: Typed, refusal: Refusal) -> Response[str]:
    seen = sight(visit, desk, no)
    if is_stale(refusal):
        why = both_sides(visit, desk, seen, refusal, typed.version, _sides(visit, desk, seen.case, typed))
    else:
        why = refused(visit, refusal)
    return visit.show(_page(visit, desk, seen, typed, why), status=why.status)


def _sides(visit: Visit, desk: Desk, case: Case, typed: Typed) -> dict[str, tuple[str, str]]:
    """Pair each verdict as typed with the one that stands now."""
    words = {"pass": visit.text(N_("符合")), "problem": visit.text(N_("有问题"))}

    def say(verdict: str, reason: str) -> str:
        return "：".join(part for part in (words.get(verdict, ""), reason if verdict == "problem" else "") if part)

    sides = {visit.text(N_("状态")): (visit.text(STATE_NAMES[State.PRE_REVIEW]), visit.text(STATE_NAMES[case.state]))}
    names = {material.code: material.name for material in case.materials}
    for code, name in names.items():
        held = case.material(code)
        mine = say(typed.verdicts.get(code, ""), typed.reasons.get(code, ""))
        sides[name] = (mine, say(held.verdict, held.reason) if held else "")
    notice = {line.line.target: f"{line.problem} → {line.requirement}" for line in case.notice_lines}
    for line in typed.lines:
        label = visit.text(N_("补正：%(name)s"), name=line.name)
        sides[label] = (f"{line.problem} → {line.requirement}", notice.get(line.target, ""))
    listed = applying_materials(desk.facts.item_of(desk.reader(), case), case.form, case.variants)
    for material in listed:
        if material.code in notice and visit.text(N_("补正：%(name)s"), name=material.name) not in sides:
            sides[visit.text(N_("补正：%(name)s"), name=material.name)] = ("", notice[material.code])
    return sides
