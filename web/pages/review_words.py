"""What signers say and read: ready phrases, and the words in which a kind of item is decided.

A record filing 备案 is put on record or not; it is not permitted (domain §2.4).
"""

from dataclasses import dataclass

from appliance.domain.item_terms import HandlingType
from appliance.errors import N_

FIRST_AGREES = (N_("申请材料齐全，符合法定形式，拟同意。"), N_("经现场核查，符合法定条件，拟同意。"))
NEXT_AGREES = (N_("同意承办人意见。"), N_("经审查，符合法定条件和标准，同意。"))
DISAGREE_PHRASES = (N_("经审查，不符合法定条件，拟不同意。"), N_("事实尚未查清，不同意。"))
UP_AGREES = (
    N_("初审意见：材料齐全，符合法定形式，拟同意，报请审定。"),
    N_("初审意见：不符合规定的条件，拟不同意，报请审定。"),
)
RETURN_PHRASES = (N_("审查意见未写明依据，请补充。"), N_("材料与申请内容不一致，请核实。"))


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """How a kind of item is decided (message ids).

    Attributes:
        grant: the favourable decision.
        refuse: the unfavourable one.
        content: label of what is granted.
        content_hint: on which paper that goes.
        prefill: what is granted, with ``%(item)s``.
        reasons: label of why not.
        agrees: phrases for the favourable one.
        disagrees: phrases for the unfavourable one.
    """

    grant: str
    refuse: str
    content: str
    content_hint: str
    prefill: str
    reasons: str
    agrees: tuple[str, ...]
    disagrees: tuple[str, ...]


LICENSING = DecisionWords(
    grant=N_("准予"),
    refuse=N_("不予"),
    content=N_("准予的内容"),
    content_hint=N_("会写进准予决定书"),
    prefill=N_("准予%(item)s"),
    reasons=N_("不予许可的理由"),
    agrees=(N_("同意，准予许可。"), N_("经审查，符合法定条件和标准，准予许可。")),
    disagrees=(N_("经审查，不符合法定条件，不予许可。"),),
)
FILING = DecisionWords(
    grant=N_("备案"),
    refuse=N_("不予备案"),
    content=N_("备案的内容"),
    content_hint=N_("记入备案簿；申请人拿到备案回执，不另发决定书"),
    prefill=N_("%(item)s"),
    reasons=N_("不予备案的理由"),
    agrees=(N_("材料齐全，内容完整，予以备案。"),),
    disagrees=(N_("不属于备案的范围，不予备案。"),),
)


def words_of(handling: str) -> DecisionWords:
    """Give the words for a kind of case 办件类型."""
    return FILING if handling == HandlingType.RECORD else LICENSING
