"""Folding from the receipt to the acceptance."""

import msgspec

from appliance.domain import events as ev
from appliance.domain.case.clocks import start, stop
from appliance.domain.case.values import Case, CaseMaterial, NoticeLine
from appliance.domain.entry import EntryMeta
from appliance.domain.states import State
from appliance.domain.subject import MaterialIn


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
        materials=tuple(taken_in(material) for material in event.materials),
        completed_on=meta.t[:10],
        clocks=start((), event.deadlines),
    )


def supplement(case: Case, meta: EntryMeta, event: ev.CaseSupplemented) -> Case:
    """T09: what came in replaces what was held, and meets its lines."""
    fresh = {material.code: taken_in(material, corrected=True) for material in event.materials}
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
        clocks=start(stop(case.clocks, meta.t[:10], "C5"), event.deadlines),
    )


def require_correction(case: Case, meta: EntryMeta, event: ev.CaseCorrectionRequired) -> Case:
    """T08/T10: the first notice sets the lines; a repeat opens some of them again."""
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
        clocks=start(stop(case.clocks, meta.t[:10], "C1"), event.deadlines),
    )


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
    )


def accept(case: Case, meta: EntryMeta, event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> Case:
    """T11/T12: number, day, and the decision clocks."""
    return msgspec.structs.replace(
        case,
        state=State.ACCEPTED,
        acceptance_no=event.acceptance_no,
        accepted_on=event.accepted_on,
        deemed_accepted=isinstance(event, ev.CaseDeemedAccepted),
        clocks=start(stop(case.clocks, meta.t[:10], "C1", "C5"), event.deadlines),
    )
