"""服务指南: the service guide of an item version as a paper (clause 5.1.1.2; DB42/T 1282)."""

from datetime import datetime

from appliance.catalogue.guide import Section, service_guide
from appliance.config import HallConfig
from appliance.domain.service_item import ServiceItem
from appliance.papers import data
from appliance.papers.kinds import kind_named, paper_id

# Which column names a row of a guide's table, by the table's width: materials are numbered, steps are not.
_NUMBERED_COLUMNS = 7


def guide_paper(item: ServiceItem, hall: HallConfig, at: datetime) -> data.ServiceGuide:
    """Make the guide of an item version, printed at `at`."""
    return data.ServiceGuide(
        head=data.Head(
            paper_id=paper_id(item.catalog_code, kind_named("service_guide"), item.task_version),
            hall=hall.name,
            authority=item.dept_name,
            item_name=item.task_name,
            item_code=item.task_handle_item or item.task_code,
            issued_at=at,
        ),
        version=f"第{item.task_version}版",
        effective_on=item.plan_effective_date,
        sections=tuple(data.GuideSection(title=section.title, rows=_rows(section)) for section in service_guide(item)),
        phones=data.Phones(
            consult=item.link_way, supervision=item.supervise_way, address=item.transact_addr, hours=item.transact_time
        ),
    )


def _rows(section: Section) -> tuple[data.Field, ...]:
    fields = []
    if section.table is not None:
        lead = 1 if len(section.table.columns) == _NUMBERED_COLUMNS else 0
        for cells in section.table.rows:
            parts = [
                f"{name}：{text}"
                for name, text in list(zip(section.table.columns, cells, strict=True))[lead + 1 :]
                if text
            ]
            if parts:
                fields.append(data.Field(label=cells[lead], value="；".join(parts)))
    fields += [
        data.Field(label=row.label, value="\n".join(line for line in row.lines if line))
        for row in section.rows
        if any(row.lines)
    ]
    return tuple(fields)
