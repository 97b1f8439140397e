"""What the commands about a joint whole decide on: the whole, its members, free numbers, the members' standing."""

from collections.abc import Iterable
from datetime import date

import msgspec

from appliance.domain.actor import Actor
from appliance.domain.decide.joint import Member, Written
from appliance.domain.events import JointEvent
from appliance.domain.joint import Joint
from appliance.domain.joint_set import JointSet, spots_of_whole
from appliance.domain.service_item import ServiceItem
from appliance.domain.subject import Applicant, MaterialIn
from appliance.errors import N_, Conflict, Forbidden, Invalid, NotFound
from appliance.projections import cases, joints, staff
from appliance.projections.items import Items
from appliance.services.facts import Facts, load_case
from appliance.services.intake import check_reuse
from appliance.store.change import Decision, NewEntry, WriteContext
from appliance.store.connection import Connection


class Whole(msgspec.Struct, frozen=True):
    """A joint whole with its members as they stand now."""

    joint: Joint
    members: tuple[Member, ...]

    @property
    def version(self) -> int:
        """A number that grows with every entry of the whole or of a member: what a page was made from."""
        return self.joint.version + sum(member.case.version for member in self.members)


def find_whole(connection: Connection, items: Items, no: str) -> Whole | None:
    """Give the whole of a number with its members, for reading; None when there is none."""
    joint = joints.find(connection, no)
    if joint is None:
        return None
    found = (cases.find(connection, case) for case in joint.cases)
    members = tuple(
        Member(case, items.version(connection, case.item_code, case.item_version)) for case in found if case is not None
    )
    return Whole(joint, members)


def load_whole(context: WriteContext, facts: Facts, no: str, version: int | None) -> Whole:
    """Give the whole for a change that was decided while looking at `version` of it; None does not look.

    The members are as the substitute of an absent handler works on them (`facts.as_handler`).

    Raises:
        NotFound: no such whole.
        WrongState: a member holds an entry that this release does not know.
        Conflict: the whole or a member changed since.
    """
    joint = joints.find(context.connection, no)
    if joint is None:
        raise NotFound(N_("没有编号为 %(no)s 的并联件"), params={"no": no}, next_step=N_("请核对编号，或用姓名查找"))
    members = tuple(
        Member(case, facts.item_of(context.connection, case))
        for case in (load_case(context, one, None) for one in joint.cases)
    )
    whole = Whole(joint, members)
    if version is not None and version != whole.version:
        raise Conflict(
            N_("这件并联件在您打开之后有了新的进展，您填写的内容没有丢失"),
            code="stale",
            params={"no": no},
            current={"version": whole.version},
            next_step=N_("请对照现在的内容，确认后再提交"),
        )
    return whole


def check_lead_department(connection: Connection, actor: Actor, joint: Joint) -> None:
    """Refuse a case worker of a department other than the one that leads."""
    person = staff.find(connection, actor.id)
    if person is not None and person.department and person.department != joint.leader.department:
        raise Forbidden(
            N_("并联件由牵头部门%(department)s统一办理"),
            code="other_department",
            params={"department": joint.leader.department_name},
            next_step=N_("请由牵头部门的人员办理"),
        )


def check_member(connection: Connection, actor: Actor, joint: Joint) -> None:
    """Refuse a case worker of a department that has no member in the whole."""
    person = staff.find(connection, actor.id)
    departments = {member.department for member in joint.members}
    if person is not None and person.department and person.department not in departments:
        raise Forbidden(N_("这件并联件不涉及您的部门"), code="other_department", next_step=N_("请由有关部门的人员办理"))


def items_of(connection: Connection, facts: Facts, jset: JointSet, *, seen: int = 0) -> tuple[ServiceItem, ...]:
    """Give the current version of each item of a set; raises NotFound when one is not in the catalogue."""
    return tuple(facts.items.current(connection, code, seen=seen) for code in jset.items)


def written(joint: Joint, event: JointEvent, members: Iterable[Written], blobs: tuple[str, ...] = ()) -> Decision:
    """Make one change of the whole's event and its members': all are there, or none."""
    entries = [NewEntry(event, case=joint.no, blobs=blobs)]
    entries += [NewEntry(one, case=no, blobs=blobs) for no, one in members]
    return Decision(tuple(entries), {"joint": joint.no, "case": joint.no, "entries": len(entries)})


def check_reuse_in_whole(
    context: WriteContext,
    jset: JointSet,
    item: ServiceItem,
    materials: tuple[MaterialIn, ...],
    holder: Applicant,
    day: date,
) -> None:
    """Refuse what may not be used again (`check_reuse`), at the material as the form of the whole names it."""
    try:
        check_reuse(context.connection, item, materials, holder, day)
    except Invalid as refusal:
        raise Invalid(
            refusal.message,
            fields=spots_of_whole(jset, item.catalog_code, refusal.fields),
            params=refusal.params,
            next_step=refusal.next_step,
        ) from refusal
