"""``hall paper list|render|verify``: papers of a case, one as PDF, and a paper's code held against the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from appliance.clock import SystemClock, to_the_minute
from appliance.config import HALL_FILE, HallConfig, load
from appliance.errors import N_, NotFound
from appliance.papers.document import Form
from appliance.papers.kinds import Copy
from appliance.papers.render import Renderer
from appliance.projections import cases, prints
from appliance.services import papers
from appliance.services.facts import Facts
from appliance.services.opening import Submitter, desk_for_commands
from appliance.services.paper_refs import PaperRef
from appliance.services.proofs import ProofKeys
from appliance.services.slip_check import check_slip
from appliance.store.access_book import record_console
from sync.opening import keys_of, log_verifiers, require_trust


@contextmanager
def _desk(data: Path) -> Iterator[Submitter]:
    clock, trust = SystemClock(), require_trust(data)
    keys = keys_of(data, trust, clock)
    with desk_for_commands(data, clock=clock, signer=keys.h2c, mirror=trust.c2h) as desk:
        yield desk


def _number(desk: Submitter, number: str) -> str:
    case = cases.find(desk.reader(), number)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": number})
    return case.no


def _row(desk: Submitter, ref: PaperRef) -> dict[str, object]:
    first = prints.find(desk.reader(), ref.id, ref.copies[0].value)
    return {
        "paper": ref.id,
        "kind": ref.kind,
        "title": ref.title,
        "index": ref.index,
        "at": ref.at.isoformat(timespec="milliseconds"),
        "copies": [copy.value for copy in ref.copies],
        "reprints": ref.reprints,
        "corrected": ref.corrected,
        "file": first.file if first is not None else None,
        "digest": first.digest if first is not None else None,
    }


@click.command("list")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def paper_list(obj: dict[str, Path], number: str, *, as_json: bool) -> None:
    """列出一件的文书：NUMBER 是收件编号或受理编号。"""
    with _desk(obj["data"]) as desk:
        found = papers.list_papers(desk.reader(), _number(desk, number), desk.durable_size)
        rows = [_row(desk, ref) for ref in found]
    if as_json:
        click.echo(msgspec.json.encode(rows).decode())
        return
    for row, ref in zip(rows, found, strict=True):
        click.echo(f"{ref.id}  {ref.title}  {ref.at:%Y-%m-%d %H:%M}  {'已打印' if row['file'] else '未打印'}")


@click.command("render")
@click.argument("number")
@click.argument("paper")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件")
@click.option("--copy", type=click.Choice([copy.value for copy in Copy]), help="哪一联；不写就是第一联")
@click.option("--narrow", is_flag=True, help="80 毫米纸")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def paper_render(
    obj: dict[str, Path], number: str, paper: str, out: Path, copy: str | None, *, narrow: bool, as_json: bool
) -> None:
    """把一份文书写成 PDF：PAPER 是文书编号，或者种类（取最新的一份）。不算打印，不记入日志；记入查看记录。"""
    facts = Facts(load(obj["data"] / HALL_FILE, HallConfig))
    with _desk(obj["data"]) as desk:
        found = papers.list_papers(desk.reader(), _number(desk, number), desk.durable_size)
        ref = next((one for one in reversed(found) if paper in (one.id, one.kind)), None)
        if ref is None:
            raise NotFound(N_("这件没有这份文书"), code="no_paper", subject=paper)
        chosen = Copy(copy) if copy else None
        clock = SystemClock()
        _, data, marks = papers.build(desk.reader(), facts, ref.id, desk.durable_size, copy=chosen, at=clock.now())
        record_console(obj["data"], [_number(desk, number)], ("paper",), clock.now())
        key = keys_of(obj["data"], require_trust(obj["data"]), clock).document
        body = Renderer(key=lambda: key).render(data, Form.PDF_80MM if narrow else Form.PDF, marks)
    out.write_bytes(body)
    if as_json:
        click.echo(msgspec.json.encode({"paper": ref.id, "file": str(out), "bytes": len(body)}).decode())
        return
    click.echo(f"{ref.title} {ref.id} → {out}（{len(body)} 字节）")


@click.command("verify")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def paper_verify(obj: dict[str, Path], text: str, *, as_json: bool) -> int:
    """核验文书：TEXT 是文书二维码的文字（HP1: 或 HM1: 开头）。退出码 0 真实，1 后来有变动或要问别的厅，2 不认。"""
    facts = Facts(load(obj["data"] / HALL_FILE, HallConfig))
    keys = ProofKeys(log_verifiers(obj["data"]), require_trust(obj["data"]).city_cosigner)
    with _desk(obj["data"]) as desk:
        found = check_slip(desk, facts, keys, text)
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(found), "text": found.text()}).decode())
        return found.exit_code
    click.echo(found.text())
    if found.index >= 0:
        cosigned = f"市级 {to_the_minute(found.cosigned_at)} 联署" if found.cosigned_at else "尚未上报"
        click.echo(f"  {found.title} {found.paper}")
        click.echo(f"  {to_the_minute(found.at)}  {found.origin} 第 {found.index} 条  {cosigned}")
    return found.exit_code
