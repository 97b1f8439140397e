"""``city ca``: the authority, the halls' certificates of both kinds, the city's own, and revoking."""

import json
import os
from pathlib import Path

import click

from appliance.clock import SystemClock, format_time
from appliance.config import CITY_FILE, CityConfig, load
from appliance.signing.authority import read_certificate
from appliance.signing.link import hosts_of
from appliance.store.connection import Readers, open_database
from sync.hub.certificates import certify, newest
from sync.hub.hub import DATABASE, make_hub, open_view
from sync.hub.keyring import ROOT_SEED, load_keyring, renew_authority
from sync.hub.links import ensure_server, revoke
from sync.hub.links import newest as newest_link


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


@click.command("server")
@click.option("--again", is_flag=True, help="现有证书仍可用时也重新签发")
@click.pass_obj
def ca_server(obj: dict[str, Path], *, again: bool) -> None:
    """签发市级自己的联网证书，名称取自 city.toml 的 link_hosts；平时由市级主程序自动签发和换发。"""
    directory, clock = obj["data"], SystemClock()
    config = load(directory / CITY_FILE, CityConfig)
    _, held, fresh = ensure_server(
        directory,
        load_keyring(directory, clock),
        name=config.name,
        hosts=config.link_hosts,
        clock=clock,
        random=os.urandom,
        again=again,
    )
    word = "已签发" if fresh else "仍可用"
    click.echo(f"市级联网证书{word}：{'、'.join(hosts_of(held))}，有效期至 {held.not_valid_after_utc:%Y-%m-%d}")


@click.command("revoke")
@click.argument("hall")
@click.pass_obj
def ca_revoke(obj: dict[str, Path], hall: str) -> None:
    """吊销一个大厅现在的联网密钥，立即生效；大厅用 hall link renew --new-key 换新密钥后可再联网。"""
    public = revoke(obj["data"], hall)
    click.echo(f"{hall} 的联网密钥 {public.hex()[:16]}… 已吊销")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def ca_list(obj: dict[str, Path], *, as_json: bool) -> None:
    """列出文书证书机构、各厅的文书证书和联网证书。"""
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
            "link_ends": _link_ends(directory, ticket.hall),
        }
        for ticket, issued in held.items()
    ]
    if as_json:
        click.echo(json.dumps({"authority_ends": ends, "halls": rows}, ensure_ascii=False))
        return
    click.echo(f"文书证书机构：有效期至 {ends[:10]}" if ends else "还没有文书证书机构，请运行 city ca init")
    for row in rows:
        documents = f"文书至 {str(row['ends'])[:10]}" if row["ends"] else "没有文书证书"
        link = f"联网至 {str(row['link_ends'])[:10]}" if row["link_ends"] else "没有联网证书"
        click.echo(f"{row['hall']}  {row['name']}  {documents}  {link}")


def _link_ends(directory: Path, hall: str) -> str | None:
    held = newest_link(directory, hall)
    return None if held is None else format_time(held.not_valid_after_utc)
