"""统一收件 (J03): one form at one window becomes the whole and a case for each department."""

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide import joint_intake as rules
from appliance.domain.decide.intake import Application
from appliance.domain.identifiers import case_numbers
from appliance.domain.identifiers.case_numbers import NumberKind
from appliance.domain.joint_set import combined
from appliance.domain.subject import Agent, Applicant, MaterialIn
from appliance.projections import joint_sets
from appliance.services.facts import Facts, free_numbers, same_version, today
from appliance.services.intake import blobs_of
from appliance.services.joint_facts import check_reuse_in_whole, items_of
from appliance.store import drafts
from appliance.store.change import Decision, NewEntry, WriteContext


class ReceiveJoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="joint.receive"):
    """Take a joint application in; everything is named as the form of the whole names it.

    Attributes:
        set_code: the joint set.
        form_version: version of the form of the whole that was filled in (`combined`).
        draft: id of the draft that this came from; it is removed in the same transaction.
    """

    set_code: str
    form_version: int
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, str | list[str]] = {}
    variants: tuple[str, ...] = ()
    materials: tuple[MaterialIn, ...] = ()
    channel: str = "window"
    ticket: str = ""
    note: str = ""
    draft: str = ""


def receive(context: WriteContext, facts: Facts, actor: Actor, command: ReceiveJoint) -> Decision:
    """J03: number the whole and its members, and write all receipts in one change."""
    jset = joint_sets.get(context.connection, command.set_code)
    items = items_of(context.connection, facts, jset, seen=context.seen)
    same_version(combined(jset, items).task_version, command.form_version)
    day = today(context)
    whole_no, *member_nos = free_numbers(context, facts, NumberKind.INTAKE, len(items) + 1)
    whole, receipts = rules.receive(
        jset,
        items,
        Application(
            applicant=command.applicant,
            agent=command.agent,
            form=command.form,
            variants=command.variants,
            materials=command.materials,
            channel=command.channel,
            ticket=command.ticket,
            note=command.note,
        ),
        rules.Numbers(whole_no, tuple(member_nos), case_numbers.query_code(context.random)),
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection, seen=context.seen),
    )
    for item, receipt in zip(items, receipts, strict=True):
        check_reuse_in_whole(context, jset, item, receipt.materials, receipt.applicant, day)
    entries = [NewEntry(whole, case=whole_no)]
    entries += [
        NewEntry(receipt, case=no, blobs=blobs_of(receipt.materials))
        for no, receipt in zip(member_nos, receipts, strict=True)
    ]
    local = (lambda connection: drafts.delete(connection, command.draft),) if command.draft else ()
    return Decision(
        entries=tuple(entries),
        result={"joint": whole_no, "case": whole_no, "cases": member_nos, "query_code": whole.query_code},
        local=local,
    )
