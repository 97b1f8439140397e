"""Command-line verbs about the log: ``log verify|export|prove``, ``journal verify``, ``backup``.

They read only, so they work beside a running owner. Each is a click command that finds in ``ctx.obj``:

* ``data``: the data directory (`pathlib.Path`);
* ``verifiers``: a function of that directory that gives the logs' keys by origin; it comes from whoever knows where
  keys and ticket lie.

Exit status: 0 in order, 2 something does not hold or cannot be read, 3 the question was wrong.
"""

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

import apsw
import click

from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import N_, HallmarkError, NotFound
from appliance.ledger.checkpoint import append_lines
from appliance.ledger.note import VerifierKey
from appliance.ledger.tiles import export
from appliance.ledger.tlog_proof import TlogProof
from appliance.store import event_store
from appliance.store.acknowledgements import cosigned_covering
from appliance.store.backup import back_up
from appliance.store.connection import Connection, open_database
from appliance.store.event_store import LogRow
from appliance.store.journal import JournalDamaged, verify_journal
from appliance.store.journal_files import DirectoryFiles, journal_directory
from appliance.store.verify import LogVerdict, verify_stored

P = ParamSpec("P")

FAILED = 2
USAGE = 3
DATABASES = ("hall.db", "city.db")


def _stop(status: int, text: str) -> NoReturn:
    click.echo(text, err=True)
    raise click.exceptions.Exit(status)


def _plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the appliance's errors into one plain line and an exit status; a traceback is no answer."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except NotFound as error:
            _stop(USAGE, str(error))
        except HallmarkError as error:
            _stop(FAILED, str(error))
        except (apsw.Error, UnicodeDecodeError) as error:
            _stop(FAILED, f"{N_('数据库无法读取')} · {type(error).__name__}: {error}")
        except OSError as error:
            _stop(FAILED, f"{N_('文件无法读写')} · {error.strerror}: {error.filename or ''}")

    return run


def _open(data: Path) -> Connection:
    for name in DATABASES:
        if (data / name).is_file():
            return open_database(data / name, read_only=True)
    raise NotFound(N_("此目录中没有数据库"), code="database_missing", subject=str(data))


def _own_logs(connection: Connection, origin: str) -> list[LogRow]:
    """Give the log asked for, else every open log of one's own."""
    if origin:
        return [event_store.log_row(connection, origin)]
    own = [row for row in event_store.logs(connection) if row.own]
    found = [row for row in own if not row.closed] or own
    if not found:
        raise NotFound(N_("还没有日志"), code="log_unknown")
    return found


def _sole(connection: Connection, origin: str) -> LogRow:
    found = _own_logs(connection, origin)
    if len(found) > 1:
        raise NotFound(N_("有多本日志，请用 --log 指明一本"), code="log_ambiguous", subject=found[0].origin)
    return found[0]


def _verifier(context: click.Context, origin: str) -> VerifierKey:
    keys: Mapping[str, VerifierKey] = context.obj["verifiers"](context.obj["data"])
    if origin not in keys:
        raise NotFound(N_("缺少核对日志用的公钥"), code="verifier_missing", subject=origin)
    return keys[origin]


def _line(verdict: LogVerdict) -> dict[str, Any]:
    line: dict[str, Any] = {
        "ok": verdict.ok,
        "origin": verdict.origin,
        "size": verdict.size,
        "root": verdict.root,
        "checkpoints": verdict.checkpoints,
    }
    if verdict.failure is not None:
        line |= {"index": verdict.index, "error": verdict.failure.text(), "next_step": verdict.failure.next_step}
    return line


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。")
@click.option("--log", "origin", default="", help="只核对这一本日志。")
@click.option(
    "--every-checkpoint/--last-checkpoint",
    default=True,
    show_default=True,
    help="核对每一个检查点的签名，或只核对最后一个（较快）。",
)
@click.pass_context
@_plainly
def log_verify(context: click.Context, *, as_json: bool, origin: str, every_checkpoint: bool) -> None:
    """核对日志：每条记录、默克尔树、检查点签名、保密部分和检索列。"""
    connection = _open(context.obj["data"])
    try:
        verdicts = [
            verify_stored(connection, row.origin, _verifier(context, row.origin), every_checkpoint=every_checkpoint)
            for row in _own_logs(connection, origin)
        ]
    finally:
        connection.close()
    lines = [_line(verdict) for verdict in verdicts]
    sound = all(verdict.ok for verdict in verdicts)
    if as_json:
        whole = lines[0] if len(lines) == 1 else {"ok": sound, "logs": lines}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        for verdict in verdicts:
            click.echo(f"{verdict.origin}  {verdict.size}  {verdict.root}")
            click.echo(N_("一致") if verdict.failure is None else str(verdict.failure))
    if not sound:
        raise click.exceptions.Exit(FAILED)


