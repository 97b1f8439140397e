"""``hall link trust|show|renew``: the hall's end of the TLS connection to its city."""

import json
from pathlib import Path

import click

from appliance.clock import SystemClock, format_time
from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import N_, Invalid
from appliance.signing.authority import hall_of
from sync.commands import compared_root
from sync.link import believed_keys, held_certificate, new_key, pin_keys
from sync.transports.pinned import PinnedTransport, city_transport


@click.command("trust")
@click.option("--root", required=True, help="市级根密钥（vkey 文本，或含它的文件）")
@click.option(
    "--city-keys",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="市级的 city-keys.note",
)
@click.option("--yes", is_flag=True, help="指纹已当面或通过电话核对")
@click.pass_obj
def link_trust(obj: dict[str, Path], root: str, city_keys: Path, *, yes: bool) -> None:
    """核对根密钥指纹, 记下市级证书机构; 入网以前用 https 送申请, 或市级换发机构证书以后用."""
    key = compared_root(Path(root).read_text().strip() if Path(root).is_file() else root, yes=yes)
    keys = pin_keys(obj["data"], city_keys.read_bytes(), key)
    click.echo(f"已记下 {keys.city} 的证书机构" if keys.authority else f"{keys.city} 还没有证书机构，不能用 https")


@click.command("show")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def link_show(obj: dict[str, Path], *, as_json: bool) -> None:
    """显示本厅的联网证书, 不联系市级."""
    directory = obj["data"]
    url = load(directory / HALL_FILE, HallConfig).city_url
    keys, held = believed_keys(directory), held_certificate(directory)
    told = {
        "city_url": url,
        "authority": bool(keys and keys.authority),
        "hall": hall_of(held) if held is not None else None,
        "starts": format_time(held.not_valid_before_utc) if held is not None else None,
        "ends": format_time(held.not_valid_after_utc) if held is not None else None,
        "ended": held is not None and held.not_valid_after_utc < SystemClock().now(),
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"市级地址：{url}")
    click.echo("市级证书机构：" + ("已由根密钥认证" if told["authority"] else "没有，请运行 hall link trust"))
    if held is None:
        click.echo("本厅联网证书：还没有，第一次用 https 联系市级时自动申请")
    else:
        word = "已到期，下次联系时自动换发" if told["ended"] else "有效"
        click.echo(f"本厅联网证书：{told['hall']}，至 {str(told['ends'])[:10]}，{word}")


@click.command("renew")
@click.option("--new-key", "fresh", is_flag=True, help="换一把新密钥；旧密钥被吊销或可能泄露时用")
@click.pass_obj
def link_renew(obj: dict[str, Path], *, fresh: bool) -> None:
    """立即向市级申请联网证书; 平时由同步程序自动换发."""
    directory = obj["data"]
    url = load(directory / HALL_FILE, HallConfig).city_url
    with city_transport(directory, url, SystemClock()) as transport:
        if not isinstance(transport, PinnedTransport):
            raise Invalid(
                N_("本厅用不加密的本机地址连接市级，不需要联网证书：%(url)s"),
                code="plain_http",
                subject="city_url",
                params={"url": url},
                next_step=N_("市级在别的机器上时，请把 hall.toml 的 city_url 改为 https 地址"),
            )
        if fresh:
            new_key(directory)
        certificate = transport.renew()
    click.echo(f"本厅联网证书有效期至 {certificate.not_valid_after_utc:%Y-%m-%d}")
