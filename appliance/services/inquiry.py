"""现场核查 (T14c), 听证 (T16h–T16d), 缴费 (T23f, T23g): what the authority finds out before it decides, and charges."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import inquiry as rules
from appliance.domain.events import CaseEvent
from appliance.projections import staff
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext


class CheckSite(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.check"):
    """What two officers found on the spot; times as ``2026-11-23T09:30``, `result` ``pass`` or ``fail``."""

    case: str
    version: int | None
    started_at: str
    ended_at: str
    second: str
    certificate: str
    certificate2: str
    result: str
    words: dict[str, str]


class OfferHearing(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.offer"):
    """Tell `party` (``applicant`` or ``third_party``) of the right to a hearing."""

    case: str
    version: int | None
    party: str
    addressee: str
    interest: str
    intended: str


class RequestHearing(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.request"):
    """A party asks for the hearing."""

    case: str
    version: int | None
    party: str
    addressee: str


class CallHearing(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.call"):
    """When and where it is held, who presides, who records; `closed` says why it is not public."""

    case: str
    version: int | None
    held_at: str
    place: str
    presider: str
    recorder: str
    closed: str = ""


class HoldHearing(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.hold"):
    """The record of the hearing."""

    case: str
    version: int | None
    ended_at: str
    attendants: str
    record: str
    evidence: str = ""


class NoticeFee(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.fee"):
    """Ask for a fee of the item's list; `amount` in yuan."""

    case: str
    version: int | None
    fee: str
    quantity: str
    amount: str


class PayFee(msgspec.Struct, frozen=True, kw_only=True, tag="inquiry.pay"):
    """The open fee is paid."""

    case: str
    version: int | None
    receipt_no: str
    amount: str


def _colleagues(context: WriteContext, case: Case) -> frozenset[str]:
    everyone = staff.everyone(context.connection)
    return frozenset(one.id for one in everyone if one.department == case.department and not one.disabled)


def _own(context: WriteContext, actor: Actor, no: str, version: int | None) -> Case:
    case = load_case(context, no, version)
    check_department(context.connection, actor, case)
    return case


def _written(case: Case, event: CaseEvent) -> Decision:
    return Decision((NewEntry(event, case=case.no),), {"case": case.no, "version": case.version + 1})


def check_site(context: WriteContext, _facts: Facts, actor: Actor, command: CheckSite) -> Decision:
    """T14c."""
    case = _own(context, actor, command.case, command.version)
    event = rules.check_site(
        case,
        started_at=command.started_at,
        ended_at=command.ended_at,
        officers=tuple(dict.fromkeys((actor.id, *(one for one in (command.second,) if one)))),
        certificates=(command.certificate, command.certificate2),
        colleagues=_colleagues(context, case),
        conforms={"pass": True, "fail": False}.get(command.result),
        words=command.words,
        actor=actor,
        now=context.now,
    )
    return _written(case, event)


def offer(context: WriteContext, facts: Facts, actor: Actor, command: OfferHearing) -> Decision:
    """T16h."""
    case = _own(context, actor, command.case, command.version)
    event = rules.offer_hearing(
        case,
        party=command.party,
        addressee=command.addressee,
        interest=command.interest,
        intended=command.intended,
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _written(case, event)


def request(context: WriteContext, facts: Facts, actor: Actor, command: RequestHearing) -> Decision:
    """T16r."""
    case = _own(context, actor, command.case, command.version)
    calendar = facts.calendar(context.connection)
    event = rules.request_hearing(
        case, party=command.party, by=command.addressee, actor=actor, today=today(context), calendar=calendar
    )
    return _written(case, event)


def call(context: WriteContext, facts: Facts, actor: Actor, command: CallHearing) -> Decision:
    """T16n."""
    case = _own(context, actor, command.case, command.version)
    event = rules.call_hearing(
        case,
        facts.item_of(context.connection, case),
        held_at=command.held_at,
        place=command.place,
        presider=command.presider,
        recorder=command.recorder,
        closed=command.closed,
        colleagues=_colleagues(context, case),
        actor=actor,
        today=today(context),
        calendar=facts.calendar(context.connection),
    )
    return _written(case, event)


def hold(context: WriteContext, _facts: Facts, actor: Actor, command: HoldHearing) -> Decision:
    """T16d."""
    case = _own(context, actor, command.case, command.version)
    event = rules.hold_hearing(
        case,
        ended_at=command.ended_at,
        attendants=command.attendants,
        record=command.record,
        evidence=command.evidence,
        actor=actor,
        now=context.now,
    )
    return _written(case, event)


def notice_fee(context: WriteContext, facts: Facts, actor: Actor, command: NoticeFee) -> Decision:
    """T23f."""
    case = _own(context, actor, command.case, command.version)
    event = rules.notice_fee(
        case,
        facts.item_of(context.connection, case),
        fee=command.fee,
        quantity=command.quantity,
        amount=command.amount,
        actor=actor,
        today=today(context),
    )
    return _written(case, event)


def pay_fee(context: WriteContext, _facts: Facts, actor: Actor, command: PayFee) -> Decision:
    """T23g."""
    case = load_case(context, command.case, command.version)
    event = rules.pay_fee(case, receipt_no=command.receipt_no, amount=command.amount, actor=actor, today=today(context))
    return _written(case, event)
