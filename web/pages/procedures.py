"""One page an act beside the main road: what it means, what is asked, done or proposed (domain §2.3 T06–T37)."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.catalogue.guide import limit_text
from appliance.domain.case import Case
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES
from appliance.domain.transitions import GROUND_NAMES, TRANSITIONS
from appliance.errors import N_, Forbidden, NotFound, Refusal
from appliance.projections import staff
from appliance.services import papers
from appliance.services.desk import Desk
from appliance.services.timeline_procedure import SPECIAL_NAMES
from web.pages.act_form import (
    BASIS_KIND_NAMES,
    CHECK_NAMES,
    KINDS,
    LABELS,
    OUTCOME_NAMES,
    PARTY_NAMES,
    PROOF_NAMES,
    TICKS,
    ActFields,
    ActForm,
)
from web.pages.agent_acts import FIELD_OF
from web.pages.case_acts import acts
from web.pages.case_page import not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.procedure_acts import FORMS
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.pages.withdraw import stored_letter
from web.visit import Visit

LETTER = "letter"
# Grounds that a person proposes; the lapses come from the sweep.
GROUNDS = tuple(code for code in GROUND_NAMES if code not in {"correction_lapsed", "tolerance_lapsed"})
HINTS = {
    "old": N_("照文书上印的抄"),
    "letter": N_("扫描之后交上，存进这件的签名日志；以后每次代办都可以翻看"),
    "basis": N_("写到条、款、项，例如《中华人民共和国行政许可法》第三十二条第一款第二项"),
    "authority": N_("知道的话写上，会印在通知书上"),
    "document": N_("例如：听证笔录、检验报告（编号）"),
}
REASON_HINT = N_("写明事实，至少十个字；会记入签名日志，需要告知的会印在文书上")


class FieldView(msgspec.Struct, frozen=True):
    """One field as the page shows it; `kind` is one of `KINDS`, or ``text``."""

    name: str
    kind: str
    label: str
    hint: str
    value: str
    options: tuple[tuple[str, str], ...]
    required: bool


class ActPage(msgspec.Struct, frozen=True):
    """The form of one act."""

    TEMPLATE: ClassVar[str] = "procedures/act.html"
    head: Head
    code: str
    title: str
    tells: str
    button: str
    grave: bool
    fields: tuple[FieldView, ...]
    problems: dict[str, str]
    labels: dict[str, str]
    stale: Stale | None
    open: bool
    letter_files: tuple[str, ...] = ()
    scans: bool = False


def _options(visit: Visit, desk: Desk, seen: Sight, form: ActForm, name: str) -> tuple[tuple[str, str], ...]:
    def worded(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((code, visit.text(text)) for code, text in names.items())

    if form.code == "special":
        return worded({one.kind: SPECIAL_NAMES.get(one.kind, one.kind) for one in seen.item.special_procedure})
    fixed: dict[str, Mapping[str, str]] = {
        "basis_kind": BASIS_KIND_NAMES,
        "proof": PROOF_NAMES,
        "result": CHECK_NAMES if form.code == "site-check" else OUTCOME_NAMES,
        "party": PARTY_NAMES,
        "ground": {code: GROUND_NAMES[code] for code in GROUNDS},
    }
    match name:
        case "fee":
            return tuple((one.name, one.name) for one in seen.item.fees)
        case "second" | "presider" | "recorder":
            return _colleagues(visit, desk, seen)
        case "paper":
            issued = papers.list_papers(desk.reader(), seen.case.no, desk.store.durable_size)
            found = (one for one in issued if one.correctable)
            return tuple((one.id, f"{visit.text(one.title)} {one.at:%Y-%m-%d %H:%M}") for one in found)
        case _:
            return worded(fixed[name])


def _colleagues(visit: Visit, desk: Desk, seen: Sight) -> tuple[tuple[str, str], ...]:
    everyone = staff.everyone(desk.reader())
    here = (one for one in everyone if one.department == seen.case.department and not one.disabled)
    return tuple((one.id, f"{one.name} {one.id}") for one in here if one.id != visit.actor.id)


def _hint(visit: Visit, form: ActForm, name: str, item: ServiceItem) -> str:
    if name in TICKS:
        return visit.text(TICKS[name])
    if name == "days" and form.code == "special":
        known = tuple(limit_text(one.planned_days, one.planned_type, visit.text) for one in item.special_procedure)
        return visit.text(N_("最多 %(limit)s"), limit="、".join(known))
    if name == "days":
        return visit.text(N_("最多 %(count)s 个工作日"), count=item.extension_max_days)
    if name == "basis" and form.code == "terminate":
        return visit.text(N_("选“其他法定情形”时必填"))
    return visit.text(REASON_HINT if name == "reason" else HINTS.get(name, ""))


def labels_of(visit: Visit, form: ActForm) -> dict[str, str]:
    """Give the labels of an act's fields."""
    own = dict(form.labels)
    names = (name.rstrip("?") for name in form.fields)
    return {name: visit.text(own.get(name, LABELS[name])) for name in names}


