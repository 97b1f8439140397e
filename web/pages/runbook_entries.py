"""The runbook 处置手册: what each red cell means, whose turn it is, and what to do step by step.

The name of an entry is that of what it explains: `of_state`, `of_gate`, `of_evidence`, `of_flag` give it. A test holds
the entries against the closed lists of all of these and the commands against the programs.
"""

from typing import Final

import msgspec

from appliance.domain import conflicts
from appliance.domain.conflicts import Kind
from appliance.domain.gate import GATE_NAMES, GateState
from appliance.errors import N_
from sync.hub.hall_states import RULES, STATE_OF_EVIDENCE, HallState, Turn
from web.pages import runbook_steps as steps
from web.pages.runbook_steps import Step

OLD_BOX: Final = Step(N_("关掉旧机器并封存，不要清空：里面可能有还没上报的记录，要打捞"))
OFFICER_STEPS: Final = (steps.NEW_KEYS, steps.APPROVE, steps.RECOVER, steps.EQUAL)


class Entry(msgspec.Struct, frozen=True):
    """One thing that can be red.

    Attributes:
        title: message id.
        turn: who has to act.
        means: message id of what it means, for somebody who sees it for the first time.
        kept: message id of what is not lost meanwhile.
        steps: what to do, in order.
    """

    title: str
    turn: Turn
    means: str
    kept: str
    steps: tuple[Step, ...]


LAWFUL: Final = N_("已办的件和已发的证照都有效，记录都在，没有丢失")
GOES_ON: Final = N_("大厅照常收件、审批、发证，记录都存在大厅，恢复联系后自动补报")
STOPS: Final = N_("大厅只能查看，不能写入；已经上报的记录都在市级")

_STATES: Final[dict[HallState, tuple[str, str, tuple[Step, ...]]]] = {
    HallState.FORKED: (
        N_("同一个厅的密钥签过两份不同的历史：多半是机器被复制过，或者恢复了旧备份后又继续办件"),
        N_("两个日志头都已原样保全；没有冲突的记录照常有效，分叉的部分可以打捞"),
        (steps.CALL, steps.KEEP, steps.VERIFY, *steps.SALVAGE, *OFFICER_STEPS),
    ),
    HallState.COMPROMISED: (
        N_("两名审批员已宣布这个厅的签名密钥失密，之后用它签的记录不能相信，已经隔离保全"),
        N_("失密以前市级已确认的记录照旧有效；隔离的记录一条不删，等人核对"),
        (steps.CALL, steps.KEEP, steps.BALANCE, *OFFICER_STEPS),
    ),
    HallState.CITY_FORKED: (
        N_("大厅手里有市级签过、而市级自己没有的另一份下发记录：市级恢复过旧备份，或者有两个市级在运行"),
        GOES_ON,
        (
            Step(N_("确认只有一个市级主程序在运行，市级数据只有一份")),
            steps.KEEP, steps.BALANCE, *OFFICER_STEPS,
        ),
    ),
    HallState.STOPPED: (
        N_("大厅自己发现数据比日志副本或市级的旧，或者日志分叉，已经停止写入"),
        STOPS,
        (steps.CALL, steps.KEEP, steps.JOURNAL, steps.VERIFY, *OFFICER_STEPS),
    ),
    HallState.REFUSED: (
        N_("大厅送来的一批记录和它自己的签名对不上，市级没有收，签名的日志头已保全"),
        N_("以前收下的记录不受影响；大厅照常办件，这一批还在大厅"),
        (steps.CALL, steps.VERIFY, steps.SYNC_ONCE, Step(N_("核对仍不通过：停用这台机器，按「大厅已停止写入」恢复")),
            Step(
                N_("查明是磁盘或传输损坏、已经修好的：两名审批员各自签结案令，再写明结案"),
                "city evidence sign HALL NUMBER --order FILE --officer-key KEY",
            ),
        ),
    ),
    HallState.LEASE_OVER: (
        N_("大厅太久没有联系市级，要市级授权的事情（发证照、用市级号段、盖章）已经停下"),
        N_("收件、补正、撤回、叫号照常；记录都存在大厅"),
        (steps.CALL, steps.SYNC_ONCE, steps.STICK_OUT, steps.STICK_IN, steps.STICK_BACK, steps.EQUAL),
    ),
    HallState.NEVER: (
        N_("已经批准入网，但这个厅一次也没有联系过市级"),
        N_("还没有办过件，没有东西会丢"),
        (
            Step(N_("大厅装入凭证，核对根密钥指纹"), "hall enrol install --root VKEY"),
            Step(N_("大厅检查设置里的市级地址"), "hall config check"),
            steps.SYNC_ONCE,
        ),
    ),
    HallState.FLAGGED: (
        N_("收下的记录里有市级登记不进去或者互相不一致的，等人看"),
        LAWFUL,
        (steps.OPEN_CONFLICT, steps.ASK_BOTH, steps.CHOOSE, steps.BALANCE),
    ),
    HallState.HANDOVER_LATE: (
        N_("有件从一个大厅移交到另一个大厅，两个工作日过去了还没有人签收：对方断网、没有看到，或者纸质材料没有送到"),
        N_("这件只有一个大厅能办理，记录和扫描件都在市级；各时限自原收件之日照常计算"),
        (
            Step(N_("在移交在途里看是哪一件、在哪两个大厅之间")),
            steps.CALL,
            Step(N_("已经到对方系统的：请对方在“移交大厅”里清点签收")),
            Step(N_("对方断网的：给它导出数据包，装入后再签收"), "city bundle export FILE --hall H"),
            steps.STICK_BACK,
        ),
    ),
    HallState.SILENT: (
        N_("超过规定时间没有收到这个厅的任何消息：停电、断网、机器关机或者程序停了"),
        GOES_ON,
        (
            steps.CALL,
            Step(N_("在失联告警里登记查到的原因和什么时候再提醒")),
            Step(N_("机器开着：看同步程序在不在运行、报什么错"), "hall sync status"),
            steps.STICK_OUT, steps.STICK_IN, steps.STICK_BACK,
        ),
    ),
    HallState.SILENCE_KNOWN: (
        N_("这个厅失联，值守人员已经查明原因；到登记的时间还没有联系，会再次告警"),
        GOES_ON,
        (Step(N_("看登记的原因和时间；情况变了就改登记")), steps.STICK_OUT, steps.STICK_IN, steps.STICK_BACK),
    ),
    HallState.UNCHECKED: (
        N_("市级从备份恢复过：市级给这个厅签过的记录可能缺一段，等它送回来之前不再往里写"),
        GOES_ON,
        (
            Step(N_("等这个厅联系一次，自动核对、自动放开")),
            Step(N_("长期联系不上：由两名审批员开启新纪元")),
            steps.BALANCE,
        ),
    ),
    HallState.BEHIND: (
        N_("大厅和市级正在交换记录，还没有追平"),
        GOES_ON,
        (steps.NOTHING, steps.EQUAL),
    ),
    HallState.EQUAL: (
        N_("两边的条数和根都相同，没有要处理的"),
        LAWFUL,
        (steps.BALANCE,),
    ),
}  # fmt: skip

