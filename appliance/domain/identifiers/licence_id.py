"""Identifiers of electronic licences (电子证照标识, GB/T 36904) and numbers of food licences (domain §3.6, §3.8).

``1.2.156.3005.2.类型代码21.颁发机构18.流水号.版本3.校验1``; the check is ISO 7064 MOD 37,36 over the four middle fields
without dots and without the root.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stdnum.iso7064 import mod_11_10, mod_37_36

from appliance.domain.identifiers import uscc
from appliance.domain.identifiers.notice import Notice, half_width
from appliance.errors import N_, Invalid

SUBJECT = "licence_identifier"
ROOT = "1.2.156.3005.2"
FORM = re.compile(r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{18})\.([0-9A-Z]{1,32})\.([0-9]{3})\.([0-9A-Z])")
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_RANDOM_CHARACTERS = 16
VERSION_MAX = 999
FOOD_FORM = re.compile(r"JY([0-9])([0-9]{6})([0-9]{6})([0-9])")
FOOD_SEQUENCE_MAX = 999999


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """The parts of an identifier; `str()` writes it. `check` is the character as it was read or computed."""

    type_code: str
    issuer: str
    serial: str
    version: int
    check: str

    @property
    def body(self) -> str:
        """Give the characters that the check covers."""
        return f"{self.type_code}{self.issuer}{self.serial}{self.version:03d}"

    def __str__(self) -> str:
        """Write the identifier with root and dots."""
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"


def _form(text: str) -> Invalid:
    return Invalid(
        N_("“%(given)s”不是电子证照标识：应为 1.2.156.3005.2 加类型代码21位、机构代码18位、流水号、版本3位、校验1位"),
        code="licence_identifier_form",
        subject=SUBJECT,
        params={"given": text},
    )


def build(type_code: str, issuer: str, serial: str, version: int = 1) -> LicenceIdentifier:
    """Make an identifier for a licence to be issued.

    Args:
        type_code: 证照类型代码, the defining body's credit code and three digits.
        issuer: 颁发机构代码, the issuing body's credit code.
        serial: 流水号, 1 to 32 digits and capitals.
        version: 1 for the first issue, one more for each change of the same licence.

    Raises:
        Invalid: ``licence_identifier_form``, or what the check of the two credit codes raises.
    """
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{3}", type_code) or not 1 <= version <= VERSION_MAX:
        raise _form(f"{type_code}.{issuer}.{serial}.{version}")
    uscc.check(type_code[:18])
    uscc.check(issuer)
    if not re.fullmatch(r"[0-9A-Z]{1,32}", serial):
        raise _form(f"{type_code}.{issuer}.{serial}.{version}")
    check = str(mod_37_36.calc_check_digit(f"{type_code}{issuer}{serial}{version:03d}"))
    return LicenceIdentifier(type_code, issuer, serial, version, check)


def read(text: str) -> tuple[LicenceIdentifier, Notice | None]:
    """Read an identifier that somebody else issued; a wrong check character is a notice, for quarantine.

    Published examples exist that do not verify, so an import must not refuse them (domain §3.6).

    Raises:
        Invalid: ``licence_identifier_form`` when it has not even the form.
    """
    value = half_width(text, subject=SUBJECT, label=N_("电子证照标识")).upper()
    match = FORM.fullmatch(value)
    if match is None:
        raise _form(value)
    found = LicenceIdentifier(match[1], match[2], match[3], int(match[4]), match[5])
    expected = str(mod_37_36.calc_check_digit(found.body))
    if found.check == expected:
        return found, None
    params = {"given": found.check, "expected": expected}
    return found, Notice(
        "licence_identifier_check", N_("电子证照标识校验位不符：给出“%(given)s”，应为“%(expected)s”"), params
    )


def check(text: str) -> LicenceIdentifier:
    """Check an identifier strictly, as on issue.

    Raises:
        Invalid: ``licence_identifier_form`` or ``licence_identifier_check``.
    """
    found, notice = read(text)
    if notice is not None:
        raise Invalid(notice.message, code=notice.code, subject=SUBJECT, params=notice.params)
    return found


def random_serial(year: int, random: Callable[[int], bytes]) -> str:
    """Draw a 流水号 of 20 characters: the year and 16 random digits and capitals; no two halls need to talk for it.

    Args:
        year: the year of issue.
        random: gives that many random bytes.
    """
    drawn = ""
    while len(drawn) < SERIAL_RANDOM_CHARACTERS:
        # 252 = 7 x 36: the four highest byte values would favour the first digits.
        drawn += "".join(BASE36[byte % 36] for byte in random(SERIAL_RANDOM_CHARACTERS) if byte < 7 * 36)
    return f"{year:04d}{drawn[:SERIAL_RANDOM_CHARACTERS]}"


def food_licence_no(business: int, area: str, sequence: int) -> str:
    """Write a 食品经营许可证编号: JY + 主体业态1 + area 6 + sequence 6 + check (GB/T 17710, MOD 11,10).

    Raises:
        Invalid: ``food_licence_no`` when a part does not fit.
    """
    body = f"{business}{area}{sequence:06d}"
    if not re.fullmatch(r"[0-9]{13}", body) or len(area) != 6 or not 1 <= sequence <= FOOD_SEQUENCE_MAX:  # noqa: PLR2004
        raise Invalid(
            N_("食品经营许可证编号的组成部分不合要求：%(body)s"),
            code="food_licence_no",
            subject="licence_no",
            params={"body": body},
        )
    return f"JY{body}{mod_11_10.calc_check_digit(body)}"


def check_food_licence_no(text: str) -> tuple[str, Notice | None]:
    """Check a 食品经营许可证编号; a wrong last digit is a notice, as its rule is not certain (domain §3.8).

    Raises:
        Invalid: ``food_licence_no`` when it has not the form JY and 14 digits.
    """
    value = half_width(text, subject="licence_no", label=N_("食品经营许可证编号")).upper()
    if not FOOD_FORM.fullmatch(value):
        raise Invalid(
            N_("食品经营许可证编号应为 JY 加14位数字，填的是“%(given)s”"),
            code="food_licence_no",
            subject="licence_no",
            params={"given": value},
        )
    expected = str(mod_11_10.calc_check_digit(value[2:-1]))
    if value[-1] == expected:
        return value, None
    params = {"given": value[-1], "expected": expected}
    return value, Notice(
        "food_licence_check", N_("食品经营许可证编号末位校验不符：给出“%(given)s”，应为“%(expected)s”"), params
    )
