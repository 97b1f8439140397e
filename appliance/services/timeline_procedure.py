"""What the timeline says about events beside the main road (see `timeline_words`)."""

from collections.abc import Mapping
from typing import assert_never

from appliance.domain import events as ev
from appliance.domain.transitions import ACTS, GROUND_NAMES, TRANSITIONS
from appliance.errors import N_, Message
from appliance.services.timeline_desk import came
from appliance.services.timeline_inquiry import Inquiry, describe_inquiry

Described = tuple[tuple[Message, ...], tuple[Message, ...]]

Mended = ev.CaseOnsiteFixed | ev.CaseRegistrationAmended
Requested = ev.CaseMaterialRequested | ev.CaseMaterialReceived
TwoPersons = (
    ev.CaseProposed
    | ev.CaseProposalDropped
    | ev.CaseNotRequired
    | ev.CaseNotAccepted
    | ev.CaseTerminated
    | ev.CaseReceiptVoided
)
Timing = (
    ev.CaseSpecialStarted
    | ev.CaseSpecialEnded
    | ev.CaseSuspended
    | ev.CaseResumed
    | ev.CaseExtended
    | ev.CaseDueRecomputed
)
Outside = (
    ev.CaseForwarded
    | ev.CaseGrantedAbove
    | ev.CaseRefusedAbove
    | ev.CaseShipped
    | ev.CaseDelivered
    | ev.CasePaperCorrected
)
Conditions = ev.CaseToleranceSupplied | ev.CasePromiseMade | ev.CasePromiseWithdrawn | ev.CasePromiseVerified
Procedure = Inquiry | Mended | Requested | TwoPersons | Timing | Outside | Conditions

SPECIAL_NAMES = {
    "hearing": N_("听证"),
    "tender": N_("招标"),
    "auction": N_("拍卖"),
    "inspection": N_("检验"),
    "testing": N_("检测"),
    "quarantine": N_("检疫"),
    "appraisal": N_("鉴定"),
    "expert_review": N_("专家评审"),
}
CAUSE_NAMES = {"deemed_acceptance": N_("视为受理后补充"), "found_in_review": N_("审查中发现")}


def describe_procedure(event: Procedure, names: Mapping[str, str]) -> Described:  # noqa: PLR0911 - exhaustive
    """Put an event into words; `names` are staff names by number."""
    if isinstance(event, Inquiry):
        return describe_inquiry(event, names)
    match event:
        case ev.CaseOnsiteFixed() | ev.CaseRegistrationAmended():
            return _describe_mended(event)
        case ev.CaseMaterialRequested() | ev.CaseMaterialReceived():
            return _describe_requested(event)
        case (
            ev.CaseSpecialStarted()
            | ev.CaseSpecialEnded()
            | ev.CaseSuspended()
            | ev.CaseResumed()
            | ev.CaseExtended()
            | ev.CaseDueRecomputed()
        ):
            return _describe_timing(event, names)
        case (
            ev.CaseForwarded()
            | ev.CaseGrantedAbove()
            | ev.CaseRefusedAbove()
            | ev.CaseShipped()
            | ev.CaseDelivered()
            | ev.CasePaperCorrected()
        ):
            return _describe_outside(event)
        case ev.CaseToleranceSupplied() | ev.CasePromiseMade() | ev.CasePromiseWithdrawn() | ev.CasePromiseVerified():
            return _describe_conditions(event)
        case _:
            return _describe_two_persons(event, names)


def _optional(*texts: str) -> tuple[Message, ...]:
    return tuple(Message(text) for text in texts if text)


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "、".join(value)


def _describe_mended(event: Mended) -> Described:
    changes = tuple(
        Message(
            N_("%(field)s：%(old)s → %(new)s"),
            field=path,
            old=_text(event.old.get(path, "")) or "—",
            new=_text(value) or "—",
        )
        for path, value in event.new.items()
    )
    count = Message(N_("更正 %(count)d 项"), count=len(event.fields))
    if isinstance(event, ev.CaseRegistrationAmended):
        return (count,), (*changes, Message(event.reason))
    materials = Message(N_("%(count)d 份材料"), count=len(event.materials))
    return (count, materials, *came(event.presenter)), (*changes, *_optional(event.note))


def _describe_requested(event: Requested) -> Described:
    if isinstance(event, ev.CaseMaterialReceived):
        lines = "、".join(str(no) for no in event.lines)
        found = Message(N_("补交 %(count)d 份，对应第 %(lines)s 条"), count=len(event.materials), lines=lines)
        return (found, *came(event.presenter)), _optional(event.note)
    targets = {line.no: line.name for line in event.lines}
    words = tuple(
        Message(
            N_("%(no)d. %(name)s：%(problem)s → %(requirement)s"),
            no=text.no,
            name=targets.get(text.no, ""),
            problem=text.problem,
            requirement=text.requirement,
        )
        for text in event.texts
    )
    cause = Message(CAUSE_NAMES.get(event.cause, event.cause))
    return (cause, Message(N_("共 %(count)d 条"), count=len(event.lines))), (Message(event.reason), *words)


