"""Where projects lie 空间信息: for each case that states a boundary its box, area and 街道 (clause 4.2.5.2).

The outline itself stays in the case's form; here is what finds the neighbours among all cases.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.domain.boundary import DISTRICT, FIELD, parse
from appliance.domain.events import CaseReceived, CaseRegistrationAmended, CaseSubmitted
from appliance.domain.outline import Boundary, Box
from appliance.errors import Invalid
from appliance.projections.read_model import ReadModel
from appliance.store.change import AppliedEntry
from appliance.store.connection import Connection

SCHEMA = """
CREATE TABLE site (
    case_no  TEXT NOT NULL PRIMARY KEY,
    joint    TEXT NOT NULL,
    project  TEXT NOT NULL,
    district TEXT NOT NULL,
    since    TEXT NOT NULL,
    west     REAL,
    south    REAL,
    east     REAL,
    north    REAL,
    area     REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX site_by_west ON site (west, east) WHERE west IS NOT NULL;
CREATE INDEX site_by_district ON site (district, since, case_no) WHERE district <> '';
CREATE INDEX site_by_since ON site (since, case_no);
CREATE TABLE site_district (
    district TEXT    NOT NULL PRIMARY KEY,
    sites    INTEGER NOT NULL,
    area     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
PROJECT = "project_code"
CANDIDATES = 500
LISTED = 200
_COLUMNS = "case_no, joint, project, district, since, west, south, east, north, area"


@dataclass(frozen=True, slots=True)
class Site:
    """A case's site: its whole 并联, 项目代码, 街道, day of receipt; box in degrees, area in square metres.

    Box and area are None where only the 街道 was stated.
    """

    case_no: str
    joint: str
    project: str
    district: str
    since: str
    box: Box | None
    area: float | None

    def same_project(self, other: "Site") -> bool:
        """Tell whether two cases are of one project: members of one whole, or one 项目代码."""
        return bool((self.joint and self.joint == other.joint) or (self.project and self.project == other.project))


def _one(form: Mapping[str, str | list[str]], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def boundary_of(form: Mapping[str, str | list[str]]) -> Boundary | None:
    """Give the boundary that a form states, or None."""
    text = _one(form, FIELD)
    with contextlib.suppress(Invalid):  # another release may have taken what this one does not
        return parse(text) if text else None
    return None


def _put(connection: Connection, case: str, joint: str, at: str, form: Mapping[str, str | list[str]]) -> None:
    _take_off(connection, case)
    boundary, district = boundary_of(form), _one(form, DISTRICT)
    if boundary is None and not district:
        connection.execute("DELETE FROM site WHERE case_no = ?", (case,))
        return
    box = boundary.box if boundary is not None else (None,) * 4
    area = round(boundary.area, 1) if boundary is not None else None
    connection.execute(
        f"INSERT OR REPLACE INTO site ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - literal columns
        (case, joint, _one(form, PROJECT), district, at[:10], *box, area),
    )
    _count(connection, district, 1, area)


def _count(connection: Connection, district: str, change: int, area: float | None) -> None:
    """Keep the sums of a 街道: a page that shows them must not read all its sites."""
    if district:
        connection.execute(
            "INSERT INTO site_district (district, sites, area) VALUES (?1, ?2, ?3) ON CONFLICT (district)"
            " DO UPDATE SET sites = sites + excluded.sites, area = area + excluded.area",
            (district, change, change * round(area or 0)),
        )


def _take_off(connection: Connection, case: str) -> None:
    held = find(connection, case)
    if held is not None:
        _count(connection, held.district, -1, held.area)


def apply(connection: Connection, applied: AppliedEntry) -> None:
    """Note where the project of a case lies, and follow a correction of its registration."""
    event, meta = applied.event, applied.meta
    if not applied.own or meta.case is None:
        return
    match event:
        case CaseReceived():
            _put(connection, meta.case, event.joint, meta.t, event.form)
        case CaseSubmitted():
            _put(connection, meta.case, "", meta.t, event.form)
        case CaseRegistrationAmended():
            _amend(connection, meta.case, meta.t, event)
        case _:
            pass


def _amend(connection: Connection, case: str, at: str, event: CaseRegistrationAmended) -> None:
    changed = {name.removeprefix("form."): value for name, value in event.new.items() if name.startswith("form.")}
    if not {FIELD, DISTRICT, PROJECT} & set(changed):
        return
    held = find(connection, case)
    if FIELD in changed:
        _put(
            connection,
            case,
            held.joint if held else "",
            held.since if held else at,
            {DISTRICT: held.district if held else "", PROJECT: held.project if held else "", **changed},
        )
        return
    if held is None:
        _put(connection, case, "", at, changed)
        return
    if DISTRICT in changed:
        _take_off(connection, case)
        _count(connection, _one(changed, DISTRICT), 1, held.area)
    connection.execute(
        "UPDATE site SET district = ?, project = ? WHERE case_no = ?",
        (
            _one(changed, DISTRICT) if DISTRICT in changed else held.district,
            _one(changed, PROJECT) if PROJECT in changed else held.project,
            case,
        ),
    )


_EVENTS = (CaseReceived, CaseSubmitted, CaseRegistrationAmended)
MODEL = ReadModel("boundaries", SCHEMA, apply, frozenset(_EVENTS))


def _site(
    row: tuple[str, str, str, str, str, float | None, float | None, float | None, float | None, float | None],
) -> Site:
    case, joint, project, district, since, west, south, east, north, area = row
    whole = west is not None and south is not None and east is not None and north is not None
    box = (west or 0.0, south or 0.0, east or 0.0, north or 0.0) if whole else None
    return Site(case, joint, project, district, since, box, area)


def find(connection: Connection, case: str) -> Site | None:
    """Give where the project of a case lies, or None when nothing was stated."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM site WHERE case_no = ?", (case,)).fetchone()  # noqa: S608 - literal
    return _site(row) if row is not None else None


def near(connection: Connection, site: Site) -> list[Site]:
    """List the sites of other projects whose boxes meet this one's; which of them share land, the outlines say."""
    if site.box is None:
        return []
    west, south, east, north = site.box
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM site WHERE west IS NOT NULL AND west < ? AND east > ? AND south < ? AND north > ?"  # noqa: S608
        " AND case_no <> ? ORDER BY west, case_no LIMIT ?",
        (east, west, north, south, site.case_no, CANDIDATES),
    )
    return [other for row in rows if not (other := _site(row)).same_project(site)]


def in_district(connection: Connection, district: str, *, limit: int = LISTED) -> list[Site]:
    """List the sites in a 街道, the newest first; in all of them for an empty name."""
    where, values = ("district = ? AND district <> ''", (district,)) if district else ("1", ())
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM site WHERE {where} ORDER BY since DESC, case_no DESC LIMIT ?",  # noqa: S608 - literals
        (*values, limit),
    )
    return [_site(row) for row in rows]


def districts(connection: Connection) -> list[tuple[str, int, float]]:
    """Count the sites of each 街道, with their areas together in square metres."""
    rows = connection.execute("SELECT district, sites, area FROM site_district WHERE sites > 0 ORDER BY district")
    return [(str(name), int(count), float(area)) for name, count, area in rows]
