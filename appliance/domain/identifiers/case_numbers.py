"""Numbers of cases (收件编号, 受理编号, 国家办件编号) and the query code (查询码); domain §3.5.

A local number is kind 1 + area 6 + hall 2 + day 8 + epoch 1 + sequence 4 + check 1 = 23 characters. The epoch of the
log keeps a hall rebuilt from an older state from repeating a number. Each hall counts per epoch and day from 1; no
freedom from gaps is promised. The sequence is decimal to 9999 and goes on with a letter and three base-36 digits
(A000 is 10000), so that numbers keep their length and their order; ZZZZ is 1,223,055.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import lru_cache

import msgspec
from stdnum.iso7064 import mod_37_36

from appliance.domain.identifiers.notice import half_width
from appliance.errors import N_, Invalid

SUBJECT = "case_number"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FORM = re.compile(r"([SAP])([0-9]{4}[0-9A-Z]{2})([0-9A-Z]{2})([0-9]{8})([0-9A-Z])([0-9]{4}|[A-Z][0-9A-Z]{3})([0-9A-Z])")
LENGTH = 23
DECIMAL_MAX = 9999
SEQUENCE_MAX = DECIMAL_MAX + 26 * 36**3
EPOCH_MAX = 35
NATIONAL_SEQUENCE_MAX = 99999
QUERY_CODE_COUNT = 1_000_000


class NumberKind(StrEnum):
    """S 收件编号, A 受理编号, P the number of a pre-printed pad used when nothing else works."""

    INTAKE = "S"
    ACCEPTANCE = "A"
    PAPER = "P"


class CaseNumber(msgspec.Struct, frozen=True):
    """The parts of a local number; `str()` gives it with its check character."""

    kind: NumberKind
    area: str
    hall: str
    day: date
    epoch: int
    sequence: int

    def __str__(self) -> str:
        """Write the number, check character last."""
        body = (
            f"{self.kind.value}{self.area}{self.hall}{self.day.isoformat().replace('-', '')}"
            f"{BASE36[self.epoch]}{_sequence_text(self.sequence)}"
        )
        return body + str(mod_37_36.calc_check_digit(body))


def _sequence_text(sequence: int) -> str:
    if sequence <= DECIMAL_MAX:
        return f"{sequence:04d}"
    rest = sequence - DECIMAL_MAX - 1
    letter, rest = divmod(rest, 36**3)
    return BASE36[10 + letter] + BASE36[rest // 1296] + BASE36[rest // 36 % 36] + BASE36[rest % 36]


def _sequence_value(text: str) -> int:
    if text.isdigit():
        return int(text)
    return DECIMAL_MAX + 1 + (BASE36.index(text[0]) - 10) * 36**3 + int(text[1:], 36)


def build(kind: NumberKind, *, area: str, hall: str, day: date, epoch: int, sequence: int) -> str:
    """Write a local number.

    Args:
        kind: which number.
        area: six digits, or a local code of the hall's settings.
        hall: two characters.
        day: the day of allocation.
        epoch: the log's epoch, 0 to 35, written in base 36.
        sequence: position of the day, 1 to 1,223,055.

    Raises:
        Invalid: ``case_number_part`` when a part does not fit.
    """
    if not (_is_place(area, hall) and 0 <= epoch <= EPOCH_MAX and 1 <= sequence <= SEQUENCE_MAX):
        raise Invalid(
            N_("编号的组成部分不合要求：区划 %(area)s、大厅 %(hall)s、纪元 %(epoch)s、流水 %(sequence)s"),
            code="case_number_part",
            subject=SUBJECT,
            params={"area": area, "hall": hall, "epoch": epoch, "sequence": sequence},
        )
    return str(CaseNumber(kind, area, hall, day, epoch, sequence))


@lru_cache(maxsize=16)
def _is_place(area: str, hall: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}", area) and re.fullmatch(r"[0-9A-Z]{2}", hall))


def intake_no(*, area: str, hall: str, day: date, epoch: int, sequence: int) -> str:
    """Write a 收件编号; see `build`."""
    return build(NumberKind.INTAKE, area=area, hall=hall, day=day, epoch=epoch, sequence=sequence)


def acceptance_no(*, area: str, hall: str, day: date, epoch: int, sequence: int) -> str:
    """Write a 受理编号; see `build`."""
    return build(NumberKind.ACCEPTANCE, area=area, hall=hall, day=day, epoch=epoch, sequence=sequence)


def parse(text: str) -> CaseNumber:
    """Read a local number as typed or scanned; lower case becomes upper case.

    Raises:
        Invalid: ``full_width``, ``case_number_form`` or ``case_number_check``.
    """
    value = half_width(text, subject=SUBJECT, label=N_("办件编号")).upper()
    match = FORM.fullmatch(value)
    day = _day(match[4]) if match else None
    if match is None or day is None or match[6] == "0000":
        raise Invalid(
            N_("“%(given)s”不是收件编号或受理编号：应为 S、A 或 P 开头的23位，含8位日期"),
            code="case_number_form",
            subject=SUBJECT,
            params={"given": value},
        )
    expected = str(mod_37_36.calc_check_digit(value[:-1]))
    if value[-1] != expected:
        raise Invalid(
            N_("编号最后一位校验不符：填的是“%(given)s”，应为“%(expected)s”"),
            code="case_number_check",
            subject=SUBJECT,
            next_step=N_("请对照回执逐位核对"),
            params={"given": value[-1], "expected": expected},
        )
    kind, area, hall, _, epoch, sequence, _ = match.groups()
    return CaseNumber(NumberKind(kind), area, hall, day, BASE36.index(epoch), _sequence_value(sequence))


def take_apart(number: str) -> CaseNumber:
    """Take a number apart that stands in the log: it was built here and checked then.

    Raises:
        ValueError, IndexError: it does not have the form.
    """
    return CaseNumber(
        NumberKind(number[0]),
        number[1:7],
        number[7:9],
        date(int(number[9:13]), int(number[13:15]), int(number[15:17])),
        BASE36.index(number[17]),
        _sequence_value(number[18:22]),
    )


def _day(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def national_no(item_code: str, day: date, sequence: int) -> str:
    """Write a 国家办件编号: item code (31 or 33) + day + four, from 10000 on five digits; for reporting.

    Raises:
        Invalid: ``national_sequence`` beyond 99999 a day.
    """
    if not 1 <= sequence <= NATIONAL_SEQUENCE_MAX:
        raise Invalid(
            N_("国家办件编号的流水应为1至99999，得到 %(sequence)s"),
            code="national_sequence",
            subject=SUBJECT,
            params={"sequence": sequence},
        )
    return f"{item_code}{day:%Y%m%d}{sequence:04d}"


def query_code(random: Callable[[int], bytes]) -> str:
    """Draw a 查询码 of six digits, every one equally likely.

    Args:
        random: gives that many random bytes; called again for the few values that would favour low codes.
    """
    limit = 2**32 // QUERY_CODE_COUNT * QUERY_CODE_COUNT
    while True:
        value = int.from_bytes(random(4), "big")
        if value < limit:
            return f"{value % QUERY_CODE_COUNT:06d}"
