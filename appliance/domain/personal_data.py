"""What the law lets become of personal data in a matter 办件: erased, restricted, lifted, or the request refused.

个人信息保护法 art.47: erased when the purpose is reached, the term is over, consent is withdrawn or the handling was
unlawful; where a law fixes a term of keeping that is not over, everything but keeping and securing ends. What was
accepted or answered in writing is a record with a term (档案法实施条例 art.20, 24; domain §7.6) of its item's class.
"""

from datetime import date
from typing import Final

import msgspec

from appliance.domain.states import State
from appliance.errors import N_, Message

ERASE, RESTRICT, LIFT, REFUSE = "erase", "restrict", "lift", "refuse"
OUTCOMES: Final[dict[str, str]] = {
    ERASE: N_("删除"),
    RESTRICT: N_("限制处理"),
    LIFT: N_("解除限制"),
    REFUSE: N_("不予支持"),
}
RIGHTS: Final[dict[str, str]] = {
    ERASE: N_("删除（第四十七条）"),
    RESTRICT: N_("限制处理（第四十四条）"),
}
GROUNDS: Final[dict[str, dict[str, str]]] = {
    ERASE: {
        "purpose": N_("处理目的已实现、无法实现或者不再必要（第四十七条第一项）"),
        "term": N_("保存期限已届满（第四十七条第二项）"),
        "consent": N_("个人撤回同意（第四十七条第三项）"),
        "unlawful": N_("违反法律、行政法规或者违反约定处理（第四十七条第四项）"),
        "other": N_("法律、行政法规规定的其他情形（第四十七条第五项）"),
    },
    RESTRICT: {
        "objection": N_("个人要求限制或者拒绝处理（第四十四条）"),
        "disputed": N_("个人认为信息不准确，核实期间（第四十六条）"),
    },
}
CHANNELS: Final[dict[str, str]] = {
    "window": N_("窗口当面"),
    "letter": N_("来信"),
    "online": N_("网上"),
}
YEARS: Final[dict[str, int]] = {"10_years": 10, "30_years": 30}
PERMANENT: Final = "permanent"
# Told in writing with reasons, under a seal (许可法 art.32, 38): a record even where nothing was accepted.
_IN_WRITING: Final = frozenset({State.NOT_ACCEPTED, State.NOT_REQUIRED})


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A matter as it stands now.

    Attributes:
        no: 收件编号 of the case, or of the joint whole with all its members.
        title: what it is about.
        ended: the day it ended (ISO date), empty while it runs.
        record: it was accepted, or answered in writing, and is a record with a term.
        retention: class of the item, the longest where several are concerned.
        licence: number of a licence of it that is in force; empty when there is none.
        standing: ``erased`` or ``restricted`` when that was done already.
    """

    no: str
    title: str
    ended: str
    record: bool
    retention: str
    licence: str = ""
    standing: str = ""


class Assessment(msgspec.Struct, frozen=True):
    """What may become of a matter, the fitting outcome first, and why."""

    outcomes: tuple[str, ...]
    reason: Message

    @property
    def fitting(self) -> str:
        """What the law says for a request to erase."""
        return self.outcomes[0]


def is_record(state: State, acceptance_no: str) -> bool:
    """Tell whether a case left a record that has to be kept: it was accepted, or answered in writing."""
    return bool(acceptance_no) or state in _IN_WRITING


def kept_until(ended: str, retention: str) -> date | None:
    """Give the last day of keeping: so many whole years after the year in which it ended; None for ever."""
    years = YEARS.get(retention)
    return date(int(ended[:4]) + years, 12, 31) if years is not None else None


def assess(matter: Matter, today: date) -> Assessment:
    """Say what may become of a matter today.

    Args:
        matter: as it stands.
        today: the present day.
    """
    if matter.standing == "erased":
        return Assessment((REFUSE,), Message(N_("个人信息此前已经删除")))
    lifting = (LIFT,) if matter.standing == "restricted" else ()
    if not matter.ended:
        reason = Message(N_("还在办理：履行法定职责所必需（第十三条第三项），办结或撤回后再提"))
        return Assessment((*lifting, REFUSE), reason)
    if matter.licence:
        reason = Message(N_("证照 %(number)s 仍然有效，处理目的尚未实现"), number=matter.licence)
        return Assessment((*lifting, REFUSE), reason)
    if not matter.record:
        reason = Message(N_("没有受理，也没有书面决定，不属于归档范围，可以删除"))
        return Assessment((ERASE, *(lifting or (RESTRICT,)), REFUSE), reason)
    until = kept_until(matter.ended, matter.retention)
    if until is None:
        reason = Message(N_("办件档案永久保管，不能删除；除存储和安全保护外停止处理（第四十七条第二款）"))
    elif until >= today:
        words = N_("办件档案保管到 %(until)s，期满前不能删除；除存储和安全保护外停止处理（第四十七条第二款）")
        reason = Message(words, until=until.isoformat())
    else:
        reason = Message(N_("档案保管期限 %(until)s 已满，经两人鉴定可以删除"), until=until.isoformat())
        return Assessment((ERASE, *(lifting or (RESTRICT,)), REFUSE), reason)
    return Assessment((*(lifting or (RESTRICT,)), REFUSE), reason)
