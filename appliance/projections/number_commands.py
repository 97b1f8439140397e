"""What ``hall numbers`` and ``city numbers`` write: blocks with what is left of them, and the ledger of gaps."""

import json
from typing import Any

import click

from appliance.domain.number_blocks import GAP_NAMES, Gap
from appliance.projections import number_blocks
from appliance.projections.number_blocks import BlockRow, GapRow
from appliance.store.connection import Connection


def as_json(row: BlockRow) -> dict[str, Any]:
    """Give a block as plain values."""
    return {name: getattr(row, name) for name in row.__slots__} | {"left": row.left}


def gap_as_json(gap: GapRow) -> dict[str, Any]:
    """Give a gap as plain values."""
    return {name: getattr(gap, name) for name in gap.__slots__}


def say(connection: Connection, *, hall: str, json_wanted: bool) -> None:
    """Write blocks and gaps of a hall, or of all.

    Args:
        connection: a reader of the hall's or the city's database.
        hall: code of a hall; empty for all.
        json_wanted: as JSON.
    """
    blocks, gaps = number_blocks.listing(connection, hall=hall), number_blocks.gaps(connection, hall=hall)
    if json_wanted:
        told = {"blocks": [as_json(row) for row in blocks], "gaps": [gap_as_json(gap) for gap in gaps]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for row in blocks:
        click.echo(f"{row.block}  {row.hall}  {row.scope}  {row.first}–{row.last}  剩 {row.left}")
    for gap in gaps:
        why = GAP_NAMES[Gap(gap.why)] if gap.why in set(Gap) else gap.why
        click.echo(f"缺号  {gap.hall}  {gap.scope}  {gap.first}–{gap.last}  {why}  {gap.at[:16]}  {gap.by}")