def _act_name(code: str) -> str:
    act = ACTS.get(code)
    return TRANSITIONS[act.number].name if act is not None else code


def _first_person(staff_no: str, names: Mapping[str, str]) -> Message:
    return Message(N_("提请人 %(name)s"), name=names.get(staff_no, staff_no))


def _describe_two_persons(event: TwoPersons, names: Mapping[str, str]) -> Described:
    match event:
        case ev.CaseProposed():
            act = Message(N_("提请“%(act)s”"), act=_act_name(event.act))
            ground = (Message(GROUND_NAMES[event.ground]),) if event.ground in GROUND_NAMES else ()
            return (act, *ground), _optional(event.reason, event.basis, event.authority)
        case ev.CaseProposalDropped():
            return (), _optional(event.reason)
        case ev.CaseNotRequired():
            return (), _optional(event.reason)
        case ev.CaseNotAccepted():
            number = Message(N_("文号 %(no)s"), no=event.document_no)
            words = _optional(event.reason, event.basis, event.authority)
            return (number, _first_person(event.proposed_by, names)), words
        case ev.CaseTerminated():
            ground = (Message(GROUND_NAMES.get(event.ground, event.ground)),)
            return (*ground, _first_person(event.proposed_by, names)), _optional(event.reason, event.basis)
        case ev.CaseReceiptVoided():
            return (_first_person(event.proposed_by, names),), _optional(event.reason)
        case _:
            assert_never(event)


def _dues(deadlines: tuple[ev.Deadline, ...]) -> tuple[Message, ...]:
    named = {"C2": N_("法定 %(due)s"), "C3": N_("承诺 %(due)s 前办结"), "C9": N_("计划 %(due)s 前完成")}
    return tuple(Message(named[one.clock], due=one.due) for one in deadlines if one.clock in named)


def _describe_timing(event: Timing, names: Mapping[str, str]) -> Described:
    match event:
        case ev.CaseSpecialStarted():
            kind = Message(SPECIAL_NAMES.get(event.kind, event.kind))
            return (kind, *_dues(event.deadlines), _first_person(event.proposed_by, names)), _optional(event.reason)
        case ev.CaseSpecialEnded():
            overrun = (Message(N_("超过计划时间")),) if event.overrun else ()
            kind = Message(SPECIAL_NAMES.get(event.kind, event.kind))
            return (kind, *overrun, *_dues(event.deadlines)), _optional(event.document, event.result)
        case ev.CaseSuspended():
            paused = Message(N_("期限停止计算") if event.basis_kind == "statute" else N_("期限继续计算"))
            return (paused,), _optional(event.reason, event.basis)
        case ev.CaseResumed():
            return _dues(event.deadlines), _optional(event.reason)
        case ev.CaseExtended():
            longer = Message(N_("延长 %(days)d 个工作日"), days=event.days)
            return (longer, *_dues(event.deadlines)), _optional(event.reason)
        case ev.CaseDueRecomputed():
            return _dues(event.deadlines), ()
        case _:
            assert_never(event)


PROOF_NAMES = {"signed_slip": N_("签收单"), "tracking": N_("物流查询")}
PROMISE_RESULTS = {"kept": N_("承诺属实"), "broken": N_("承诺不实")}


def _delivery_due(deadlines: tuple[ev.Deadline, ...]) -> tuple[Message, ...]:
    return tuple(Message(N_("最迟 %(due)s 送达"), due=one.due) for one in deadlines if one.clock == "C4")


def _describe_outside(event: Outside) -> Described:
    match event:
        case ev.CaseForwarded():
            return (Message(N_("移交 %(count)d 份材料"), count=len(event.materials)),), _optional(event.authority)
        case ev.CaseGrantedAbove():
            return _delivery_due(event.deadlines), _optional(event.authority, event.document_no, event.content)
        case ev.CaseRefusedAbove():
            return _delivery_due(event.deadlines), _optional(event.authority, event.document_no, event.reasons)
        case ev.CaseShipped():
            return (), _optional(event.carrier, event.waybill, event.recipient, event.address)
        case ev.CaseDelivered():
            proof = Message(PROOF_NAMES.get(event.proof, event.proof))
            return (Message(N_("%(day)s 签收"), day=event.delivered_on), proof), _optional(event.recipient)
        case ev.CasePaperCorrected():
            changed = Message(N_("%(old)s → %(new)s"), old=event.old, new=event.new)
            return (Message(N_("第 %(number)d 次更正"), number=event.number),), (changed, Message(event.reason))
        case _:
            assert_never(event)


def _describe_conditions(event: Conditions) -> Described:
    match event:
        case ev.CaseToleranceSupplied():
            return (Message(N_("%(count)d 份材料"), count=len(event.materials)),), _optional(event.note)
        case ev.CasePromiseMade():
            told = Message(N_("以承诺代替 %(count)d 份材料"), count=len(event.materials))
            return (told,), _optional(event.signer)
        case ev.CasePromiseWithdrawn():
            return (), _optional(event.reason)
        case ev.CasePromiseVerified():
            return (Message(PROMISE_RESULTS.get(event.result, event.result)),), _optional(event.findings)
        case _:
            assert_never(event)
