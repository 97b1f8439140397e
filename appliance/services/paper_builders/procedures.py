"""Papers beside the main road: ends without a decision, requests in review, pauses, extension (许可法 art. 32, 42, 45).

The words that no law fixes stand here as constants, so that a jurist can read them in one place.
"""

from datetime import date
from typing import assert_never

from appliance.catalogue.guide import limit_text
from appliance.catalogue.labels import term
from appliance.domain import events as ev
from appliance.domain.item_terms import LimitUnit
from appliance.domain.transitions import GROUND_NAMES
from appliance.papers import data
from appliance.services.paper_builders.decision import WITHDRAWAL_EFFECT, originals
from appliance.services.paper_builders.moment import Moment, citations

ProcedureEvent = (
    ev.CaseNotRequired
    | ev.CaseNotAccepted
    | ev.CaseTerminated
    | ev.CaseMaterialRequested
    | ev.CaseSpecialStarted
    | ev.CaseExtended
    | ev.CaseSuspended
    | ev.CaseResumed
)

_LAW = "《中华人民共和国行政许可法》"
NOT_REQUIRED_BASIS = f"{_LAW}第三十二条第一款第一项"
EXTENSION_BASIS = f"{_LAW}第四十二条第一款"
SPECIAL_BASIS = f"{_LAW}第四十五条"
TERMINATION_BASIS = f"行政许可依申请进行，申请已经不能继续办理（{_LAW}第二条、第二十九条）"
FALSE_PROMISE_BASIS = "国办发〔2020〕42号《关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》"
NO_AUTHORITY_NAMED = "请凭本通知书向大厅咨询台询问受理机关"
REQUEST_WAY = "持收件编号到{hall}综合窗口提交；窗口当场登记收到的材料"
SPECIAL_RESUME = "特别程序结束之后，办理时限从停止处接着计算；届时的办结日期可以凭查询码查询"
PROMISE_KEPT = "承诺办结日期（{day}）已经告知，不作改动；在该日未能办结的，以延长后的办结期限为准"
SUSPENDED_PAUSE = "自中止之日起，法定和承诺的办结时限停止计算，恢复办理之后接着计算"
SUSPENDED_RUN_ON = "中止的依据不是法律、法规关于停止计算的规定，法定和承诺的办结时限照常计算，不因中止停止"
SUSPENSION_END = "中止的原因消除之后恢复办理，届时另行书面通知"
RESUMED_PAUSED = "中止期间不计入办结时限，办结日期已经相应顺延"
RESUMED_RAN_ON = "中止期间办结时限照常计算，办结日期不变"


def paper(moment: Moment, event: ProcedureEvent) -> data.PaperData:  # noqa: PLR0911 - exhaustive
    """Make the one paper that such an event produces."""
    match event:
        case ev.CaseNotRequired():
            return not_required_notice(moment, event)
        case ev.CaseNotAccepted():
            return not_accepted_notice(moment, event)
        case ev.CaseTerminated():
            return termination_notice(moment, event)
        case ev.CaseMaterialRequested():
            return material_request_notice(moment, event)
        case ev.CaseSpecialStarted():
            return special_procedure_notice(moment, event)
        case ev.CaseExtended():
            return extension_notice(moment, event)
        case ev.CaseSuspended():
            return suspension_notice(moment, event)
        case ev.CaseResumed():
            return resumption_notice(moment, event)
        case _:
            assert_never(event)


def not_required_notice(moment: Moment, event: ev.CaseNotRequired) -> data.NotRequiredNotice:
    """Make the notice that no licence is needed (art. 32(1))."""
    return data.NotRequiredNotice(
        head=moment.head(), reason=event.reason, basis=NOT_REQUIRED_BASIS, phones=moment.phones()
    )


def not_accepted_notice(moment: Moment, event: ev.CaseNotAccepted) -> data.NotAcceptedNotice:
    """Make the notice of non-acceptance with its official number, and the remedies that the decision names."""
    return data.NotAcceptedNotice(
        head=moment.head(document_no=event.document_no),
        reason=event.reason,
        basis=event.basis,
        competent_authority=event.authority or NO_AUTHORITY_NAMED,
        remedies=data.Remedies(review_body=event.review_body, court=event.court),
        phones=moment.phones(),
    )


