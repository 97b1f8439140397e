"""Cases by what a searcher picks: item, state, days of receipt; newest first."""

from datetime import date, timedelta

import msgspec

from appliance.domain.states import State
from appliance.projections.cases import COLUMNS, CaseRow, row_of
from appliance.store.connection import Connection


class Picked(msgspec.Struct, frozen=True):
    """What was picked; days are ISO dates, both included, empty for no limit.

    `joint` leaves only parts of a whole, `back_entry` only what was entered later 补录.
    """

    item: str = ""
    state: State | None = None
    since: str = ""
    until: str = ""
    joint: bool = False
    back_entry: bool = False

    @property
    def any(self) -> bool:
        """Whether anything was picked."""
        return bool(self.item or self.state or self.since or self.until or self.joint or self.back_entry)


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _where(picked: Picked) -> tuple[str, list[str]]:
    parts, values = ["1"], list[str]()
    for clause, value in (
        ("item_code = ?", picked.item),
        ("state = ?", picked.state.value if picked.state else ""),
        ("received_at >= ?", picked.since),
        ("received_at < ?", _next_day(picked.until) if picked.until else ""),
    ):
        if value:
            parts.append(clause)
            values.append(value)
    if picked.joint:
        parts.append("joint IS NOT NULL")
    if picked.back_entry:
        parts.append("no IN (SELECT case_no FROM fallback_entry)")
    return " AND ".join(parts), values


def _index(picked: Picked) -> str:
    """Name the index that holds what was picked in the order of receipt."""
    if picked.item:
        return "case_of_item_in_state" if picked.state else "case_of_item"
    return "case_of_state" if picked.state else "case_by_receipt"


def listing(connection: Connection, picked: Picked, *, limit: int = 50, offset: int = 0) -> list[CaseRow]:
    """List cases, open and closed, that fit what was picked, newest first."""
    where, values = _where(picked)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM case_view INDEXED BY {_index(picked)} WHERE {where}"  # noqa: S608 - clauses are literals
        " ORDER BY received_at DESC, id DESC LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return [row_of(row) for row in rows]


def fitting(connection: Connection, ids: list[int], picked: Picked) -> list[int]:
    """Give those of these row ids whose cases fit what was picked, in the order given."""
    where, values = _where(picked)
    marks = ",".join("?" * len(ids))
    # Without this word the planner may prefer all cases of a state to the few that were asked about.
    rows = connection.execute(
        f"SELECT id FROM case_view NOT INDEXED WHERE id IN ({marks}) AND {where}",  # noqa: S608 - marks and literals
        (*ids, *values),
    )
    fit = {row[0] for row in rows}
    return [number for number in ids if number in fit]
