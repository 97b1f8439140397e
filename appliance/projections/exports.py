"""Exports 导出 for auditors and statistics: SQLite files made with sqlite-utils, which any SQLite tool opens.

The file is new and apart; `hall.db` is only read, through its own reader. Names and numbers of applicants are left out
of both: statistics do not need them, and an audit needs who did what when, and the digests to check it by.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import sqlite_utils

from appliance.domain.case import Case
from appliance.domain.entry import read_meta
from appliance.errors import N_, Conflict
from appliance.ledger.merkle import leaf_hash
from appliance.projections import cases
from appliance.projections.commands import open_reader
from appliance.store import event_store
from appliance.store.connection import Connection

BATCH = 1000
DATABASE = "hall.db"


CASE_COLUMNS: dict[str, type] = {
    "number": str,
    "acceptance_number": str,
    "item_code": str,
    "item_version": int,
    "item": str,
    "department_code": str,
    "department": str,
    "handling": str,
    "channel": str,
    "window": str,
    "clerk": str,
    "handler": str,
    "state": str,
    "received_at": str,
    "accepted_on": str,
    "decided_on": str,
    "decision": str,
    "corrections": int,
    "deemed_accepted": int,
    "materials": int,
    "by_licence": int,
    "reused": int,
}


def _case_row(case: Case) -> dict[str, Any]:
    decision = case.decision
    return {
        "number": case.no,
        "acceptance_number": case.acceptance_no,
        "item_code": case.item_code,
        "item_version": case.item_version,
        "item": case.item_name,
        "department_code": case.department,
        "department": case.department_name,
        "handling": case.handling,
        "channel": case.channel,
        "window": case.window,
        "clerk": case.clerk,
        "handler": case.handler,
        "state": case.state.value,
        "received_at": case.received_at,
        "accepted_on": case.accepted_on,
        "decided_on": decision.decided_on if decision else "",
        "decision": decision.kind if decision else "",
        "corrections": case.notices,
        "deemed_accepted": int(case.deemed_accepted),
        "materials": len(case.materials),
        "by_licence": sum(one.form == "licence" for one in case.materials),
        "reused": sum(bool(one.reused) for one in case.materials),
    }


@contextmanager
def _new_file(path: Path) -> Iterator[sqlite_utils.Database]:
    """Give a database that gets its name when it is whole; readable by its owner alone."""
    if path.exists():
        raise Conflict(
            N_("文件 %(file)s 已存在"),
            code="file_exists",
            params={"file": path.name},
            next_step=N_("请换一个文件名，导出不覆盖已有文件"),
        )
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.touch(mode=0o600)
        database = sqlite_utils.Database(unfinished)
        try:
            yield database
        finally:
            database.close()
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


# The five reports of clause 5.2.4 and what was spared, as views over the case table: every figure leads to its rows.
REPORTS: dict[str, str] = {
    "by_department": "SELECT department, count(*) AS cases FROM cases GROUP BY department",
    "by_item": "SELECT item_code, item, count(*) AS cases FROM cases GROUP BY item_code",
    "by_window": "SELECT window, count(*) AS cases FROM cases GROUP BY window",
    "by_person_and_year": "SELECT clerk, substr(received_at, 1, 4) AS year, count(*) AS cases FROM cases GROUP BY 1, 2",
    "by_channel": "SELECT channel, count(*) AS cases FROM cases GROUP BY channel",
    # What applicants did not have to bring again (clause 6.3.2): by a licence, or from an earlier case.
    "spared": (
        "SELECT substr(received_at, 1, 7) AS month, sum(materials) AS materials, sum(by_licence) AS by_licence,"
        " sum(reused) AS reused FROM cases GROUP BY 1"
    ),
}


def export_statistics(connection: Connection, path: Path) -> int:
    """Write every case without personal data and the five reports of clause 5.2.4 as views.

    Args:
        connection: a reader of the hall.
        path: the new file.

    Returns:
        How many cases were written.

    Raises:
        Conflict: the file exists.
    """
    with _new_file(path) as database:
        table: Any = database["cases"]
        table.create(CASE_COLUMNS, pk="number")  # named even when there is no case yet, because the views need them
        table.insert_all((_case_row(case) for case in cases.every(connection)), batch_size=BATCH)
        for name, query in REPORTS.items():
            database.create_view(name, query)
        return int(table.count)


def _audit_rows(connection: Connection, origin: str, size: int) -> Iterator[dict[str, Any]]:
    for index, record in enumerate(event_store.iterate(connection, origin, 0, size)):
        meta = read_meta(record.entry)
        yield {
            "log": origin,
            "index": index,
            "time": meta.t,
            "clock": meta.clk,
            "type": meta.type,
            "case": meta.case,
            "staff": meta.actor.id,
            "role": meta.actor.role.value,
            "window": meta.actor.window,
            "change": meta.cmd,
            "leaf": leaf_hash(record.entry).hex(),
        }


def export_audit(connection: Connection, path: Path) -> int:
    """Write the envelope and leaf hash of every entry of every log: who did what when, and what to check it by.

    Args:
        connection: a reader of the hall.
        path: the new file.

    Returns:
        How many entries were written.

    Raises:
        Conflict: the file exists.
    """
    with _new_file(path) as database:
        total = 0
        for row in event_store.logs(connection):
            table: Any = database["hall_log" if row.own else "city_log"]
            rows = _audit_rows(connection, row.origin, row.size)
            table.insert_all(rows, pk=("log", "index"), batch_size=BATCH)  # a later epoch counts from 0 again
            total += row.size
        return total


@click.command("audit")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export_audit_command(obj: dict[str, Path], file: Path) -> None:
    """导出审计清单：每条日志的人、事、时间与摘要。"""
    click.echo(f"{export_audit(open_reader(obj['data']), file)} 条  {file}")


@click.command("statistics")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export_statistics_command(obj: dict[str, Path], file: Path) -> None:
    """导出统计数据：不含个人信息的办件与五种统计视图。"""
    click.echo(f"{export_statistics(open_reader(obj['data']), file)} 件  {file}")
