"""T04 领办, 预审, T08/T10 补正告知, T11 受理, T12 视为受理."""

from collections.abc import Mapping
from datetime import date

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case
from appliance.domain.decide.application import Faults, applying_materials
from appliance.domain.decide.limits import deadline
from appliance.domain.decide.notice_lines import REASON_LENGTH_MIN, TEXT_LENGTH_MAX, lines_of
from appliance.domain.events import (
    CaseAccepted,
    CaseAssigned,
    CaseCorrectionRequired,
    CaseDeemedAccepted,
    CaseDefectsReported,
    CaseNoticeWidened,
    CasePreReviewed,
    CaseStepStarted,
    Deadline,
)
from appliance.domain.item_terms import ClockStart, LimitUnit, Necessity
from appliance.domain.service_item import FlowStep, ServiceItem
from appliance.domain.states import State
from appliance.domain.transitions import require
from appliance.errors import N_, Conflict, Forbidden, Invalid, Message, WrongState

OVERRIDE_REASON_LENGTH_MIN = 10


def assign(case: Case, *, actor: Actor) -> CaseAssigned:
    """T04: a handler takes the case; a case that a colleague has taken is not taken from under him."""
    require("T04", case, actor)
    if case.handler and case.handler != actor.id:
        raise Conflict(
            N_("这件已由 %(handler)s 领办"),
            code="taken",
            params={"handler": case.handler},
            current={"handler": case.handler},
            next_step=N_("如需改派，请联系大厅负责人"),
        )
    return CaseAssigned(handler=actor.id, department=case.department)


def only_handler(case: Case, actor: Actor) -> None:
    """Refuse anyone but the handler who took the case (domain §2.6)."""
    if case.handler != actor.id:
        raise Forbidden(
            N_("这件由 %(handler)s 承办"),
            code="not_handler",
            params={"handler": case.handler or "—"},
            next_step=N_("请由承办人办理"),
        )


def pre_review(case: Case, *, verdicts: Mapping[str, str], reasons: Mapping[str, str], actor: Actor) -> CasePreReviewed:
    """预审 of every material (clause 5.2.2.2.1): a problem without its reason is impossible."""
    require("T05p", case, actor)
    only_handler(case, actor)
    faults = Faults({})
    held = {material.code: material for material in case.materials}
    for code in held:
        verdict = verdicts.get(code, "")
        if verdict not in ("pass", "problem"):
            faults.add(f"verdict.{code}", N_("请给出这份材料的预审意见"))
        reason = reasons.get(code, "").strip()
        if verdict == "problem" and len(reason) < REASON_LENGTH_MIN:
            faults.add(f"reason.{code}", N_("退回要写明原因，至少四个字"))
        if len(reason) > TEXT_LENGTH_MAX:
            faults.add(f"reason.{code}", N_("原因最多 1000 个字"))
    for code in verdicts:
        if code not in held:
            faults.add(f"verdict.{code}", N_("这件没有这份材料"))
    faults.raise_if_any()
    return CasePreReviewed(
        verdicts={code: verdicts[code] for code in held},
        reasons={code: reasons[code].strip() for code in held if verdicts[code] == "problem"},
    )


def require_correction(
    case: Case,
    item: ServiceItem,
    *,
    texts: Mapping[str, tuple[str, str]],
    actor: Actor,
    today: date,
    calendar: Calendar,
    joint: str = "",
) -> CaseCorrectionRequired:
    """T08 first notice, T10 repeat (许可法 art.32(4)(5), art.72(4)).

    Guard: at least one line, each with problem, requirement and basis; before C1 is over, which a supplement starts
    anew; a repeat names only lines of the first notice that are still unmet, and what a reviewer let in (T10o).

    Args:
        case: the case.
        item: its item version.
        texts: by target (material code or ``form:<field>``): problem found, requirement.
        actor: the handler.
        today: day of the notice.
        calendar: working-day calendar.
        joint: number of the joint whole whose collective notice this is part of.
    """
    require("T08", case, actor)
    only_handler(case, actor)
    for_the_whole(case, joint)
    before_deemed(case, item, today)
    lines, words = lines_of(case, item, texts)
    deadlines: tuple[Deadline, ...] = ()
    if item.correction.valid_days:
        deadlines = (deadline("C5", today, item.correction.valid_days, LimitUnit.WORKING_DAY, calendar),)
    return CaseCorrectionRequired(
        notice=case.notices + 1,
        lines=lines,
        deadlines=deadlines,
        joint=joint,
        texts=words,
    )


def for_the_whole(case: Case, joint: str) -> None:
    """Refuse to notice or to accept a member of a joint whole on its own (许可法 art.26: one department for all)."""
    if case.joint != joint:
        raise WrongState(
            N_("这是并联件的一部分，由牵头部门统一告知、统一受理"),
            code="part_of_joint",
            subject=case.joint,
            next_step=N_("请完成本部门的预审，牵头部门会统一办理"),
        )


