"""Seal numbers 印章编号: YZ, year, epoch letter, sequence of the year; local, with no form prescribed [D]."""

import re

from appliance.domain.identifiers.case_numbers import BASE36

FORM = re.compile(r"YZ([0-9]{4})([0-9A-Z])([0-9]{3,})")


def build(year: int, epoch: int, sequence: int) -> str:
    """Write a number, such as ``YZ20261001``: the first seal of the year in epoch 1."""
    return f"YZ{year}{BASE36[epoch]}{sequence:03d}"


def take_apart(number: str) -> tuple[int, int, int]:
    """Give year, epoch and sequence of a number that was built here; raises ValueError for another form."""
    match = FORM.fullmatch(number)
    if match is None:
        message = f"no seal number: {number}"
        raise ValueError(message)
    year, epoch, sequence = match.groups()
    return int(year), BASE36.index(epoch), int(sequence)
