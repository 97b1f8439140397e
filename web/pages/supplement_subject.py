"""What a supplement comes in for: a case, or a joint whole 并联件, which its form shows as one case (T09, J09)."""

from appliance.clock import parse_time
from appliance.domain.case import Case
from appliance.domain.decide.joint import joint_state
from appliance.domain.joint import JOINT_STATE_NAMES
from appliance.domain.joint_set import is_set
from appliance.domain.service_item import ServiceItem
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, NotFound, WrongState
from appliance.projections import cases, joints
from appliance.services import joint_facts, joint_supplement
from appliance.services.desk import Desk
from appliance.services.joint_facts import Whole


def whole_of(desk: Desk, no: str) -> Whole | None:
    """Give the whole of a number; None for a case."""
    return joint_facts.find_whole(desk.reader(), desk.facts.items, no)


def look_up(desk: Desk, no: str) -> Case | None:
    """Give the case of a number, or a whole as one case, or None."""
    whole = whole_of(desk, no)
    return joint_supplement.as_one(desk.reader(), whole)[0] if whole is not None else cases.find(desk.reader(), no)


def find(desk: Desk, no: str) -> Case:
    """Give the case of a number, or a whole as one case; raises NotFound."""
    case = look_up(desk, no)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": no[:40]}, next_step=N_("请核对补正告知书上的编号"))
    return case


def waiting(desk: Desk, no: str) -> Case:
    """Give what waits for corrections; raises WrongState."""
    case = find(desk, no)
    if case.state is not State.CORRECTION_PENDING:
        raise WrongState(
            N_("这件现在不在“待补正”"),
            code="not_waiting",
            subject=case.no,
            next_step=N_("请在查询里看这件的进展；材料请先交还申请人"),
        )
    return case


def item_of(desk: Desk, case: Case) -> ServiceItem:
    """Give the item that a case is pinned to, or the form of the whole that it stands for."""
    whole = whole_of(desk, case.no) if is_set(case.item_code) else None
    if whole is not None:
        return joint_supplement.as_one(desk.reader(), whole)[1]
    return desk.facts.item_of(desk.reader(), case)


def state_name(desk: Desk, case: Case) -> str:
    """Name the state (message id)."""
    whole = whole_of(desk, case.no) if is_set(case.item_code) else None
    return JOINT_STATE_NAMES[joint_state(whole.members)] if whole is not None else STATE_NAMES[case.state]


def number_of(desk: Desk, no: str) -> str:
    """Give the number under which a supplement is taken in: that of the whole for its member, else its own."""
    return joints.of_case(desk.reader(), no) or no


def checked_by(desk: Desk, case: Case) -> str:
    """Give the day by which what came in is checked; for a whole the first of its members' days."""
    whole = whole_of(desk, case.no) if is_set(case.item_code) else None
    members = (case,) if whole is None else tuple(one.case for one in whole.members)
    clocks = (clock for one in members if (clock := one.clock("C1")) is not None and clock.stopped is None)
    return min((clock.deadline.due for clock in clocks), default="")


def told_at(row: cases.CaseRow) -> str:
    """Say when the notice went out."""
    return parse_time(row.changed_at).strftime("%m-%d %H:%M")
