"""Numbers of official papers (文号, GB/T 9704): 机关代字〔2026〕12号."""

import re
from dataclasses import dataclass

from appliance.errors import N_, Invalid

SUBJECT = "document_no"
FORM = re.compile(r"(\S+?)〔([0-9]{4})〕([1-9][0-9]{0,5})号")
OTHER_BRACKETS = re.compile(r"[\[\]()（）【】﹝﹞［］]")
LOOSE = re.compile(r"\S+?〔[0-9]{4}〕(第?)(0*)[0-9]+号")


@dataclass(frozen=True, slots=True)
class DocumentNo:
    """机关代字, year, number; `str()` writes it."""

    agency: str
    year: int
    number: int

    def __str__(self) -> str:
        """Write the number with hexagonal brackets."""
        return f"{self.agency}〔{self.year:04d}〕{self.number}号"


def build(agency: str, year: int, number: int) -> str:
    """Write a 文号 and check it; see `check`."""
    return str(check(f"{agency}〔{year:04d}〕{number}号"))


def check(text: str) -> DocumentNo:
    """Check a 文号.

    Raises:
        Invalid: ``document_no_brackets``, ``document_no_ordinal`` (第), ``document_no_zero`` or ``document_no``.
    """
    value = text.strip()
    if match := FORM.fullmatch(value):
        agency_has_brackets = OTHER_BRACKETS.search(match[1]) is not None
        if not agency_has_brackets and not match[1].endswith("第"):
            return DocumentNo(match[1], int(match[2]), int(match[3]))
    loose = LOOSE.fullmatch(value)
    if OTHER_BRACKETS.search(value):
        code, message = "document_no_brackets", N_("文号的年份要用六角括号〔〕：“%(given)s”")
    elif loose and loose[1]:
        code, message = "document_no_ordinal", N_("文号的序号前不加“第”字：“%(given)s”")
    elif loose and loose[2]:
        code, message = "document_no_zero", N_("文号的序号不编虚位（不写前导零）：“%(given)s”")
    else:
        code, message = "document_no", N_("文号应如“机关代字〔2026〕12号”，填的是“%(given)s”")
    raise Invalid(message, code=code, subject=SUBJECT, params={"given": value})
