"""In which states a hall can be at the city, whose turn it is in each, and what to do: one table for all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appliance.errors import N_


class HallState(StrEnum):
    """States of a hall, worst first: the order of the members is the order of the board."""

    FORKED = "forked"
    COMPROMISED = "compromised"
    CITY_FORKED = "city_forked"
    STOPPED = "stopped"
    REFUSED = "refused"
    LEASE_OVER = "lease_over"
    NEVER = "never"
    FLAGGED = "flagged"
    HANDOVER_LATE = "handover_late"
    SILENT = "silent"
    SILENCE_KNOWN = "silence_known"
    UNCHECKED = "unchecked"
    BEHIND = "behind"
    EQUAL = "equal"


class Turn(StrEnum):
    """Whose turn it is."""

    OFFICERS = "officers"
    OPERATOR = "operator"
    HALL = "hall"
    NOBODY = "nobody"


TURN_NAMES: Final[dict[Turn, str]] = {
    Turn.OFFICERS: N_("两名审批员"),
    Turn.OPERATOR: N_("市级值守"),
    Turn.HALL: N_("大厅"),
    Turn.NOBODY: N_("不用人"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a state means for people.

    Attributes:
        name: message id of the state.
        turn: who has to act; NOBODY when it passes by itself.
        step: message id of what to do next; empty when nothing is.
    """

    name: str
    turn: Turn
    step: str


RULES: Final[dict[HallState, Rule]] = {
    HallState.FORKED: Rule(N_("日志分叉"), Turn.OFFICERS, N_("两个日志头已保全：联系大厅停用，按手册开启新纪元")),
    HallState.COMPROMISED: Rule(
        N_("签名密钥失密"), Turn.OFFICERS, N_("失密后签的记录已隔离：按手册停用旧密钥，用新密钥开启新纪元")
    ),
    HallState.CITY_FORKED: Rule(
        N_("市级下发日志分叉"), Turn.OFFICERS, N_("市级对这个厅签过两份不同的下发记录：大厅照常办理，按手册开启新纪元")
    ),
    HallState.STOPPED: Rule(
        N_("大厅已停止写入"), Turn.HALL, N_("大厅数据被回退或分叉：联系大厅按手册恢复，恢复前只能查看")
    ),
    HallState.REFUSED: Rule(N_("上报未通过核对"), Turn.OPERATOR, N_("查看被拒的日志头，联系大厅核对数据")),
    HallState.LEASE_OVER: Rule(N_("租约已过期"), Turn.OPERATOR, N_("联系大厅恢复链路，或用 U 盘带回续租")),
    HallState.NEVER: Rule(N_("等待首次联系"), Turn.HALL, N_("确认大厅已装入入网凭证并能连到市级")),
    HallState.FLAGGED: Rule(N_("有记录待人处理"), Turn.OPERATOR, N_("打开待修列表逐条处理")),
    HallState.HANDOVER_LATE: Rule(
        N_("移交超时未签收"), Turn.HALL, N_("催接收的大厅签收；断网的，用 U 盘把数据带到并带回")
    ),
    HallState.SILENT: Rule(N_("失去联系"), Turn.OPERATOR, N_("打电话确认大厅供电和链路；租约内业务不受影响")),
    HallState.SILENCE_KNOWN: Rule(N_("失联已知悉"), Turn.NOBODY, N_("原因和到期时间已登记；到期还没有联系会再次告警")),
    HallState.UNCHECKED: Rule(
        N_("恢复后等大厅核对"), Turn.NOBODY, N_("市级从备份恢复过：等这个厅联系一次，下发日志核对后自动放开")
    ),
    HallState.BEHIND: Rule(N_("正在追赶"), Turn.NOBODY, N_("暂不用处理")),
    HallState.EQUAL: Rule(N_("一致"), Turn.NOBODY, ""),
}

# What a refused or kept head says of its hall (`sync.hub.evidence`); heads of a closed epoch say nothing of today.
STATE_OF_EVIDENCE: Final[dict[str, HallState]] = {
    "fork": HallState.FORKED,
    "compromise": HallState.COMPROMISED,
    "city_fork": HallState.CITY_FORKED,
    "root": HallState.REFUSED,
    "proof": HallState.REFUSED,
    "private": HallState.REFUSED,
    "closed": HallState.REFUSED,
}

SILENT_STATES: Final = frozenset({HallState.SILENT, HallState.SILENCE_KNOWN})
