"""Requests about personal data 个人信息请求: written down, weighed, decided by a second person, done (art.45–50).

What is decided is done in the transaction that holds the decision: private parts are emptied or held back, drafts with
the person's number go, the read models follow. The bytes are gone before the answer (`appliance.store.scrubbing`).
"""

from collections.abc import Iterator

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import personal_data as rules
from appliance.domain.events import (
    PiiErased,
    PiiLifted,
    PiiProposed,
    PiiRefused,
    PiiRequested,
    PiiRestricted,
)
from appliance.domain.identifiers import request_no
from appliance.domain.personal_data import ERASE, LIFT, REFUSE, RESTRICT, Matter, is_record
from appliance.domain.states import STATE_NAMES, TERMINAL
from appliance.domain.withheld import place_text
from appliance.errors import N_, NotFound, WrongState
from appliance.projections import cases, joints, licences, personal_data, search
from appliance.projections.personal_data import Request
from appliance.services.facts import Facts, today
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection
from appliance.store.mentions import Mentions, about

SEARCHED_MAX = 400
_ORDER = ("10_years", "30_years", "permanent")


class RequestPersonalData(msgspec.Struct, frozen=True, kw_only=True, tag="pii.request"):
    """Write down what a person asks about the own data; `matters` are 收件编号."""

    right: str
    ground: str
    channel: str
    matters: tuple[str, ...]
    name: str
    id_type: str = "citizen_id"
    id_number: str
    contact: str = ""
    wish: str = ""


class ProposePersonalData(msgspec.Struct, frozen=True, kw_only=True, tag="pii.propose"):
    """First of two persons: what becomes of each matter of a request."""

    subject: str
    erase: tuple[str, ...] = ()
    restrict: tuple[str, ...] = ()
    lift: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    reason: str


class ConfirmPersonalData(msgspec.Struct, frozen=True, kw_only=True, tag="pii.confirm"):
    """Second of two persons; `opinion` is the index of the opinion that was looked at."""

    subject: str
    opinion: int


def matter_of(connection: Connection, facts: Facts, no: str) -> Matter:
    """Give a matter as it stands; a case of a joint whole 并联 stands for the whole.

    Raises:
        NotFound: there is no such matter.
    """
    joint = joints.find(connection, no)
    members = [cases.find(connection, member.case) for member in joint.members] if joint is not None else []
    whole = [case for case in (members or [cases.find(connection, no)]) if case is not None]
    if not whole:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    valid = ""
    for case in whole:
        issued = case.licence.issued if case.licence is not None else None
        known = licences.find(connection, issued.identifier) if issued is not None else None
        valid = known.number if known is not None and known.status == "valid" else valid
    classes = [facts.item_of(connection, case).retention_class for case in whole]
    ended = (
        "" if any(case.state not in TERMINAL for case in whole) else max(_changed(connection, one.no) for one in whole)
    )
    return Matter(
        no=no,
        title=joint.set_name if joint is not None else f"{whole[0].item_name}，{STATE_NAMES[whole[0].state]}",
        ended=ended,
        record=any(is_record(case.state, case.acceptance_no) for case in whole),
        retention=max(classes, key=_ORDER.index),
        licence=valid,
        standing=personal_data.standing_of(connection, no),
    )


def _changed(connection: Connection, no: str) -> str:
    row = cases.row(connection, no)
    return row.changed_at[:10] if row is not None else ""


def matters_of(connection: Connection, facts: Facts, id_number: str, name: str) -> dict[str, Matter]:
    """Find the matters in which a person applied; those of a joint whole as the whole. What is restricted is not found.

    Args:
        connection: a reader.
        facts: catalogue.
        id_number: the person's number, in full.
        name: the name as it was registered.
    """
    found: dict[str, Matter] = {}
    if not (id_number.strip() and name.strip()):
        return found
    for row in search.find(connection, id_number.strip(), limit=SEARCHED_MAX):
        case = cases.find(connection, row.no)
        if case is None or (case.applicant.id_number, case.applicant.name) != (id_number.strip(), name.strip()):
            continue
        no = joints.of_case(connection, case.no) or case.no
        found.setdefault(no, matter_of(connection, facts, no))
    return found


def _of_request(connection: Connection, facts: Facts, found: Request) -> dict[str, Matter]:
    return {no: matter_of(connection, facts, no) for no in found.matters}


