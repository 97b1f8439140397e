"""The timeline 办件时间线 of a case: who did what and when, at which index of the log, and where the truth is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appliance.clock import parse_time
from appliance.domain import events as ev
from appliance.domain.actor import ROLE_NAMES, Actor
from appliance.domain.case import Case
from appliance.domain.entry import read_event, read_meta
from appliance.domain.joint import Joint
from appliance.errors import Message
from appliance.ledger.records import RecordState
from appliance.projections import staff
from appliance.projections.city_commands import hall_of
from appliance.services.timeline_desk import RELATION_NAMES
from appliance.services.timeline_joint import describe_joint
from appliance.services.timeline_words import RESULT_NAMES, describe
from appliance.store.acknowledgements import Acknowledged, acknowledged
from appliance.store.case_entries import CaseEntry, entries_of
from appliance.store.store import StoreView

__all__ = ["RELATION_NAMES", "RESULT_NAMES", "Line", "Truth", "case_truth", "describe", "timeline", "truth_of"]


class Truth(StrEnum):
    """Where an entry is safe (protocol §5): 已存本机, 已上报, 市级已确认; never more than was acknowledged."""

    LOCAL = "local"
    SEEN = "sent"
    SAFE = "confirmed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline.

    Attributes:
        origin: the log.
        index: the entry's index there.
        at: when.
        actor: who, as the entry carries it.
        who: the name on the roster, or the staff number when the roster no longer has it.
        role_name: role acted in (message id).
        type: wire name of the event.
        title: what happened (message id).
        details: facts that everyone who may open the case may read.
        words: free text and names; for staff with the task.
        truth: where it is safe.
        erased: the personal part was erased or restricted by law; the rest still verifies.
        stands: where it stands in this database, log and index, for its proof.
        hall: code of the hall in whose logs it was written.
    """

    origin: str
    index: int
    at: datetime
    actor: Actor
    who: str
    role_name: str
    type: str
    title: str
    details: tuple[Message, ...]
    words: tuple[Message, ...]
    truth: Truth
    erased: bool
    stands: tuple[str, int]
    hall: str


def truth_of(index: int, blobs: tuple[str, ...], city: Acknowledged) -> Truth:
    """Say where an entry is safe.

    SEEN needs a cosignature over a checkpoint that covers it; SAFE needs its scans acknowledged besides.
    """
    if index >= city.cosigned:
        return Truth.LOCAL
    if not blobs or (index < city.blobs_upto and city.missing.isdisjoint(blobs)):
        return Truth.SAFE
    return Truth.SEEN


def timeline(store: StoreView, case: Case) -> tuple[Line, ...]:
    """Give the lines of a case, oldest first, as far as they are durable.

    Args:
        store: the hall's store.
        case: the case; its materials name what verdicts are about.
    """
    connection = store.reader()
    names = staff.names(connection)
    materials = {material.code: material.name for material in case.materials}
    cities: dict[str, Acknowledged] = {}
    lines = []
    for entry in entries_of(connection, case.no):
        origin, index = entry.stands
        if index >= store.durable_size(origin):
            continue
        if entry.own and entry.origin not in cities:
            cities[entry.origin] = acknowledged(connection, entry.origin)
        lines.append(_line(entry, names, materials, cities.get(entry.origin)))
    return tuple(lines)


def joint_timeline(store: StoreView, joint: Joint) -> tuple[Line, ...]:
    """Give the lines of a joint whole's own entries, oldest first, as far as they are durable."""
    connection = store.reader()
    names, cities = staff.names(connection), dict[str, Acknowledged]()
    items = {member.case: member.item_name for member in joint.members}
    lines = []
    for entry in entries_of(connection, joint.no):
        if entry.index >= store.durable_size(entry.origin):
            continue
        if entry.origin not in cities:
            cities[entry.origin] = acknowledged(connection, entry.origin)
        lines.append(_line(entry, names, items, cities[entry.origin]))
    return tuple(lines)


def case_truth(store: StoreView, no: str) -> Truth:
    """Say where a whole case is safe: as safe as the least safe of its entries, never more (protocol §5)."""
    connection = store.reader()
    cities: dict[str, Acknowledged] = {}
    found = set()
    for entry in entries_of(connection, no):
        if not entry.own:
            found.add(Truth.SAFE)  # it came from the city
            continue
        if entry.origin not in cities:
            cities[entry.origin] = acknowledged(connection, entry.origin)
        found.add(truth_of(entry.index, read_meta(entry.record.entry).blobs, cities[entry.origin]))
    return next((truth for truth in Truth if truth in found), Truth.LOCAL)


def _line(entry: CaseEntry, names: Mapping[str, str], materials: Mapping[str, str], city: Acknowledged | None) -> Line:
    meta, event = read_event(entry.record.entry, entry.record.private)
    kind = ev.EVENTS.get(meta.type)
    withheld = entry.record.state in (RecordState.ERASED, RecordState.RESTRICTED)
    details: tuple[Message, ...] = ()
    words: tuple[Message, ...] = ()
    if isinstance(event, ev.JointEvent):
        details, words = describe_joint(event, materials)
    elif not isinstance(event, ev.UnknownEvent | ev.SystemEvent):
        details, words = describe(event, names, materials)
    return Line(
        origin=entry.origin,
        index=entry.index,
        at=parse_time(meta.t),
        actor=meta.actor,
        who=names.get(meta.actor.id, meta.actor.id),
        role_name=ROLE_NAMES[meta.actor.role],
        type=meta.type,
        title=kind.DISPLAY if kind is not None else ev.UnknownEvent.DISPLAY,
        details=details,
        words=() if withheld else words,
        truth=truth_of(entry.index, meta.blobs, city) if city is not None else Truth.SAFE,
        erased=withheld,
        stands=entry.stands,
        hall=hall_of(entry.origin),
    )
