"""The case 办件: what it is, folded from its events (domain §2). Pure; the same events always give the same case.

`evolve` is exhaustive: a new event class without a branch does not pass mypy. It checks nothing; what may happen is
decided before the event is written (`appliance.domain.decide`), and what was written is a fact.
"""

from typing import assert_never

import msgspec

from appliance.domain import events as ev
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State
from appliance.domain.subject import Agent, Applicant, FileRef, MaterialIn


class CaseMaterial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A material of the case: as last handed in, with the verdict of pre-review (``""``, ``pass`` or ``problem``)."""

    code: str
    name: str
    form: str = ""
    copies: int = 0
    pages: int = 0
    files: tuple[FileRef, ...] = ()
    licence: str | None = None
    verdict: str = ""
    reason: str = ""
    corrected: bool = False


class Running(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clock of the case: as computed, and the day it stopped."""

    deadline: ev.Deadline
    stopped: str | None = None


class NoticeLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A line of the one-time notice and whether the applicant has supplied it."""

    line: ev.CorrectionLine
    problem: str
    requirement: str
    met: bool = False


class StepRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of the approval form 签批表."""

    step: str
    name: str
    role: str
    started: str
    by: str = ""
    result: str = ""
    opinion: str = ""
    ended: str = ""


class DecisionRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The decision: ``granted`` or ``refused``, its number, day, words, and who decided."""

    kind: str
    document_no: str
    decided_on: str
    by: str
    content: str = ""
    facts: str = ""
    reasons: str = ""
    basis: str = ""
    review_body: str = ""
    court: str = ""


class LicenceRecord(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The licence issued in this case, and the log index of its entry."""

    issued: ev.LicenceIssued
    index: int


