"""Staff 工作人员 as the city's roster says, with what the hall changed since. No passwords: those are local.

A local change holds until the city, having seen its entry, publishes a roster that names the person.
"""

from dataclasses import dataclass

import msgspec

from appliance.domain.actor import Role
from appliance.domain.decide.staffing import CREATE, DISABLE, ENABLE
from appliance.domain.events import StaffChanged
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE staff (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    roles      TEXT NOT NULL,
    windows    TEXT NOT NULL,
    department TEXT NOT NULL,
    phone      TEXT NOT NULL,
    disabled   INTEGER NOT NULL,
    local_idx  INTEGER
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person: staff number 工号 (also the login), name, roles, windows he may sit at, department code.

    `local` is the index of the hall's own entry that made or changed the row, None while it is the city's.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    windows: tuple[str, ...]
    department: str
    phone: str
    disabled: bool
    local: int | None = None

    @property
    def departments(self) -> tuple[str, ...]:
        """Department codes the person works for; empty for people of the hall itself."""
        return (self.department,) if self.department else ()


_COLUMNS = "id, name, roles, windows, department, phone, disabled, local_idx"
_Values = tuple[str, str, str, str, str, str, int, int | None]


def _row(values: _Values) -> StaffRow:
    return StaffRow(
        id=values[0],
        name=values[1],
        roles=tuple(Role(role) for role in msgspec.json.decode(values[2], type=list[str])),
        windows=tuple(msgspec.json.decode(values[3], type=list[str])),
        department=values[4],
        phone=values[5],
        disabled=bool(values[6]),
        local=values[7],
    )


def from_pack(row: dict[str, object]) -> StaffRow:
    """Read a row of a staff pack; lists are JSON there."""
    return _row(
        (
            str(row["id"]), str(row["name"]), str(row["roles"]), str(row["windows"]), str(row["department"]),
            str(row["phone"]), int(str(row["disabled"])), None,
        )
    )  # fmt: skip


def put(connection: Connection, rows: list[StaffRow], *, seen: int = 0) -> None:
    """Replace the roster, but for the hall's own changes that its publisher did not know or says nothing about.

    Args:
        connection: the writer's.
        rows: the city's roster.
        seen: how many entries of the hall the city had applied when it published it.
    """
    named = {row.id for row in rows}
    held = connection.execute("SELECT id, local_idx FROM staff WHERE local_idx IS NOT NULL").fetchall()
    kept = {str(staff_id) for staff_id, index in held if int(str(index)) >= seen or staff_id not in named}
    for (staff_id,) in connection.execute("SELECT id FROM staff").fetchall():
        if staff_id not in kept:
            connection.execute("DELETE FROM staff WHERE id = ?", (staff_id,))
    for row in rows:
        if row.id not in kept:
            _insert(connection, row)


def _insert(connection: Connection, row: StaffRow) -> None:
    connection.execute(
        f"INSERT INTO staff ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant list
        (
            row.id, row.name, msgspec.json.encode(row.roles).decode(), msgspec.json.encode(row.windows).decode(),
            row.department, row.phone, int(row.disabled), row.local,
        ),
    )  # fmt: skip


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Make a local account, close it or open it; a reset or unlocked password is no matter of the roster."""
    event = applied.event
    if not isinstance(event, StaffChanged) or not applied.own:
        return
    if event.act == CREATE:
        roles = tuple(Role(role) for role in event.roles)
        _insert(
            connection,
            StaffRow(
                event.staff, event.name, roles, event.windows, event.department, event.phone,
                disabled=False, local=applied.index,
            ),
        )  # fmt: skip
    elif event.act in {DISABLE, ENABLE}:
        connection.execute(
            "UPDATE staff SET disabled = ?, local_idx = ? WHERE id = ?",
            (int(event.act == DISABLE), applied.index, event.staff),
        )


MODEL = ReadModel("staff", SCHEMA, apply, frozenset({StaffChanged}))


def find(connection: Connection, staff_id: str) -> StaffRow | None:
    """Give the person of a staff number, or None."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM staff WHERE id = ?", (staff_id,)).fetchone()  # noqa: S608
    return _row(row) if row else None


def everyone(connection: Connection) -> list[StaffRow]:
    """List the whole roster by staff number."""
    return [_row(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM staff ORDER BY id")]  # noqa: S608


def holds(connection: Connection, staff_id: str, role: Role) -> bool:
    """Tell whether a person is on the roster, not disabled, and has this role."""
    found: int | None = connection.execute(
        "SELECT 1 FROM staff WHERE id = ? AND disabled = 0 AND instr(roles, ?)", (staff_id, f'"{role.value}"')
    ).get
    return found is not None


def names(connection: Connection) -> dict[str, str]:
    """Give the names of all staff by number; public officers' names are shown (clause 5.1.1.3)."""
    return {str(staff_id): str(name) for staff_id, name in connection.execute("SELECT id, name FROM staff")}
