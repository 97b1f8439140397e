"""上报, 录入上级决定, 寄件, 签收, 更正文书 (T21, T22, T28, T29, T34): what reaches beyond the hall."""

import sys

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import outside as rules
from appliance.domain.events import CaseEvent
from appliance.errors import N_, Invalid
from appliance.services import papers
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.joints import single_delivery
from appliance.store.change import Decision, NewEntry, WriteContext


class ForwardUp(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="outside.forward"):
    """T21: sign the initial opinion and send opinion and materials to the higher authority."""

    case: str
    version: int | None
    opinion: str
    authority: str


class ImportResult(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="outside.import_result"):
    """T22: what the higher authority decided.

    Attributes:
        case: case number.
        version: version seen.
        result: ``granted`` or ``refused``.
        document_no: number of its paper.
        decided_on: its day, ISO date.
        content: what it grants, or why it refuses.
        files: digests of the scans of its paper.
    """

    case: str
    version: int | None
    result: str
    document_no: str
    decided_on: str
    content: str
    files: tuple[str, ...] = ()


class ShipResult(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="outside.ship"):
    """T28: the result goes by post."""

    case: str
    version: int | None
    recipient: str
    phone: str
    address: str
    carrier: str
    waybill: str


class ConfirmDelivery(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="outside.deliver"):
    """T29: it arrived; `proof` is ``signed_slip`` or ``tracking``."""

    case: str
    version: int | None
    delivered_on: str
    proof: str
    recipient: str


class CorrectPaper(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="outside.correct_paper"):
    """T34: put a slip of the pen in an issued paper right: what stood there, what shall stand there."""

    case: str
    version: int | None
    paper: str
    old: str
    new: str
    reason: str


def _written(case: Case, *events: CaseEvent, blobs: tuple[str, ...] = ()) -> Decision:
    entries = tuple(NewEntry(event, case=case.no, blobs=blobs) for event in events)
    return Decision(entries, {"case": case.no, "version": case.version + len(events)})


def forward(context: WriteContext, facts: Facts, actor: Actor, command: ForwardUp) -> Decision:
    """T21 with the approver's own row of the form."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    events = rules.forward(
        case,
        facts.item_of(context.connection, case),
        text=command.opinion,
        authority=command.authority,
        actor=actor,
        today=today(context),
    )
    return _written(case, *events)


def import_result(context: WriteContext, facts: Facts, actor: Actor, command: ImportResult) -> Decision:
    """T22."""
    case = load_case(context, command.case, command.version)
    event = rules.import_result(
        case,
        facts.item_of(context.connection, case),
        result=command.result,
        document_no=command.document_no,
        decided_on=command.decided_on,
        words=command.content,
        files=command.files,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _written(case, event, blobs=command.files)


def ship(context: WriteContext, facts: Facts, actor: Actor, command: ShipResult) -> Decision:
    """T28; a member of a joint whole leaves with the others while there is time to."""
    case = load_case(context, command.case, command.version)
    single_delivery(context, facts, case)
    event = rules.ship(
        case,
        recipient=command.recipient,
        telephone=command.phone,
        address=command.address,
        carrier=command.carrier,
        waybill=command.waybill,
        actor=actor,
    )
    return _written(case, event)


def deliver(context: WriteContext, _facts: Facts, actor: Actor, command: ConfirmDelivery) -> Decision:
    """T29."""
    case = load_case(context, command.case, command.version)
    event = rules.deliver(
        case,
        delivered_on=command.delivered_on,
        proof=command.proof,
        recipient=command.recipient,
        actor=actor,
        today=today(context),
    )
    return _written(case, event)


def correct_paper(context: WriteContext, _facts: Facts, actor: Actor, command: CorrectPaper) -> Decision:
    """T34."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    # The writer's own connection: what it reads is committed, and the page showed the paper because it is durable.
    issued = papers.list_papers(context.connection, case.no, lambda _: sys.maxsize)
    if not any(one.id == command.paper and one.correctable for one in issued):
        raise Invalid(
            N_("这件没有发给申请人的这份文书"),
            code="no_paper",
            subject=case.no,
            fields={"paper": N_("请选要更正的文书")},
        )
    event = rules.correct_paper(
        case, paper=command.paper, old=command.old, new=command.new, reason=command.reason, actor=actor
    )
    return _written(case, event)
