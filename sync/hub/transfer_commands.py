"""``city transfers``: cases on their way between halls."""

import json
from pathlib import Path
from typing import Any

import click

from appliance.clock import SystemClock
from appliance.domain.transfer import is_late
from appliance.errors import N_, NotFound
from appliance.store.connection import Connection, open_database
from sync.hub import cases
from sync.hub.cases import Transfer
from sync.hub.due import shipped_calendar
from sync.hub.hub import DATABASE

LISTED_MAX = 10_000


def as_json(transfer: Transfer, *, late: bool) -> dict[str, Any]:
    """Give a transfer as plain values; a city keeps nothing personal of it."""
    where = "signed" if transfer.taken_at else "passed_on" if transfer.sent_at else "at_city"
    return {
        "case": transfer.case_no,
        "leg": transfer.leg,
        "from": transfer.from_hall,
        "to": transfer.to_hall,
        "purpose": transfer.purpose,
        "given_at": transfer.given_at,
        "passed_on_at": transfer.sent_at,
        "signed_at": transfer.taken_at,
        "scans": transfer.scans,
        "scans_passed_on": transfer.scans_sent,
        "where": where,
        "late": late,
    }


def _open(data: Path) -> Connection:
    path = data / DATABASE
    if not path.is_file():
        raise NotFound(N_("数据目录里没有市级的数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    return open_database(path, read_only=True)


@click.command("transfers")
@click.option("--case", "number", default="", help="只看这一件，连同已经签收的")
@click.option("--late", "only_late", is_flag=True, help="只列超过两个工作日没有签收的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def city_transfers(obj: dict[str, Path], number: str, *, only_late: bool, json_wanted: bool) -> int:
    """列出在两个大厅之间移交、还没有签收的件，最久的在前；有超时的，退出码为 1。"""
    connection, today = _open(obj["data"]), SystemClock().now().date()
    calendar = shipped_calendar()
    found = cases.legs(connection, number) if number else cases.undelivered(connection, limit=LISTED_MAX)
    told = [as_json(one, late=not one.taken_at and is_late(one.given_at, today, calendar)) for one in found]
    told = [one for one in told if one["late"] or not only_late]
    if json_wanted:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for one in told:
            words = "超时" if one["late"] else "已签收" if one["signed_at"] else "在途"
            click.echo(f"{one['case']}  {one['from']} → {one['to']}  {one['given_at'][:16]}  {words}")
    return int(any(one["late"] for one in told))
