"""标准符合性: every clause and named function of the standard, its scope here, and the test that proves it."""

from typing import ClassVar

import msgspec
from litestar import Response

from appliance.conformance import (
    SCOPE_TEXT,
    STATUS_TEXT,
    Counts,
    Group,
    Standing,
    Status,
    count,
    function_name,
    summary,
    table_directory,
)
from appliance.errors import N_
from web.visit import Visit

TONES = {Status.DONE: "ok", Status.PARTIAL: "b", Status.PLANNED: ""}


class Wish(msgspec.Struct, frozen=True):
    """Which status to show; empty means all."""

    status: str = ""


class Filter(msgspec.Struct, frozen=True):
    """One way to narrow the table, with how many rows it leaves."""

    label: str
    count: int
    href: str
    current: bool


class Clause(msgspec.Struct, frozen=True):
    """One row of the table; `proofs` are test functions that carry its mark, `missing` those still to be written."""

    id: str
    title: str
    text: str
    scope: str
    status: str
    tone: str
    note: str
    proofs: tuple[str, ...]
    missing: tuple[str, ...]


class Heading(msgspec.Struct, frozen=True):
    """One heading with its counts (of all its rows) and the rows that the filter leaves."""

    key: str
    title: str
    counts: Counts
    clauses: tuple[Clause, ...]


class ConformancePage(msgspec.Struct, frozen=True):
    """The whole table."""

    TEMPLATE: ClassVar[str] = "conformance/table.html"
    filters: tuple[Filter, ...]
    headings: tuple[Heading, ...]
    counts: Counts


def _clause(visit: Visit, standing: Standing) -> Clause:
    row = standing.row
    return Clause(
        id=row.id,
        title=row.title,
        text=row.text,
        scope=visit.text(SCOPE_TEXT[row.scope]),
        status=visit.text(STATUS_TEXT[standing.status]),
        tone=TONES[standing.status],
        note=row.note,
        proofs=tuple(sorted({function_name(test) for test in standing.proofs})),
        missing=standing.missing,
    )


def _heading(visit: Visit, group: Group, status: Status | None) -> Heading:
    left = (standing for standing in group.standings if status in (None, standing.status))
    return Heading(group.key, group.title, group.counts, tuple(_clause(visit, standing) for standing in left))


def _filters(visit: Visit, counts: Counts, status: Status | None) -> tuple[Filter, ...]:
    figures = {Status.DONE: counts.done, Status.PARTIAL: counts.partial, Status.PLANNED: counts.planned}
    every = Filter(visit.text(N_("全部")), counts.total, "/conformance", status is None)
    narrowed = (
        Filter(visit.text(STATUS_TEXT[one]), figure, f"/conformance?status={one.value}", one is status)
        for one, figure in figures.items()
    )
    return (every, *narrowed)


def show(visit: Visit) -> Response[str]:
    """Show the table, whole or the rows of one status; a status that does not exist shows all."""
    wanted = visit.query(Wish).status
    status = Status(wanted) if wanted in set(Status) else None
    groups = summary(table_directory())
    counts = count(tuple(standing for group in groups for standing in group.standings))
    headings = tuple(_heading(visit, group, status) for group in groups)
    return visit.show(
        ConformancePage(
            filters=_filters(visit, counts, status),
            headings=tuple(heading for heading in headings if heading.clauses),
            counts=counts,
        )
    )
