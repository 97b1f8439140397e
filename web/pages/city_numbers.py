"""号段 at the city: what each hall has left of each sequence, the ledger of gaps, and a new block for a hall."""

import asyncio
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.actor import Role
from appliance.errors import N_, Refusal
from appliance.projections import number_blocks
from sync.hub.hub import Hub
from sync.hub.numbers import grant
from web.pages.number_lines import BlockLine, GapLine, block_line, gap_line
from web.pages.stale import NOTHING, Refused, refused
from web.visit import Visit

LABELS = {"hall": N_("大厅"), "scope": N_("编号种类"), "count": N_("个数"), "start": N_("从几号起或更后")}
DIGITS_MAX = 8


class GrantForm(msgspec.Struct, frozen=True):
    """Which hall gets how many numbers of which sequence."""

    hall: str = ""
    scope: str = ""
    count: str = ""
    start: str = ""


class NumbersPage(msgspec.Struct, frozen=True):
    """All blocks and gaps, and the form."""

    TEMPLATE: ClassVar[str] = "city/numbers.html"
    blocks: tuple[BlockLine, ...]
    gaps: tuple[GapLine, ...]
    halls: tuple[tuple[str, str], ...]
    form: GrantForm
    labels: dict[str, str]
    problems: dict[str, str]
    grants: bool


def _page(visit: Visit, hub: Hub, form: GrantForm, why: Refused = NOTHING) -> Response[str]:
    reader = hub.store.reader()
    names = {trust.ticket.hall: trust.ticket.hall_name for trust in hub.halls}
    page = NumbersPage(
        blocks=tuple(block_line(visit, row, names.get(row.hall, row.hall)) for row in number_blocks.listing(reader)),
        gaps=tuple(gap_line(visit, row, names.get(row.hall, row.hall)) for row in number_blocks.gaps(reader)),
        halls=tuple(sorted(names.items())),
        form=form,
        labels={name: visit.text(label) for name, label in LABELS.items()},
        problems=why.problems,
        grants=visit.actor.role is Role.CITY_OPERATOR,
    )
    return visit.show(page, status=why.status)


def show(visit: Visit, hub: Hub) -> Response[str]:
    """Show the blocks."""
    return _page(visit, hub, GrantForm())


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else 0


async def submit(visit: Visit, hub: Hub) -> Response[str]:
    """Lease a block."""
    form = visit.form(GrantForm)
    try:
        await asyncio.to_thread(
            grant,
            hub,
            form.hall,
            form.scope,
            _number(form.count),
            start=_number(form.start),
            actor=visit.actor,
            key=visit.key,
        )
    except Refusal as refusal:
        return _page(visit, hub, form, refused(visit, refusal))
    return visit.go("/numbers")
