"""审核: the approval form 签批表 so far, the next opinion, the return to the step before, and the decision."""

from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import ROLE_NAMES, Role
from appliance.domain.case import Case, StepRecord
from appliance.domain.decide.prereview import review_steps
from appliance.domain.item_terms import HandlingType
from appliance.domain.remedies import SENTENCE
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, Refusal
from appliance.projections import staff
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.outside import ForwardUp
from appliance.services.review import GiveOpinion, GrantCase, RefuseCase, ReturnStep
from appliance.services.timeline import RESULT_NAMES
from web.pages.case_acts import may_sign
from web.pages.case_page import MaterialLine, answers, material_lines, not_now
from web.pages.casework import Head, Sight, head, sight
from web.pages.review_words import (
    DISAGREE_PHRASES,
    FIRST_AGREES,
    NEXT_AGREES,
    RETURN_PHRASES,
    UP_AGREES,
    words_of,
)
from web.pages.stale import NOTHING, Refused, Stale, both_sides, is_stale, refused
from web.visit import Visit


class StepRow(msgspec.Struct, frozen=True):
    """One row of the approval form."""

    name: str
    role: str
    who: str
    result: str
    tone: str
    opinion: str
    at: datetime | None
    current: bool


class ReviewForm(msgspec.Struct, frozen=True):
    """What the signer posts; which fields count depends on `act`."""

    version: int = 0
    act: str = ""
    result: str = ""
    opinion: str = ""
    content: str = ""
    facts: str = ""
    reasons: str = ""
    basis: str = ""
    reason: str = ""
    authority: str = ""


class ReviewPage(msgspec.Struct, frozen=True):
    """The form of the step that waits for this person.

    `last` decides, the others give an opinion; with `upward` the last step gives the initial opinion and forwards.
    """

    TEMPLATE: ClassVar[str] = "review/review.html"
    head: Head
    rows: tuple[StepRow, ...]
    step: str
    last: bool
    upward: bool
    first: bool
    before: str
    form: ReviewForm
    materials: tuple[MaterialLine, ...]
    answers: tuple[tuple[str, str], ...]
    agree: tuple[str, ...]
    disagree: tuple[str, ...]
    back: tuple[str, ...]
    conditions: tuple[str, ...]
    remedies: str
    problems: dict[str, str]
    labels: dict[str, str]
    results: tuple[str, str]
    content_hint: str
    stale: Stale | None
    open: bool
    returning: bool


LABELS = {
    "result": N_("意见"),
    "opinion": N_("审批意见"),
    "facts": N_("查明的事实"),
    "basis": N_("法律依据"),
    "reason": N_("退回原因"),
    "authority": N_("上级机关"),
}


def _labels(case: Case) -> dict[str, str]:
    words = words_of(case.handling)
    return {**LABELS, "content": words.content, "reasons": words.reasons}


def _row(visit: Visit, step: StepRecord, names: dict[str, str], current: StepRecord | None) -> StepRow:
    result = {**RESULT_NAMES, "returned": N_("退回")}.get(step.result, "")
    tone = {"agree": "ok", "disagree": "bad", "returned": "warn"}.get(step.result, "")
    return StepRow(
        name=visit.text(step.name),
        role=visit.text(ROLE_NAMES[Role(step.role)]),
        who=f"{names.get(step.by, '')} {step.by}".strip(),
        result=visit.text(result),
        tone=tone,
        opinion=step.opinion,
        at=datetime.fromisoformat(step.ended) if step.ended else None,
        current=step is current,
    )


def step_rows(visit: Visit, desk: Desk, case: Case) -> tuple[StepRow, ...]:
    """Give the approval form as it stands."""
    names = staff.names(desk.reader())
    current = case.current_step if case.state is State.IN_REVIEW else None
    return tuple(_row(visit, step, names, current) for step in case.steps if step.ended or step is current)


def _position(item: ServiceItem, step: StepRecord | None) -> int:
    return next((at for at, known in enumerate(review_steps(item)) if step and known.code == step.step), 0)


def _page(
    visit: Visit, desk: Desk, seen: Sight, form: ReviewForm, why: Refused = NOTHING, *, returning: bool = False
) -> ReviewPage:
    case = seen.case
    item = desk.facts.item_of(desk.reader(), case)
    step = case.current_step
    steps = review_steps(item)
    position = _position(item, step)
    remedy, words = desk.facts.hall.remedy, words_of(case.handling)
    last, first = position + 1 == len(steps), position == 0
    upward = last and item.project_type is HandlingType.FORWARD
    agrees = UP_AGREES if upward else words.agrees if last else FIRST_AGREES if first else NEXT_AGREES
    return ReviewPage(
        head=head(visit, desk, seen),
        rows=step_rows(visit, desk, case),
        step=visit.text(step.name) if step else "",
        last=last,
        upward=upward,
        first=first,
        before=visit.text(steps[position - 1].name) if position else "",
        form=form,
        materials=material_lines(visit, desk, item, seen),
        answers=answers(visit, item, seen),
        agree=tuple(agrees),
        disagree=tuple(words.disagrees if last else DISAGREE_PHRASES),
        back=RETURN_PHRASES,
        conditions=item.guide.grant_conditions,
        remedies=visit.text(SENTENCE, review=remedy.review_body, court=remedy.court),
        problems=why.problems,
        labels={name: visit.text(label) for name, label in _labels(case).items()},
        results=(visit.text(words.grant), visit.text(words.refuse)),
        content_hint=visit.text(words.content_hint),
        stale=why.stale,
        open=may_sign(case, visit.actor),
        returning=returning,
    )


