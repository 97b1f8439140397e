"""T16/T17 特别程序, T18 延期, T19/T20 中止与恢复, and the recomputation of provisional limits."""

from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, Running
from appliance.domain.case.clocks import PAUSABLE
from appliance.domain.decide.application import Faults
from appliance.domain.decide.limits import deadline, recomputed
from appliance.domain.decide.prereview import only_handler
from appliance.domain.decide.proposals import BASIS_LENGTH_MIN, REASON_LENGTH_MIN, confirmed, text_of
from appliance.domain.events import (
    CaseDueRecomputed,
    CaseExtended,
    CaseResumed,
    CaseSpecialEnded,
    CaseSpecialStarted,
    CaseSuspended,
    Deadline,
    PauseSpan,
)
from appliance.domain.item_terms import LimitUnit
from appliance.domain.service_item import ServiceItem, SpecialProcedure
from appliance.domain.transitions import require
from appliance.errors import N_, Invalid, Message, WrongState

BASIS_KINDS = ("statute", "other")
DOCUMENT_LENGTH_MIN = 2
KEPT_NOT_LATER = ("C3",)  # a printed promise is kept when the calendar would give a later day (§5.3 (4))
KEPT_NOT_EARLIER = ("C5", "C6", "C7a")  # a day by which the applicant must act never comes closer than printed


def special_of(item: ServiceItem, kind: str) -> SpecialProcedure:
    """Give the special procedure of a kind that the item allows; raises Invalid (许可法 art.45)."""
    found = next((one for one in item.special_procedure if one.kind == kind), None)
    if found is None:
        raise Invalid(
            N_("这个事项没有规定这种特别程序，时间要计入办理期限"),
            code="special_not_allowed",
            fields={"ground": N_("请选本事项规定的特别程序；现场核查不是特别程序")},
        )
    return found


def check_special(item: ServiceItem, kind: str, days: int) -> SpecialProcedure:
    """Check kind and planned days of a special procedure before it is proposed; raises Invalid."""
    special = special_of(item, kind)
    if not 1 <= days <= special.planned_days:
        message = Message(N_("计划时间为 1 到 %(max)d 天"), max=special.planned_days)
        raise Invalid(N_("计划的时间不对"), code="planned_days", fields={"days": message})
    return special


def start_special(
    case: Case, item: ServiceItem, number: int, *, actor: Actor, today: date, calendar: Calendar
) -> CaseSpecialStarted:
    """T16: the reviewer confirms; C2, C3 and C8 pause, C9 runs on the days told to the applicant (art.45)."""
    proposal = confirmed(case, number, "start_special", actor)
    words = proposal.proposed
    check_special(item, words.ground, words.days)
    return CaseSpecialStarted(
        kind=words.ground,
        started_on=today.isoformat(),
        days=words.days,
        unit=words.unit,
        proposal=number,
        proposed_by=proposal.by,
        deadlines=(deadline("C9", today, words.days, LimitUnit(words.unit), calendar),),
        reason=words.reason,
    )


def _spans(case: Case, today: date) -> tuple[PauseSpan, ...]:
    """Give every period of the case that no limit counts, the present one ending today."""
    return tuple(
        PauseSpan(start=pause.start, end=pause.end or today.isoformat()) for pause in case.pauses if not pause.counted
    )


def _running(case: Case) -> tuple[Running, ...]:
    return tuple(clock for clock in case.clocks if clock.stopped is None)


def _after_pause(case: Case, today: date, calendar: Calendar) -> tuple[Deadline, ...]:
    spans = _spans(case, today)
    return tuple(
        recomputed(clock.deadline, spans, calendar, extended=clock.deadline.extended)
        for clock in _running(case)
        if clock.paused and clock.deadline.clock in PAUSABLE
    )


