"""``city numbers list|grant``: number blocks leased to halls, and the ledger of gaps."""

import json
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.errors import N_, NotFound
from appliance.projections.number_commands import as_json, say
from appliance.store.connection import open_database
from sync.hub import errands
from sync.hub.hub import DATABASE, Hub
from sync.hub.numbers import grant


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What ``grant`` asks of whoever owns the city."""

    hall: str
    scope: str
    count: int
    start: int


def _grant(hub: Hub, payload: bytes) -> Any:
    errand = msgspec.json.decode(payload, type=Errand)
    return as_json(grant(hub, errand.hall, errand.scope, errand.count, start=errand.start))


ERRANDS: Final[errands.Errands] = {"numbers.grant": _grant}


@click.command("list")
@click.option("--hall", default="", help="只列这个大厅的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def numbers_list(obj: dict[str, Path], hall: str, *, json_wanted: bool) -> None:
    """列出下发的号段、剩余个数和缺号台账。"""
    path = obj["data"] / DATABASE
    if not path.is_file():
        raise NotFound(N_("数据目录里没有市级的数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    say(open_database(path, read_only=True), hall=hall, json_wanted=json_wanted)


@click.command("grant")
@click.option("--hall", required=True, help="大厅的代码")
@click.option("--scope", required=True, help="document:机关代字:年份，或者 licence:证照类型代码:年份（不分年写 all）")
@click.option("--count", type=int, required=True, help="个数")
@click.option("--start", type=int, default=0, help="从这个号起或更后；别处已经用过前面的号时填")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def numbers_grant(obj: dict[str, Path], hall: str, scope: str, count: int, start: int, *, json_wanted: bool) -> None:
    """给一个大厅下发号段；主程序运行时也可以。用剩五分之一时自动补发。"""
    errand = Errand(hall=hall, scope=scope, count=count, start=start)
    found = errands.run(obj["data"], "numbers.grant", errand, ERRANDS)
    if json_wanted:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(f"{found['hall']}  {found['scope']}  {found['first']}–{found['last']}")
