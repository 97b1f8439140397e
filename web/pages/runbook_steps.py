"""Steps that several entries of the runbook share."""

from typing import Final

import msgspec

from appliance.errors import N_


class Step(msgspec.Struct, frozen=True):
    """One step: what to do (message id), and the command for it as it is typed; empty where there is none.

    Attributes:
        text: message id.
        command: a command line; words in capitals are to be filled in.
    """

    text: str
    command: str = ""


CALL: Final = Step(N_("打电话给大厅值班长，先问窗口是否还能收件、机器上显示什么"))
KEEP: Final = Step(N_("不要删除、不要恢复备份、不要重装：现在的数据就是证据"))
EQUAL: Final = Step(N_("看到「一致」才算完成：两边的条数和根都相同"), "hall sync status")
SYNC_ONCE: Final = Step(N_("让大厅同步一次，看它报告什么"), "hall sync once")
STICK_OUT: Final = Step(N_("链路一时修不好：大厅把市级没有的记录写到 U 盘"), "hall bundle export FILE")
STICK_IN: Final = Step(N_("市级装入 U 盘，再写出回件带回大厅，租约也在回件里"), "city bundle import FILE")
STICK_BACK: Final = Step(N_("写出给这个大厅的回件"), "city bundle export --hall HALL FILE")
NEW_KEYS: Final = Step(N_("大厅在新机器上生成下一纪元的密钥和申请"), "hall enrol request --epoch N --send")
APPROVE: Final = Step(
    N_("两名审批员当面或电话核对指纹，各用自己的密钥批准"), "city enrol approve REQUEST --officer-key FILE"
)
RECOVER: Final = Step(
    N_("大厅用新凭证恢复：旧纪元的尾部先补报，再开新纪元"), "hall recover --from-city URL --ticket FILE --root VKEY"
)
VERIFY: Final = Step(N_("在大厅核对签名日志，记下结论"), "hall log verify")
JOURNAL: Final = Step(N_("在大厅核对日志副本"), "hall journal verify")
BALANCE: Final = Step(N_("核对守恒：已签发 = 已接收 + 待人处理 + 在途"), "city conservation")
SALVAGE: Final = (
    Step(N_("在那台机器上把日志收不下的记录写成文件，带到市级"), "hall salvage export FILE"),
    Step(N_("两名审批员各用自己的密钥签打捞令"), "city salvage sign FILE --reason REASON --officer-key KEY"),
    Step(N_("收进隔离区：不进日志、不进台账，供人查看"), "city salvage take FILE"),
)
OPEN_CONFLICT: Final = Step(N_("打开冲突清单里的这一项，看双方的签名记录"), "city conflicts")
ASK_BOTH: Final = Step(N_("向有关大厅核实事实，需要时请他们看原件"))
CHOOSE: Final = Step(N_("由责任人依法选择一项并写明理由，签名后两边自动一致"))
UPGRADE: Final = Step(N_("市级升级到认识这种记录的版本，登记簿会由日志自动重建"))
NOTHING: Final = Step(N_("不用做什么；超过一小时没有变少，再按「失去联系」办"))
