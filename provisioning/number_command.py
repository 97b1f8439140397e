"""``hall numbers list|void|return``: number blocks of the hall and its ledger of gaps."""

import uuid
from pathlib import Path

import click
import msgspec

from appliance.clock import SystemClock
from appliance.domain.actor import Actor
from appliance.domain.decide.numbers import KEEPERS
from appliance.errors import N_, Forbidden
from appliance.projections import staff
from appliance.projections.commands import open_reader
from appliance.projections.number_commands import say
from appliance.services.commands import Command
from appliance.services.number_blocks import ReturnBlock, VoidNumbers
from appliance.services.opening import desk_for_commands
from sync.opening import keys_of, require_trust


@click.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def numbers_list(obj: dict[str, Path], *, json_wanted: bool) -> None:
    """列出本厅的号段、剩余个数和缺号台账。"""
    say(open_reader(obj["data"]), hall="", json_wanted=json_wanted)


def _send(data: Path, login: str, command: Command, *, json_wanted: bool) -> None:
    clock, trust = SystemClock(), require_trust(data)
    keys = keys_of(data, trust, clock)
    with desk_for_commands(data, clock=clock, signer=keys.h2c, mirror=trust.c2h) as desk:
        person = staff.find(desk.reader(), login)
        role = next((role for role in person.roles if role in KEEPERS), None) if person is not None else None
        if role is None:
            raise Forbidden(N_("号段由大厅负责人管理"), code="role", next_step=N_("请用大厅负责人的工号"))
        outcome = desk.submit_now(command, actor=Actor(login, role), key=str(uuid.uuid4()))
    click.echo(msgspec.json.encode(outcome.result).decode() if json_wanted else "已记入缺号台账")


@click.command("void")
@click.argument("block")
@click.option("--count", type=int, default=1, show_default=True, help="从下一个号起作废几个")
@click.option("--reason", required=True, help="原因，至少十个字")
@click.option("--staff", "login", required=True, help="大厅负责人的工号")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def numbers_void(obj: dict[str, Path], block: str, count: int, reason: str, login: str, *, json_wanted: bool) -> None:
    """作废号段 BLOCK 接下来的号，记入缺号台账。"""
    _send(obj["data"], login, VoidNumbers(block=block, count=count, reason=reason), json_wanted=json_wanted)


@click.command("return")
@click.argument("block")
@click.option("--reason", required=True, help="原因，至少十个字")
@click.option("--staff", "login", required=True, help="大厅负责人的工号")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def numbers_return(obj: dict[str, Path], block: str, reason: str, login: str, *, json_wanted: bool) -> None:
    """交回号段 BLOCK 剩下的号，不再使用。"""
    _send(obj["data"], login, ReturnBlock(block=block, reason=reason), json_wanted=json_wanted)
