"""Numbers of requests about personal data 个人信息请求: GX, day, epoch letter, sequence; no form prescribed [D]."""

from datetime import date

from appliance.domain.identifiers.case_numbers import BASE36


def build(day: date, epoch: int, sequence: int) -> str:
    """Write a number, such as ``GX2026112810001``: the first request ever written down, on that day, in epoch 1."""
    return f"GX{day:%Y%m%d}{BASE36[epoch]}{sequence:04d}"