_GATES: Final[dict[GateState, tuple[Turn, str, tuple[Step, ...]]]] = {
    GateState.SEALED: (Turn.HALL, N_("大厅还没有装入入网凭证，不能办件"), (steps.APPROVE, steps.EQUAL)),
    GateState.OPEN: (Turn.NOBODY, N_("大厅一切正常，所有业务都能办"), (steps.EQUAL,)),
    GateState.STALE: (
        Turn.OPERATOR,
        N_("租约已过，或者收到了这个版本不认识的重要记录：收件照常，要市级授权的决定、发证和盖章停下"),
        (steps.SYNC_ONCE, steps.STICK_OUT, steps.STICK_IN, steps.STICK_BACK),
    ),
    GateState.SUSPECT: (
        Turn.HALL,
        N_("大厅的时钟、日志副本或者自检对不上：收件照常，记录标为时间存疑"),
        (Step(N_("大厅两个人当面核对日期和时间，在机器上各自确认")), steps.JOURNAL, steps.SYNC_ONCE),
    ),
    GateState.ROLLED_BACK: (
        Turn.HALL,
        N_("大厅的数据比日志副本或市级的旧：有人恢复过旧备份，或者硬盘出了错"),
        (steps.KEEP, steps.JOURNAL, steps.VERIFY, *OFFICER_STEPS),
    ),
    GateState.FENCED: (
        Turn.OFFICERS,
        N_("大厅的两份签名历史互相矛盾，已经隔离，不能再写"),
        (steps.KEEP, steps.VERIFY, *OFFICER_STEPS),
    ),
}

