"""``city salvage sign|take|list|show``: entries that a log cannot take, kept apart on two officers' order.

The hall writes a file (``hall salvage export``); each officer signs its order with his own key, beside the file; then
the city takes it, while its server runs or without it. Nothing of it is ever projected: what is in it and matters is
entered again by people, and the hall that signed it is flagged until its epoch is closed.
"""

import json
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from appliance.clock import Clock, SystemClock, format_time
from appliance.domain.entry import read_meta
from appliance.domain.events import EVENTS
from appliance.errors import N_, Conflict, NotFound
from appliance.ledger.checkpoint import open_checkpoint
from appliance.ledger.note import Note, NoteSigner, SignatureLine, open_note
from appliance.ledger.records import iter_records
from appliance.store.connection import Connection, open_database
from sync.enrolment import write_file
from sync.hub import errands, quarantine
from sync.hub.hub import DATABASE, Hub
from sync.hub.keyring import Keyring, load_epochs, load_keyring, officer_signer
from sync.hub.quarantine import Kept
from sync.hub.salvage import CLOSED, COMPROMISE, FORK, origin_of_order, take
from sync.messages import decode_append, encode_pair, log_hash
from sync.trust import (
    OFFICERS_NEEDED,
    SalvageOrder,
    Trust,
    approving_officers,
    officer_keys,
    read_statement,
    sign_statement,
)

REASONS: Final = {FORK: "分叉", CLOSED: "纪元关闭之后", COMPROMISE: "密钥泄露"}


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What ``take`` asks of whoever owns the city: absolute paths of the file and of its order."""

    file: str
    order: str


def _take(hub: Hub, payload: bytes) -> Any:
    errand = msgspec.json.decode(payload, type=Errand)
    body = encode_pair(Path(errand.order).read_bytes(), Path(errand.file).read_bytes())
    trust, _direction = hub.find(log_hash(origin_of_order(body)))
    return {"hall": trust.ticket.hall, "outcome": take(hub, trust, body).body.decode().strip()}


ERRANDS: Final[errands.Errands] = {"salvage.take": _take}


def order_of(file: Path) -> Path:
    """Give where the officers' order about a file lies."""
    return file.with_name(f"{file.name}.order")


def sign_order(
    body: bytes, before: bytes | None, reason: str, officer: NoteSigner, trusts: list[Trust], keyring: Keyring, at: str
) -> bytes:
    """Sign as one officer: a new order about what a file holds, or the order that another has signed.

    Args:
        body: the file of ``hall salvage export``.
        before: the order as it is, None for a new one.
        reason: ``fork``, ``closed`` or ``compromise``.
        officer: that person's own key.
        trusts: the tickets of all halls and epochs.
        keyring: the city's keys.
        at: now, ISO 8601.

    Returns:
        The order with one more signature, or as it was when this officer has signed already.

    Raises:
        Malformed, SignatureError: the file is not what a hall with a ticket signed.
        Conflict: the order at hand is about other entries, or for another reason.
        NotFound: no hall of this city wrote the log.
    """
    request = decode_append(body)
    origin = Note.parse(request.checkpoint_note).text.partition("\n")[0]
    trust = next((one for one in trusts if one.ticket.h2c_origin == origin), None)
    if trust is None:
        raise NotFound(N_("没有这本日志"), code="unknown_log", subject=origin)
    head = open_checkpoint(request.checkpoint_note, trust.h2c)
    order = SalvageOrder(
        origin=head.origin, first=request.old_size, size=head.size, root=head.root.hex(), reason=reason, created=at
    )
    if before is None:
        return sign_statement(order, officer)
    opened = open_note(before, officer_keys(keyring.keys.officers))
    known = read_statement(SalvageOrder, opened.text)
    if msgspec.structs.replace(known, created=at) != order:
        raise Conflict(
            N_("另一名审批员签的打捞令不是这一段，或者理由不同"),
            code="other_order",
            subject=known.origin,
            next_step=N_("请两名审批员核对文件和理由；要重新签，请先删除旧的打捞令"),
        )
    if opened.signed_by(officer.verifier) is not None:
        return before
    note = Note.parse(before)
    line = SignatureLine(officer.verifier.name, officer.verifier.key_id, officer.sign_text(note.text))
    return Note(note.text, (*note.signatures, line)).format()


