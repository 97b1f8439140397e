"""投诉 by the rules of domain §6.5: who writes one down, who decides, who inquires, and how it ends."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol

from appliance.domain.actor import Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.complaints import (
    ADMIT_DAYS,
    ANSWER_COMPLEX_DAYS,
    ANSWER_DAYS,
    CALL_BACK_DAYS,
    EXTENSION_DAYS,
    INVESTIGATORS,
    REGISTRARS,
    Category,
    Channel,
    Ground,
    Object,
    Result,
    Satisfaction,
    Standing,
)
from appliance.domain.decide.words import in_words
from appliance.domain.events import (
    ComplaintAdmitted,
    ComplaintAnswered,
    ComplaintClosed,
    ComplaintExtended,
    ComplaintReassigned,
    ComplaintRegistered,
    ComplaintRejected,
)
from appliance.errors import N_, Forbidden, Invalid, WrongState

ARCHIVE_MAX = 40
NAME_MAX, CONTACT_MAX = 60, 100


class Held(Protocol):
    """What the rules look at of a complaint."""

    @property
    def no(self) -> str:
        """Its number."""

    @property
    def standing(self) -> Standing:
        """How far it is."""

    @property
    def due(self) -> str:
        """Last day of the step that it waits for (ISO date)."""

    @property
    def investigator(self) -> str:
        """Who inquires; empty before that."""

    @property
    def extended(self) -> bool:
        """Whether the answer was put off already."""


def _chosen(fields: dict[str, str], name: str, value: str, among: type[StrEnum]) -> None:
    if value not in set(among):
        fields[name] = N_("请选一项")


def _require(fields: dict[str, str]) -> None:
    if fields:
        raise Invalid(N_("有 %(count)d 处需要更正，填写的内容都还在"), fields=fields, params={"count": len(fields)})


def _supervisor(actor: Actor) -> None:
    if actor.role is not Role.SUPERVISOR:
        raise Forbidden(N_("投诉由监察员决定是否受理、延期和归档"), code="role")


def _standing(held: Held, wanted: Standing) -> None:
    if held.standing is not wanted:
        raise WrongState(N_("这件投诉已经到了下一步，请看它现在的情况"), code="standing", subject=held.no)


def register(
    *,
    no: str,
    channel: str,
    about: str,
    subject: str,
    category: str,
    department: str,
    complainant: str,
    contact: str,
    content: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> ComplaintRegistered:
    """登记. Guard: whoever meets the public; the lists' codes; what it is about named; the content in words.

    Args:
        no: its number.
        channel: how it came, a code of `Channel`.
        about: a code of `Object`.
        subject: the case, person, window or item, as found; empty for `Object.NONE`.
        category: what it blames, a code of `Category`.
        department: whose case or person it is, empty for the hall's own.
        complainant: empty for who stays anonymous.
        contact: where an answer reaches him, empty for none.
        content: what is blamed, as it was said.
        actor: who writes it down.
        today: the day.
        calendar: the working days.
    """
    if actor.role not in REGISTRARS:
        raise Forbidden(N_("投诉由窗口、导办、大厅负责人或者监察员登记"), code="role")
    if about == Object.PERSON and subject == actor.id:
        raise Forbidden(N_("针对自己的投诉请由别的同事登记"), code="own")
    fields: dict[str, str] = {}
    _chosen(fields, "channel", channel, Channel)
    _chosen(fields, "about", about, Object)
    _chosen(fields, "category", category, Category)
    if about != Object.NONE and not subject:
        fields["subject"] = N_("请写明办件编号、工号、窗口号或者事项编码")
    if len(complainant) > NAME_MAX:
        fields["complainant"] = N_("姓名太长，请核对")
    if len(contact) > CONTACT_MAX:
        fields["contact"] = N_("联系方式太长，请只写电话或者地址")
    _require(fields)
    return ComplaintRegistered(
        no=no,
        channel=channel,
        about=about,
        subject=subject if about != Object.NONE else "",
        category=category,
        department=department,
        due=calendar.working_day_after(today, ADMIT_DAYS).isoformat(),
        complainant=complainant.strip(),
        contact=contact.strip(),
        content=in_words(content, "content", N_("请写明投诉的事情，至少十个字")),
    )


def admit(
    held: Held,
    *,
    investigator: str,
    roles: Iterable[Role],
    concerned: Iterable[str],
    complex_matter: bool,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> ComplaintAdmitted:
    """受理. Guard: a supervisor; not decided yet; who inquires is senior, and is not who the complaint concerns.

    Args:
        held: the complaint.
        investigator: staff number of who shall inquire.
        roles: his roles; none for a number that the roster does not have.
        concerned: staff numbers of those whom it is about.
        complex_matter: several departments, or facts that take longer.
        actor: who decides.
        today: the day.
        calendar: the working days.
    """
    _supervisor(actor)
    _standing(held, Standing.REGISTERED)
    _may_inquire(investigator, roles, concerned)
    days = ANSWER_COMPLEX_DAYS if complex_matter else ANSWER_DAYS
    return ComplaintAdmitted(
        no=held.no,
        investigator=investigator,
        complex=complex_matter,
        due=calendar.working_day_after(today, days).isoformat(),
    )


def reassign(
    held: Held, *, investigator: str, roles: Iterable[Role], concerned: Iterable[str], actor: Actor
) -> ComplaintReassigned:
    """改派. Guard: a supervisor; under inquiry; another person, of whom the same is wanted as at `admit`."""
    _supervisor(actor)
    _standing(held, Standing.ADMITTED)
    if investigator == held.investigator:
        raise Invalid(N_("调查人不合要求"), fields={"investigator": N_("这件投诉已经由这个人调查")})
    _may_inquire(investigator, roles, concerned)
    return ComplaintReassigned(no=held.no, investigator=investigator)


def _may_inquire(investigator: str, roles: Iterable[Role], concerned: Iterable[str]) -> None:
    if not INVESTIGATORS & set(roles):
        message = N_("请选一名审核人、部门负责人、大厅负责人或者监察员")
        raise Invalid(N_("调查人不合要求"), fields={"investigator": message})
    if investigator in set(concerned):
        raise Invalid(N_("调查人不合要求"), fields={"investigator": N_("被投诉的人员和这件的经办人员不能调查自己")})


def reject(held: Held, *, ground: str, reply: str, actor: Actor) -> ComplaintRejected:
    """不予受理. Guard: a supervisor; not decided yet; a ground of the list; where to turn to in words."""
    _supervisor(actor)
    _standing(held, Standing.REGISTERED)
    fields: dict[str, str] = {}
    _chosen(fields, "ground", ground, Ground)
    _require(fields)
    words = in_words(reply, "reply", N_("请写明理由和可以向哪里反映，至少十个字"))
    return ComplaintRejected(no=held.no, ground=ground, reply=words)


def extend(held: Held, *, reason: str, actor: Actor, today: date, calendar: Calendar) -> ComplaintExtended:
    """延期. Guard: a supervisor; under inquiry; once; before the day is over; the reason in words."""
    _supervisor(actor)
    _standing(held, Standing.ADMITTED)
    if held.extended:
        raise WrongState(N_("答复期限只能延长一次"), code="extended", subject=held.no)
    due = date.fromisoformat(held.due)
    if today > due:
        raise WrongState(N_("答复期限已经过了，不能再延长"), code="late", subject=held.no)
    return ComplaintExtended(
        no=held.no,
        due=calendar.working_day_after(due, EXTENSION_DAYS).isoformat(),
        reason=in_words(reason, "reason", N_("请写明为什么需要更长时间，至少十个字")),
    )


def answer(
    held: Held,
    *,
    result: str,
    findings: str,
    measures: str,
    reply: str,
    actor: Actor,
    today: date,
    calendar: Calendar,
) -> ComplaintAnswered:
    """答复. Guard: who inquires; under inquiry; a result; findings and answer in words, and measures unless untrue."""
    if actor.id != held.investigator:
        raise Forbidden(N_("投诉由受理时指定的调查人答复"), code="investigator")
    _standing(held, Standing.ADMITTED)
    fields: dict[str, str] = {}
    _chosen(fields, "result", result, Result)
    _require(fields)
    found = in_words(findings, "findings", N_("请写明调查核实的情况，至少十个字"))
    done = measures.strip()
    if result != Result.UNTRUE or done:
        done = in_words(measures, "measures", N_("属实或者部分属实的，请写明处理和整改措施，至少十个字"))
    return ComplaintAnswered(
        no=held.no,
        result=result,
        due=calendar.working_day_after(today, CALL_BACK_DAYS).isoformat(),
        findings=found,
        measures=done,
        reply=in_words(reply, "reply", N_("请写明给投诉人的答复，至少十个字")),
    )


def close(held: Held, *, satisfaction: str, archive_no: str, note: str, actor: Actor) -> ComplaintClosed:
    """回访归档. Guard: a supervisor; answered; what was said of the answer, and why by who is not content; the file."""
    _supervisor(actor)
    _standing(held, Standing.ANSWERED)
    fields: dict[str, str] = {}
    _chosen(fields, "satisfaction", satisfaction, Satisfaction)
    kept = archive_no.strip()
    if not 0 < len(kept) <= ARCHIVE_MAX:
        fields["archive_no"] = N_("请写档案号，最多40个字")
    _require(fields)
    said = note.strip()
    if satisfaction == Satisfaction.DISSATISFIED or said:
        said = in_words(note, "note", N_("请写明投诉人对答复的意见，至少十个字"))
    return ComplaintClosed(no=held.no, satisfaction=satisfaction, archive_no=kept, note=said)


def may_read(*, by: str, investigator: str, concerned: Iterable[str], actor: Actor) -> bool:
    """Tell whether a person may read a complaint: who wrote it down, who inquires, supervision and the hall's manager.

    Whom it is about reads nothing of it, whatever the role (domain §6.5): his colleagues need not fear him.
    """
    if actor.id in (by, investigator):
        return True
    return actor.role in (Role.SUPERVISOR, Role.HALL_MANAGER) and actor.id not in set(concerned)


def may_know_who(*, by: str, investigator: str, actor: Actor) -> bool:
    """Tell whether a reader also learns who complained."""
    return actor.role is Role.SUPERVISOR or actor.id in (by, investigator)
