"""T14 签署意见, T15 退回, T23 准予, T24 不予: the approval form 签批表 and the decision."""

from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, StepRecord
from appliance.domain.decide.application import Faults
from appliance.domain.decide.limits import deadline
from appliance.domain.decide.prereview import only_handler, review_steps, start_step
from appliance.domain.events import (
    CaseGranted,
    CaseOpinionGiven,
    CaseRefused,
    CaseStepReturned,
    CaseStepStarted,
)
from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

ReviewEvent = CaseOpinionGiven | CaseStepStarted | CaseStepReturned | CaseGranted | CaseRefused

OPINION_LENGTH_MIN = 2
REASON_LENGTH_MIN = 10  # rule R08: an empty or boilerplate reason is a red card (domain §6.2)
TEXT_LENGTH_MAX = 2000


def _own_step(case: Case, actor: Actor) -> StepRecord:
    """Give the open step when it waits for this actor's role and separation of duties lets him sign (§2.6)."""
    step = case.current_step
    if step is None:
        raise WrongState(N_("这件没有等待签署的环节"), code="no_step", subject=case.no)
    if step.role != actor.role:
        raise Forbidden(
            N_("现在的环节是“%(step)s”，不由您签署"),
            code="other_step",
            params={"step": step.name},
            next_step=N_("请等待该环节的人员办理"),
        )
    if step.role == "case_handler":
        if case.handler:
            only_handler(case, actor)
    elif actor.id == case.handler or any(
        other.by == actor.id and other.step != step.step for other in case.steps if other.ended
    ):
        raise Forbidden(
            N_("同一个人不能在一件里签署两个环节"),
            code="same_person",
            next_step=N_("请由另一位有权限的人员签署"),
        )
    return step


def _check_text(field: str, text: str, length_min: int, faults: Faults) -> str:
    text = text.strip()
    if len(text) < length_min:
        faults.add(field, Message(N_("请写明内容，至少 %(min)d 个字"), min=length_min))
    if len(text) > TEXT_LENGTH_MAX:
        faults.add(field, N_("最多 2000 个字"))
    return text


def opinion(
    case: Case,
    item: ServiceItem,
    *,
    result: str,
    text: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[CaseOpinionGiven, CaseStepStarted]:
    """T14 and T13 of the next step: an opinion with its words; a bare name is a defect (clause 5.2.2.4).

    Guard: the step waits for this role; not the same person twice; the last step decides instead.
    """
    require("T14", case.state, actor)
    step = _own_step(case, actor)
    faults = Faults({})
    if result not in ("agree", "disagree"):
        faults.add("result", N_("请选“同意”或“不同意”"))
    words = _check_text("opinion", text, OPINION_LENGTH_MIN, faults)
    faults.raise_if_any()
    steps = review_steps(item)
    position = next((n for n, known in enumerate(steps) if known.code == step.step), None)
    if position is None or position + 1 >= len(steps):
        raise WrongState(N_("这是最后一个环节，请直接作出决定"), code="last_step", next_step=N_("请选“准予”或“不予”"))
    event = CaseOpinionGiven(step=step.step, step_name=step.name, result=result, opinion=words)
    return event, start_step(steps[position + 1], today, calendar)


def return_step(
    case: Case, item: ServiceItem, *, reason: str, actor: Actor, today: date, calendar: Calendar
) -> tuple[CaseStepReturned, CaseStepStarted]:
    """T15: back to the step before, with a reason; C2 and C3 run on."""
    require("T15", case.state, actor)
    step = _own_step(case, actor)
    faults = Faults({})
    words = _check_text("reason", reason, OPINION_LENGTH_MIN * 2, faults)
    faults.raise_if_any()
    steps = review_steps(item)
    position = next((n for n, known in enumerate(steps) if known.code == step.step), 0)
    if position == 0:
        raise WrongState(N_("这是第一个环节，没有可退回的环节"), code="first_step")
    back = steps[position - 1]
    event = CaseStepReturned(step=step.step, to_step=back.code, to_step_name=back.name, reason=words)
    return event, start_step(back, today, calendar)


def _last_step(case: Case, item: ServiceItem, actor: Actor) -> StepRecord:
    step = _own_step(case, actor)
    if step.step != review_steps(item)[-1].code:
        raise WrongState(N_("签批表还没有签完，不能作出决定"), code="form_incomplete", params={})
    return step


def grant(
    case: Case,
    item: ServiceItem,
    *,
    text: str,
    content: str,
    document_no: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[CaseOpinionGiven, CaseGranted]:
    """T23: grant (许可法 art.38). Guard: the approval form is complete up to the approver's own row."""
    require("T23", case.state, actor)
    step = _last_step(case, item, actor)
    faults = Faults({})
    words = _check_text("opinion", text, OPINION_LENGTH_MIN, faults)
    decided = _check_text("content", content, OPINION_LENGTH_MIN, faults)
    faults.raise_if_any()
    return (
        CaseOpinionGiven(step=step.step, step_name=step.name, result="agree", opinion=words),
        CaseGranted(
            document_no=document_no,
            decided_on=today.isoformat(),
            deadlines=(deadline("C4", today, item.delivery_day, LimitUnit.WORKING_DAY, calendar),),
            content=decided,
        ),
    )


def refuse(
    case: Case,
    item: ServiceItem,
    *,
    text: str,
    facts: str,
    reasons: str,
    basis: str,
    review_body: str,
    court: str,
    document_no: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[CaseOpinionGiven, CaseRefused]:
    """T24: refuse (许可法 art.38): facts, reasons, basis and remedies, none of them empty (rule R08)."""
    require("T24", case.state, actor)
    step = _last_step(case, item, actor)
    faults = Faults({})
    words = _check_text("opinion", text, OPINION_LENGTH_MIN, faults)
    found = _check_text("facts", facts, REASON_LENGTH_MIN, faults)
    why = _check_text("reasons", reasons, REASON_LENGTH_MIN, faults)
    law = _check_text("basis", basis, OPINION_LENGTH_MIN * 2, faults)
    faults.raise_if_any()
    if not review_body or not court:
        raise Invalid(N_("不予决定必须写明救济途径"), code="no_remedies")
    return (
        CaseOpinionGiven(step=step.step, step_name=step.name, result="disagree", opinion=words),
        CaseRefused(
            document_no=document_no,
            decided_on=today.isoformat(),
            basis=law,
            review_body=review_body,
            court=court,
            deadlines=(deadline("C4", today, item.delivery_day, LimitUnit.WORKING_DAY, calendar),),
            facts=found,
            reasons=why,
        ),
    )
