"""T14 签署意见, T15 退回, T23 准予, T24 不予: the approval form 签批表 and the decision."""

from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, StepRecord
from appliance.domain.decide.application import Faults
from appliance.domain.decide.inquiry import before_decision, before_grant
from appliance.domain.decide.limits import deadline
from appliance.domain.decide.prereview import only_handler, review_steps, start_step
from appliance.domain.events import (
    CaseGranted,
    CaseOpinionGiven,
    CaseRefused,
    CaseStepReturned,
    CaseStepStarted,
    DelegationGiven,
)
from appliance.domain.item_terms import HandlingType, LimitUnit
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import require
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

ReviewEvent = CaseOpinionGiven | CaseStepStarted | CaseStepReturned | CaseGranted | CaseRefused

OPINION_LENGTH_MIN = 2
REASON_LENGTH_MIN = 10  # rule R08: an empty or boilerplate reason is a red card (domain §6.2)
TEXT_LENGTH_MAX = 2000
PROMISE_VERIFICATION_DAYS = 20  # working days after the grant; no rule names a number (domain §2.4, a design choice)


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
    elif (
        actor.id == case.handler
        or actor.id in case.handlers
        or any(other.by == actor.id and other.step != step.step for other in case.steps if other.ended)
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
    require("T14", case, actor)
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
    require("T15", case, actor)
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


def last_step(case: Case, item: ServiceItem, actor: Actor) -> StepRecord:
    """Give the open step when it is the last one and waits for this actor; raises Forbidden or WrongState."""
    step = _own_step(case, actor)
    if step.step != review_steps(item)[-1].code:
        raise WrongState(N_("签批表还没有签完，不能作出决定"), code="form_incomplete", params={})
    return step


def check_grantable(case: Case, item: ServiceItem) -> None:
    """Refuse a grant here of what is decided above, or while something that must come before it is open (§2.4)."""
    if item.project_type is HandlingType.FORWARD:
        raise WrongState(
            N_("上报件由上级机关决定，请签署初审意见后上报"), code="decided_above", next_step=N_("请选“上报”")
        )
    if case.tolerance == "before_decision" and case.open_tolerance:
        raise WrongState(N_("容缺的材料还没有补齐，不能准予"), code="tolerance_open", subject=case.no)
    if case.promise is not None and case.promise.withdrawn:
        absent = [code for code in case.promise.materials if case.material(code) is None]
        if absent:
            raise WrongState(
                N_("承诺已撤回，原来由承诺代替的材料还没有补交"),
                code="promise_withdrawn",
                next_step=N_("请要求补充材料"),
            )


def _granted(
    case: Case, item: ServiceItem, content: str, document_no: str, today: date, calendar: Calendar, delegation: str
) -> CaseGranted:
    limits = [deadline("C4", today, item.delivery_day, LimitUnit.WORKING_DAY, calendar)]
    if case.promise_based:
        limits.append(deadline("C11", today, PROMISE_VERIFICATION_DAYS, LimitUnit.WORKING_DAY, calendar))
    return CaseGranted(
        document_no=document_no,
        decided_on=today.isoformat(),
        deadlines=tuple(limits),
        recorded=item.project_type is HandlingType.RECORD,
        delegation=delegation,
        content=content,
    )


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
    """T23: grant (许可法 art.38), or take a record filing 备案 on record.

    Guard: the approval form is complete up to the approver's own row; nothing that must come before is open.
    """
    require("T23", case, actor)
    step = last_step(case, item, actor)
    return _signed_grant(case, item, step, text, content, document_no, today, calendar)


def _signed_grant(
    case: Case,
    item: ServiceItem,
    step: StepRecord,
    text: str,
    content: str,
    document_no: str,
    today: date,
    calendar: Calendar,
    delegation: str = "",
) -> tuple[CaseOpinionGiven, CaseGranted]:
    check_grantable(case, item)
    before_decision(case, today)
    before_grant(case, item)
    faults = Faults({})
    words = _check_text("opinion", text, OPINION_LENGTH_MIN, faults)
    decided = _check_text("content", content, OPINION_LENGTH_MIN, faults)
    faults.raise_if_any()
    return (
        CaseOpinionGiven(step=step.step, step_name=step.name, result="agree", opinion=words),
        _granted(case, item, decided, document_no, today, calendar, delegation),
    )


def grant_delegated(
    case: Case,
    item: ServiceItem,
    delegation: DelegationGiven,
    *,
    text: str,
    content: str,
    document_no: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> tuple[CaseOpinionGiven, CaseGranted]:
    """T33: the handler decides an instant item on the spot, under the approver's signed delegation (§2.6).

    Guard: 即办件; the case's own handler; the delegation is his, of another person, names the item and has not ended.
    """
    require("T33", case, actor)
    only_handler(case, actor)
    day = today.isoformat()
    if item.project_type is not HandlingType.INSTANT:
        raise Forbidden(N_("只有即办件可以按授权当场决定"), code="not_instant")
    if (
        delegation.handler != actor.id
        or delegation.approver == actor.id
        or delegation.department != case.department
        or item.catalog_code not in delegation.items
        or not delegation.starts <= day <= delegation.until
    ):
        raise Forbidden(N_("没有批准人对这个事项的有效授权"), code="no_delegation", next_step=N_("请等待批准人决定"))
    step = case.current_step
    if step is None or step.step != review_steps(item)[-1].code:
        raise WrongState(N_("签批表还没有签完，不能作出决定"), code="form_incomplete")
    return _signed_grant(
        case, item, step, text, content, document_no, today, calendar, delegation=delegation.delegation
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
    require("T24", case, actor)
    if item.project_type is HandlingType.FORWARD:
        raise WrongState(N_("上报件由上级机关决定，请签署初审意见后上报"), code="decided_above")
    step = last_step(case, item, actor)
    before_decision(case, today)
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