def sign(directory: Path, file: Path, reason: str, officer_key: Path, clock: Clock) -> tuple[SalvageOrder, int]:
    """Sign the order that lies beside a file; gives it, and how many officers have signed."""
    keyring = load_keyring(directory, clock)
    path = order_of(file)
    note = sign_order(
        file.read_bytes(),
        path.read_bytes() if path.exists() else None,
        reason,
        officer_signer(officer_key, keyring),
        load_epochs(directory, keyring.root),
        keyring,
        format_time(clock.now()),
    )
    write_file(path, note)
    opened = open_note(note, officer_keys(keyring.keys.officers))
    return read_statement(SalvageOrder, opened.text), len(approving_officers(opened, keyring.keys))


@click.command("sign")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--reason", required=True, type=click.Choice(list(REASONS)), help="fork 分叉，closed 关闭之后，compromise 泄露"
)
@click.option(
    "--officer-key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="审批员本人的密钥文件",
)
@click.pass_obj
def salvage_sign(obj: dict[str, Path], file: Path, reason: str, officer_key: Path) -> None:
    """以一名审批员的身份签打捞令；打捞令放在 FILE 旁边。"""
    order, count = sign(obj["data"], file, reason, officer_key, SystemClock())
    click.echo(f"{order.origin}  第 {order.first} 条至第 {order.size - 1} 条  {REASONS[order.reason]}")
    more = OFFICERS_NEEDED - count
    click.echo(
        f"已签名，还需 {more} 名不同的审批员签名" if more > 0 else "两名审批员都已签名，可以运行 city salvage take"
    )


@click.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def salvage_take(obj: dict[str, Path], file: Path) -> None:
    """按打捞令把 FILE 里的记录收进隔离区；主程序运行时也可以。再次运行不会重复。"""
    order = order_of(file)
    if not order.exists():
        raise NotFound(
            N_("没有打捞令"), code="no_order", subject=order.name, next_step=N_("请两名审批员先运行 city salvage sign")
        )
    errand = Errand(file=str(file.absolute()), order=str(order.absolute()))
    told = errands.run(obj["data"], "salvage.take", errand, ERRANDS)
    held = told["outcome"] == "held"
    click.echo(f"大厅 {told['hall']}：{'市级日志已有这些记录，不需要打捞' if held else '已收进隔离区'}")


def _reader(directory: Path) -> Connection:
    path = directory / DATABASE
    if not path.is_file():
        raise NotFound(N_("数据目录里没有市级的数据库"), subject=str(path), next_step=N_("请用 --data 指明数据目录"))
    return open_database(path, read_only=True)


def as_json(number: int, kept: Kept) -> dict[str, Any]:
    """Give what is kept as plain values, without the records."""
    return {
        "id": number,
        "hall": kept.hall,
        "origin": kept.origin,
        "first": kept.first,
        "size": kept.size,
        "root": kept.root.hex(),
        "reason": kept.reason,
        "time": kept.time,
    }


def entries(kept: Kept) -> list[dict[str, Any]]:
    """Give the envelopes of what is kept: index, time, type, case and staff number; nothing that is personal."""
    found = []
    for index, record in enumerate(iter_records(kept.records), kept.first):
        meta = read_meta(record.entry)
        name = EVENTS[meta.type].DISPLAY if meta.type in EVENTS else meta.type
        found.append(
            {"index": index, "time": meta.t, "type": meta.type, "name": name, "case": meta.case, "by": meta.actor.id}
        )
    return found


@click.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def salvage_list(obj: dict[str, Path], *, json_wanted: bool) -> None:
    """列出隔离区里的记录段。"""
    reader = _reader(obj["data"])
    rows = [as_json(number, kept) for number, kept in quarantine.listing(reader)]
    reader.close()
    if json_wanted:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(
            f"{row['id']}  {row['origin']}  第 {row['first']} 条至第 {row['size'] - 1} 条  {REASONS[row['reason']]}"
            f"  {row['time'][:16]}"
        )


@click.command("show")
@click.argument("number", type=int)
@click.option("--json", "json_wanted", is_flag=True, help="输出 JSON")
@click.pass_obj
def salvage_show(obj: dict[str, Path], number: int, *, json_wanted: bool) -> None:
    """说明一段里有哪些记录：时间、类型、办件、经办人；不含个人信息。"""
    reader = _reader(obj["data"])
    found = dict(quarantine.listing(reader)).get(number)
    reader.close()
    if found is None:
        raise NotFound(N_("隔离区里没有这一段"), code="unknown_salvage", subject=str(number))
    lines = entries(found)
    if json_wanted:
        click.echo(json.dumps({**as_json(number, found), "entries": lines}, ensure_ascii=False))
        return
    for line in lines:
        click.echo(f"{line['index']}  {line['time'][:16]}  {line['name']}  {line['case'] or '–'}  {line['by']}")
