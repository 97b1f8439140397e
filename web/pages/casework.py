"""What every page about a case shows: its head, clocks, steps, timeline, and the acts open to this person."""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from appliance.domain import masking
from appliance.domain.actor import CASE_WORKERS, Actor, Role
from appliance.domain.calendar import Calendar
from appliance.domain.case import Case, Running
from appliance.domain.clocks import lamp_for, working_days_left
from appliance.domain.events import CaseHandedOver
from appliance.domain.item_terms import LimitUnit
from appliance.domain.masking import Audience
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.domain.subject import SUBJECT_NAMES, SubjectKind
from appliance.errors import N_, Message, NotFound
from appliance.projections import cases, halls, staff
from appliance.projections.case_brief import CaseBrief
from appliance.services.desk import Desk
from appliance.services.facts import as_handler, department_of
from appliance.services.timeline import Line, Truth, timeline
from web.pages import case_marks
from web.visit import Visit

TONES: dict[State, str] = {
    State.RECEIVED: "b",
    State.PRE_REVIEW: "b",
    State.CORRECTION_PENDING: "warn",
    State.ACCEPTED: "b",
    State.IN_REVIEW: "b",
    State.FORWARDED: "b",
    State.DECIDED_GRANTED: "ok",
    State.DECIDED_REFUSED: "bad",
    State.RESULT_READY: "ok",
    State.CLOSED: "ok",
    State.WITHDRAWN: "",
}
CLOCK_NAMES = {
    "C1": N_("补正告知"),
    "C2": N_("法定办结"),
    "C3": N_("承诺办结"),
    "C4": N_("送达"),
    "C5": N_("申请人补正"),
    "C6": N_("容缺补齐"),
    "C7a": N_("听证申请期"),
    "C7b": N_("组织听证"),
    "C7c": N_("听证日期"),
    "C8": N_("本环节"),
    "C9": N_("特别程序"),
    "C11": N_("承诺核查"),
}
UNIT_NAMES: dict[str, str] = {
    LimitUnit.ON_THE_SPOT: N_("当场"),
    LimitUnit.HOUR: N_("小时"),
    LimitUnit.WORKING_DAY: N_("个工作日"),
    LimitUnit.NATURAL_DAY: N_("日"),
    LimitUnit.MONTH: N_("个月"),
}
STEP_LABELS = (N_("收件"), N_("预审"), N_("受理"), N_("审核"), N_("决定"), N_("制证"), N_("发件"))
AT_WINDOW = frozenset({State.CORRECTION_PENDING, State.DECIDED_GRANTED, State.DECIDED_REFUSED, State.RESULT_READY})


class Light(msgspec.Struct, frozen=True):
    """A deadline light 办理灯: colour and words; `left` sorts."""

    lamp: str
    text: str


class ClockLine(msgspec.Struct, frozen=True):
    """One clock of the case: name, limit in words, due day, light."""

    name: str
    limit: str
    due: str
    light: Light
    provisional: bool


class Head(msgspec.Struct, frozen=True):
    """The head of a case as a person may see it."""

    no: str
    version: int
    item: str
    item_code: str
    item_version: int
    state: str
    tone: str
    steps: tuple[str, ...]
    now: int
    department: str
    handler: str
    acting_for: str
    acceptance_no: str
    received_at: datetime
    origin: str
    applicant: str
    kind: str
    id_number: str
    phone: str
    address: str
    representative: str
    representative_id: str
    agent: str
    agent_id: str
    clocks: tuple[ClockLine, ...]
    deemed: bool
    note: str
    facts: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    joint: str = ""


class TimelineRow(msgspec.Struct, frozen=True):
    """One line of the timeline, in the page's language."""

    index: int
    origin: str
    at: datetime
    who: str
    title: str
    details: tuple[str, ...]
    words: tuple[str, ...]
    truth: str
    erased: bool
    verify: str
    stands: tuple[str, int]
    hall: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """A case as one person looks at it."""

    case: Case
    audience: Audience
    department: str
    today: str
    item: ServiceItem
    acting_for: str = ""
    others: bool = False

    @property
    def own(self) -> bool:
        """Whether the case belongs to the person's department."""
        return self.department == self.case.department


