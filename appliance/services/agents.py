"""登记委托, 解除委托, 退还原件 (T03a, T03x, T03o): who may act for the applicant, and what goes back to him."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import agency as rules
from appliance.domain.events import CaseEvent
from appliance.domain.subject import Agent
from appliance.services.facts import Facts, load_case, today
from appliance.store.change import Decision, NewEntry, WriteContext


class AuthoriseAgent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="agent.authorise"):
    """Register the authority that a letter gives; `letter_files` are digests of its scans."""

    case: str
    version: int | None
    agent: Agent
    letter_seen: bool
    letter_files: tuple[str, ...] = ()


class DismissAgent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="agent.dismiss"):
    """The applicant ended the authority."""

    case: str
    version: int | None
    reason: str


class ReturnOriginals(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="agent.return_originals"):
    """Give originals back that were kept, by material code, to whom after seeing his document."""

    case: str
    version: int | None
    materials: tuple[str, ...]
    relation: str
    receiver_name: str
    receiver_id: str
    identity_checked: bool


def _written(case: Case, event: CaseEvent, blobs: tuple[str, ...] = ()) -> Decision:
    return Decision((NewEntry(event, case=case.no, blobs=blobs),), {"case": case.no, "version": case.version + 1})


def authorise(context: WriteContext, _facts: Facts, actor: Actor, command: AuthoriseAgent) -> Decision:
    """T03a."""
    case = load_case(context, command.case, command.version)
    event = rules.authorise(
        case,
        command.agent,
        letter_seen=command.letter_seen,
        letter_files=command.letter_files,
        actor=actor,
        today=today(context),
    )
    return _written(case, event, command.letter_files)


def dismiss(context: WriteContext, _facts: Facts, actor: Actor, command: DismissAgent) -> Decision:
    """T03x."""
    case = load_case(context, command.case, command.version)
    return _written(case, rules.dismiss(case, reason=command.reason, actor=actor))


def return_originals(context: WriteContext, _facts: Facts, actor: Actor, command: ReturnOriginals) -> Decision:
    """T03o."""
    case = load_case(context, command.case, command.version)
    receiver = rules.Receiver(
        relation=command.relation,
        name=command.receiver_name,
        number=command.receiver_id,
        checked=command.identity_checked,
    )
    event = rules.return_originals(
        case, materials=command.materials, receiver=receiver, actor=actor, today=today(context)
    )
    return _written(case, event)
