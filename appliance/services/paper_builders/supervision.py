"""督办单, 预警通知: the paper of a card or order, made from what supervision holds of it (domain §2.8)."""

from datetime import datetime

import msgspec

from appliance.domain.complaints import CATEGORY_NAMES, Category
from appliance.domain.complaints import STANDING_NAMES as COMPLAINT_STANDINGS
from appliance.domain.joint import JOINT_STATE_NAMES
from appliance.domain.states import STATE_NAMES
from appliance.domain.supervision import LEVEL_NAMES, RULES, STANDING_NAMES, Level, Standing
from appliance.errors import N_, NotFound
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id
from appliance.projections import cases, complaints, departments, joints, staff
from appliance.projections.supervision import Warned
from appliance.services.facts import Facts
from appliance.services.supervision_cards import reply_due
from appliance.store.connection import Connection

DEMANDS = {
    Level.NOTICE: "请知悉。",
    Level.YELLOW: "请说明情况，并写明整改措施。",
    Level.RED: "请立即整改，并写明原因、整改措施和完成时间。",
}
"""What a card asks for; an order says it itself (domain §6.1)."""
SYSTEM_NAME = "监察规则（系统自动）"


class About(msgspec.Struct, frozen=True):
    """What a card or order is about: number, name, code and how far it is, in words."""

    no: str
    name: str
    code: str
    state: str


def about_of(connection: Connection, number: str) -> About:
    """Find the case, the joint whole or the complaint of a card; raises NotFound."""
    case = cases.find(connection, number)
    if case is not None:
        return About(case.no, case.item_name, case.item_code, STATE_NAMES[case.state])
    joint = joints.find(connection, number)
    if joint is not None:
        return About(joint.no, joint.set_name, joint.set_code, JOINT_STATE_NAMES[joints.state(connection, joint.no)])
    complaint = complaints.find(connection, number)
    if complaint is not None:
        category = CATEGORY_NAMES[Category(complaint.category)]
        return About(complaint.no, f"投诉（{category}）", complaint.no, COMPLAINT_STANDINGS[complaint.standing])
    raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": number})


def order_paper(connection: Connection, facts: Facts, card: Warned) -> data.UrgeOrder:
    """Make the paper of a card or order as it stands: 督办单 for an order, 预警通知 for what a rule found.

    Args:
        connection: a reader.
        facts: the hall's settings.
        card: the card or order.
    """
    names = staff.names(connection)

    def who(number: str) -> str:
        return SYSTEM_NAME if number == "system" else f"{names.get(number, '')}（工号{number}）" if number else ""

    rule = RULES.get(card.rule)
    broken = f"{card.rule} {rule.name}" if rule is not None else card.rule
    missed = f"应于 {card.due} 前完成，已超期。" if card.clock and card.due else ""
    cause = card.reason if card.level is Level.ORDER else "；".join(filter(None, (broken, missed, card.reason)))
    hall = facts.hall
    about = about_of(connection, card.case)
    kind, made = ("urge_order", data.UrgeOrder) if card.level is Level.ORDER else ("warning_notice", data.WarningNotice)
    return made(
        head=data.Head(
            paper_id=paper_id(about.no, kind_named(kind), card.index + 1),
            hall=hall.name,
            authority=departments.name_of(connection, card.department, hall.name),
            item_name=about.name,
            item_code=about.code,
            issued_at=datetime.fromisoformat(card.at),
        ),
        number=str(card.index),
        level=LEVEL_NAMES[card.level],
        case_no=about.no,
        case_state=about.state,
        responsible=who(card.staff) or "尚未有人承办",
        cause=cause,
        demand=card.demand or DEMANDS[card.level],
        due=reply_due(connection, facts, card),
        issued_by=who(card.by),
        reply=card.reply,
        replied_by=who(card.replied_by),
        replied_at=datetime.fromisoformat(card.replied_at) if card.replied_at else None,
        verdict=card.verdict,
        outcome=STANDING_NAMES[card.standing] if card.standing in (Standing.UPHELD, Standing.REVOKED) else "",
        phones=data.Phones(
            consult=hall.consult_phone, supervision=hall.supervision_phone, address=hall.address, hours=hall.hours
        ),
    )
