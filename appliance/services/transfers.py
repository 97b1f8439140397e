"""移交大厅 (T38, T39): a case is given up to another hall, or signed for when it came from one (decision 0030)."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.decide import transfer as rules
from appliance.projections import city_commands, halls
from appliance.services.facts import Facts, check_department, load_case
from appliance.store.change import Decision, NewEntry, WriteContext


class TransferCase(msgspec.Struct, frozen=True, kw_only=True, tag="transfer.give"):
    """Give a case up: `to` is the other hall's code, `purpose` a `Purpose` of `appliance.domain.transfer`."""

    case: str
    version: int | None
    to: str
    purpose: str
    reason: str


class TakeOverCase(msgspec.Struct, frozen=True, kw_only=True, tag="transfer.take_over"):
    """Sign for a case that came from another hall."""

    case: str
    version: int | None


def give(context: WriteContext, facts: Facts, actor: Actor, command: TransferCase) -> Decision:
    """T38."""
    connection = context.connection
    case = load_case(context, command.case, command.version)
    if actor.role is Role.CASE_HANDLER:
        check_department(connection, actor, case)
    event = rules.give(
        case,
        to=command.to,
        halls=halls.names(connection),
        here=f"{facts.hall.area}{facts.hall.hall}",
        purpose=command.purpose,
        reason=command.reason,
        asked=city_commands.open_about(connection, case.no),
        actor=actor,
    )
    result = {"case": case.no, "version": case.version + 1, "leg": event.leg, "to": event.to, "to_name": event.to_name}
    return Decision((NewEntry(event, case=case.no),), result)


def take_over(context: WriteContext, _facts: Facts, actor: Actor, command: TakeOverCase) -> Decision:
    """T39."""
    case = load_case(context, command.case, command.version)
    if actor.role is Role.CASE_HANDLER:
        check_department(context.connection, actor, case)
    event = rules.take_over(case, actor=actor)
    result = {"case": case.no, "version": case.version + 1, "leg": event.leg}
    return Decision((NewEntry(event, case=case.no),), result)
