"""纸质应急 and 补录: declare a fallback, print pads, enter what was written on them, and the second person's look."""

from datetime import datetime

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import fallback as rules
from appliance.domain.decide import intake as receipt
from appliance.domain.decide.application import Faults
from appliance.domain.events import CaseEvent, FallbackPadPrinted, SupervisionRaised
from appliance.domain.identifiers import case_numbers
from appliance.errors import N_, Invalid
from appliance.projections import fallback, staff
from appliance.services.facts import Facts, free_numbers, load_case, same_version, today
from appliance.services.intake import ReceiveCase, application_of, blobs_of, check_reuse
from appliance.store import drafts
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection

LATE = "R09"


class BeginFallback(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.begin"):
    """Declare that the hall works on paper since `began_at` (``2026-11-26T09:10``)."""

    began_at: str
    cause: str
    note: str = ""


class EndFallback(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.end"):
    """The appliance works again since `ended_at`."""

    fallback: str
    ended_at: str


class PrintPad(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.print_pad"):
    """Number a pad of `count` pre-printed forms."""

    count: int


class EnterFromPaper(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.enter"):
    """Enter a receipt that was written on paper: the application, the form's number, when and who wrote it."""

    application: ReceiveCase
    paper_no: str
    written_at: str
    taken_by: str = ""


class ConfirmBackEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.confirm"):
    """The second person `compared` entry and paper and found them the same."""

    case: str
    version: int | None
    compared: bool


class ReturnBackEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="fallback.give_back"):
    """The second person found a difference."""

    case: str
    version: int | None
    reason: str


def last_period(connection: Connection) -> rules.Period | None:
    """Give the newest fallback."""
    held = fallback.periods(connection, limit=1)
    return held[0].period if held else None


def begin(context: WriteContext, _facts: Facts, actor: Actor, command: BeginFallback) -> Decision:
    """启用纸质应急."""
    event = rules.begin(
        fallback=context.random(8).hex(),
        began_at=command.began_at,
        cause=command.cause,
        note=command.note,
        last=last_period(context.connection),
        actor=actor,
        now=context.now,
    )
    return Decision((NewEntry(event),), {"fallback": event.fallback})


def end(context: WriteContext, _facts: Facts, actor: Actor, command: EndFallback) -> Decision:
    """结束纸质应急."""
    last = last_period(context.connection)
    period = last if last is not None and last.fallback == command.fallback else None
    event = rules.end(period, ended_at=command.ended_at, actor=actor, now=context.now)
    return Decision((NewEntry(event),), {"fallback": event.fallback})


def print_pad(context: WriteContext, facts: Facts, actor: Actor, command: PrintPad) -> Decision:
    """Give numbers to a pad; they run on from the last pad of the day."""
    rules.check_pad(command.count, actor=actor)
    sheets = free_numbers(context, facts, case_numbers.NumberKind.PAPER, command.count)
    event = FallbackPadPrinted(first=sheets[0], last=sheets[-1], count=command.count)
    return Decision((NewEntry(event),), {"first": event.first, "last": event.last, "count": event.count})


def numbers_of(first: str, count: int) -> tuple[str, ...]:
    """Give every number of a pad, from its first."""
    start = case_numbers.take_apart(first)
    return tuple(str(msgspec.structs.replace(start, sequence=start.sequence + offset)) for offset in range(count))


def check_paper(
    connection: Connection, facts: Facts, paper_no: str, written_at: str, *, now: datetime
) -> tuple[str, datetime, Faults]:
    """Check what the paper says of itself; gives its number, when it was written, and the faults found.

    With a fault in the time, the time given is the present.
    """
    faults = Faults({})
    typed = paper_no.strip().upper()
    printed = fallback.printed(connection, typed)
    number = rules.check_paper_no(
        typed,
        area=facts.hall.area,
        hall=facts.hall.hall,
        printed=printed,
        used_by=fallback.entered(connection, typed),
        faults=faults,
    )
    periods = tuple(one.period for one in fallback.periods(connection))
    written = rules.check_written(written_at, periods=periods, printed=printed, now=now, faults=faults)
    return number, written or now, faults


def enter(context: WriteContext, facts: Facts, actor: Actor, command: EnterFromPaper) -> Decision:
    """补录: write the receipt as of the written time; it waits for the second person."""
    typed = command.application
    number, written, faults = check_paper(
        context.connection, facts, command.paper_no, command.written_at, now=context.now
    )
    taken_by = command.taken_by.strip().upper()
    if taken_by and staff.find(context.connection, taken_by) is None:
        faults.add("taken_by", N_("没有这个工号，请照单子上写的填"))
    item = facts.items.in_force(context.connection, typed.item_code, written.date().isoformat())
    if not faults.fields:
        same_version(
            item.task_version, typed.item_version, N_("单子书写那天生效的是第 %(new)d 版，您填写时是第 %(old)d 版")
        )
    item = facts.items.version(context.connection, typed.item_code, typed.item_version)
    day, calendar = written.date(), facts.calendar(context.connection, seen=context.seen)
    code = case_numbers.query_code(context.random)
    try:
        event = receipt.receive(item, application_of(typed), actor=actor, today=day, calendar=calendar, query_code=code)
    except Invalid as refusal:
        faults.fields.update(refusal.fields)
        faults.raise_if_any()
        raise
    faults.raise_if_any()
    before = fallback.undone(context.connection, number)
    event = rules.back_entered(
        event, paper_no=number, written=written, taken_by=taken_by, actor=actor, instead_of=before
    )
    check_reuse(context.connection, item, event.materials, event.applicant, day)
    no = free_numbers(context, facts, case_numbers.NumberKind.INTAKE, 1)[0]
    entries = [NewEntry(event, case=no, blobs=blobs_of(event.materials))]
    if rules.is_late(day, today(context), calendar):
        entries.append(_late(no, event.department, actor.id, day.isoformat()))
    local = (lambda connection: drafts.delete(connection, typed.draft),) if typed.draft else ()
    return Decision(tuple(entries), {"case": no, "query_code": code, "version": 1}, local=local)


def _late(no: str, department: str, staff_no: str, day: str) -> NewEntry:
    reason = f"应急收件单写于{day}，补录超过{rules.ENTRY_WORKING_DAYS_MAX}个工作日"
    return NewEntry(
        SupervisionRaised(rule=LATE, subject=no, department=department, staff=staff_no, due=day, reason=reason)
    )


def _written(case: Case, event: CaseEvent) -> Decision:
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def confirm(context: WriteContext, _facts: Facts, actor: Actor, command: ConfirmBackEntry) -> Decision:
    """T03b."""
    case = load_case(context, command.case, command.version, unconfirmed=True)
    return _written(case, rules.confirm(case, compared=command.compared, actor=actor))


def give_back(context: WriteContext, _facts: Facts, actor: Actor, command: ReturnBackEntry) -> Decision:
    """T03v."""
    case = load_case(context, command.case, command.version, unconfirmed=True)
    return _written(case, rules.give_back(case, reason=command.reason, actor=actor, today=today(context)))
