"""即办 (T33): everything from taking the case to the ready result in one change, and the delegation it rests on."""

from dataclasses import dataclass
from datetime import date

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case, evolve
from appliance.domain.decide import issuance, prereview, review
from appliance.domain.entry import FORMAT_VERSION, EntryMeta
from appliance.domain.events import CaseEvent, CaseReceived, DelegationGiven, DelegationRevoked
from appliance.domain.item_terms import HandlingType
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import State
from appliance.errors import N_, Forbidden, Invalid, NotFound, WrongState
from appliance.projections import delegations, staff
from appliance.services import intake
from appliance.services.document_numbers import GRANT_KIND, next_document_no
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.intake import ReceiveCase
from appliance.services.issuance import licence_of, place_for, replaced_by
from appliance.services.prereview import acceptance_number
from appliance.store.change import Decision, NewEntry, WriteContext

DAYS_MAX = 366
INSTANT_STEPS = frozenset({Role.CASE_HANDLER, Role.APPROVER})


class HandleInstant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="instant.handle"):
    """Handle an instant item in one go.

    Attributes:
        case: case number, received or in pre-review.
        version: version seen.
        verdicts: ``pass`` by material code; anything else goes the ordinary way.
        opinion: the handler's opinion.
        content: what is permitted.
        shelf: where the result waits.
    """

    case: str
    version: int | None
    verdicts: dict[str, str]
    opinion: str
    content: str
    shelf: str = ""


class ReceiveInstant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="instant.receive"):
    """Take an instant item in and handle it, from the first event to the ready result, in one change.

    Attributes:
        receipt: the application.
        checked: the handler has held every material against its review points.
        opinion: the handler's opinion.
        content: what is permitted.
    """

    receipt: ReceiveCase
    checked: bool
    opinion: str
    content: str


class GiveDelegation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="instant.delegate"):
    """An approver lets a handler of his department decide these instant items until a day (ISO date)."""

    handler: str
    items: tuple[str, ...]
    until: str


class RevokeDelegation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="instant.revoke"):
    """An approver takes his delegation back."""

    delegation: str


