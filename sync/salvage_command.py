"""``hall salvage export``: what this box signed and the city's log cannot take, as a file for two officers."""

from pathlib import Path
from typing import Final

import click

from appliance.clock import SystemClock
from appliance.errors import N_, Conflict, NotFound, TooLarge
from sync.enrolment import write_file
from sync.hall import Hall
from sync.messages import BODY_BYTES_MAX, RECORDS_COUNT_MAX, AppendRequest, encode_append
from sync.reconcile import Span
from sync.running import hall_port

HEAD_BYTES: Final = 65_536
"""Room for the checkpoint and the order beside the records."""


def body_of(hall: Hall, start: int) -> bytes:
    """Write the hall's own log from an entry on as a salvage takes it: the body of an append.

    Args:
        hall: the hall, whose log is read.
        start: first entry; the city must hold everything before it.

    Raises:
        NotFound: nothing stands there.
        TooLarge: more than one salvage takes.
    """
    size = hall.own().size
    batch = hall.batch(Span(start, size), records_max=RECORDS_COUNT_MAX, bytes_max=BODY_BYTES_MAX - HEAD_BYTES)
    if start >= size or batch is None:
        raise NotFound(
            N_("从第 %(start)s 条起没有记录"),
            code="no_range",
            params={"start": start},
            next_step=N_("市级已联署到这里；要从别处开始请用 --from"),
        )
    if start + len(batch.records) < size:
        raise TooLarge(
            N_("从第 %(start)s 条起有 %(count)s 条记录，一次打捞最多 %(limit)s 条"),
            code="too_many_records",
            params={"start": start, "count": size - start, "limit": RECORDS_COUNT_MAX},
            next_step=N_("请用 --from 从市级联署过的更后面的一条开始"),
        )
    return encode_append(AppendRequest(start, (), batch.checkpoint_note, batch.records))


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "start", type=click.IntRange(min=0), help="从第几条开始；缺省从市级最后联署的地方")
@click.option("--force", is_flag=True, help="覆盖同名文件")
@click.pass_obj
def salvage_export(obj: dict[str, Path], file: Path, start: int | None, *, force: bool) -> None:
    """把市级日志不能接收的记录（分叉、关闭之后、密钥泄露）写成 FILE，交市级两名审批员打捞。含个人信息，请妥善保管。"""
    if file.exists() and not force:
        raise Conflict(N_("已有同名文件"), code="file_exists", subject=file.name, next_step=N_("请换个文件名"))
    with hall_port(obj["data"], SystemClock()) as hall:
        first = hall.cosigned_size() if start is None else start
        body, size = body_of(hall, first), hall.own().size
    write_file(file, body)
    click.echo(f"第 {first} 条至第 {size - 1} 条共 {size - first} 条已写入 {file.name}")
    click.echo("下一步：在市级由两名审批员各运行一次 city salvage sign，再运行 city salvage take")
