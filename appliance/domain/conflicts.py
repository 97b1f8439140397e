"""Conflicts between signed facts: each kind's owner, deadline and lawful choices, and the rules that find them.

Pure. A conflict is never merged silently and a signed fact never refused: a person chooses, and signs the choice
(domain §7.7). Whether one side knew of the other's fact is exact: an entry's ``seen`` says how much of the other log
had been applied when it was written (protocol §2).
"""

from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.actor import Role
from appliance.domain.states import DECIDED_OR_LATER, State
from appliance.errors import N_


class Kind(StrEnum):
    """What disagrees."""

    TAKEN_TWICE = "taken_twice"
    LICENCE_REVOKED = "licence_revoked"
    VERSION_WITHDRAWN = "version_withdrawn"
    LATE_WITHDRAWAL = "late_withdrawal"
    STAFF_DISABLED = "staff_disabled"
    MATERIAL_DIFFERS = "material_differs"
    NUMBER_TAKEN = "number_taken"
    CASE_UNKNOWN = "case_unknown"
    UNKNOWN_TYPE = "unknown_type"
    UNREADABLE = "unreadable"
    NOT_PROJECTED = "not_projected"


@dataclass(frozen=True, slots=True)
class Choice:
    """One lawful way out.

    Attributes:
        name: what a person reads.
        states: states in which the case must be for this to be true; empty when the case does not matter.
    """

    name: str
    states: frozenset[State] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind: its name, the working days for it, roles at the hall (none: the city's), and the lawful choices."""

    name: str
    days: int
    roles: frozenset[Role]
    choices: dict[str, Choice]


_HEADS = frozenset({Role.REVIEWER, Role.DEPT_HEAD})
CITY_ROLES = frozenset({Role.CITY_OPERATOR})
_REFUSED = frozenset({State.DECIDED_REFUSED, State.CLOSED})

RULES: dict[Kind, Rule] = {
    Kind.TAKEN_TWICE: Rule(
        N_("同一申请人的同一事项在两个大厅收件"),
        3,
        _HEADS | {Role.CASE_HANDLER},
        {
            "both_stand": Choice(N_("两件是不同的申请，都继续办理")),
            "withdrawn_here": Choice(N_("申请人选择在另一大厅办理，本件已由申请人撤回"), frozenset({State.WITHDRAWN})),
            "goes_on_here": Choice(N_("申请人选择在本厅办理，另一件由另一大厅登记撤回")),
        },
    ),
    Kind.LICENCE_REVOKED: Rule(
        N_("收件所依据的电子证照已被吊销、撤销或注销"),
        5,
        _HEADS,
        {
            "replaced": Choice(N_("申请人已提交其他有效材料，继续办理")),
            "refused": Choice(N_("不符合法定条件，已依法不予许可"), _REFUSED),
            "valid_then": Choice(N_("证照在作出决定之日有效，决定不受影响"), DECIDED_OR_LATER),
            "revoke": Choice(N_("已依职权启动撤销程序（许可法第六十九条）"), DECIDED_OR_LATER),
        },
    ),
    Kind.VERSION_WITHDRAWN: Rule(
        N_("收件所依据的事项版本已停用"),
        5,
        _HEADS,
        {
            "pinned": Choice(N_("收件在先，按收件时的版本办理（许可法第八条）")),
            "renotified": Choice(N_("已按现行版本重新告知申请人")),
            "ended": Choice(
                N_("许可依法取消，已终止办理"), frozenset({State.TERMINATED, State.NOT_REQUIRED, State.WITHDRAWN})
            ),
        },
    ),
    Kind.LATE_WITHDRAWAL: Rule(
        N_("决定作出之后才收到撤回申请"),
        3,
        _HEADS | {Role.CASE_HANDLER},
        {
            "decision_stands": Choice(N_("决定在先，撤回不生效，已告知申请人"), DECIDED_OR_LATER),
            "cancelled": Choice(N_("申请人申请注销，已转办注销手续（许可法第七十条）"), DECIDED_OR_LATER),
        },
    ),
    Kind.STAFF_DISABLED: Rule(
        N_("人员在市级停用之后仍在本厅办理"),
        3,
        frozenset({Role.HALL_MANAGER, Role.SUPERVISOR}),
        {
            "ratified": Choice(N_("已逐件复核，所作行为有效，由本机关承担责任")),
            "redone": Choice(N_("已由其他人员重新办理")),
            "void": Choice(N_("超越职权，已启动撤销程序（许可法第六十九条）")),
        },
    ),
    Kind.MATERIAL_DIFFERS: Rule(
        N_("网上提交的文件与大厅登记的摘要不一致"),
        3,
        _HEADS | {Role.CASE_HANDLER},
        {
            "sent_counts": Choice(N_("以网上提交的文件为准，已补登记")),
            "hall_counts": Choice(N_("以窗口核验的原件为准，已注明差异")),
        },
    ),
    Kind.NUMBER_TAKEN: Rule(
        N_("编号重复"),
        3,
        frozenset(),
        {
            "distinguished": Choice(N_("两件都保留，按大厅和纪元区分，已通知大厅在文书上注明")),
            "entered_again": Choice(N_("后一件已由大厅另行编号")),
        },
    ),
    Kind.CASE_UNKNOWN: Rule(
        N_("有后续记录而没有收件记录"),
        3,
        frozenset(),
        {
            "first_came": Choice(N_("先前的记录已经到达")),
            "kept": Choice(N_("已向大厅核实，作为事实保留")),
        },
    ),
    Kind.UNKNOWN_TYPE: Rule(
        N_("本版本不认识的记录"),
        7,
        frozenset(),
        {"upgraded": Choice(N_("市级已升级并重放")), "kept": Choice(N_("已向大厅核实，作为事实保留"))},
    ),
    Kind.UNREADABLE: Rule(
        N_("无法读出的记录"),
        3,
        frozenset(),
        {"kept": Choice(N_("已向大厅核实，作为事实保留")), "upgraded": Choice(N_("市级已升级并重放"))},
    ),
    Kind.NOT_PROJECTED: Rule(
        N_("无法登记的记录"),
        3,
        frozenset(),
        {"kept": Choice(N_("已向大厅核实，作为事实保留")), "upgraded": Choice(N_("市级已升级并重放"))},
    ),
}
RESOLVERS = frozenset(role for rule in RULES.values() for role in rule.roles)
ABOUT_A_CASE = frozenset(RULES) - {Kind.STAFF_DISABLED, Kind.UNKNOWN_TYPE, Kind.UNREADABLE, Kind.NOT_PROJECTED}
"""Kinds whose subject is a case."""


def rule_of(kind: str) -> Rule | None:
    """Give the rule of a kind, or None for a kind of a newer version than this one."""
    return RULES[Kind(kind)] if kind in set(Kind) else None


# ---- the rules that find ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry as the rules look at it: where it stands, what of the other log was applied then, and when."""

    index: int
    seen: int
    at: str


def unaware(of_hall: Fact, of_city: Fact) -> bool:
    """Tell whether the hall wrote its entry without knowing the city's, which is index `of_city.index` of its log."""
    return of_hall.seen <= of_city.index


def relied_in_vain(of_hall: Fact, of_city: Fact) -> bool:
    """Tell whether the hall relied, after the city's word and without knowing it, on what that word ended.

    What was done before the city spoke was right when it was done: that is no conflict. Instants are compared as
    written: both sides write Asia/Shanghai with milliseconds.
    """
    return unaware(of_hall, of_city) and of_hall.at > of_city.at


def later_of(mine: str, theirs: str, *, my_hall: str, their_hall: str) -> str:
    """Give the hall whose receipt is the later one: it asks the applicant; at the same instant the larger code."""
    return max((mine, my_hall), (theirs, their_hall))[1]
