"""Codes of government-service items (政务服务事项编码, GB/T 39554.1-2020; structure domain §3.4).

12 characters 基本编码, 31 实施编码 and 33 业务办理项编码. None of them has a check digit of its own; the code of the
implementing body inside has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from appliance.domain.identifiers import uscc
from appliance.domain.identifiers.notice import half_width
from appliance.errors import N_, Invalid

CATALOG_CODE = re.compile(r"[0-9]{11}[0-9Y]")
CATALOG_LENGTH, TASK_LENGTH, HANDLE_LENGTH = 12, 31, 33
LEVELS: Mapping[str, str] = MappingProxyType(
    {"1": N_("国家级"), "2": N_("省级"), "3": N_("市级"), "4": N_("县级"), "5": N_("乡级"), "6": N_("村级")}
)
ITEM_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "01": N_("行政许可"),
        "02": N_("行政处罚"),
        "03": N_("行政强制"),
        "04": N_("行政征收"),
        "05": N_("行政给付"),
        "06": N_("行政检查"),
        "07": N_("行政确认"),
        "08": N_("行政奖励"),
        "09": N_("行政裁决"),
        "10": N_("其他行政权力"),
        "20": N_("公共服务"),
        "21": N_("公共服务"),
    }
)
APPLICANT_INITIATED = frozenset({"01", "05", "07", "08", "09", "10", "20", "21"})


@dataclass(frozen=True, slots=True)
class CatalogCode:
    """基本编码: area prefix (``00`` for items set nationally), item type, main item, sub-item (``000`` for none)."""

    value: str
    area_prefix: str
    item_type: str
    main_item: str
    sub_item: str


@dataclass(frozen=True, slots=True)
class TaskCode:
    """实施编码: implementing body, exercising level (行使层级), catalogue code; `handle` the two digits of a 办理项."""

    value: str
    authority: uscc.Uscc
    level: str
    catalog: CatalogCode
    handle: str = ""


def check_catalog_code(text: str) -> CatalogCode:
    """Check a 基本编码 of 12 characters.

    Raises:
        Invalid: ``catalog_code`` for another form, ``catalog_code_type`` for an unknown item type.
    """
    value = half_width(text, subject="catalog_code", label=N_("基本编码")).upper()
    if not CATALOG_CODE.fullmatch(value):
        raise Invalid(
            N_("基本编码应为12位：11位数字加1位数字或Y，填的是“%(given)s”"),
            code="catalog_code",
            subject="catalog_code",
            params={"given": value},
        )
    if value[2:4] not in ITEM_TYPES:
        raise Invalid(
            N_("基本编码第3、4位“%(given)s”不是事项类型代码"),
            code="catalog_code_type",
            subject="catalog_code",
            params={"given": value[2:4]},
        )
    return CatalogCode(value, value[:2], value[2:4], value[4:9], value[9:])


def check_task_code(text: str) -> TaskCode:
    """Check a 实施编码 of 31 or a 业务办理项编码 of 33 characters, the body's credit code included.

    Raises:
        Invalid: ``task_code_length``, ``task_code_level``, ``task_code_handle``, or what the parts raise.
    """
    value = half_width(text, subject="task_code", label=N_("实施编码")).upper()
    if len(value) not in (TASK_LENGTH, HANDLE_LENGTH):
        raise Invalid(
            N_("实施编码应为31位（业务办理项编码33位），填了%(length)s位"),
            code="task_code_length",
            subject="task_code",
            params={"length": len(value)},
        )
    authority = uscc.check(value[:18])
    if value[18] not in LEVELS:
        raise Invalid(
            N_("实施编码第19位行使层级应为1至6，填的是“%(given)s”"),
            code="task_code_level",
            subject="task_code",
            params={"given": value[18]},
        )
    handle = value[TASK_LENGTH:]
    if handle and not re.fullmatch(r"[0-9]{2}", handle):
        raise Invalid(
            N_("业务办理项编码末两位应为数字，填的是“%(given)s”"),
            code="task_code_handle",
            subject="task_code",
            params={"given": handle},
        )
    return TaskCode(value, authority, value[18], check_catalog_code(value[19:TASK_LENGTH]), handle)


def build_task_code(authority: str, level: str, catalog: str) -> str:
    """Put a 实施编码 together from its three parts and check the whole."""
    return check_task_code(f"{authority}{level}{catalog}").value