def _empty(visit: Visit, item: ServiceItem, case: Case) -> ReviewForm:
    """Prefill what a signer would type anyway; each of it can be changed."""
    return ReviewForm(
        version=case.version,
        act="grant",
        content=visit.text(words_of(case.handling).prefill, item=item.task_name),
        basis="；".join(f"《{law.law}》{law.article}" for law in item.by_law[:2]),
    )


def _why_not(visit: Visit, case: Case) -> str:
    step = case.current_step
    if case.state is not State.IN_REVIEW or step is None:
        return visit.text(N_("签批只在受理之后、决定之前进行"))
    if step.role != visit.actor.role:
        role = visit.text(ROLE_NAMES[Role(step.role)])
        return visit.text(N_("现在的环节是“%(step)s”，由%(role)s签署"), step=step.name, role=role)
    if step.role == Role.CASE_HANDLER:
        return visit.text(N_("这件由 %(id)s 承办，请由承办人签署"), id=case.handler)
    return visit.text(N_("您已经在这一件里办过别的环节。同一个人不能签署两个环节，请由另一位有权限的人员签署"))


def show(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the form of the open step."""
    seen = sight(visit, desk, no)
    if not seen.own:
        text = visit.text(N_("这件由%(department)s办理"), department=seen.case.department_name)
        return not_now(visit, desk, seen, text)
    if not may_sign(seen.case, visit.actor):
        return not_now(visit, desk, seen, _why_not(visit, seen.case))
    item = desk.facts.item_of(desk.reader(), seen.case)
    return visit.show(_page(visit, desk, seen, _empty(visit, item, seen.case)))


def _command(form: ReviewForm, no: str) -> Command:
    match form.act:
        case "grant":
            return GrantCase(case=no, version=form.version, opinion=form.opinion, content=form.content)
        case "refuse":
            return RefuseCase(
                case=no,
                version=form.version,
                opinion=form.opinion,
                facts=form.facts,
                reasons=form.reasons,
                basis=form.basis,
            )
        case "forward":
            return ForwardUp(case=no, version=form.version, opinion=form.opinion, authority=form.authority)
        case "return":
            return ReturnStep(case=no, version=form.version, reason=form.reason)
        case _:
            return GiveOpinion(case=no, version=form.version, result=form.result, opinion=form.opinion)


async def submit(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Sign, return, grant, refuse or forward."""
    form = visit.form(ReviewForm)
    try:
        await desk.submit(_command(form, no), actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        seen = sight(visit, desk, no)
        if is_stale(refusal):
            why = both_sides(visit, desk, seen, refusal, form.version, _sides(visit, desk, seen.case, form))
        else:
            why = refused(visit, refusal)
        page = _page(visit, desk, seen, form, why, returning=form.act == "return")
        return visit.show(page, status=why.status)
    return visit.go(f"/cases/{no}")


def _sides(visit: Visit, desk: Desk, case: Case, form: ReviewForm) -> dict[str, tuple[str, str]]:
    """Pair what was typed with what the newest row of the form says now."""
    names = staff.names(desk.reader())
    words = words_of(case.handling)
    results = {**RESULT_NAMES, "returned": N_("退回"), "grant": words.grant, "refuse": words.refuse}
    results |= {"return": N_("退回"), "forward": N_("上报")}
    last = next((step for step in reversed(case.steps) if step.ended), None)
    step = case.current_step if case.state is State.IN_REVIEW else None
    mine = results.get(form.result if form.act in ("", "opinion") else form.act, "")
    signed = f"{names.get(last.by, '')} {last.by} · {visit.text(last.name)}" if last else ""
    sides = {
        visit.text(N_("状态")): (visit.text(STATE_NAMES[State.IN_REVIEW]), visit.text(STATE_NAMES[case.state])),
        visit.text(N_("等待签署的环节")): ("", visit.text(step.name) if step else ""),
        visit.text(N_("最近签署")): (f"{names.get(visit.actor.id, '')} {visit.actor.id}".strip(), signed),
        visit.text(N_("结果")): (visit.text(mine), visit.text(results.get(last.result, "")) if last else ""),
        visit.text(N_("意见")): (form.reason or form.opinion, last.opinion if last else ""),
    }
    decision = case.decision
    for label, typed, held in (
        (words.content, form.content if form.act == "grant" else "", decision.content if decision else ""),
        (N_("查明的事实"), form.facts, decision.facts if decision else ""),
        (N_("上级机关"), form.authority, case.forwarded_to),
        (words.reasons, form.reasons, decision.reasons if decision else ""),
    ):
        if typed or held:
            sides[visit.text(label)] = (typed, held)
    return sides
