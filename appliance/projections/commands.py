"""``hall case list|show`` and ``hall rebuild --check``: reading what the log says, whoever owns the hall."""

import tempfile
from pathlib import Path

import click
import msgspec

from appliance.clock import SystemClock
from appliance.domain.case import Case
from appliance.domain.joint import JOINT_STATE_NAMES, Joint
from appliance.domain.states import STATE_NAMES, State
from appliance.errors import N_, NotFound
from appliance.projections import cases, joints
from appliance.projections.registry import HallProjector
from appliance.store.access_book import record_console
from appliance.store.blobs import BlobStore
from appliance.store.connection import Connection, open_database
from appliance.store.rebuild import rebuild_and_compare
from appliance.store.store import BLOBS_NAME

DATABASE = "hall.db"
EXIT_DIFFERENT = 2


def open_reader(data: Path) -> Connection:
    """Open a hall's database for reading, whoever owns it; raises NotFound where there is none."""
    path = data / DATABASE
    if not path.exists():
        raise NotFound(N_("数据目录里没有本厅的数据库"), subject=str(data), next_step=N_("请用 --data 指明数据目录"))
    return open_database(path, read_only=True)


def _row_json(row: cases.CaseRow) -> dict[str, object]:
    fields = {name: getattr(row, name) for name in row.__slots__ if name != "no"}
    return {"number": row.no, **fields, "state": row.state.value, "state_name": STATE_NAMES[row.state]}


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]), help="只列这个状态")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def case_list(obj: dict[str, Path], state: str | None, limit: int, *, as_json: bool) -> None:
    """列出办件，按收件先后。写出的姓名记入查看记录。"""
    rows = cases.by_state(open_reader(obj["data"]), State(state) if state else None, limit=limit)
    record_console(obj["data"], [row.no for row in rows], ("name",), SystemClock().now())
    if as_json:
        click.echo(msgspec.json.encode([_row_json(row) for row in rows]).decode())
        return
    for row in rows:
        click.echo(f"{row.no}  {STATE_NAMES[row.state]}  {row.item_name}  {row.applicant_name}  {row.due or ''}")


def _case_json(case: Case) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(case)
    return {
        "number": fields.pop("no"),
        **fields,
        "state_name": STATE_NAMES[case.state],
        "parent": case.joint or None,
        "children": [],
    }


def _joint_json(connection: Connection, joint: Joint) -> dict[str, object]:
    """Give a joint whole with its members as children; its state is theirs taken together."""
    fields: dict[str, object] = msgspec.to_builtins(joint)
    state = joints.state(connection, joint.no)
    members = (cases.find(connection, no) for no in joint.cases)
    children = [
        {
            "number": case.no,
            "item_code": case.item_code,
            "item_name": case.item_name,
            "department": case.department,
            "department_name": case.department_name,
            "state": case.state.value,
            "state_name": STATE_NAMES[case.state],
        }
        for case in members
        if case is not None
    ]
    return {
        "number": fields.pop("no"),
        **fields,
        "handling": "joint",
        "state": state.value,
        "state_name": JOINT_STATE_NAMES[state],
        "parent": None,
        "children": children,
    }


def _show_joint(connection: Connection, joint: Joint) -> None:
    click.echo(f"{joint.no}  {JOINT_STATE_NAMES[joints.state(connection, joint.no)]}  {joint.set_name}")
    click.echo(f"申请人 {joint.applicant.name}  收件 {joint.received_at}  受理 {joint.acceptance_no or '—'}")
    for clock in joint.clocks:
        click.echo(f"{clock.deadline.clock}  到期 {clock.deadline.due}  {'已停止' if clock.stopped else '进行中'}")
    for member in joint.members:
        case = cases.find(connection, member.case)
        state = STATE_NAMES[case.state] if case is not None else "—"
        click.echo(f"  {member.case}  {state}  {member.item_name}（{member.department_name}）")


@click.command("show")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_obj
def case_show(obj: dict[str, Path], number: str, *, as_json: bool) -> None:
    """显示一件或一件并联件：NUMBER 是收件编号或受理编号。记入查看记录。"""
    connection = open_reader(obj["data"])
    joint = joints.find(connection, number)
    if joint is not None:
        record_console(obj["data"], [joint.no], ("all",) if as_json else ("name",), SystemClock().now())
        if as_json:
            click.echo(msgspec.json.encode(_joint_json(connection, joint)).decode())
        else:
            _show_joint(connection, joint)
        return
    case = cases.find(connection, number)
    if case is None:
        raise NotFound(N_("没有编号为 %(no)s 的办件"), params={"no": number})
    record_console(obj["data"], [case.no], ("all",) if as_json else ("name",), SystemClock().now())
    if as_json:
        click.echo(msgspec.json.encode(_case_json(case)).decode())
        return
    click.echo(f"{case.no}  {STATE_NAMES[case.state]}  {case.item_name}")
    if case.joint:
        click.echo(f"并联件 {case.joint} 的一部分")
    click.echo(f"申请人 {case.applicant.name}  收件 {case.received_at}  受理 {case.acceptance_no or '—'}")
    for clock in case.clocks:
        click.echo(f"{clock.deadline.clock}  到期 {clock.deadline.due}  {'已停止' if clock.stopped else '进行中'}")


@click.command("rebuild")
@click.option("--check", is_flag=True, required=True, help="重放日志并与现有数据逐行比较，不改动任何数据")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_context
def rebuild(context: click.Context, *, check: bool, as_json: bool) -> None:  # noqa: ARG001 - the only mode there is
    """由日志重建全部读模型，并与现有的逐行比较。"""
    data: Path = context.obj["data"]
    open_reader(data).close()
    with tempfile.TemporaryDirectory(prefix="rebuild-", dir=data) as folder:
        projector = HallProjector(BlobStore(data / BLOBS_NAME), replaying=True)
        report = rebuild_and_compare(data / DATABASE, Path(folder) / DATABASE, projector, SystemClock())
    answer = {"ok": report.ok, "tables": report.tables, "rows": report.rows, "differences": report.differences}
    if as_json:
        click.echo(msgspec.json.encode({**answer, "entries": report.entries, "first": report.first}).decode())
    else:
        click.echo(f"{report.tables} 张表，{report.rows} 行，{report.differences} 处不同 {report.first}")
    context.exit(0 if report.ok else EXIT_DIFFERENT)
