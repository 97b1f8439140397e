"""特别程序结束, 中止, 恢复, 延期, 期限重算 (T16–T20): what pauses, extends or recomputes the limits of a case."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import timing as rules
from appliance.domain.events import CaseDueRecomputed, CaseExtended, CaseResumed, CaseSpecialEnded, CaseSuspended
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext

TimingEvent = CaseSpecialEnded | CaseSuspended | CaseResumed | CaseExtended | CaseDueRecomputed


class EndSpecial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="timing.end_special"):
    """T17: the special procedure is over; `document` names the paper with its result, `files` its scans."""

    case: str
    version: int | None
    document: str
    result: str
    files: tuple[str, ...] = ()


class SuspendCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="timing.suspend"):
    """T19: suspend; `basis_kind` is ``statute`` (the limits stand still) or ``other`` (they run on)."""

    case: str
    version: int | None
    basis_kind: str
    reason: str
    basis: str


class ResumeCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="timing.resume"):
    """T20: the reason for the suspension is gone."""

    case: str
    version: int | None
    reason: str


class ExtendCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="timing.extend"):
    """T18: extend the legal limit by `days` working days."""

    case: str
    version: int | None
    days: int
    reason: str


class RecomputeDue(msgspec.Struct, frozen=True, kw_only=True, tag="timing.recompute"):
    """The sweep found provisional limits under an older calendar."""

    case: str


def _written(case: Case, event: TimingEvent, blobs: tuple[str, ...] = ()) -> Decision:
    return Decision((NewEntry(event, case=case.no, blobs=blobs),), {"case": case.no, "version": case.version + 1})


def end_special(context: WriteContext, facts: Facts, actor: Actor, command: EndSpecial) -> Decision:
    """T17."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.end_special(
        case,
        document=command.document,
        result=command.result,
        files=command.files,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _written(case, event, command.files)


def suspend(context: WriteContext, _facts: Facts, actor: Actor, command: SuspendCase) -> Decision:
    """T19."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.suspend(
        case,
        basis_kind=command.basis_kind,
        reason=command.reason,
        basis=command.basis,
        actor=actor,
        today=today(context),
    )
    return _written(case, event)


def resume(context: WriteContext, facts: Facts, actor: Actor, command: ResumeCase) -> Decision:
    """T20."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    calendar = facts.calendar(context.connection)
    event = rules.resume(case, reason=command.reason, actor=actor, today=today(context), calendar=calendar)
    return _written(case, event)


def extend(context: WriteContext, facts: Facts, actor: Actor, command: ExtendCase) -> Decision:
    """T18."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = rules.extend(
        case,
        facts.item_of(context.connection, case),
        days=command.days,
        reason=command.reason,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _written(case, event)


def recompute(context: WriteContext, facts: Facts, actor: Actor, command: RecomputeDue) -> Decision:
    """Domain §5.3 (4), by the sweep; a case whose limits stay as they are refuses and is skipped by the caller."""
    case = load_case(context, command.case, None, unconfirmed=True)
    return _written(case, rules.recompute(case, actor=actor, calendar=facts.calendar(context.connection)))
