"""``city evidence …``: the refused heads of a hall, and their settlement by two officers, each with the own key."""

import json
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.clock import SystemClock, format_time
from appliance.domain.actor import Actor, Role
from appliance.errors import N_, NotFound
from appliance.store.connection import open_database
from sync.enrolment import write_file
from sync.hub import errands, settlements
from sync.hub.hub import DATABASE, Hub
from sync.hub.keyring import load_keyring, officer_signer
from sync.trust import OFFICERS_NEEDED


class Errand(msgspec.Struct, frozen=True):
    """What the city's owner shall settle: path of the order, the reason, and who carries it out."""

    order: str
    reason: str
    operator: str


def _settle(hub: Hub, payload: bytes) -> Any:
    errand = msgspec.json.decode(payload, type=Errand)
    actor = Actor(errand.operator, Role.CITY_OPERATOR)
    return {"hall": settlements.settle(hub, Path(errand.order).read_bytes(), errand.reason, actor)}


ERRANDS: Final[errands.Errands] = {"evidence.settle": _settle}


@click.command("list")
@click.argument("hall")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def evidence_list(obj: dict[str, Path], hall: str, *, as_json: bool) -> None:
    """列出一个厅被拒的日志头，和各自结案没有。"""
    reader = _reader(obj["data"])
    try:
        rows = [
            {"number": number, "kind": kept.kind, "time": kept.time, "settled": settled}
            for number, kept, settled in settlements.listing(reader, hall)
        ]
    finally:
        reader.close()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    for row in () if as_json else rows:
        click.echo(f"{row['number']}  {row['time']}  {row['kind']}  {'已结案' if row['settled'] else '未结案'}")


@click.command("sign")
@click.argument("hall")
@click.argument("number", type=int)
@click.option("--order", required=True, type=click.Path(dir_okay=False, path_type=Path), help="结案令放在哪个文件")
@click.option(
    "--officer-key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="审批员本人的密钥文件",
)
@click.pass_obj
def evidence_sign(obj: dict[str, Path], *, hall: str, number: int, order: Path, officer_key: Path) -> None:
    """以一名审批员的身份签结案令：核对过 HALL 的第 NUMBER 个被拒日志头，没有问题要再追究。"""
    clock = SystemClock()
    keyring = load_keyring(obj["data"], clock)
    reader = _reader(obj["data"])
    try:
        kept = settlements.find(reader, hall, number)
    finally:
        reader.close()
    before = order.read_bytes() if order.exists() else None
    signed = settlements.sign(kept, before, officer_signer(officer_key, keyring), keyring, format_time(clock.now()))
    write_file(order, signed)
    more = OFFICERS_NEEDED - settlements.count_signed(signed, keyring)
    click.echo(f"已签名，还需 {more} 名审批员签名" if more > 0 else "两名审批员都已签名，可以运行 city evidence settle")


@click.command("settle")
@click.argument("order", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", required=True, help="核对了什么，结论是什么")
@click.option("--operator", required=True, help="经办人工号")
@click.pass_obj
def evidence_settle(obj: dict[str, Path], *, order: Path, reason: str, operator: str) -> None:
    """按两名审批员签的结案令，在下发日志里写明结案；主程序运行时也可以。"""
    errand = Errand(order=str(order.absolute()), reason=reason, operator=operator)
    told = errands.run(obj["data"], "evidence.settle", errand, ERRANDS)
    click.echo(f"大厅 {told['hall']}：被拒的日志头已结案")


def _reader(directory: Path) -> Any:
    path = directory / DATABASE
    if not path.is_file():
        raise NotFound(N_("数据目录里没有市级的数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    return open_database(path, read_only=True)
