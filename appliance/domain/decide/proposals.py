"""Acts of two persons: one proposes, another confirms or drops (domain §2.3: T07, T31, T32, T37; §2.6).

`propose` and `drop` are the same for every act; what a confirmation writes is a function of its own beside them.
"""

from datetime import date

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case, Proposal
from appliance.domain.decide.application import Faults
from appliance.domain.decide.prereview import before_deemed, only_handler
from appliance.domain.events import (
    CaseNotAccepted,
    CaseNotRequired,
    CaseProposalDropped,
    CaseProposed,
    CaseReceiptVoided,
    CaseTerminated,
)
from appliance.domain.service_item import ServiceItem
from appliance.domain.transitions import ACTS, Act, require, require_proposal
from appliance.errors import N_, Forbidden, Invalid, Message, WrongState

REASON_LENGTH_MIN = 10  # rule R08: an empty or boilerplate reason is a red card (domain §6.2)
BASIS_LENGTH_MIN = 4
TEXT_LENGTH_MAX = 2000


def act_named(code: str) -> Act:
    """Give an act of two persons by its code; raises Invalid."""
    act = ACTS.get(code)
    if act is None:
        raise Invalid(N_("没有这种需要两人办理的事"), code="unknown_act", fields={"act": N_("请选要提请的事")})
    return act


def text_of(field: str, text: str, length_min: int, faults: Faults) -> str:
    """Check the length of a written text; the fault stands beside its field."""
    text = text.strip()
    if len(text) < length_min:
        faults.add(field, Message(N_("请写明内容，至少 %(min)d 个字"), min=length_min))
    if len(text) > TEXT_LENGTH_MAX:
        faults.add(field, N_("最多 2000 个字"))
    return text


