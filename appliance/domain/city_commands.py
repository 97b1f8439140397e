"""Commands from the city 市平台请求: kinds, how long an answer may take, who answers, lawful grounds of refusal."""

from dataclasses import dataclass
from enum import StrEnum

from appliance.domain.actor import Role
from appliance.errors import N_


class Kind(StrEnum):
    """What the city may ask of a hall (protocol §5, case ownership)."""

    WITHDRAW = "withdraw"
    SUPPLEMENT = "supplement"
    APPLY = "apply"
    REVOKE = "revoke"
    SUPERVISE = "supervise"
    WITHDRAW_ITEM = "withdraw_item"
    DISABLE_STAFF = "disable_staff"


class Standing(StrEnum):
    """Whether it was answered, and how."""

    OPEN = "open"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"


STANDING_NAMES: dict[Standing, str] = {
    Standing.OPEN: N_("等答复"),
    Standing.CARRIED_OUT: N_("已照办"),
    Standing.REFUSED: N_("不予办理"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind: its name, the working days for its answer, who answers, and the grounds on which it may be refused."""

    name: str
    days: int
    roles: frozenset[Role]
    grounds: dict[str, str]


_WINDOW = frozenset({Role.WINDOW_CLERK})
_HEADS = frozenset({Role.REVIEWER, Role.DEPT_HEAD})

RULES: dict[Kind, Rule] = {
    Kind.WITHDRAW: Rule(
        N_("网上撤回申请"),
        1,
        _WINDOW,
        {
            "decided": N_("行政许可决定已经作出，不能再撤回"),
            "not_entitled": N_("提出撤回的人不是申请人，也没有撤回的委托"),
        },
    ),
    Kind.SUPPLEMENT: Rule(
        N_("网上补交材料"),
        1,
        _WINDOW,
        {
            "not_asked": N_("这件没有要求补正，或者补正已经完成"),
            "unreadable": N_("提交的文件无法阅读或者不是所要求的材料"),
        },
    ),
    Kind.APPLY: Rule(
        N_("网上申请"),
        1,
        _WINDOW,
        {
            "not_ours": N_("不属于本厅受理范围，已告知向有权机关申请（许可法第三十二条第一款第二项）"),
            "not_required": N_("依法不需要取得行政许可（许可法第三十二条第一款第一项）"),
            "taken_already": N_("同一申请已经收件"),
        },
    ),
    Kind.REVOKE: Rule(
        N_("证照吊销、撤销通知"),
        3,
        _HEADS,
        {"not_ours": N_("该证照不是本厅颁发的"), "replaced": N_("该证照已被新证取代")},
    ),
    Kind.SUPERVISE: Rule(
        N_("市级督办"),
        2,
        _HEADS | {Role.CASE_HANDLER},
        {"over": N_("这件已经办结"), "not_ours": N_("这件不由本厅办理")},
    ),
    Kind.WITHDRAW_ITEM: Rule(
        N_("事项版本停用通知"), 1, frozenset({Role.HALL_MANAGER}), {"not_offered": N_("本厅不办理该事项")}
    ),
    Kind.DISABLE_STAFF: Rule(
        N_("人员停用通知"), 1, frozenset({Role.HALL_MANAGER}), {"not_here": N_("该人员不在本厅工作")}
    ),
}
ANSWERERS = frozenset(role for rule in RULES.values() for role in rule.roles)
ABOUT_A_CASE = frozenset({Kind.WITHDRAW, Kind.SUPPLEMENT, Kind.SUPERVISE})
"""Kinds whose subject is a case: the department of the case answers."""


def rule_of(kind: str) -> Rule | None:
    """Give the rule of a kind, or None for a kind of a newer version than this one."""
    return RULES[Kind(kind)] if kind in set(Kind) else None