def end_special(
    case: Case,
    *,
    document: str,
    result: str,
    files: tuple[str, ...],
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> CaseSpecialEnded:
    """T17: the result is on the file, and the limits run on. Guard: the handler; the document that holds the result."""
    require("T17", case, actor)
    if case.handler:
        only_handler(case, actor)
    faults = Faults({})
    paper = text_of("document", document, DOCUMENT_LENGTH_MIN, faults)
    words = text_of("result", result, DOCUMENT_LENGTH_MIN, faults)
    faults.raise_if_any()
    clock = case.clock("C9")
    return CaseSpecialEnded(
        kind=case.pauses[-1].kind,
        ended_on=today.isoformat(),
        overrun=clock is not None and today.isoformat() > clock.deadline.due,
        files=files,
        deadlines=_after_pause(case, today, calendar),
        document=paper,
        result=words,
    )


def suspend(case: Case, *, basis_kind: str, reason: str, basis: str, actor: Actor, today: date) -> CaseSuspended:
    """T19: the head of the authority suspends. Guard: reason and legal basis, and whether it is a statute."""
    require("T19", case, actor)
    faults = Faults({})
    if basis_kind not in BASIS_KINDS:
        faults.add("basis_kind", N_("请选中止的依据是不是法律、法规的明文规定"))
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    law = text_of("basis", basis, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseSuspended(suspended_on=today.isoformat(), basis_kind=basis_kind, reason=words, basis=law)


def resume(case: Case, *, reason: str, actor: Actor, today: date, calendar: Calendar) -> CaseResumed:
    """T20: the reason is gone; the limits that stood still run on."""
    require("T20", case, actor)
    if case.handler:
        only_handler(case, actor)
    faults = Faults({})
    words = text_of("reason", reason, BASIS_LENGTH_MIN, faults)
    faults.raise_if_any()
    return CaseResumed(resumed_on=today.isoformat(), deadlines=_after_pause(case, today, calendar), reason=words)


def extend(
    case: Case, item: ServiceItem, *, days: int, reason: str, actor: Actor, today: date, calendar: Calendar
) -> CaseExtended:
    """T18: extend the legal limit (许可法 art.42).

    Guard: the head of the authority; once; before C2 is due; at most the item's maximum; with the reasons.
    """
    require("T18", case, actor)
    if case.extended:
        raise WrongState(N_("期限已经延长过一次，不能再延长"), code="extended_once", subject=case.no)
    clock = case.clock("C2")
    if clock is None or clock.stopped is not None or today.isoformat() > clock.deadline.due:
        raise WrongState(N_("法定期限已过，不能再延长"), code="too_late_to_extend", subject=case.no)
    faults = Faults({})
    if not 1 <= days <= item.extension_max_days:
        faults.add("days", Message(N_("延长 1 到 %(max)d 个工作日"), max=item.extension_max_days))
    words = text_of("reason", reason, REASON_LENGTH_MIN, faults)
    faults.raise_if_any()
    known = clock.deadline
    return CaseExtended(
        extended_on=today.isoformat(),
        days=days,
        due_before=known.due,
        deadlines=(recomputed(known, known.pauses, calendar, extended=days),),
        reason=words,
    )


def _kept(known: Deadline, fresh: Deadline) -> bool:
    later = fresh.due > known.due
    return (known.clock in KEPT_NOT_LATER and later) or (known.clock in KEPT_NOT_EARLIER and fresh.due < known.due)


def recompute(case: Case, *, actor: Actor, calendar: Calendar) -> CaseDueRecomputed:
    """Recompute what was provisional with the calendar in force (domain §5.3 (4), §2.5 rule 9).

    Never to the applicant's loss on a printed day: a promise does not move back, and a day by which the applicant must
    act does not move forward.

    Raises:
        WrongState: nothing changes.
    """
    require("R9", case, actor)
    changed, kept = [], []
    for clock in _running(case):
        known = clock.deadline
        if not known.provisional:
            continue
        fresh = recomputed(known, known.pauses, calendar, extended=known.extended)
        if _kept(known, fresh):
            kept.append(known.clock)
            fresh = msgspec.structs.replace(fresh, due=known.due)
        if (fresh.due, fresh.provisional) != (known.due, known.provisional):
            changed.append(fresh)
    if not changed:
        raise WrongState(N_("期限没有变化"), code="nothing_changed", subject=case.no)
    return CaseDueRecomputed(cause="calendar", deadlines=tuple(changed), kept=tuple(kept))
