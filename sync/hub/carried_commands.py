"""``city bundle export|import|show``, beside a running city or without one.

The city's server owns `city.db`; while it runs these commands hand their errand to it over its socket.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.clock import SystemClock
from appliance.config import CITY_FILE, CityConfig, load
from appliance.errors import N_, Conflict, NotFound
from appliance.services.owner import SOCKET_NAME, OwnerClient
from sync.carried.commands import MIB, echo_exported, echo_told, exported_json, show_done, show_progress
from sync.carried.words import tell_manifest, tell_received
from sync.carried.writing import VOLUME_BYTES_DEFAULT
from sync.enrolment import LEASE_DEFAULT
from sync.hub.carried import export_to_hall, import_from_hall, look_at
from sync.hub.hub import SILENT_AFTER, Hub, make_hub
from sync.trust import BundleManifest

ERRAND_SECONDS_MAX: Final = 3600.0
FAILURE: Final = 2


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What a command asks of whoever owns the city.

    Attributes:
        file: absolute path of the first volume.
        hall: hall code, for an export.
        first: begin at this entry; None where the hall's last ack ends.
        volume_bytes_max: largest volume.
        force: write over another bundle of that name.
    """

    file: str
    hall: str = ""
    first: int | None = None
    volume_bytes_max: int = VOLUME_BYTES_DEFAULT
    force: bool = False


def _import(hub: Hub, errand: Errand) -> Any:
    found = import_from_hall(hub, Path(errand.file), tell=show_done)
    return [{**one.as_json(), "manifest": msgspec.to_builtins(one.manifest)} for one in found]


def _export(hub: Hub, errand: Errand) -> Any:
    exported = export_to_hall(
        hub,
        errand.hall,
        Path(errand.file),
        first=errand.first,
        volume_bytes_max=errand.volume_bytes_max,
        force=errand.force,
        tell=show_progress,
    )
    return exported_json(exported)


def _show(hub: Hub, errand: Errand) -> Any:
    return msgspec.to_builtins(look_at(hub, Path(errand.file)))


ERRANDS: Final[Mapping[str, Callable[[Hub, Errand], Any]]] = {
    "bundle.import": _import,
    "bundle.export": _export,
    "bundle.show": _show,
}


def errand_handler(hub: Hub) -> Callable[[str, bytes], bytes]:
    """Make the owner's handler of these verbs, for the city's socket."""

    def handle(verb: str, payload: bytes) -> bytes:
        errand = ERRANDS.get(verb)
        if errand is None:
            raise NotFound(N_("没有这个内部操作"), code="unknown_verb", subject=verb)
        return msgspec.json.encode(errand(hub, msgspec.json.decode(payload, type=Errand)))

    return handle


def run_errand(directory: Path, verb: str, errand: Errand) -> Any:
    """Carry out an errand as the city's owner, or hand it to the server that is."""
    path = directory / CITY_FILE
    config = load(path, CityConfig) if path.is_file() else None
    lease = timedelta(days=config.lease_days) if config else LEASE_DEFAULT
    silent = timedelta(seconds=config.silence_seconds) if config else SILENT_AFTER
    try:
        hub = make_hub(directory, SystemClock(), lease=lease, silent_after=silent)
    except Conflict as conflict:
        if conflict.code != "owner_busy":
            raise
        client = OwnerClient(directory / SOCKET_NAME, timeout_seconds=ERRAND_SECONDS_MAX)
        try:
            return msgspec.json.decode(client.call(verb, msgspec.json.encode(errand)))
        finally:
            client.close()
    try:
        return json.loads(errand_handler(hub)(verb, msgspec.json.encode(errand)))
    finally:
        hub.close()


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--hall", required=True, help="大厅代码，八位数字")
@click.option("--from", "first", type=click.IntRange(min=0), help="从第几条开始；缺省接着大厅已确认的")
@click.option("--volume-mb", type=int, default=VOLUME_BYTES_DEFAULT // MIB, show_default=True, help="每卷最大兆字节")
@click.option("--force", is_flag=True, help="覆盖同名的旧数据包")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_export(
    obj: dict[str, Path], file: Path, hall: str, first: int | None, volume_mb: int, *, force: bool, as_json: bool
) -> None:
    """把给一个大厅的回件写成加密数据包: 联署、下发记录和数据包."""
    errand = Errand(file=str(file.absolute()), hall=hall, first=first, volume_bytes_max=volume_mb * MIB, force=force)
    echo_exported(run_errand(obj["data"], "bundle.export", errand), as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_import(obj: dict[str, Path], file: Path, *, as_json: bool) -> None:
    """装入大厅带来的数据包: 0 已装入, 2 有内容没有接收."""
    found = run_errand(obj["data"], "bundle.import", Errand(file=str(file.absolute())))
    if as_json:
        click.echo(json.dumps({"volumes": found}, ensure_ascii=False))
    else:
        for one in found:
            echo_told(
                tell_received(
                    msgspec.convert(one["manifest"], BundleManifest),
                    taken=one["taken"],
                    known=one["known"],
                    files=one["files"],
                    refused=tuple(one["refused"]),
                    size=one["size"],
                )
            )
    sys.exit(FAILURE if any(one["refused"] for one in found) else 0)


@click.command("show")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_show(obj: dict[str, Path], file: Path, *, as_json: bool) -> None:
    """说明一份数据包里有什么, 不装入."""
    manifest = run_errand(obj["data"], "bundle.show", Errand(file=str(file.absolute())))
    if as_json:
        click.echo(json.dumps(manifest, ensure_ascii=False))
        return
    for line in tell_manifest(msgspec.convert(manifest, BundleManifest)):
        click.echo(str(line))
