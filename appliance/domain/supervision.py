"""The rules of supervision 监察 that this hall watches by itself (domain §6.2): names, kinds, cards, reply times."""

from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import N_


class Level(StrEnum):
    """How grave it is (domain §6.1): a notice wants nothing, a card wants an answer, an order wants what it says."""

    NOTICE = "notice"
    YELLOW = "yellow_card"
    RED = "red_card"
    ORDER = "urge_order"


LEVEL_NAMES: dict[Level, str] = {
    Level.NOTICE: N_("预警"),
    Level.YELLOW: N_("黄牌"),
    Level.RED: N_("红牌"),
    Level.ORDER: N_("督办单"),
}
REPLY_WORKING_DAYS: dict[Level, int] = {Level.YELLOW: 2, Level.RED: 5}
"""Explanation of a yellow card, rectification after a red one (domain §6.1, a default)."""


class Standing(StrEnum):
    """Where a card or order stands: 督办单 is issued, received, replied, accepted or returned (domain §6.2)."""

    OPEN = "open"
    RECEIVED = "received"
    REPLIED = "replied"
    RETURNED = "returned"
    UPHELD = "upheld"
    REVOKED = "revoked"
    NOTED = "noted"


STANDING_NAMES: dict[Standing, str] = {
    Standing.OPEN: N_("等签收"),
    Standing.RECEIVED: N_("已签收，等回复"),
    Standing.REPLIED: N_("已回复，等监察员认定"),
    Standing.RETURNED: N_("回复被退回，等重新回复"),
    Standing.UPHELD: N_("已办结：成立"),
    Standing.REVOKED: N_("已撤销"),
    Standing.NOTED: N_("提示，不需回复"),
}
UNANSWERED = frozenset({Standing.OPEN, Standing.RECEIVED, Standing.RETURNED})
SETTLED = frozenset({Standing.UPHELD, Standing.REVOKED, Standing.NOTED})


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: number, what it says, its kind 监察类 (4.2.4), its card, and the clock whose end breaks it, if one."""

    code: str
    name: str
    kind: str
    clock: str = ""
    level: Level = Level.YELLOW


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("R01", N_("补正告知超期，依法视为受理"), N_("时限"), "C1", Level.RED),
        Rule("R02", N_("第二次告知新增了要求"), N_("过程"), "", Level.RED),
        Rule("R03", N_("超过法定期限"), N_("时限"), "C2", Level.RED),
        Rule("R04", N_("超过承诺期限"), N_("时限"), "C3"),
        Rule("R05", N_("环节超期"), N_("过程"), "C8"),
        Rule("R06", N_("特别程序超过告知的时间"), N_("时限"), "C9"),
        Rule("R07", N_("送达超期"), N_("时限"), "C4", Level.RED),
        Rule("R09", N_("倒签：纸质应急的收件补录过晚"), N_("过程")),
        Rule("R10", N_("即办件超过一个工作日未办结"), N_("时限")),
        Rule("R17", N_("投诉没有按期受理、答复或者回访"), N_("投诉")),
        Rule("P01", N_("承诺不实，另立一件依法撤销或者责令整改"), N_("过程"), "", Level.NOTICE),
        Rule("U01", N_("督办单逾期没有回复"), N_("督查督办")),
    )
}
URGED = "U"
"""The clock of an order that was not answered is this letter and the order's number."""
CLOCK_RULES = {rule.clock: rule.code for rule in RULES.values() if rule.clock}


def level_of(rule: str) -> Level:
    """Give the card that a rule gives; a rule of a newer version than this one is shown as a notice."""
    known = RULES.get(rule)
    return known.level if known is not None else Level.NOTICE
