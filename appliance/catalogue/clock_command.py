"""`hall clock due`: when a limit ends, and how that was counted."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from appliance.catalogue.calendar import load_calendar
from appliance.domain.clocks import Due, Limit, Pause, Row, RowKind, Unit, due_date
from appliance.errors import N_, Invalid

DAY = click.DateTime(["%Y-%m-%d"])
UNITS = {
    Unit.WORKING_DAY: N_("工作日"),
    Unit.NATURAL_DAY: N_("日"),
    Unit.MONTH: N_("个月"),
    Unit.MINUTE_ON_SPOT: N_("分钟（当场）"),
}
ROWS = {
    RowKind.START: N_("起算（当日不计）"),
    RowKind.COUNTED: N_("计入"),
    RowKind.REST: N_("休息日不计"),
    RowKind.PAUSED: N_("暂停不计"),
    RowKind.MOVED: N_("末日为休息日，顺延"),
    RowKind.DUE: N_("届满，当日24时止"),
    RowKind.SUSPENDED: N_("暂停中，未届满"),
}


def _pause(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Pause, ...]:
    pauses = []
    for value in values:
        begin, dots, end = value.partition("..")
        try:
            if not dots:
                raise ValueError(value)  # noqa: TRY301 - one message for every wrong form
            pauses.append(Pause(date.fromisoformat(begin), date.fromisoformat(end) if end else None))
        except ValueError:
            raise click.BadParameter(f"“{value}” 应为 2026-11-09..2026-11-20；未结束的写 2026-11-09..") from None
        except Invalid as refusal:
            raise click.BadParameter(refusal.text()) from refusal
    return tuple(pauses)


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "used": row.used,
        "note": row.note,
        "make_up": row.make_up,
    }


def _due_data(due: Due) -> dict[str, Any]:
    return {
        "start": due.start.isoformat(),
        "limit": {"count": due.limit.count, "unit": due.limit.unit.value},
        "pauses": [[pause.start.isoformat(), pause.end.isoformat() if pause.end else None] for pause in due.pauses],
        "due": due.date.isoformat() if due.date else None,
        "provisional": due.provisional,
        "moved_from": due.moved_from.isoformat() if due.moved_from else None,
        "calendar": due.calendar_version,
        "rows": [_row_data(row) for row in due.rows],
    }


def _row_line(row: Row) -> str:
    span = row.first.isoformat() if row.first == row.last else f"{row.first.isoformat()} → {row.last.isoformat()}"
    notes = [row.note, "含调休上班" if row.make_up else ""]
    note = "，".join(part for part in notes if part)
    return f"  {span:<24}  {row.used:>4}  {ROWS[row.kind]}{f'（{note}）' if note else ''}"


@click.command("due")
@click.option("--start", type=DAY, required=True, help="起算事项发生之日（当日不计）")
@click.option("--limit", "count", type=int, required=True, help="时限的数量")
@click.option("--unit", type=click.Choice([unit.value for unit in Unit]), default=Unit.WORKING_DAY.value)
@click.option("--pause", "pauses", multiple=True, callback=_pause, metavar="A..B", help="不计入的期间，可重复")
@click.option(
    "--calendar",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="另用一套节假日文件（默认为随产品提供的）",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def clock_due(
    start: datetime, count: int, unit: str, pauses: tuple[Pause, ...], directory: Path | None, *, as_json: bool
) -> None:
    """计算时限届满日, 并列出计算过程."""
    try:
        due = due_date(load_calendar(directory), start.date(), Limit(count, Unit(unit)), pauses)
    except Invalid as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if as_json:
        click.echo(json.dumps(_due_data(due), ensure_ascii=False, indent=2))
        return
    ends = due.date.isoformat() if due.date else "未定（暂停中）"
    click.echo(f"届满日 {ends}{'（暂定：该年度节假日安排尚未公布）' if due.provisional else ''}")
    click.echo(f"{start.date().isoformat()} 起 {count} {UNITS[Unit(unit)]} · 日历 {due.calendar_version}")
    for row in due.rows:
        click.echo(_row_line(row))