def _request(connection: Connection, subject: str) -> Request:
    found = personal_data.find(connection, subject)
    if found is None:
        raise NotFound(N_("没有编号为 %(no)s 的个人信息请求"), params={"no": subject}, next_step=N_("请核对请求编号"))
    return found


def request(context: WriteContext, facts: Facts, actor: Actor, command: RequestPersonalData) -> Decision:
    """Write a request down under the next number (`rules.request`)."""
    connection = context.connection
    asked = PiiRequested(
        subject=request_no.build(today(context), context.epoch, personal_data.count(connection) + 1),
        right=command.right,
        ground=command.ground,
        channel=command.channel,
        matters=command.matters,
        name=command.name.strip(),
        id_type=command.id_type,
        id_number=command.id_number.strip(),
        contact=command.contact.strip(),
        wish=command.wish.strip(),
    )
    event = rules.request(asked, matters_of(connection, facts, asked.id_number, asked.name), actor)
    return Decision((NewEntry(event),), {"subject": event.subject})


def propose(context: WriteContext, facts: Facts, actor: Actor, command: ProposePersonalData) -> Decision:
    """First of two persons (`rules.propose`); a later opinion replaces it, also after a decision (lifting)."""
    found = _request(context.connection, command.subject)
    opinion = PiiProposed(
        subject=found.subject,
        erase=command.erase,
        restrict=command.restrict,
        lift=command.lift,
        refuse=command.refuse,
        reason=command.reason.strip(),
    )
    matters = _of_request(context.connection, facts, found)
    event = rules.propose(opinion, matters, actor, today(context))
    return Decision((NewEntry(event),), {"subject": event.subject})


def confirm(context: WriteContext, facts: Facts, actor: Actor, command: ConfirmPersonalData) -> Decision:
    """Second of two persons (`rules.confirm`): what was decided is done in this transaction."""
    connection = context.connection
    found = _request(connection, command.subject)
    opinion = personal_data.opinion(connection, found)
    if opinion is None or found.standing != personal_data.PROPOSED or found.proposed != command.opinion:
        raise WrongState(
            N_("这项请求没有等着复核的意见，或意见已经换了"),
            code="no_opinion",
            subject=found.subject,
            next_step=N_("请刷新页面，看清现在的意见再复核"),
        )
    rules.confirm(opinion, found.proposed_by, _of_request(connection, facts, found), actor, today(context))
    entries = tuple(_acts(connection, found, opinion))
    result = {
        "subject": found.subject,
        ERASE: list(opinion.erase),
        RESTRICT: list(opinion.restrict),
        LIFT: list(opinion.lift),
        REFUSE: list(opinion.refuse),
    }
    return Decision(entries, result)


def _acts(connection: Connection, found: Request, opinion: PiiProposed) -> Iterator[NewEntry]:
    """Write an entry for each matter, and one for the request itself, whose own words name the person too."""
    who = {"subject": found.subject, "basis": found.ground, "proposed_by": found.proposed_by}
    for no in opinion.erase:
        yield _erased(no, about(connection, _numbers(connection, no)), who)
    for no in opinion.restrict:
        yield NewEntry(PiiRestricted(matter=no, places=_places(about(connection, _numbers(connection, no))), **who))
    for no in opinion.lift:
        yield NewEntry(PiiLifted(matter=no, places=_places(about(connection, _numbers(connection, no))), **who))
    if opinion.refuse:
        yield NewEntry(
            PiiRefused(
                subject=found.subject, matters=opinion.refuse, proposed_by=found.proposed_by, reason=opinion.reason
            )
        )
    own = about(connection, (found.subject,))
    if opinion.refuse:
        return  # the person may complain of it, and somebody must then know whose request it was
    if opinion.restrict:
        yield NewEntry(PiiRestricted(matter=found.subject, places=_places(own), **who))
    elif opinion.lift:
        yield NewEntry(PiiLifted(matter=found.subject, places=_places(own), **who))
    else:
        yield _erased(found.subject, own, who)


def _numbers(connection: Connection, no: str) -> tuple[str, ...]:
    joint = joints.find(connection, no)
    return (no, *(member.case for member in joint.members)) if joint is not None else (no,)


def _places(found: Mentions) -> tuple[str, ...]:
    return tuple(place_text(origin, indexes) for origin, indexes in found.places.items())


def _erased(matter: str, found: Mentions, who: dict[str, str]) -> NewEntry:
    return NewEntry(PiiErased(matter=matter, places=_places(found), blobs=found.blobs, **who))
