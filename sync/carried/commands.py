"""``hall bundle export|import|show``."""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.clock import SystemClock
from sync.agent import status
from sync.carried.hall_side import export_to_city, import_from_city, look_at
from sync.carried.words import FINE, Told, tell_manifest, tell_taken_in
from sync.carried.writing import VOLUME_BYTES_DEFAULT, Exported, Progress
from sync.running import hall_port

FOLDER: Final = "bundles"
MIB: Final = 1024 * 1024
FAILURE: Final = 2


def show_progress(progress: Progress) -> None:
    """Say how far an export is, on standard error; a terminal keeps one line."""
    if sys.stderr.isatty():
        done = f"{progress.records}/{progress.records_total}"
        click.echo(f"\r第 {progress.volume} 卷：记录 {done}，附件 {progress.files} 件 ", err=True, nl=False)


def show_done(done: int, total: int) -> None:
    """Say how far an import is, on standard error."""
    if sys.stderr.isatty():
        click.echo(f"\r{done}/{total} ", err=True, nl=False)


def exported_json(exported: Exported) -> dict[str, Any]:
    """Give an export as plain values."""
    return {
        "files": [str(path) for path in exported.files],
        "first": exported.first,
        "size": exported.size,
        "records": exported.records,
        "blobs": exported.blobs,
        "resumed": exported.resumed,
    }


def echo_exported(told: dict[str, Any], *, as_json: bool) -> None:
    """Say what was written."""
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"已写好 {len(told['files'])} 卷：记录 {told['records']} 条，附件 {told['blobs']} 件")
    for path in told["files"]:
        click.echo(path)
    if told["resumed"]:
        click.echo(f"其中 {told['resumed']} 卷是上次写好的")


def echo_told(told: Told) -> None:
    """Say what became of something, and what to do now."""
    for line in told.lines:
        click.echo(str(line))
    if told.next_step:
        click.echo(str(told.next_step))


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", type=click.IntRange(min=0), help="从第几条开始；缺省接着市级已确认的")
@click.option("--volume-mb", type=int, default=VOLUME_BYTES_DEFAULT // MIB, show_default=True, help="每卷最大兆字节")
@click.option("--force", is_flag=True, help="覆盖同名的旧数据包")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_export(
    obj: dict[str, Path], file: Path, first: int | None, volume_mb: int, *, force: bool, as_json: bool
) -> None:
    """把市级还没有的记录和附件写成加密数据包, 用 U 盘带到市级."""
    clock = SystemClock()
    with hall_port(obj["data"], clock, version=version("hallmark")) as hall:
        exported = export_to_city(
            hall,
            file,
            obj["data"] / FOLDER,
            clock,
            first=first,
            volume_bytes_max=volume_mb * MIB,
            force=force,
            tell=show_progress,
        )
    echo_exported(exported_json(exported), as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_import(obj: dict[str, Path], file: Path, *, as_json: bool) -> None:
    """装入市级的回件: 0 已装入, 2 需要人处理."""
    clock = SystemClock()
    with hall_port(obj["data"], clock, version=version("hallmark")) as hall:
        found = import_from_city(hall, file, obj["data"] / FOLDER, clock)
        now = status(hall)
    if as_json:
        volumes = [
            {"state": one.state, "pulled": one.pulled, "acknowledged": one.acknowledged, "known": one.known}
            for one in found
        ]
        click.echo(json.dumps({**now.as_json(), "volumes": volumes}, ensure_ascii=False))
    else:
        for one in found:
            echo_told(tell_taken_in(one))
    sys.exit(0 if all(one.state in FINE for one in found) else FAILURE)


@click.command("show")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def bundle_show(obj: dict[str, Path], file: Path, *, as_json: bool) -> None:
    """说明一份数据包里有什么, 不装入."""
    with hall_port(obj["data"], SystemClock()) as hall:
        manifest = look_at(hall, file, obj["data"] / FOLDER)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(manifest), ensure_ascii=False))
        return
    for line in tell_manifest(manifest):
        click.echo(str(line))
