"""冲突处理: the hall resolves a conflict that is its own, with one signed entry."""

import msgspec

from appliance.clock import format_time
from appliance.domain.actor import Actor
from appliance.domain.decide import conflicts as rules
from appliance.errors import N_, NotFound
from appliance.projections import cases, conflicts
from appliance.projections.conflicts import Found
from appliance.services.facts import Facts, department_of
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class ResolveConflict(msgspec.Struct, frozen=True, kw_only=True, tag="conflicts.resolve"):
    """Say which lawful way out counts, and why."""

    conflict: str
    choice: str
    words: str


def may_resolve(connection: Connection, facts: Facts, actor: Actor, found: Found) -> bool:
    """Tell whether a conflict is this person's to resolve (see the rule of this name)."""
    case = cases.find(connection, found.subject)
    return rules.may_resolve(
        found,
        actor=actor,
        here=facts.hall.code,
        department=department_of(connection, actor),
        of_case=case.department if case is not None else "",
    )


def resolve(context: WriteContext, facts: Facts, actor: Actor, command: ResolveConflict) -> Decision:
    """Resolve a conflict."""
    connection = context.connection
    found = conflicts.find(connection, command.conflict)
    if found is None:
        raise NotFound(N_("没有这项冲突"), code="conflict_unknown", subject=command.conflict)
    case = cases.find(connection, found.subject)
    event = rules.resolve(
        found,
        choice=command.choice,
        words=command.words,
        actor=actor,
        here=facts.hall.code,
        at=format_time(context.now),
        state=case.state if case is not None else None,
        department=department_of(connection, actor),
        of_case=case.department if case is not None else "",
    )
    return Decision((NewEntry(event),), {"conflict": found.conflict, "case": found.subject})
