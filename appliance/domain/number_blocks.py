"""Number blocks 号段: sequences that are city-wide, and what becomes of each number of a block (protocol §5).

Blocks are leased only where two halls give numbers of one sequence: official document numbers 文号 of an authority's
year, sequential licence numbers. A hall that was never leased a block of a sequence counts by itself, as before. Of a
block that it holds the hall gives the numbers in order, without a link; every number that is given to nothing stands in
the gap ledger with its reason. At the end of an epoch the rest of its blocks is burned.
"""

from enum import StrEnum
from typing import Final

import msgspec

from appliance.domain.identifiers import document_no
from appliance.errors import N_, Invalid, Refusal

DOCUMENT: Final = "document"
LICENCE: Final = "licence"
ALL_YEARS: Final = "all"
GRANT_KIND: Final = "许准"
REFUSAL_KIND: Final = "许不"
REJECTION_KIND: Final = "许不受"
_KINDS: Final = (REJECTION_KIND, GRANT_KIND, REFUSAL_KIND)
COUNT_MAX: Final = 100_000
LOW_PARTS: Final = 5
"""A block is refilled when less than this part of it is left: a hall alone for a month goes on with what it holds."""


class Gap(StrEnum):
    """Why a number is given to nothing."""

    VOIDED = "voided"
    RETURNED = "returned"
    BURNED = "burned"


GAP_NAMES: Final[dict[Gap, str]] = {
    Gap.VOIDED: N_("作废"),
    Gap.RETURNED: N_("交回"),
    Gap.BURNED: N_("随纪元作废"),
}


class NumbersExhausted(Refusal):
    """A sequence whose numbers the city leases has none left here; nothing was written."""

    code = "numbers_exhausted"
    status = 409


class Block(msgspec.Struct, frozen=True):
    """A block as it stands: its next number is above `last` when all are given or gone."""

    block: str
    scope: str
    first: int
    last: int
    next: int

    @property
    def left(self) -> int:
        """How many numbers are left."""
        return max(0, self.last - self.next + 1)


def document_scope(prefix: str, year: int) -> str:
    """Name the sequence of 文号 of an authority, by its 机关代字, and a year."""
    return f"{DOCUMENT}:{prefix}:{year}"


def scope_of_document(text: str) -> tuple[str, int] | None:
    """Give the sequence that a 文号 belongs to, and its number there; None for text that is none."""
    try:
        parts = document_no.check(text)
    except Invalid:
        return None
    kind = next((kind for kind in _KINDS if parts.agency.endswith(kind)), "")
    return document_scope(parts.agency.removesuffix(kind), parts.year), parts.number


def licence_scope(type_code: str, year: int | None) -> str:
    """Name the sequence of licence numbers of a type and year; None where the number does not say its year."""
    return f"{LICENCE}:{type_code}:{year or ALL_YEARS}"


def family_of(scope: str) -> str:
    """Give what the scopes of all years of a sequence have in common."""
    return scope.rpartition(":")[0]


def with_year(scope: str, year: int) -> str:
    """Give the scope of another year; the same where the sequence does not begin again with the year."""
    family, _, old = scope.rpartition(":")
    return scope if old == ALL_YEARS else f"{family}:{year}"


def check_scope(scope: str) -> str:
    """Check the name of a sequence; raises Invalid."""
    kind, _, rest = scope.strip().partition(":")
    name, _, year = rest.rpartition(":")
    if kind in (DOCUMENT, LICENCE) and name and (year == ALL_YEARS or (year.isascii() and year.isdigit())):
        return scope.strip()
    why = N_("序列写成 document:机关代字:年份 或者 licence:证照类型代码:年份（不分年写 all）")
    raise Invalid(why, fields={"scope": why})


def scope_name(scope: str) -> tuple[str, dict[str, str]]:
    """Give a message id with its parameters that names a sequence to people."""
    kind, _, rest = scope.partition(":")
    name, _, year = rest.rpartition(":")
    if kind == DOCUMENT:
        return N_("文号 %(name)s〔%(year)s〕"), {"name": name, "year": year}
    if year == ALL_YEARS:
        return N_("证照编号 %(name)s"), {"name": name}
    return N_("证照编号 %(name)s，%(year)s 年"), {"name": name, "year": year}


def exhausted(scope: str) -> NumbersExhausted:
    """Build the refusal for a sequence without a number left."""
    _, _, rest = scope.partition(":")
    name, _, year = rest.rpartition(":")
    return NumbersExhausted(
        N_("市级下发的号段已用完（%(name)s %(year)s），这一步没有写入"),
        subject=scope,
        params={"name": name, "year": "" if year == ALL_YEARS else year},
        next_step=N_("连上市级会自动补发；断网时请大厅负责人用 U 盘到市级取回新号段，再办这一步"),
    )
