"""Citizen identity numbers (公民身份号码, GB 11643) and the two other cards with the same form.

The check is ISO 7064 MOD 11-2. The gate is our own: `stdnum.cn.ric` refuses real people whose district code is older
than its table, and residence permits of Hong Kong, Macao, Taiwan and foreigners (domain §3.1).
"""

import re
from datetime import date
from enum import StrEnum
from operator import mul

import msgspec

from appliance.domain.identifiers import areas
from appliance.domain.identifiers.notice import Notice, half_width
from appliance.errors import N_, Invalid

LABEL = N_("公民身份号码")
SUBJECT = "citizen_id"
LENGTH = 18
OLD_LENGTH = 15
FIRST_YEAR = 1900
FORM = re.compile("[0-9]{17}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
COMPATRIOT_AREAS = frozenset({"810000", "820000", "830000"})


class Sex(StrEnum):
    """What the 17th digit says: odd male (男), even female (女)."""

    MALE = "male"
    FEMALE = "female"


class CardKind(StrEnum):
    """Which card carries the number."""

    RESIDENT = "resident"  # 居民身份证
    COMPATRIOT = "compatriot"  # 港澳台居民居住证
    FOREIGN_PERMANENT = "foreign_permanent"  # 外国人永久居留身份证 (2023)


class CitizenId(msgspec.Struct, frozen=True):
    """A checked number and what it says; `area_warning` for a code that is not in the tables, never an error."""

    value: str
    kind: CardKind
    area: str
    area_name: str
    birth: date
    sex: Sex
    area_warning: Notice | None


def check_character(body: str) -> str:
    """Compute the 18th character from 17 digits (GB 11643; ISO 7064 MOD 11-2)."""
    return CHECK_CHARACTERS[sum(map(mul, map(int, body), WEIGHTS)) % 11]


def check(text: str, *, today: date) -> CitizenId:
    """Check a number as typed or read from a card.

    Surrounding spaces are dropped and a lower-case x becomes X; nothing else is changed.

    Args:
        text: the number.
        today: the present day, against birth dates in the future.

    Raises:
        Invalid: ``full_width``, ``citizen_id_length``, ``citizen_id_old``, ``citizen_id_character``,
            ``citizen_id_birth`` or ``citizen_id_check``.
    """
    value = half_width(text, subject=SUBJECT, label=LABEL)
    if value.endswith("x"):
        value = value[:-1] + "X"
    _check_form(value)
    birth = _birth(value[6:14], today)
    expected = check_character(value[:17])
    if value[17] != expected:
        raise Invalid(
            N_("公民身份号码第18位校验不符：填的是“%(given)s”，按前17位计算应为“%(expected)s”"),
            code="citizen_id_check",
            subject=SUBJECT,
            next_step=N_("请对照证件逐位核对"),
            params={"given": value[17], "expected": expected},
        )
    kind, area = _kind(value), value[:6]
    return CitizenId(
        value=value,
        kind=kind,
        area=area,
        area_name=areas.area_name(area),
        birth=birth,
        sex=Sex.MALE if int(value[16]) % 2 else Sex.FEMALE,
        area_warning=_area_warning(kind, area),
    )


def _check_form(value: str) -> None:
    if FORM.fullmatch(value):
        return
    if re.fullmatch(r"[0-9]{15}", value):
        raise Invalid(
            N_("15位号码的第一代身份证已于2013年1月1日停止使用，请使用18位公民身份号码"),
            code="citizen_id_old",
            subject=SUBJECT,
        )
    for position, character in enumerate(value[:LENGTH], start=1):
        if character in "0123456789" or (position == LENGTH and character == "X"):
            continue
        message = (
            N_("公民身份号码第18位应为数字或X，填的是“%(given)s”")
            if position == LENGTH
            else N_("公民身份号码第%(position)s位应为数字，填的是“%(given)s”")
        )
        raise Invalid(
            message, code="citizen_id_character", subject=SUBJECT, params={"position": position, "given": character}
        )
    if len(value) != LENGTH:
        raise Invalid(
            N_("公民身份号码应为18位，填了%(length)s位"),
            code="citizen_id_length",
            subject=SUBJECT,
            params={"length": len(value)},
        )


def _birth(digits: str, today: date) -> date:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    params = {"year": year, "month": month, "day": day}
    try:
        birth = date(year, month, day)
    except ValueError:
        raise Invalid(
            N_("公民身份号码第7至14位不是存在的日期：%(year)s年%(month)s月%(day)s日"),
            code="citizen_id_birth",
            subject=SUBJECT,
            params=params,
        ) from None
    if year < FIRST_YEAR:
        message = N_("公民身份号码中的出生日期早于1900年：%(year)s年%(month)s月%(day)s日")
    elif birth > today:
        message = N_("公民身份号码中的出生日期晚于今天：%(year)s年%(month)s月%(day)s日")
    else:
        return birth
    raise Invalid(message, code="citizen_id_birth", subject=SUBJECT, params=params)


def _kind(value: str) -> CardKind:
    if value[:6] in COMPATRIOT_AREAS:
        return CardKind.COMPATRIOT
    return CardKind.FOREIGN_PERMANENT if value.startswith("9") else CardKind.RESIDENT


def _area_warning(kind: CardKind, area: str) -> Notice | None:
    if kind is CardKind.RESIDENT and areas.is_doubtful(area):
        return Notice("area_unknown", N_("地址码 %(area)s 不在本机区划表中，请核对证件；不影响收件"), {"area": area})
    return None
