"""Departments 部门 of the district, with their document prefixes 机关代字; they come with the catalogue pack."""

from dataclasses import dataclass

from appliance.errors import N_, NotFound
from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE department (
    code            TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    short_name      TEXT NOT NULL,
    document_prefix TEXT NOT NULL,
    phone           TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department: credit code, full and short name, 机关代字, consultation telephone."""

    code: str
    name: str
    short_name: str
    document_prefix: str
    phone: str


def put(connection: Connection, rows: list[DepartmentRow]) -> None:
    """Replace the departments."""
    connection.execute("DELETE FROM department")
    connection.executemany(
        "INSERT INTO department (code, name, short_name, document_prefix, phone) VALUES (?, ?, ?, ?, ?)",
        [(row.code, row.name, row.short_name, row.document_prefix, row.phone) for row in rows],
    )


MODEL = ReadModel("departments", SCHEMA)


def get(connection: Connection, code: str) -> DepartmentRow:
    """Give the department of a credit code; raises NotFound."""
    row = connection.execute(
        "SELECT code, name, short_name, document_prefix, phone FROM department WHERE code = ?", (code,)
    ).fetchone()
    if row is None:
        raise NotFound(N_("本机没有部门 %(code)s"), params={"code": code})
    return DepartmentRow(*(str(value) for value in row))


def name_of(connection: Connection, code: str, hall: str, *, short: bool = False) -> str:
    """Name whose something is: a department, or the hall itself where no department is responsible.

    Args:
        connection: a reader.
        code: credit code of the department, empty for the hall's own.
        hall: the hall's name.
        short: the department's short name.
    """
    if not code:
        return hall
    found = get(connection, code)
    return found.short_name if short else found.name


def listing(connection: Connection) -> list[DepartmentRow]:
    """List all departments by code."""
    rows = connection.execute("SELECT code, name, short_name, document_prefix, phone FROM department ORDER BY code")
    return [DepartmentRow(*(str(value) for value in row)) for row in rows]
