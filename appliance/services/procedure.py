"""提请与确认: acts of two persons, and what ends a case without a decision (T06, T07, T31, T32, T37)."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide import proposals as rules
from appliance.domain.decide import timing
from appliance.domain.events import CaseEvent
from appliance.domain.transitions import ACTS
from appliance.services.document_numbers import REJECTION_KIND, next_document_no
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext

HALL_ROLES = frozenset({Role.WINDOW_CLERK, Role.HALL_MANAGER, Role.SYSTEM})


class Propose(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="procedure.propose"):
    """Propose an act that a second person confirms.

    Attributes:
        case: case number.
        version: version seen.
        act: ``not_accepted``, ``terminate``, ``void_receipt`` or ``start_special``.
        ground: ground of a termination, or kind of special procedure.
        reason: why, at least ten characters.
        basis: legal basis; needed for a non-acceptance and for ground ``other``.
        authority: competent authority, for a non-acceptance.
        days: planned time of a special procedure, in the item's unit.
    """

    case: str
    version: int | None
    act: str
    ground: str = ""
    days: int = 0
    reason: str
    basis: str = ""
    authority: str = ""


class ConfirmProposal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="procedure.confirm"):
    """Confirm proposal number `proposal`; `slip_returned` says, for T37, that the slip was taken back."""

    case: str
    version: int | None
    proposal: int
    slip_returned: bool = False


class DropProposal(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="procedure.drop"):
    """Do not confirm a proposal, or take one's own back."""

    case: str
    version: int | None
    proposal: int
    reason: str


class FindNotRequired(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="procedure.not_required"):
    """T06: the handler finds that by law no licence is needed."""

    case: str
    version: int | None
    reason: str


class ProposeLapse(msgspec.Struct, frozen=True, kw_only=True, tag="procedure.propose_lapse"):
    """The sweep found the applicant's time to correct (C5) over: T31 is proposed to the handler."""

    case: str


def _decided(case: Case, *events: CaseEvent, **result: object) -> Decision:
    return Decision(
        tuple(NewEntry(event, case=case.no) for event in events),
        {"case": case.no, "version": case.version + len(events), **result},
    )


def _own_house(context: WriteContext, actor: Actor, case: Case) -> None:
    """Refuse people of another department; those of the hall itself serve all."""
    if actor.role not in HALL_ROLES:
        check_department(context.connection, actor, case)


def propose(context: WriteContext, facts: Facts, actor: Actor, command: Propose) -> Decision:
    """First person of two; the answer holds the proposal's number."""
    case = load_case(context, command.case, command.version)
    _own_house(context, actor, case)
    act, item = rules.act_named(command.act), facts.item_of(context.connection, case)
    days, unit = 0, ""
    if act.code == "start_special":
        unit = timing.check_special(item, command.ground, command.days).planned_type.value
        days = command.days
    event = rules.propose(
        case,
        act=act,
        ground=command.ground,
        reason=command.reason,
        basis=command.basis,
        authority=command.authority,
        actor=actor,
        days=days,
        unit=unit,
    )
    rules.check_proposable(case, item, act, today(context))
    return _decided(case, event, proposal=event.proposal)


def confirm(context: WriteContext, facts: Facts, actor: Actor, command: ConfirmProposal) -> Decision:
    """Second person of two: what was proposed happens."""
    case = load_case(context, command.case, command.version)
    _own_house(context, actor, case)
    day, remedy = today(context), facts.hall.remedy
    taken: tuple[NewEntry, ...] = ()
    match rules.waiting(case, command.proposal).proposed.act:
        case "not_accepted":
            given = next_document_no(context, case, REJECTION_KIND)
            taken = given.taken
            event: CaseEvent = rules.not_accepted(
                case,
                facts.item_of(context.connection, case),
                command.proposal,
                document_no=given.text,
                review_body=remedy.review_body,
                court=remedy.court,
                actor=actor,
                today=day,
            )
        case "start_special":
            event = timing.start_special(
                case,
                facts.item_of(context.connection, case),
                command.proposal,
                actor=actor,
                today=day,
                calendar=facts.calendar(context.connection),
            )
        case "void_receipt":
            event = rules.void_receipt(
                case, command.proposal, slip_returned=command.slip_returned, actor=actor, today=day
            )
        case _:
            event = rules.terminate(
                case, command.proposal, review_body=remedy.review_body, court=remedy.court, actor=actor, today=day
            )
    decided = _decided(case, event)
    return msgspec.structs.replace(decided, entries=(*decided.entries, *taken))


def drop(context: WriteContext, _facts: Facts, actor: Actor, command: DropProposal) -> Decision:
    """The proposal goes, the case stays."""
    case = load_case(context, command.case, command.version)
    _own_house(context, actor, case)
    return _decided(case, rules.drop(case, command.proposal, reason=command.reason, actor=actor))


def not_required(context: WriteContext, facts: Facts, actor: Actor, command: FindNotRequired) -> Decision:
    """T06."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    item = facts.item_of(context.connection, case)
    return _decided(case, rules.not_required(case, item, reason=command.reason, actor=actor, today=today(context)))


def propose_lapse(context: WriteContext, facts: Facts, actor: Actor, command: ProposeLapse) -> Decision:
    """T31, first half, by the sweep."""
    case = load_case(context, command.case, None)
    item = facts.item_of(context.connection, case)
    event = rules.propose_lapse(case, item, actor=actor, today=today(context))
    return _decided(case, event, proposal=event.proposal)


def acts() -> tuple[str, ...]:
    """Name the acts that people may propose, for forms."""
    return tuple(act.code for act in ACTS.values() if act.proposers != frozenset({Role.SYSTEM}))
