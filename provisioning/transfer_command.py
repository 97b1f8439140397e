"""``hall case transfer|take-over|transfers``: handing cases over between halls from the command line."""

import uuid
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.clock import SystemClock
from appliance.domain.actor import Actor
from appliance.domain.transfer import Purpose, is_late
from appliance.domain.transitions import TRANSITIONS
from appliance.errors import N_, Forbidden, NotFound
from appliance.projections import cases, staff, transfers
from appliance.projections.calendar_view import Calendars
from appliance.projections.commands import open_reader
from appliance.projections.transfers import TransferRow
from appliance.services.commands import Command
from appliance.services.opening import Submitter, desk_for_commands
from appliance.services.transfers import TakeOverCase, TransferCase
from sync.opening import keys_of, require_trust


def _actor(desk: Submitter, login: str, number: str) -> Actor:
    """Give a person of the roster in a role that may do this; raises NotFound or Forbidden."""
    person = staff.find(desk.reader(), login)
    if person is None:
        raise NotFound(N_("名册里没有工号 %(id)s"), code="staff_unknown", params={"id": login}, subject=login)
    role = next((role for role in person.roles if role in TRANSITIONS[number].roles), None)
    if role is None:
        raise Forbidden(
            N_("工号 %(id)s 没有这个岗位，或已停用"),
            code="no_standing",
            params={"id": login},
            next_step=N_("请用窗口人员或者承办人的工号"),
        )
    return Actor(login, role)


def _send(data: Path, number: str, login: str, row: str, make: Any, *, json_wanted: bool) -> None:
    clock = SystemClock()
    trust = require_trust(data)
    keys = keys_of(data, trust, clock)
    with desk_for_commands(data, clock=clock, signer=keys.h2c, mirror=trust.c2h) as desk:
        case = cases.find(desk.reader(), number)
        if case is None:
            raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": number}, next_step=N_("请核对编号"))
        command: Command = make(case.no, case.version)
        outcome = desk.submit_now(command, actor=_actor(desk, login, row), key=str(uuid.uuid4()))
    if json_wanted:
        click.echo(msgspec.json.encode(outcome.result).decode())
    else:
        result = outcome.result
        where = f"  已移交 {result['to_name']}" if "to_name" in result else "  已签收"
        click.echo(f"{result['case']}{where}")


@click.command("transfer")
@click.argument("number")
@click.option("--to", required=True, help="接收大厅的代码")
@click.option(
    "--purpose",
    type=click.Choice([kind.value for kind in Purpose]),
    default=Purpose.HANDLE.value,
    show_default=True,
    help="handle 送审办理，window 送回窗口补正或发件",
)
@click.option("--reason", required=True, help="移交的原因，至少十个字")
@click.option("--staff", "login", required=True, help="办理移交的人员工号")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def case_transfer(
    obj: dict[str, Path], number: str, to: str, purpose: str, reason: str, login: str, *, json_wanted: bool
) -> None:
    """把办件 NUMBER 移交给另一个大厅；主程序运行时也可以。"""

    def make(no: str, version: int) -> Command:
        return TransferCase(case=no, version=version, to=to, purpose=purpose, reason=reason)

    _send(obj["data"], number, login, "T38", make, json_wanted=json_wanted)


@click.command("take-over")
@click.argument("number")
@click.option("--staff", "login", required=True, help="签收人员的工号")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def case_take_over(obj: dict[str, Path], number: str, login: str, *, json_wanted: bool) -> None:
    """签收从另一个大厅移交来的办件 NUMBER；主程序运行时也可以。"""

    def make(no: str, version: int) -> Command:
        return TakeOverCase(case=no, version=version)

    _send(obj["data"], number, login, "T39", make, json_wanted=json_wanted)


def _as_json(row: TransferRow, *, late: bool) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in row.__slots__ if name not in ("case_no", "came", "over")}
    return {"case": row.case_no, "direction": "in" if row.came else "out", "late": late, **fields}


@click.command("transfers")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def case_transfers(obj: dict[str, Path], *, json_wanted: bool) -> int:
    """列出等本厅签收、等对方签收和在其他大厅办理的件；有超时的，退出码为 1。"""
    reader, today = open_reader(obj["data"]), SystemClock().now().date()
    calendar = Calendars().current(reader)
    rows = [*transfers.waiting(reader, came=True), *transfers.waiting(reader, came=False), *transfers.away(reader)]
    told = [_as_json(row, late=not row.taken_at and is_late(row.given_at, today, calendar)) for row in rows]
    if json_wanted:
        click.echo(msgspec.json.encode(told).decode())
    else:
        for one in told:
            way = "来自" if one["direction"] == "in" else "移交"
            words = "超时未签收" if one["late"] else f"已签收，{one['state']}" if one["taken_at"] else "未签收"
            click.echo(f"{one['case']}  {way} {one['other_name']}  {one['given_at'][:16]}  {words}")
    return int(any(one["late"] for one in told))
