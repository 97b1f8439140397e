"""Staff 工作人员 as the city's roster says: names, roles, windows, department. No passwords: those are local."""

from dataclasses import dataclass

import msgspec

from appliance.domain.actor import Role
from appliance.projections.read_model import ReadModel
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE staff (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    roles      TEXT NOT NULL,
    windows    TEXT NOT NULL,
    department TEXT NOT NULL,
    phone      TEXT NOT NULL,
    disabled   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person: staff number 工号 (also the login), name, roles, windows he may sit at, department code."""

    id: str
    name: str
    roles: tuple[Role, ...]
    windows: tuple[str, ...]
    department: str
    phone: str
    disabled: bool

    @property
    def departments(self) -> tuple[str, ...]:
        """Department codes the person works for; empty for people of the hall itself."""
        return (self.department,) if self.department else ()


def _row(values: tuple[str, str, str, str, str, str, int]) -> StaffRow:
    return StaffRow(
        id=values[0],
        name=values[1],
        roles=tuple(Role(role) for role in msgspec.json.decode(values[2], type=list[str])),
        windows=tuple(msgspec.json.decode(values[3], type=list[str])),
        department=values[4],
        phone=values[5],
        disabled=bool(values[6]),
    )


def from_pack(row: dict[str, object]) -> StaffRow:
    """Read a row of a staff pack; lists are JSON there."""
    return _row(
        (
            str(row["id"]), str(row["name"]), str(row["roles"]), str(row["windows"]), str(row["department"]),
            str(row["phone"]), int(str(row["disabled"])),
        )
    )  # fmt: skip


def put(connection: Connection, rows: list[StaffRow]) -> None:
    """Replace the roster."""
    connection.execute("DELETE FROM staff")
    connection.executemany(
        "INSERT INTO staff (id, name, roles, windows, department, phone, disabled) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row.id, row.name, msgspec.json.encode(row.roles).decode(), msgspec.json.encode(row.windows).decode(),
                row.department, row.phone, int(row.disabled),
            )
            for row in rows
        ],
    )  # fmt: skip


MODEL = ReadModel("staff", SCHEMA)


def find(connection: Connection, staff_id: str) -> StaffRow | None:
    """Give the person of a staff number, or None."""
    row = connection.execute(
        "SELECT id, name, roles, windows, department, phone, disabled FROM staff WHERE id = ?", (staff_id,)
    ).fetchone()
    return _row(row) if row else None


def holds(connection: Connection, staff_id: str, role: Role) -> bool:
    """Tell whether a person is on the roster, not disabled, and has this role."""
    found: int | None = connection.execute(
        "SELECT 1 FROM staff WHERE id = ? AND disabled = 0 AND instr(roles, ?)", (staff_id, f'"{role.value}"')
    ).get
    return found is not None


def names(connection: Connection) -> dict[str, str]:
    """Give the names of all staff by number; public officers' names are shown (clause 5.1.1.3)."""
    return {str(staff_id): str(name) for staff_id, name in connection.execute("SELECT id, name FROM staff")}
