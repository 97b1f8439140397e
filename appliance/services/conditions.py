"""容缺补齐, 告知承诺 (domain §2.4): what acceptance was conditional on."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide import conditions as rules
from appliance.domain.decide import proposals
from appliance.domain.events import CaseEvent
from appliance.domain.subject import MaterialIn
from appliance.domain.transitions import ACTS
from appliance.errors import N_, Forbidden, WrongState
from appliance.projections import supervision
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.intake import blobs_of, check_reuse
from appliance.services.supervision import warning
from appliance.store.change import Decision, NewEntry, WriteContext


class SupplyTolerated(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="conditions.supply"):
    """Materials that were missing at a tolerant acceptance come in."""

    case: str
    version: int | None
    materials: tuple[MaterialIn, ...]
    presenter: str = "applicant"
    note: str = ""


class MakePromise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="conditions.promise"):
    """告知承诺: the applicant was `told` in writing, chose freely, and `signed`; `signer` is who signed."""

    case: str
    version: int | None
    signer: str
    told: bool
    signed: bool


class WithdrawPromise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="conditions.withdraw"):
    """The applicant takes the promise back before the decision."""

    case: str
    version: int | None
    reason: str


class VerifyPromise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="conditions.verify"):
    """The authority looked whether the promise was true: ``kept`` or ``broken``."""

    case: str
    version: int | None
    result: str
    findings: str


class ProposeToleranceLapse(msgspec.Struct, frozen=True, kw_only=True, tag="conditions.propose_lapse"):
    """The sweep found C6 over while a tolerated material is open: the end of the case is proposed."""

    case: str


def _written(case: Case, event: CaseEvent, blobs: tuple[str, ...] = ()) -> Decision:
    return Decision((NewEntry(event, case=case.no, blobs=blobs),), {"case": case.no, "version": case.version + 1})


def supply(context: WriteContext, facts: Facts, actor: Actor, command: SupplyTolerated) -> Decision:
    """容缺补齐."""
    case = load_case(context, command.case, command.version)
    item = facts.item_of(context.connection, case)
    day = today(context)
    event = rules.supply(
        case,
        item,
        materials=command.materials,
        presenter=command.presenter,
        note=command.note,
        actor=actor,
        today=day,
    )
    check_reuse(context.connection, item, event.materials, case.applicant, day)
    return _written(case, event, blobs_of(event.materials))


def make_promise(context: WriteContext, facts: Facts, actor: Actor, command: MakePromise) -> Decision:
    """签署告知承诺书."""
    case = load_case(context, command.case, command.version)
    broken = supervision.false_promise(context.connection, case.applicant.id_number)
    if broken is not None:
        raise Forbidden(
            N_("申请人在 %(no)s 的承诺经核查不实，信用修复之前不适用告知承诺"),
            code="false_promise",
            params={"no": broken},
            next_step=N_("请按普通程序收取证明"),
        )
    event = rules.make_promise(
        case,
        facts.item_of(context.connection, case),
        signer=command.signer,
        told=command.told,
        signed=command.signed,
        actor=actor,
        today=today(context),
    )
    return _written(case, event)


def withdraw_promise(context: WriteContext, _facts: Facts, actor: Actor, command: WithdrawPromise) -> Decision:
    """撤回承诺."""
    case = load_case(context, command.case, command.version)
    return _written(case, rules.withdraw_promise(case, reason=command.reason, actor=actor))


def verify_promise(context: WriteContext, _facts: Facts, actor: Actor, command: VerifyPromise) -> Decision:
    """核查承诺."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.verify_promise(
        case, result=command.result, findings=command.findings, actor=actor, today=today(context)
    )
    told = (warning(case, "P01", reason=event.findings),) if event.result == "broken" else ()
    return Decision((NewEntry(event, case=case.no), *told), {"case": case.no, "version": case.version + 1})


def propose_lapse(context: WriteContext, _facts: Facts, actor: Actor, command: ProposeToleranceLapse) -> Decision:
    """C6 is over: the system proposes to end the case (T32), a reviewer confirms or drops (domain §2.4)."""
    case = load_case(context, command.case, None)
    clock = case.clock("C6")
    day = today(context).isoformat()
    if (
        actor.role is not Role.SYSTEM
        or not case.open_tolerance
        or clock is None
        or clock.stopped is not None
        or day <= clock.deadline.due
    ):
        raise WrongState(N_("容缺补齐的期限未过"), code="not_lapsed", subject=case.no)
    event = proposals.propose(
        case,
        act=ACTS["terminate"],
        ground="tolerance_lapsed",
        reason=N_("申请人在承诺的期限内没有补齐容缺的材料"),
        basis="",
        authority="",
        actor=actor,
    )
    return _written(case, event)
