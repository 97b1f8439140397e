"""制证, 发件, 撤回, 补打 (T25–T27, T30): the result leaves the hall."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import issuance as rules
from appliance.domain.identifiers import licence_id
from appliance.domain.licence_number import licence_number
from appliance.domain.number_blocks import licence_scope
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.errors import N_, Invalid, Message
from appliance.projections import licences, numbers, shelf
from appliance.services.document_numbers import next_number
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.joints import single_delivery
from appliance.store.change import Decision, NewEntry, WriteContext


class ProduceResult(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="issuance.produce"):
    """Make the licence, or lay the decision letter ready; `shelf` is where it waits, empty for the next free place."""

    case: str
    version: int | None
    shelf: str = ""


class ShelveResult(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="issuance.shelve"):
    """Lay a result that waits into a place of the shelf, or into another one."""

    case: str
    version: int | None
    location: str


class HandOver(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="issuance.hand_over"):
    """Hand the result to the collector after checking who he is."""

    case: str
    version: int | None
    relation: str
    collector_name: str
    collector_id: str
    identity_checked: bool


class WithdrawCase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="issuance.withdraw"):
    """Record the applicant's written withdrawal; `letter_files` are digests of its scans."""

    case: str
    version: int | None
    reason: str
    letter_files: tuple[str, ...] = ()
    presenter: str = "applicant"


class ReprintPaper(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="issuance.reprint"):
    """Print another copy of a paper that has left already."""

    case: str
    paper: str
    reason: str


def licence_of(
    context: WriteContext, facts: Facts, case: Case, item: ServiceItem
) -> tuple[str, str, tuple[NewEntry, ...]]:
    """Give identifier and number of the licence to be issued, and the entries by which the number is taken."""
    licence = item.licence
    if licence is None or case.decision is None:
        raise Invalid(N_("这个事项不发证照"), code="no_licence", subject=item.catalog_code)
    year = int(case.decision.decided_on[:4])
    serial = licence_id.random_serial(year, context.random)
    identifier = str(licence_id.build(licence.type_code, case.department, serial))
    # A number that does not say its year must not begin again with the year.
    of_year = year if "{year" in licence.number.template else None
    leased = next_number(context.connection, licence_scope(licence.type_code, of_year), case.no)
    own = numbers.licence_scope(licence.type_code, of_year)
    sequence, taken = leased or (numbers.next_in(context.connection, own), ())
    number = licence_number(licence.number, area=facts.hall.area, year=year, sequence=sequence, form=case.form)
    return identifier, number, taken


def replaced_by(context: WriteContext, case: Case, item: ServiceItem) -> str | None:
    """Give the holder's newest valid licence of the kind that a renewal replaces; None for any other item."""
    if item.renewal is None or not item.renewal.replaces or item.licence is None:
        return None
    day = today(context).isoformat()
    held = licences.usable(context.connection, case.applicant.id_number, (item.licence.type_code,), day)
    return held[0].identifier if held else None


def produce(context: WriteContext, facts: Facts, actor: Actor, command: ProduceResult) -> Decision:
    """T25 with the licence record, or T26; a handler only for his own department."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    item = facts.item_of(context.connection, case)
    if case.state is State.DECIDED_GRANTED and item.licence is not None:
        identifier, number, taken = licence_of(context, facts, case, item)
        events = rules.produce_licence(
            case,
            item,
            identifier=identifier,
            number=number,
            shelf=place_for(context, facts, command.shelf),
            actor=actor,
            supersedes=replaced_by(context, case, item),
        )
        return Decision(
            (*(NewEntry(event, case=case.no) for event in events), *taken),
            {"case": case.no, "licence": identifier, "number": number, "version": case.version + len(events)},
        )
    event = rules.produce_result(case, shelf=place_for(context, facts, command.shelf), actor=actor)
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def place_for(context: WriteContext, facts: Facts, wanted: str) -> str:
    """Give the place for a result: the wanted one if it exists and is free, else the next free one, "" for none left.

    Raises:
        Invalid: ``no_place``, or ``place_taken`` with whose result lies there.
    """
    if not wanted.strip():
        held = shelf.taken(context.connection)
        return next((code for code in facts.hall.shelf_places if code not in held), "")
    code = rules.check_location(wanted)
    if code not in facts.hall.shelf_places:
        why = Message(N_("没有柜位 %(code)s；大厅的柜位是 %(known)s"), code=code, known="、".join(facts.hall.shelves))
        raise Invalid(why.msgid, code="no_place", fields={"shelf": why}, params=why.params)
    lies = shelf.at(context.connection, code)
    if lies is not None:
        why = Message(N_("柜位 %(code)s 已放着 %(no)s 的结果，一个柜位只放一件"), code=code, no=lies.case_no)
        raise Invalid(why.msgid, code="place_taken", fields={"shelf": why}, params=why.params)
    return code


def shelve(context: WriteContext, facts: Facts, actor: Actor, command: ShelveResult) -> Decision:
    """T25s."""
    case = load_case(context, command.case, command.version)
    event = rules.shelve(case, location=command.location, actor=actor)
    place_for(context, facts, event.location)
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def hand_over(context: WriteContext, facts: Facts, actor: Actor, command: HandOver) -> Decision:
    """T27; a member of a joint whole leaves with the others while there is time to."""
    case = load_case(context, command.case, command.version)
    single_delivery(context, facts, case)
    event = rules.hand_over(
        case,
        relation=command.relation,
        collector_name=command.collector_name,
        collector_id=command.collector_id,
        identity_checked=command.identity_checked,
        actor=actor,
        today=today(context),
    )
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def withdraw(context: WriteContext, _facts: Facts, actor: Actor, command: WithdrawCase) -> Decision:
    """T30."""
    case = load_case(context, command.case, command.version)
    event = rules.withdraw(
        case,
        reason=command.reason,
        letter_files=command.letter_files,
        presenter=command.presenter,
        actor=actor,
        today=today(context),
    )
    return Decision(
        (NewEntry(event, case=case.no, blobs=command.letter_files),),
        {"case": case.no, "version": case.version + 1},
    )


def reprint(context: WriteContext, _facts: Facts, actor: Actor, command: ReprintPaper) -> Decision:
    """Note another copy, with its reason."""
    case = load_case(context, command.case, None)
    event = rules.reprint(case, paper=command.paper, reason=command.reason, actor=actor)
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "paper": event.paper, "copy": event.copy})