def audience_of(actor: Actor, department: str, case: Case | CaseBrief) -> Audience:
    """Tell whether the case is this person's task (domain §7.3).

    A case worker of the deciding department has it. A window clerk has it while the case waits at the windows, and
    for what he took in himself; who signs for one from another hall sees what it is. One that was given to another hall
    is nobody's task here. A hall manager has a back entry 补录 until it is settled: he may be its second person.
    """
    if case.away:
        return Audience.LIST
    if actor.role is Role.HALL_MANAGER:
        return Audience.TASK if case.unconfirmed else Audience.LIST
    if actor.role not in CASE_WORKERS:
        return Audience.LIST
    if actor.role is Role.WINDOW_CLERK:
        mine = case.clerk == actor.id or case.state in AT_WINDOW or case.unconfirmed or case.hand is not None
        return Audience.TASK if mine else Audience.LIST
    return Audience.TASK if department == case.department else Audience.LIST


def sight(visit: Visit, desk: Desk, no: str) -> Sight:
    """Find the case of an address; raises NotFound."""
    case = cases.find(desk.reader(), no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    department = department_of(desk.reader(), visit.actor)
    today = visit.front.clock.now().date().isoformat()
    handled = as_handler(desk.reader(), case, visit.actor, today)
    return Sight(
        case=handled,
        audience=audience_of(visit.actor, department, case),
        department=department,
        today=today,
        item=desk.facts.item_of(desk.reader(), case),
        acting_for=case.handler if handled is not case else "",
        others=halls.several(desk.reader()),
    )


def shown_name(case: Case | CaseBrief, audience: Audience) -> str:
    """Give the applicant's name as this audience may read it; registered names of organisations are public."""
    if case.applicant.kind is SubjectKind.PERSON:
        return masking.person_name(case.applicant.name, audience)
    return masking.enterprise_name(case.applicant.name, audience)


def light(visit: Visit, calendar: Calendar, due: str, *, used: int = 0, count: int = 0) -> Light:
    """Choose the light for a due day (ISO) and say it in working days."""
    now, day = visit.front.clock.now(), date.fromisoformat(due)
    lamp = lamp_for(calendar, now, day, used=used, count=count)
    left = working_days_left(calendar, now, day)
    if left < 0:
        text = visit.text(N_("超期 %(days)s 个工作日"), days=-left)
    elif day == now.date():
        text = visit.text(N_("今天到期"))
    else:
        text = visit.text(N_("还剩 %(days)s 个工作日"), days=left)
    return Light(lamp.value, text)


def _used(calendar: Calendar, running: Running, today: date) -> tuple[int, int]:
    deadline = running.deadline
    start = date.fromisoformat(deadline.start)
    if today <= start:
        return 0, 0
    if deadline.unit == LimitUnit.WORKING_DAY:
        return calendar.working_days(start, today), deadline.limit
    if deadline.unit in (LimitUnit.NATURAL_DAY, LimitUnit.MONTH):
        return (today - start).days, (date.fromisoformat(deadline.due) - start).days
    return 0, 0


def clock_line(visit: Visit, calendar: Calendar, running: Running) -> ClockLine:
    """Put a clock into words: running with its light, or stopped with the day."""
    deadline = running.deadline
    unit = visit.text(UNIT_NAMES.get(deadline.unit, deadline.unit))
    if running.stopped is None:
        used, count = _used(calendar, running, visit.front.clock.now().date())
        shown = light(visit, calendar, deadline.due, used=used, count=count)
    elif running.stopped <= deadline.due:
        shown = Light("done", visit.text(N_("%(day)s 停止，按期"), day=running.stopped))
    else:
        shown = Light("red", visit.text(N_("%(day)s 停止，已超期"), day=running.stopped))
    limit = unit if deadline.unit == LimitUnit.ON_THE_SPOT else f"{deadline.limit} {unit}"
    name = visit.text(CLOCK_NAMES.get(deadline.clock, deadline.clock))
    return ClockLine(name, limit, deadline.due, shown, deadline.provisional)


def clock_lines(visit: Visit, desk: Desk, case: Case) -> tuple[ClockLine, ...]:
    """Give the clocks that matter now: all that run, and of the stopped ones the latest of each name but steps."""
    calendar = desk.facts.calendar(desk.reader())
    latest = {running.deadline.clock: running for running in case.clocks}
    kept = [running for name, running in latest.items() if running.stopped is None or name != "C8"]
    kept.sort(key=lambda running: (running.stopped is not None, running.deadline.due))
    return tuple(clock_line(visit, calendar, running) for running in kept)


def progress(case: Case) -> int:
    """Give which of `STEP_LABELS` the case stands at."""
    match case.state:
        case State.RECEIVED | State.PRE_REVIEW | State.CORRECTION_PENDING:
            return 1
        case State.FORWARDED:
            return 4
        case State.DECIDED_GRANTED | State.DECIDED_REFUSED:
            return 5
        case State.RESULT_READY | State.MAILED:
            return 6
        case State.CLOSED:
            return len(STEP_LABELS)
        case _:
            step = case.current_step
            return 4 if step is not None and step.role == Role.APPROVER else 3


def head(visit: Visit, desk: Desk, seen: Sight, *, full: bool = False) -> Head:
    """Make the head of a case.

    Args:
        visit: the request.
        desk: the desk.
        seen: the case and who looks.
        full: show numbers in full; the caller has logged it.
    """
    case, audience = seen.case, seen.audience
    numbers = audience if full else Audience.LIST
    applicant, agent = case.applicant, case.agent
    shown = ("name", "address") if audience is Audience.TASK else ()
    visit.saw("case", case.no, *shown, *(("id_number", "phone") if full and audience is Audience.TASK else ()))
    who = staff.names(desk.reader())
    handler = seen.acting_for or case.handler
    origin = visit.text(N_("%(window)s 号窗口"), window=case.window) if case.window else "–"
    return Head(
        no=case.no,
        version=case.version,
        item=case.item_name,
        item_code=case.item_code,
        item_version=case.item_version,
        state=visit.text(case_marks.state_name(case)),
        tone=TONES.get(case.state, ""),
        steps=() if case.state in (State.WITHDRAWN, State.TERMINATED) else tuple(map(visit.text, STEP_LABELS)),
        now=progress(case),
        department=case.department_name,
        handler=f"{who.get(handler, '')} {handler}".strip() or "–",
        acting_for=who.get(seen.acting_for, seen.acting_for),
        acceptance_no=case.acceptance_no,
        received_at=datetime.fromisoformat(case.received_at),
        origin=" · ".join(part for part in (origin, case.ticket, f"{who.get(case.clerk, '')} {case.clerk}") if part),
        applicant=shown_name(case, audience),
        kind=visit.text(SUBJECT_NAMES[applicant.kind]),
        id_number=masking.document_number(applicant.id_type, applicant.id_number, numbers),
        phone=masking.phone(applicant.phone, numbers),
        address=masking.address(applicant.address, audience) if applicant.address else "",
        representative=masking.person_name(applicant.representative, audience),
        representative_id=masking.id_number(applicant.representative_id, numbers),
        agent=masking.person_name(agent.name, audience) if agent else "",
        agent_id=masking.id_number(agent.id_number, numbers) if agent else "",
        clocks=clock_lines(visit, desk, case),
        deemed=case.deemed_accepted,
        note=case.note if audience is Audience.TASK else "",
        facts=case_marks.facts(visit, desk.facts.calendar(desk.reader()), case, seen.item),
        tags=case_marks.tags(visit, case),
        joint=case.joint,
    )


def said(visit: Visit, message: Message) -> str:
    """Translate a message with its parameters."""
    return visit.text(message.msgid, **message.params)


def timeline_row(visit: Visit, line: Line, no: str, *, words: bool, hall: str = "") -> TimelineRow:
    """Put a line of the timeline into the page's language; free text only for those with the task."""
    role = visit.text(line.role_name)
    person = line.actor.id if line.who == line.actor.id else f"{line.who} {line.actor.id}"
    who = role if line.actor.role is Role.SYSTEM else f"{person} · {role}"
    origin, index = line.stands
    epoch, log = origin.rpartition("/e")[2], "" if "/h2c/" in origin else "&log=c2h"
    return TimelineRow(
        index=line.index,
        origin=line.origin,
        at=line.at,
        who=who,
        title=visit.text(line.title),
        details=tuple(said(visit, message) for message in line.details),
        words=tuple(said(visit, message) for message in line.words) if words else (),
        truth=line.truth.value,
        erased=line.erased,
        verify=f"/cases/{no}/entries/{index}/verify?epoch={epoch}{log}",
        stands=line.stands,
        hall=hall,
    )


def timeline_rows(visit: Visit, desk: Desk, seen: Sight) -> tuple[TimelineRow, ...]:
    """Give the whole timeline, oldest first."""
    moved, named = seen.case.legs > 0, halls.names(desk.reader())
    task, supervising = seen.audience is Audience.TASK, visit.actor.role is Role.SUPERVISOR
    return tuple(
        # A supervisor reads reasons and opinions; who collected the result is a name, and stays masked for him.
        timeline_row(
            visit,
            line,
            seen.case.no,
            words=task or (supervising and line.type != CaseHandedOver.TYPE),
            hall=named.get(line.hall, line.hall) if moved else "",
        )
        for line in timeline(desk.store, seen.case)
    )


def weakest(rows: tuple[TimelineRow, ...]) -> str:
    """Say where the case as a whole is safe: as safe as its least safe line."""
    found = {row.truth for row in rows}
    return next((truth.value for truth in Truth if truth.value in found), Truth.LOCAL.value)
