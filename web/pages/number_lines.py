"""Number blocks 号段 and gaps as pages of hall and city show them."""

import msgspec

from appliance.domain.number_blocks import GAP_NAMES, LOW_PARTS, Gap, scope_name
from appliance.projections.number_blocks import BlockRow, GapRow
from web.visit import Visit


class BlockLine(msgspec.Struct, frozen=True):
    """One block: of which sequence, its numbers, the next one, how many are left, and how that looks."""

    block: str
    hall: str
    hall_name: str
    name: str
    first: int
    last: int
    next: int
    left: int
    low: bool
    over: bool
    leased: str


class GapLine(msgspec.Struct, frozen=True):
    """Numbers that are given to nothing: which, why, since when, and who said so."""

    hall_name: str
    name: str
    first: int
    last: int
    why: str
    at: str
    by: str


def named(visit: Visit, scope: str) -> str:
    """Name a sequence."""
    text, params = scope_name(scope)
    return visit.text(text, **params)


def block_line(visit: Visit, row: BlockRow, hall_name: str = "") -> BlockLine:
    """Make the line of a block."""
    return BlockLine(
        block=row.block,
        hall=row.hall,
        hall_name=hall_name,
        name=named(visit, row.scope),
        first=row.first,
        last=row.last,
        next=row.next,
        left=row.left,
        low=0 < row.left * LOW_PARTS < row.last - row.first + 1,
        over=row.left == 0,
        leased=row.leased[:16].replace("T", " "),
    )


def gap_line(visit: Visit, row: GapRow, hall_name: str = "") -> GapLine:
    """Make the line of a gap."""
    return GapLine(
        hall_name=hall_name,
        name=named(visit, row.scope),
        first=row.first,
        last=row.last,
        why=visit.text(GAP_NAMES[Gap(row.why)] if row.why in set(Gap) else row.why),
        at=row.at[:16].replace("T", " "),
        by=row.by,
    )
