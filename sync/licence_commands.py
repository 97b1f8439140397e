"""``hall licence verify``: a code or a PDF checked without a link."""

from pathlib import Path

import click
import msgspec

from appliance.clock import Clock, SystemClock, format_time
from appliance.errors import N_, NotFound
from appliance.services.licence_check import Verdict, check_code, check_file, word_of_city
from appliance.services.opening import DATABASE
from appliance.signing.code import is_code
from appliance.store.connection import Readers, open_database
from sync.hall import CITY_PEER

TEXT_BYTES_MAX = 4096
EXIT_USAGE = 3


def verify(directory: Path, subject: str, clock: Clock) -> Verdict | None:
    """Check a file or a text beside a running hall or alone; None for a file that is neither PDF nor text.

    Args:
        directory: the hall's data directory.
        subject: path of a file, or the text of a code.
        clock: now.

    Raises:
        NotFound: no hall lives here.
    """
    if not (directory / DATABASE).is_file():
        raise NotFound(N_("这里还没有本厅的数据"), code="no_hall", next_step=N_("请先入网并同步"))
    body = b"" if is_code(subject) else _read(subject)
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        connection = readers.get()
        as_of = word_of_city(connection, CITY_PEER)
        if body.startswith(b"%PDF-"):
            return check_file(connection, body, clock.now(), as_of)
        try:
            text = body[:TEXT_BYTES_MAX].decode("ascii") if body else subject
        except UnicodeDecodeError:
            return None
        return check_code(connection, text, clock.now(), as_of)
    finally:
        readers.close()


def _read(subject: str) -> bytes:
    try:
        return Path(subject).read_bytes()
    except OSError:
        return b""  # no file of that name: it is the text of a code then, and judged as one


@click.command("verify")
@click.argument("subject")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def licence_verify(obj: dict[str, Path], subject: str, *, as_json: bool) -> int:
    """核验证照：SUBJECT 是 PDF 文件、存有签名码的文本文件，或签名码本身。退出码 0 有效，1 无法确认，2 不予认可。"""
    found = verify(obj["data"], subject, SystemClock())
    if found is None:
        click.echo("这个文件不是 PDF，也不是文本；图片请先用扫码枪读出签名码", err=True)
        return EXIT_USAGE
    if as_json:
        told = {**msgspec.to_builtins(found), "text": found.text()}
        if found.claims is not None:
            told["claims"] |= {"issued_at": format_time(found.claims.issued_at), "digest": found.claims.digest.hex()}
        click.echo(msgspec.json.encode(told).decode())
        return found.exit_code
    click.echo(found.text())
    if found.claims is not None:
        said = found.claims
        click.echo(f"  {said.type_name}  编号 {said.number}\n  标识 {said.identifier}")
        click.echo(
            f"  持证主体 {said.holder}（{said.holder_code}）  有效期 {said.valid_from} 至 {said.valid_to or '长期'}"
        )
        click.echo(f"  颁发机构 {said.issuer}  签发厅 {found.signer}")
    return found.exit_code