def report_defects(
    case: Case, item: ServiceItem, *, texts: Mapping[str, tuple[str, str]], actor: Actor, today: date
) -> CaseDefectsReported:
    """T08j: a department tells the lead what has to be corrected; guard as for the notice itself (T08, T10)."""
    require("T08j", case, actor)
    only_handler(case, actor)
    if not case.joint:
        raise WrongState(N_("这件不是并联件，请直接告知补正"), code="not_joint", subject=case.no)
    before_deemed(case, item, today)
    lines, words = lines_of(case, item, texts)
    return CaseDefectsReported(lines=lines, texts=words)


def before_deemed(case: Case, item: ServiceItem, today: date) -> None:
    """Refuse what comes after C1: by then the case is accepted by law (art.32(4); §2.5 rule 6).

    An item whose own statute does not say so (`deemed_acceptance` is False) knows no such bar.
    """
    clock = case.clock("C1")
    if clock is not None and item.correction.deemed_acceptance and lapsed(case, today):
        raise WrongState(
            N_("补正告知的期限（%(due)s）已过，依法视为已受理"),
            code="notice_late",
            params={"due": clock.deadline.due},
            next_step=N_("请按“视为受理”继续办理；审查中需要的材料另行通知"),
        )


def widen_notice(
    case: Case, item: ServiceItem, *, targets: tuple[str, ...], reason: str, actor: Actor
) -> CaseNoticeWidened:
    """T10o: the reviewer answers for a second notice that asks for more than the first (art.32(4), art.72(4)).

    Guard: a notice has gone out; what is added is on the item's list and was not in the notice; a reason; another
    person than the handler.
    """
    require("T10o", case, actor)
    if not case.notices:
        raise WrongState(N_("还没有一次性告知，可以直接告知补正"), code="no_notice", subject=case.no)
    if actor.id in (case.handler, *case.handlers):
        raise Forbidden(N_("准许新增补正内容的须是承办人以外的审核人"), code="same_person")
    faults = Faults({})
    told = {line.line.target for line in case.notice_lines}
    listed = {material.code for material in applying_materials(item, case.form, case.variants)}
    listed |= {f"form:{field.name}" for field in item.form}
    if not targets:
        faults.add("targets", N_("请选要新增的材料或填写项"))
    elif any(target in told or target not in listed for target in targets):
        faults.add("targets", N_("只能选清单内、第一次告知里没有的材料或填写项"))
    words = reason.strip()
    if len(words) < OVERRIDE_REASON_LENGTH_MIN:
        faults.add("reason", N_("请写明为什么第一次没有告知，至少十个字；会报监察"))
    faults.raise_if_any()
    return CaseNoticeWidened(targets=tuple(dict.fromkeys(targets)), reason=words)


def review_steps(item: ServiceItem) -> tuple[FlowStep, ...]:
    """Give the steps of the flow from review to decision, in order."""
    return tuple(step for step in item.steps if step.stage in ("review", "decision"))


def start_step(step: FlowStep, today: date, calendar: Calendar) -> CaseStepStarted:
    """T13: a step begins and its clock C8 with it."""
    limits = (deadline("C8", today, step.limit_day, step.limit_type, calendar),) if step.limit_day else ()
    return CaseStepStarted(step=step.code, step_name=step.name, role=step.role, deadlines=limits)


def start_review(case: Case, item: ServiceItem, *, actor: Actor, today: date, calendar: Calendar) -> CaseStepStarted:
    """T13 of the first step, where it did not begin with the acceptance. Guard: accepted, and no step begun."""
    require("T13", case, actor)
    if case.state is not State.ACCEPTED:
        raise WrongState(N_("审查已经开始"), code="review_started", subject=case.no)
    return start_step(review_steps(item)[0], today, calendar)


def _decision_deadlines(case: Case, item: ServiceItem, accepted: date, calendar: Calendar) -> tuple[Deadline, ...]:
    """C2 and C3 from the event that the item's statute names (domain §0.4 rule 3, §2.5 rule 7)."""
    start = accepted
    if item.clock_start_event in (ClockStart.RECEIPT, ClockStart.COMPLETE_MATERIALS):
        start = date.fromisoformat(case.completed_on)
    return (
        deadline("C2", start, item.anticipate_day, item.anticipate_type, calendar),
        deadline("C3", start, item.promise_day, item.promise_type, calendar),
    )


