"""市平台请求: the hall answers what the city asked; what is done and the answer are one change."""

import msgspec

from appliance.domain.actor import KIOSK, Actor
from appliance.domain.case import Case
from appliance.domain.city_commands import Kind
from appliance.domain.decide import city_commands as rules
from appliance.domain.events import CommandSent
from appliance.errors import N_, Invalid, NotFound
from appliance.projections import cases, city_commands
from appliance.projections.city_commands import Asked, digests
from appliance.services import intake, issuance
from appliance.services.facts import Facts, department_of, load_case
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


def may_answer(connection: Connection, actor: Actor, asked: Asked) -> bool:
    """Tell whether a request is this person's to answer (see the rule of this name)."""
    return rules.may_answer(
        asked,
        actor=actor,
        department=department_of(connection, actor),
        of_case=_department_of_case(connection, asked),
    )


def _department_of_case(connection: Connection, asked: Asked) -> str:
    case = cases.find(connection, asked.subject)
    return case.department if case is not None else ""


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
    # Whose it is comes first: what the case says is nothing for another.
    answer = rules.carry_out(
        asked,
        words=command.words,
        actor=actor,
        files=digests(sent),
        department=department_of(connection, actor),
        of_case=_department_of_case(connection, asked),
    )
    done = _done(context, facts, actor, sent)
    made = done.result["case"] if done is not None and asked.kind == Kind.APPLY else ""
    entries = done.entries if done is not None else ()
    return Decision(
        (*entries, NewEntry(msgspec.structs.replace(answer, made=made))),
        {"command": asked.command, "case": made or asked.subject},
    )


def _done(context: WriteContext, facts: Facts, actor: Actor, sent: CommandSent) -> Decision | None:
    """Do at the window what its own commands do; None for what is not done in a case."""
    connection = context.connection
    match sent.kind:
        case Kind.WITHDRAW:
            withdrawal = issuance.WithdrawCase(
                case=sent.subject, version=None, reason=sent.words, letter_files=digests(sent)
            )
            return issuance.withdraw(context, facts, actor, withdrawal)
        case Kind.SUPPLEMENT:
            supplement = intake.SupplementCase(
                case=sent.subject,
                version=None,
                lines=_lines(load_case(context, sent.subject, None), sent),
                materials=sent.materials,
                form=sent.form,
                note=sent.words,
            )
            return intake.supplement(context, facts, actor, supplement)
        case Kind.APPLY:
            if sent.applicant is None:
                raise Invalid(N_("网上申请没有写明申请人"), code="no_applicant", subject=sent.command)
            application = intake.SubmitCase(
                item_code=sent.subject,
                item_version=facts.items.current(connection, sent.subject, seen=context.seen).task_version,
                applicant=sent.applicant,
                notice=sent.notice,
                form=sent.form,
                materials=sent.materials,
                channel="online",
            )
            # The applicant's own act: it waits among the applications for its pre-review at the window.
            return intake.submit(context, facts, KIOSK, application)
        case _:
            return None


def _lines(case: Case, sent: CommandSent) -> tuple[int, ...]:
    """Give the open lines of the notice that what came in answers."""
    came = {material.code for material in sent.materials} | {f"form:{name}" for name in sent.form}
    return tuple(line.line.no for line in case.notice_lines if not line.met and line.line.target in came)


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
