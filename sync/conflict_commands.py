"""``hall conflicts``, ``city conflicts``, ``city conflict resolve``: what disagrees, whose it is, and until when."""

import json
from pathlib import Path
from typing import Any

import click

from appliance.clock import SystemClock
from appliance.domain.actor import Actor, Role
from appliance.domain.conflicts import rule_of
from appliance.errors import N_, NotFound
from appliance.projections import conflicts
from appliance.projections.conflicts import Found
from appliance.store.connection import open_database
from sync.hub.conflicts import resolve
from sync.hub.hub import DATABASE, make_hub

HALL_DATABASE = "hall.db"
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


def _list(path: Path, *, only_open: bool, json_wanted: bool) -> None:
    if not path.is_file():
        raise NotFound(N_("数据目录里没有数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    rows = conflicts.listing(open_database(path, read_only=True), only_open=only_open, limit=ROWS_MAX)
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
    _list(obj["data"] / HALL_DATABASE, only_open=only_open, json_wanted=json_wanted)


@click.command("conflicts")
@click.option("--open", "only_open", is_flag=True, help="只列没有处理的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def city_conflicts(obj: dict[str, Path], *, only_open: bool, json_wanted: bool) -> None:
    """列出各厅的冲突：对象、责任方、期限、处理结果。"""
    _list(obj["data"] / DATABASE, only_open=only_open, json_wanted=json_wanted)


@click.command("resolve")
@click.argument("conflict")
@click.option("--choice", required=True, help="处理结果的代码，见 city conflicts --json")
@click.option("--reason", required=True, help="核实情况和理由，至少十个字")
@click.option("--operator", required=True, help="值守人员的工号")
@click.pass_obj
def conflict_resolve(obj: dict[str, Path], conflict: str, choice: str, reason: str, operator: str) -> None:
    """处理属于市级的冲突 CONFLICT（市级主程序须已停止；运行时在“冲突”页面处理）。"""
    hub = make_hub(obj["data"], SystemClock())
    try:
        found = resolve(hub, conflict, choice=choice, words=reason, actor=Actor(operator, Role.CITY_OPERATOR))
    finally:
        hub.close()
    click.echo(f"{found.conflict}  {found.name}  {found.subject}  已处理")
