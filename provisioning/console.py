"""The command line: ``hall <noun> <verb>`` and ``city <noun> <verb>``, one table of strings each.

A verb's code stands in the package it belongs to and is imported when the verb is used, so no import runs upwards and
``hall --help`` starts fast. Exit codes: 0 ok, 1 warning, 2 failure, 3 usage.
"""

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from appliance.errors import HallmarkError
from appliance.ledger.note import VerifierKey

EXIT_FAILURE = 2
EXIT_USAGE = 3

# noun verb -> (package.module:command, help)
HALL: Mapping[str, tuple[str, str]] = {
    "access verify": ("appliance.services.access_command:access_verify", "核对查看记录"),
    "backup": ("appliance.store.commands:backup", "在线备份到一个文件"),
    "bundle export": ("sync.carried.commands:bundle_export", "写出带到市级的数据包"),
    "bundle import": ("sync.carried.commands:bundle_import", "装入市级的回件"),
    "bundle show": ("sync.carried.commands:bundle_show", "说明数据包里有什么"),
    "case list": ("appliance.projections.commands:case_list", "列出办件"),
    "case take-over": ("provisioning.transfer_command:case_take_over", "签收移交来的件"),
    "case transfer": ("provisioning.transfer_command:case_transfer", "把一件移交给另一个大厅"),
    "case transfers": ("provisioning.transfer_command:case_transfers", "列出在途的移交"),
    "case show": ("appliance.projections.commands:case_show", "显示一件"),
    "clock due": ("appliance.catalogue.clock_command:clock_due", "计算到期日"),
    "config check": ("provisioning.config_command:config_check", "检查设置文件"),
    "conflicts": ("appliance.projections.conflict_commands:hall_conflicts", "列出冲突"),
    "demo load": ("provisioning.load:demo_load", "装入演示办件"),
    "enrol install": ("sync.commands:enrol_install", "安装入网凭证"),
    "enrol request": ("sync.commands:enrol_request", "申请入网"),
    "export audit": ("appliance.projections.exports:export_audit_command", "导出审计清单"),
    "export statistics": ("appliance.projections.exports:export_statistics_command", "导出统计数据"),
    "item validate": ("appliance.catalogue.commands:item_validate", "校验事项文件"),
    "jobs run": ("provisioning.jobs:jobs_run", "运行后台任务"),
    "journal verify": ("appliance.store.commands:journal_verify", "核对日志副本"),
    "licence cache": ("sync.licence_lists:licence_cache", "说明证照缓存"),
    "licence list": ("sync.licence_lists:licence_list", "列出证照"),
    "licence revoke": ("sync.licence_lists:licence_revoke", "说明怎样撤销证照"),
    "licence show": ("sync.licence_lists:licence_show", "显示一份证照"),
    "licence verify": ("sync.licence_commands:licence_verify", "核验证照"),
    "link renew": ("sync.link_commands:link_renew", "申请或换发联网证书"),
    "link show": ("sync.link_commands:link_show", "显示联网证书"),
    "link trust": ("sync.link_commands:link_trust", "记下市级证书机构"),
    "log export": ("appliance.store.commands:log_export", "导出日志"),
    "log prove": ("appliance.store.commands:log_prove", "为一条记录出具证明"),
    "log verify": ("appliance.store.commands:log_verify", "核对签名日志"),
    "owner run": ("sync.commands:owner_run", "运行写入程序"),
    "numbers list": ("provisioning.number_command:numbers_list", "列出号段和缺号台账"),
    "numbers return": ("provisioning.number_command:numbers_return", "交回号段剩下的号"),
    "numbers void": ("provisioning.number_command:numbers_void", "作废号段里的号"),
    "paper list": ("provisioning.paper_command:paper_list", "列出文书"),
    "paper render": ("provisioning.paper_command:paper_render", "把文书写成 PDF"),
    "paper verify": ("provisioning.paper_command:paper_verify", "核验一份文书的二维码"),
    "person confirm": ("sync.person_commands:person_confirm", "复核决定个人信息请求并办理"),
    "person erase": ("sync.person_commands:person_erase", "提出删除个人信息的意见"),
    "person find": ("sync.person_commands:person_find", "查出一个人的办件"),
    "person lift": ("sync.person_commands:person_lift", "提出解除限制的意见"),
    "person list": ("sync.person_commands:person_list", "列出个人信息请求"),
    "person refuse": ("sync.person_commands:person_refuse", "提出不予支持的意见"),
    "person request": ("sync.person_commands:person_request", "登记个人信息请求"),
    "person restrict": ("sync.person_commands:person_restrict", "提出限制处理的意见"),
    "person show": ("sync.person_commands:person_show", "显示一项个人信息请求"),
    "rebuild": ("appliance.projections.commands:rebuild", "由日志重建并比较"),
    "recover": ("sync.recovery_command:recover_command", "在新机器上恢复本厅"),
    "salvage export": ("sync.salvage_command:salvage_export", "写出要打捞的记录"),
    "sync once": ("sync.commands:sync_once_command", "同步一次"),
    "sync run": ("sync.commands:sync_run", "运行同步程序"),
    "sync status": ("sync.commands:sync_status", "显示同步状态"),
    "watch run": ("provisioning.watch:watch_run", "运行扫描文件夹程序"),
    "web serve": ("web.commands:web_serve", "运行本厅页面"),
}

