"""``city init``, ``city enrol list|approve``, ``city halls``, ``city publish``."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import click
import sqlite_utils

from appliance.clock import SystemClock
from appliance.config import CITY_FILE, CityConfig, dump, load
from appliance.store.connection import Readers, open_database
from sync.enrolment import LEASE_DEFAULT, write_file
from sync.hub.board import board, summary
from sync.hub.conservation import balances
from sync.hub.conservation import summary as summarised
from sync.hub.enrolment_desk import Waiting, approve_request, list_requests
from sync.hub.hub import DATABASE, SILENT_AFTER, make_hub, open_view
from sync.hub.keyring import create_city, load_epochs, load_keyring, officer_signer
from sync.hub.publish import PACK_NAMES, publish_pack

FAILURE: Final = 2


@click.command("init")
@click.option("--city", required=True, help="城市代码：小写字母、数字、连字符")
@click.option("--name", required=True, help="页面与凭证上的全名")
@click.option("--officer", "officers", multiple=True, required=True, help="审批员代码，至少两名，各写一次")
@click.pass_obj
def init(obj: dict[str, Path], city: str, name: str, officers: tuple[str, ...]) -> None:
    """建立市级: 生成密钥并由根密钥认证."""
    directory = obj["data"]
    made = create_city(directory, city=city, officers=officers, clock=SystemClock(), random=os.urandom)
    if not (directory / CITY_FILE).is_file():
        write_file(directory / CITY_FILE, dump(CityConfig(city=city, name=name)).encode())
    click.echo(f"根密钥指纹：{made.fingerprint}")
    click.echo(f"请把根密钥移到离线介质：{made.root_seed.relative_to(directory)}")
    for officer, path in made.officer_seeds.items():
        click.echo(f"请把审批员 {officer} 的密钥交给本人：{path.relative_to(directory)}")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def enrol_list(obj: dict[str, Path], *, as_json: bool) -> None:
    """列出入网申请."""
    found = list_requests(obj["data"])
    if as_json:
        click.echo(json.dumps([_request(waiting) for waiting in found], ensure_ascii=False))
        return
    for waiting in found:
        state = "已签发" if waiting.issued else f"已有 {len(waiting.approvals)} 名审批员签名"
        hall = waiting.request.area + waiting.request.hall_code
        click.echo(f"{waiting.id[:12]}  {hall}  {waiting.request.hall_name}  {state}")
    if not found:
        click.echo("没有入网申请")


@click.command("approve")
@click.argument("request_id")
@click.option(
    "--officer-key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="审批员本人的密钥文件",
)
@click.pass_obj
def enrol_approve(obj: dict[str, Path], request_id: str, officer_key: Path) -> None:
    """以一名审批员的身份批准; 第二名不同的审批员批准时签发凭证."""
    clock = SystemClock()
    keyring = load_keyring(obj["data"], clock)
    signer = officer_signer(officer_key, keyring)
    lease, _ = _spans(obj["data"])
    waiting = approve_request(obj["data"], request_id, signer, keyring, clock, os.urandom, lease=lease)
    click.echo("已签发入网凭证" if waiting.issued else "已签名，还需另一名审批员批准")


@click.command("halls")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def halls(obj: dict[str, Path], *, as_json: bool) -> None:
    """列出各厅, 需要处理的排在前面."""
    directory, clock = obj["data"], SystemClock()
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        view = open_view(directory, clock, readers, silent_after=_spans(directory)[1])
        rows = board(view)
    finally:
        readers.close()
    if as_json:
        told = {**summary(rows, clock.now()), "halls": [row.as_json() for row in rows]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for row in rows:
        click.echo(
            f"{row.hall}  {row.name}  {row.state_name}  {row.size} 条 · {row.short_root} · 待上报 {row.behind_up}"
            f" · 办件 {row.cases} · 最后联系 {row.last_contact or '–'}  {row.next_step}"
        )


@click.command("conservation")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def conservation(obj: dict[str, Path], *, as_json: bool) -> None:
    """核对守恒: 已签发 = 已接收 + 待人处理 + 在途, 按条数与日志根; 0 守恒, 2 不守恒."""
    directory, clock = obj["data"], SystemClock()
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        view = open_view(directory, clock, readers, silent_after=_spans(directory)[1])
        found = summarised(balances(view, load_epochs(directory, load_keyring(directory, clock).root)))
    finally:
        readers.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for log in found["logs"]:
            click.echo(
                f"{log['hall']} e{log['epoch']} {log['direction']}  已签发 {log['issued']} = 已接收 {log['accepted']}"
                f" + 待人处理 {log['flagged']} + 在途 {log['in_flight']}  {'守恒' if log['holds'] else '不守恒'}"
            )
    sys.exit(0 if found["holds"] else FAILURE)


@click.command("restored")
@click.pass_obj
def restored(obj: dict[str, Path]) -> None:
    """恢复旧备份之后、启动主程序之前运行: 各厅的下发日志在该厅联系之前只读."""
    hub = make_hub(obj["data"], SystemClock())
    try:
        codes = hub.was_restored()
    finally:
        hub.close()
    click.echo(f"{len(codes)} 个大厅的下发日志等待核对：{'、'.join(codes)}")


@click.command("publish")
@click.argument("name", type=click.Choice(PACK_NAMES))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hall", "codes", multiple=True, help="大厅代码；缺省为所有大厅")
@click.pass_obj
def publish(obj: dict[str, Path], name: str, file: Path, codes: tuple[str, ...]) -> None:
    """下发数据包: FILE 是 SQLite 文件, 其中每张表原样下发（市级主程序须已停止）."""
    source = sqlite_utils.Database(file)
    tables = {table: list(source[table].rows) for table in source.table_names()}
    source.close()
    lease, silent_after = _spans(obj["data"])
    hub = make_hub(obj["data"], SystemClock(), lease=lease, silent_after=silent_after)
    try:
        version = publish_pack(hub, name, tables, halls=codes)
    finally:
        hub.close()
    click.echo(f"{name} 第 {version} 版已写入下发日志")


def _spans(directory: Path) -> tuple[timedelta, timedelta]:
    """Give lease and silence as the settings have them; a city without settings takes the defaults."""
    path = directory / CITY_FILE
    if not path.is_file():
        return LEASE_DEFAULT, SILENT_AFTER
    config = load(path, CityConfig)
    return timedelta(days=config.lease_days), timedelta(seconds=config.silence_seconds)


def _request(waiting: Waiting) -> dict[str, object]:
    return {
        "id": waiting.id,
        "hall": waiting.request.area + waiting.request.hall_code,
        "name": waiting.request.hall_name,
        "created": waiting.request.created,
        "approvals": list(waiting.approvals),
        "issued": waiting.issued,
    }
