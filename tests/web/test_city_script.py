"""The board's own script in a real Chromium: ages count, silence turns red, and a page that hears nothing says so.

No server: page, files and stream are answered inside the browser, and its clock is turned by hand.
"""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect, sync_playwright

from appliance.clock import SHANGHAI, format_time
from sync.hub.board import HallRow
from sync.hub.hall_states import HallState
from web.assets import load_assets
from web.catalogues import PACKAGE
from web.city_feed import Snapshot
from web.pages.city_board import BoardPage, part_of
from web.templating import make_renderer
from web.visit import Frame, Site

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
ASSETS = load_assets(PACKAGE / "static")
RENDERER = make_renderer(PACKAGE, ASSETS)
ADDRESS = "http://city.test/"


def snapshot(now, size):
    row = HallRow(
        hall="42019901",
        name="示范区政务服务大厅",
        state=HallState.EQUAL,
        found=(HallState.EQUAL,),
        last_contact=format_time(now - timedelta(seconds=10)),
        last_equal=None,
        size=size,
        root="ab" * 32,
        own_size=size,
        behind_up=0,
        behind_down=0,
        down_size=3,
        cases=2,
        open_cases=1,
        flags=0,
        evidence=0,
        lease_until=format_time(now + timedelta(days=35, hours=1)),
        oldest_unacknowledged="",
        blobs_pending=0,
        gate="OPEN",
        version="1",
    )
    return Snapshot((row,), format_time(now))


def page_of(found):
    part = part_of(found)
    site = Site("厅印 · 市级", "武汉市", "city", ())
    frame = Frame(site, "zh-CN", "/", NOW, None, (), None, "token", bytes)
    page = BoardPage(
        part.lines, part.sums, part.turns, part.silence, part.silent_after, part_id="first", time=found.time
    )
    return RENDERER.render(page, "zh", frame)


def stream_of(found, part_id):
    html = RENDERER.render(part_of(found), "zh", None)
    data = "".join(f"data: {line}\n" for line in html.split("\n"))
    return f"event: board\nid: {part_id}\nretry: 200\n{data}\nevent: beat\nid: {part_id}\ndata: {found.time}\n\n"


class Answers:
    """What the browser gets instead of a network; `stream` None is a city that cannot be reached."""

    def __init__(self):
        self.stream = stream_of(snapshot(NOW, 41), "first")

    def __call__(self, route):
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path == "":
            route.fulfill(body=page_of(snapshot(NOW, 41)), content_type="text/html; charset=utf-8")
        elif path.startswith("static/"):
            asset = ASSETS.files[path.removeprefix("static/")]
            route.fulfill(body=asset.body, content_type=asset.media_type)
        elif path == "board/stream" and self.stream is not None:
            route.fulfill(body=self.stream, content_type="text/event-stream")
        else:
            route.abort()


@pytest.mark.browser
def test_ages_silence_and_a_city_that_cannot_be_reached():
    answers = Answers()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, timezone_id="UTC")
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        # The PC's clock is wrong by a year; what counts is the server's time.
        page.clock.install(time=datetime(2025, 11, 23, tzinfo=SHANGHAI))
        page.route("**/*", answers)
        page.goto(ADDRESS)
        live, age, tag = page.locator("[data-live]"), page.locator("time[data-ago]"), page.locator("#board .tag")
        expect(live).to_have_text("实时 · 09:00:00")
        expect(age).to_have_text("10 秒前")
        expect(page.locator("time[data-until]")).to_have_text("还有 35 天")

        answers.stream = None
        page.clock.run_for(20_000)
        expect(page.locator("[data-stale] .banner")).to_have_count(0)
        page.clock.run_for(31_000)
        expect(page.locator("[data-stale] .banner")).to_contain_text("数据已过期")
        expect(page.locator("[data-stale] .banner")).to_contain_text("09:00:00")
        expect(live).to_be_hidden()
        expect(tag).to_have_text("一致")

        page.clock.run_for(15 * 60_000)
        expect(tag).to_have_text("失去联系")
        expect(tag).to_have_class("tag bad")

        page.locator("#board a").first.focus()
        answers.stream = stream_of(snapshot(NOW + timedelta(minutes=20), 57), "second")
        page.clock.run_for(10_000)
        expect(page.locator("#board .head")).to_contain_text("57 · abababababab")
        expect(page.locator("[data-stale] .banner")).to_have_count(0)
        expect(tag).to_have_text("一致")
        assert page.locator(":focus").get_attribute("href") == "/halls/42019901"
        browser.close()
    assert problems == []
