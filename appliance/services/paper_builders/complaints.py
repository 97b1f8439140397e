"""投诉受理单, 投诉答复单: the two papers of a complaint, made from its entries (domain §2.8, §6.5)."""

from collections.abc import Callable
from datetime import date, datetime

from appliance.domain.complaints import (
    CATEGORY_NAMES,
    CHANNEL_NAMES,
    GROUND_NAMES,
    OBJECT_NAMES,
    RESULT_NAMES,
    SATISFACTION_NAMES,
    Category,
    Channel,
    Ground,
    Object,
    Result,
    Satisfaction,
    Standing,
)
from appliance.errors import N_, NotFound
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id
from appliance.projections import complaints, staff
from appliance.projections.complaints import Complaint
from appliance.services.facts import Facts
from appliance.store.connection import Connection

ANONYMOUS = "匿名"


def _official(connection: Connection) -> Callable[[str], str]:
    names = staff.names(connection)
    return lambda number: f"{names.get(number, '')}（工号{number}）"


def _head(facts: Facts, complaint: Complaint, kind: str, at: str) -> data.Head:
    return data.Head(
        paper_id=paper_id(complaint.no, kind_named(kind), 1),
        hall=facts.hall.name,
        authority=facts.hall.name,
        item_name=f"{OBJECT_NAMES[Object(complaint.about)]} {complaint.subject}".strip(),
        item_code=complaint.no,
        issued_at=datetime.fromisoformat(at),
    )


def _phones(facts: Facts) -> data.Phones:
    hall = facts.hall
    return data.Phones(
        consult=hall.consult_phone, supervision=hall.supervision_phone, address=hall.address, hours=hall.hours
    )


def _not_yet(complaint: Complaint) -> NotFound:
    return NotFound(N_("这件投诉还没有这份文书，或者内容已依法删除"), code="no_paper", subject=complaint.no)


def receipt_paper(connection: Connection, facts: Facts, complaint: Complaint) -> data.ComplaintReceipt:
    """Make 投诉受理单 of a complaint that was taken up; raises NotFound before that."""
    registered = complaints.registration(connection, complaint)
    if registered is None or not complaint.investigator:
        raise _not_yet(complaint)
    official = _official(connection)
    return data.ComplaintReceipt(
        head=_head(facts, complaint, "complaint_receipt", complaint.decided_at),
        registered_at=datetime.fromisoformat(complaint.at),
        registered_by=official(complaint.by),
        channel=CHANNEL_NAMES[Channel(complaint.channel)],
        category=CATEGORY_NAMES[Category(complaint.category)],
        complainant=registered.complainant or ANONYMOUS,
        contact=registered.contact,
        content=registered.content,
        investigator=official(complaint.investigator),
        due=date.fromisoformat(complaint.answer_due),
        extended=complaint.extended,
        phones=_phones(facts),
    )


def reply_paper(connection: Connection, facts: Facts, complaint: Complaint) -> data.ComplaintReply:
    """Make 投诉答复单 of a complaint that was answered or not taken up; raises NotFound before that."""
    registered = complaints.registration(connection, complaint)
    refused, answered = complaints.refusal(connection, complaint), complaints.reply(connection, complaint)
    told = refused or answered
    if registered is None or told is None:
        raise _not_yet(complaint)
    ended = complaints.ending(connection, complaint)
    return data.ComplaintReply(
        head=_head(facts, complaint, "complaint_reply", complaint.replied_at),
        registered_at=datetime.fromisoformat(complaint.at),
        category=CATEGORY_NAMES[Category(complaint.category)],
        complainant=registered.complainant or ANONYMOUS,
        outcome="不予受理" if complaint.standing is Standing.REJECTED else RESULT_NAMES[Result(complaint.result)],
        ground=GROUND_NAMES[Ground(complaint.ground)] if complaint.ground else "",
        reply=told.reply,
        measures=answered.measures if answered is not None else "",
        replied_by=_official(connection)(complaint.replied_by),
        satisfaction=SATISFACTION_NAMES[Satisfaction(ended.satisfaction)] if ended is not None else "",
        archive_no=ended.archive_no if ended is not None else "",
        phones=_phones(facts),
    )
