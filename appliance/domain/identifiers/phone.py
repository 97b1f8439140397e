"""Telephone numbers of mainland China: mobile (手机) and fixed (固定电话)."""

import re
from enum import StrEnum

import msgspec

from appliance.domain.identifiers.notice import half_width
from appliance.errors import N_, Invalid

SUBJECT = "phone"
MOBILE = re.compile(r"1[3-9][0-9]{9}")
FIXED = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})-?([2-8][0-9]{6,7})(?:(?:-|转)([0-9]{1,6}))?")
MOBILE_LENGTH = 11


class PhoneKind(StrEnum):
    """Mobile numbers can receive messages; fixed ones cannot."""

    MOBILE = "mobile"
    FIXED = "fixed"


class Phone(msgspec.Struct, frozen=True):
    """A checked number in its usual writing: ``13800005678``, ``027-82700001``, ``027-82700001-123``."""

    value: str
    kind: PhoneKind


def check(text: str) -> Phone:
    """Check a number; spaces, a leading +86 and the hyphens of a mobile number are dropped.

    Raises:
        Invalid: ``full_width``, ``phone_length`` for a mobile number of another length than 11, ``phone``.
    """
    if MOBILE.fullmatch(text):  # nearly always
        return Phone(text, PhoneKind.MOBILE)
    value = re.sub(r"\s", "", half_width(text, subject=SUBJECT, label=N_("电话号码")))
    value = re.sub(r"^(\+86|0086)-?", "", value)
    if value.startswith("1"):
        value = value.replace("-", "")
        if MOBILE.fullmatch(value):
            return Phone(value, PhoneKind.MOBILE)
        if value.isdigit() and len(value) != MOBILE_LENGTH:
            raise Invalid(
                N_("手机号码应为11位，填了%(length)s位"),
                code="phone_length",
                subject=SUBJECT,
                params={"length": len(value)},
            )
    if match := FIXED.fullmatch(value):
        extension = f"-{match[3]}" if match[3] else ""
        return Phone(f"{match[1]}-{match[2]}{extension}", PhoneKind.FIXED)
    raise Invalid(
        N_("“%(given)s”不是大陆手机号码，也不是带区号的固定电话（如 027-82700001）"),
        code="phone",
        subject=SUBJECT,
        params={"given": value},
    )
