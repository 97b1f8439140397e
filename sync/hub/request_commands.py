"""``city command withdraw|supplement|apply|revoke|supervise|stop-item|disable-staff|list``: the city asks a hall."""

import json
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import click
import msgspec

from appliance.domain.city_commands import STANDING_NAMES, Kind, rule_of
from appliance.domain.events.licence_status import STATUSES
from appliance.domain.subject import Applicant
from appliance.errors import N_, Invalid
from appliance.projections import city_commands
from appliance.projections.city_commands import Asked
from appliance.store.connection import open_database
from sync.hub import errands
from sync.hub.hub import DATABASE, Hub
from sync.hub.requests import Request, Upload, send

FILES_MAX = 50


class Application(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of an online application: who, the answers of the form, and the version of the notice agreed to."""

    applicant: Applicant
    form: dict[str, str | list[str]] = {}
    notice: int = 0


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of whoever owns the city: a request for a hall."""

    hall: str
    request: Request


def _send(hub: Hub, payload: bytes) -> Any:
    errand = msgspec.json.decode(payload, type=Errand)
    return msgspec.to_builtins(send(hub, errand.hall, errand.request))


ERRANDS: Final[errands.Errands] = {"command.send": _send}


def as_json(asked: Asked) -> dict[str, Any]:
    """Give a request as plain values, without what is personal."""
    rule = rule_of(asked.kind)
    return {
        "command": asked.command,
        "hall": asked.hall,
        "kind": asked.kind,
        "name": rule.name if rule else asked.kind,
        "subject": asked.subject,
        "sent": asked.sent,
        "due": asked.due,
        "standing": asked.standing.value,
        "ground": asked.ground,
        "case": asked.made,
        "answered": asked.answered_at,
    }


def _say(asked: Asked, *, plain: bool) -> None:
    if not plain:
        click.echo(json.dumps(as_json(asked), ensure_ascii=False))
        return
    rule = rule_of(asked.kind)
    click.echo(
        f"{asked.command}  {rule.name if rule else asked.kind}  {asked.subject}  大厅 {asked.hall}"
        f"  {asked.due} 前答复  {STANDING_NAMES[asked.standing]}"
    )


def uploads_of(given: tuple[str, ...]) -> tuple[Upload, ...]:
    """Read ``CODE:NAME=FILE`` as materials; raises Invalid for another form or a file that is not to be had."""
    found = []
    for one in given[:FILES_MAX]:
        head, _, path = one.partition("=")
        code, _, name = head.partition(":")
        if not (code and name and Path(path).is_file()):
            raise Invalid(
                N_("材料要写成 材料编码:材料名称=文件"), fields={"material": N_("请写成 M01:营业执照=license.pdf")}
            )
        found.append(Upload(code, name, Path(path).read_bytes()))
    return tuple(found)


def _asking(kind: Kind, name: str, text: str, subject: str) -> click.Command:
    """Make the command of a kind: they differ in what they are about and in what comes along."""

    def run(**given: Any) -> None:
        application = _application(given.get("file"))
        request = Request(
            command=given["command"] or str(uuid4()),
            kind=kind,
            subject=given["subject"],
            words=given["words"],
            item_version=given.get("version", 0),
            uploads=uploads_of(given.get("material", ())),
            applicant=application.applicant if application else None,
            form=application.form if application else {},
            notice=application.notice if application else 0,
            status=given.get("status", "withdrawn"),
        )
        told = errands.run(given["obj"]["data"], "command.send", Errand(hall=given["hall"], request=request), ERRANDS)
        _say(msgspec.convert(told, Asked), plain=not given["as_json"])

    made = click.pass_obj(lambda obj, **given: run(obj=obj, **given))
    made = click.option("--json", "as_json", is_flag=True, help="输出 JSON")(made)
    made = click.option("--id", "command", default="", help="请求号：同一个号只写一次；缺省新编一个")(made)
    made = click.option("--hall", required=True, help="大厅代码，8 位")(made)
    words = "原因、要求或者说明" if kind is not Kind.WITHDRAW else "申请人写的撤回原因"
    made = click.option("--reason", "words", required=True, help=words)(made)
    if kind in (Kind.SUPPLEMENT, Kind.APPLY, Kind.WITHDRAW):
        made = click.option("--material", multiple=True, help="材料，写成 编码:名称=文件；可以多次")(made)
    if kind is Kind.APPLY:
        existing = click.Path(exists=True, dir_okay=False, path_type=Path)
        made = click.option("--file", type=existing, required=True, help="申请人和表单，JSON")(made)
    if kind is Kind.WITHDRAW_ITEM:
        made = click.option("--version", type=click.IntRange(min=0), default=0, help="事项版本；0 为所有版本")(made)
    if kind is Kind.REVOKE:
        states = click.Choice(sorted(set(STATUSES) - {"valid"}))
        made = click.option("--set", "status", type=states, default="withdrawn", help="证照的新状态")(made)
    made = click.argument("subject", metavar=subject)(made)
    return click.command(name, help=f"{text}。")(made)


def _application(path: Path | None) -> Application | None:
    if path is None:
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Application)
    except msgspec.MsgspecError as error:
        raise Invalid(
            N_("申请文件读不出来：%(why)s"), subject=str(path), params={"why": str(error)}, code="bad_application"
        ) from error


withdraw = _asking(Kind.WITHDRAW, "withdraw", "网上撤回：请大厅登记 NUMBER 的撤回", "NUMBER")
supplement = _asking(Kind.SUPPLEMENT, "supplement", "网上补交：把材料送到办理 NUMBER 的大厅", "NUMBER")
apply_online = _asking(Kind.APPLY, "apply", "网上申请：把事项 ITEM 的申请送到大厅", "ITEM")
revoke = _asking(Kind.REVOKE, "revoke", "吊销、撤销 LICENCE：下发到各厅，并请颁发它的大厅办理", "LICENCE")
supervise = _asking(Kind.SUPERVISE, "supervise", "督办 NUMBER：要求大厅说明和处理", "NUMBER")
stop_item = _asking(Kind.WITHDRAW_ITEM, "stop-item", "停用事项 ITEM 的一个版本", "ITEM")
disable_staff = _asking(Kind.DISABLE_STAFF, "disable-staff", "停用人员 STAFF", "STAFF")


@click.command("list")
@click.option("--hall", default="", help="只列这个大厅的")
@click.option("--open", "only_open", is_flag=True, help="只列没有答复的")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def command_list(obj: dict[str, Path], hall: str, *, only_open: bool, json_wanted: bool) -> None:
    """列出发给大厅的请求和答复，没有答复的在前。"""
    connection = open_database(obj["data"] / DATABASE, read_only=True)
    rows = city_commands.listing(connection, hall=hall, only_open=only_open, limit=10_000)
    if json_wanted:
        click.echo(json.dumps([as_json(asked) for asked in rows], ensure_ascii=False))
        return
    for asked in rows:
        _say(asked, plain=True)
