"""当场更正 and 更正登记 (T05, T36): what stands registered beside what it should be; nothing is overwritten unseen."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.decide.application import applying_materials
from appliance.domain.states import STATE_NAMES
from appliance.errors import N_, Refusal
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.mending import AmendRegistration, FixOnSite
from web.pages import presenters
from web.pages.answer_fields import MendField, answered, changed, form_fields, person_fields
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.given_materials import FORMS, GivenRow, handed, posted
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit


class MendForm(msgspec.Struct, frozen=True):
    """What both forms post besides values and materials."""

    version: int = 0
    reason: str = ""
    note: str = ""
    signed: bool = False
    presenter: str = ""


class MendPage(msgspec.Struct, frozen=True):
    """Both forms: `onsite` has materials and a signature, the other people and a reason."""

    TEMPLATE: ClassVar[str] = "procedures/mend.html"
    head: Head
    onsite: bool
    people: tuple[MendField, ...]
    answers: tuple[MendField, ...]
    rows: tuple[GivenRow, ...]
    forms: tuple[tuple[str, str], ...]
    form: MendForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    presenters: tuple[tuple[str, str], ...] = ()


def _listed(desk: Desk, seen: Sight) -> tuple[GivenRow, ...]:
    case, item = seen.case, desk.facts.item_of(desk.reader(), seen.case)
    return tuple(GivenRow(one.code, one.name) for one in applying_materials(item, case.form, case.variants))


def _page(
    visit: Visit,
    desk: Desk,
    seen: Sight,
    form: MendForm,
    rows: tuple[GivenRow, ...],
    why: Refused = NOTHING,
    *,
    onsite: bool,
) -> Response[str]:
    item = desk.facts.item_of(desk.reader(), seen.case)
    people = () if onsite else person_fields(visit, desk, seen)
    fields = form_fields(visit, item, seen)
    labels = {one.name: one.label for one in (*people, *fields)} | {f"material.{row.code}": row.name for row in rows}
    labels |= {
        "reason": visit.text(N_("更正的原因")),
        "note": visit.text(N_("备注")),
        "signed": visit.text(N_("申请人签名")),
        "materials": visit.text(N_("更正的内容")),
        "presenter": visit.text(presenters.LABEL),
    }
    page = MendPage(
        head=head(visit, desk, seen),
        onsite=onsite,
        people=people,
        answers=fields,
        rows=rows,
        forms=tuple((code, visit.text(text)) for code, text in FORMS),
        form=form,
        # In the order of the page, not of the checks.
        problems=dict(
            sorted(why.problems.items(), key=lambda one: list(labels).index(one[0]) if one[0] in labels else 0)
        ),
        labels=labels,
        stale=why.stale,
        open=_is_open(visit, seen, onsite=onsite),
        presenters=presenters.options(visit, seen.case) if onsite else (),
    )
    return visit.show(page, status=why.status)


def _is_open(visit: Visit, seen: Sight, *, onsite: bool) -> bool:
    wanted = f"/cases/{seen.case.no}/{'onsite' if onsite else 'amend'}"
    return any(act.href == wanted for act in acts(seen, visit.actor))


def _show(visit: Visit, desk: Desk, no: str, *, onsite: bool) -> Response[str]:
    seen = sight(visit, desk, no)
    if not _is_open(visit, seen, onsite=onsite):
        text = (
            N_("当场更正只在受理之前，由窗口办理") if onsite else N_("更正登记只在作出决定之前，由窗口或者承办人办理")
        )
        return not_now(visit, desk, seen, visit.text(text))
    rows = _listed(desk, seen) if onsite else ()
    return _page(visit, desk, seen, MendForm(version=seen.case.version), rows, onsite=onsite)


def show_onsite(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what can be put right at the window."""
    return _show(visit, desk, no, onsite=True)


def show_amend(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what is registered, each beside an empty field."""
    return _show(visit, desk, no, onsite=False)


async def onsite(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T05: the applicant put it right on the spot and signed."""
    seen, form = sight(visit, desk, no), visit.form(MendForm)
    rows, problems = await posted(visit, desk, _listed(desk, seen))
    if problems:
        return _page(visit, desk, seen, form, rows, Refused(422, problems), onsite=True)
    fields = form_fields(visit, desk.facts.item_of(desk.reader(), seen.case), seen)
    try:
        command = FixOnSite(
            case=no,
            version=form.version,
            materials=handed(desk, rows),
            form=answered(fields),
            signed=form.signed,
            presenter=presenters.came(seen.case, form.presenter),
            note=form.note,
        )
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _again(visit, desk, no, form, rows, refusal, onsite=True)
    return visit.go(f"/cases/{no}")


async def amend(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T36: what was registered wrongly, with the reason; the slip is made anew."""
    seen, form = sight(visit, desk, no), visit.form(MendForm)
    command = _amendment(visit, desk, seen, form)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _again(visit, desk, no, form, (), refusal, onsite=False)
    return visit.go(f"/cases/{no}")


def _amendment(visit: Visit, desk: Desk, seen: Sight, form: MendForm) -> Command:
    case = seen.case
    people = person_fields(visit, desk, seen)
    mine, proxy = changed(people, "applicant"), changed(people, "agent")
    return AmendRegistration(
        case=case.no,
        version=form.version,
        applicant=msgspec.structs.replace(case.applicant, **mine) if mine else None,
        agent=msgspec.structs.replace(case.agent, **proxy) if case.agent is not None and proxy else None,
        form=answered(form_fields(visit, desk.facts.item_of(desk.reader(), case), seen)),
        reason=form.reason,
    )


def _again(
    visit: Visit,
    desk: Desk,
    no: str,
    form: MendForm,
    rows: tuple[GivenRow, ...],
    refusal: Refusal,
    *,
    onsite: bool,
) -> Response[str]:
    seen = sight(visit, desk, no)
    if is_stale(refusal):
        item = desk.facts.item_of(desk.reader(), seen.case)
        fields = (*(() if onsite else person_fields(visit, desk, seen)), *form_fields(visit, item, seen))
        sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
        sides |= {one.label: ("、".join(one.values) or one.value, one.now) for one in fields if one.values or one.value}
        why = both_sides(visit, desk, seen, refusal, form.version, sides)
    else:
        why = refused(visit, refusal)
    return _page(visit, desk, seen, form, rows, why, onsite=onsite)
