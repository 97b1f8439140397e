"""号段 at the hall: what is left of each block, numbers voided, blocks returned, and the ledger of gaps."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.errors import N_, Refusal
from appliance.projections import number_blocks
from appliance.services.desk import Desk
from appliance.services.number_blocks import ReturnBlock, VoidNumbers
from web.pages.number_lines import BlockLine, GapLine, block_line, gap_line
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

LABELS = {"count": N_("作废几个（从下一个号起）"), "reason": N_("原因")}
VOID, RETURN = "void", "return"


class NumberForm(msgspec.Struct, frozen=True):
    """What is done with a block, and why."""

    block: str = ""
    act: str = ""
    count: str = "1"
    reason: str = ""


class NumbersPage(msgspec.Struct, frozen=True):
    """The hall's blocks and gaps."""

    TEMPLATE: ClassVar[str] = "numbers/list.html"
    blocks: tuple[BlockLine, ...]
    gaps: tuple[GapLine, ...]
    form: NumberForm
    labels: dict[str, str]
    problems: dict[str, str]


def _page(visit: Visit, desk: Desk, form: NumberForm, why: Refused = NOTHING) -> Response[str]:
    reader, here = desk.reader(), f"{desk.facts.hall.area}{desk.facts.hall.hall}"
    page = NumbersPage(
        blocks=tuple(block_line(visit, row) for row in number_blocks.listing(reader, hall=here)),
        gaps=tuple(gap_line(visit, row) for row in number_blocks.gaps(reader)),
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the blocks."""
    return _page(visit, desk, NumberForm())


async def submit(visit: Visit, desk: Desk) -> Response[str]:
    """Void numbers of a block, or return what is left of it."""
    form = visit.form(NumberForm)
    command: VoidNumbers | ReturnBlock = ReturnBlock(block=form.block, reason=form.reason)
    if form.act != RETURN:
        count = int(form.count) if form.count.isascii() and form.count.isdigit() and len(form.count) < 9 else 0  # noqa: PLR2004 - no block is longer
        command = VoidNumbers(block=form.block, count=count, reason=form.reason)
    try:
        await desk.submit(command, actor=visit.actor, key=visit.key)
    except Refusal as refusal:
        return _page(visit, desk, form, refused(visit, refusal))
    return visit.go("/numbers")