def termination_notice(moment: Moment, event: ev.CaseTerminated) -> data.TerminationNotice:
    """Make the notice that ends a case on a ground of the closed list; the originals handed in go back."""
    fallback = FALSE_PROMISE_BASIS if event.ground == "false_promise" else TERMINATION_BASIS
    return data.TerminationNotice(
        head=moment.head(),
        ground=GROUND_NAMES.get(event.ground, event.ground),
        reason=event.reason,
        basis=event.basis or fallback,
        effect=WITHDRAWAL_EFFECT,
        terminated_on=date.fromisoformat(event.ended_on),
        remedies=data.Remedies(review_body=event.review_body, court=event.court),
        phones=moment.phones(),
        returned=originals(moment),
    )


def material_request_notice(moment: Moment, event: ev.CaseMaterialRequested) -> data.MaterialRequestNotice:
    """Make the request for further materials; it is no correction notice, and no limit stands on it."""
    words = {text.no: text for text in event.texts}
    return data.MaterialRequestNotice(
        head=moment.head(),
        accepted_on=_accepted_on(moment),
        reason=event.reason,
        lines=tuple(
            data.CorrectionLine(
                subject=line.name,
                problem=words[line.no].problem,
                requirement=words[line.no].requirement,
                basis=line.basis or citations(moment.item.by_law),
            )
            for line in event.lines
        ),
        resubmit=REQUEST_WAY.format(hall=moment.hall.name),
        phones=moment.phones(),
    )


def special_procedure_notice(moment: Moment, event: ev.CaseSpecialStarted) -> data.SpecialProcedureNotice:
    """Make the written notice of what art. 45 leaves out of the limit, with the time that it takes."""
    known = next((one for one in moment.item.special_procedure if one.kind == event.kind), None)
    until, provisional = moment.due("C9")
    return data.SpecialProcedureNotice(
        head=moment.head(),
        accepted_on=_accepted_on(moment),
        procedure=term(event.kind),
        reason=event.reason,
        basis=(citations(known.by_law) if known is not None else "") or SPECIAL_BASIS,
        started_on=date.fromisoformat(event.started_on),
        needed=limit_text(event.days, LimitUnit(event.unit)),
        planned_until=until,
        planned_until_provisional=provisional,
        resume=SPECIAL_RESUME,
        phones=moment.phones(),
    )


def extension_notice(moment: Moment, event: ev.CaseExtended) -> data.ExtensionNotice:
    """Make the notice of the one extension, with its reasons and who approved it (art. 42)."""
    due, provisional = moment.due("C2")
    promised, _ = moment.due("C3")
    actor = moment.step.meta.actor.id
    return data.ExtensionNotice(
        head=moment.head(),
        accepted_on=_accepted_on(moment),
        original_due=date.fromisoformat(event.due_before),
        new_due=due,
        new_due_provisional=provisional,
        extended_by=limit_text(event.days, LimitUnit.WORKING_DAY),
        reason=event.reason,
        basis=EXTENSION_BASIS,
        approver=f"本行政机关负责人{moment.name_of(actor)}",
        approved_on=date.fromisoformat(event.extended_on),
        promise_effect=PROMISE_KEPT.format(day=promised.isoformat()),
        phones=moment.phones(),
    )


def suspension_notice(moment: Moment, event: ev.CaseSuspended) -> data.SuspensionNotice:
    """Make the notice of suspension; the limits stand still only where a statute says so."""
    return data.SuspensionNotice(
        head=moment.head(),
        suspended_on=date.fromisoformat(event.suspended_on),
        reason=event.reason,
        basis=event.basis,
        effect=SUSPENDED_PAUSE if event.basis_kind == "statute" else SUSPENDED_RUN_ON,
        resume=SUSPENSION_END,
        phones=moment.phones(),
    )


def resumption_notice(moment: Moment, event: ev.CaseResumed) -> data.ResumptionNotice:
    """Make the notice that a suspended case goes on, with the due dates as they are from now on."""
    suspended = next(step.event for step in reversed(moment.steps) if isinstance(step.event, ev.CaseSuspended))
    legal, provisional = moment.due("C2")
    promised, promised_provisional = moment.due("C3")
    return data.ResumptionNotice(
        head=moment.head(),
        suspended_on=date.fromisoformat(suspended.suspended_on),
        resumed_on=date.fromisoformat(event.resumed_on),
        reason=event.reason,
        basis=suspended.basis,
        effect=RESUMED_PAUSED if suspended.basis_kind == "statute" else RESUMED_RAN_ON,
        legal_due=legal,
        promised_due=promised,
        due_provisional=provisional or promised_provisional,
        phones=moment.phones(),
    )


def _accepted_on(moment: Moment) -> date:
    return date.fromisoformat(moment.case.accepted_on)
