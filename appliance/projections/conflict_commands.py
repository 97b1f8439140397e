"""``hall conflicts``: signed facts that disagree: what, whose it is, until when. The city lists its own alike."""

import json
from pathlib import Path
from typing import Any

import click

from appliance.domain.conflicts import rule_of
from appliance.projections import conflicts
from appliance.projections.commands import open_reader
from appliance.projections.conflicts import Found
from appliance.store.connection import Connection

ROWS_MAX = 10_000


def as_json(found: Found) -> dict[str, Any]:
    """Give a conflict as plain values; no words of persons are in it."""
    rule = rule_of(found.kind)
    return {
        "conflict": found.conflict,
        "kind": found.kind,
        "name": found.name,
        "subject": found.subject,
        "owner": found.owner or "city",
        "roles": sorted(rule.roles) if rule else [],
        "found": found.found,
        "due": found.due,
        "open": found.open,
        "choice": found.choice,
        "choices": {code: choice.name for code, choice in rule.choices.items()} if rule else {},
        "by": found.by,
        "at": found.at,
        "evidence": [{"origin": one.origin, "index": one.index, "subject": one.subject} for one in found.evidence],
    }


def say(reader: Connection, *, only_open: bool, json_wanted: bool) -> None:
    """Write the conflicts that a database has, of a hall or of the city, and close it."""
    rows = conflicts.listing(reader, only_open=only_open, limit=ROWS_MAX)
    reader.close()
    if json_wanted:
        click.echo(json.dumps([as_json(found) for found in rows], ensure_ascii=False))
        return
    for found in rows:
        rule = rule_of(found.kind)
        end = rule.choices[found.choice].name if rule and found.choice in rule.choices else found.choice
        click.echo(
            f"{found.conflict}  {found.name}  {found.subject}  {'大厅 ' + found.owner if found.owner else '市级'}"
            f"  {found.due} 前  {end or '未处理'}"
        )


@click.command("conflicts")
@click.option("--open", "only_open", is_flag=True, help="只列没有处理的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def hall_conflicts(obj: dict[str, Path], *, only_open: bool, json_wanted: bool) -> None:
    """列出与本厅有关的冲突：对象、责任方、期限、处理结果。"""
    say(open_reader(obj["data"]), only_open=only_open, json_wanted=json_wanted)
