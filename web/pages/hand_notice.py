"""What the page of a case says of a hand-over between halls: who has it, why it is only read here, what comes next."""

import msgspec

from appliance.domain.transfer import Phase, is_late, last_day
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_
from appliance.services.desk import Desk
from appliance.services.timeline_transfer import purpose_name, state_name
from web.pages.casework import Light, Sight, light
from web.visit import Visit


class HandNotice(msgspec.Struct, frozen=True):
    """What the case's page says of a hand-over between halls: heading, sentences, whether it is late, its light."""

    title: str
    lines: tuple[str, ...]
    late: bool
    light: Light | None
    take: str = ""


def shown_time(instant: str) -> str:
    """Give an instant to the minute."""
    return instant[:16].replace("T", " ")


def hand_light(visit: Visit, desk: Desk, given_at: str) -> tuple[Light, bool]:
    """Give the light of a hand-over given up at an instant, and whether it is late when nobody has signed for it."""
    calendar, today = desk.facts.calendar(desk.reader()), visit.front.clock.now().date()
    due = last_day(given_at, calendar)
    return light(visit, calendar, due.isoformat()), is_late(given_at, today, calendar)


def notice(visit: Visit, desk: Desk, seen: Sight) -> HandNotice | None:
    """Say on the case's page who has it and why it is only read here; None where there is nothing to say."""
    hand = seen.case.hand
    if hand is None:
        return None
    lamp, late = hand_light(visit, desk, hand.given_at)
    given = visit.text(
        N_("%(at)s 移交，目的：%(purpose)s"),
        at=shown_time(hand.given_at),
        purpose=visit.text(purpose_name(hand.purpose)),
    )
    if hand.phase is Phase.ARRIVED:
        signs = visit.actor.role in TRANSITIONS["T39"].roles
        return HandNotice(
            visit.text(N_("%(hall)s移交来的件，还没有人签收"), hall=hand.other_name),
            (given, visit.text(N_("清点纸质材料后签收；签收之前只能查看，各时限自原收件之日照常计算"))),
            late,
            lamp,
            take=f"/transfers/{seen.case.no}" if signs else "",
        )
    where = hand.hall_name or hand.other_name
    title = visit.text(N_("已移交%(hall)s，本厅只能查看"), hall=where)
    if not hand.taken:
        unknown = visit.text(N_("对方还没有签收；断网时可以用 U 盘经市级转去，期间两边都不办理这件"))
        return HandNotice(title, (given, unknown), late, lamp)
    state = visit.text(
        N_("对方已签收，现在“%(state)s”（%(at)s）；办理情况请问对方大厅"),
        state=visit.text(state_name(hand.state)),
        at=shown_time(hand.state_at),
    )
    return HandNotice(title, (given, state), late=False, light=None)
