"""The hall's page tells its past: graphs with title, description and table, gaps left open, silence shaded."""

import asyncio
import re
import threading
from datetime import timedelta

import pytest

from sync.hub.watch import look
from web.city_feed import BoardFeed
from web.city_watch import halls_watched
from web.pages import city_graphs


def test_graphs_have_a_title_a_description_and_a_table(city, enter):
    async def walk():
        city.write()
        city.sync()
        look(city.hub)
        city.clock.advance(timedelta(hours=2))
        look(city.hub)
        async with city.client() as client:
            await enter(client)
            return [(await client.get("/halls/42019901", params=query)).text for query in ({}, {"span": "month"})]

    hours, month = asyncio.run(walk())
    for page in (hours, month):
        names = re.findall(r'<svg viewBox[^>]* role="img" aria-labelledby="([^"]*)"', page)
        assert names == ["heads-title heads-desc", "behind-title behind-desc"]
        for name in " ".join(names).split():
            assert f'id="{name}"' in page
        assert "同样的数字，表格" in page
        assert "失去联系" in page[page.index("状态变化") :]
    # An hour in which the city did not look is a gap: two runs of the line, not one across it.
    assert hours.count('<polyline class="one"') == 4
    assert month.count('<polyline class="one"') == 2


def test_a_gap_is_not_bridged_and_a_lone_value_is_a_point():
    drawn = city_graphs.line("x", "one", [1, 2, None, 5, None], 0, 10)
    first, second = drawn.points
    assert len(first.split()) == 2
    assert len(set(second.split())) == 1


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 5), (51, 100), (100, 100), (201, 500)])
def test_the_axis_ends_at_a_round_number(most, top):
    assert city_graphs.round_top(most) == top


def test_neighbouring_spans_are_one_shade_up_to_the_end():
    first, second = city_graphs.spans([True, True, False, True], "失去联系")
    assert second.width == pytest.approx(first.width / 2, abs=0.2)


def test_the_server_looks_by_itself_and_goes_on_after_a_failure(city, monkeypatch):
    looks, enough = [], threading.Event()

    def flaky(hub):
        looks.append(hub)
        if len(looks) == 1:
            hub.hall("99999999")
        if len(looks) == 3:
            enough.set()

    monkeypatch.setattr("web.city_watch.look", flaky)

    async def walk():
        async with halls_watched(city.hub, BoardFeed(city.hub, city.clock), every_seconds=0.01):
            assert await asyncio.to_thread(enough.wait, 10)

    asyncio.run(walk())
