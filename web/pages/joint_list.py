"""并联件: the list of joint wholes, and the page after one was taken in."""

from datetime import datetime
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.clock import parse_time
from appliance.domain.joint import JOINT_STATE_NAMES, JointState
from appliance.domain.masking import Audience, document_number
from appliance.errors import N_
from appliance.projections import joints
from appliance.services.desk import Desk
from appliance.services.facts import department_of
from appliance.services.timeline import case_truth
from web.pages.casework import Light, light
from web.pages.joint_page import DONE, JOINT_TONES, audience, saw_whole, shown_name, whole_of
from web.visit import Visit

PAGE_ROWS = 30
OPEN = (
    JointState.RECEIVED,
    JointState.PRE_REVIEW,
    JointState.CORRECTION_PENDING,
    JointState.IN_REVIEW,
    JointState.DECIDED,
)


class JointLine(msgspec.Struct, frozen=True):
    """One whole of the list."""

    no: str
    name: str
    applicant: str
    lead: str
    state: str
    tone: str
    light: Light
    due: str
    received_at: datetime
    members: int
    done: int


class JointListPage(msgspec.Struct, frozen=True):
    """The wholes that a person may see; `state` is the one picked, empty for all that are open."""

    TEMPLATE: ClassVar[str] = "joint/list.html"
    rows: tuple[JointLine, ...]
    state: str
    states: tuple[tuple[str, str], ...]
    page: int
    more: bool


class JointReceivedPage(msgspec.Struct, frozen=True, kw_only=True):
    """The whole has its number, and so has each member."""

    TEMPLATE: ClassVar[str] = "joint/received.html"
    no: str
    query_code: str
    name: str
    applicant: str
    number: str
    received: str
    due: str
    provisional: bool
    ticket: str
    materials: int
    members: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    safe: str


class ListQuery(msgspec.Struct, frozen=True):
    """Which state, which page; ``all`` shows the closed ones too."""

    state: str = ""
    page: int = 1


def _line(visit: Visit, desk: Desk, row: joints.JointRow) -> JointLine:
    whole = whole_of(desk, row.no)
    over = sum(one.case.decision is not None or one.case.ending is not None for one in whole.members)
    calendar, seen = desk.facts.calendar(desk.reader()), audience(visit, desk, whole)
    if seen is Audience.TASK:
        saw_whole(visit, whole.joint, "list", "name")
    return JointLine(
        no=row.no,
        name=row.set_name,
        applicant=shown_name(whole, seen),
        lead=whole.joint.leader.department_name,
        state=visit.text(JOINT_STATE_NAMES[row.state]),
        tone=JOINT_TONES.get(row.state, "b"),
        light=light(visit, calendar, row.due) if row.due and row.state in OPEN else DONE,
        due=row.due or "",
        received_at=datetime.fromisoformat(row.received_at),
        members=len(whole.members),
        done=over,
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """List the wholes: a department those in which it has a member, the hall all of them."""
    query = visit.query(ListQuery)
    page, department = max(1, query.page), department_of(desk.reader(), visit.actor) or None
    picked = next((state for state in JointState if state.value == query.state), None)
    states = (picked,) if picked else () if query.state == "all" else OPEN
    found = joints.listing(
        desk.reader(), states=states, department=department, limit=PAGE_ROWS + 1, offset=(page - 1) * PAGE_ROWS
    )
    options = (
        ("", visit.text(N_("没有办结的"))),
        *((state.value, visit.text(name)) for state, name in JOINT_STATE_NAMES.items()),
        ("all", visit.text(N_("全部"))),
    )
    return visit.show(
        JointListPage(
            rows=tuple(_line(visit, desk, row) for row in found[:PAGE_ROWS]),
            state=query.state,
            states=options,
            page=page,
            more=len(found) > PAGE_ROWS,
        )
    )


def received(visit: Visit, desk: Desk, no: str) -> Response[str]:
    """Show the numbers and the one query code; the slip of the whole is one key away."""
    whole = whole_of(desk, no)
    joint = whole.joint
    clocks = [clock.deadline for one in whole.members if (clock := one.case.clock("C1")) is not None]
    first = min(clocks, key=lambda deadline: deadline.due, default=None)
    saw_whole(visit, joint, "case", "name")
    members = tuple(
        (
            one.case.no,
            one.case.item_name,
            one.case.department_name,
            tuple(
                material.name if (material := one.item.material(code)) is not None else code
                for code in one.case.missing
            ),
        )
        for one in whole.members
    )
    return visit.show(
        JointReceivedPage(
            no=joint.no,
            query_code=joint.query_code,
            name=joint.set_name,
            applicant=joint.applicant.name,
            number=document_number(joint.applicant.id_type, joint.applicant.id_number, Audience.RECEIPT),
            received=parse_time(joint.received_at).strftime("%Y-%m-%d %H:%M"),
            due=first.due if first else "",
            provisional=first.provisional if first else False,
            ticket=joint.ticket,
            materials=len(joint.materials),
            members=members,
            safe=case_truth(desk.store, joint.no).value,
        )
    )
