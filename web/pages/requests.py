"""要求补充材料 and what comes in after it (T35): asked for in review with a reason; no correction notice, no pause."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.case import Case
from appliance.domain.decide.application import applying_materials
from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.services.desk import Desk
from appliance.services.mending import ReceiveRequested
from appliance.services.review import RequestMaterial
from appliance.services.timeline_procedure import CAUSE_NAMES
from web.pages import presenters
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.given_materials import FORMS, GivenRow, handed, posted
from web.pages.prereview_lines import LineDraft, posted_lines
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit


class AskForm(msgspec.Struct, frozen=True):
    """Why material is asked for only now."""

    version: int = 0
    cause: str = ""
    reason: str = ""


class AskPage(msgspec.Struct, frozen=True):
    """The item's materials, each with a place for the question and what is wanted."""

    TEMPLATE: ClassVar[str] = "procedures/request.html"
    head: Head
    lines: tuple[LineDraft, ...]
    causes: tuple[tuple[str, str], ...]
    form: AskForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


class TakeForm(msgspec.Struct, frozen=True):
    """A remark to what came in."""

    version: int = 0
    note: str = ""
    presenter: str = ""


class TakePage(msgspec.Struct, frozen=True):
    """What was asked for, or tolerated, and is still open, with places for what came in."""

    TEMPLATE: ClassVar[str] = "procedures/requested.html"
    head: Head
    title: str
    tells: str
    action: str
    rows: tuple[GivenRow, ...]
    forms: tuple[tuple[str, str], ...]
    form: TakeForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    presenters: tuple[tuple[str, str], ...] = ()


def _is_open(visit: Visit, seen: Sight, page: str) -> bool:
    return any(act.href == f"/cases/{seen.case.no}/{page}" for act in acts(seen, visit.actor))


def _blank(desk: Desk, seen: Sight) -> tuple[LineDraft, ...]:
    case, item = seen.case, desk.facts.item_of(desk.reader(), seen.case)
    return tuple(
        LineDraft(one.code, one.name, "", "", "", chosen=False)
        for one in applying_materials(item, case.form, case.variants)
    )


def _ask_page(
    visit: Visit, desk: Desk, seen: Sight, form: AskForm, lines: tuple[LineDraft, ...], why: Refused = NOTHING
) -> Response[str]:
    causes = tuple(
        (code, visit.text(text))
        for code, text in CAUSE_NAMES.items()
        if code != "deemed_acceptance" or seen.case.deemed_accepted
    )
    labels = {
        "cause": visit.text(N_("缘由")),
        "reason": visit.text(N_("为什么现在才要求")),
        "lines": visit.text(N_("要求补充的材料")),
    }
    labels |= {f"{kind}.{line.target}": line.name for line in lines for kind in ("problem", "requirement")}
    page = AskPage(
        head=head(visit, desk, seen),
        lines=lines,
        causes=causes,
        form=form,
        problems=why.problems,
        labels=labels,
        stale=why.stale,
        open=_is_open(visit, seen, "request"),
    )
    return visit.show(page, status=why.status)


