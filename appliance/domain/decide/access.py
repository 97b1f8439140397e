"""查看记录日结: what the digest of a day of the access log must look like before the signed log holds it."""

import re
from datetime import date
from typing import Final

from appliance.errors import N_, Invalid

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def check_digest(day: str, count: int, root: str, head: str, *, today: date) -> None:
    """Check a day's digest by its form.

    Args:
        day: ISO date, written as ``YYYY-MM-DD`` and in no other way, for days are compared as texts.
        count: number of looks.
        root: SHA-256, 64 lower-case hexadecimal digits.
        head: the same, of the chain's last row.
        today: the day that is not over yet.

    Raises:
        Invalid: the day is none or not over, or a value has not its form.
    """
    over = _day(day)
    if over is None or over >= today:
        raise Invalid(N_("只有过完的一天才能结存"), fields={"day": N_("请给出今天以前的日期")})
    if count < 0 or not (_DIGEST.fullmatch(root) and _DIGEST.fullmatch(head)):
        raise Invalid(N_("日结的数值不对"), fields={"root": N_("应当是 64 位十六进制摘要")})


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