_EVIDENCE: Final[dict[str, tuple[str, str]]] = {
    "root": (N_("记录算出的根与签名的根不同"), N_("送来的记录不是大厅签名时的那些：内存或硬盘出错，或者有人改过")),
    "proof": (N_("一致性证明不成立"), N_("新的日志头不是从市级已有的那一份接着长出来的")),
    "private": (N_("保密部分与摘要不符"), N_("记录里的个人信息和签名的摘要对不上，或者没有一起送来")),
    "closed": (N_("纪元关闭后仍在上报"), N_("旧机器还开着，还在用旧密钥上报：这些记录要打捞，不能直接收")),
    "fork": (N_("同一长度有两个不同的签名日志头"), N_("同一个厅签过两份历史，两份都已保全")),
    "city_fork": (N_("大厅存有市级签过的另一份下发日志"), N_("市级签过两份下发记录，大厅送回来的那一份已保全")),
    "compromise": (N_("密钥失密后送来的日志头"), N_("密钥已宣布失密，之后的签名不能相信，已按命令隔离")),
}
_CONFLICTS: Final[dict[Kind, str]] = {
    Kind.TAKEN_TWICE: N_("断网期间同一个人在两个厅交了同一件申请，两份收件都是合法的事实"),
    Kind.LICENCE_REVOKED: N_("市级已经吊销的证照，大厅断网时还不知道，收件时认了它"),
    Kind.VERSION_WITHDRAWN: N_("市级停用了这个版本的事项，大厅断网时还按它收件"),
    Kind.LATE_WITHDRAWAL: N_("申请人在网上撤回的时候，大厅已经作出决定"),
    Kind.STAFF_DISABLED: N_("市级停用了这名人员，大厅断网时他还在办件"),
    Kind.MATERIAL_DIFFERS: N_("网上交的文件和窗口登记的不是同一份"),
    Kind.NUMBER_TAKEN: N_("两本签名日志里有同一个编号，多半发生在机器被复制或恢复之后"),
    Kind.CASE_UNKNOWN: N_("有这件的后续记录，却没有它的收件记录：前面的还没到，或者编号写错了"),
    Kind.UNKNOWN_TYPE: N_("大厅的版本比市级新，市级原样存下，还不能登记"),
    Kind.UNREADABLE: N_("签名是对的，内容却读不出来：大厅的程序有错"),
    Kind.NOT_PROJECTED: N_("内容能读，登记簿却没能记下：和已有的事实矛盾，或者程序有错"),
}
_UNREAD: Final = frozenset({Kind.UNKNOWN_TYPE, Kind.UNREADABLE, Kind.NOT_PROJECTED})
LEASE_SOON: Final = "lease-soon"
HEAD_PROBLEM: Final = "head-problem"


def of_state(state: HallState) -> str:
    """Name the entry of a state of a hall."""
    return f"state-{state.value}".replace("_", "-")


def of_gate(state: GateState) -> str:
    """Name the entry of what a hall says of itself."""
    return f"gate-{state.value.lower()}".replace("_", "-")


def of_evidence(kind: str) -> str:
    """Name the entry of a kind of refused head."""
    return f"evidence-{kind}".replace("_", "-")


def of_flag(kind: str) -> str:
    """Name the entry of a flag or conflict; the same thing before and after it became a person's item."""
    return f"conflict-{kind}".replace("_", "-")


def _entries() -> dict[str, Entry]:
    found = {of_state(state): Entry(RULES[state].name, RULES[state].turn, *_STATES[state]) for state in HallState}
    found |= {
        of_gate(state): Entry(GATE_NAMES[state], turn, means, _kept(state), todo)
        for state, (turn, means, todo) in _GATES.items()
    }
    for kind, (title, means) in _EVIDENCE.items():
        state = STATE_OF_EVIDENCE[kind]
        _, kept, todo = _STATES[state]
        todo = (steps.CALL, OLD_BOX, *steps.SALVAGE) if kind == "closed" else todo
        found[of_evidence(kind)] = Entry(title, RULES[state].turn, means, kept, todo)
    for conflict, means in _CONFLICTS.items():
        rule = conflicts.RULES[conflict]
        more = (steps.UPGRADE,) if conflict in _UNREAD else ()
        turn = Turn.HALL if rule.roles else Turn.OPERATOR
        todo = (steps.OPEN_CONFLICT, steps.ASK_BOTH, *more, steps.CHOOSE)
        found[of_flag(conflict.value)] = Entry(rule.name, turn, means, LAWFUL, todo)
    found[LEASE_SOON] = Entry(
        N_("租约快到期"),
        Turn.OPERATOR,
        N_("这个厅的租约不到七天：到期后发证、用市级号段和盖章会停下"),
        GOES_ON,
        (steps.CALL, steps.SYNC_ONCE, steps.STICK_OUT, steps.STICK_IN, steps.STICK_BACK),
    )
    found[HEAD_PROBLEM] = Entry(
        N_("已存日志没有通过核对"),
        Turn.OPERATOR,
        N_("市级存着的记录算出的根和大厅签过的不同：市级的硬盘或者数据出了错"),
        N_("大厅那一份是完整的，可以重新送来"),
        (steps.KEEP, steps.BALANCE, Step(N_("停下市级主程序，从备份恢复，再登记恢复"), "city restored"), steps.EQUAL),
    )
    return found


def _kept(state: GateState) -> str:
    return STOPS if state in {GateState.ROLLED_BACK, GateState.FENCED, GateState.SEALED} else GOES_ON


ENTRIES: Final[dict[str, Entry]] = _entries()
