"""签署意见, 退回, 准予, 不予 (T14, T15, T23, T24): the approval form and the decision."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import inquiry, requests
from appliance.domain.decide import review as rules
from appliance.projections import cases
from appliance.services.document_numbers import GRANT_KIND, REFUSAL_KIND, next_document_no
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.prereview import CorrectionWords
from appliance.store.change import Decision, NewEntry, WriteContext


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


class RequestMaterial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="review.request_material"):
    """T35: ask for material in review; `cause` is ``deemed_acceptance`` or ``found_in_review``."""

    case: str
    version: int | None
    cause: str
    reason: str
    lines: tuple[CorrectionWords, ...]


def request_material(context: WriteContext, facts: Facts, actor: Actor, command: RequestMaterial) -> Decision:
    """T35: no clock pauses."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    event = requests.request_material(
        case,
        facts.item_of(context.connection, case),
        cause=command.cause,
        reason=command.reason,
        texts={words.target: (words.problem, words.requirement) for words in command.lines},
        actor=actor,
    )
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


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


def grant(context: WriteContext, facts: Facts, actor: Actor, command: GrantCase) -> Decision:
    """T23 with the approver's own row of the form."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    item = facts.item_of(context.connection, case)
    if item.quota:
        before = cases.accepted_before(context.connection, item.catalog_code, case.acceptance_no)
        inquiry.check_quota(item, granted=cases.granted(context.connection, item.catalog_code), earlier=before)
    number = next_document_no(context, case, GRANT_KIND)
    events = rules.grant(
        case,
        item,
        text=command.opinion,
        content=command.content,
        document_no=number.text,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events, number.taken)


def refuse(context: WriteContext, facts: Facts, actor: Actor, command: RefuseCase) -> Decision:
    """T24 with the approver's own row of the form."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    number = next_document_no(context, case, REFUSAL_KIND)
    events = rules.refuse(
        case,
        facts.item_of(context.connection, case),
        text=command.opinion,
        facts=command.facts,
        reasons=command.reasons,
        basis=command.basis,
        review_body=facts.hall.remedy.review_body,
        court=facts.hall.remedy.court,
        document_no=number.text,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _decided(case, events, number.taken)


def _decided(case: Case, events: tuple[rules.ReviewEvent, ...], beside: tuple[NewEntry, ...] = ()) -> Decision:
    return Decision(
        (*(NewEntry(event, case=case.no) for event in events), *beside),
        {"case": case.no, "version": case.version + len(events)},
    )
