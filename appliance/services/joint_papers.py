"""The papers of a joint whole: which of its entries produce one, and what each says, from the log as for a case.

The members are folded up to the end of the change that the paper belongs to, so that it says what was so then.
"""

import functools
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from appliance.domain import events as ev
from appliance.domain.case import Case
from appliance.domain.case import evolve as evolve_case
from appliance.domain.entry import SALT_BYTES, EntryMeta, read_event
from appliance.domain.joint import Joint, evolve
from appliance.papers.data import PaperData
from appliance.papers.document import REPRINT_MARK, Reprint
from appliance.papers.kinds import Kind, kind_named
from appliance.projections import departments, staff
from appliance.services.facts import Facts
from appliance.services.paper_builders import joint as builders
from appliance.services.paper_refs import PaperRef, no_paper, paper_id_of, parse_id
from appliance.store.case_entries import entries_of
from appliance.store.connection import Connection

Durable = Callable[[str], int]
JointStep = tuple[str, int, EntryMeta, ev.JointEvent, bytes]
"""Origin, log index, envelope, event, and the salt of the private part."""

PRODUCED: dict[type[ev.JointEvent], str] = {
    ev.JointReceived: "joint_receipt",
    ev.JointCorrectionRequired: "joint_correction_notice",
    ev.JointSupplemented: "supplement_receipt",
    ev.JointAccepted: "joint_acceptance",
    ev.JointExtended: "extension_notice",
    ev.JointConcluded: "joint_result",
    ev.JointHandedOver: "collection_receipt",
}


def steps_of(connection: Connection, no: str, durable: Durable | None) -> tuple[JointStep, ...]:
    """Read the durable entries of a whole, all with None, up to the first one that this release does not know."""
    steps = []
    for entry in entries_of(connection, no):
        meta, event = read_event(entry.record.entry, entry.record.private)
        if (durable is not None and entry.index >= durable(entry.origin)) or not isinstance(event, ev.JOINT_EVENTS):
            break
        steps.append((entry.origin, entry.index, meta, event, (entry.record.private or b"")[:SALT_BYTES]))
    return tuple(steps)


def _member(connection: Connection, no: str, until: tuple[str, int], cmd: str) -> Case | None:
    """Fold a member up to an entry of the whole, and through the change that this entry belongs to."""
    case: Case | None = None
    origin, index = until
    for entry in entries_of(connection, no):
        meta, event = read_event(entry.record.entry, entry.record.private)
        later = entry.origin > origin or (entry.origin == origin and entry.index > index)
        if not isinstance(event, ev.CASE_EVENTS) or (later and meta.cmd != cmd):
            break
        case = evolve_case(case, meta, entry.index, event)
    return case


def make(
    connection: Connection, facts: Facts, steps: tuple[JointStep, ...], position: int, identifier: str
) -> tuple[Kind, PaperData, bytes]:
    """Make what the paper of a step says.

    Args:
        connection: a reader.
        facts: the hall's settings and the item versions.
        steps: the whole's entries.
        position: which of them.
        identifier: the paper's id.

    Returns:
        The kind, the data, and the salt of the whole's first private part.
    """
    joint: Joint | None = None
    for _, at, meta, event, _ in steps[: position + 1]:
        joint = evolve(joint, meta, at, event)
    origin, index, meta, event, _ = steps[position]
    if joint is None:
        raise LookupError(identifier)
    cases = {no: case for no in joint.cases if (case := _member(connection, no, (origin, index), meta.cmd)) is not None}
    kind = kind_named(PRODUCED[type(event)])
    moment = builders.JointMoment(
        joint=joint,
        cases=cases,
        items={no: facts.item_of(connection, case) for no, case in cases.items()},
        index=index,
        at=datetime.fromisoformat(meta.t),
        actor=(meta.actor.id, meta.actor.window or ""),
        hall=facts.hall,
        department=departments.get(connection, joint.leader.department),
        person=functools.partial(staff.find, connection),
        paper_id=identifier,
        kind=kind,
    )
    return kind, builders.paper(moment, event), steps[0][4]


def refs_of(no: str, steps: tuple[JointStep, ...]) -> tuple[PaperRef, ...]:
    """Name the papers that the entries of a whole produced, oldest first."""
    again = Counter(event.paper for _, _, _, event, _ in steps if isinstance(event, ev.JointPaperReprinted))
    return tuple(_ref(no, step, again) for step in steps if type(step[3]) in PRODUCED)


def mark(connection: Connection, steps: tuple[JointStep, ...], paper_id: str) -> Reprint | None:
    """Mark the last reprint 补打 of a paper: which, when, by whom, why; None when it was printed once."""
    for _, _, meta, event, _ in reversed(steps):
        if isinstance(event, ev.JointPaperReprinted) and event.paper == paper_id:
            person = staff.find(connection, meta.actor.id)
            name = person.name if person is not None else meta.actor.id
            return Reprint(
                kind=REPRINT_MARK,
                number=event.copy,
                at=datetime.fromisoformat(meta.t),
                operator=f"{name}（工号{meta.actor.id}）",
                reason=event.reason,
            )
    return None


def _ref(no: str, step: JointStep, again: Counter[str]) -> PaperRef:
    origin, index, meta, event, _ = step
    kind = kind_named(PRODUCED[type(event)])
    identifier = paper_id_of(no, kind.name, index)
    return PaperRef(
        id=identifier,
        kind=kind.name,
        title=kind.title,
        origin=origin,
        index=index,
        at=datetime.fromisoformat(meta.t),
        copies=kind.copies,
        reprints=again[identifier],
        narrow=kind.narrow,
    )


def position_of(steps: tuple[JointStep, ...], paper_id: str) -> int:
    """Find the step that produced a paper; raises NotFound."""
    _, kind, index = parse_id(paper_id)
    for position, (_, at, _, event, _) in enumerate(steps):
        if at == index and PRODUCED.get(type(event)) == kind.name:
            return position
    raise no_paper(paper_id)
