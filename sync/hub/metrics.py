"""``/metrics`` of the city in Prometheus's text format 0.0.4: instants and counters; the reader computes ages.

A metric is a line of `HALLS` or `CITY`: add one there and it is told, with its help. Names end in their unit.
"""

from collections.abc import Callable, Iterator
from typing import Final

from appliance.projections import city_commands, conflicts
from appliance.projections.city_commands import hall_of
from appliance.store.connection import Connection
from sync.exposition import Metric, instant, told
from sync.hub.board import HallRow, board, sums_of
from sync.hub.enrolment_desk import list_requests
from sync.hub.following import waiting
from sync.hub.hall_states import HallState, Turn
from sync.hub.hub import Hub

CONFLICTS_SQL: Final = (
    "SELECT t.origin, count(*) FROM conflict_open o CROSS JOIN conflict_told t ON t.conflict = o.conflict"
    " AND t.ended = 0 GROUP BY t.origin"
)


HALLS: Final[tuple[tuple[Metric, Callable[[HallRow], float | None]], ...]] = (
    (
        Metric("hall_entries_stored", "Entries of the hall's log stored and verified at the city."),
        lambda row: row.size,
    ),
    (
        Metric("hall_entries_reported", "Entries that the hall last said it has."),
        lambda row: row.own_size,
    ),
    (
        Metric("hall_behind_up_entries", "Entries that the hall has and the city not."),
        lambda row: row.behind_up,
    ),
    (
        Metric("hall_behind_down_entries", "Entries of the city that the hall has not applied."),
        lambda row: row.behind_down,
    ),
    (
        Metric("hall_last_contact_timestamp_seconds", "When the hall was last heard of."),
        lambda row: instant(row.last_contact),
    ),
    (
        Metric("hall_last_equal_timestamp_seconds", "When both logs were last equal on both sides."),
        lambda row: instant(row.last_equal),
    ),
    (
        Metric("hall_lease_end_timestamp_seconds", "When the hall's lease ends."),
        lambda row: instant(row.lease_until),
    ),
    (
        Metric(
            "hall_oldest_unacknowledged_timestamp_seconds", "Time of the hall's oldest entry without a cosignature."
        ),
        lambda row: instant(row.oldest_unacknowledged),
    ),
    (
        Metric("hall_blobs_pending", "Scans that the hall has and the city not."),
        lambda row: row.blobs_pending,
    ),
    (
        Metric("hall_flags", "Entries of the hall that wait for a person at the city."),
        lambda row: row.flags,
    ),
    (
        Metric("hall_evidence", "Refused signed heads of the hall's current epoch."),
        lambda row: row.evidence,
    ),
    (
        Metric("hall_cases_open", "Cases of the hall that are not at an end."),
        lambda row: row.open_cases,
    ),
    (
        Metric("hall_cases_total", "Cases of the hall."),
        lambda row: row.cases,
    ),
)
STATE: Final = Metric("hall_state", "1 for each state that holds of a hall (sync.hub.hall_states); 0 for the others.")
HALL_CONFLICTS: Final = Metric("hall_conflicts_open", "Open conflicts that the hall was told of.")
CITY_HALLS: Final = Metric("city_halls", "Halls by the worst state that holds.")
CITY_TURNS: Final = Metric("city_halls_by_turn", "Halls by whose turn it is.")
CITY: Final[tuple[Metric, ...]] = (
    Metric("city_halls_silent", "Halls that were not heard of for too long, acknowledged ones included."),
    Metric("city_entries_reported", "Entries that the halls said they have."),
    Metric("city_entries_stored", "Of these, stored and verified at the city."),
    Metric("city_entries_in_flight", "Of these, not at the city yet."),
    Metric("city_entries_waiting", "Stored and verified entries that the read models have not seen yet."),
    Metric("city_flags", "Entries that wait for a person at the city."),
    Metric("city_cases_open", "Cases of all halls that are not at an end."),
    Metric("city_conflicts_open", "Conflicts that nobody has resolved."),
    Metric("city_requests_waiting", "Requests of the city that no hall has answered."),
    Metric("city_enrolments_waiting", "Halls that wait for the signatures of two officers."),
)


def expose(hub: Hub) -> str:
    """Give all metrics as text.

    Args:
        hub: the city.
    """
    rows = sorted(board(hub), key=lambda row: row.hall)
    return "".join(line + "\n" for line in _lines(hub, rows))


def _lines(hub: Hub, rows: list[HallRow]) -> Iterator[str]:
    for metric, read in HALLS:
        values = ((row, read(row)) for row in rows)
        yield from told(metric, [({"hall": row.hall}, value) for row, value in values if value is not None])
    yield from told(
        STATE,
        [
            ({"hall": row.hall, "state": state.value}, float(state in row.found))
            for row in rows
            for state in HallState
        ],
    )  # fmt: skip
    reader = hub.store.reader()
    found = _conflicts(reader)
    yield from told(HALL_CONFLICTS, [({"hall": row.hall}, found.get(row.hall, 0)) for row in rows])
    sums = sums_of(rows)
    states = [({"state": state.value}, float(sum(row.state is state for row in rows))) for state in HallState]
    yield from told(CITY_HALLS, states)
    yield from told(CITY_TURNS, [({"turn": turn.value}, float(sums.turns[turn])) for turn in Turn])
    figures = (
        sums.silent, sums.reported, sums.stored, sums.in_flight, waiting(reader), sums.flags, sums.open_cases,
        conflicts.waiting(reader), city_commands.waiting(reader),
        sum(not one.issued for one in list_requests(hub.directory)),
    )  # fmt: skip
    for metric, value in zip(CITY, figures, strict=True):
        yield from told(metric, [({}, value)])


def _conflicts(reader: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    for origin, count in reader.execute(CONFLICTS_SQL):
        found[hall_of(origin)] = found.get(hall_of(origin), 0) + count
    return found
