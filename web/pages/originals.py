"""退还原件 (T03o): originals that were kept go back against the receiver's document and signature."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.domain.case import Case
from appliance.domain.states import STATE_NAMES
from appliance.domain.subject import SubjectKind
from appliance.errors import N_, Refusal
from appliance.services.agents import ReturnOriginals
from appliance.services.desk import Desk
from appliance.services.timeline_desk import RELATION_NAMES
from web.pages import case_marks, presenters
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit

LABELS = {
    "materials": N_("退还的原件"),
    "relation": N_("领取人是"),
    "receiver_name": N_("领取人姓名"),
    "receiver_id": N_("领取人证件号码"),
    "identity_checked": N_("核对证件"),
}


class OriginalLine(msgspec.Struct, frozen=True):
    """One original of the case: where it is, whether it can be given back now."""

    code: str
    name: str
    copies: int
    place: str
    here: bool
    ticked: bool


class OriginalsForm(msgspec.Struct, frozen=True):
    """What is given to whom."""

    version: int = 0
    materials: tuple[str, ...] = ()
    relation: str = ""
    receiver_name: str = ""
    receiver_id: str = ""
    identity_checked: bool = False


class OriginalsPage(msgspec.Struct, frozen=True):
    """The originals that are kept, and the form."""

    TEMPLATE: ClassVar[str] = "cases/originals.html"
    head: Head
    lines: tuple[OriginalLine, ...]
    relations: tuple[tuple[str, str], ...]
    form: OriginalsForm
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool


def kept(case: Case) -> bool:
    """Tell whether the case holds an original."""
    return any(material.holds_original for material in case.materials)


def _lines(visit: Visit, desk: Desk, case: Case, form: OriginalsForm) -> tuple[OriginalLine, ...]:
    return tuple(
        OriginalLine(
            code=held.code,
            name=held.name,
            copies=held.copies,
            place=case_marks.place_of(visit, desk.reader(), case, held),
            here=not held.place and held.code not in case.moving,
            ticked=held.code in form.materials,
        )
        for held in case.materials
        if held.holds_original
    )


def _relations(visit: Visit, case: Case) -> tuple[tuple[str, str], ...]:
    applicant, agent = case.applicant, case.agent
    found = []
    if applicant.kind is SubjectKind.PERSON:
        found.append(("applicant", applicant.name))
    if applicant.representative:
        found.append(("representative", applicant.representative))
    if agent is not None:
        found.append(("agent", f"{agent.name}（{presenters.scopes_text(visit, case)}）"))
    worded = ((code, visit.text(RELATION_NAMES[code]), name) for code, name in found)
    return tuple((code, visit.text(N_("%(who)s：%(name)s"), who=who, name=name)) for code, who, name in worded)


def _page(visit: Visit, desk: Desk, seen: Sight, form: OriginalsForm, why: Refused = NOTHING) -> Response[str]:
    visit.saw("case", seen.case.no, "name")  # who may take them, by name
    page = OriginalsPage(
        head=head(visit, desk, seen),
        lines=_lines(visit, desk, seen.case, form),
        relations=_relations(visit, seen.case),
        form=form,
        problems=why.problems,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        stale=why.stale,
        open=kept(seen.case) and visit.actor.role is Role.WINDOW_CLERK,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show what is kept."""
    seen = sight(visit, desk, no)
    if not kept(seen.case):
        return not_now(visit, desk, seen, visit.text(N_("这件没有留存的原件")))
    return _page(visit, desk, seen, OriginalsForm(version=seen.case.version))


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """T03o: give them back; the slip can be printed for the signature."""
    form = visit.form(OriginalsForm)
    command = ReturnOriginals(
        case=no,
        version=form.version,
        materials=form.materials,
        relation=form.relation,
        receiver_name=form.receiver_name,
        receiver_id=form.receiver_id.upper(),
        identity_checked=form.identity_checked,
    )
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            sides = {visit.text(N_("状态")): ("", visit.text(STATE_NAMES[seen.case.state]))}
            sides[visit.text(LABELS["receiver_name"])] = (form.receiver_name, "")
            why = both_sides(visit, desk, seen, refusal, form.version, sides)
        elif refusal.code == "collector":
            why = Refused(refusal.status, {"receiver_name": visit.text(refusal.message, **refusal.params)})
        else:
            why = refused(visit, refusal)
        return _page(visit, desk, seen, form, why)
    return visit.go(f"/papers/{no}/original_return")
