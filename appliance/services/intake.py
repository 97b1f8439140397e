"""收件 and 补正材料收件 at a window: the application becomes a case (T03), supplements join it (T09)."""

from datetime import date, datetime

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.calendar import Calendar
from appliance.domain.city_commands import Kind
from appliance.domain.decide import intake as rules
from appliance.domain.entry import EncodedEvent, encode_event
from appliance.domain.events import CaseReceived
from appliance.domain.identifiers import case_numbers
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.errors import N_, Invalid, WrongState
from appliance.projections import licences, search
from appliance.services.facts import Facts, free_numbers, load_case, same_version, today
from appliance.services.known_subject import check_taken_over
from appliance.store import drafts
from appliance.store.change import Decision, NewEntry, Random, WriteContext
from appliance.store.connection import Connection


class ReceiveCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="intake.receive"):
    """Take an application in.

    Attributes:
        item_code: catalogue code of the item; its current version is pinned.
        item_version: the version that the clerk's form was made for; a newer one is refused with both numbers.
        channel: ``window``, or ``walk_in`` when no ticket was taken.
        ticket: queue ticket, for channel ``window``.
        draft: id of the draft that this came from; it is removed in the same transaction.
        case: number of the case that was submitted without a window (T02) and is received now; empty for a new one.
        version: the version of that case that the clerk saw.
    """

    item_code: str
    item_version: int
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    variants: tuple[str, ...] = ()
    materials: tuple[MaterialIn, ...] = ()
    channel: str = "window"
    ticket: str = ""
    note: str = ""
    draft: str = ""
    case: str = ""
    version: int | None = None


class SubmitCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="intake.submit"):
    """Hand in an application at a terminal of the hall; fields as in `ReceiveCase`.

    Attributes:
        notice: version of the notice on personal information that was agreed to.
    """

    item_code: str
    item_version: int
    applicant: Applicant
    notice: int
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    materials: tuple[MaterialIn, ...] = ()
    channel: str = "kiosk"


class SupplementCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="intake.supplement"):
    """Take in what a correction notice asked for.

    `lines` are its line numbers, `form` the corrected answers, `presenter` who came.
    """

    case: str
    version: int | None
    lines: tuple[int, ...]
    materials: tuple[MaterialIn, ...]
    form: dict[str, str | list[str]] = {}
    presenter: str = "applicant"
    note: str = ""


def blobs_of(materials: tuple[MaterialIn, ...]) -> tuple[str, ...]:
    """Give the digests of all scans, each once, in order."""
    return tuple(dict.fromkeys(file.sha256 for material in materials for file in material.files))


def check_reuse(
    connection: Connection, item: ServiceItem, materials: tuple[MaterialIn, ...], holder: Applicant, day: date
) -> None:
    """Refuse what is not the applicant's to use again 免提交, 材料复用.

    A licence is his by code and name, valid, and of the material's type; scans of an earlier case are as
    `check_taken_over` has it.
    """
    check_taken_over(connection, item, materials, holder, day)
    for material in materials:
        if material.form != "licence":
            continue
        listed = item.material(material.code)
        types = listed.licence_codes if listed is not None else ()
        usable = licences.usable(connection, holder.id_number, types, day.isoformat())
        if all(held.identifier != material.licence or held.holder_name != holder.name for held in usable):
            raise Invalid(
                N_("所选电子证照不可用"),
                fields={
                    f"material.{material.code}": N_(
                        "这个证照不在本机、已失效，或持证主体与申请人不是同一个，请核对名称或收原件"
                    )
                },
                next_step=N_("请改收原件或复印件"),
            )


def application_of(command: ReceiveCase) -> rules.Application:
    """Give what the rules of receipt look at."""
    return rules.Application(
        applicant=command.applicant,
        agent=command.agent,
        form=command.form,
        variants=command.variants,
        materials=command.materials,
        channel=command.channel,
        ticket=command.ticket,
        note=command.note,
    )


def _check_offered(context: WriteContext, facts: Facts, item: ServiceItem) -> None:
    """Refuse an item version that the city has stopped; raises WrongState."""
    code, version = item.catalog_code, item.task_version
    if facts.ended.has(context.connection, Kind.WITHDRAW_ITEM, code, version, seen=context.seen):
        raise WrongState(
            N_("市级已停用这个事项的第 %(version)d 版，暂不收件"),
            code="item_stopped",
            params={"version": version},
            next_step=N_("请等新版本下发，或联系大厅负责人"),
        )