def propose(
    case: Case,
    *,
    act: Act,
    ground: str,
    reason: str,
    basis: str,
    authority: str,
    actor: Actor,
    days: int = 0,
    unit: str = "",
) -> CaseProposed:
    """Propose an act.

    Guard: state and role; the case's own handler, where a handler proposes; no other proposal waits; a ground of the
    act's list; the reason, and the basis where the act needs one.
    """
    require_proposal(act, case, actor)
    if actor.role is Role.CASE_HANDLER and case.handler:
        only_handler(case, actor)
    if case.proposal is not None:
        raise WrongState(
            N_("这件已有一项提请在等待确认"),
            code="proposal_waits",
            params={"act": case.proposal.proposed.act},
            next_step=N_("请先确认或者退回那一项"),
        )
    faults = Faults({})
    if act.grounds and ground not in act.grounds:
        faults.add("ground", N_("请选一种法定情形"))
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    law = basis.strip()
    if act.basis or ground == "other":
        law = text_of("basis", basis, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseProposed(
        proposal=case.proposals + 1,
        act=act.code,
        ground=ground if act.grounds else "",
        days=days,
        unit=unit,
        reason=words,
        basis=law,
        authority=authority.strip(),
    )


def check_proposable(case: Case, item: ServiceItem, act: Act, today: date) -> None:
    """Refuse a proposal whose confirmation could not be right today: a lapsed C1, a receipt of another day."""
    if act.code == "not_accepted":
        before_deemed(case, item, today)
    elif act.code == "void_receipt":
        check_voidable(case, today)


def waiting(case: Case, number: int, code: str = "") -> Proposal:
    """Give the proposal that waits, when it is the one meant; raises WrongState."""
    proposal = case.proposal
    if proposal is None or proposal.proposed.proposal != number or (code and proposal.proposed.act != code):
        raise WrongState(
            N_("这项提请已经处理，或者已随办件状态失效"),
            code="no_proposal",
            subject=case.no,
            next_step=N_("请刷新办件页面"),
        )
    return proposal


def second_person(proposal: Proposal, actor: Actor, case: Case) -> None:
    """Refuse the one who proposed, and as reviewer the one who handles the case (domain §2.6)."""
    if actor.id == proposal.by or (actor.role is not Role.CASE_HANDLER and actor.id in (case.handler, *case.handlers)):
        raise Forbidden(
            N_("提请和确认须由两个人办理"),
            code="same_person",
            next_step=N_("请由另一位有权限的人员确认"),
        )


def confirmed(case: Case, number: int, code: str, actor: Actor) -> Proposal:
    """Give the waiting proposal when this actor may confirm it now; raises Forbidden or WrongState."""
    proposal = waiting(case, number, code)
    require(ACTS[code].number, case, actor)
    second_person(proposal, actor, case)
    return proposal


def drop(case: Case, number: int, *, reason: str, actor: Actor) -> CaseProposalDropped:
    """Do not confirm, or take one's own proposal back; with a reason, and only by who may propose or confirm it."""
    proposal = waiting(case, number)
    act = ACTS[proposal.proposed.act]
    if actor.id != proposal.by:
        require(act.number, case, actor)
    faults = Faults({})
    words = text_of("reason", reason, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseProposalDropped(proposal=number, reason=words)


def not_required(case: Case, item: ServiceItem, *, reason: str, actor: Actor, today: date) -> CaseNotRequired:
    """T06: no licence is needed by law, told at once (许可法 art.32(1)). Guard: the reason; C1 is not over."""
    require("T06", case, actor)
    only_handler(case, actor)
    before_deemed(case, item, today)
    faults = Faults({})
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseNotRequired(decided_on=today.isoformat(), reason=words)


def not_accepted(
    case: Case,
    item: ServiceItem,
    number: int,
    *,
    document_no: str,
    review_body: str,
    court: str,
    actor: Actor,
    today: date,
) -> CaseNotAccepted:
    """T07: the reviewer confirms the non-acceptance (许可法 art.32(2)). Guard: remedies; C1 is not over."""
    proposal = confirmed(case, number, "not_accepted", actor)
    before_deemed(case, item, today)
    if not review_body or not court:
        raise Invalid(N_("不予受理决定必须写明救济途径"), code="no_remedies")
    words = proposal.proposed
    return CaseNotAccepted(
        document_no=document_no,
        decided_on=today.isoformat(),
        proposal=number,
        proposed_by=proposal.by,
        review_body=review_body,
        court=court,
        reason=words.reason,
        basis=words.basis,
        authority=words.authority,
    )


def terminate(case: Case, number: int, *, review_body: str, court: str, actor: Actor, today: date) -> CaseTerminated:
    """T32 confirmed by a reviewer, or T31, which the system proposed, by the handler. Guard: remedies."""
    code = "lapse_correction" if _is_lapse(case) else "terminate"
    proposal = confirmed(case, number, code, actor)
    if code == "lapse_correction":
        only_handler(case, actor)
    if not review_body or not court:
        raise Invalid(N_("终止办理通知书必须写明救济途径"), code="no_remedies")
    words = proposal.proposed
    return CaseTerminated(
        ended_on=today.isoformat(),
        ground=words.ground,
        proposal=number,
        proposed_by=proposal.by,
        review_body=review_body,
        court=court,
        reason=words.reason,
        basis=words.basis,
    )


def _is_lapse(case: Case) -> bool:
    return case.proposal is not None and case.proposal.proposed.act == "lapse_correction"


def correction_lapsed(case: Case, item: ServiceItem, today: date) -> bool:
    """Tell whether the applicant's time to correct is over; never without a rule that sets one (domain §2.5, C5)."""
    clock = case.clock("C5")
    return (
        bool(item.correction.valid_days and item.correction.valid_basis)
        and clock is not None
        and clock.stopped is None
        and today.isoformat() > clock.deadline.due
    )


def propose_lapse(case: Case, item: ServiceItem, *, actor: Actor, today: date) -> CaseProposed:
    """T31, first half: C5 is over and the item's rule says so; the system proposes, the handler will confirm."""
    if not correction_lapsed(case, item, today):
        raise WrongState(N_("申请人补正的期限未过"), code="not_lapsed", subject=case.no)
    basis = "；".join(f"《{law.law}》{law.article}" for law in item.correction.valid_basis)
    return propose(
        case,
        act=ACTS["lapse_correction"],
        ground="correction_lapsed",
        reason=N_("申请人在规定的期限内没有补正材料"),
        basis=basis,
        authority="",
        actor=actor,
    )


def check_voidable(case: Case, today: date) -> None:
    """T37's guard on the case: the day of receipt, and nothing has been told to the applicant but the slip."""
    if case.received_at[:10] != today.isoformat() or case.notices:
        raise WrongState(
            N_("只有收件当天、还没有告知补正或者受理的，才能作废"),
            code="too_late_to_void",
            next_step=N_("申请人可以书面撤回"),
        )


def void_receipt(case: Case, number: int, *, slip_returned: bool, actor: Actor, today: date) -> CaseReceiptVoided:
    """T37: a second person voids the receipt after the slip was taken back."""
    proposal = confirmed(case, number, "void_receipt", actor)
    check_voidable(case, today)
    if not slip_returned:
        raise Invalid(
            N_("收件回执单没有收回，不能作废"), fields={"slip_returned": N_("请收回申请人手中的回执单后勾选")}
        )
    return CaseReceiptVoided(
        ended_on=today.isoformat(), proposal=number, proposed_by=proposal.by, reason=proposal.proposed.reason
    )
