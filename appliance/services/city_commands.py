"""市平台请求: the hall answers what the city asked; what is done and the answer are one change."""

import msgspec

from appliance.domain.actor import KIOSK, Actor
from appliance.domain.case import Case
from appliance.domain.city_commands import Kind
from appliance.domain.decide import city_commands as rules
from appliance.domain.decide import intake as intake_rules
from appliance.domain.decide import issuance as issuance_rules
from appliance.domain.events import CommandSent
from appliance.domain.identifiers import case_numbers
from appliance.errors import N_, Invalid, NotFound
from appliance.projections import cases, city_commands, staff
from appliance.projections.city_commands import Asked, digests
from appliance.services import intake
from appliance.services.facts import Facts, free_numbers, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class CarryOut(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="city_commands.carry_out"):
    """Do what the city asked; `words` say what was done where the case does not."""

    command: str
    words: str = ""


class RefuseCommand(msgspec.Struct, frozen=True, kw_only=True, tag="city_commands.refuse"):
    """Refuse what the city asked, on a ground of its kind."""

    command: str
    ground: str
    words: str


def department_of(connection: Connection, actor: Actor) -> str:
    """Give a person's department, empty for none."""
    person = staff.find(connection, actor.id)
    return person.department if person is not None else ""


def may_answer(connection: Connection, actor: Actor, asked: Asked) -> bool:
    """Tell whether a request is this person's to answer (see the rule of this name)."""
    case = cases.find(connection, asked.subject)
    of_case = case.department if case is not None else ""
    return rules.may_answer(asked, actor=actor, department=department_of(connection, actor), of_case=of_case)


def _asked(connection: Connection, command: str) -> Asked:
    found = city_commands.find(connection, command)
    if found is None:
        raise NotFound(N_("没有这项市平台请求"), code="command_unknown", subject=command)
    return found


def carry_out(context: WriteContext, facts: Facts, actor: Actor, command: CarryOut) -> Decision:
    """Carry out a request: withdraw, take in, number an application; or say what was done."""
    connection = context.connection
    asked = _asked(connection, command.command)
    sent = city_commands.words_of(connection, asked)
    case = cases.find(connection, asked.subject)
    of_case = case.department if case is not None else ""
    # Whose it is comes first: what the case says is nothing for another.
    rules.carry_out(
        asked, words=command.words, actor=actor, department=department_of(connection, actor), of_case=of_case
    )
    made = ""
    entry: NewEntry | None = None
    match asked.kind:
        case Kind.WITHDRAW:
            entry = _withdrawal(context, sent, actor)
        case Kind.SUPPLEMENT:
            entry = _supplement(context, facts, sent, actor)
        case Kind.APPLY:
            made, entry = _application(context, facts, sent)
    answer = rules.carry_out(
        asked,
        words=command.words,
        actor=actor,
        made=made,
        files=digests(sent),
        department=department_of(connection, actor),
        of_case=of_case,
    )
    done = (entry,) if entry is not None else ()
    return Decision((*done, NewEntry(answer)), {"command": asked.command, "case": made or asked.subject})


def _withdrawal(context: WriteContext, sent: CommandSent, actor: Actor) -> NewEntry:
    case = load_case(context, sent.subject, None)
    event = issuance_rules.withdraw(
        case, reason=sent.words, letter_files=digests(sent), actor=actor, today=today(context)
    )
    return NewEntry(event, case=case.no, blobs=digests(sent))


def _supplement(context: WriteContext, facts: Facts, sent: CommandSent, actor: Actor) -> NewEntry:
    case = load_case(context, sent.subject, None)
    item, day = facts.item_of(context.connection, case), today(context)
    event = intake_rules.supplement(
        case,
        item,
        lines=_lines(case, sent),
        materials=sent.materials,
        form=sent.form,
        note=sent.words,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection),
    )
    intake.check_reuse(context.connection, item, event.materials, case.applicant, day.isoformat())
    return NewEntry(event, case=case.no, blobs=digests(sent))


def _lines(case: Case, sent: CommandSent) -> tuple[int, ...]:
    """Give the open lines of the notice that what came in answers."""
    came = {material.code for material in sent.materials} | {f"form:{name}" for name in sent.form}
    return tuple(line.line.no for line in case.notice_lines if not line.met and line.line.target in came)


def _application(context: WriteContext, facts: Facts, sent: CommandSent) -> tuple[str, NewEntry]:
    """T02 by the applicant himself, online: it waits among the applications for its pre-review at the window."""
    if sent.applicant is None:
        raise Invalid(N_("网上申请没有写明申请人"), code="no_applicant", subject=sent.command)
    connection, day = context.connection, today(context)
    item = facts.items.current(connection, sent.subject, seen=context.seen)
    intake.check_offered(connection, item)
    application = intake_rules.Application(
        applicant=sent.applicant,
        agent=None,
        form=sent.form,
        variants=(),
        materials=sent.materials,
        channel="online",
        ticket="",
    )
    event = intake_rules.submit(
        item,
        application,
        notice=sent.notice,
        actor=KIOSK,
        today=day,
        calendar=facts.calendar(connection, seen=context.seen),
        query_code=case_numbers.query_code(context.random),
    )
    intake.check_reuse(connection, item, event.materials, event.applicant, day.isoformat())
    no = free_numbers(context, facts, case_numbers.NumberKind.INTAKE, 1)[0]
    return no, NewEntry(event, case=no, blobs=digests(sent))


def refuse(context: WriteContext, _facts: Facts, actor: Actor, command: RefuseCommand) -> Decision:
    """Refuse a request with a lawful reason."""
    connection = context.connection
    asked = _asked(connection, command.command)
    case = cases.find(connection, asked.subject)
    answer = rules.refuse(
        asked,
        ground=command.ground,
        words=command.words,
        actor=actor,
        state=case.state if case is not None else None,
        department=department_of(connection, actor),
        of_case=case.department if case is not None else "",
    )
    return Decision((NewEntry(answer),), {"command": asked.command, "case": asked.subject})
