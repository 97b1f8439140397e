"""``hall licence show|list|cache|revoke``: the licences that this hall knows, masked, with the age of what it knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from appliance.domain.events.licence_status import STATUSES
from appliance.domain.identifiers import uscc
from appliance.domain.masking import Audience, id_number, person_name
from appliance.errors import N_, Invalid, NotFound
from appliance.projections import licence_status, licences, packs
from appliance.projections.licences import Licence
from appliance.services.licence_check import shown, word_of_city
from appliance.services.opening import DATABASE
from appliance.store.connection import Connection, Readers, open_database
from sync.hall import CITY_PEER

LINES = 50
EXIT_CITY = 3
ORIGINS = {licences.OWN: "本厅颁发", licences.CITY: "市级缓存"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A licence as a list may show it (domain §7.3); `as_of` is the instant up to which its state is known."""

    identifier: str
    number: str
    type_code: str
    type_name: str
    holder: str
    holder_code: str
    issuer: str
    issued_on: str
    valid_to: str | None
    status: str
    source: str
    case: str | None
    as_of: str


class Cache(msgspec.Struct, frozen=True, kw_only=True):
    """What is held: number by source and by state, the pack that brought it, how many states the city spoke of."""

    as_of: str
    pack: int | None
    held: dict[str, int]
    states: dict[str, int]
    told: int


@contextmanager
def _reading(directory: Path) -> Iterator[Connection]:
    """Read beside a running hall or alone; raises NotFound where no hall lives."""
    if not (directory / DATABASE).is_file():
        raise NotFound(N_("这里还没有本厅的数据"), code="no_hall", next_step=N_("请先入网并同步"))
    readers = Readers(lambda: open_database(directory / DATABASE, read_only=True))
    try:
        yield readers.get()
    finally:
        readers.close()


def _enterprise(code: str) -> bool:
    try:
        uscc.check(code)
    except Invalid:
        return False
    return True


def _line(known: Licence, as_of: str) -> Line:
    """Mask a licence: an enterprise is public, a person is named in part (domain §7.3)."""
    public = _enterprise(known.holder_code)
    return Line(
        identifier=known.identifier,
        number=known.number,
        type_code=known.type_code,
        type_name=known.type_name,
        holder=known.holder_name if public else person_name(known.holder_name, Audience.LIST),
        holder_code=known.holder_code if public else id_number(known.holder_code, Audience.LIST),
        issuer=known.issuer_name,
        issued_on=known.issued_on,
        valid_to=known.valid_to,
        status=known.status,
        source=known.source,
        case=known.case_no,
        as_of=as_of,
    )


def _say(line: Line) -> None:
    state = STATUSES.get(line.status, line.status)
    click.echo(f"{line.number}  {line.type_name}  {line.holder}（{line.holder_code}）  {state}")
    click.echo(f"  有效期至 {line.valid_to or '长期'}  颁发机构 {line.issuer}  {ORIGINS.get(line.source, line.source)}")
    click.echo(f"  {line.identifier}")


@click.command("show")
@click.argument("subject")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def licence_show(obj: dict[str, Path], subject: str, *, as_json: bool) -> None:
    """显示一份证照：SUBJECT 是证照编号或电子证照标识。个人信息脱敏。"""
    with _reading(obj["data"]) as reader:
        known = licences.find(reader, subject.strip())
        as_of = word_of_city(reader, CITY_PEER)
    if known is None:
        raise NotFound(
            N_("本厅没有这份证照"),
            code="no_licence",
            next_step=N_("请核对编号；也可以用 hall licence verify 核验证照上的二维码"),
        )
    line = _line(known, as_of)
    if as_json:
        click.echo(msgspec.json.encode(line).decode())
        return
    _say(line)
    click.echo(f"  证照状态数据截至 {shown(as_of)}")


@click.command("list")
@click.option("--holder", default="", help="持证人的证件号码或统一社会信用代码")
@click.option("--number", default="", help="证照编号")
@click.option("--type", "type_code", default="", help="证照类型代码")
@click.option("--limit", type=click.IntRange(1, 1000), default=LINES, show_default=True, help="最多列几份")
@click.option("--after", default="", help="接着这个电子证照标识往下列")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def licence_list(
    obj: dict[str, Path], holder: str, number: str, type_code: str, limit: int, after: str, *, as_json: bool
) -> None:
    """列出本厅知道的证照，按电子证照标识排列。个人信息脱敏。"""
    with _reading(obj["data"]) as reader:
        found = licences.listed(
            reader, holder_code=holder, number=number, type_code=type_code, after=after, limit=limit
        )
        as_of = word_of_city(reader, CITY_PEER)
    lines = [_line(known, as_of) for known in found]
    if as_json:
        click.echo(msgspec.json.encode(lines).decode())
        return
    for line in lines:
        _say(line)
    click.echo(f"{len(lines)} 份；证照状态数据截至 {shown(as_of)}")
    if len(lines) == limit:
        click.echo(f"还有的话用 --after {lines[-1].identifier} 往下列")


@click.command("cache")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def licence_cache(obj: dict[str, Path], *, as_json: bool) -> None:
    """说明证照缓存：有多少、来自哪里、数据截至何时。"""
    with _reading(obj["data"]) as reader:
        held, states = licences.counted(reader)
        found = Cache(
            as_of=word_of_city(reader, CITY_PEER),
            pack=packs.versions(reader).get("licences"),
            held=held,
            states=states,
            told=licence_status.count(reader),
        )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for source, name in ORIGINS.items():
        click.echo(f"{name} {held.get(source, 0)} 份")
    for status, number in states.items():
        click.echo(f"  {STATUSES.get(status, status)} {number} 份")
    click.echo(f"市级说明过状态的证照 {found.told} 份")
    click.echo(f"证照数据包版本 {found.pack if found.pack is not None else '–'}；数据截至 {shown(found.as_of)}")


@click.command("revoke")
@click.argument("subject")
@click.pass_obj
def licence_revoke(obj: dict[str, Path], subject: str) -> int:
    """撤销、吊销、注销由市级下发：本厅不单独改变证照状态，本命令只说明怎样办。退出码 3。"""
    with _reading(obj["data"]) as reader:
        known = licences.find(reader, subject.strip())
    if known is None:
        raise NotFound(N_("本厅没有这份证照"), code="no_licence", next_step=N_("请核对编号"))
    click.echo("证照状态由市级统一下发，各厅才会同时停止认可；本厅没有改变任何状态。", err=True)
    click.echo(f"决定作出后，请市级执行：city licence status --set revoked {known.identifier}", err=True)
    click.echo("下次同步（或带回的数据包）之后，各厅核验即为“已撤销”。", err=True)
    return EXIT_CITY
