"""签署意见, 退回, 准予, 不予 (T14, T15, T23, T24): the approval form and the decision."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import review as rules
from appliance.domain.identifiers import document_no
from appliance.projections import departments, numbers
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext

DOCUMENT_KIND = "许准"
REFUSAL_KIND = "许不"


class GiveOpinion(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="review.opinion"):
    """Sign one row of the approval form: ``agree`` or ``disagree``, with words."""

    case: str
    version: int | None
    result: str
    opinion: str


class ReturnStep(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="review.return"):
    """Send the case back to the step before."""

    case: str
    version: int | None
    reason: str


class GrantCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="review.grant"):
    """Decide to grant; `content` is what is permitted."""

    case: str
    version: int | None
    opinion: str
    content: str


class RefuseCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="review.refuse"):
    """Decide to refuse: facts found, reasons, legal basis."""

    case: str
    version: int | None
    opinion: str
    facts: str
    reasons: str
    basis: str


def opinion(context: WriteContext, facts: Facts, actor: Actor, command: GiveOpinion) -> Decision:
    """T14 and T13 of the next step."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    events = rules.opinion(
        case,
        facts.item_of(context.connection, case),
        result=command.result,
        text=command.opinion,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events)


def return_step(context: WriteContext, facts: Facts, actor: Actor, command: ReturnStep) -> Decision:
    """T15 and T13 of the step before."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    events = rules.return_step(
        case,
        facts.item_of(context.connection, case),
        reason=command.reason,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events)


def _document_no(context: WriteContext, case: Case, kind: str) -> str:
    """Give the next 文号 of the department and year; grants and refusals share one sequence."""
    year = today(context).year
    department = departments.get(context.connection, case.department)
    sequence = numbers.next_in(context.connection, numbers.document_scope(case.department, year))
    return document_no.build(f"{department.document_prefix}{kind}", year, sequence)


def grant(context: WriteContext, facts: Facts, actor: Actor, command: GrantCase) -> Decision:
    """T23 with the approver's own row of the form."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    events = rules.grant(
        case,
        facts.item_of(context.connection, case),
        text=command.opinion,
        content=command.content,
        document_no=_document_no(context, case, DOCUMENT_KIND),
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events)


def refuse(context: WriteContext, facts: Facts, actor: Actor, command: RefuseCase) -> Decision:
    """T24 with the approver's own row of the form."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    events = rules.refuse(
        case,
        facts.item_of(context.connection, case),
        text=command.opinion,
        facts=command.facts,
        reasons=command.reasons,
        basis=command.basis,
        review_body=facts.hall.remedy.review_body,
        court=facts.hall.remedy.court,
        document_no=_document_no(context, case, REFUSAL_KIND),
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events)


def _decided(case: Case, events: tuple[rules.ReviewEvent, ...]) -> Decision:
    return Decision(
        tuple(NewEntry(event, case=case.no) for event in events),
        {"case": case.no, "version": case.version + len(events)},
    )
