"""``hall recover``."""

import json
from pathlib import Path

import click

from appliance.clock import SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.services.opening import DATABASE, open_hall
from appliance.store.journal_files import DirectoryFiles, journal_directory
from sync.city_client import CityClient
from sync.commands import STATE_NAMES, compared_root
from sync.enrolment import install_ticket
from sync.opening import keys_of
from sync.recovery import recover, refuse_existing
from sync.transports.pinned import city_transport


@click.command("recover")
@click.option("--from-city", "city_url", required=True, help="市级地址")
@click.option(
    "--ticket",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="两名审批员批准的新纪元凭证",
)
@click.option("--root", required=True, help="市级根密钥（vkey 文本，或含它的文件）")
@click.option("--yes", is_flag=True, help="指纹已当面或通过电话核对")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def recover_command(obj: dict[str, Path], city_url: str, ticket: Path, root: str, *, yes: bool, as_json: bool) -> None:
    """在新机器上恢复本厅: 从市级取回旧纪元的日志与附件, 补报残留的日志副本, 开启新纪元."""
    directory, clock = obj["data"], SystemClock()
    config = load(directory / HALL_FILE, HallConfig)
    refuse_existing(directory, DATABASE)
    key = compared_root(Path(root).read_text().strip() if Path(root).is_file() else root, yes=yes)
    trust = install_ticket(directory, ticket.read_bytes(), key, clock=clock)
    keys = keys_of(directory, trust, clock)
    with city_transport(directory, city_url, clock) as transport:
        done = recover(
            directory,
            trust=trust,
            keys=keys,
            city=CityClient(transport),
            root=key,
            files=lambda: DirectoryFiles(journal_directory(directory, config.journal_dir)),
            open_hall=lambda: open_hall(directory, clock=clock, signer=keys.h2c, mirror=trust.c2h)[0],
            clock=clock,
        )
    if as_json:
        told = {name: getattr(done, name) for name in ("epoch", "own", "down", "tail", "blobs", "missing")}
        click.echo(json.dumps({**told, "sync": done.report.as_json()}, ensure_ascii=False))
        return
    click.echo(f"已恢复本厅 {done.own} 条、市级下发 {done.down} 条、附件 {done.blobs} 件")
    if done.tail:
        click.echo(f"其中 {done.tail} 条只在日志副本里，已补报到旧纪元")
    if done.missing:
        click.echo(f"有 {len(done.missing)} 件附件哪里都没有了，需要重新扫描")
    click.echo(f"第 {done.epoch} 纪元已开启：{STATE_NAMES.get(done.report.state, done.report.state)}")