def unready_materials(case: Case, item: ServiceItem, tolerate: tuple[str, ...] = ()) -> dict[str, str]:
    """Give, by field, why each material stands in the way of acceptance; empty when all are in order.

    Args:
        case: the case.
        item: its item version.
        tolerate: codes of materials that may follow later 容缺.
    """
    faults: dict[str, str] = {}
    promised = case.promise.materials if case.promise_based and case.promise is not None else ()
    for material in applying_materials(item, case.form, case.variants):
        held = case.material(material.code)
        if held is None:
            if material.necessity is not Necessity.OPTIONAL and material.code not in (*tolerate, *promised):
                faults[f"material.{material.code}"] = Message(N_("还缺“%(name)s”"), name=material.name)
        elif held.verdict != "pass":
            faults[f"material.{material.code}"] = Message(N_("“%(name)s”还没有通过预审"), name=material.name)
    for line in case.notice_lines:
        if not line.met and line.line.target not in tolerate:
            faults[f"line.{line.line.no}"] = Message(N_("补正第 %(no)d 条还没有补齐"), no=line.line.no)
    return faults


def check_tolerance(case: Case, item: ServiceItem, tolerate: tuple[str, ...], *, commitment: bool) -> None:
    """容缺 (domain §2.4): only what the item calls tolerable, only what is missing, and against a signed commitment.

    Raises:
        Invalid: with a message for each material, and for the commitment.
    """
    if not tolerate:
        return
    faults = Faults({})
    if item.tolerance_policy is None:
        raise Invalid(N_("这个事项没有规定容缺受理"), code="no_tolerance", subject=item.catalog_code)
    if not commitment:
        faults.add("commitment", N_("请申请人签署容缺受理承诺书后勾选"))
    allowed = {one.code for one in applying_materials(item, case.form, case.variants) if one.tolerable}
    for code in tolerate:
        if code not in allowed or case.material(code) is not None:
            faults.add(f"material.{code}", N_("只有清单写明可以容缺、还没有提交的材料才能容缺"))
    faults.raise_if_any()


def _tolerance_limit(item: ServiceItem, accepted: date, calendar: Calendar) -> tuple[Deadline, ...]:
    policy = item.tolerance_policy
    if policy is None or not policy.days:
        return ()
    return (deadline("C6", accepted, policy.days, policy.day_type, calendar),)


def accept(
    case: Case,
    item: ServiceItem,
    *,
    acceptance_no: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
    tolerate: tuple[str, ...] = (),
    commitment: bool = False,
    joint: str = "",
) -> tuple[CaseAccepted, CaseStepStarted]:
    """T11 with T13: accept (clause 5.2.2.3). After a correction the date is that of the completing supplement (§2.5).

    Guard: every material that applies is there and passed; no line of a notice is open; C1 is not over, else T12 has
    its earlier date.
    """
    require("T11", case, actor)
    only_handler(case, actor)
    for_the_whole(case, joint)
    before_deemed(case, item, today)
    check_tolerance(case, item, tolerate, commitment=commitment)
    faults = unready_materials(case, item, tolerate)
    if faults:
        raise Invalid(
            N_("材料还不齐全或没有全部通过预审，不能受理"),
            code="materials_incomplete",
            fields=faults,
            next_step=N_("请先完成预审，或一次性告知补正"),
        )
    accepted = date.fromisoformat(case.completed_on) if case.notices else today
    event = CaseAccepted(
        acceptance_no=acceptance_no,
        accepted_on=accepted.isoformat(),
        deadlines=_decision_deadlines(case, item, accepted, calendar)
        + (_tolerance_limit(item, accepted, calendar) if tolerate else ()),
        tolerated=tolerate,
        tolerance=item.tolerance_policy.deadline if tolerate and item.tolerance_policy else "",
    )
    return event, start_step(review_steps(item)[0], today, calendar)


def lapsed(case: Case, today: date) -> bool:
    """Tell whether C1 is over without notice, acceptance or refusal."""
    clock = case.clock("C1")
    return (
        case.state in (State.SUBMITTED, State.RECEIVED, State.PRE_REVIEW)
        and clock is not None
        and clock.stopped is None
        and today.isoformat() > clock.deadline.due
    )


def deem_accepted(
    case: Case, item: ServiceItem, *, acceptance_no: str, actor: Actor, today: date, calendar: Calendar
) -> tuple[CaseDeemedAccepted, CaseStepStarted]:
    """T12: C1 lapsed; accepted as of the receipt, after a correction as of the completing supplement (art.32(4))."""
    require("T12", case, actor)
    if not lapsed(case, today) or not item.correction.deemed_acceptance:
        raise WrongState(N_("补正告知期限未过，不能视为受理"), code="not_lapsed", subject=case.no)
    accepted = date.fromisoformat(case.completed_on if case.notices else case.received_at[:10])
    event = CaseDeemedAccepted(
        acceptance_no=acceptance_no,
        accepted_on=accepted.isoformat(),
        deadlines=_decision_deadlines(case, item, accepted, calendar),
    )
    return event, start_step(review_steps(item)[0], today, calendar)
