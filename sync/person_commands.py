"""``hall person …``: requests about personal data without a browser, each act under the password of who does it.

Beside a running hall the owner carries an act out; with nobody running, this process does.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from appliance.clock import Clock, SystemClock
from appliance.domain.actor import Actor, Role
from appliance.domain.decide.personal_data import DECIDERS, REGISTRARS
from appliance.domain.personal_data import ERASE, GROUNDS, LIFT, OUTCOMES, REFUSE, RESTRICT, assess
from appliance.errors import N_, Conflict, Forbidden, Invalid, NotFound
from appliance.projections import personal_data
from appliance.projections import staff as roster
from appliance.services.commands import Command
from appliance.services.desk import Desk
from appliance.services.passwords import verifies
from appliance.services.personal_data import (
    ConfirmPersonalData,
    ProposePersonalData,
    RequestPersonalData,
    matter_of,
    matters_of,
)
from appliance.store import credentials
from appliance.store.change import Outcome
from sync.opening import beside_owner, open_enrolled

Submit = Callable[[Command, Actor], Outcome]


@contextmanager
def _desk(directory: Path, clock: Clock) -> Iterator[tuple[Desk, Submit]]:
    """Open the hall: as its owner when nobody is, else beside him."""
    try:
        opened = open_enrolled(directory, clock)
    except Conflict:
        beside = beside_owner(directory)
        try:

            def send(command: Command, actor: Actor) -> Outcome:
                return asyncio.run(beside.desk.submit(command, actor=actor, key=str(uuid.uuid4())))

            yield beside.desk, send
        finally:
            beside.store.close()
        return
    try:

        def write(command: Command, actor: Actor) -> Outcome:
            return opened.desk.submit_now(command, actor=actor, key=str(uuid.uuid4()))

        yield opened.desk, write
    finally:
        opened.store.close()


def _actor(desk: Desk, number: str, roles: frozenset[Role], password: str) -> Actor:
    """Give who acts, in the first fitting role; raises Forbidden for a wrong password or a person who may not."""
    row, credential = roster.find(desk.reader(), number), credentials.find(desk.reader(), number)
    known = row is not None and not row.disabled and credential is not None and not credential.must_change
    if row is None or credential is None or not known or not verifies(credential.verifier, password):
        raise Forbidden(N_("工号或口令不对"), code="password", next_step=N_("请核对工号，口令与登录页面的相同"))
    role = next((role for role in row.roles if role in roles), None)
    if role is None:
        raise Forbidden(N_("这个工号不能办理这一步"), code="role", subject=number)
    return Actor(number, role, row.windows[0] if role is Role.WINDOW_CLERK and row.windows else None)


def _standing(desk: Desk, subject: str, clock: Clock) -> dict[str, Any]:
    reader, today = desk.reader(), clock.now().date()
    found = personal_data.find(reader, subject)
    if found is None:
        raise NotFound(
            N_("没有编号为 %(no)s 的个人信息请求"), params={"no": subject[:40]}, next_step=N_("请核对请求编号")
        )
    matters = {no: matter_of(reader, desk.facts, no) for no in found.matters}
    return {
        "subject": found.subject,
        "right": found.right,
        "ground": found.ground,
        "at": found.at,
        "by": found.by,
        "standing": found.standing,
        "opinion": found.proposed,
        "proposed_by": found.proposed_by,
        "decided_by": found.decided_by,
        "matters": [
            {"no": no, "title": one.title, "outcomes": list(assess(one, today).outcomes), "standing": one.standing}
            for no, one in matters.items()
        ],
        "acts": [
            {"matter": act.matter, "act": act.act, "at": act.at, "city_at": act.city_at}
            for act in personal_data.acts(reader, subject)
        ],
    }


def _show(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"请求 {told['subject']}  {told['standing']}  提出意见 {told['proposed_by'] or '—'}")
    for one in told["matters"]:
        allowed = "、".join(OUTCOMES[code] for code in one["outcomes"])
        click.echo(f"{one['no']}  {one['title']}  可以：{allowed}")
    for act in told["acts"]:
        click.echo(f"{act['at']}  {act['matter']}  {act['act']}  市级 {act['city_at'] or '未照办'}")


_STAFF = click.option("--staff", required=True, help="办理人的工号")
_PASSWORD = click.option("--password", prompt="口令", hide_input=True, help="办理人的口令；不写就提示输入")
_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


@click.command("find")
@click.option("--name", required=True, help="本人姓名或名称")
@click.option("--id-number", required=True, help="证件号码")
@_JSON
@click.pass_obj
def person_find(obj: dict[str, Path], *, name: str, id_number: str, as_json: bool) -> None:
    """查出一个人的办件，和法律允许怎样处理各件的个人信息。"""
    clock = SystemClock()
    with _desk(obj["data"], clock) as (desk, _):
        found = matters_of(desk.reader(), desk.facts, id_number, name)
        rows = [
            {"no": no, "title": one.title, "outcomes": list(assess(one, clock.now().date()).outcomes)}
            for no, one in found.items()
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    for row in () if as_json else rows:
        click.echo(f"{row['no']}  {row['title']}  可以：{'、'.join(OUTCOMES[code] for code in row['outcomes'])}")


@click.command("request")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--name", required=True, help="本人姓名或名称")
@click.option("--id-number", required=True, help="证件号码")
@click.option("--right", type=click.Choice(list(GROUNDS)), default=ERASE, help="要求什么")
@click.option("--ground", type=click.Choice([code for names in GROUNDS.values() for code in names]), required=True)
@click.option("--channel", default="window", help="window、letter 或 online")
@_STAFF
@_PASSWORD
@_JSON
@click.pass_obj
def person_request(obj: dict[str, Path], /, *, numbers: tuple[str, ...], as_json: bool, **given: str) -> None:
    """登记一项个人信息请求，NUMBERS 是所涉的收件编号。"""
    clock = SystemClock()
    with _desk(obj["data"], clock) as (desk, send):
        actor = _actor(desk, given["staff"], REGISTRARS, given["password"])
        command = RequestPersonalData(
            right=given["right"],
            ground=given["ground"],
            channel=given["channel"],
            matters=numbers,
            name=given["name"],
            id_number=given["id_number"],
        )
        subject = str(send(command, actor).result["subject"])
        _show(_standing(desk, subject, clock), as_json=as_json)


@click.command("list")
@_JSON
@click.pass_obj
def person_list(obj: dict[str, Path], *, as_json: bool) -> None:
    """列出个人信息请求，新的在前。"""
    with _desk(obj["data"], SystemClock()) as (desk, _):
        rows = [
            {"subject": one.subject, "at": one.at, "right": one.right, "standing": one.standing}
            for one in personal_data.newest(desk.reader())
        ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    for row in () if as_json else rows:
        click.echo(f"{row['subject']}  {row['at']}  {row['right']}  {row['standing']}")


@click.command("show")
@click.argument("subject")
@_JSON
@click.pass_obj
def person_show(obj: dict[str, Path], *, subject: str, as_json: bool) -> None:
    """显示一项请求：怎样了，市级照办了没有。"""
    clock = SystemClock()
    with _desk(obj["data"], clock) as (desk, _):
        _show(_standing(desk, subject, clock), as_json=as_json)


def _proposing(outcome: str, words: str) -> click.Command:
    """Make the command that proposes one outcome for matters of a request; the rest as the law has it first."""

    @click.command(outcome, help=words)
    @click.argument("subject")
    @click.option("--matter", "numbers", multiple=True, help="只对这些收件编号；其余按法律允许的第一种处理")
    @click.option("--reason", required=True, help="理由")
    @_STAFF
    @_PASSWORD
    @_JSON
    @click.pass_obj
    def command(
        obj: dict[str, Path], /, *, subject: str, numbers: tuple[str, ...], as_json: bool, **given: str
    ) -> None:
        clock = SystemClock()
        with _desk(obj["data"], clock) as (desk, send):
            actor = _actor(desk, given["staff"], DECIDERS, given["password"])
            matters = _standing(desk, subject, clock)["matters"]
            chosen: dict[str, list[str]] = {code: [] for code in OUTCOMES}
            for one in matters:
                named = not numbers or one["no"] in numbers
                chosen[outcome if named else one["outcomes"][0]].append(one["no"])
            strange = set(numbers) - {one["no"] for one in matters}
            if strange:
                raise Invalid(N_("这些编号不在请求里：%(no)s"), params={"no": "、".join(sorted(strange))})
            proposed = {code: tuple(listed) for code, listed in chosen.items()}
            send(ProposePersonalData(subject=subject, reason=given["reason"], **proposed), actor)
            _show(_standing(desk, subject, clock), as_json=as_json)

    return command


person_erase = _proposing(ERASE, "提出删除的意见，由另一人用 hall person confirm 复核后办理。")
person_restrict = _proposing(RESTRICT, "提出限制处理的意见，由另一人复核后办理。")
person_lift = _proposing(LIFT, "提出解除限制的意见，由另一人复核后办理。")
person_refuse = _proposing(REFUSE, "提出不予支持的意见，由另一人复核后告知本人。")


@click.command("confirm")
@click.argument("subject")
@_STAFF
@_PASSWORD
@_JSON
@click.pass_obj
def person_confirm(obj: dict[str, Path], *, subject: str, staff: str, password: str, as_json: bool) -> None:
    """复核决定并立即办理；办完时本机已经没有被删除的内容。"""
    clock = SystemClock()
    with _desk(obj["data"], clock) as (desk, send):
        actor = _actor(desk, staff, DECIDERS, password)
        opinion = _standing(desk, subject, clock)["opinion"]
        send(ConfirmPersonalData(subject=subject, opinion=opinion if opinion is not None else -1), actor)
        _show(_standing(desk, subject, clock), as_json=as_json)
