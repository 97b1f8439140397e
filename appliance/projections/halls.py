"""The halls of the city 大厅名录, as its pack names them: where a case may be transferred to."""

from collections.abc import Sequence

import msgspec

from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE city_hall (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


class HallRow(msgspec.Struct, frozen=True, kw_only=True):
    """One hall: its code (area and number) and its name."""

    code: str
    name: str


def put(connection: Connection, rows: Sequence[HallRow]) -> None:
    """Replace the list by this one."""
    connection.execute("DELETE FROM city_hall")
    connection.executemany("INSERT INTO city_hall (code, name) VALUES (?, ?)", [(row.code, row.name) for row in rows])


MODEL = ReadModel("halls", SCHEMA)


def several(connection: Connection) -> bool:
    """Tell whether the city has another hall than this one."""
    count: int = connection.execute("SELECT count(*) FROM city_hall").get
    return count > 1


def names(connection: Connection) -> dict[str, str]:
    """Give the names of the city's halls by code, in order of the code."""
    rows = connection.execute("SELECT code, name FROM city_hall ORDER BY code")
    return {str(code): str(name) for code, name in rows}
