"""``hall sync once|status|run`` and ``hall enrol request|install``."""

import json
import os
import signal
import sys
import threading
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any, Final

import click
import structlog

from appliance.clock import SystemClock
from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import N_, HallmarkError, NotFound
from appliance.ledger.note import VerifierKey
from appliance.logs import configure_logs
from sync.agent import BEHIND, EQUAL, SyncReport, status, sync_once
from sync.city_client import CityClient
from sync.enrolment import REQUEST_FILE, install_ticket, load_hall_keys, make_request, open_request, write_file
from sync.running import Pauses, hall_port, keep_syncing, remote_hall, signed_floor
from sync.transports.pinned import city_transport
from sync.trust import fingerprint

FAILURE: Final = 2
WARNING: Final = 1
STATE_NAMES: Final = {
    EQUAL: "与市级一致",
    BEHIND: "正在追赶",
    "offline": "市级离线，业务照常",
    "rolled_back": "本机日志被回退",
    "fenced": "日志分叉，已停止写入",
    "sync_blocked": "同步暂停，需要人处理",
    "city_behind": "市级日志变短，需要市级处理",
    "city_forked": "市级日志分叉，需要市级处理",
}


def _show(report: SyncReport, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    held = "未知" if report.city_size is None else str(report.city_size)
    click.echo(f"{STATE_NAMES.get(report.state, report.state)}")
    click.echo(f"本机 {report.own_size} 条 · 市级 {held} 条 · 待上报 {report.behind} 条 · 下发 {report.down_size} 条")
    click.echo(f"最后联系：{report.last_contact or '尚未联系'}")
    if report.explanation:
        click.echo(report.explanation)


@click.command("once")
@click.option("--city", "city_url", help="市级地址；缺省用设置文件里的")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def sync_once_command(obj: dict[str, Path], city_url: str | None, *, as_json: bool) -> None:
    """同步一次: 0 两侧一致, 1 尚未一致, 2 同步停住或失败."""
    clock = SystemClock()
    url = city_url or load(obj["data"] / HALL_FILE, HallConfig).city_url
    with (
        hall_port(obj["data"], clock, version=version("hallmark")) as hall,
        city_transport(obj["data"], url, clock, floor=partial(signed_floor, hall)) as transport,
    ):
        report = sync_once(hall, CityClient(transport), clock)
    _show(report, as_json=as_json)
    sys.exit({EQUAL: 0, BEHIND: WARNING, "offline": WARNING}.get(report.state, FAILURE))


@click.command("run")
@click.pass_obj
def owner_run(obj: dict[str, Path]) -> None:
    """运行写入程序: 本厅唯一写入数据库的进程, 直到收到停止信号."""
    from sync.owning import serve_owner  # noqa: PLC0415 - no other command needs an event loop

    configure_logs("hall-owner", stream=sys.stderr, clock=SystemClock())
    serve_owner(obj["data"])


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def sync_status(obj: dict[str, Path], *, as_json: bool) -> None:
    """显示同步状态, 不联系市级."""
    with hall_port(obj["data"], SystemClock()) as hall:
        report = status(hall)
    _show(report, as_json=as_json)


@click.command("run")
@click.option("--city", "city_url", help="市级地址；缺省用设置文件里的")
@click.pass_obj
def sync_run(obj: dict[str, Path], city_url: str | None) -> None:
    """运行同步程序, 直到收到停止信号."""
    run_agent(obj["data"], city_url)


def run_agent(directory: Path, city_url: str | None) -> None:
    """Run the agent beside the owner until SIGTERM or SIGINT; a sync in progress is finished or fails by itself."""
    config = load(directory / HALL_FILE, HallConfig)
    clock = SystemClock()
    configure_logs("hall-sync", stream=sys.stderr, clock=clock)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    log = structlog.get_logger("sync")
    told: dict[str, Any] = {}

    def tell(outcome: SyncReport | HallmarkError, pause: float) -> None:
        # Said when it changes, not every few seconds: a month of standing still is one line.
        if isinstance(outcome, SyncReport):
            said: dict[str, Any] = {
                "state": outcome.state,
                "behind": outcome.behind,
                "explanation": outcome.explanation,
            }
        else:
            said = {"state": "failed", "reason": str(outcome)}
        if said != told:
            told.clear()
            told.update(said)
            log.info("sync", **said, pause_seconds=round(pause, 1))

    pauses = Pauses(interval_seconds=float(config.sync_interval_seconds))
    random = Random(os.urandom(16))  # noqa: S311 - jitter, not a secret
    with (
        remote_hall(directory, clock, version=version("hallmark")) as hall,
        city_transport(directory, city_url or config.city_url, clock, floor=partial(signed_floor, hall)) as transport,
    ):
        keep_syncing(hall, CityClient(transport), clock, random, pauses, wait=stop.wait, tell=tell)


@click.command("request")
@click.option("--send", is_flag=True, help="同时把申请送到市级")
@click.option("--epoch", type=click.IntRange(min=1), default=1, show_default=True, help="纪元；新机器上恢复时加一")
@click.pass_obj
def enrol_request(obj: dict[str, Path], epoch: int, *, send: bool) -> None:
    """生成密钥与入网申请; 市级两名审批员批准后再运行 hall enrol install, 或在新机器上运行 hall recover."""
    directory, clock = obj["data"], SystemClock()
    config = load(directory / HALL_FILE, HallConfig)
    path = directory / REQUEST_FILE
    if not path.is_file() or open_request(path.read_bytes()).epoch != epoch:
        keys = load_hall_keys(
            directory, city=config.city, hall=config.code, epoch=epoch, clock=clock, random=os.urandom
        )
        note = make_request(
            keys,
            city=config.city,
            area=config.area,
            hall_code=config.hall,
            hall_name=config.name,
            epoch=epoch,
            now=clock.now(),
        )
        write_file(path, note)
    click.echo(f"入网申请：{path.name}")
    key = VerifierKey.parse(open_request(path.read_bytes()).hall_vkey)
    click.echo(f"申请的指纹（审批员打电话来时逐组念）：{fingerprint(key)}")
    if send:
        with city_transport(directory, config.city_url, clock) as transport:
            issued = CityClient(transport).enrol(path.read_bytes())
        click.echo("市级已签发，请运行 hall enrol install" if issued else "已送达，等待市级两名审批员批准")


@click.command("install")
@click.option("--root", required=True, help="市级根密钥（vkey 文本，或含它的文件）")
@click.option("--ticket", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="入网凭证；缺省向市级领取")
@click.option("--yes", is_flag=True, help="指纹已当面或通过电话核对")
@click.pass_obj
def enrol_install(obj: dict[str, Path], root: str, ticket: Path | None, *, yes: bool) -> None:
    """核对根密钥指纹, 验证并装入入网凭证."""
    directory, clock = obj["data"], SystemClock()
    text = Path(root).read_text().strip() if Path(root).is_file() else root
    key = compared_root(text, yes=yes)
    trust = install_ticket(directory, _ticket(directory, ticket), key, clock=clock)
    click.echo(f"已入网：{trust.ticket.hall_name}，租约至 {trust.ticket.lease_until}")


def compared_root(text: str, *, yes: bool) -> VerifierKey:
    """Show the root key's fingerprint and let a person compare it."""
    key = VerifierKey.parse(text)
    click.echo(f"市级根密钥指纹：{fingerprint(key)}", err=True)
    if not yes:
        click.confirm("请与市级当面或通过电话逐组核对。指纹一致吗？", abort=True)
    return key


def _ticket(directory: Path, given: Path | None) -> bytes:
    if given is not None:
        return given.read_bytes()
    config = load(directory / HALL_FILE, HallConfig)
    with city_transport(directory, config.city_url, SystemClock()) as transport:
        note = CityClient(transport).enrol((directory / REQUEST_FILE).read_bytes())
    if note is None:
        raise NotFound(N_("市级还没有签发入网凭证"), code="not_issued", next_step=N_("请等两名审批员批准后再试"))
    return note