def _cosignatures(connection: Connection, row: event_store.LogRow, size: int) -> list[str]:
    """Give the lines by which the city vouches for the head of this size."""
    rows = connection.execute("SELECT line FROM cosignature WHERE log = ? AND size = ?", (row.id, size))
    return [str(line) for (line,) in rows]


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--log", "origin", default="", help="导出这一本日志。")
@click.pass_context
@_plainly
def log_export(context: click.Context, *, out: Path, origin: str) -> None:
    """把日志导出为 C2SP tlog-tiles 目录 OUT：checkpoint、tile/…、vkey。"""
    if out.exists() and any(out.iterdir()):
        _stop(USAGE, str(NotFound(N_("目标目录不是空的"), code="target_exists", subject=str(out))))
    connection = _open(context.obj["data"])
    try:
        connection.execute("BEGIN")
        row = _sole(connection, origin)
        verifier = _verifier(context, row.origin)
        size, note = event_store.latest_checkpoint(connection, row.origin) or (0, b"")
        note = append_lines(note, *_cosignatures(connection, row, size)) if size else note
        if not size:
            raise NotFound(N_("日志中还没有记录"), code="log_empty", subject=row.origin)
        entries = (record.entry for record in event_store.iterate(connection, row.origin, 0, size))
        node = event_store.node_reader(connection, row.origin)
        for path, data in export(size, entries, node, note):
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        (out / "vkey").write_text(verifier.format() + "\n", encoding="utf-8")
    finally:
        connection.close()
    click.echo(f"{row.origin}  {size}  {out}")


@click.command("prove")
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到这个文件，默认 INDEX.tlog-proof。")
@click.option("--log", "origin", default="", help="这一本日志。")
@click.pass_context
@_plainly
def log_prove(context: click.Context, *, index: int, out: Path | None, origin: str) -> None:
    """为第 INDEX 条写出 .tlog-proof，记录原文写在旁边的 .entry 中。"""
    target = out or Path(f"{index}.tlog-proof")
    connection = _open(context.obj["data"])
    try:
        connection.execute("BEGIN")
        row = _sole(connection, origin)
        # A head that the city vouches for proves more than the first one that covers the entry.
        covering = cosigned_covering(connection, row.origin, index)
        first = covering[:2] if covering else event_store.checkpoint_covering(connection, row.origin, index)
        if first is None:
            raise NotFound(N_("日志中没有这一条"), code="entry_unknown", subject=f"{row.origin}:{index}")
        size, note = first
        entry = event_store.read_entry(connection, row.origin, index).entry
        hashes = event_store.prove(connection, row.origin, index, size)
        lines = _cosignatures(connection, row, size)
    finally:
        connection.close()
    proof = TlogProof(index, hashes, append_lines(note, *lines))
    # What is handed out is checked as its reader will check it.
    proof.verify(entry, _verifier(context, row.origin))
    target.write_bytes(proof.format())
    target.with_suffix(".entry").write_bytes(entry)
    click.echo(str(target))


@click.command("verify")
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。")
@click.pass_context
@_plainly
def journal_verify(context: click.Context, *, as_json: bool) -> None:
    """通读日志副本（journal/ 或设置里的 journal_dir），核对每一帧。"""
    data: Path = context.obj["data"]
    settings = data / HALL_FILE
    files = DirectoryFiles(
        journal_directory(data, load(settings, HallConfig).journal_dir if settings.is_file() else "")
    )
    line: dict[str, Any]
    try:
        position = verify_journal(files)
    except JournalDamaged as error:
        line = {"ok": False, **error.params, "error": error.text()}
    else:
        heads = {origin: part.end for origin, part in sorted(position.heads.items())}
        line = {"ok": True, "frames": position.frames, "torn_bytes": position.torn_bytes, "sizes": heads}
    click.echo(json.dumps(line, ensure_ascii=False) if as_json else "  ".join(f"{k}={v}" for k, v in line.items()))
    if not line["ok"]:
        raise click.exceptions.Exit(FAILED)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="一行 JSON。")
@click.pass_context
@_plainly
def backup(context: click.Context, *, file: Path, as_json: bool) -> None:
    """把数据库在线备份到 FILE，核对后才定名。"""
    connection = _open(context.obj["data"])
    try:
        verdicts = back_up(connection, file, context.obj["verifiers"](context.obj["data"]))
    finally:
        connection.close()
    size = file.stat().st_size
    if as_json:
        sizes = {verdict.origin: verdict.size for verdict in verdicts}
        click.echo(json.dumps({"ok": True, "file": str(file), "bytes": size, "sizes": sizes}, ensure_ascii=False))
    else:
        click.echo(f"{file}  {size}")