class _Chain:
    """Collects the events of one change, each decided on the case as the ones before it left it."""

    def __init__(self, context: WriteContext, actor: Actor, no: str, case: Case | None = None) -> None:
        self._context, self._actor, self._no = context, actor, no
        self._case = case
        self.entries: list[NewEntry] = []
        self.beside: list[NewEntry] = []

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        if self._case is None:
            raise LookupError(self._no)
        return self._case

    def add(self, *events: CaseEvent, blobs: tuple[str, ...] = ()) -> None:
        """Take events in and fold them."""
        context = self._context
        for event in events:
            meta = EntryMeta(
                v=FORMAT_VERSION,
                type=event.TYPE,
                tv=event.VERSION,
                cmd=context.cmd,
                n=len(self.entries),
                t=context.now.isoformat(timespec="milliseconds"),
                clk=context.clk,
                seen=context.seen,
                actor=self._actor,
                case=self._no,
            )
            self.entries.append(NewEntry(event, case=self._no, blobs=blobs))
            self._case = evolve(self._case, meta, self._case.last_index + 1 if self._case else 0, event)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the handler says: ``pass`` by material code, his opinion, what is permitted, where the result waits."""

    verdicts: dict[str, str]
    opinion: str
    content: str
    shelf: str = ""


def handle(context: WriteContext, facts: Facts, actor: Actor, command: HandleInstant) -> Decision:
    """T33 for a case that the window received."""
    case = load_case(context, command.case, command.version)
    check_department(context.connection, actor, case)
    item = facts.item_of(context.connection, case)
    if item.project_type is not HandlingType.INSTANT:
        raise Forbidden(N_("只有即办件可以当场办理"), code="not_instant")
    chain = _Chain(context, actor, case.no, case)
    words = _Words(command.verdicts, command.opinion, command.content, command.shelf)
    result = _on_the_spot(context, facts, chain, item, words, actor)
    return Decision((*chain.entries, *chain.beside), result)


def receive(context: WriteContext, facts: Facts, actor: Actor, command: ReceiveInstant) -> Decision:
    """T03 and T33 in one change; nothing is received when the rest is refused, and nothing typed is lost.

    Guard: as for each of them; the handler is of the item's department and says that he has checked every material.
    """
    receipt = intake.receive(context, facts, actor, command.receipt)
    (first,) = receipt.entries
    if first.case is None or not isinstance(first.event, CaseReceived):
        raise LookupError(command.receipt.item_code)
    chain = _Chain(context, actor, first.case)
    chain.add(first.event, blobs=first.blobs)
    check_department(context.connection, actor, chain.case)
    if not command.checked:
        raise Invalid(N_("还没有核对材料"), fields={"spot.checked": N_("请逐份核对审查要点后勾选")})
    item = facts.item_of(context.connection, chain.case)
    words = _Words({one.code: "pass" for one in first.event.materials}, command.opinion, command.content)
    result = _on_the_spot(context, facts, chain, item, words, actor)
    return Decision((*chain.entries, *chain.beside), {**receipt.result, **result}, local=receipt.local)


def _on_the_spot(
    context: WriteContext, facts: Facts, chain: _Chain, item: ServiceItem, words: _Words, actor: Actor
) -> dict[str, object]:
    """T04, pre-review, T11, T13, T14, and under a delegation T23 and T25; else the case waits for the approver."""
    day, calendar = today(context), facts.calendar(context.connection)
    if chain.case.state is State.RECEIVED or not chain.case.handler:
        chain.add(prereview.assign(chain.case, actor=actor))
    chain.add(prereview.pre_review(chain.case, verdicts=words.verdicts, reasons={}, actor=actor))
    number = acceptance_number(context, facts)
    chain.add(*prereview.accept(chain.case, item, acceptance_no=number, actor=actor, today=day, calendar=calendar))
    while (step := chain.case.current_step) is not None and step.role == Role.CASE_HANDLER:
        chain.add(
            *review.opinion(
                chain.case, item, result="agree", text=words.opinion, actor=actor, today=day, calendar=calendar
            )
        )
    result: dict[str, object] = {"acceptance_no": number}
    delegation = delegations.valid(context.connection, actor.id, item.catalog_code, day.isoformat())
    if delegation is not None and _signed_but_for_decision(chain.case, item):
        given = next_document_no(context, chain.case, GRANT_KIND)
        chain.beside += given.taken
        chain.add(
            *review.grant_delegated(
                chain.case,
                item,
                delegation,
                text=words.opinion,
                content=words.content,
                document_no=given.text,
                actor=actor,
                today=day,
                calendar=calendar,
            )
        )
        result |= _produce(context, facts, chain, item, words.shelf, actor)
    return {"case": chain.case.no, "version": chain.case.version, "state": chain.case.state.value, **result}


def _signed_but_for_decision(case: Case, item: ServiceItem) -> bool:
    step = case.current_step
    return step is not None and step.step == prereview.review_steps(item)[-1].code


def _produce(
    context: WriteContext, facts: Facts, chain: _Chain, item: ServiceItem, shelf: str, actor: Actor
) -> dict[str, object]:
    if item.licence is None:
        chain.add(issuance.produce_result(chain.case, shelf=place_for(context, facts, shelf), actor=actor))
        return {}
    identifier, number, taken = licence_of(context, facts, chain.case, item)
    chain.beside += taken
    old = replaced_by(context, chain.case, item)
    chain.add(
        *issuance.produce_licence(
            chain.case,
            item,
            identifier=identifier,
            number=number,
            shelf=place_for(context, facts, shelf),
            actor=actor,
            supersedes=old,
        )
    )
    return {"licence": identifier, "number": number}


def _approver(context: WriteContext, actor: Actor) -> str:
    """Give the department of an approver; raises Forbidden."""
    person = staff.find(context.connection, actor.id)
    if actor.role is not Role.APPROVER or person is None or not person.department:
        raise Forbidden(N_("即办件的授权由批准人作出"), code="role", next_step=N_("请由本部门的批准人办理"))
    return person.department


def delegate(context: WriteContext, facts: Facts, actor: Actor, command: GiveDelegation) -> Decision:
    """Give a delegation; it is signed with the change as everything is.

    Guard: the approver of a department; a handler of the same department, another person; instant items of that
    department; an end within a year.
    """
    department = _approver(context, actor)
    fields: dict[str, str] = {}
    handler = staff.find(context.connection, command.handler)
    if (
        handler is None
        or handler.disabled
        or Role.CASE_HANDLER not in handler.roles
        or handler.department != department
        or handler.id == actor.id
    ):
        fields["handler"] = N_("请选本部门的另一位承办人")
    for code in command.items:
        item = facts.items.current(context.connection, code)
        if item.project_type is not HandlingType.INSTANT or item.dept_code != department:
            fields["items"] = N_("只能授权本部门的即办件")
    if not command.items:
        fields["items"] = N_("请至少选一个即办件")
    day = today(context)
    if not _within_a_year(day, command.until):
        fields["until"] = N_("请写明截止日，最长一年")
    if fields:
        raise Invalid(N_("授权还不完整"), fields=fields)
    number = f"{department}-{delegations.count(context.connection) + 1}"
    event = DelegationGiven(
        delegation=number,
        approver=actor.id,
        handler=command.handler,
        department=department,
        items=tuple(dict.fromkeys(command.items)),
        starts=day.isoformat(),
        until=command.until,
    )
    return Decision((NewEntry(event),), {"delegation": number})


def _within_a_year(day: date, until: str) -> bool:
    try:
        return 0 <= (date.fromisoformat(until) - day).days <= DAYS_MAX
    except ValueError:
        return False


def revoke(context: WriteContext, _facts: Facts, actor: Actor, command: RevokeDelegation) -> Decision:
    """Take a delegation back; only the approver who gave it, and once."""
    _approver(context, actor)
    held = delegations.find(context.connection, command.delegation)
    if held is None:
        raise NotFound(N_("没有这项授权"), subject=command.delegation)
    if held.given.approver != actor.id:
        raise Forbidden(N_("授权由作出授权的批准人撤销"), code="not_yours")
    if held.revoked:
        raise WrongState(N_("这项授权已经撤销"), code="revoked", subject=command.delegation)
    return Decision((NewEntry(DelegationRevoked(delegation=command.delegation)),), {"delegation": command.delegation})