def show_ask(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the materials of the item for a request."""
    seen = sight(visit, desk, no)
    if not _is_open(visit, seen, "request"):
        return not_now(visit, desk, seen, visit.text(N_("要求补充材料只在审核中，由这件的承办人办理")))
    cause = "deemed_acceptance" if seen.case.deemed_accepted else "found_in_review"
    return _ask_page(visit, desk, seen, AskForm(seen.case.version, cause), _blank(desk, seen))


async def ask(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T35: ask, with the notice; every limit runs on."""
    form, lines = visit.form(AskForm), posted_lines(visit)
    command = RequestMaterial(
        case=no,
        version=form.version,
        cause=form.cause,
        reason=form.reason,
        lines=tuple(line.words() for line in lines if line.chosen),
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        why = _why(visit, desk, seen, refusal, form.version, _asked_sides(visit, seen.case, form, lines))
        return _ask_page(visit, desk, seen, form, lines, why)
    return visit.go(f"/cases/{no}")


def _why(
    visit: Visit, desk: Desk, seen: Sight, refusal: Refusal, version: int, sides: dict[str, tuple[str, str]]
) -> Refused:
    if is_stale(refusal):
        return both_sides(visit, desk, seen, refusal, version, sides)
    return refused(visit, refusal)


def _asked_sides(visit: Visit, case: Case, form: AskForm, lines: tuple[LineDraft, ...]) -> dict[str, tuple[str, str]]:
    now = {line.line.target: f"{line.problem} → {line.requirement}" for line in case.requests if not line.met}
    sides = {
        visit.text(N_("状态")): ("", visit.text(STATE_NAMES[case.state])),
        visit.text(N_("为什么现在才要求")): (form.reason, ""),
    }
    for line in lines:
        if line.chosen or line.target in now:
            mine = f"{line.problem} → {line.requirement}" if line.chosen else ""
            sides[line.name] = (mine, now.get(line.target, ""))
    return sides


def _lines(case: Case) -> tuple[GivenRow, ...]:
    """Give a row for each material that was asked for, those that came in meanwhile included."""
    rows = {
        line.line.target: GivenRow(line.line.target, line.line.name, f"{line.problem}；{line.requirement}")
        for line in case.requests
    }
    return tuple(rows.values())


def _still_open(case: Case, rows: tuple[GivenRow, ...]) -> tuple[GivenRow, ...]:
    wanted = {line.line.target for line in case.requests if not line.met}
    return tuple(row for row in rows if row.code in wanted)


def _take_page(
    visit: Visit, desk: Desk, seen: Sight, form: TakeForm, rows: tuple[GivenRow, ...], why: Refused = NOTHING
) -> Response[str]:
    labels = {f"material.{row.code}": row.name for row in rows}
    labels |= {"lines": visit.text(N_("收到的材料")), "note": visit.text(N_("备注"))}
    labels["presenter"] = visit.text(presenters.LABEL)
    page = TakePage(
        head=head(visit, desk, seen),
        title=visit.text(N_("收补充材料")),
        tells=visit.text(N_("只收通知里要求的；没有补齐的留着，下次再收。")),
        action=f"/cases/{seen.case.no}/requested",
        rows=_still_open(seen.case, rows),
        forms=tuple((code, visit.text(text)) for code, text in FORMS),
        form=form,
        problems=why.problems,
        labels=labels,
        stale=why.stale,
        open=_is_open(visit, seen, "requested"),
        presenters=presenters.options(visit, seen.case),
    )
    return visit.show(page, status=why.status)


def show_take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what is still to come in."""
    seen = sight(visit, desk, no)
    if not _is_open(visit, seen, "requested"):
        return not_now(visit, desk, seen, visit.text(N_("这件没有等着补充的材料")))
    return _take_page(visit, desk, seen, TakeForm(version=seen.case.version), _lines(seen.case))


async def take(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Take in what T35 asked for; each ticked material answers its line."""
    seen, form = sight(visit, desk, no), visit.form(TakeForm)
    rows, problems = await posted(visit, desk, _lines(seen.case))
    if problems:
        return _take_page(visit, desk, seen, form, rows, Refused(422, problems))
    ticked = {row.code for row in rows if row.ticked}
    try:
        command = ReceiveRequested(
            case=no,
            version=form.version,
            lines=tuple(line.line.no for line in seen.case.requests if not line.met and line.line.target in ticked),
            materials=handed(desk, rows),
            presenter=presenters.came(seen.case, form.presenter),
            note=form.note,
        )
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        state = visit.text(STATE_NAMES[seen.case.state])
        still = {row.code for row in _still_open(seen.case, rows)}
        sides = {visit.text(N_("状态")): ("", state)}
        came = visit.text(N_("收到"))
        sides |= {row.name: (came if row.ticked else "", "" if row.code in still else came) for row in rows}
        why = _why(visit, desk, seen, refusal, form.version, sides)
        return _take_page(visit, desk, seen, form, rows, why)
    return visit.go(f"/cases/{no}")
