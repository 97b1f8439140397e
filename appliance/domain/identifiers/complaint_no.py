"""Complaint numbers 投诉编号: TS, day, epoch letter, sequence of the day; local, with no form prescribed [D]."""

import re
from datetime import date

from appliance.domain.identifiers.case_numbers import BASE36

FORM = re.compile(r"TS([0-9]{4})([0-9]{2})([0-9]{2})([0-9A-Z])([0-9]{3,})")


def build(day: date, epoch: int, sequence: int) -> str:
    """Write a number, such as ``TS202611231001``: the first complaint of the day in epoch 1."""
    return f"TS{day:%Y%m%d}{BASE36[epoch]}{sequence:03d}"


def take_apart(number: str) -> tuple[str, int, int]:
    """Give day (ISO), epoch and sequence of a number that was built here; raises ValueError for another form."""
    match = FORM.fullmatch(number)
    if match is None:
        message = f"no complaint number: {number}"
        raise ValueError(message)
    year, month, day, epoch, sequence = match.groups()
    return f"{year}-{month}-{day}", BASE36.index(epoch), int(sequence)
