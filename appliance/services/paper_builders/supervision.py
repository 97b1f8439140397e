"""督办单, 预警通知: the paper of a card or order, made from what supervision holds of it (domain §2.8)."""

from datetime import date, datetime

from appliance.domain.case import Case
from appliance.domain.states import STATE_NAMES
from appliance.domain.supervision import LEVEL_NAMES, RULES, STANDING_NAMES, Level, Standing
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id
from appliance.projections import departments, staff
from appliance.projections.supervision import Warned
from appliance.services.facts import Facts
from appliance.store.connection import Connection

DEMANDS = {
    Level.NOTICE: "请知悉。",
    Level.YELLOW: "请说明情况，并写明整改措施。",
    Level.RED: "请立即整改，并写明原因、整改措施和完成时间。",
}
"""What a card asks for; an order says it itself (domain §6.1)."""
SYSTEM_NAME = "监察规则（系统自动）"


def order_paper(connection: Connection, facts: Facts, card: Warned, case: Case, due: date | None) -> data.UrgeOrder:
    """Make the paper of a card or order as it stands.

    Args:
        connection: a reader.
        facts: the hall's settings.
        card: the card or order.
        case: its case.
        due: last day for the answer, None where none is wanted.
    """
    names = staff.names(connection)

    def who(number: str) -> str:
        return SYSTEM_NAME if number == "system" else f"{names.get(number, '')}（工号{number}）" if number else ""

    rule = RULES.get(card.rule)
    broken = f"{card.rule} {rule.name}" if rule is not None else card.rule
    missed = f"应于 {card.due} 前完成，已超期。" if card.clock and card.due else ""
    cause = card.reason if card.level is Level.ORDER else "；".join(filter(None, (broken, missed, card.reason)))
    hall = facts.hall
    return data.UrgeOrder(
        head=data.Head(
            paper_id=paper_id(case.no, kind_named("urge_order"), card.index + 1),
            hall=hall.name,
            authority=departments.get(connection, card.department).name,
            item_name=case.item_name,
            item_code=case.item_code,
            issued_at=datetime.fromisoformat(card.at),
        ),
        number=str(card.index),
        level=LEVEL_NAMES[card.level],
        case_no=case.no,
        case_state=STATE_NAMES[case.state],
        responsible=who(card.staff) or "尚未有人承办",
        cause=cause,
        demand=card.demand or DEMANDS[card.level],
        due=due,
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
