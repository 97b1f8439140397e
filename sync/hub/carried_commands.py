"""``city bundle export|import|show``, beside a running city or without one.

The city's server owns `city.db`; while it runs these commands hand their errand to it over its socket.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from sync.carried.commands import MIB, echo_exported, echo_told, exported_json, show_done, show_progress
from sync.carried.words import tell_manifest, tell_received
from sync.carried.writing import VOLUME_BYTES_DEFAULT
from sync.hub import errands
from sync.hub.carried import export_to_hall, import_from_hall, look_at
from sync.hub.hub import Hub
from sync.trust import BundleManifest

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


_read = msgspec.json.Decoder(Errand).decode


def _import(hub: Hub, payload: bytes) -> Any:
    errand = _read(payload)
    found = import_from_hall(hub, Path(errand.file), tell=show_done)
    return [{**one.as_json(), "manifest": msgspec.to_builtins(one.manifest)} for one in found]


def _export(hub: Hub, payload: bytes) -> Any:
    errand = _read(payload)
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


def _show(hub: Hub, payload: bytes) -> Any:
    return msgspec.to_builtins(look_at(hub, Path(_read(payload).file)))


ERRANDS: Final[errands.Errands] = {"bundle.import": _import, "bundle.export": _export, "bundle.show": _show}


def _run(directory: Path, verb: str, errand: Errand) -> Any:
    return errands.run(directory, verb, errand, ERRANDS)


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
    echo_exported(_run(obj["data"], "bundle.export", errand), as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_import(obj: dict[str, Path], file: Path, *, as_json: bool) -> None:
    """装入大厅带来的数据包: 0 已装入, 2 有内容没有接收."""
    found = _run(obj["data"], "bundle.import", Errand(file=str(file.absolute())))
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
    manifest = _run(obj["data"], "bundle.show", Errand(file=str(file.absolute())))
    if as_json:
        click.echo(json.dumps(manifest, ensure_ascii=False))
        return
    for line in tell_manifest(msgspec.convert(manifest, BundleManifest)):
        click.echo(str(line))
