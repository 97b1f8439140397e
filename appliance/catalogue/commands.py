"""Command-line verbs of the catalogue: ``hall item validate FILE``."""

import json
import sys
from pathlib import Path

import click

from appliance.catalogue.departments import load_departments
from appliance.catalogue.finding import Finding
from appliance.catalogue.loader import ItemFileError, item_digest, load_item
from appliance.catalogue.validators import validate
from appliance.domain.service_item import ServiceItem

FOUND = 1
UNREADABLE = 2


def _report(path: Path, item: ServiceItem | None, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "ok": not findings,
        "file": path.name,
        "code": item.catalog_code if item else None,
        "version": item.task_version if item else None,
        "digest": item_digest(item) if item else None,
        "findings": [{"field": f.field, "rule": f.rule, "clause": f.clause, "message": f.text()} for f in findings],
    }


@click.command("validate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def item_validate(file: Path, *, as_json: bool) -> None:
    """校验一个事项文件 FILE: 0 没有问题, 1 有校验意见, 2 文件无法读取."""
    item: ServiceItem | None = None
    try:
        item = load_item(file.read_bytes(), file)
        findings = validate(item, load_departments())
    except ItemFileError as error:
        findings = error.findings
    if as_json:
        click.echo(json.dumps(_report(file, item, findings), ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{file.name} · {finding.field} · {finding.rule}（{finding.clause}）：{finding.text()}")
        if item is not None and not findings:
            click.echo(f"{file.name}：{item.task_name} 第{item.task_version}版，校验通过")
    if item is None:
        sys.exit(UNREADABLE)
    sys.exit(FOUND if findings else 0)
