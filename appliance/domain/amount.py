"""Amounts of money: decimal strings in yuan, and their writing in capitals (中文大写) for fee notices.

Writing after 《支付结算办法》 annex 1 (正确填写票据和结算凭证的基本规定): 零 for gaps, 整 after 元 or 角.
"""

import re
from decimal import Decimal

from appliance.errors import N_, Invalid

SUBJECT = "amount"
FORM = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?")
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def parse(text: str) -> Decimal:
    """Read an amount in yuan: digits, at most two decimals, below one trillion; thousands separators may be there.

    Raises:
        Invalid: ``amount`` for anything else (signs, exponents, a third decimal, full-width digits).
    """
    value = text.strip()
    plain = value.replace(",", "") if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?", value) else value
    if not FORM.fullmatch(plain):
        raise Invalid(
            N_("金额应为元，最多两位小数，如 1234.50，填的是“%(given)s”"),
            code="amount",
            subject=SUBJECT,
            params={"given": value},
        )
    return Decimal(plain).quantize(Decimal("0.01"))


def decimal_text(amount: Decimal) -> str:
    """Write an amount as it is stored and signed: two decimals, no separators."""
    return f"{parse(f'{amount:f}'):f}"


def capitals(text: str) -> str:
    """Write an amount in capitals: ``1409.50`` → 壹仟肆佰零玖元伍角整.

    Args:
        text: as `parse` reads it.

    Raises:
        Invalid: ``amount``.
    """
    yuan, fen = divmod(int(parse(text) * 100), 100)
    jiao, fen = divmod(fen, 10)
    written = f"{_whole(yuan)}元" if yuan or not (jiao or fen) else ""
    if not (jiao or fen):
        return f"{written}整"
    if jiao:
        written += f"{DIGITS[jiao]}角"
    elif yuan:
        written += DIGITS[0]
    return f"{written}{DIGITS[fen]}分" if fen else f"{written}整"


def _whole(number: int) -> str:
    """Write a whole number below 10^12; one 零 for each run of empty places between written ones."""
    if number == 0:
        return DIGITS[0]
    written = ""
    gap = False
    for group in range(len(GROUPS) - 1, -1, -1):
        four = number // 10000**group % 10000
        for place in range(3, -1, -1):
            digit = four // 10**place % 10
            if digit:
                written += (DIGITS[0] if gap and written else "") + DIGITS[digit] + PLACES[place]
                gap = False
            else:
                gap = True
        if four:
            written += GROUPS[group]
    return written
