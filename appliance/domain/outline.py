"""Outlines on the ground: rings of longitude and latitude, their area, and whether two of them share land.

A few hundred points within one district need no geometry library: shapely would bring numpy and ten times the size of
the program's own code for a ring's area and an overlap (decision 0034).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

_SEMI_MAJOR: Final = 6378137.0
_ECCENTRICITY_SQUARED: Final = 0.00669438002290
SQUARE_METRES_A_HECTARE: Final = 10_000

Point = tuple[float, float]
Ring = tuple[Point, ...]
Edge = tuple[Point, Point]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Boundary:
    """Polygons, each an outer ring and its holes; rings are closed (first point = last), points are (lon, lat)."""

    polygons: tuple[tuple[Ring, ...], ...]

    @cached_property
    def box(self) -> Box:
        """West, south, east, north in degrees."""
        points = [point for polygon in self.polygons for point in polygon[0]]
        longitudes, latitudes = [lon for lon, _ in points], [lat for _, lat in points]
        return min(longitudes), min(latitudes), max(longitudes), max(latitudes)

    @cached_property
    def area(self) -> float:
        """Area in square metres: on the ellipsoid's tangent plane at the middle, holes taken off.

        Within a district (50 km) it is true to a thousandth.
        """
        _, south, _, north = self.box
        east_metres, north_metres = _metres_a_degree((south + north) / 2)
        rings = (abs(_signed(ring)) * (-1 if at else 1) for polygon in self.polygons for at, ring in enumerate(polygon))
        return sum(rings) * east_metres * north_metres

    def rings(self) -> Iterator[Ring]:
        """Give every ring."""
        for polygon in self.polygons:
            yield from polygon

    def edges(self) -> list[Edge]:
        """Give every edge."""
        return [edge for ring in self.rings() for edge in pairwise(ring)]

    def holds(self, point: Point) -> bool:
        """Tell whether a point lies inside; on the line itself it may say either."""
        return any(
            _inside(point, polygon[0]) and not any(_inside(point, hole) for hole in polygon[1:])
            for polygon in self.polygons
        )


def hectares(square_metres: float) -> str:
    """Write an area as land papers do: hectares with four decimals."""
    return f"{square_metres / SQUARE_METRES_A_HECTARE:.4f}"


def _metres_a_degree(latitude: float) -> tuple[float, float]:
    """Give the length of a degree of longitude and of latitude at a latitude, in metres (ellipsoid of CGCS2000)."""
    sine = math.sin(math.radians(latitude))
    around = 1 - _ECCENTRICITY_SQUARED * sine * sine
    across = _SEMI_MAJOR / math.sqrt(around)
    along = _SEMI_MAJOR * (1 - _ECCENTRICITY_SQUARED) / around**1.5
    return math.radians(1) * across * math.cos(math.radians(latitude)), math.radians(1) * along


def _signed(ring: Ring) -> float:
    """Give twice signed half: the shoelace area in square degrees, about the first point so that digits are kept."""
    lon, lat = ring[0]
    return sum((a[0] - lon) * (b[1] - lat) - (b[0] - lon) * (a[1] - lat) for a, b in pairwise(ring)) / 2


def _side(a: Point, b: Point, c: Point) -> float:
    value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0.0 if abs(value) < 1e-16 else value  # noqa: PLR2004 - a hundredth of a square millimetre


def _between(a: Point, b: Point, c: Point) -> bool:
    """Tell whether a point that is on the line through a and b lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _touch(one: Edge, two: Edge) -> bool:
    """Tell whether two edges have a point in common."""
    (a, b), (c, d) = one, two
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((one, c), (one, d), (two, a), (two, b))
    return any(side == 0 and _between(*edge, point) for side, (edge, point) in zip(sides, ends, strict=True))


def _cross(one: Edge, two: Edge) -> bool:
    """Tell whether two edges cross in a point that is an end of neither."""
    (a, b), (c, d) = one, two
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _near(edges: Sequence[Edge]) -> Iterator[tuple[int, int]]:
    """Give the pairs of edges whose boxes meet, by a sweep from west to east."""
    order = sorted(range(len(edges)), key=lambda at: min(edges[at][0][0], edges[at][1][0]))
    active: list[int] = []
    for at in order:
        (x1, y1), (x2, y2) = edges[at]
        west, low, high = min(x1, x2), min(y1, y2), max(y1, y2)
        active = [one for one in active if max(edges[one][0][0], edges[one][1][0]) >= west]
        for one in active:
            ends = edges[one][0][1], edges[one][1][1]
            if min(ends) <= high and max(ends) >= low:
                yield min(one, at), max(one, at)
        active.append(at)


