"""The timeline 办件时间线 of a case: who did what and when, at which index of the log, and where the truth is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from appliance.clock import parse_time
from appliance.domain import events as ev
from appliance.domain.actor import ROLE_NAMES, Actor
from appliance.domain.case import Case
from appliance.domain.entry import read_event, read_meta
from appliance.errors import N_, Message
from appliance.ledger.records import RecordState
from appliance.papers.kinds import KINDS
from appliance.projections import staff
from appliance.store.acknowledgements import Acknowledged, acknowledged
from appliance.store.case_entries import CaseEntry, entries_of
from appliance.store.store import Store

RESULT_NAMES = {"agree": N_("同意"), "disagree": N_("不同意")}
RELATION_NAMES = {"applicant": N_("申请人本人"), "representative": N_("法定代表人（负责人）"), "agent": N_("代理人")}


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


def truth_of(index: int, blobs: tuple[str, ...], city: Acknowledged) -> Truth:
    """Say where an entry is safe.

    SEEN needs a cosignature over a checkpoint that covers it; SAFE needs its scans acknowledged besides.
    """
    if index >= city.cosigned:
        return Truth.LOCAL
    if not blobs or (index < city.blobs_upto and city.missing.isdisjoint(blobs)):
        return Truth.SAFE
    return Truth.SEEN


def timeline(store: Store, case: Case) -> tuple[Line, ...]:
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
        if entry.index >= store.durable_size(entry.origin):
            continue
        if entry.origin not in cities:
            cities[entry.origin] = acknowledged(connection, entry.origin)
        lines.append(_line(entry, names, materials, cities[entry.origin]))
    return tuple(lines)


def case_truth(store: Store, no: str) -> Truth:
    """Say where a whole case is safe: as safe as the least safe of its entries, never more (protocol §5)."""
    connection = store.reader()
    cities: dict[str, Acknowledged] = {}
    found = set()
    for entry in entries_of(connection, no):
        if entry.origin not in cities:
            cities[entry.origin] = acknowledged(connection, entry.origin)
        found.add(truth_of(entry.index, read_meta(entry.record.entry).blobs, cities[entry.origin]))
    return next((truth for truth in Truth if truth in found), Truth.LOCAL)


def _line(entry: CaseEntry, names: Mapping[str, str], materials: Mapping[str, str], city: Acknowledged) -> Line:
    meta, event = read_event(entry.record.entry, entry.record.private)
    kind = ev.EVENTS.get(meta.type)
    withheld = entry.record.state in (RecordState.ERASED, RecordState.RESTRICTED)
    details: tuple[Message, ...] = ()
    words: tuple[Message, ...] = ()
    if not isinstance(event, ev.UnknownEvent | ev.SystemEvent):
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
        truth=truth_of(entry.index, meta.blobs, city),
        erased=withheld,
    )


Described = tuple[tuple[Message, ...], tuple[Message, ...]]


def _due(deadlines: tuple[ev.Deadline, ...], clock: str) -> str:
    return next((deadline.due for deadline in deadlines if deadline.clock == clock), "–")


def describe(event: ev.CaseEvent, names: Mapping[str, str], materials: Mapping[str, str]) -> Described:
    """Put an event into words: facts, and beside them what names persons or is free text.

    Args:
        event: the event.
        names: staff names by number.
        materials: material names by code.
    """
    match event:
        case ev.CaseReceived() | ev.CaseAssigned() | ev.CasePreReviewed():
            return _describe_first(event, names, materials)
        case ev.CaseCorrectionRequired() | ev.CaseSupplemented():
            return _describe_correction(event)
        case ev.CaseAccepted() | ev.CaseDeemedAccepted():
            return _describe_acceptance(event), ()
        case ev.CaseStepStarted() | ev.CaseOpinionGiven() | ev.CaseStepReturned():
            return _describe_step(event)
        case ev.CaseGranted() | ev.CaseRefused():
            return _describe_decision(event)
        case _:
            return _describe_end(event)


def _describe_first(
    event: ev.CaseReceived | ev.CaseAssigned | ev.CasePreReviewed,
    names: Mapping[str, str],
    materials: Mapping[str, str],
) -> Described:
    match event:
        case ev.CaseReceived():
            details = [Message(N_("%(count)d 份材料"), count=len(event.materials))]
            if event.missing:
                details.append(Message(N_("缺 %(count)d 份"), count=len(event.missing)))
            if event.ticket:
                details.append(Message(N_("票号 %(ticket)s"), ticket=event.ticket))
            details.append(Message(N_("最迟 %(due)s 告知补正"), due=_due(event.deadlines, "C1")))
            return tuple(details), (Message(event.note),) if event.note else ()
        case ev.CaseAssigned():
            return (Message(N_("承办人 %(name)s"), name=names.get(event.handler, event.handler)),), ()
        case ev.CasePreReviewed():
            passed = sum(verdict == "pass" for verdict in event.verdicts.values())
            found = Message(
                N_("%(passed)d 份符合，%(problems)d 份有问题"), passed=passed, problems=len(event.verdicts) - passed
            )
            words = tuple(
                Message(N_("%(name)s：%(text)s"), name=materials.get(code, code), text=reason)
                for code, reason in event.reasons.items()
            )
            return (found,), words
        case _:
            assert_never(event)


def _describe_correction(event: ev.CaseCorrectionRequired | ev.CaseSupplemented) -> Described:
    if isinstance(event, ev.CaseSupplemented):
        numbers = "、".join(str(no) for no in event.lines)
        details = (
            Message(N_("补交 %(count)d 份，对应第 %(lines)s 条"), count=len(event.materials), lines=numbers),
            Message(N_("最迟 %(due)s 核对"), due=_due(event.deadlines, "C1")),
        )
        return details, (Message(event.note),) if event.note else ()
    targets = {line.no: line.name for line in event.lines}
    words = tuple(
        Message(
            N_("%(no)d. %(name)s：%(problem)s → %(requirement)s"),
            no=text.no,
            name=targets.get(text.no, ""),
            problem=text.problem,
            requirement=text.requirement,
        )
        for text in event.texts
    )
    return (Message(N_("第 %(notice)d 次告知，共 %(count)d 条"), notice=event.notice, count=len(event.lines)),), words


def _describe_acceptance(event: ev.CaseAccepted | ev.CaseDeemedAccepted) -> tuple[Message, ...]:
    return (
        Message(N_("受理编号 %(no)s"), no=event.acceptance_no),
        Message(N_("受理日 %(day)s"), day=event.accepted_on),
        Message(N_("承诺 %(due)s 前办结"), due=_due(event.deadlines, "C3")),
        Message(N_("法定 %(due)s"), due=_due(event.deadlines, "C2")),
    )


def _describe_step(event: ev.CaseStepStarted | ev.CaseOpinionGiven | ev.CaseStepReturned) -> Described:
    match event:
        case ev.CaseStepStarted():
            return (Message(N_("环节“%(step)s”"), step=event.step_name),), ()
        case ev.CaseOpinionGiven():
            result = Message(
                N_("%(step)s：%(result)s"), step=event.step_name, result=RESULT_NAMES.get(event.result, event.result)
            )
            return (result,), (Message(event.opinion),)
        case ev.CaseStepReturned():
            return (Message(N_("退回到“%(step)s”"), step=event.to_step_name),), (Message(event.reason),)
        case _:
            assert_never(event)


def _describe_decision(event: ev.CaseGranted | ev.CaseRefused) -> Described:
    details = (
        Message(N_("文号 %(no)s"), no=event.document_no),
        Message(N_("最迟 %(due)s 送达"), due=_due(event.deadlines, "C4")),
    )
    if isinstance(event, ev.CaseGranted):
        return details, (Message(event.content),)
    return details, (
        Message(N_("事实：%(text)s"), text=event.facts),
        Message(N_("理由：%(text)s"), text=event.reasons),
    )


def _describe_end(
    event: ev.LicenceIssued | ev.CaseResultProduced | ev.CaseHandedOver | ev.CaseWithdrawn | ev.PaperReprinted,
) -> Described:
    match event:
        case ev.LicenceIssued():
            return (
                Message(N_("%(type)s %(number)s"), type=event.type_name, number=event.number),
                Message(N_("证照标识 %(identifier)s"), identifier=event.identifier),
            ), ()
        case ev.CaseResultProduced():
            return (), (Message(N_("架位 %(shelf)s"), shelf=event.shelf),) if event.shelf else ()
        case ev.CaseHandedOver():
            relation = RELATION_NAMES.get(event.relation, event.relation)
            return (Message(N_("领取人：%(relation)s"), relation=relation),), (Message(event.collector_name),)
        case ev.CaseWithdrawn():
            return (), (Message(event.reason),)
        case ev.PaperReprinted():
            title = next((kind.title for kind in KINDS if f"-{kind.code}-" in event.paper), event.paper)
            return (Message(N_("%(paper)s，第 %(copy)d 次补打"), paper=title, copy=event.copy),), (
                Message(event.reason),
            )
        case _:
            assert_never(event)
