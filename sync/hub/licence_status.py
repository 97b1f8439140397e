"""证照状态: the city says what became of licences, to every hall; it comes with each one's next sync or bundle."""

import json
from datetime import date
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import click

from appliance.clock import SystemClock
from appliance.domain.actor import SYSTEM, Actor
from appliance.domain.events import LicenceStatus, LicenceStatusPublished
from appliance.domain.events.licence_status import STATUSES
from appliance.domain.identifiers import licence_id
from appliance.errors import N_, Invalid
from appliance.store.change import Change, Decision, NewEntry
from sync.hub.hub import Hub, make_hub

CHANGES_MAX: Final = 100
"""Licences in one entry: about ten kilobytes of the thirty-two that an entry may have."""


def publish_status(hub: Hub, changes: tuple[LicenceStatus, ...], *, actor: Actor = SYSTEM) -> int:
    """Write the new states into the city's log for every hall; said twice, it is written once.

    Args:
        hub: the city.
        changes: licences and their states.
        actor: who says so.

    Returns:
        How many halls will hear of it.

    Raises:
        Invalid: none or too many, an unknown state, or an identifier that does not hold.
    """
    if not 0 < len(changes) <= CHANGES_MAX or any(change.status not in STATUSES for change in changes):
        raise Invalid(N_("证照状态不正确，或一次过多"), code="bad_status")
    for change in changes:
        licence_id.check(change.identifier)
    event = LicenceStatusPublished(changes=changes)
    said = "|".join(f"{change.identifier}:{change.status}:{change.on}" for change in changes)
    for trust in hub.halls:
        origin = trust.ticket.c2h_origin
        label = f"licence-status:{origin}:{said}"
        decision = Decision(entries=(NewEntry(event=event, log=origin),), result={})
        hub.store.writer.submit(
            Change(
                key=str(uuid5(NAMESPACE_URL, label)),
                actor=actor,
                content=label.encode(),
                decide=lambda _, decision=decision: decision,  # type: ignore[misc]
            )
        ).result()
    return len(hub.halls)


@click.command("status")
@click.argument("identifiers", nargs=-1, required=True)
@click.option("--set", "status", type=click.Choice(sorted(STATUSES)), required=True, help="新的状态")
@click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), help="自哪天起；缺省为今天")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def licence_status(
    obj: dict[str, Path], identifiers: tuple[str, ...], status: str, on: date | None, *, as_json: bool
) -> None:
    """下发证照状态（撤销、吊销、注销、暂扣、恢复）：IDENTIFIERS 是电子证照标识（市级主程序须已停止）。"""
    clock = SystemClock()
    day = f"{on or clock.now():%Y-%m-%d}"
    hub = make_hub(obj["data"], clock)
    try:
        halls = publish_status(hub, tuple(LicenceStatus(identifier=one, status=status, on=day) for one in identifiers))
    finally:
        hub.close()
    if as_json:
        click.echo(json.dumps({"halls": halls, "status": status, "on": day, "licences": list(identifiers)}))
        return
    click.echo(f"{len(identifiers)} 份证照：{STATUSES[status]}，已写入 {halls} 个大厅的下发日志，随下次同步送达")
