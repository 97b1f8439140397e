"""What was flagged in a hall's log for a person: of one log, of one hall, and counted for all halls in one statement.

What no read model could take is told by the store as an alarm (LOCAL outbox); the rest is flagged by the read model. A
flag stands until the conflict that it became is resolved (`sync.hub.conflicts`).
"""

from typing import Any, Final

from appliance.projections.city_commands import hall_of
from appliance.store.connection import Connection

ALARMS: Final = "kind IN ('alarm.entry_malformed', 'alarm.entry_not_projected')"
"""As in the partial index of ``0004_alarms.sql``; worded otherwise the index does not serve."""


def _hall_sql(column: str) -> str:
    """Give the SQL of `hall_of`: what stands between the first and the second slash."""
    rest = f"substr({column}, instr({column}, '/') + 1)"
    return f"substr({rest}, 1, instr({rest}, '/') - 1)"


def _flagged_sql(flag: str, alarm: str) -> str:
    """Give the statement of what is flagged and not resolved, with a condition on either table."""
    return (
        "SELECT origin, idx, kind, detail, t FROM ("  # noqa: S608 - our own constants
        f"SELECT origin, idx, kind, detail, t FROM hub_flag WHERE {flag}"
        " UNION SELECT payload ->> 'origin', payload ->> 'index',"
        " CASE kind WHEN 'alarm.entry_malformed' THEN 'unreadable' ELSE 'not_projected' END,"
        " coalesce(payload ->> 'reason', ''), min(created) FROM outbox"
        f" WHERE {ALARMS} AND {alarm} GROUP BY 1, 2, 3) AS flagged"
        " WHERE NOT EXISTS (SELECT 1 FROM conflict c JOIN conflict_end e ON e.conflict = c.conflict"
        " JOIN conflict_told o ON o.conflict = c.conflict AND o.ended = 0"
        " WHERE c.kind = flagged.kind AND c.subject = flagged.detail"
        f" AND {_hall_sql('o.origin')} = {_hall_sql('flagged.origin')})"
    )


OF_LOG_SQL: Final = _flagged_sql("origin = ?1", "payload ->> 'origin' = ?1")
OF_ALL_SQL: Final = f"SELECT origin, count(*) FROM ({_flagged_sql('true', 'true')}) GROUP BY origin"  # noqa: S608


def of_logs(connection: Connection, origins: list[str]) -> list[dict[str, Any]]:
    """List what is flagged in the logs of a hall, one an epoch; oldest first in each.

    Args:
        connection: a reader's.
        origins: the hall's logs, oldest first.
    """
    return [
        {"index": index, "kind": kind, "detail": detail, "time": moment}
        for origin in origins
        for _, index, kind, detail, moment in connection.execute(f"{OF_LOG_SQL} ORDER BY idx, kind", (origin,))
    ]


def counts(connection: Connection) -> dict[str, int]:
    """Count what is flagged by hall; a hall without flags is absent. The flags are read, and nothing else is."""
    found: dict[str, int] = {}
    for origin, count in connection.execute(OF_ALL_SQL):
        found[hall_of(origin)] = found.get(hall_of(origin), 0) + count
    return found
