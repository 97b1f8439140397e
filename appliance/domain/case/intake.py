"""Folding from the receipt to the acceptance."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case.clocks import start, stop
from appliance.domain.case.values import BackEntry, Case, CaseMaterial, NoticeLine, ToleratedLine
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State
from appliance.domain.subject import Agent, MaterialIn


def taken_in(material: MaterialIn, *, corrected: bool = False) -> CaseMaterial:
    """Make a material of the case from one handed in; its verdict is still to come."""
    return CaseMaterial(
        code=material.code,
        name=material.name,
        form=material.form,
        copies=material.copies,
        pages=material.pages,
        files=material.files,
        licence=material.licence,
        corrected=corrected,
        original=material.original,
        reused=material.reused,
    )


def _begin(meta: EntryMeta, index: int, event: ev.CaseReceived | ev.CaseSubmitted, state: State) -> Case:
    if meta.case is None:
        message = "a case event names no case"
        raise ValueError(message)
    return Case(
        no=meta.case,
        state=state,
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
        ticket="",
        window="",
        clerk="",
        received_at=meta.t,
        applicant=event.applicant,
        agent=event.agent,
        form=event.form,
        query_code=event.query_code,
        variants=event.variants,
        missing=event.missing,
        materials=tuple(taken_in(material) for material in event.materials),
        completed_on=meta.t[:10],
        clocks=start((), event.deadlines),
    )


def submit(meta: EntryMeta, index: int, event: ev.CaseSubmitted) -> Case:
    """T02: begin a case that no window has seen yet."""
    return msgspec.structs.replace(_begin(meta, index, event, State.SUBMITTED), submitted_at=meta.t)


def receive(meta: EntryMeta, index: int, event: ev.CaseReceived) -> Case:
    """T03: begin a case with its receipt; one that was written on paper first counts from when it was written."""
    received = msgspec.structs.replace(
        _begin(meta, index, event, State.RECEIVED),
        ticket=event.ticket,
        joint=event.joint,
        window=meta.actor.window or "",
        clerk=meta.actor.id,
        note=event.note,
    )
    written = event.fallback
    if written is None:
        return received
    entry = BackEntry(
        paper_no=written.paper_no,
        entered_by=meta.actor.id,
        entered_at=meta.t,
        taken_by=written.taken_by,
        instead_of=written.instead_of,
    )
    at = written.written_at
    return msgspec.structs.replace(received, received_at=at, completed_on=at[:10], back_entry=entry)


def receive_submitted(case: Case, meta: EntryMeta, event: ev.CaseReceived) -> Case:
    """T03 after T02: the window's receipt stands for the submission; a clock that runs already goes on running.

    The application counts as received on the earliest day that the item lets count (许可法 art.29).
    """
    received = receive(meta, case.first_index, event)
    if not event.deadlines:
        received = msgspec.structs.replace(
            received, received_at=case.submitted_at, completed_on=case.completed_on, clocks=case.clocks
        )
    return msgspec.structs.replace(received, submitted_at=case.submitted_at)


def with_materials(case: Case, materials: tuple[MaterialIn, ...]) -> tuple[CaseMaterial, ...]:
    """Give the case's materials with these in the place of the ones of the same code, new ones behind."""
    fresh = {material.code: taken_in(material, corrected=True) for material in materials}
    kept = tuple(fresh.pop(material.code, material) for material in case.materials)
    return kept + tuple(fresh.values())


def with_answers(case: Case, new: dict[str, str | list[str]]) -> Case:
    """Give the case with these answers changed, by path such as ``form.<name>``; an empty one is taken away."""
    changes: dict[str, dict[str, str | list[str]]] = {"applicant": {}, "agent": {}, "form": {}}
    for path, value in new.items():
        kind, _, name = path.partition(".")
        changes[kind][name] = value
    agent = case.agent
    if changes["agent"]:
        agent = msgspec.structs.replace(agent or Agent(name="", id_number=""), **changes["agent"])
    form = {name: value for name, value in {**case.form, **changes["form"]}.items() if value}
    applicant = msgspec.structs.replace(case.applicant, **changes["applicant"])
    return msgspec.structs.replace(case, applicant=applicant, agent=agent, form=form)


def _still_missing(case: Case, event: ev.CaseSupplemented) -> tuple[str, ...]:
    """Give what is missing after a supplement; a corrected answer may have changed what is asked for."""
    if event.missing is not None:
        return event.missing
    codes = {material.code for material in event.materials}
    return tuple(code for code in case.missing if code not in codes)


def supplement(case: Case, meta: EntryMeta, event: ev.CaseSupplemented) -> Case:
    """T09: what came in replaces what was held, and meets its lines."""
    lines = tuple(
        msgspec.structs.replace(line, met=True) if line.line.no in event.lines else line for line in case.notice_lines
    )
    return msgspec.structs.replace(
        with_answers(case, event.new),
        state=State.PRE_REVIEW,
        materials=with_materials(case, event.materials),
        variants=case.variants if event.variants is None else event.variants,
        missing=_still_missing(case, event),
        notice_lines=lines,
        completed_on=meta.t[:10],
        clocks=start(stop(case.clocks, meta.t[:10], "C5"), event.deadlines),
    )


def require_correction(case: Case, meta: EntryMeta, event: ev.CaseCorrectionRequired) -> Case:
    """T08/T10: the first notice sets the lines; a repeat opens some again and adds what the reviewer let in."""
    words = {text.no: text for text in event.texts}
    asked = {line.no for line in event.lines}
    held = tuple(
        msgspec.structs.replace(line, met=False) if line.line.no in asked else line for line in case.notice_lines
    )
    known = {line.line.no for line in held}
    lines = held + tuple(
        NoticeLine(
            line=line,
            problem=words[line.no].problem if line.no in words else "",
            requirement=words[line.no].requirement if line.no in words else "",
        )
        for line in event.lines
        if line.no not in known
    )
    return msgspec.structs.replace(
        case,
        state=State.CORRECTION_PENDING,
        notices=event.notice,
        notice_lines=lines,
        reported=(),
        clocks=start(stop(case.clocks, meta.t[:10], "C1"), event.deadlines),
    )


def report_defects(case: Case, event: ev.CaseDefectsReported) -> Case:
    """T08j: what waits for the collective notice; a later report stands in the place of an earlier one."""
    words = {text.no: text for text in event.texts}
    lines = tuple(
        NoticeLine(
            line=line,
            problem=words[line.no].problem if line.no in words else "",
            requirement=words[line.no].requirement if line.no in words else "",
        )
        for line in event.lines
    )
    return msgspec.structs.replace(case, reported=lines)


def pre_review(case: Case, event: ev.CasePreReviewed) -> Case:
    """Write the verdicts beside the materials."""
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
        reported=(),
    )


def accept(case: Case, meta: EntryMeta, event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> Case:
    """T11/T12: number, day, the decision clocks, and what may follow later."""
    tolerated, tolerance = (event.tolerated, event.tolerance) if isinstance(event, ev.CaseAccepted) else ((), "")
    return msgspec.structs.replace(
        case,
        state=State.ACCEPTED,
        acceptance_no=event.acceptance_no,
        accepted_on=event.accepted_on,
        deemed_accepted=isinstance(event, ev.CaseDeemedAccepted),
        tolerated=tuple(ToleratedLine(code=code) for code in tolerated),
        tolerance=tolerance,
        reported=(),
        clocks=start(stop(case.clocks, meta.t[:10], "C1", "C5"), event.deadlines),
    )
