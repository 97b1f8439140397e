"""当场更正, 更正登记, 补充材料收件 (T05, T36, and what T35 asked for): what the window puts right or takes in later."""

import msgspec

from appliance.domain.actor import Actor, Role
from appliance.domain.case import Case
from appliance.domain.decide import mending as rules
from appliance.domain.decide import requests
from appliance.domain.events import CaseMaterialReceived, CaseOnsiteFixed, CaseRegistrationAmended
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.services.facts import Facts, check_department, load_case, today
from appliance.services.intake import blobs_of, check_reuse
from appliance.store.change import Decision, NewEntry, WriteContext


class FixOnSite(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="mending.onsite"):
    """T05: materials and answers that the applicant put right at the window and signed for."""

    case: str
    version: int | None
    materials: tuple[MaterialIn, ...] = ()
    form: dict[str, str | list[str]] = {}
    signed: bool
    presenter: str = "applicant"
    note: str = ""


class AmendRegistration(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="mending.amend"):
    """T36: the applicant, agent or answers as they should have been registered; None or absent leaves them."""

    case: str
    version: int | None
    applicant: Applicant | None = None
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    reason: str


class ReceiveRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="mending.requested"):
    """Take in what was asked for in review; `lines` are the request's line numbers."""

    case: str
    version: int | None
    lines: tuple[int, ...]
    materials: tuple[MaterialIn, ...]
    presenter: str = "applicant"
    note: str = ""


def _written(
    case: Case, event: CaseOnsiteFixed | CaseRegistrationAmended | CaseMaterialReceived, blobs: tuple[str, ...] = ()
) -> Decision:
    return Decision((NewEntry(event, case=case.no, blobs=blobs),), {"case": case.no, "version": case.version + 1})


def fix_on_site(context: WriteContext, facts: Facts, actor: Actor, command: FixOnSite) -> Decision:
    """T05."""
    case = load_case(context, command.case, command.version)
    item, day = facts.item_of(context.connection, case), today(context)
    event = rules.onsite_fix(
        case,
        item,
        materials=command.materials,
        form=command.form,
        signed=command.signed,
        presenter=command.presenter,
        note=command.note,
        actor=actor,
        today=day,
    )
    check_reuse(context.connection, item, event.materials, case.applicant, day)
    return _written(case, event, blobs_of(event.materials))


def amend(context: WriteContext, facts: Facts, actor: Actor, command: AmendRegistration) -> Decision:
    """T36."""
    case = load_case(context, command.case, command.version)
    if actor.role is Role.CASE_HANDLER:
        check_department(context.connection, actor, case)
    event = rules.amend_registration(
        case,
        facts.item_of(context.connection, case),
        applicant=command.applicant,
        agent=command.agent,
        form=command.form,
        reason=command.reason,
        actor=actor,
        today=today(context),
    )
    return _written(case, event)


def receive_requested(context: WriteContext, facts: Facts, actor: Actor, command: ReceiveRequested) -> Decision:
    """Take in what T35 asked for."""
    case = load_case(context, command.case, command.version)
    item = facts.item_of(context.connection, case)
    day = today(context)
    event = requests.receive_requested(
        case,
        item,
        lines=command.lines,
        materials=command.materials,
        presenter=command.presenter,
        note=command.note,
        actor=actor,
        today=day,
    )
    check_reuse(context.connection, item, event.materials, case.applicant, day)
    return _written(case, event, blobs_of(event.materials))
