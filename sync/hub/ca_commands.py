"""``city ca init|issue|list``: the document authority and the halls' certificates."""

import json
import os
from pathlib import Path

import click

from appliance.clock import SystemClock
from appliance.signing.authority import read_certificate
from appliance.store.connection import Readers, open_database
from sync.hub.certificates import certify, newest
from sync.hub.hub import DATABASE, make_hub, open_view
from sync.hub.keyring import ROOT_SEED, load_keyring, renew_authority


@click.command("init")
@click.option("--root", type=click.Path(dir_okay=False, path_type=Path), help="根密钥文件；缺省为 handover/root.seed")
@click.pass_obj
def ca_init(obj: dict[str, Path], root: Path | None) -> None:
    """建立文书证书机构，或给它换发证书（密钥不变）；由根密钥认证，市级主程序须重新启动。"""
    directory = obj["data"]
    seed = root or directory / "handover" / ROOT_SEED
    keyring = renew_authority(directory, seed, clock=SystemClock(), random=os.urandom)
    certificate = read_certificate(keyring.authority_certificate)
    click.echo(f"文书证书机构已由根密钥认证，有效期至 {certificate.not_valid_after_utc:%Y-%m-%d}")


@click.command("issue")
@click.argument("hall")
@click.pass_obj
def ca_issue(obj: dict[str, Path], hall: str) -> None:
    """给一个大厅再发一次文书证书（市级主程序须已停止）；平时由市级在到期前自动换发。"""
    hub = make_hub(obj["data"], SystemClock())
    try:
        certify(hub, hub.hall(hall), again=True)
    finally:
        hub.close()
    click.echo(f"{hall} 的文书证书已写入下发日志，下次同步时送达")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def ca_list(obj: dict[str, Path], *, as_json: bool) -> None:
    """列出文书证书机构和各厅的文书证书。"""
    directory, clock = obj["data"], SystemClock()
    keyring = load_keyring(directory, clock)
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        view = open_view(directory, clock, readers)
        held = {trust.ticket: newest(view.reader(), trust.ticket.c2h_origin) for trust in view.halls}
    finally:
        readers.close()
    ends = (
        read_certificate(keyring.authority_certificate).not_valid_after_utc.isoformat() if keyring.authority else None
    )
    rows = [
        {
            "hall": ticket.hall,
            "name": ticket.hall_name,
            "starts": issued.starts if issued else None,
            "ends": issued.ends if issued else None,
        }
        for ticket, issued in held.items()
    ]
    if as_json:
        click.echo(json.dumps({"authority_ends": ends, "halls": rows}, ensure_ascii=False))
        return
    click.echo(f"文书证书机构：有效期至 {ends[:10]}" if ends else "还没有文书证书机构，请运行 city ca init")
    for row in rows:
        click.echo(f"{row['hall']}  {row['name']}  {'至 ' + str(row['ends'])[:10] if row['ends'] else '没有证书'}")