def _fields(visit: Visit, desk: Desk, seen: Sight, form: ActForm, typed: ActFields) -> tuple[FieldView, ...]:
    labels, views, kinds = labels_of(visit, form), [], KINDS | dict(form.kinds)
    for asked in form.fields:
        name = asked.rstrip("?")
        kind = kinds.get(name, "text")
        options = _options(visit, desk, seen, form, name) if kind in ("choice", "pick") else ()
        value: str = getattr(typed, name, "")
        views.append(
            FieldView(
                name=name,
                kind=kind,
                label=labels[name],
                hint=_hint(visit, form, name, seen.item),
                value=value or (options[0][0] if len(options) == 1 and kind == "choice" else ""),
                options=options,
                required=not asked.endswith("?"),
            )
        )
    return tuple(views)


def _page(
    visit: Visit, desk: Desk, seen: Sight, form: ActForm, typed: ActFields, why: Refused = NOTHING
) -> Response[str]:
    page = ActPage(
        head=head(visit, desk, seen),
        code=form.code,
        title=visit.text(form.title),
        tells=visit.text(form.tells),
        button=visit.text(form.button),
        grave=form.grave,
        fields=_fields(visit, desk, seen, form, typed),
        problems=why.problems,
        labels=labels_of(visit, form),
        stale=why.stale,
        open=_is_open(visit, seen, form),
        letter_files=typed.letter_files,
        scans=any(name.rstrip("?") == LETTER for name in form.fields),
    )
    return visit.show(page, status=why.status)


def _is_open(visit: Visit, seen: Sight, form: ActForm) -> bool:
    return any(act.href == address(seen.case, form) for act in acts(seen, visit.actor))


def address(case: Case, form: ActForm) -> str:
    """Give the address of an act's page."""
    return f"/cases/{case.no}/acts/{form.code}"


def _form(visit: Visit, code: str) -> ActForm:
    form = FORMS.get(code)
    if form is None:
        raise NotFound(N_("没有这种办理"), subject=code[:40], next_step=N_("请从办件页进入"))
    if visit.actor.role not in form.roles:
        raise Forbidden(N_("您的角色不能打开这一页"), next_step=N_("请交给相应岗位的人员办理"))
    return form


def show(visit: Visit, desk: Desk, no: str, act: str) -> Response[str]:
    """Show the form of an act, or say plainly why it is not open now."""
    form, seen = _form(visit, act), sight(visit, desk, no)
    if not _is_open(visit, seen, form):
        text = visit.text(N_("“%(act)s”现在不能办：状态、承办人或者条件不合"), act=visit.text(form.title))
        return not_now(visit, desk, seen, text)
    return _page(visit, desk, seen, form, ActFields(version=seen.case.version))


async def submit(visit: Visit, desk: Desk, no: str, act: str) -> Response[str]:
    """Do the act, or propose it."""
    form, typed = _form(visit, act), visit.form(ActFields)
    known = tuple(digest for digest in typed.letter_files if desk.store.blobs.has(digest))
    typed = msgspec.structs.replace(typed, letter_files=known)
    try:
        if any(name.rstrip("?") == LETTER for name in form.fields):
            scans = await stored_letter(visit, desk, LETTER)
            typed = msgspec.structs.replace(typed, letter_files=tuple(dict.fromkeys((*known, *scans))))
        await desk.submit(form.make(no, typed), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            sides = _sides(visit, seen.case, form, typed)
            why = both_sides(visit, desk, seen, refusal, typed.version, sides)
        else:
            why = refused(visit, refusal)
            placed = {FIELD_OF.get(name, name): text for name, text in why.problems.items()}
            why = Refused(why.status, placed, why.stale)
        return _page(visit, desk, seen, form, typed, why)
    return visit.go(f"/cases/{no}")


def _sides(visit: Visit, case: Case, form: ActForm, typed: ActFields) -> dict[str, tuple[str, str]]:
    """Pair what was typed with what stands now: the proposal that waits, or the end that came."""
    waiting = case.proposal.proposed if case.proposal is not None else None
    corrected = case.paper_corrections[-1].corrected if form.code == "correct" and case.paper_corrections else None
    now = waiting or case.ending or corrected
    sources = "、".join(
        visit.text(STATE_NAMES[state]) for state in sorted(TRANSITIONS[form.number].sources, key=str) if state
    )
    sides = {visit.text(N_("状态")): (sources, visit.text(STATE_NAMES[case.state]))}
    for name, label in labels_of(visit, form).items():
        mine, theirs = getattr(typed, name, ""), getattr(now, name, "")
        if name == "ground":
            mine, theirs = (visit.text(GROUND_NAMES.get(one, SPECIAL_NAMES.get(one, one))) for one in (mine, theirs))
        sides[label] = (str(mine or ""), str(theirs or ""))
    return sides
