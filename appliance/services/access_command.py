"""``hall access verify``: does the access log still say what the signed log holds it to?"""

import json
from datetime import date
from pathlib import Path

import click

from appliance.clock import SystemClock
from appliance.errors import N_, Invalid
from appliance.projections.commands import open_reader
from appliance.store.access import ACCESS_NAME, KEPT_YEARS
from appliance.store.access_book import AccessBook
from appliance.store.access_verify import DayVerdict, logged_digests, verify_access

WARNING, FAILED = 1, 2


def _line(verdict: DayVerdict) -> dict[str, object]:
    line: dict[str, object] = {"day": verdict.day, "count": verdict.count, "ok": verdict.ok}
    if verdict.problem:
        line["problem"] = verdict.problem
    if verdict.row is not None:
        line["row"] = verdict.row
    return line


def _checked(day: str | None) -> str | None:
    if day is not None:
        try:
            date.fromisoformat(day)
        except ValueError as error:
            raise Invalid(N_("--day 请写日期，如 2026-11-23"), subject=day) from error
    return day


@click.command("verify")
@click.option("--day", help="只看这一天，如 2026-11-23")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_context
def access_verify(context: click.Context, *, day: str | None, as_json: bool) -> None:
    """重算查看记录，与签名日志里每天的日结比较：0 一致，1 有过完的日子还没有日结，2 被改过或被删去。"""
    data: Path = context.obj["data"]
    only, today = _checked(day), SystemClock().now().date().isoformat()
    reader = open_reader(data)
    try:
        digests = logged_digests(reader)
    finally:
        reader.close()
    path = data / ACCESS_NAME
    if path.exists():
        verdicts = AccessBook(path).read(lambda connection: verify_access(connection, digests, today=today))
    else:  # nobody looked at anything yet, or the file is gone: then every day with looks says so
        verdicts = [
            DayVerdict(one.day, 0, one.count == 0, "" if one.count == 0 else N_("查看记录文件不在了"))
            for one in digests.values()
        ]
    shown = [verdict for verdict in verdicts if only in (None, verdict.day)]
    wrong = [verdict for verdict in shown if not verdict.ok]
    waiting = [verdict for verdict in shown if verdict.waiting]
    if as_json:
        answer = {
            "ok": not wrong,
            "views": sum(verdict.count for verdict in shown),
            "days": [_line(verdict) for verdict in shown],
            "wrong": [verdict.day for verdict in wrong],
            "waiting": [verdict.day for verdict in waiting],
            "kept_years": KEPT_YEARS,
        }
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for verdict in shown:
            click.echo(f"{verdict.day}  {verdict.count}  {verdict.problem or N_('一致')}")
        if not shown:
            click.echo(N_("没有查看记录"))
    context.exit(FAILED if wrong else WARNING if waiting else 0)
