"""Conflicts at the city: announced to every hall concerned, carried on when resolved, resolved by the operator.

Announcing is a change with a key of its own for each conflict and log: repeated after a crash it writes nothing new.
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from appliance.clock import format_time
from appliance.domain.actor import SYSTEM, Actor
from appliance.domain.conflicts import ABOUT_A_CASE, RULES
from appliance.domain.decide import conflicts as rules
from appliance.domain.events import ConflictFound, ConflictResolved, Event
from appliance.domain.states import State
from appliance.errors import N_, NotFound
from appliance.projections import conflicts
from appliance.projections.city_commands import hall_of
from appliance.projections.conflicts import Found
from appliance.store.appending import get_setting, set_setting
from appliance.store.change import Change, Decision, NewEntry
from appliance.store.connection import Connection
from appliance.store.event_store import counterpart
from sync.hub.due import last_day
from sync.hub.findings import Finding, findings
from sync.hub.hub import Hub
from sync.trust import Trust

BATCH_MAX: Final = 50
"""Conflicts that one exchange announces; the rest waits for the next, so that no hall waits for its answer."""


def look(hub: Hub, trust: Trust) -> int:
    """Look at what came from a hall since the last time; announce what disagrees, carry on what was resolved.

    Args:
        hub: the city.
        trust: the hall's ticket.

    Returns:
        How many entries were written.

    Raises:
        Refusal: a log cannot be written now; the next exchange looks again.
    """
    origin = trust.ticket.h2c_origin
    # Found in what the read models have seen: behind a backlog that is less than what is stored.
    size = min(hub.stored(trust.h2c).size, hub.store.log(origin).applied)
    name, reader = f"conflicts_looked:{origin}", hub.store.reader()
    start = int(get_setting(reader, name) or 0)
    if start >= size:
        return 0
    written, whole = 0, True
    for finding in findings(reader, origin, start, size):
        if written >= BATCH_MAX:
            whole = False
            break
        written += _announce(hub, finding)
    written += _carry_on(hub, origin, start, size)
    if whole:
        moment = format_time(hub.clock.now())
        hub.store.writer.local(lambda connection: set_setting(connection, name, str(size), moment)).result()
    return written


def _announce(hub: Hub, finding: Finding) -> int:
    reader = hub.store.reader()
    told = conflicts.told(reader, finding.conflict, ended=False)
    if told and not (set(finding.halls) - {hall_of(origin) for origin in told}):
        return 0
    known = conflicts.find(reader, finding.conflict)
    today = hub.clock.now().date()
    event = ConflictFound(
        conflict=finding.conflict,
        kind=finding.kind.value,
        subject=finding.subject,
        owner=known.owner if known else finding.owner,
        found=known.found if known else today.isoformat(),
        due=known.due if known else last_day(hub, finding.halls[0], today, RULES[finding.kind].days),
        evidence=known.evidence if known else finding.evidence,
    )
    return sum(_write(hub, hall, event, SYSTEM, f"conflict:{finding.conflict}") for hall in finding.halls)


def _carry_on(hub: Hub, origin: str, start: int, end: int) -> int:
    """Carry what a hall resolved to the other halls that were told of the conflict, in its own words."""
    reader = hub.store.reader()
    rows = reader.execute(
        "SELECT conflict FROM conflict_told WHERE origin = ? AND ended = 1 AND idx >= ? AND idx < ?",
        (origin, start, end),
    ).fetchall()
    written = 0
    for row in rows:
        conflict = str(row[0])
        found = conflicts.find(reader, conflict)
        if found is None or found.owner != hall_of(origin):
            continue
        event = ConflictResolved(
            conflict=conflict, choice=found.choice, by=found.by, at=found.at, words=conflicts.words_of(reader, conflict)
        )
        others = {hall_of(one) for one in conflicts.told(reader, conflict, ended=False)} - {found.owner}
        written += sum(_write(hub, hall, event, SYSTEM, f"conflict-end:{conflict}") for hall in sorted(others))
    return written


def resolve(hub: Hub, conflict: str, *, choice: str, words: str, actor: Actor) -> Found:
    """Resolve a conflict that is the city's; every hall concerned gets the same entry.

    Args:
        hub: the city.
        conflict: its id.
        choice: code of one of its choices.
        words: what was looked at and why.
        actor: the operator.

    Raises:
        NotFound: no such conflict.
        Forbidden, WrongState, Invalid: see `appliance.domain.decide.conflicts.resolve`.
    """
    reader = hub.store.reader()
    found = conflicts.find(reader, conflict)
    if found is None:
        raise NotFound(N_("没有这项冲突"), code="conflict_unknown", subject=conflict)
    event = rules.resolve(
        found,
        choice=choice,
        words=words,
        actor=actor,
        here="",
        at=format_time(hub.clock.now()),
        state=state_of(reader, found),
    )
    for hall in sorted({hall_of(origin) for origin in conflicts.told(reader, conflict, ended=False)}):
        _write(hub, hall, event, actor, f"conflict-end:{conflict}")
    return conflicts.find(hub.store.reader(), conflict) or found


def state_of(connection: Connection, found: Found) -> State | None:
    """Give the state of the case that a conflict is about, as the city knows it; None when there is none."""
    if found.kind not in ABOUT_A_CASE:
        return None
    row = connection.execute("SELECT state FROM hub_case WHERE case_no = ?", (found.subject,)).fetchone()
    return State(row[0]) if row is not None and row[0] in set(State) else None


def _write(hub: Hub, hall: str, event: Event, actor: Actor, label: str) -> int:
    """Write an event into the city's log for a hall, once; gives 1 when it was written now."""
    trust = hub.hall(hall)
    hub.require_writable(trust)
    origin = trust.ticket.c2h_origin
    named = f"{label}:{counterpart(origin)}"
    decision = Decision(entries=(NewEntry(event=event, log=origin),), result={})
    before = hub.stored(trust.c2h).size
    hub.store.writer.submit(
        Change(
            key=str(uuid5(NAMESPACE_URL, named)),
            actor=actor,
            content=named.encode(),
            decide=lambda _context: decision,
        )
    ).result()
    return int(hub.stored(trust.c2h).size > before)
