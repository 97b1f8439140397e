"""The rules of supervision 监察 that this hall watches by itself (domain §6.2): names, kinds, bases."""

from dataclasses import dataclass

from appliance.errors import N_


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its number, what it says, its kind 监察类 (4.2.4), and the clock whose end breaks it, if one does."""

    code: str
    name: str
    kind: str
    clock: str = ""


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("R01", N_("补正告知超期，依法视为受理"), N_("时限"), "C1"),
        Rule("R02", N_("第二次告知新增了要求"), N_("过程")),
        Rule("R03", N_("超过法定期限"), N_("时限"), "C2"),
        Rule("R04", N_("超过承诺期限"), N_("时限"), "C3"),
        Rule("R05", N_("环节超期"), N_("过程"), "C8"),
        Rule("R06", N_("特别程序超过告知的时间"), N_("时限"), "C9"),
        Rule("R07", N_("送达超期"), N_("时限"), "C4"),
        Rule("R10", N_("即办件超过一个工作日未办结"), N_("时限")),
        Rule("P01", N_("承诺不实，另立一件依法撤销或者责令整改"), N_("过程")),
    )
}
CLOCK_RULES = {rule.clock: rule.code for rule in RULES.values() if rule.clock}
