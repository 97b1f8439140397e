"""``city conflicts``, ``city conflict resolve``: what disagrees between halls' logs, and the city's own to resolve."""

from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.config import CITY_FILE, CityConfig, load
from appliance.domain.actor import Actor, Role
from appliance.errors import N_, Forbidden, NotFound
from appliance.projections.conflict_commands import as_json, say
from appliance.store.connection import open_database
from sync.hub import errands
from sync.hub.conflicts import resolve
from sync.hub.hub import DATABASE, Hub


@click.command("conflicts")
@click.option("--open", "only_open", is_flag=True, help="只列没有处理的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def city_conflicts(obj: dict[str, Path], *, only_open: bool, json_wanted: bool) -> None:
    """列出各厅的冲突：对象、责任方、期限、处理结果。"""
    path = obj["data"] / DATABASE
    if not path.is_file():
        raise NotFound(N_("数据目录里没有市级的数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    say(open_database(path, read_only=True), only_open=only_open, json_wanted=json_wanted)


def _operator(data: Path, login: str) -> Actor:
    """Give the person of the settings who resolves; raises Forbidden for one who may not sign in as an operator."""
    people = load(data / CITY_FILE, CityConfig).people
    person = next((person for person in people if person.id == login and not person.disabled), None)
    if person is None or Role.CITY_OPERATOR not in person.roles:
        raise Forbidden(
            N_("%(login)s 不是市级值守人员"),
            code="not_an_operator",
            params={"login": login},
            next_step=N_("请用 city.toml 中值守人员的工号"),
        )
    return Actor(login, Role.CITY_OPERATOR)


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What ``resolve`` asks of whoever owns the city."""

    conflict: str
    choice: str
    reason: str
    operator: str


def _resolve(hub: Hub, payload: bytes) -> Any:
    errand = msgspec.json.decode(payload, type=Errand)
    actor = _operator(hub.directory, errand.operator)
    return as_json(resolve(hub, errand.conflict, choice=errand.choice, words=errand.reason, actor=actor))


ERRANDS: Final[errands.Errands] = {"conflict.resolve": _resolve}


@click.command("resolve")
@click.argument("conflict")
@click.option("--choice", required=True, help="处理结果的代码，见 city conflicts --json")
@click.option("--reason", required=True, help="核实情况和理由，至少十个字")
@click.option("--operator", required=True, help="值守人员的工号")
@click.pass_obj
def conflict_resolve(obj: dict[str, Path], conflict: str, choice: str, reason: str, operator: str) -> None:
    """处理属于市级的冲突 CONFLICT；主程序运行时也可以。"""
    errand = Errand(conflict=conflict, choice=choice, reason=reason, operator=operator)
    found = errands.run(obj["data"], "conflict.resolve", errand, ERRANDS)
    click.echo(f"{found['conflict']}  {found['name']}  {found['subject']}  已处理")
