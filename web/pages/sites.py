"""项目空间: where a project lies, what lies over it or in the same 街道; an outline is drawn on the server (4.2.5.2).

No map: a hall that is cut off has no tiles, and coordinates are shown as they were given.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import msgspec
from litestar import Response

from appliance.domain.boundary import parse
from appliance.domain.case import Case
from appliance.domain.outline import Boundary, Box, Point, hectares, overlap
from appliance.errors import N_, Invalid
from appliance.projections import boundaries, cases
from appliance.projections.boundaries import Site
from appliance.services.desk import Desk
from appliance.store.connection import Connection
from web.visit import Visit

SIDE = 260.0
EDGE = 14.0
MAP_WIDTH, MAP_HEIGHT = 640.0, 400.0
NEIGHBOURS = 8
SHOWN_OVERLAPS = 20
METRES_A_DEGREE = 111_320
QUERY_LENGTH_MAX = 60


class Neighbour(msgspec.Struct, frozen=True):
    """Another case's site: number, item, 街道, hectares in words (empty without an outline), state of the case."""

    no: str
    item: str
    district: str
    hectares: str
    since: str
    joint: str = ""


class SiteView(msgspec.Struct, frozen=True, kw_only=True):
    """The site of a case: `path` is the outline, `others` those of overlapping projects, as SVG paths in one frame.

    `scale_metres` is the length of the bar, `scale` its length on the picture.
    """

    district: str
    hectares: str
    points: int
    corner: str
    path: str
    others: tuple[str, ...]
    scale: float
    scale_metres: int
    overlaps: tuple[Neighbour, ...]
    same_district: tuple[Neighbour, ...]
    more: int


class Query(msgspec.Struct, frozen=True):
    """Which 街道."""

    district: str = ""


class DistrictLine(msgspec.Struct, frozen=True):
    """One 街道 with its sites and their hectares."""

    name: str
    count: int
    hectares: str


class SitesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All sites, or those of one 街道, as a list and a sketch."""

    TEMPLATE: ClassVar[str] = "cases/sites.html"
    district: str
    districts: tuple[DistrictLine, ...]
    lines: tuple[Neighbour, ...]
    boxes: tuple[tuple[str, str], ...]
    width: float
    height: float


class _Frame:
    """Puts degrees on a picture: north is up, a metre is as long to the east as to the north."""

    def __init__(self, box: Box, width: float, height: float) -> None:
        west, south, east, north = box
        self.shrink = max(0.05, abs(math.cos(math.radians((south + north) / 2))))
        across, along = max((east - west) * self.shrink, 1e-7), max(north - south, 1e-7)
        self.factor = min((width - 2 * EDGE) / across, (height - 2 * EDGE) / along)
        self.west, self.north = west, north
        self.left = (width - across * self.factor) / 2
        self.top = (height - along * self.factor) / 2

    def point(self, point: Point) -> str:
        """Write a point of the picture."""
        lon, lat = point
        x = self.left + (lon - self.west) * self.shrink * self.factor
        y = self.top + (self.north - lat) * self.factor
        return f"{x:.1f} {y:.1f}"

    def path(self, boundary: Boundary) -> str:
        """Write an outline as the data of an SVG path; holes are left open by the even-odd rule."""
        return "".join(f"M{'L'.join(map(self.point, ring[:-1]))}Z" for ring in boundary.rings())

    def bar(self, width: float) -> tuple[int, float]:
        """Give a round length in metres of at most a third of the picture, and its length there."""
        metres_a_unit = METRES_A_DEGREE / self.factor
        most, length = metres_a_unit * width / 3, 1
        while length * 10 <= most:
            length *= 10
        round_length = next(length * step for step in (5, 2, 1) if length * step <= max(most, length))
        return round_length, round(round_length / metres_a_unit, 1)


def in_words(visit: Visit, text: str) -> str:
    """Say of a boundary how large it is and of how many points: its text is for machines."""
    try:
        boundary = parse(text)
    except Invalid:
        return text[:80]
    count = sum(len(ring) - 1 for ring in boundary.rings())
    return visit.text(N_("%(area)s 公顷，%(points)s 个界址点"), area=hectares(boundary.area), points=count)


def _neighbour(connection: Connection, site: Site) -> Neighbour:
    case = cases.find(connection, site.case_no)
    return Neighbour(
        no=site.case_no,
        item=case.item_name if case is not None else "",
        district=site.district,
        hectares=hectares(site.area) if site.area is not None else "",
        since=site.since,
        joint=site.joint,
    )


def _overlapping(connection: Connection, site: Site, boundary: Boundary) -> list[tuple[Site, Boundary]]:
    """Give the other projects that share land with a boundary, with their outlines."""
    found: list[tuple[Site, Boundary]] = []
    for other in boundaries.near(connection, site):
        case = cases.find(connection, other.case_no)
        outline = boundaries.boundary_of(case.form) if case is not None else None
        if outline is not None and overlap(boundary, outline):
            found.append((other, outline))
    return found[:SHOWN_OVERLAPS]


def of_case(desk: Desk, no: str, form: Mapping[str, str | list[str]]) -> SiteView | None:
    """Show where the project of a case lies; None when its form says nothing of it."""
    connection = desk.reader()
    site = boundaries.find(connection, no)
    if site is None:
        return None
    boundary = boundaries.boundary_of(form)
    laid_over = _overlapping(connection, site, boundary) if boundary is not None else []
    here = boundaries.in_district(connection, site.district) if site.district else []
    beside = [one for one in here if one.case_no != no and not one.same_project(site)]
    frame = _Frame(boundary.box, SIDE, SIDE) if boundary is not None else None
    metres, length = frame.bar(SIDE) if frame is not None else (0, 0.0)
    return SiteView(
        district=site.district,
        hectares=hectares(boundary.area) if boundary is not None else "",
        points=sum(len(ring) - 1 for ring in boundary.rings()) if boundary is not None else 0,
        corner=f"{boundary.box[0]:.6f}, {boundary.box[1]:.6f}" if boundary is not None else "",
        path=frame.path(boundary) if frame is not None and boundary is not None else "",
        others=tuple(frame.path(outline) for _, outline in laid_over) if frame is not None else (),
        scale=length,
        scale_metres=metres,
        overlaps=tuple(_neighbour(connection, one) for one, _ in laid_over),
        same_district=tuple(_neighbour(connection, one) for one in beside[:NEIGHBOURS]),
        more=max(0, len(beside) - NEIGHBOURS),
    )


def of_cases(desk: Desk, members: Iterable[Case]) -> SiteView | None:
    """Show where the project of a whole 并联 lies: its members share the boundary that was asked once."""
    return next((site for one in members if (site := of_case(desk, one.no, one.form)) is not None), None)


def _sketch(sites: Sequence[Site]) -> tuple[tuple[str, str], ...]:
    """Draw the boxes of sites in one frame: number and path of each."""
    drawn = [(one.case_no, one.box) for one in sites if one.box is not None]
    if not drawn:
        return ()
    whole = (
        min(box[0] for _, box in drawn), min(box[1] for _, box in drawn),
        max(box[2] for _, box in drawn), max(box[3] for _, box in drawn),
    )  # fmt: skip
    frame = _Frame(whole, MAP_WIDTH, MAP_HEIGHT)
    return tuple(
        (no, frame.path(Boundary(((((west, south), (east, south), (east, north), (west, north), (west, south)),),))))
        for no, (west, south, east, north) in drawn
    )


def show(visit: Visit, desk: Desk) -> Response[str]:
    """Show the sites of a 街道, or of all, the newest first."""
    district = visit.query(Query).district[:QUERY_LENGTH_MAX]
    connection = desk.reader()
    found = boundaries.in_district(connection, district)
    page = SitesPage(
        district=district,
        districts=tuple(DistrictLine(*one[:2], hectares(one[2])) for one in boundaries.districts(connection)),
        lines=tuple(_neighbour(connection, one) for one in found),
        boxes=_sketch(found),
        width=MAP_WIDTH,
        height=MAP_HEIGHT,
    )
    return visit.show(page)
