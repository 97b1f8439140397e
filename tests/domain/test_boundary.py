"""A project's boundary: what is read, refused in which words, measured, and who shares land (clause 4.2.5.2)."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.boundary import POINTS_MAX, parse
from appliance.domain.outline import Boundary, hectares, overlap
from appliance.errors import Invalid


def square(lon, lat, side=0.01):
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side), (lon, lat)]
    return "\n".join(f"{x},{y}" for x, y in corners)


def polygon(*rings, **more):
    return json.dumps({"type": "Polygon", "coordinates": [list(ring) for ring in rings], **more})


def ring(lon, lat, side):
    return [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]


HERE = parse(square(114.3, 30.6))


def test_the_area_is_that_of_the_ellipsoid():
    # Lengths of a degree at 30.605° by the series of Rapp (1991): 95 911 m of longitude, 110 856 m of latitude.
    assert HERE.area == pytest.approx(959.11 * 1108.56, rel=1e-4)
    assert hectares(HERE.area) == f"{HERE.area / 10000:.4f}"
    # A circle of 500 m radius.
    across = 95_911.0
    points = [
        (114.3 + 500 / across * math.cos(t), 30.605 + 500 / 110_856 * math.sin(t))
        for t in (i * math.tau / 360 for i in range(360))
    ]
    circle = parse("\n".join(f"{x:.9f} {y:.9f}" for x, y in [*points, points[0]]))
    assert circle.area == pytest.approx(math.pi * 500**2, rel=1e-3)


def test_geojson_in_all_its_wrappings_and_a_hole_taken_off():
    whole = parse(polygon(ring(114.3, 30.6, 0.01)))
    assert whole == HERE
    holed = parse(polygon(ring(114.3, 30.6, 0.01), ring(114.303, 30.603, 0.001)))
    assert holed.area == pytest.approx(whole.area * 0.99, rel=1e-6)
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(polygon(ring(114.3, 30.6, 0.01)))}
    assert parse(json.dumps(feature)) == HERE
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    assert parse(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})) == HERE
    several = {"type": "MultiPolygon", "coordinates": [[ring(114.3, 30.6, 0.01)], [ring(114.4, 30.6, 0.01)]]}
    assert parse(json.dumps(several)).area == pytest.approx(2 * HERE.area, rel=1e-6)
    assert parse(square(114.3, 30.6) + "\n\n" + square(114.4, 30.6)) == parse(json.dumps(several))
    assert parse(square(114.3, 30.6).replace(",", "，")) == HERE


REFUSED = [
    ("114.3,30.6\n114.31,30.6\n114.31,30.61", "boundary_open", "第 1 个环没有闭合"),
    ("114.3,30.6\n114.31,30.6\n114.3,30.6", "boundary_small", "至少要有三个不同的点"),
    ("114.3,30.6\n114.31,30.61\n114.31,30.6\n114.3,30.61\n114.3,30.6", "boundary_crosses", "第 1 条边与第 3 条边相交"),
    ("114.3,30.6\n114.32,30.6\n114.31,30.6\n114.31,30.61\n114.3,30.6", "boundary_crosses", "自相交"),
    ("30.6,114.3\n30.6,114.31\n30.61,114.31\n30.6,114.3", "boundary_swapped", "经度和纬度写反了"),
    ("38512345.1,3375000.2\n38512445.1,3375000.2\n38512345.1,3375000.2", "boundary_plane", "平面坐标"),
    ("2.3,48.8\n2.4,48.8\n2.4,48.9\n2.3,48.8", "boundary_outside", "不在国内"),
    ("114.3,30.6\n114.31\n", "boundary_text", "第 2 行不是“经度,纬度”"),
    ("江汉路以东", "boundary_text", "第 1 行不是"),
    ("nan,30\n114,30\n114,31\nnan,30", "boundary_outside", "不在国内"),
    ("{", "boundary_text", "不能识别"),
    ("[1, 2]", "boundary_text", "不能识别"),
    ('{"type": "Polygon", "coordinates": []}', "boundary_text", "不能识别"),
    ('{"type": "Point", "coordinates": [114, 30]}', "boundary_kind", "Point"),
    (polygon(ring(114.3, 30.6, 0.01), crs={"properties": {"name": "EPSG:3857"}}), "boundary_crs", "CGCS2000 或 WGS84"),
    (polygon(ring(114.3, 30.6, 0.01), ring(114.4, 30.6, 0.001)), "boundary_hole", "第 2 个环是洞"),
    (polygon(ring(114.3, 30.6, 0.01), ring(114.305, 30.605, 0.01)), "boundary_hole", "第 2 个环是洞"),
    (square(114.3, 30.6) + "\n\n" + square(114.305, 30.605), "boundary_pieces", "第 1 块与第 2 块重叠"),
    (square(114, 30, 1), "boundary_area", "不像一个项目"),
    (square(114.3, 30.6, 1e-6), "boundary_area", "不像一个项目"),
    ("114.3,30.6\n" * 20_000, "boundary_size", "最多 40000 个字符"),
    ("\n".join(f"114.{n},30.6" for n in range(1000, 1000 + POINTS_MAX + 1)), "boundary_size", "请抽稀"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "words"), REFUSED, ids=[f"{at}-{one[1]}" for at, one in enumerate(REFUSED)])
def test_what_is_wrong_is_refused_in_words_that_name_the_place(text, code, words):
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert caught.value.code == code
    assert words in caught.value.text()


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (square(114.305, 30.605), True),
        (square(114.3, 30.6), True),  # the same outline twice
        (square(114.302, 30.602, 0.002), True),  # inside
        (square(114.25, 30.55, 0.15), True),  # around
        (square(114.305, 30.6), True),  # on the same line, pushed along
        ("114.295,30.605\n114.315,30.605\n114.315,30.606\n114.295,30.606\n114.295,30.605", True),  # a road across
        ("114.305,30.6\n114.31,30.605\n114.305,30.61\n114.3,30.605\n114.305,30.6", True),  # corners on the lines
        (square(114.31, 30.6), False),  # a common line
        (square(114.31, 30.61), False),  # a common corner
        (square(114.5, 30.6), False),
    ],
)
def test_who_shares_land(other, shared):
    there = parse(other)
    assert overlap(HERE, there) is shared
    assert overlap(there, HERE) is shared


def test_a_project_in_the_hole_of_another_shares_no_land():
    holed = parse(polygon(ring(114.3, 30.6, 0.01), ring(114.303, 30.603, 0.004)))
    assert not overlap(holed, parse(square(114.304, 30.604, 0.001)))
    assert overlap(holed, parse(square(114.304, 30.604, 0.004)))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 20), st.integers(1, 20))
def test_rectangles_share_land_where_their_ranges_do(x, y, width, height):
    """The truth of rectangles is known; corners and lines of the two coincide often on this grid."""

    def box(west, south, across, along):
        corners = [(west, south), (west + across, south), (west + across, south + along), (west, south + along)]
        return Boundary(((tuple((114 + a / 1000, 30 + b / 1000) for a, b in [*corners, corners[0]]),),))

    one, other = box(10, 10, 20, 15), box(x, y, width, height)
    shared = x < 30 and x + width > 10 and y < 25 and y + height > 10
    assert overlap(one, other) is shared
    assert overlap(other, one) is shared


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=7, unique=True))
def test_a_ring_that_is_taken_crosses_itself_nowhere(points):
    """Against the plain way: each pair of edges that are not neighbours, tried by exact fractions."""
    text = "\n".join(f"{114 + x / 1000},{30 + y / 1000}" for x, y in [*points, points[0]])

    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def on(a, b, c):
        return (
            side(a, b, c) == 0
            and min(a[0], b[0]) <= c[0] <= max(a[0], b[0])
            and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
        )

    def meet(a, b, c, d):
        crossing = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        return crossing or on(a, b, c) or on(a, b, d) or on(c, d, a) or on(c, d, b)

    count = len(points)
    edges = [(points[at], points[(at + 1) % count]) for at in range(count)]
    crosses = any(
        meet(*edges[one], *edges[two])
        for one in range(count)
        for two in range(one + 2, count)
        if (one, two) != (0, count - 1)
    ) or any(
        on(*edges[at], edges[(at + 1) % count][1]) or on(*edges[(at + 1) % count], edges[at][0]) for at in range(count)
    )
    refused = False
    try:
        parse(text)
    except Invalid:
        refused = True
    assert refused is crosses
