"""统一补交 (J09): what the collective notice of a joint whole asked for comes in at the window, each thing once."""

import datetime as dt

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.case import Case
from appliance.domain.decide import joint_supplement as rules
from appliance.domain.events import CaseSupplemented
from appliance.domain.joint_set import JointSet
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import MaterialIn
from appliance.projections import joint_sets
from appliance.services.facts import Facts, today
from appliance.services.intake import blobs_of
from appliance.services.joint_facts import Whole, check_reuse_in_whole, load_whole
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class SupplementJoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag="joint.supplement"):
    """Take in what the collective notice asked for; everything is named as the form of the whole names it.

    `form` holds the corrected answers, `presenter` says who came.
    """

    joint: str
    version: int | None
    materials: tuple[MaterialIn, ...] = ()
    form: dict[str, str | list[str]] = {}
    presenter: str = "applicant"
    note: str = ""


def set_of(connection: Connection, whole: Whole) -> JointSet:
    """Give the set of a whole with the items that it has; one that is offered no more shares nothing any longer."""
    joint = whole.joint
    codes, lead = tuple(one.item_code for one in joint.members), joint.leader.item_code
    held = joint_sets.find(connection, joint.set_code)
    if held is not None:
        return msgspec.structs.replace(held, items=codes, lead=lead)
    return JointSet(
        code=joint.set_code,
        name=joint.set_name,
        version=joint.set_version,
        lead=lead,
        items=codes,
        limit_days=joint.limit_days,
        by_law=(),
        mnemonic="",
        valid_from=dt.date.fromisoformat(joint.received_at[:10]),
    )


def as_one(connection: Connection, whole: Whole) -> tuple[Case, ServiceItem]:
    """Read the whole as one case that waits for corrections, for the window's form (see the rule of this name)."""
    return rules.as_one(whole.joint, whole.members, set_of(connection, whole))


def supplement(context: WriteContext, facts: Facts, actor: Actor, command: SupplementJoint) -> Decision:
    """J09: write what came in, for the whole and for each member, in one change."""
    whole, day = load_whole(context, facts, command.joint, command.version), today(context)
    jset = set_of(context.connection, whole)
    event, members = rules.supplement(
        whole.joint,
        whole.members,
        jset,
        materials=command.materials,
        form=command.form,
        note=command.note,
        presenter=command.presenter,
        actor=actor,
        today=day,
        calendar=facts.calendar(context.connection),
    )
    held = {one.case.no: one for one in whole.members}
    entries = [NewEntry(event, case=whole.joint.no)]
    for no, one in members:
        if isinstance(one, CaseSupplemented):
            member = held[no]
            check_reuse_in_whole(context, jset, member.item, one.materials, member.case.applicant, day)
            entries.append(NewEntry(one, case=no, blobs=blobs_of(one.materials)))
    return Decision(tuple(entries), {"joint": whole.joint.no, "case": whole.joint.no, "entries": len(entries)})