class Handover(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who collected the result, and when."""

    collector_name: str
    collector_id: str
    relation: str
    at: str
    by: str


class Case(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A case as it stands after `version` events, the last of them at log index `last_index`."""

    no: str
    state: State
    version: int
    first_index: int
    last_index: int
    item_code: str
    item_version: int
    item_name: str
    task_code: str
    handling: str
    department: str
    department_name: str
    channel: str
    ticket: str
    window: str
    clerk: str
    received_at: str
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    query_code: str = ""
    note: str = ""
    variants: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    materials: tuple[CaseMaterial, ...] = ()
    completed_on: str = ""
    clocks: tuple[Running, ...] = ()
    handler: str = ""
    notices: int = 0
    notice_lines: tuple[NoticeLine, ...] = ()
    acceptance_no: str = ""
    accepted_on: str = ""
    deemed_accepted: bool = False
    steps: tuple[StepRecord, ...] = ()
    decision: DecisionRecord | None = None
    licence: LicenceRecord | None = None
    shelf: str = ""
    handover: Handover | None = None
    withdrawn_reason: str = ""
    reprints: dict[str, int] = {}
    unknown_entries: int = 0

    def clock(self, name: str) -> Running | None:
        """Give the latest clock of a name (``C1`` …), running or stopped."""
        return next((item for item in reversed(self.clocks) if item.deadline.clock == name), None)

    @property
    def current_step(self) -> StepRecord | None:
        """The step that waits for someone, or None."""
        return next((step for step in reversed(self.steps) if not step.ended), None)

    def material(self, code: str) -> CaseMaterial | None:
        """Find a material by its code."""
        return next((item for item in self.materials if item.code == code), None)


def _stop(clocks: tuple[Running, ...], day: str, *names: str) -> tuple[Running, ...]:
    """Stop the running clocks of these names on a day."""
    return tuple(
        msgspec.structs.replace(clock, stopped=day)
        if clock.deadline.clock in names and clock.stopped is None
        else clock
        for clock in clocks
    )


def _start(clocks: tuple[Running, ...], deadlines: tuple[ev.Deadline, ...]) -> tuple[Running, ...]:
    return clocks + tuple(Running(deadline=deadline) for deadline in deadlines)


def _taken_in(material: MaterialIn, *, corrected: bool = False) -> CaseMaterial:
    return CaseMaterial(
        code=material.code,
        name=material.name,
        form=material.form,
        copies=material.copies,
        pages=material.pages,
        files=material.files,
        licence=material.licence,
        corrected=corrected,
    )


def receive(meta: EntryMeta, index: int, event: ev.CaseReceived) -> Case:
    """Begin a case with its receipt."""
    if meta.case is None:
        message = "a case event names no case"
        raise ValueError(message)
    return Case(
        no=meta.case,
        state=State.RECEIVED,
        version=1,
        first_index=index,
        last_index=index,
        item_code=event.item_code,
        item_version=event.item_version,
        item_name=event.item_name,
        task_code=event.task_code,
        handling=event.handling,
        department=event.department,
        department_name=event.department_name,
        channel=event.channel,
        ticket=event.ticket,
        window=meta.actor.window or "",
        clerk=meta.actor.id,
        received_at=meta.t,
        applicant=event.applicant,
        agent=event.agent,
        form=event.form,
        query_code=event.query_code,
        note=event.note,
        variants=event.variants,
        missing=event.missing,
        materials=tuple(_taken_in(material) for material in event.materials),
        completed_on=meta.t[:10],
        clocks=_start((), event.deadlines),
    )


def _supplement(case: Case, meta: EntryMeta, event: ev.CaseSupplemented) -> Case:
    fresh = {material.code: _taken_in(material, corrected=True) for material in event.materials}
    kept = tuple(fresh.pop(material.code, material) for material in case.materials)
    lines = tuple(
        msgspec.structs.replace(line, met=True) if line.line.no in event.lines else line for line in case.notice_lines
    )
    return msgspec.structs.replace(
        case,
        state=State.PRE_REVIEW,
        materials=kept + tuple(fresh.values()),
        missing=tuple(code for code in case.missing if code not in {m.code for m in event.materials}),
        notice_lines=lines,
        completed_on=meta.t[:10],
        clocks=_start(_stop(case.clocks, meta.t[:10], "C5"), event.deadlines),
    )


def _require_correction(case: Case, meta: EntryMeta, event: ev.CaseCorrectionRequired) -> Case:
    words = {text.no: text for text in event.texts}
    if event.notice == 1:
        lines = tuple(
            NoticeLine(
                line=line,
                problem=words[line.no].problem if line.no in words else "",
                requirement=words[line.no].requirement if line.no in words else "",
            )
            for line in event.lines
        )
    else:
        repeated = {line.no for line in event.lines}
        lines = tuple(
            msgspec.structs.replace(line, met=False) if line.line.no in repeated else line for line in case.notice_lines
        )
    return msgspec.structs.replace(
        case,
        state=State.CORRECTION_PENDING,
        notices=event.notice,
        notice_lines=lines,
        clocks=_start(_stop(case.clocks, meta.t[:10], "C1"), event.deadlines),
    )


def _pre_review(case: Case, event: ev.CasePreReviewed) -> Case:
    return msgspec.structs.replace(
        case,
        materials=tuple(
            msgspec.structs.replace(
                material,
                verdict=event.verdicts.get(material.code, material.verdict),
                reason=event.reasons.get(material.code, ""),
            )
            for material in case.materials
        ),
    )


def _accept(case: Case, meta: EntryMeta, event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> Case:
    return msgspec.structs.replace(
        case,
        state=State.ACCEPTED,
        acceptance_no=event.acceptance_no,
        accepted_on=event.accepted_on,
        deemed_accepted=isinstance(event, ev.CaseDeemedAccepted),
        clocks=_start(_stop(case.clocks, meta.t[:10], "C1", "C5"), event.deadlines),
    )


def _start_step(case: Case, meta: EntryMeta, event: ev.CaseStepStarted) -> Case:
    step = StepRecord(step=event.step, name=event.step_name, role=event.role, started=meta.t)
    return msgspec.structs.replace(
        case,
        state=State.IN_REVIEW,
        steps=(*case.steps, step),
        clocks=_start(_stop(case.clocks, meta.t[:10], "C8"), event.deadlines),
    )


def _end_step(case: Case, meta: EntryMeta, result: str, opinion: str) -> tuple[StepRecord, ...]:
    """Close the latest open step with who ended it and how."""
    open_step = case.current_step
    return tuple(
        msgspec.structs.replace(step, by=meta.actor.id, result=result, opinion=opinion, ended=meta.t)
        if step is open_step
        else step
        for step in case.steps
    )


def _decide(case: Case, meta: EntryMeta, event: ev.CaseGranted | ev.CaseRefused) -> Case:
    if isinstance(event, ev.CaseGranted):
        state = State.DECIDED_GRANTED
        record = DecisionRecord(
            kind="granted",
            document_no=event.document_no,
            decided_on=event.decided_on,
            by=meta.actor.id,
            content=event.content,
        )
    else:
        state = State.DECIDED_REFUSED
        record = DecisionRecord(
            kind="refused",
            document_no=event.document_no,
            decided_on=event.decided_on,
            by=meta.actor.id,
            facts=event.facts,
            reasons=event.reasons,
            basis=event.basis,
            review_body=event.review_body,
            court=event.court,
        )
    return msgspec.structs.replace(
        case,
        state=state,
        decision=record,
        clocks=_start(_stop(case.clocks, event.decided_on, "C2", "C3", "C8"), event.deadlines),
    )


def _hand_over(case: Case, meta: EntryMeta, event: ev.CaseHandedOver) -> Case:
    return msgspec.structs.replace(
        case,
        state=State.CLOSED,
        handover=Handover(
            collector_name=event.collector_name,
            collector_id=event.collector_id,
            relation=event.relation,
            at=meta.t,
            by=meta.actor.id,
        ),
        clocks=_stop(case.clocks, meta.t[:10], "C4"),
    )


def _apply(case: Case, meta: EntryMeta, index: int, event: ev.CaseEvent) -> Case:  # noqa: C901, PLR0911, PLR0912 - exhaustive
    replace = msgspec.structs.replace
    match event:
        case ev.CaseReceived():
            return receive(meta, index, event)
        case ev.CaseAssigned():
            return replace(case, state=State.PRE_REVIEW, handler=event.handler)
        case ev.CasePreReviewed():
            return _pre_review(case, event)
        case ev.CaseCorrectionRequired():
            return _require_correction(case, meta, event)
        case ev.CaseSupplemented():
            return _supplement(case, meta, event)
        case ev.CaseAccepted() | ev.CaseDeemedAccepted():
            return _accept(case, meta, event)
        case ev.CaseStepStarted():
            return _start_step(case, meta, event)
        case ev.CaseOpinionGiven():
            return replace(case, steps=_end_step(case, meta, event.result, event.opinion))
        case ev.CaseStepReturned():
            return replace(case, steps=_end_step(case, meta, "returned", event.reason))
        case ev.CaseGranted() | ev.CaseRefused():
            return _decide(case, meta, event)
        case ev.LicenceIssued():
            return replace(case, licence=LicenceRecord(issued=event, index=index))
        case ev.CaseResultProduced():
            return replace(case, state=State.RESULT_READY, shelf=event.shelf)
        case ev.CaseHandedOver():
            return _hand_over(case, meta, event)
        case ev.CaseWithdrawn():
            return replace(
                case,
                state=State.WITHDRAWN,
                withdrawn_reason=event.reason,
                clocks=_stop(case.clocks, meta.t[:10], "C1", "C2", "C3", "C5", "C8"),
            )
        case ev.PaperReprinted():
            return replace(case, reprints={**case.reprints, event.paper: event.copy})
        case _:
            assert_never(event)


def evolve(case: Case | None, meta: EntryMeta, index: int, event: ev.CaseEvent) -> Case:
    """Fold one event into the case.

    Args:
        case: the case before, None for its first event.
        meta: the entry's envelope (case number, actor, time).
        index: the entry's index in its log.
        event: what happened.

    Returns:
        The case after it, with `version` one higher.

    Raises:
        ValueError: the first event is not a receipt.
    """
    if case is None:
        if not isinstance(event, ev.CaseReceived):
            message = f"the first event of a case is its receipt, not {event.TYPE}"
            raise ValueError(message)
        return receive(meta, index, event)
    after = _apply(case, meta, index, event)
    return msgspec.structs.replace(after, version=case.version + 1, last_index=index)
