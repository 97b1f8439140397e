"""项目边界: the outline of a project's land as longitude and latitude, checked and measured (clause 4.2.5.2).

CGCS2000 or WGS84 in degrees; the two differ by centimetres, so both are taken as they are given and neither is shifted.
What is done with outlines is in `appliance.domain.outline`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from appliance.domain.outline import Boundary, Point, Ring, crossing, edges_cross, hectares, overlap
from appliance.errors import N_, Invalid

FIELD: Final = "project_boundary"
"""Name of the form's field that holds a boundary; read models find it by this name."""
DISTRICT: Final = "project_district"
"""Name of the form's field that says in which 街道 the project lies."""

TEXT_LENGTH_MAX: Final = 40_000
POINTS_MAX: Final = 1000
RINGS_MAX: Final = 20
POINTS_MIN: Final = 4
AREA_SQUARE_METRES_MIN: Final = 1.0
AREA_SQUARE_METRES_MAX: Final = 500e6
"""A district of the city at most: what is larger has its coordinates wrong."""
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""Bounds of China in degrees (GB/T 18314 uses the same frame)."""
_CRS: Final = ("4490", "4326", "CRS84")


# ---- reading


def parse(text: str) -> Boundary:
    """Read a boundary: GeoJSON, or one point a line as ``经度,纬度`` with an empty line between pieces.

    Raises:
        Invalid: it cannot be read, a ring is open, too small or crosses itself, a point lies outside China, pieces
            overlap, or it is too large; the message says which ring and point, counted from 1.
    """
    plain = text.strip()
    if len(plain) > TEXT_LENGTH_MAX:
        raise Invalid(N_("边界坐标最多 %(max)d 个字符"), code="boundary_size", params={"max": TEXT_LENGTH_MAX})
    polygons = _of_geojson(plain) if plain.startswith(("{", "[")) else _of_lines(plain)
    count = sum(len(ring) for polygon in polygons for ring in polygon)
    if count > POINTS_MAX or sum(map(len, polygons)) > RINGS_MAX:
        raise Invalid(
            N_("边界最多 %(rings)d 个环、%(max)d 个点，读到 %(count)d 个点，请抽稀后再填"),
            code="boundary_size",
            params={"rings": RINGS_MAX, "max": POINTS_MAX, "count": count},
        )
    boundary = Boundary(
        tuple(
            tuple(_ring(ring, at, number) for number, ring in enumerate(polygon)) for at, polygon in _numbered(polygons)
        )
    )
    _check_pieces(boundary)
    if not AREA_SQUARE_METRES_MIN <= boundary.area <= AREA_SQUARE_METRES_MAX:
        raise Invalid(
            N_("边界围出 %(area)s 公顷，不像一个项目的用地，请核对坐标"),
            code="boundary_area",
            params={"area": hectares(boundary.area)},
        )
    return boundary


def _numbered(polygons: Sequence[Sequence[Sequence[Point]]]) -> Iterator[tuple[int, Sequence[Sequence[Point]]]]:
    """Give each polygon with the number of its first ring among all."""
    first = 1
    for polygon in polygons:
        yield first, polygon
        first += len(polygon)


def _unreadable() -> Invalid:
    return Invalid(
        N_("边界坐标不能识别：请粘贴 GeoJSON，或者每行写一个点“经度,纬度”，首尾两点相同，几块之间空一行"),
        code="boundary_text",
    )


def _of_lines(text: str) -> list[list[list[Point]]]:
    pieces: list[list[list[Point]]] = []
    ring: list[Point] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        words = line.replace("，", " ").replace(",", " ").replace("\t", " ").split()
        if not words:
            if ring:
                pieces.append([ring])
                ring = []
            continue
        try:
            lon, lat = (float(word) for word in words)
        except ValueError as error:
            raise Invalid(
                N_("第 %(line)d 行不是“经度,纬度”：%(text)s"),
                code="boundary_text",
                params={"line": number, "text": line.strip()[:40]},
            ) from error
        ring.append((lon, lat))
    if not pieces:
        raise _unreadable()
    return pieces


def _of_geojson(text: str) -> list[list[list[Point]]]:
    try:
        found = msgspec.json.decode(text.encode())
        polygons = list(_polygons(found))
        pieces = [[[(float(point[0]), float(point[1])) for point in ring] for ring in one] for one in polygons]
    except (msgspec.DecodeError, TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise _unreadable() from error
    if not pieces or not all(pieces):
        raise _unreadable()
    return pieces


def _polygons(value: Any) -> Iterator[Any]:
    crs = value.get("crs")
    if crs is not None and not any(code in str(crs) for code in _CRS):
        raise Invalid(
            N_("坐标系应是 CGCS2000 或 WGS84 经纬度，文件写的是别的坐标系，请转换后再填"), code="boundary_crs"
        )
    match value["type"]:
        case "FeatureCollection":
            for feature in value["features"]:
                yield from _polygons(feature)
        case "Feature":
            yield from _polygons(value["geometry"])
        case "Polygon":
            yield value["coordinates"]
        case "MultiPolygon":
            yield from value["coordinates"]
        case other:
            raise Invalid(
                N_("边界应是面（Polygon 或 MultiPolygon），读到的是 %(kind)s"),
                code="boundary_kind",
                params={"kind": str(other)[:20]},
            )


# ---- checking


def _ring(points: Sequence[Point], first: int, number: int) -> Ring:
    """Check one ring; points that repeat the one before are left out."""
    name = first + number
    for at, point in enumerate(points, start=1):
        _check_point(point, name, at)
    kept = [point for at, point in enumerate(points) if not at or point != points[at - 1]]
    if len(kept) < 2 or kept[0] != kept[-1]:  # noqa: PLR2004 - a line has two ends
        raise Invalid(
            N_("第 %(ring)d 个环没有闭合：最后一点要与第一点相同"), code="boundary_open", params={"ring": name}
        )
    if len(kept) < POINTS_MIN:
        raise Invalid(N_("第 %(ring)d 个环至少要有三个不同的点"), code="boundary_small", params={"ring": name})
    found = crossing(kept)
    if found is not None:
        raise Invalid(
            N_("第 %(ring)d 个环自相交：第 %(one)d 条边与第 %(two)d 条边相交，请核对点的先后次序"),
            code="boundary_crosses",
            params={"ring": name, "one": found[0] + 1, "two": found[1] + 1},
        )
    return tuple(kept)


def _check_point(point: Point, ring: int, at: int) -> None:
    lon, lat = point
    if WEST <= lon <= EAST and SOUTH <= lat <= NORTH:
        return
    place = {"ring": ring, "at": at}
    if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
        raise Invalid(N_("第 %(ring)d 个环第 %(at)d 点的经度和纬度写反了"), code="boundary_swapped", params=place)
    if max(abs(lon), abs(lat)) > 180:  # noqa: PLR2004 - no degree is larger
        raise Invalid(
            N_("第 %(ring)d 个环第 %(at)d 点不是经纬度，像是平面坐标，请转换成以度为单位的经纬度"),
            code="boundary_plane",
            params=place,
        )
    raise Invalid(
        N_("第 %(ring)d 个环第 %(at)d 点（%(lon)s, %(lat)s）不在国内，请核对"),
        code="boundary_outside",
        params={**place, "lon": lon, "lat": lat},
    )


def _check_pieces(boundary: Boundary) -> None:
    """Refuse holes outside their ring and pieces that overlap: their area would be counted wrongly."""
    number = 0
    for polygon in boundary.polygons:
        outer = Boundary((polygon[:1],))
        for at, hole in enumerate(polygon[1:], start=1):
            if not all(outer.holds(point) for point in hole[:-1]) or edges_cross(outer.edges(), list(pairwise(hole))):
                raise Invalid(
                    N_("第 %(ring)d 个环是洞，要在它的外环里面"), code="boundary_hole", params={"ring": number + at + 1}
                )
        number += len(polygon)
    for at, one in enumerate(boundary.polygons):
        for other in range(at):
            if overlap(Boundary((one,)), Boundary((boundary.polygons[other],))):
                raise Invalid(
                    N_("第 %(one)d 块与第 %(two)d 块重叠"),
                    code="boundary_pieces",
                    params={"one": other + 1, "two": at + 1},
                )