def _current(context: WriteContext, facts: Facts, code: str, version: int) -> ServiceItem:
    """Give the item when the form was made for the version that is current."""
    item = facts.items.current(context.connection, code, seen=context.seen)
    same_version(item.task_version, version)
    _check_offered(context, facts, item)
    return item


def submit(context: WriteContext, facts: Facts, actor: Actor, command: SubmitCase) -> Decision:
    """T02: number an application that was handed in without a window; the answer holds number and query code."""
    item = _current(context, facts, command.item_code, command.item_version)
    day = today(context)
    application = rules.Application(
        applicant=command.applicant,
        agent=command.agent,
        form=command.form,
        variants=(),
        materials=command.materials,
        channel=command.channel,
        ticket="",
    )
    event = rules.submit(
        item,
        application,
        notice=command.notice,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection, seen=context.seen),
        query_code=case_numbers.query_code(context.random),
    )
    check_reuse(context.connection, item, event.materials, event.applicant, day)
    no = free_numbers(context, facts, case_numbers.NumberKind.INTAKE, 1)[0]
    return Decision(
        entries=(NewEntry(event, case=no, blobs=blobs_of(event.materials)),),
        result={"case": no, "query_code": event.query_code, "version": 1},
    )


class Ahead(msgspec.Struct, frozen=True):
    """A receipt made before its turn, and what it rests on: item version, calendar and day."""

    item: ServiceItem
    calendar: Calendar
    day: date
    event: CaseReceived
    encoded: EncodedEvent


def receive_ahead(facts: Facts, actor: Actor, command: ReceiveCase, now: datetime, random: Random) -> Ahead | None:
    """Check an application and make its receipt while it waits for its turn.

    Args:
        facts: the hall's.
        actor: who takes it in.
        command: the application.
        now: present time.
        random: for the query code.

    Returns:
        The receipt; None for a case that was submitted before, or when item version or calendar are not at hand.

    Raises:
        Refusal: as `receive` will say when the turn comes.
    """
    item, calendar, day = facts.items.held(command.item_code, command.item_version), facts.calendars.held, now.date()
    if command.case or item is None or calendar is None:
        return None
    code = case_numbers.query_code(random)
    event = rules.receive(item, application_of(command), actor=actor, today=day, calendar=calendar, query_code=code)
    search.terms_of(event.applicant, event.agent)
    return Ahead(item, calendar, day, event, encode_event(event))


def receive(
    context: WriteContext, facts: Facts, actor: Actor, command: ReceiveCase, ahead: Ahead | None = None
) -> Decision:
    """T03: number the case and write its receipt; the answer holds the number and the query code.

    A case that was submitted before keeps its number and its code. What was made ahead counts only when item version,
    calendar and day are still the same.
    """
    item = _current(context, facts, command.item_code, command.item_version)
    day = today(context)
    submitted = load_case(context, command.case, command.version) if command.case else None
    calendar, encoded = facts.calendar(context.connection, seen=context.seen), None
    if ahead is not None and ahead.item is item and ahead.calendar is calendar and ahead.day == day:
        event, encoded = ahead.event, ahead.encoded
    else:
        event = rules.receive(
            item,
            application_of(command),
            actor=actor,
            today=day,
            calendar=calendar,
            query_code=case_numbers.query_code(context.random),
            submitted=submitted,
        )
    check_reuse(context.connection, item, event.materials, event.applicant, day)
    no = submitted.no if submitted is not None else free_numbers(context, facts, case_numbers.NumberKind.INTAKE, 1)[0]
    local = (lambda connection: drafts.delete(connection, command.draft),) if command.draft else ()
    return Decision(
        entries=(NewEntry(event, case=no, blobs=blobs_of(event.materials), encoded=encoded),),
        result={"case": no, "query_code": event.query_code, "version": submitted.version + 1 if submitted else 1},
        local=local,
    )


def supplement(context: WriteContext, facts: Facts, actor: Actor, command: SupplementCase) -> Decision:
    """T09: write what came in; the case goes back to its handler."""
    case = load_case(context, command.case, command.version)
    item, day = facts.item_of(context.connection, case), today(context)
    event = rules.supplement(
        case,
        item,
        lines=command.lines,
        materials=command.materials,
        form=command.form,
        presenter=command.presenter,
        note=command.note,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection),
    )
    check_reuse(context.connection, item, event.materials, case.applicant, day)
    return Decision(
        entries=(NewEntry(event, case=case.no, blobs=blobs_of(event.materials)),),
        result={"case": case.no, "version": case.version + 1},
    )
