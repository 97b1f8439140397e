"""Unified social credit codes (统一社会信用代码, GB 32100-2015).

The package stdnum demands digits in the first eight places and so refuses codes of 农业, 军队 and 其他 registers
(N…, A…, Y…); here all places take the whole alphabet (domain §3.2).
"""

import re
from collections.abc import Mapping
from operator import mul
from types import MappingProxyType

import msgspec

from appliance.domain.identifiers import areas
from appliance.domain.identifiers.notice import Notice, half_width
from appliance.errors import N_, Invalid

LABEL = N_("统一社会信用代码")
SUBJECT = "uscc"
LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FORM = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
BODY_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LOOKALIKES: Mapping[str, str] = MappingProxyType({"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"})
REGISTERS: Mapping[str, str] = MappingProxyType(
    {
        "1": N_("机构编制"),
        "2": N_("外交"),
        "3": N_("司法行政"),
        "4": N_("文化"),
        "5": N_("民政"),
        "6": N_("旅游"),
        "7": N_("宗教"),
        "8": N_("工会"),
        "9": N_("市场监管"),
        "A": N_("军队"),
        "N": N_("农业"),
        "Y": N_("其他"),
    }
)
CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "11": N_("机关"),
        "12": N_("事业单位"),
        "13": N_("编办直接管理的群众团体"),
        "51": N_("社会团体"),
        "52": N_("民办非企业单位"),
        "53": N_("基金会"),
        "91": N_("企业"),
        "92": N_("个体工商户"),
        "93": N_("农民专业合作社"),
    }
)


class Uscc(msgspec.Struct, frozen=True):
    """A checked code and its parts; `warnings` for what is doubtful but accepted.

    `register` and `category` are message ids (登记管理部门, 机构类别), empty when the tables do not name them.
    """

    value: str
    register: str
    category: str
    area: str
    body: str
    warnings: tuple[Notice, ...]


def check_character(body: str) -> str:
    """Compute the 18th character from the first 17 (GB 32100-2015)."""
    total = sum(map(mul, map(ALPHABET.index, body), WEIGHTS))
    return ALPHABET[(31 - total % 31) % 31]


def body_check_character(body: str) -> str:
    """Compute the last character of the organisation body code from its first eight (GB 11714)."""
    total = sum(map(mul, map(BODY_ALPHABET.index, body), BODY_WEIGHTS))
    return "0123456789X0"[11 - total % 11]


def check(text: str) -> Uscc:
    """Check a code as typed or read from a licence; lower case becomes upper case.

    Raises:
        Invalid: ``full_width``, ``uscc_length``, ``uscc_character`` (with what was probably meant) or ``uscc_check``.
    """
    value = half_width(text, subject=SUBJECT, label=LABEL).upper()
    for position, character in enumerate("" if FORM.fullmatch(value) else value[:LENGTH], start=1):
        if character not in ALPHABET:
            meant = LOOKALIKES.get(character, "")
            message = (
                N_("统一社会信用代码第%(position)s位不能是“%(given)s”（代码不用 I、O、S、V、Z），可能是“%(meant)s”")
                if meant
                else N_("统一社会信用代码第%(position)s位应为数字或大写字母，填的是“%(given)s”")
            )
            params = {"position": position, "given": character, "meant": meant}
            raise Invalid(message, code="uscc_character", subject=SUBJECT, params=params)
    if len(value) != LENGTH:
        raise Invalid(
            N_("统一社会信用代码应为18位，填了%(length)s位"),
            code="uscc_length",
            subject=SUBJECT,
            params={"length": len(value)},
        )
    expected = check_character(value[:17])
    if value[17] != expected:
        raise Invalid(
            N_("统一社会信用代码第18位校验不符：填的是“%(given)s”，按前17位计算应为“%(expected)s”"),
            code="uscc_check",
            subject=SUBJECT,
            next_step=N_("请对照证照逐位核对"),
            params={"given": value[17], "expected": expected},
        )
    return Uscc(
        value=value,
        register=REGISTERS.get(value[0], ""),
        category=CATEGORIES.get(value[:2], ""),
        area=value[2:8],
        body=value[8:17],
        warnings=tuple(_warnings(value)),
    )


def _warnings(value: str) -> list[Notice]:
    found = []
    if value[0] not in REGISTERS:
        found.append(Notice("uscc_register", N_("第1位“%(given)s”不是已知的登记管理部门代码"), {"given": value[0]}))
    area = value[2:8]
    if not area.isdigit() or (areas.is_doubtful(area) and area[:2] != "10"):
        found.append(Notice("uscc_area", N_("登记机关区划码 %(area)s 不在本机区划表中"), {"area": area}))
    expected = body_check_character(value[8:16])
    if value[16] != expected:
        params = {"given": value[16], "expected": expected}
        found.append(
            Notice("uscc_body_check", N_("第17位主体标识码校验不符：填的是“%(given)s”，应为“%(expected)s”"), params)
        )
    return found