CITY: Mapping[str, tuple[str, str]] = {
    "bundle export": ("sync.hub.carried_commands:bundle_export", "写出给大厅的回件"),
    "bundle import": ("sync.hub.carried_commands:bundle_import", "装入大厅带来的数据包"),
    "bundle show": ("sync.hub.carried_commands:bundle_show", "说明数据包里有什么"),
    "ca init": ("sync.hub.ca_commands:ca_init", "建立文书证书机构"),
    "ca issue": ("sync.hub.ca_commands:ca_issue", "给大厅发文书证书"),
    "ca list": ("sync.hub.ca_commands:ca_list", "列出文书证书和联网证书"),
    "ca revoke": ("sync.hub.ca_commands:ca_revoke", "吊销大厅的联网密钥"),
    "ca server": ("sync.hub.ca_commands:ca_server", "签发市级自己的联网证书"),
    "command apply": ("sync.hub.request_commands:apply_online", "网上申请"),
    "command disable-staff": ("sync.hub.request_commands:disable_staff", "停用人员"),
    "command list": ("sync.hub.request_commands:command_list", "列出请求和答复"),
    "command revoke": ("sync.hub.request_commands:revoke", "吊销或撤销证照"),
    "command stop-item": ("sync.hub.request_commands:stop_item", "停用事项版本"),
    "command supervise": ("sync.hub.request_commands:supervise", "督办"),
    "command supplement": ("sync.hub.request_commands:supplement", "网上补交"),
    "command withdraw": ("sync.hub.request_commands:withdraw", "网上撤回"),
    "conflict resolve": ("sync.hub.conflict_commands:conflict_resolve", "处理市级的冲突"),
    "conflicts": ("sync.hub.conflict_commands:city_conflicts", "列出冲突"),
    "conservation": ("sync.hub.commands:conservation", "核对守恒"),
    "evidence list": ("sync.hub.evidence_commands:evidence_list", "列出被拒的日志头"),
    "evidence settle": ("sync.hub.evidence_commands:evidence_settle", "按结案令写明结案"),
    "evidence sign": ("sync.hub.evidence_commands:evidence_sign", "审批员签结案令"),
    "enrol approve": ("sync.hub.commands:enrol_approve", "以审批员身份批准入网"),
    "enrol list": ("sync.hub.commands:enrol_list", "列出入网申请"),
    "halls": ("sync.hub.commands:halls", "列出各厅"),
    "init": ("sync.hub.commands:init", "建立市级"),
    "licence status": ("sync.hub.licence_status:licence_status", "下发证照状态"),
    "numbers grant": ("sync.hub.number_commands:numbers_grant", "给大厅下发号段"),
    "numbers list": ("sync.hub.number_commands:numbers_list", "列出号段和缺号台账"),
    "paper verify": ("sync.hub.slip_check:paper_verify", "核验一份回执单的二维码"),
    "publish": ("sync.hub.commands:publish", "下发数据包"),
    "restored": ("sync.hub.commands:restored", "恢复备份后登记"),
    "salvage list": ("sync.hub.salvage_commands:salvage_list", "列出隔离区"),
    "salvage show": ("sync.hub.salvage_commands:salvage_show", "说明隔离区里的一段"),
    "salvage sign": ("sync.hub.salvage_commands:salvage_sign", "以审批员身份签打捞令"),
    "salvage take": ("sync.hub.salvage_commands:salvage_take", "收进隔离区"),
    "serve": ("web.commands:city_serve", "运行市级主程序"),
    "transfers": ("sync.hub.transfer_commands:city_transfers", "列出大厅之间在途的件"),
}


