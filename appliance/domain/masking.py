"""Masking (脱敏) of personal data by kind and audience, on the server (domain §7.3).

An empty string means: not shown to this audience at all. Viewing a full value is an act of its own that the caller
logs with its purpose.
"""

import re
import unicodedata
from enum import StrEnum

from appliance.domain.withheld import is_withheld

STAR = "*"
ID_LENGTH = 18
SHORT_NAME = 2
MIDDLE_NAME = 3
# Up to the district, then up to the street when there is one; an estate (小区) or community (社区) is no district.
DISTRICT_AND_STREET = re.compile(r"(.*?(?:(?<![小社])区|[县旗]))(.*?(?:街道|大道|[镇乡路街巷]))?")
COMPOUND_SURNAMES = frozenset(
    ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木", "司徒", "南宫"]
)


class Audience(StrEnum):
    """Who reads: staff with the task, other staff and search lists, the applicant's copy, the public, screens.

    `SCREEN` is the wall screen (大屏), which never carries a person's name; `PUBLICITY` the publicity list (公示).
    """

    TASK = "task"
    LIST = "list"
    RECEIPT = "receipt"
    PUBLIC = "public"
    SCREEN = "screen"
    PUBLICITY = "publicity"


OPEN = frozenset({Audience.TASK, Audience.RECEIPT})
CLOSED = frozenset({Audience.PUBLIC, Audience.SCREEN, Audience.PUBLICITY})


def _characters(text: str) -> list[str]:
    """Split into characters as people count them: marks and variation selectors stay with their base."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character).startswith("M"):
            found[-1] += character
        else:
            found.append(character)
    return found


def _is_han(text: str) -> bool:
    return all(unicodedata.category(character[0]) in {"Lo", "Cn", "Co", "Nl"} for character in _characters(text))


def person_name(name: str, audience: Audience) -> str:
    """Mask a person's name: 张*, 王*明, and in publicity 王**; longer, minority and foreign names first + stars."""
    if audience in OPEN or not name or is_withheld(name):
        return name
    if audience is Audience.SCREEN:
        return ""
    parts = _characters(name)
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return STAR
    if len(parts) == SHORT_NAME:
        return first + STAR
    if audience is Audience.PUBLICITY or (audience is Audience.PUBLIC and _is_long(parts, name)):
        return first + STAR * 2
    return first + STAR * (len(parts) - 2) + last


def _is_long(parts: list[str], name: str) -> bool:
    return len(parts) > MIDDLE_NAME or not _is_han(name)


def enterprise_name(name: str, audience: Audience) -> str:  # noqa: ARG001 - every kind is asked in the same way
    """Give the registered name (企业名称) in full: it is public, a personal name inside a 个体户's name included."""
    return name


def id_number(number: str, audience: Audience) -> str:
    """Mask an identity number: area and last four stay of 18 characters (420102********0013).

    Of other documents the first two and the last two stay, and nothing of six characters or fewer.
    """
    if audience is Audience.TASK:
        return number
    if audience in CLOSED:
        return ""
    if len(number) == ID_LENGTH:
        return number[:6] + STAR * 8 + number[-4:]
    return _middle(number, 2)


def document_number(id_type: str, number: str, audience: Audience) -> str:
    """Mask the number of a document by its kind: a credit code (GB 32100) is public and is shown whole."""
    return number if id_type == "uscc" else id_number(number, audience)


def _middle(text: str, kept: int) -> str:
    if len(text) <= 3 * kept:
        return STAR * len(text)
    return text[:kept] + STAR * (len(text) - 2 * kept) + text[-kept:]


def phone(number: str, audience: Audience) -> str:
    """Mask a telephone number: 138****5678, 027-****0001; an extension is left out."""
    if audience is Audience.TASK:
        return number
    if audience in CLOSED:
        return ""
    area, hyphen, rest = number.partition("-")
    if hyphen:
        return f"{area}-{STAR * 4}{rest.partition('-')[0][-4:]}"
    return f"{number[:3]}{STAR * 4}{number[-4:]}" if len(number) >= len("12345678901") else STAR * len(number)


def address(text: str, audience: Audience) -> str:
    """Mask an address: district and street stay for lists; where no district can be found, nothing does."""
    if audience in OPEN:
        return text
    if audience in CLOSED:
        return ""
    match = DISTRICT_AND_STREET.match(text)
    return f"{match[1]}{match[2] or ''}{STAR * 3}" if match else STAR * 3


def bank_card(number: str, audience: Audience) -> str:
    """Mask a bank card: the last four digits at most, to anyone."""
    if audience in CLOSED or not number:
        return ""
    return STAR * 4 + number[-4:] if len(number) > 2 * 4 else STAR * 4


def sensitive(statement: str, audience: Audience) -> str:
    """Give a statement about health, income or criminal record to the staff with the task only."""
    return statement if audience is Audience.TASK else ""


def staff(name: str, number: str, audience: Audience, *, title: str = "") -> str:
    """Give a member of staff: name and 工号, which the public may see (clause 5.1.1.3); on screens 工号 and surname.

    Args:
        name: full name.
        number: 工号.
        audience: who reads.
        title: what follows the surname on screens, such as 老师, already translated.
    """
    if audience in (Audience.SCREEN, Audience.PUBLICITY):
        surname = name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > SHORT_NAME else _characters(name)[:1]
        return f"{number} {''.join(surname)}{title}"
    return f"{name} {number}"