def crossing(ring: Sequence[Point]) -> tuple[int, int] | None:
    """Give the first two edges of a ring that touch and are not neighbours, or neighbours that fold back."""
    edges = list(pairwise(ring))
    found = []
    for one, two in _near(edges):
        neighbours = two - one == 1 or (one == 0 and two == len(edges) - 1)
        if neighbours:
            first, second = (edges[one], edges[two]) if two - one == 1 else (edges[two], edges[one])
            if _side(*first, second[1]) == 0 and (_between(*first, second[1]) or _between(*second, first[0])):
                found.append((one, two))
        elif _touch(edges[one], edges[two]):
            found.append((one, two))
    return min(found, default=None)


def edges_cross(one: list[Edge], two: list[Edge]) -> bool:
    """Tell whether an edge of one crosses an edge of the other."""
    count = len(one)
    both = [*one, *two]
    return any(a < count <= b and _cross(both[a], both[b]) for a, b in _near(both))


def _inside(point: Point, ring: Ring) -> bool:
    """Tell whether a ray to the east leaves the ring an odd number of times."""
    lon, lat = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def _on_line(point: Point, boundary: Boundary) -> bool:
    return any(_side(a, b, point) == 0 and _between(a, b, point) for a, b in boundary.edges())


def _pieces(boundary: Boundary, other: Boundary) -> Iterator[Point]:
    """Give the middles of the parts into which the other's corners and lines cut this one's edges."""
    mine, theirs = boundary.edges(), other.edges()
    cuts: dict[int, list[float]] = {at: [0.0, 1.0] for at in range(len(mine))}
    both = [*mine, *theirs]
    for at, that in _near(both):
        if at < len(mine) <= that and _touch(both[at], both[that]):
            (a, b), (c, d) = both[at], both[that]
            cuts[at] += [_share(a, b, point) for point in (c, d) if _side(a, b, point) == 0]
            whole = _side(c, d, a) - _side(c, d, b)
            cuts[at] += [_side(c, d, a) / whole] if whole else []
    for at, ((x1, y1), (x2, y2)) in enumerate(mine):
        for one, two in pairwise(sorted(share for share in cuts[at] if 0 <= share <= 1)):
            middle = (one + two) / 2
            yield x1 + middle * (x2 - x1), y1 + middle * (y2 - y1)


def _share(a: Point, b: Point, point: Point) -> float:
    along, length = (
        (point[0] - a[0], b[0] - a[0]) if abs(b[0] - a[0]) > abs(b[1] - a[1]) else (point[1] - a[1], b[1] - a[1])
    )
    return along / length if length else 0.0


def _within(boundary: Boundary) -> Point:
    """Give a point inside: on the middle latitude between two neighbouring corners, half way across."""
    latitudes = sorted({lat for _, lat in boundary.polygons[0][0]})
    low, high = max(pairwise(latitudes), key=lambda pair: pair[1] - pair[0])
    lat = (low + high) / 2
    cuts = sorted(
        x1 + (lat - y1) * (x2 - x1) / (y2 - y1)
        for ring in boundary.polygons[0]
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 > lat) != (y2 > lat)
    )
    return (cuts[0] + cuts[1]) / 2, lat


def overlap(one: Boundary, two: Boundary) -> bool:
    """Tell whether two boundaries share land; a common line or corner is none."""
    if one.box[0] >= two.box[2] or two.box[0] >= one.box[2] or one.box[1] >= two.box[3] or two.box[1] >= one.box[3]:
        return False
    if edges_cross(one.edges(), two.edges()):
        return True
    if any(two.holds(point) and not _on_line(point, two) for point in _pieces(one, two)):
        return True
    if any(one.holds(point) and not _on_line(point, one) for point in _pieces(two, one)):
        return True
    inner = _within(one)  # the same outline twice: no edge of one lies inside the other
    return two.holds(inner) and not _on_line(inner, two)