class LazyGroup(click.Group):
    """A group whose commands are named by strings and imported when used."""

    def __init__(self, table: Mapping[str, tuple[str, str]], **rest: Any) -> None:
        super().__init__(**rest)
        self._table = dict(table)

    def _nouns(self) -> dict[str, dict[str, tuple[str, str]]]:
        nouns: dict[str, dict[str, tuple[str, str]]] = {}
        for name, line in self._table.items():
            noun, _, verb = name.partition(" ")
            nouns.setdefault(noun, {})[verb] = line
        return nouns

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,
    ) -> Any:
        """Run as a console script: our errors become one clear line, usage errors exit 3."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.UsageError as error:
            error.show()
            sys.exit(EXIT_USAGE)
        except click.ClickException as error:
            error.show()
            sys.exit(EXIT_FAILURE)
        except click.Abort:
            sys.exit(EXIT_FAILURE)
        except HallmarkError as error:
            click.echo(f"错误：{error}", err=True)
            sys.exit(EXIT_FAILURE)
        sys.exit(code if isinstance(code, int) else 0)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names on this level."""
        return sorted(self._nouns())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command, or make the group of a noun."""
        verbs = self._nouns().get(cmd_name)
        if verbs is None:
            return None
        if "" in verbs:
            module, _, name = verbs[""][0].partition(":")
            command: click.Command = getattr(importlib.import_module(module), name)
            return command
        return LazyGroup(verbs, name=cmd_name, help=" · ".join(help_text for _, help_text in verbs.values()))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        rows = [(noun, "、".join(text for _, text in verbs.values())) for noun, verbs in sorted(self._nouns().items())]
        with formatter.section("命令"):
            formatter.write_dl(rows)


def _verifiers(directory: Path) -> Mapping[str, VerifierKey]:
    """Give the keys of the logs in a data directory, from whoever knows where they lie."""
    from sync.opening import log_verifiers  # noqa: PLC0415 - `hall --help` should start fast

    return log_verifiers(directory)


def _group(name: str, table: Mapping[str, tuple[str, str]], default: str, text: str) -> click.Group:
    @click.pass_context
    def callback(context: click.Context, data: Path) -> None:
        context.obj = {"data": data, "verifiers": _verifiers}

    kind = click.Path(path_type=Path, file_okay=False)
    option = click.Option(["--data"], type=kind, default=Path(default), show_default=True, help="数据目录")
    return LazyGroup(table, name=name, help=text, params=[option], callback=callback)


hall = _group("hall", HALL, "var/hall", "厅印：一个区政务服务大厅的本地服务器")
city = _group("city", CITY, "var/city", "厅印的市级一侧：收各厅日志，下发数据包")
