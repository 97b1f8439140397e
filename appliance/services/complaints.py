"""投诉: written down, taken up or refused, inquired into, answered, and called back about (domain §6.5)."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.complaints import OVER, Object
from appliance.domain.decide import complaints as rules
from appliance.domain.entry import read_meta
from appliance.domain.events import SupervisionRaised
from appliance.domain.identifiers import complaint_no
from appliance.errors import N_, Forbidden, Invalid, NotFound, WrongState
from appliance.projections import cases, complaints, numbers, staff, supervision
from appliance.projections.complaints import Complaint
from appliance.services.facts import Facts, today
from appliance.store.case_entries import entries_of
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection

OVERDUE = "R17"
"""The rule of domain §6.2 that speaks of complaints."""


NOT_FOUND = {
    Object.CASE: N_("没有这个编号的办件，请核对编号"),
    Object.PERSON: N_("名册里没有这个工号，请核对胸牌"),
    Object.WINDOW: N_("没有这个窗口，请核对窗口号"),
    Object.ITEM: N_("没有这个编码的事项，请核对编码"),
}


class RegisterComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.register"):
    """投诉登记; codes are those of `appliance.domain.complaints`."""

    channel: str
    about: str
    subject: str = ""
    category: str
    complainant: str = ""
    contact: str = ""
    content: str


class AdmitComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.admit"):
    """投诉受理: who shall inquire, and whether the matter is complex."""

    no: str
    investigator: str
    complex: bool = False


class ReassignComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.reassign"):
    """改派: who shall inquire from here on."""

    no: str
    investigator: str


class RejectComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.reject"):
    """投诉不予受理: the ground, and what the complainant is told."""

    no: str
    ground: str
    reply: str


class ExtendComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.extend"):
    """投诉延期, once."""

    no: str
    reason: str


class AnswerComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.answer"):
    """投诉答复: result, what was found and done, and the answer."""

    no: str
    result: str
    findings: str
    measures: str = ""
    reply: str


class CloseComplaint(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.close"):
    """投诉回访归档."""

    no: str
    satisfaction: str
    archive_no: str
    note: str = ""


class RaiseComplaintOverdue(msgspec.Struct, frozen=True, kw_only=True, tag="complaint.overdue"):
    """The sweep found a complaint whose step is over its day; each day is told once."""

    no: str


def concerned(connection: Connection, complaint: Complaint) -> set[str]:
    """Give the staff numbers of those whom a complaint is about: the person, or all who worked on the case."""
    if complaint.about == Object.PERSON:
        return {complaint.subject}
    if complaint.about != Object.CASE:
        return set()
    return {read_meta(one.record.entry).actor.id for one in entries_of(connection, complaint.subject)}


def may_read(connection: Connection, actor: Actor, complaint: Complaint) -> bool:
    """Tell whether a person may read a complaint (see the rule of this name)."""
    return rules.may_read(
        by=complaint.by, investigator=complaint.investigator, concerned=concerned(connection, complaint), actor=actor
    )


def _subject(connection: Connection, facts: Facts, about: str, text: str) -> tuple[str, str]:
    """Find what a complaint is about; gives it as it is written here, and whose department's it is.

    Raises:
        Invalid: it is not there, with the field.
    """
    wanted = text.strip().upper()
    found: tuple[str, str] | None = None
    match about:
        case _ if not wanted:
            return "", ""
        case Object.CASE:
            case = cases.find(connection, wanted)
            found = (case.no, case.department) if case is not None else None
        case Object.PERSON:
            person = staff.find(connection, wanted)
            found = (person.id, person.department) if person is not None else None
        case Object.WINDOW:
            found = (wanted, "") if wanted in facts.hall.windows else None
        case Object.ITEM:
            items = (item for item in facts.items.all_current(connection) if item.catalog_code == wanted)
            found = next(((item.catalog_code, item.dept_code) for item in items), None)
        case _:
            return "", ""
    if found is None:
        raise Invalid(N_("没有找到投诉的对象"), fields={"subject": NOT_FOUND[Object(about)]})
    return found


def _held(connection: Connection, no: str) -> Complaint:
    found = complaints.find(connection, no)
    if found is None:
        raise NotFound(N_("没有编号为 %(no)s 的投诉"), code="complaint_unknown", params={"no": no})
    return found


def _written(event: NewEntry, no: str) -> Decision:
    return Decision((event,), {"complaint": no})


def register(context: WriteContext, facts: Facts, actor: Actor, command: RegisterComplaint) -> Decision:
    """Write a complaint down under the next number of the day."""
    connection, day = context.connection, today(context)
    subject, department = _subject(connection, facts, command.about, command.subject)
    scope = numbers.complaint_scope(day.isoformat(), context.epoch)
    event = rules.register(
        no=complaint_no.build(day, context.epoch, numbers.next_in(connection, scope)),
        channel=command.channel,
        about=command.about,
        subject=subject,
        category=command.category,
        department=department,
        complainant=command.complainant,
        contact=command.contact,
        content=command.content,
        actor=actor,
        today=day,
        calendar=facts.calendar(connection, seen=context.seen),
    )
    return _written(NewEntry(event), event.no)


def admit(context: WriteContext, facts: Facts, actor: Actor, command: AdmitComplaint) -> Decision:
    """Take a complaint up and name who inquires."""
    connection, held = context.connection, _held(context.connection, command.no)
    event = rules.admit(
        held,
        investigator=command.investigator,
        roles=_roles(connection, command.investigator),
        concerned=concerned(connection, held),
        complex_matter=command.complex,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(connection, seen=context.seen),
    )
    return _written(NewEntry(event), held.no)


def reassign(context: WriteContext, _facts: Facts, actor: Actor, command: ReassignComplaint) -> Decision:
    """Name somebody else to inquire."""
    connection, held = context.connection, _held(context.connection, command.no)
    event = rules.reassign(
        held,
        investigator=command.investigator,
        roles=_roles(connection, command.investigator),
        concerned=concerned(connection, held),
        actor=actor,
    )
    return _written(NewEntry(event), held.no)


def _roles(connection: Connection, staff_id: str) -> tuple[Role, ...]:
    person = staff.find(connection, staff_id)
    return person.roles if person is not None and not person.disabled else ()


def reject(context: WriteContext, _facts: Facts, actor: Actor, command: RejectComplaint) -> Decision:
    """Refuse to take a complaint up."""
    held = _held(context.connection, command.no)
    return _written(NewEntry(rules.reject(held, ground=command.ground, reply=command.reply, actor=actor)), held.no)


def extend(context: WriteContext, facts: Facts, actor: Actor, command: ExtendComplaint) -> Decision:
    """Put the answer off, once."""
    held = _held(context.connection, command.no)
    calendar = facts.calendar(context.connection, seen=context.seen)
    event = rules.extend(held, reason=command.reason, actor=actor, today=today(context), calendar=calendar)
    return _written(NewEntry(event), held.no)


def answer(context: WriteContext, facts: Facts, actor: Actor, command: AnswerComplaint) -> Decision:
    """Answer a complaint."""
    held = _held(context.connection, command.no)
    event = rules.answer(
        held,
        result=command.result,
        findings=command.findings,
        measures=command.measures,
        reply=command.reply,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection, seen=context.seen),
    )
    return _written(NewEntry(event), held.no)


def close(context: WriteContext, _facts: Facts, actor: Actor, command: CloseComplaint) -> Decision:
    """File a complaint after the call back."""
    held = _held(context.connection, command.no)
    event = rules.close(
        held, satisfaction=command.satisfaction, archive_no=command.archive_no, note=command.note, actor=actor
    )
    return _written(NewEntry(event), held.no)


def raise_overdue(context: WriteContext, _facts: Facts, actor: Actor, command: RaiseComplaintOverdue) -> Decision:
    """Tell supervision of a step that is over its day; raises WrongState when there is nothing new."""
    if actor.role is not Role.SYSTEM:
        raise Forbidden(N_("超期由系统自动登记"), code="role")
    held = _held(context.connection, command.no)
    step = held.standing.value
    told = supervision.raised(context.connection, OVERDUE, held.no, step, held.due)
    if held.standing in OVER or held.due >= today(context).isoformat() or told:
        raise WrongState(N_("没有新的超期"), code="nothing_new", subject=held.no)
    event = SupervisionRaised(
        rule=OVERDUE,
        subject=held.no,
        department=held.department,
        staff=held.investigator,
        clock=step,
        due=held.due,
    )
    return _written(NewEntry(event), held.no)
