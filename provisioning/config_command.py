"""``hall config check``: whether the settings file is right, and if not, which setting and why."""

import json
import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import click

from appliance.config import HALL_FILE, HallConfig, load, places_of
from appliance.domain.identifiers import areas
from appliance.errors import Refusal
from hardware.receipt_printer import address_problem
from sync.transports.http import check_city_url

EXIT_INVALID = 2
PORT_MAX = 65535
CITY_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HALL_NUMBER = re.compile(r"[0-9]{2}")
WINDOW = re.compile(r"[0-9A-Za-z]{1,4}")
POSITIVE = ("sync_interval_seconds", "sweep_interval_seconds", "render_idle_seconds", "upload_bytes_max", "port")


def _refusal(name: str, check: Callable[[str], object], value: str) -> list[str]:
    try:
        check(value)
    except Refusal as refusal:
        return [f"{name}：{refusal.text()}"]
    return []


def _is_address(text: str) -> bool:
    """Tell whether a peer can have this address as it is written: no name, no network, no other spelling."""
    try:
        return str(ip_address(text)) == text
    except ValueError:
        return False


def findings(config: HallConfig) -> list[str]:
    """Name what is wrong with settings that have the right form; empty when nothing is."""
    found = [*_refusal("area", areas.check, config.area), *_refusal("city_url", check_city_url, config.city_url)]
    if not CITY_NAME.fullmatch(config.city):
        found.append("city：城市代码只能用小写字母、数字、连字符，它是日志名称的一部分")
    if not HALL_NUMBER.fullmatch(config.hall):
        found.append("hall：应为两位数字")
    if len(set(config.windows)) != len(config.windows) or not config.windows:
        found.append("windows：窗口号不能为空或重复")
    elif not all(WINDOW.fullmatch(window) for window in config.windows):
        found.append("windows：窗口号只能用数字或字母，最多四位，它也是扫描文件夹的名称")
    found += [one for text in config.shelves for one in _refusal("shelves", places_of, text)]
    if config.port > PORT_MAX:
        found.append(f"port：不能大于 {PORT_MAX}")
    found += [f"{name}：必须大于 0" for name in POSITIVE if getattr(config, name) <= 0]
    found += [
        f"receipt_printers.{place}：没有这个窗口或自助终端"
        for place in config.receipt_printers
        if place not in (*config.windows, *config.kiosks)
    ]
    found += [
        f"receipt_printers.{window}：地址应为 tcp://主机:9100、usb://厂商号:产品号 或 file:///设备"
        for window, address in config.receipt_printers.items()
        if address_problem(address)
    ]
    found += [
        f"kiosks：“{text}”不是网络地址，应写成 192.168.1.21 这样" for text in config.kiosks if not _is_address(text)
    ]
    if config.journal_dir and not Path(config.journal_dir).is_absolute():
        found.append("journal_dir：应为绝对路径，最好在第二块盘上")
    return found


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。")
@click.pass_context
def config_check(context: click.Context, *, as_json: bool) -> None:
    """检查设置文件，逐项说明错误。"""
    data: Path = context.obj["data"]
    found = findings(load(data / HALL_FILE, HallConfig))
    if as_json:
        click.echo(json.dumps({"ok": not found, "findings": found}, ensure_ascii=False))
    else:
        click.echo("\n".join(found) or "设置无误")
    context.exit(EXIT_INVALID if found else 0)
